"""Nested structures: lists, tuples, namedtuples and mappings with leaves, walked in TensorFlow's order.

Mappings are walked by sorted key, namedtuples by field, the rest by index. Everything else is a leaf: None, strings,
arrays, tensors and shapes. All functions stand on one: ``_children``, the keys and values one level down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError

Path = tuple[Any, ...]

_STRINGS = (str, bytes)


class _Dot:
    """Stands for a leaf where a message prints only the structure."""

    def __repr__(self) -> str:
        return "."


_DOT = _Dot()


def is_nested(structure: Any) -> bool:
    """True for a list, tuple, namedtuple, mapping or other Python sequence; False for a leaf.

    Source:
        ``tf.nest.is_nested``.
    """
    return isinstance(structure, (Sequence, Mapping, MappingView)) and not isinstance(structure, _STRINGS)


is_sequence = is_nested
"""The name ``is_nested`` had in TensorFlow 1."""


def is_namedtuple(structure: Any) -> bool:
    """True for an instance of a class made by ``collections.namedtuple`` or ``typing.NamedTuple``."""
    if not isinstance(structure, tuple):
        return False
    fields = getattr(structure, "_fields", None)
    return isinstance(fields, tuple) and all(isinstance(name, str) for name in fields)


def flatten(structure: Any) -> list[Any]:
    """The leaves of ``structure`` in order; ``[structure]`` for a leaf.

    Raises:
        ArgumentTypeError: The keys of a mapping cannot be sorted.

    Source:
        ``tf.nest.flatten``.
    """
    if not is_nested(structure):
        return [structure]
    leaves: list[Any] = []
    for _, child in _children(structure):
        leaves.extend(flatten(child))
    return leaves


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """The leaves in ``flat_sequence`` put into containers like those of ``structure``; undoes ``flatten``.

    Raises:
        ArgumentTypeError: ``flat_sequence`` is no sequence.
        ArgumentError: It has more or fewer items than ``structure`` has leaves.

    Source:
        ``tf.nest.pack_sequence_as``.
    """
    if not is_nested(flat_sequence):
        raise ArgumentTypeError(
            f"Attempted to pack value:\n  {flat_sequence!r}\ninto a structure, but found incompatible type "
            f"`{type(flat_sequence)}` instead. Give a list of leaves."
        )
    leaves = list(flat_sequence)
    if not is_nested(structure):
        if len(leaves) != 1:
            raise ArgumentError(
                f"The target structure is of type `{type(structure)}`\n  {structure!r}\nHowever the input is a "
                f"sequence ({type(flat_sequence)}) of length {len(leaves)}.\n  {_shortened(leaves)}\n"
                "A leaf takes exactly one item."
            )
        return leaves[0]
    expected = len(flatten(structure))
    if expected != len(leaves):
        raise ArgumentError(
            f"Could not pack sequence. Structure had {expected} atoms, but flat_sequence had {len(leaves)} items.  "
            f"Structure: {_shortened(structure)}, flat_sequence: {_shortened(leaves)}."
        )
    return _pack(structure, iter(leaves))


def map_structure(func: Callable[..., Any], *structures: Any, check_types: bool = True) -> Any:
    """``func`` of the leaves that stand at the same place, in containers like those of the first structure.

    Raises:
        ArgumentTypeError: ``func`` cannot be called, or (``check_types``) containers of different types meet.
        ArgumentError: No structure was given, or they differ.

    Source:
        ``tf.nest.map_structure``.
    """
    if not callable(func):
        raise ArgumentTypeError(f"func must be callable, got: {func!r}")
    if not structures:
        raise ArgumentError("Must provide at least one structure to map over.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other, check_types=check_types)
    return pack_sequence_as(structures[0], [func(*leaves) for leaves in zip(*map(flatten, structures), strict=True)])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True) -> None:
    """Returns when both nests have the same containers with leaves at the same places, whatever the leaves are.

    All mappings count as one type, and so do all lists and namedtuples of equal name and fields.

    Raises:
        ArgumentError: Numbers of elements, keys or the places of leaves differ.
        ArgumentTypeError: Only with ``check_types``: containers of different types meet.

    Source:
        ``tf.nest.assert_same_structure``.
    """
    mismatch = _mismatch(nest1, nest2, check_types)
    if mismatch is None:
        return
    error, detail = mismatch
    raise error(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {_typed(nest1)}\n\nSecond structure: {_typed(nest2)}\n\nMore specifically: {detail}\n"
        f"Entire first structure:\n{_outline(nest1)}\nEntire second structure:\n{_outline(nest2)}"
    )


def assert_shallow_structure(shallow_tree: Any, input_tree: Any, check_types: bool = True) -> None:
    """Returns when ``input_tree`` has the containers of ``shallow_tree``; below its leaves there may be more.

    Raises:
        ArgumentError: Numbers of elements or keys differ.
        ArgumentTypeError: A leaf meets a container, or (``check_types``) containers of different types meet.

    Source:
        ``assert_shallow_structure`` of ``tensorflow.python.util.nest``.
    """
    if not is_nested(shallow_tree):
        return
    if not is_nested(input_tree):
        raise ArgumentTypeError(
            "If shallow structure is a sequence, input must also be a sequence. "
            f"Input has type: {type(input_tree)}, shallow structure is {_shortened(shallow_tree)}."
        )
    # A namedtuple is a tuple: it may stand where the shallow tree has a plain one.
    if check_types and not (isinstance(input_tree, type(shallow_tree)) or _same_container(shallow_tree, input_tree)):
        raise ArgumentTypeError(
            "The two structures don't have the same sequence type. "
            f"Input structure has type {type(input_tree)}, while shallow structure has type {type(shallow_tree)}."
        )
    if len(shallow_tree) != len(input_tree):
        raise ArgumentError(
            "The two structures don't have the same sequence length. "
            f"Input structure has length {len(input_tree)}, while shallow structure has length {len(shallow_tree)}."
        )
    if isinstance(shallow_tree, Mapping):
        missing = [key for key in shallow_tree if not isinstance(input_tree, Mapping) or key not in input_tree]
        if missing:
            raise ArgumentError(
                "The shallow_tree's keys are not a subset of the input_tree's keys. "
                f"The input_tree is {_shortened(input_tree)} and lacks {missing}."
            )
    for (_, shallow), (_, deep) in zip(_children(shallow_tree), _children(input_tree), strict=True):
        assert_shallow_structure(shallow, deep, check_types=check_types)


def flatten_up_to(shallow_tree: Any, input_tree: Any, check_types: bool = True) -> list[Any]:
    """What stands in ``input_tree`` where ``shallow_tree`` has its leaves; these parts may be nests themselves.

    Raises:
        ArgumentError, ArgumentTypeError: As ``assert_shallow_structure``.

    Source:
        ``flatten_up_to`` of ``tensorflow.python.util.nest``.
    """
    assert_shallow_structure(shallow_tree, input_tree, check_types=check_types)
    return _parts_up_to(shallow_tree, input_tree)


def map_structure_up_to(shallow_tree: Any, func: Callable[..., Any], *inputs: Any, check_types: bool = True) -> Any:
    """``func`` of the parts of ``inputs`` where ``shallow_tree`` has its leaves, in containers like those of it.

    Raises:
        ArgumentError: No input was given, or one has not the structure of ``shallow_tree``.
        ArgumentTypeError: ``func`` cannot be called, or containers differ as in ``assert_shallow_structure``.

    Source:
        ``map_structure_up_to`` of ``tensorflow.python.util.nest``.
    """
    if not callable(func):
        raise ArgumentTypeError(f"func must be callable, got: {func!r}")
    if not inputs:
        raise ArgumentError("Cannot map over no sequences: give at least one input.")
    parts = [flatten_up_to(shallow_tree, tree, check_types=check_types) for tree in inputs]
    return pack_sequence_as(shallow_tree, [func(*leaves) for leaves in zip(*parts, strict=True)])


def yield_flat_paths(structure: Any) -> Iterator[Path]:
    """One tuple of keys, field names and indices per leaf, in the order of ``flatten``; ``()`` for a bare leaf.

    Source:
        ``yield_flat_paths`` of ``tensorflow.python.util.nest``.
    """
    if not is_nested(structure):
        yield ()
        return
    for key, child in _children(structure):
        for path in yield_flat_paths(child):
            yield (key, *path)


def flatten_with_joined_string_paths(structure: Any, separator: str = "/") -> list[tuple[str, Any]]:
    """Pairs of a leaf's path, joined by ``separator``, and the leaf.

    Source:
        ``flatten_with_joined_string_paths`` of ``tensorflow.python.util.nest``.
    """
    paths = (separator.join(map(str, path)) for path in yield_flat_paths(structure))
    return list(zip(paths, flatten(structure), strict=True))


def flat_paths(structure: Any, root: str = "output") -> list[str]:
    """One name per leaf, in the order of ``flatten``: its path joined by ``_``, such as ``state_0_c``.

    Args:
        structure: Any nest.
        root: The name of a bare leaf, which has no path.
    """
    return ["_".join(map(str, path)) or root for path in yield_flat_paths(structure)]


def _children(structure: Any) -> list[tuple[Any, Any]]:
    if isinstance(structure, Mapping):
        return [(key, structure[key]) for key in _sorted_keys(structure)]
    if is_namedtuple(structure):
        return [(name, getattr(structure, name)) for name in structure._fields]
    return list(enumerate(structure))


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        raise ArgumentTypeError(
            f"nest only supports dicts with sortable keys, found keys {list(mapping)!r}. Use keys of one type."
        ) from None


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if not is_nested(structure):
        return next(leaves)
    packed = [(key, _pack(child, leaves)) for key, child in _children(structure)]
    return _container_like(structure, packed)


def _container_like(structure: Any, items: list[tuple[Any, Any]]) -> Any:
    kind: Any = type(structure)
    if isinstance(structure, Mapping):
        by_key = dict(items)
        ordered = [(key, by_key[key]) for key in structure]
        if isinstance(structure, defaultdict):
            return kind(structure.default_factory, ordered)
        return kind(ordered)
    values = [value for _, value in items]
    if isinstance(structure, (MappingView, range)):
        return values
    if is_namedtuple(structure):
        return kind(*values)
    return kind(values)


def _parts_up_to(shallow_tree: Any, input_tree: Any) -> list[Any]:
    if not is_nested(shallow_tree):
        return [input_tree]
    parts: list[Any] = []
    for (_, shallow), (_, deep) in zip(_children(shallow_tree), _children(input_tree), strict=True):
        parts.extend(_parts_up_to(shallow, deep))
    return parts


def _same_container(first: Any, second: Any) -> bool:
    if type(first) is type(second):
        return True
    if is_namedtuple(first) and is_namedtuple(second):
        return type(first).__name__ == type(second).__name__ and bool(first._fields == second._fields)
    return any(isinstance(first, kind) and isinstance(second, kind) for kind in (list, Mapping))


def _mismatch(
    first: Any, second: Any, check_types: bool
) -> tuple[type[ArgumentError] | type[ArgumentTypeError], str] | None:
    """The first place where two nests differ: the class of the error and what is wrong there."""
    if not is_nested(first) and not is_nested(second):
        return None
    if is_nested(first) != is_nested(second):
        nested, leaf = (first, second) if is_nested(first) else (second, first)
        detail = f'Substructure "{_typed(nested)}" is a sequence, while substructure "{_typed(leaf)}" is not'
        return ArgumentError, detail
    if check_types:
        if not _same_container(first, second):
            return ArgumentTypeError, (
                "The two structures don't have the same sequence type. "
                f"First structure has type {type(first).__name__}, while second structure has type "
                f"{type(second).__name__}."
            )
        if isinstance(first, Mapping) and set(first) != set(second):
            return ArgumentError, (
                "The two dictionaries don't have the same set of keys. "
                f"First structure has keys {list(first)!r}, while second structure has keys {list(second)!r}"
            )
    if len(first) != len(second):
        return ArgumentError, (
            "The two structures don't have the same number of elements. "
            f"First structure: {_typed(first)} has {len(first)}. Second structure: {_typed(second)} has {len(second)}"
        )
    for (_, one), (_, other) in zip(_children(first), _children(second), strict=True):
        found = _mismatch(one, other, check_types)
        if found is not None:
            return found
    return None


def _typed(structure: Any) -> str:
    return f"type={type(structure).__name__} str={_shortened(structure)}"


def _outline(structure: Any) -> str:
    return repr(map_structure(lambda _: _DOT, structure))


def _shortened(structure: Any, limit: int = 200) -> str:
    text = str(structure)
    return text if len(text) <= limit else f"{text[:limit]}..."
