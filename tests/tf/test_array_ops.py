from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx import tf
from tests.tf.against_numpy import integers, normal, same
from tests.tf.recording import kinds, values

X = normal(2, 3, 4)


def test_reshape_takes_numbers_tensors_and_shapes() -> None:
    same(lambda x: tf.reshape(x, [-1, 4]), lambda x: x.reshape(-1, 4), X)
    same(lambda x: tf.reshape(x, (tf.shape(x)[0], 12)), lambda x: x.reshape(2, 12), X)
    same(lambda x: tf.reshape(x, tf.stack([tf.shape(x)[1], -1])), lambda x: x.reshape(3, -1), X)
    same(lambda x: tf.reshape(x, tf.TensorShape([6, 4])), lambda x: x.reshape(6, 4), X)
    same(lambda x: tf.reshape(x, np.array([4, 6])), lambda x: x.reshape(4, 6), X)
    same(lambda x: tf.reshape(x[0, 0, 0], [1, 1]), lambda x: x[:1, 0, :1], X)


def test_transpose_takes_an_order_or_reverses() -> None:
    same(lambda x: tf.transpose(x), lambda x: x.T, X)
    same(lambda x: tf.transpose(x, [1, -1, 0]), lambda x: x.transpose(1, 2, 0), X)
    same(lambda x: tf.transpose(x, tf.concat([[1, 0], tf.range(2, tf.rank(x))], 0)), lambda x: x.swapaxes(0, 1), X)
    same(lambda x: tf.matrix_transpose(x), lambda x: x.swapaxes(1, 2), X)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2, 3])
        assert tf.transpose(x, [0, 1]) is x


def test_axes_are_added_and_dropped() -> None:
    same(
        lambda x: [tf.expand_dims(x, a) for a in (0, 2, 3, -1)],
        lambda x: [np.expand_dims(x, a) for a in (0, 2, 3, -1)],
        X,
    )
    same(lambda x: tf.expand_dims(x, dim=1), lambda x: x[:, None], X)
    same(lambda x: tf.squeeze(x[:, :1], [1]), lambda x: x[:, 0], X)
    same(lambda x: tf.squeeze(x[:1, :1], squeeze_dims=[0, -2]), lambda x: x[0, 0], X)
    same(lambda x: tf.squeeze(x[:1, :, :1]), lambda x: x[0, :, 0], X, static_only=True)


def test_squeeze_without_axes_needs_known_lengths() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 1, 3])
        with pytest.raises(ValueError, match="Name the axes"):
            tf.squeeze(x)


def test_tensors_are_joined() -> None:
    same(lambda x: tf.concat([x, x[:, :1], x], 1), lambda x: np.concatenate([x, x[:, :1], x], 1), X)
    same(
        lambda x: tf.concat([x, np.ones((2, 3, 1), np.float32)], -1),
        lambda x: np.pad(x, [(0, 0)] * 2 + [(0, 1)], constant_values=1),
        X,
    )
    same(
        lambda x: [tf.stack([x, -x], a) for a in (0, 1, 3, -1)],
        lambda x: [np.stack([x, -x], a) for a in (0, 1, 3, -1)],
        X,
    )
    same(lambda x: tf.stack([tf.shape(x)[0], 7]), lambda x: np.array([2, 7], np.int32), X)
    with tf.Graph().as_default():
        assert kinds(tf.stack([[1, 2], [3, 4]])) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 3), st.booleans())
def test_split_by_sizes_gives_consecutive_parts(sizes: list[int], hole: int, open_end: bool) -> None:
    x = normal(2, sum(sizes))
    given_sizes = list(sizes)
    if open_end:
        given_sizes[hole % len(sizes)] = -1
    cuts = np.cumsum(sizes)[:-1]
    same(lambda x: tf.split(x, given_sizes, 1), lambda x: np.split(x, cuts, 1), x)


def test_split_by_a_number_gives_equal_parts() -> None:
    same(lambda x: tf.split(x, 3, 1), lambda x: np.split(x, 3, 1), X)
    same(lambda x: tf.split(x, 2, axis=-1), lambda x: np.split(x, 2, -1), X)
    same(lambda x: tf.split(x, tf.constant([1, 3]), 2), lambda x: np.split(x, [1], 2), X)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 6])
        assert [part.shape.as_list() for part in tf.split(x, [4, -1], 1)] == [[None, 4], [None, 2]]
        first, second = tf.split(x, 2)
        assert first.dims == second.dims


def test_split_by_computed_sizes() -> None:
    def build(x: Any, n: Any) -> list[Any]:
        return tf.split(x, tf.stack([n, 3 - n]), 1)

    same(build, lambda x, n: np.split(x, [2], 1), X, np.array(2, np.int32))


def test_unstack_gives_the_parts_without_their_axis() -> None:
    same(lambda x: tf.unstack(x, 3, 1), lambda x: list(x.swapaxes(0, 1)), X)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 3])
        with pytest.raises(ValueError, match="Cannot infer argument `num`"):
            tf.unstack(x)
        tf.unstack(x, 4)
        assert x.shape.as_list() == [4, 3]


def test_padding() -> None:
    widths = [[1, 0], [0, 2], [2, 1]]
    same(lambda x: tf.pad(x, widths), lambda x: np.pad(x, widths), X)
    same(lambda x: tf.pad(x, widths, constant_values=7), lambda x: np.pad(x, widths, constant_values=7), X)
    same(lambda x: tf.pad(x, widths, "REFLECT"), lambda x: np.pad(x, widths, "reflect"), X)
    same(lambda x: tf.pad(x, widths, "symmetric"), lambda x: np.pad(x, widths, "symmetric"), X)
    same(lambda x: tf.pad(x, tf.constant(widths)), lambda x: np.pad(x, widths), X)
    same(
        lambda x: tf.pad(x, [[0, 0], [0, 5 - tf.shape(x)[1]], [0, 0]]), lambda x: np.pad(x, [(0, 0), (0, 2), (0, 0)]), X
    )


def test_tiling_and_repeating() -> None:
    same(lambda x: tf.tile(x, [2, 1, 3]), lambda x: np.tile(x, [2, 1, 3]), X)
    same(lambda x: tf.tile(x, [1, tf.shape(x)[0], 0]), lambda x: np.tile(x, [1, 2, 0]), X)
    same(lambda x: tf.repeat(x, 3, 1), lambda x: np.repeat(x, 3, 1), X)
    same(lambda x: tf.repeat(x, [2, 0, 1], axis=1), lambda x: np.repeat(x, [2, 0, 1], 1), X)
    same(lambda x, n: tf.repeat(x, n, 1), lambda x, n: np.repeat(x, n, 1), X, np.array([0, 3, 1], np.int32))
    same(lambda x: tf.repeat(x, 2), lambda x: np.repeat(x, 2), X)
    same(lambda x: tf.broadcast_to(x[0, :1], [5, 2, 4]), lambda x: np.broadcast_to(x[0, :1], [5, 2, 4]), X)


def test_reversing_and_rolling() -> None:
    same(lambda x: tf.reverse(x, [0, -1]), lambda x: x[::-1, :, ::-1], X)
    same(lambda x: tf.reverse_v2(x, axis=[1]), lambda x: x[:, ::-1], X)
    for shift in (-7, -1, 0, 2, 5):
        same(lambda x, s=shift: tf.roll(x, s, 2), lambda x, s=shift: np.roll(x, s, 2), X)
    same(lambda x: tf.roll(x, [1, 2], [0, 1]), lambda x: np.roll(x, [1, 2], [0, 1]), X)
    same(lambda x: tf.roll(x[:0], 1, 0), lambda x: x[:0], X)


def test_reverse_sequence_turns_the_first_steps_of_each_row() -> None:
    x, lengths = normal(3, 4, 2), np.array([4, 0, 2], np.int32)
    want = np.stack([x[0, ::-1], x[1], x[2, [1, 0, 2, 3]]])
    same(lambda x, n: tf.reverse_sequence(x, n, seq_axis=1), lambda x, n: want, x, lengths)
    same(lambda x, n: tf.reverse_sequence(x, n, seq_dim=1, batch_dim=0), lambda x, n: want, x, lengths)

    def major(x: Any, n: Any) -> Any:
        return tf.reverse_sequence(tf.transpose(x, [1, 0, 2]), n, seq_axis=0, batch_axis=1)

    same(major, lambda x, n: want.swapaxes(0, 1), x, lengths)


def test_filling() -> None:
    same(lambda x: tf.zeros([2, tf.shape(x)[1]]), lambda x: np.zeros((2, 3), np.float32), X)
    same(lambda x: tf.zeros(tf.shape(x), tf.bool), lambda x: np.zeros((2, 3, 4), bool), X)
    same(lambda x: [tf.zeros_like(x), tf.ones_like(x, tf.int32)], lambda x: [0 * x, np.ones((2, 3, 4), np.int32)], X)
    same(lambda x: tf.fill([tf.shape(x)[0], 2], x[0, 0, 0]), lambda x: np.full((2, 2), x[0, 0, 0]), X)
    same(lambda x: tf.ones(x[0, :2].shape), lambda x: np.ones((2, 4), np.float32), X, static_only=True)
    with tf.Graph().as_default():
        assert tf.zeros([]).shape.as_list() == []
        assert tf.zeros(3, tf.int64).shape.as_list() == [3]


def test_ranges() -> None:
    same(
        lambda n: [tf.range(n), tf.range(2, n), tf.range(n, 0, -2)],
        lambda n: [np.arange(n), np.arange(2, n), np.arange(n, 0, -2)],
        np.array(5, np.int64),
    )
    same(lambda n: tf.range(n, dtype=tf.float32), lambda n: np.arange(n, dtype=np.float32), np.array(5, np.int32))
    same(lambda n: tf.range(0.0, 1.0, 0.25), lambda n: np.arange(0, 1, 0.25, dtype=np.float32), np.array(5, np.int32))
    same(lambda n: tf.linspace(-1.0, 2.0, n), lambda n: np.linspace(-1, 2, n, dtype=np.float32), np.array(5, np.int32))
    same(lambda n: tf.linspace(-1.0, 2.0, 1), lambda n: np.array([-1], np.float32), np.array(5, np.int32))


def test_one_hot() -> None:
    ids = np.array([[0, 2], [3, -1]], np.int32)
    hot = (ids[..., None] == np.arange(3)).astype(np.float32)
    same(lambda i: tf.one_hot(i, 3), lambda i: hot, ids)
    same(lambda i: tf.one_hot(i, 3, axis=0), lambda i: np.moveaxis(hot, -1, 0), ids)
    same(lambda i: tf.one_hot(i, 3, 5.0, -1.0, 1), lambda i: np.moveaxis(hot * 6 - 1, -1, 1), ids)
    same(lambda i: tf.one_hot(i, tf.shape(i)[0] + 1, dtype=tf.int64), lambda i: hot.astype(np.int64), ids)
    same(lambda i: tf.one_hot(i, 3, True, False), lambda i: hot > 0, ids)


def test_sequence_mask() -> None:
    lengths = np.array([2, 0, 3], np.int32)
    mask = np.arange(3) < lengths[:, None]
    same(lambda n: tf.sequence_mask(n), lambda n: mask, lengths)
    same(lambda n: tf.sequence_mask(n, 2, tf.float32), lambda n: mask[:, :2].astype(np.float32), lengths)
    same(lambda n: tf.sequence_mask(tf.cast(n, tf.int64), tf.reduce_max(n)), lambda n: mask, lengths)
    same(lambda n: tf.sequence_mask(n[:0]), lambda n: mask[:0, :0], lengths)


def test_identities_grids_and_diagonals() -> None:
    square = normal(2, 3, 3)
    same(lambda x: tf.eye(tf.shape(x)[1]), lambda x: np.eye(3, dtype=np.float32), X)
    same(lambda x: tf.eye(2, 3, [4], tf.int32), lambda x: np.broadcast_to(np.eye(2, 3, dtype=np.int32), (4, 2, 3)), X)
    same(lambda x: tf.meshgrid(x[0, 0], x[0, :, 0]), lambda x: np.meshgrid(x[0, 0], x[0, :, 0]), X)
    same(
        lambda x: tf.meshgrid(x[0, 0], x[0, :, 0], x[:, 0, 0], indexing="ij"),
        lambda x: list(np.meshgrid(x[0, 0], x[0, :, 0], x[:, 0, 0], indexing="ij")),
        X,
    )
    same(lambda x: tf.matrix_band_part(x, 1, 0), lambda x: np.triu(np.tril(x), -1), X)
    same(lambda x: tf.matrix_band_part(x, -1, 1), lambda x: np.tril(x, 1), X)
    same(lambda x: tf.matrix_diag(x), lambda x: x[..., None] * np.eye(4, dtype=np.float32), X)
    same(lambda x: tf.matrix_diag(x[0, 0], k=1), lambda x: np.diag(x[0, 0], 1), X)
    same(lambda x: tf.matrix_diag(x[0, 0], k=-2), lambda x: np.diag(x[0, 0], -2), X)
    same(lambda x: tf.matrix_diag_part(x), lambda x: np.diagonal(x, axis1=1, axis2=2), X)
    same(lambda x: tf.matrix_diag_part(x, k=1), lambda x: np.diagonal(x, 1, 1, 2), X)
    same(lambda x: tf.matrix_diag_part(x, k=-1), lambda x: np.diagonal(x, -1, 1, 2), X)
    same(lambda x: tf.trace(x), lambda x: np.trace(x, axis1=1, axis2=2), square)
    same(
        lambda x: tf.diag(x[0]),
        lambda x: np.einsum("ij,ik,jl->ijkl", x[0], np.eye(3), np.eye(3)).astype(np.float32),
        square,
    )
    same(lambda x: tf.diag_part(tf.diag(x[0])), lambda x: x[0], square)
    same(lambda x: tf.matrix_set_diag(x, x[:, 0]), lambda x: np.where(np.eye(3), x[:, :1], x), square)


def test_not_a_number_stays_off_the_diagonal() -> None:
    x = np.array([np.nan, 1], np.float32)
    same(lambda x: tf.matrix_diag(x), lambda x: np.array([[np.nan, 0], [0, 1]], np.float32), x)


def test_sorting() -> None:
    ids = integers(3, 6)
    same(lambda x: tf.sort(x, 0), lambda x: np.sort(x, 0), X)
    same(lambda x: tf.sort(x, direction="DESCENDING"), lambda x: -np.sort(-x), ids)
    same(lambda x: tf.argsort(x, stable=True), lambda x: np.argsort(x, kind="stable").astype(np.int32), ids)


def test_lengths_as_values() -> None:
    same(
        lambda x: [tf.shape(x), tf.shape(x, out_type=tf.int64)],
        lambda x: [np.array(x.shape, np.int32), np.array(x.shape)],
        X,
    )
    same(lambda x: [tf.size(x), tf.size(x[0, 0]), tf.rank(x)], lambda x: [np.int32(24), np.int32(4), np.int32(3)], X)
    same(lambda x: tf.shape_n([x, x[0]]), lambda x: [np.array(s, np.int32) for s in ([2, 3, 4], [3, 4])], X)
    same(
        lambda x: tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(x[0, :1])),
        lambda x: np.array([2, 3, 4], np.int32),
        X,
    )


def test_constants() -> None:
    with tf.Graph().as_default():
        filled = tf.constant([1, 2], shape=[2, 2], name="c")
        assert filled.name == "c:0"
        np.testing.assert_array_equal(values([filled])[0], [[1, 2], [2, 2]])
        assert tf.constant(1.5).dtype == tf.float32
        assert tf.constant(2).dtype == tf.int32
        assert tf.constant([True]).dtype == tf.bool
        assert tf.constant(np.arange(3)).dtype == tf.int64
        assert tf.constant(1, tf.float16).dtype == tf.float16
        default = tf.placeholder_with_default(tf.ones([2]), [None], name="d")
        np.testing.assert_array_equal(values([default + 1.0])[0], [2, 2])


def test_placeholders_are_named_as_tensorflow_names_them() -> None:
    with tf.Graph().as_default() as graph:
        names = [tf.placeholder(tf.float32, [2]).op.name for _ in range(2)]
        names += [tf.placeholder(tf.float32, [None], name="x").op.name for _ in range(2)]
        with graph.name_scope("scope"):
            names.append(tf.placeholder(tf.int32, [], name="x").op.name)
        assert names == ["Placeholder", "Placeholder_1", "x", "x_1", "scope/x"]
        assert list(graph.placeholders) == names
        assert graph.placeholders["x_1"].dims == ("x_1_dim0",)


@pytest.mark.parametrize("size", [3, 100])
def test_constants_are_copies_of_arrays_and_equal_ones_are_one(size: int) -> None:
    with tf.Graph().as_default():
        array = np.ones(size, np.float32)
        before, again = tf.constant(array), tf.constant(array)
        array[:] = 5
        np.testing.assert_array_equal(values([before])[0], np.ones(size))
        np.testing.assert_array_equal(values([tf.constant(array)])[0], np.full(size, 5))
        assert before.recorded is again.recorded


def test_a_placeholder_without_a_shape_waits_for_set_shape() -> None:
    graph = tf.Graph()
    with graph.as_default():
        unused = tf.placeholder(tf.float32, name="keep_prob")
        cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(2), output_keep_prob=unused, inference=True)
        assert cell.output_size == 2
        x = tf.placeholder(tf.float32, name="x")
        assert (x.dtype, x.shape.ndims, x.name) == (tf.float32, None, "x:0")
        with pytest.raises(ValueError, match=r"'keep_prob' has no shape.*set_shape"):
            unused * 2.0
        x.set_shape([None, 3])
        y = x * 2.0
        assert (x.get_shape().as_list(), y.shape.as_list()) == ([None, 3], [None, 3])
        assert list(graph.placeholders) == ["x"]
        x.set_shape([2, None])
        np.testing.assert_array_equal(values([y], {"x": np.ones((2, 3))})[0], np.full((2, 3), 2.0))
