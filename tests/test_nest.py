"""Nested structures behave as in ``tensorflow.python.util.nest`` of TensorFlow 2.15."""

from __future__ import annotations

from collections import OrderedDict, UserList, defaultdict, deque, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn2onnx import nest
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.tf.shapes.shape import TensorShape

LSTMStateTuple = namedtuple("LSTMStateTuple", ("c", "h"))
Pair = namedtuple("Pair", ("c", "h"))

leaves = st.none() | st.integers() | st.text(max_size=2)
nests = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.tuples(inner, inner).map(lambda pair: LSTMStateTuple(*pair))
        | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(nests)
def test_packing_undoes_flattening(structure: Any) -> None:
    packed = nest.pack_sequence_as(structure, nest.flatten(structure))
    assert packed == structure
    assert type(packed) is type(structure)


@given(nests)
def test_a_structure_is_the_same_as_its_image(structure: Any) -> None:
    nest.assert_same_structure(structure, nest.map_structure(lambda leaf: (leaf, leaf)[0], structure))


@given(nests)
def test_paths_lead_to_the_leaves(structure: Any) -> None:
    for path, leaf in zip(nest.yield_flat_paths(structure), nest.flatten(structure), strict=True):
        part = structure
        for step in path:
            part = getattr(part, step) if nest.is_namedtuple(part) else part[step]
        assert part is leaf


@pytest.mark.parametrize("nested", [[], (), {}, range(3), deque([1]), {}.keys(), LSTMStateTuple(1, 2), UserList([1])])
def test_sequences_and_mappings_are_nested(nested: Any) -> None:
    assert nest.is_nested(nested)
    assert nest.is_sequence(nested)


@pytest.mark.parametrize("leaf", [None, 1, "ab", b"ab", {1}, np.ones(2), TensorShape([2, 3]), object()])
def test_everything_else_is_a_leaf(leaf: Any) -> None:
    assert not nest.is_nested(leaf)
    assert nest.flatten(leaf)[0] is leaf


def test_dicts_are_flattened_by_sorted_key() -> None:
    assert nest.flatten({"b": 1, "a": [2, (3,)], "c": None}) == [2, 3, 1, None]
    assert nest.flatten({"b": 1, "a": 2}.items()) == ["b", 1, "a", 2]


def test_packing_keeps_the_order_of_keys_and_the_class() -> None:
    ordered = nest.pack_sequence_as(OrderedDict([("b", 0), ("a", 0)]), [3, 4])
    assert ordered == OrderedDict([("b", 4), ("a", 3)])
    assert type(ordered) is OrderedDict
    default = nest.pack_sequence_as(defaultdict(list, b=0, a=0), [3, 4])
    assert (default, default.default_factory) == ({"b": 4, "a": 3}, list)
    assert nest.pack_sequence_as(deque([0, 0]), [1, 2]) == deque([1, 2])
    assert nest.pack_sequence_as(range(2), [5, 6]) == [5, 6]


def test_packing_takes_nests_as_leaves_and_empty_containers() -> None:
    assert nest.pack_sequence_as(LSTMStateTuple(1, (2,)), [5, {"x": 7}]) == LSTMStateTuple(5, ({"x": 7},))
    assert nest.pack_sequence_as([(), {}], []) == [(), {}]


@pytest.mark.parametrize(
    ("structure", "flat", "error", "message"),
    [
        ([1, 2], [1], ValueError, "Could not pack sequence. Structure had 2 atoms, but flat_sequence had 1 items."),
        ([1, 2], [1, 2, 3], ValueError, "Could not pack sequence. Structure had 2 atoms, but flat_sequence had 3"),
        (1, [1, 2], ValueError, "The target structure is of type `<class 'int'>`"),
        (1, [], ValueError, "The target structure is of type `<class 'int'>`"),
        ([1], 5, TypeError, "Attempted to pack value:\n  5\ninto a structure, but found incompatible type"),
    ],
)
def test_packing_the_wrong_number_of_leaves_is_refused(
    structure: Any, flat: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        nest.pack_sequence_as(structure, flat)
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, Rnn2OnnxError)


def test_unsortable_keys_are_refused() -> None:
    with pytest.raises(TypeError, match="sortable keys"):
        nest.flatten({"b": 1, 1: 2})


def test_map_structure_goes_leaf_by_leaf() -> None:
    assert nest.map_structure(lambda a, b: a + b, {"a": 1, "b": (2,)}, {"b": (10,), "a": 20}) == {"a": 21, "b": (12,)}
    assert nest.map_structure(lambda a, b: a + b, [1, 2], (3, 4), check_types=False) == [4, 6]
    with pytest.raises(TypeError, match="The two structures don't have the same nested structure"):
        nest.map_structure(lambda a, b: a + b, [1, 2], (3, 4))
    with pytest.raises(TypeError, match="func must be callable, got: 5"):
        nest.map_structure(5, [1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Must provide at least one structure"):
        nest.map_structure(str)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, 3),
        (LSTMStateTuple(1, 2), namedtuple("LSTMStateTuple", ("c", "h"))(3, 4)),
        ({"a": 1}, OrderedDict(a=2)),
        ([1, (2, {"x": 3})], ["a", (None, {"x": 1.0})]),
    ],
)
def test_the_same_structure_passes(first: Any, second: Any) -> None:
    nest.assert_same_structure(first, second)


@pytest.mark.parametrize(
    ("first", "second", "error", "detail"),
    [
        ([1, 2], [1, 2, 3], ValueError, "same number of elements"),
        (
            [1, [2]],
            [[1], 2],
            ValueError,
            'Substructure "type=list str=[1]" is a sequence, while substructure "type=int',
        ),
        (1, [2], ValueError, "is a sequence"),
        ({"a": 1}, {"b": 1}, ValueError, "same set of keys"),
        ({"a": 1}, {"a": 1, "b": 2}, ValueError, "same set of keys"),
        ([1, 2], (1, 2), TypeError, "same sequence type"),
        ((1, 2), LSTMStateTuple(1, 2), TypeError, "same sequence type"),
        (Pair(1, 2), LSTMStateTuple(1, 2), TypeError, "same sequence type"),
        ((1, (2, 3)), (1, [2, 3]), TypeError, "has type tuple, while second structure has type list"),
    ],
)
def test_other_structures_are_refused(first: Any, second: Any, error: type[Exception], detail: str) -> None:
    with pytest.raises(error) as caught:
        nest.assert_same_structure(first, second)
    message = str(caught.value)
    assert message.startswith("The two structures don't have the same nested structure.\n\nFirst structure: type=")
    assert detail in message


def test_the_message_outlines_both_structures() -> None:
    with pytest.raises(ValueError, match="nested structure") as caught:
        nest.assert_same_structure((1, LSTMStateTuple(2, 3)), (1, {"x": [2]}), check_types=False)
    assert caught.value.message.endswith(
        "Entire first structure:\n(., LSTMStateTuple(c=., h=.))\nEntire second structure:\n(., {'x': [.]})"
    )


@pytest.mark.parametrize(
    ("first", "second"), [((1, 2), LSTMStateTuple(1, 2)), ([1], (1,)), ({"a": 1}, {"b": 1}), ({"a": 1}, [1])]
)
def test_container_types_count_only_when_checked(first: Any, second: Any) -> None:
    nest.assert_same_structure(first, second, check_types=False)
    with pytest.raises((TypeError, ValueError)):
        nest.assert_same_structure(first, second)


def test_flatten_up_to_stops_at_the_leaves_of_the_shallow_tree() -> None:
    assert nest.flatten_up_to([1, (2,)], [[5, 6], (7,)]) == [[5, 6], 7]
    assert nest.flatten_up_to(1, [2]) == [[2]]
    assert nest.flatten_up_to((0, 0), LSTMStateTuple(3, 4)) == [3, 4]
    assert nest.flatten_up_to({"a": 1}, OrderedDict(a=[1])) == [[1]]
    assert nest.map_structure_up_to([1, 2], lambda a, b: (a, b), [[1], [2]], [3, 4]) == [([1], 3), ([2], 4)]


@pytest.mark.parametrize(
    ("shallow", "deep", "error", "message"),
    [
        ([1, 2], 3, TypeError, "If shallow structure is a sequence, input must also be a sequence. Input has type"),
        (
            [1, 2],
            [1],
            ValueError,
            "The two structures don't have the same sequence length. Input structure has length 1",
        ),
        ([1, 2], (1, 2), TypeError, "The two structures don't have the same sequence type. Input structure has type"),
        ({"a": 1}, {"b": 1}, ValueError, "The shallow_tree's keys are not a subset of the input_tree's keys."),
        ([[1]], [2], TypeError, "If shallow structure is a sequence"),
    ],
)
def test_a_shallow_structure_that_does_not_fit_is_refused(
    shallow: Any, deep: Any, error: type[Exception], message: str
) -> None:
    for check in (nest.assert_shallow_structure, nest.flatten_up_to):
        with pytest.raises(error) as caught:
            check(shallow, deep)
        assert str(caught.value).startswith(message)


def test_mapping_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="Cannot map over no sequences"):
        nest.map_structure_up_to([1], str)
    with pytest.raises(TypeError, match="func must be callable"):
        nest.map_structure_up_to([1], 5, [1])  # type: ignore[arg-type]


def test_joined_paths_name_every_leaf() -> None:
    structure = {"x": [1, LSTMStateTuple(2, 3)], "a": 4}
    pairs = [("a", 4), ("x/0", 1), ("x/1/c", 2), ("x/1/h", 3)]
    assert nest.flatten_with_joined_string_paths(structure) == pairs
    assert nest.flatten_with_joined_string_paths(structure, ".")[-1] == ("x.1.h", 3)
    assert nest.flatten_with_joined_string_paths(5) == [("", 5)]


def test_flat_paths_are_the_output_names() -> None:
    outputs = {"outputs": 1, "state": (LSTMStateTuple(2, 3),)}
    assert nest.flat_paths(outputs) == ["outputs", "state_0_c", "state_0_h"]
    assert nest.flat_paths(1) == ["output"]
    assert nest.flat_paths(1, root="y") == ["y"]
