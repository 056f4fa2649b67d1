"""Unknown lengths keep their names through what is computed from them, and become one where they must be equal."""

from __future__ import annotations

from typing import Any

import pytest

from rnn2onnx import tf


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def x() -> Any:
    return tf.placeholder(tf.float32, ["batch", "time", 4], name="x")


def test_a_length_that_is_used_as_a_number_names_what_is_made_from_it(x: Any) -> None:
    batch, time = tf.shape(x)[0], tf.shape(x)[1]
    assert tf.zeros([batch, 7]).dims == ("batch", 7)
    assert tf.ones(tf.stack([time, batch])).dims == ("time", "batch")
    assert tf.fill(tf.concat([tf.shape(x)[:2], [3]], 0), 1.5).dims == ("batch", "time", 3)
    assert tf.range(time).dims == ("time",)
    assert tf.range(tf.to_int64(batch), dtype=tf.float32).dims == ("batch",)
    assert tf.one_hot(tf.zeros([batch], tf.int32), time).dims == ("batch", "time")
    assert tf.tile(tf.ones([1, 3]), [batch, 1]).dims == ("batch", 3)
    assert tf.eye(batch).dims == ("batch", "batch")
    assert tf.unstack(tf.shape(x))[0].recorded.content == ("batch",)


def test_reshaping_back_and_forth_finds_the_lengths_again(x: Any) -> None:
    flat = tf.reshape(x, [-1, 4])
    assert tf.reshape(flat, [tf.shape(x)[0], tf.shape(x)[1], 4]).dims == ("batch", "time", 4)
    assert tf.reshape(flat, tf.shape(x)).dims == ("batch", "time", 4)
    assert tf.reshape(x, [tf.shape(x)[0], -1, 2, 2]).dims == ("batch", "time", 2, 2)
    assert tf.reshape(x[:, 0], [-1, 2, 2]).dims == ("batch", 2, 2)


def test_a_mask_of_lengths_is_as_long_as_what_it_masks(x: Any) -> None:
    lengths = tf.placeholder(tf.int32, ["batch"], name="n")
    mask = tf.sequence_mask(lengths, tf.shape(x)[1])
    assert mask.dims == ("batch", "time")
    assert (x * tf.to_float(tf.expand_dims(mask, -1))).dims == ("batch", "time", 4)


def test_what_must_be_equally_long_becomes_equally_long(x: Any) -> None:
    def other(*dims: Any) -> Any:
        return tf.placeholder(tf.float32, list(dims))

    for build in (
        lambda y: tf.concat([x, y], 2),
        lambda y: tf.stack([x, y]),
        lambda y: tf.add_n([x, y]),
        lambda y: tf.where(x > 0, x, y),
        lambda y: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
    ):
        y = other(None, None, 4)
        build(y)
        assert y.dims == ("batch", "time", 4)
    lines = other(None, None)
    tf.matmul(x, tf.expand_dims(lines, -1))
    assert lines.dims[1] == 4
    ids = tf.placeholder(tf.int32, [None, None])
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=x)
    assert ids.dims == ("batch", "time")
    mask = tf.placeholder(tf.bool, [None])
    tf.boolean_mask(x, mask)
    assert mask.dims == ("batch",)
    wide = other(None, 9)
    tf.einsum("bth,bk->bk", x, wide)
    assert wide.dims == ("batch", 9)


def test_what_is_broadcast_may_differ(x: Any) -> None:
    y = tf.placeholder(tf.float32, [None, None, 4], name="y")
    assert (x + y).shape.as_list() == [None, None, 4]
    assert y.dims == ("y_dim0", "y_dim1", 4)
    assert tf.where_v2(x > 0, x, y).shape.as_list() == [None, None, 4]
    assert y.dims == ("y_dim0", "y_dim1", 4)


def test_known_lengths_reach_the_inputs(x: Any) -> None:
    y = tf.placeholder(tf.float32, [None, 3])
    tf.concat([y, tf.zeros([5, 2])], 1)
    assert y.shape.as_list() == [5, 3]


def test_elementwise_and_reduced_lengths(x: Any) -> None:
    assert tf.nn.softmax(tf.tanh(x) * 2.0 + 1.0).dims == ("batch", "time", 4)
    assert tf.reduce_sum(x, 1).dims == ("batch", 4)
    assert tf.reduce_max(x, [0, 2], keepdims=True).dims == (1, "time", 1)
    assert tf.argmax(x, 1).dims == ("batch", 4)
    assert tf.transpose(x, [1, 0, 2]).dims == ("time", "batch", 4)
    assert tf.reverse_sequence(x, tf.zeros(tf.shape(x)[:1], tf.int32), 1, 0).dims == ("batch", "time", 4)
    assert tf.cumsum(x, 1).dims == tf.cumprod(x, 1).dims == ("batch", "time", 4)
    assert tf.nn.conv1d(x, tf.zeros([3, 4, 6]), 1, "SAME").dims == ("batch", "time", 6)
    assert tf.gather(tf.zeros([9, 5]), tf.zeros(tf.shape(x)[:2], tf.int32)).dims == ("batch", "time", 5)


def test_a_name_of_a_length_is_a_word() -> None:
    with pytest.raises(ValueError, match="no name of a length"):
        tf.placeholder(tf.float32, ["two words"])
