"""Random inputs for a program: floats around zero, positions that exist, lengths from none to one too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Array, Dim, Graph, Op, Type, Value, walk
from rnn2onnx.ir.types import is_float

_ANY = range(4)
_SAME = {"cast", "identity", "reshape", "transpose", "unsqueeze", "squeeze", "expand", "slice", "tile", "reverse"}
_NATIVE = {"lstm", "gru", "rnn"}


def random_feeds(
    types: Mapping[str, Type],
    sizes: Mapping[str, int] | None = None,
    *,
    seed: int = 0,
    ranges: Mapping[str, range] | None = None,
) -> dict[str, Array]:
    """An array for each input: floats from -1 to 1, integers from ``ranges``, or 0 to 3.

    Args:
        types: The inputs' types by name.
        sizes: The named lengths; those that are not said are 3, 5, 7… in order.
        seed: Equal seeds give equal arrays.
        ranges: What the integers of an input may be, as ``integer_ranges`` finds it.

    Raises:
        ArgumentError: No input has a length of a name in ``sizes``, or a length is negative.
    """
    known = all_sizes(types, sizes)
    rng = np.random.default_rng(seed)
    feeds: dict[str, Array] = {}
    for name, type in types.items():
        shape = [known.get(str(dim), 0) if isinstance(dim, str) else dim for dim in type.shape]
        if is_float(type.dtype):
            feeds[name] = rng.uniform(-1, 1, shape).astype(type.dtype)
        elif type.dtype == np.bool_:
            feeds[name] = rng.random(shape) < 0.5
        else:
            allowed = (ranges or {}).get(name, _ANY)
            feeds[name] = rng.integers(allowed.start, max(allowed.stop, allowed.start + 1), shape).astype(type.dtype)
    return feeds


def all_sizes(types: Mapping[str, Type], sizes: Mapping[str, int] | None = None) -> dict[str, int]:
    """A length for every name in ``types``: the one in ``sizes``, or else 3, 5, 7… in order, to tell axes apart.

    Raises:
        ArgumentError: No input has a length of a name in ``sizes``, or a length is negative.
    """
    names = list(dict.fromkeys(dim for type in types.values() for dim in type.shape if isinstance(dim, str)))
    for name, size in (sizes or {}).items():
        if name not in names:
            there = f"those there are: {', '.join(names)}" if names else "every length is a number"
            raise ArgumentError(f"no input has a length called {name!r}; {there}.")
        if size < 0:
            raise ArgumentError(f"the length {name} can't be {size}; give 0 or more.")
    defaults = {name: 3 + 2 * index for index, name in enumerate(names)}
    return {**defaults, **(sizes or {})}


def integer_ranges(graph: Graph, sizes: Mapping[str, int], *, past_end: int = 1) -> dict[str, range]:
    """What the integers of each input may be, by what the program does with them: lengths, or positions in a table.

    Args:
        graph: The program as recorded.
        sizes: Every named length.
        past_end: How far lengths may be past the end.
    """
    sources = {value: {value.name} for value in graph.inputs if value.type.dtype.kind in "iu"}
    ranges: dict[str, range] = {}
    for op in walk(graph.block):
        for place, operand in enumerate(op.operands):
            names = sources.get(operand, set())
            if not names:
                continue
            for same in _passed_on(op, place):
                sources.setdefault(same, set()).update(names)
            limit = _limit(op, place, past_end)
            if limit is None:
                continue
            dim, beyond = limit
            stop = (sizes.get(dim, 0) if isinstance(dim, str) else dim) + beyond
            for name in names:
                ranges[name] = range(min(stop, ranges.get(name, range(stop)).stop))
    return ranges


def _passed_on(op: Op, place: int) -> Iterator[Value]:
    """The values that hold an operand's numbers again."""
    name = op.kind.name
    if (name in _SAME and place == 0) or name == "concat" or (name == "gather" and place == 0):
        yield op.results[0]
    elif name in ("recur", "scan") and place < len(op.blocks[0].params):
        yield op.blocks[0].params[place]


def _limit(op: Op, place: int, past_end: int) -> tuple[Dim, int] | None:
    """The length that an operand's elements must stay below, and by how much they may pass it; None if any will do."""
    name = op.kind.name
    if name == "gather" and place == 1:
        return op.operands[0].type.shape[op.attrs["axis"]], 0
    if name == "recur" and op.attrs["lengths"] and place == len(op.operands) - 1:
        return op.operands[op.attrs["states"]].type.shape[0], 1 + past_end
    if name == "reverse_sequence" and place == 1:
        return op.operands[0].type.shape[op.attrs["seq_axis"]], 1 + past_end
    return None
