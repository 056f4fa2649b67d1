"""Dimension and TensorShape behave as in TensorFlow 2.15 with version 1 shapes, from which the values were read."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn2onnx.errors import Rnn2OnnxError, TraceError
from rnn2onnx.tf.shapes.shape import (
    Dimension,
    TensorShape,
    as_dimension,
    as_shape,
    dimension_at_index,
    dimension_value,
    unknown_shape,
)

lengths = st.none() | st.integers(0, 4)
shapes = (st.none() | st.lists(lengths, max_size=4)).map(TensorShape)
UNKNOWN = Dimension(None)


class _Symbol:
    """A value that refuses to be a number, as a tensor does while a graph is recorded."""

    def __index__(self) -> int:
        raise TraceError("a symbolic value has no number")

    def __iter__(self) -> Any:
        raise TraceError("a symbolic value has no rows")

    def __rmul__(self, other: Any) -> str:
        return "the symbol multiplied"

    def __radd__(self, other: Any) -> str:
        return "the symbol added"


def test_a_dimension_shows_its_value() -> None:
    assert [
        dimension.value for dimension in (Dimension(2), UNKNOWN, Dimension(np.int64(3)), Dimension(Dimension(4)))
    ] == [
        2,
        None,
        3,
        4,
    ]
    assert (str(Dimension(2)), str(UNKNOWN), repr(Dimension(2)), repr(UNKNOWN)) == (
        "2",
        "?",
        "Dimension(2)",
        "Dimension(None)",
    )


@given(lengths, lengths)
def test_arithmetic_is_that_of_ints_or_unknown(a: int | None, b: int | None) -> None:
    for left, right in ((Dimension(a), Dimension(b)), (Dimension(a), b), (a, Dimension(b))):
        if a is None or b is None:
            assert (left + right).value is None
            assert (left * right).value is None
            assert (left - right).value is None
            assert (left // right).value is None
            assert (left % right).value is None
            continue
        assert (left + right).value == a + b
        assert (left * right).value == a * b
        if a >= b:
            assert (left - right).value == a - b
        if b:
            assert (left // right).value == a // b
            assert (left % right).value == a % b


@given(lengths, lengths)
def test_a_comparison_with_an_unknown_is_none(a: int | None, b: int | None) -> None:
    left, right = Dimension(a), Dimension(b)
    found = (left == right, left != right, left < right, left <= right, left > right, left >= right, left == b)
    if a is None or b is None:
        assert found == (None,) * 7
    else:
        assert found == (a == b, a != b, a < b, a <= b, a > b, a >= b, a == b)


def test_a_dimension_is_unequal_to_what_is_no_length() -> None:
    assert Dimension(2) != "a"
    assert Dimension(2) != [2]


def test_a_negative_length_is_refused() -> None:
    for make in (lambda: Dimension(-1), lambda: Dimension(0) - 1, lambda: TensorShape([2, -1])):
        with pytest.raises(ValueError, match=r"^Dimension -1 must be >= 0"):
            make()


def test_a_whole_float_is_a_length() -> None:
    assert TensorShape([6 / 2, np.float64(2)]).as_list() == [3, 2]
    assert type(Dimension(3.0).value) is int


@pytest.mark.parametrize("value", [2.5, "2", [1], _Symbol()])
def test_a_length_must_be_an_integer(value: Any) -> None:
    for make in (Dimension, as_dimension, lambda value: TensorShape([value]), lambda value: Dimension(2) < value):
        with pytest.raises(
            TypeError, match="Dimension value must be integer or None or have an __index__ method"
        ) as caught:
            make(value)
        assert isinstance(caught.value, Rnn2OnnxError)


def test_operands_that_are_no_lengths_are_left_to_themselves() -> None:
    assert Dimension(2) * _Symbol() == "the symbol multiplied"
    assert Dimension(2) + _Symbol() == "the symbol added"
    assert Dimension(3) * "a" == "aaa"
    with pytest.raises(TypeError, match="unsupported operand"):
        Dimension(2) + 1.5  # type: ignore[operator]


def test_true_division_points_to_floor_division() -> None:
    with pytest.raises(TypeError, match=r"'Dimension' and 'int', please use // instead"):
        Dimension(4) / 2
    with pytest.raises(TypeError, match=r"'int' and 'Dimension', please use // instead"):
        4 / Dimension(2)


def test_a_known_dimension_is_a_python_int() -> None:
    assert int(Dimension(2)) == 2
    assert float(Dimension(2)) == 2.0
    assert [10, 20, 30][Dimension(1)] == 20
    assert list(range(Dimension(2))) == [0, 1]
    assert np.zeros(TensorShape([2, 3])).shape == (2, 3)
    assert (bool(Dimension(0)), bool(Dimension(2)), bool(UNKNOWN)) == (False, True, False)


def test_an_unknown_dimension_is_no_python_int() -> None:
    for use in (int, range, [1, 2].__getitem__):
        with pytest.raises(TypeError, match="known only when the model runs"):
            use(UNKNOWN)


def test_dimensions_cannot_be_keys() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Dimension(2))


def test_dimensions_merge() -> None:
    assert Dimension(2).merge_with(None).value == UNKNOWN.merge_with(2).value == Dimension(2).merge_with(2).value == 2
    assert UNKNOWN.merge_with(None).value is None
    assert [Dimension(2).is_compatible_with(other) for other in (2, None, 3)] == [True, True, False]
    for check in (Dimension(2).merge_with, Dimension(2).assert_is_compatible_with):
        with pytest.raises(ValueError, match=r"^Dimensions 2 and 3 are not compatible\n  at "):
            check(3)


def test_text_is_tensorflow_1s() -> None:
    texts = {"<unknown>": None, "()": [], "(2,)": [2], "(?,)": [None], "(2, ?, 3)": [2, None, 3]}
    assert [str(TensorShape(dims)) for dims in texts.values()] == list(texts)
    assert repr(TensorShape([2, None])) == "TensorShape([Dimension(2), Dimension(None)])"
    assert repr(TensorShape(None)) == "TensorShape(None)"


def test_a_shape_is_made_of_anything_that_holds_lengths() -> None:
    for dims in ([2, 3], (2, 3), np.array([2, 3]), TensorShape([2, 3]), [Dimension(2), np.int64(3)], iter([2, 3])):
        assert TensorShape(dims).as_list() == [2, 3]
    assert TensorShape(5).as_list() == TensorShape(Dimension(5)).as_list() == TensorShape(np.array(5)).as_list() == [5]
    assert {type(length) for length in TensorShape([np.int64(3), Dimension(2), True]).as_list()} == {int}


@pytest.mark.parametrize("dims", ["abc", b"abc", {"a": 1}])
def test_what_is_no_shape_is_refused(dims: Any) -> None:
    with pytest.raises(TypeError, match="Failed to convert"):
        TensorShape(dims)


def test_a_symbolic_value_is_no_static_shape() -> None:
    with pytest.raises(TypeError, match="Dimension value must be integer"):
        TensorShape(_Symbol())


def test_indexing_gives_dimensions_and_slicing_shapes() -> None:
    shape = TensorShape([2, None, 3])
    assert [shape[0].value, shape[1].value, shape[-1].value, shape[Dimension(2)].value] == [2, None, 3, 3]
    assert shape[1:] == [None, 3]
    assert shape[::2] == [2, 3]
    assert shape[::-1] == [3, None, 2]
    assert shape[1:7].as_list() == [None, 3]
    assert [type(dimension) for dimension in shape] == [Dimension] * 3
    assert [dimension.value for dimension in shape.dims or ()] == [2, None, 3]
    with pytest.raises(IndexError, match="list index out of range"):
        shape[5]
    with pytest.raises(TypeError, match="list indices must be integers or slices, not str"):
        shape["a"]  # type: ignore[call-overload]


def test_parts_of_an_unknown_shape() -> None:
    unknown = TensorShape(None)
    assert unknown[0].value is unknown[-1].value is None
    assert unknown[:2].as_list() == unknown[1:3].as_list() == [None, None]
    assert unknown[3:1].as_list() == []
    assert [part.rank for part in (unknown[:], unknown[1:], unknown[-2:], unknown[1:-1])] == [None] * 4
    with pytest.raises(ValueError, match="Steps are not yet handled"):
        unknown[::2]


def test_the_rank_must_be_known_to_walk_a_shape() -> None:
    with pytest.raises(ValueError, match=r"^as_list\(\) is not defined on an unknown TensorShape"):
        TensorShape(None).as_list()
    with pytest.raises(ValueError, match=r"^Cannot take the length of shape with unknown rank"):
        len(TensorShape(None))
    with pytest.raises(ValueError, match=r"^Cannot iterate over a shape with unknown rank"):
        list(TensorShape(None))


def test_rank_size_and_truth() -> None:
    assert (TensorShape([1, None]).ndims, TensorShape([]).rank, TensorShape(None).ndims) == (2, 0, None)
    assert TensorShape(None).dims is None
    assert [TensorShape(dims).num_elements() for dims in ([2, 3], [], [0, 3], [2, None], None)] == [6, 1, 0, None, None]
    assert [TensorShape(dims).is_fully_defined() for dims in ([2], [], [None], None)] == [True, True, False, False]
    assert [bool(TensorShape(dims)) for dims in ([2], [], None)] == [True, True, False]
    TensorShape([2]).assert_is_fully_defined()
    with pytest.raises(ValueError, match=r"^Shape \(2, \?\) is not fully defined\n  at "):
        TensorShape([2, None]).assert_is_fully_defined()


@given(shapes, shapes)
def test_merging_keeps_what_both_know(a: TensorShape, b: TensorShape) -> None:
    assert a.is_compatible_with(b) == b.is_compatible_with(a)
    if not a.is_compatible_with(b):
        with pytest.raises(ValueError, match="are not compatible"):
            a.merge_with(b)
        with pytest.raises(ValueError, match="are incompatible"):
            a.assert_is_compatible_with(b)
        return
    a.assert_is_compatible_with(b)
    merged = a.merge_with(b)
    assert merged == b.merge_with(a)
    assert merged.merge_with(a) == merged
    if a.is_fully_defined():
        assert merged == a


@given(shapes, shapes)
def test_the_common_shape_fits_both(a: TensorShape, b: TensorShape) -> None:
    common = a.most_specific_compatible_shape(b)
    assert common.is_compatible_with(a)
    assert common.is_compatible_with(b)
    assert common == b.most_specific_compatible_shape(a)
    assert a.most_specific_compatible_shape(a) == a


@given(shapes, shapes)
def test_concatenation_is_that_of_lists(a: TensorShape, b: TensorShape) -> None:
    joined = a.concatenate(b)
    if a.rank is None or b.rank is None:
        assert joined.rank is None
    else:
        assert joined.as_list() == a.as_list() + b.as_list()
        assert a + b.as_list() == a.as_list() + b == tuple(a.as_list()) + b == joined


def test_a_shape_takes_a_single_length_at_its_ends() -> None:
    assert TensorShape([2]) + 3 == [2, 3]
    assert 3 + TensorShape([2]) == [3, 2]
    assert TensorShape([1]).concatenate(Dimension(4)) == [1, 4]


def test_incompatible_shapes_are_named() -> None:
    with pytest.raises(ValueError, match=r"^Shapes \(2, 3\) and \(2, 5\) are incompatible\n  at "):
        TensorShape([2, 3]).assert_is_compatible_with(TensorShape([2, 5]))
    with pytest.raises(ValueError, match=r"^Shapes \(2, 3\) and \[2\] are incompatible\n  at "):
        TensorShape([2, 3]).assert_is_compatible_with([2])
    with pytest.raises(ValueError, match=r"^Shapes \(2, 3\) and \(2,\) are not compatible\n  at "):
        TensorShape([2, 3]).merge_with([2])


def test_ranks_are_checked() -> None:
    shape, unknown = TensorShape([4, 2]), TensorShape(None)
    assert shape.with_rank(2) is shape.with_rank_at_least(1) is shape.with_rank_at_most(2) is shape
    assert unknown.with_rank(2).as_list() == [None, None]
    assert unknown.with_rank_at_least(2) is unknown.with_rank_at_most(2) is unknown
    unknown.assert_has_rank(3)
    unknown.assert_same_rank([1])
    shape.assert_same_rank([1, 1])
    refused = {
        "Shape (4, 2) must have rank 3": lambda: shape.with_rank(3),
        "Shape (4, 2) must have rank at least 3": lambda: shape.with_rank_at_least(3),
        "Shape (4, 2) must have rank at most 1": lambda: shape.with_rank_at_most(1),
        "Shape (4, 2) must have rank 1": lambda: shape.assert_has_rank(1),
        "Shapes (4, 2) and (1,) must have the same rank": lambda: shape.assert_same_rank([1]),
    }
    for message, check in refused.items():
        with pytest.raises(ValueError, match="must have") as caught:
            check()
        assert caught.value.message == message


def test_shapes_equal_lists_and_tuples_of_their_lengths() -> None:
    shape = TensorShape([2, 3])
    assert shape == [2, 3] == shape
    assert shape == (2, 3)
    assert shape == TensorShape([2, 3])
    assert TensorShape([2]) == 2
    assert TensorShape([2, None]) == [2, None]
    assert TensorShape(None) == TensorShape(None)
    assert TensorShape(None) == None  # noqa: E711
    for other in ([2], [2, None], None, "a", [2, 2.5], object()):
        assert shape != other


def test_equal_shapes_have_equal_hashes() -> None:
    assert len({TensorShape([2, None]), TensorShape((2, None)), TensorShape(None), TensorShape(None)}) == 2


def test_a_length_is_found_in_a_shape() -> None:
    assert 2 in TensorShape([1, 2])
    assert 5 not in TensorShape([1, None])


def test_copies_are_equal() -> None:
    shape = TensorShape([2, None])
    assert copy.deepcopy(shape) == pickle.loads(pickle.dumps(shape)) == shape
    assert copy.copy(Dimension(3)).value == 3


def test_functions_around_shapes() -> None:
    shape = TensorShape([2, None])
    assert as_shape(shape) is shape
    assert as_shape(None).rank is None
    assert as_dimension(shape[0]).value == as_dimension(2).value == 2
    assert [dimension_value(value) for value in (shape[0], shape[1], None, 7, "a")] == [2, None, None, 7, "a"]
    assert dimension_at_index(shape, 0).value == 2
    assert dimension_at_index(TensorShape(None), 1).value is None
    assert unknown_shape().rank is None
    assert unknown_shape(2) == unknown_shape(rank=2) == unknown_shape(ndims=2) == [None, None]
