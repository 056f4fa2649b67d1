from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx import tf
from tests.tf.against_numpy import normal, same
from tests.tf.recording import values

X = normal(4, 5, 3)

bounds = st.one_of(st.none(), st.integers(-8, 8))
spans = st.builds(slice, bounds, bounds, st.sampled_from([None, 1, 2, 3, -1, -2]))


@st.composite
def indices(draw: Any) -> tuple[Any, ...]:
    """An index of X: some entries for its axes, new axes between them, perhaps an ellipsis."""
    count = draw(st.integers(0, 3))
    axes = draw(st.permutations([0, 1, 2]).map(lambda order: sorted(order[:count])))
    front = draw(st.booleans())
    entries: list[Any] = []
    for place, axis in enumerate(axes):
        size = X.shape[place if front else axis]
        entries.append(draw(st.one_of(st.integers(-size, size - 1), spans)) if front else draw(spans))
    if draw(st.booleans()):
        entries.insert(draw(st.integers(0, len(entries))), None)
    if draw(st.booleans()):
        entries.append(Ellipsis)
    return tuple(entries)


@settings(max_examples=150, deadline=None)
@given(indices())
def test_any_index_gives_numpys_slice(index: tuple[Any, ...]) -> None:
    same(lambda x: x[index], lambda x: x[index], X)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(-6, 6), stop=st.integers(-6, 6), step=st.sampled_from([1, 2]))
def test_bounds_that_are_tensors_give_numpys_slice(start: int, stop: int, step: int) -> None:
    feeds = {"i": np.array(start, np.int32), "j": np.array(stop, np.int64)}
    with tf.Graph().as_default():
        i, j = tf.placeholder(tf.int32, [], "i"), tf.placeholder(tf.int64, [], "j")
        x = tf.range(5)
        got = values([x[i:], x[:j], x[i:j:step]], feeds)
    want = np.arange(5)
    for array, wanted in zip(got, [want[start:], want[:stop], want[start:stop:step]], strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_an_index_that_is_a_tensor_picks_one_place() -> None:
    def build(x: Any, i: Any) -> list[Any]:
        return [x[i], x[:, i], x[i, i, 0], x[-i], x[i + 1, :, None]]

    def expected(x: Any, i: Any) -> list[Any]:
        return [x[i], x[:, i], x[i, i, 0], x[-i], x[i + 1, :, None]]

    same(build, expected, X, np.array(2, np.int32))


def test_a_mask_picks_the_rows_where_it_is_true() -> None:
    same(lambda x: x[x[:, 0, 0] > 0], lambda x: x[x[:, 0, 0] > 0], X)
    same(lambda x: x[np.array([True, False, True, False])], lambda x: x[[0, 2]], X)


def test_lengths_that_are_known_stay_known() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 5, 3])
        assert x[:, 1:].shape.as_list() == [None, 4, 3]
        assert x[:, ::2].shape.as_list() == [None, 3, 3]
        assert x[:, :-1, 0].shape.as_list() == [None, 4]
        assert x[1:].shape.as_list() == [None, 5, 3]
        assert x[..., None, -1].shape.as_list() == [None, 5, 1]
        assert x[:, 9:].shape.as_list() == [None, 0, 3]


def test_a_whole_axis_keeps_its_name() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", 3])
        assert x[:, ::-1].dims == ("batch", "time", 3)
        assert x[:, : tf.shape(x)[1]].dims == ("batch", "time", 3)
        assert x[:, 0].dims == ("batch", 3)


def test_strided_slice_reads_its_masks_as_python_does() -> None:
    same(lambda x: tf.strided_slice(x, [0, 1, 0], [4, 4, 3], [2, 1, 1]), lambda x: x[0:4:2, 1:4, 0:3], X)
    same(lambda x: tf.strided_slice(x, [1, 2], [2, 4], begin_mask=2, end_mask=1), lambda x: x[1:, :4], X)
    same(lambda x: tf.strided_slice(x, [1, 2], [2, 3], shrink_axis_mask=1), lambda x: x[1, 2:3], X)
    same(lambda x: tf.strided_slice(x, [0, 1], [0, 2], ellipsis_mask=1), lambda x: x[..., 1:2], X)
    same(lambda x: tf.strided_slice(x, [0, 1], [0, 2], new_axis_mask=1), lambda x: x[None, 1:2], X)
    same(lambda x: tf.strided_slice(x, [-1], [-4], [-1]), lambda x: x[-1:-4:-1], X)


def test_slice_takes_sizes_and_minus_one_for_the_rest() -> None:
    same(lambda x: tf.slice(x, [1, 0, 0], [2, -1, 2]), lambda x: x[1:3, :, :2], X)
    same(lambda x: tf.slice(x, [0, 2, 1], [-1, 3, -1]), lambda x: x[:, 2:5, 1:], X)

    def computed(x: Any, n: Any) -> Any:
        return tf.slice(x, tf.stack([0, n[0], 0]), tf.stack([-1, n[1], 2]))

    for size in (2, -1):
        end = None if size < 0 else 1 + size
        same(computed, lambda x, n, end=end: x[:, 1:end, :2], X, np.array([1, size], np.int32))


def test_slice_knows_the_lengths_that_its_sizes_say() -> None:
    with tf.Graph().as_default():
        x, i = tf.placeholder(tf.float32, [None, 5]), tf.placeholder(tf.int32, [])
        assert tf.slice(x, [i, 0], [2, -1]).shape.as_list() == [2, 5]
        assert tf.slice(x, [0, 0], [tf.shape(x)[0], 3]).dims == (x.dims[0], 3)
        assert tf.slice(x, [0, 0], [-1, -1]).dims == x.dims


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        ((5,), ValueError, "slice index 5 of dimension 0 out of bounds"),
        ((0, -6), ValueError, "slice index -6 of dimension 1 out of bounds"),
        ((0, 0, 0, 0), ValueError, "input has only 3 dims"),
        ((Ellipsis, Ellipsis), ValueError, "Multiple ellipses"),
        ((1.5,), TypeError, "got 1.5"),
        (("a",), TypeError, "got 'a'"),
        ((slice(0, 1, 0),), ValueError, "step cannot be zero"),
        ((slice(0.5, None),), TypeError, "got 0.5"),
        ((True,), TypeError, "got True"),
    ],
)
def test_an_index_that_is_none_is_an_error(index: Any, error: type[Exception], words: str) -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [4, 5, 3])
        with pytest.raises(error, match=words) as caught:
            x[index]
    assert "test_slicing.py" in str(caught.value)
