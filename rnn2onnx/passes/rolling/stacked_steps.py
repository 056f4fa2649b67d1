"""Values of several steps side by side: as the steps of a sequence, or joined by the program itself.

Elements of one array in order are that array, and so is what the steps of a recurrence give: nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Dim, Op, Type, Value, constant
from rnn2onnx.passes.rolling.copies import Written, element
from rnn2onnx.passes.rolling.steps_in_a_row import Part


@dataclass(frozen=True)
class Piece:
    """Some of the values in a row: elements of one source, or a single value.

    Attributes:
        source: An array and its axis, or a part of steps and which of its results; None for a single value.
        places: Which elements.
        value: The single value.
    """

    source: tuple[Value | Part, int] | None
    places: tuple[int, ...]
    value: Value


class Stacks:
    """The operations of a block that join what several steps give.

    Attributes:
        parts: For each of them what it joins, without the axes that were added for it, in pieces.
        only: The operations that add those axes, where nothing else needs them.
    """

    def __init__(self, written: Written) -> None:
        self.parts: dict[Op, list[Piece]] = {}
        self.only: set[Op] = set()
        joined: set[Op] = set()
        added: set[Op] = set()
        for op in written.block.ops:
            if op.kind.name != "concat" or op in written.taken:
                continue
            inner = [_before_axis(value, op.attrs["axis"], written) for value in op.operands]
            values = tuple(value if x is None else x for x, value in zip(inner, op.operands, strict=True))
            pieces = pieces_of(values, written)
            with_axes = len({x is None for x in inner}) == 1
            if with_axes and any(len(p.places) > 1 and p.source and isinstance(p.source[0], Part) for p in pieces):
                self.parts[op] = pieces
                joined.add(op)
                added.update(value.op for value, x in zip(op.operands, inner, strict=True) if x and value.op)
        for op in added:
            (value,) = op.results
            if value not in written.results and all(user in joined for user, _ in written.users[value]):
                self.only.add(op)


def _before_axis(value: Value, axis: int, written: Written) -> Value | None:
    """What a value was before an axis was added to it to be joined along."""
    op = value.op
    if op is None or op.kind.name != "unsqueeze" or op.attrs["axes"] != (axis,) or op in written.taken:
        return None
    return op.operands[0]


def pieces_of(values: Sequence[Value], written: Written) -> list[Piece]:
    """The values in as few pieces as there are."""
    found: list[Piece] = []
    for value, (source, place) in zip(values, _sources(values, written), strict=True):
        last = found[-1] if found else None
        if last is not None and source is not None and source == last.source and _goes_on((*last.places, place)):
            found[-1] = Piece(source, (*last.places, place), value)
        else:
            found.append(Piece(source, (place,), value))
    return found


def _goes_on(places: Sequence[int]) -> bool:
    return places[-1] - places[-2] in (1, -1) and (len(places) < 3 or places[-1] - places[-2] == places[1] - places[0])


def _sources(values: Sequence[Value], written: Written) -> list[tuple[tuple[Value | Part, int] | None, int]]:
    """Of what each value is an element, and which; of one thing all of them where that can be."""
    found = [_source(value, written) for value in values]
    for at, value in enumerate(values):
        op = value.op
        if op is not None and op in written.taken and op in written.taken[op].also and len(values) > 1:
            part, step = written.taken[op].also[op]
            also = (part, op.results.index(value))
            if found[at - 1 if at else 1][0] == also:
                found[at] = also, step
    return found


def _source(value: Value, written: Written) -> tuple[tuple[Value | Part, int] | None, int]:
    op = value.op
    if op is not None and op in written.taken:
        part, step = written.taken[op].place[op]
        return (part, op.results.index(value)), step
    found = element(value)
    return (None, 0) if found is None else (found[:2], found[2])


class Sources:
    """Makes sequences out of values.

    Args:
        builder: Where to.
        written: The block that the values are of.
        new: Gives the new value of an old one.
        rows: Gives what all steps give for a result of a part.
    """

    def __init__(
        self,
        builder: Builder,
        written: Written,
        new: Callable[[Value], Value],
        rows: Callable[[Part, int], Value],
    ) -> None:
        self.builder, self.written, self.new, self.rows = builder, written, new, rows

    def stacked(self, values: Sequence[Value]) -> Value:
        """[n, …]: the values as a sequence."""
        arrays = [constant(value) for value in values]
        if all(array is not None for array in arrays):
            return self.builder.const(np.stack([array for array in arrays if array is not None]))
        parts = [self._piece(piece) for piece in self.pieces(values)]
        return parts[0] if len(parts) == 1 else self._emit("concat", *parts, axis=0)

    def pieces(self, values: Sequence[Value]) -> list[Piece]:
        """The values in pieces: a single one if all are elements of one thing, in whatever order."""
        sources = _sources(values, self.written)
        if len({source for source, _ in sources}) == 1 and sources[0][0] is not None:
            return [Piece(sources[0][0], tuple(place for _, place in sources), values[0])]
        return pieces_of(values, self.written)

    def joined(self, op: Op, pieces: Sequence[Piece]) -> Value:
        """What an operation gives that joins values; they have an axis less if it joins them along a new one."""
        axis, result = op.attrs["axis"], op.results[0].type
        new = pieces[0].value.type.rank < result.rank
        parts = []
        for piece in pieces:
            if piece.source is None or len(piece.places) == 1:
                value = self.new(piece.value)
                parts.append(self._emit("unsqueeze", value, axes=(axis,)) if new else value)
                continue
            rows = self._piece(piece)
            order = [*range(1, axis + 1), 0, *range(axis + 1, rows.type.rank)]
            if order != sorted(order):
                rows = self._emit("transpose", rows, perm=tuple(order))
            parts.append(rows if new else self._merged(rows, axis))
        return parts[0] if len(parts) == 1 else self._emit("concat", *parts, axis=axis)

    def _emit(self, kind: str, *operands: Value, **attrs: Any) -> Value:
        return self.builder.emit(kind, operands, **attrs)[0]

    def _piece(self, piece: Piece) -> Value:
        if piece.source is None or len(piece.places) == 1:
            return self._emit("unsqueeze", self.new(piece.value), axes=(0,))
        return self._picked(piece.source, piece.places)

    def _picked(self, source: tuple[Value | Part, int], places: Sequence[int]) -> Value:
        """Elements of an array along an axis, or of what steps give; their axis is the first."""
        array = self._whole(*source)
        count, (length, *_) = len(places), array.type.shape
        low, high = min(places), max(places)
        step = places[1] - places[0] if count > 1 else 1
        if list(places) != list(range(places[0], places[0] + step * count, step or 1)):
            return self._emit("gather", array, self.builder.const(np.array(places)), axis=0)
        if (low, high - low + 1) != (0, length) or abs(step) > 1:
            ends = [self.builder.const(np.array([at])) for at in (low, high + 1)]
            array = self._emit("slice", array, *ends, axes=(0,), steps=(abs(step),))
        return self._emit("reverse", array, axes=(0,)) if step < 0 else array

    def _whole(self, source: Value | Part, axis: int) -> Value:
        if isinstance(source, Part):
            return self.rows(source, axis)
        array = self.new(source)
        order = [axis, *(a for a in range(array.type.rank) if a != axis)]
        return array if not axis else self._emit("transpose", array, perm=tuple(order))

    def _merged(self, value: Value, axis: int) -> Value:
        """A value with an axis and the one behind it as one."""
        dims: list[Dim] = [*value.type.shape]
        count, width = dims[axis : axis + 2]
        assert isinstance(count, int)
        dims[axis : axis + 2] = [count * width if isinstance(width, int) else -1]
        return self._emit("reshape", value, shape_vector(self.builder, dims))


def shape_vector(builder: Builder, dims: Sequence[Dim]) -> Value:
    """i64[rank]: lengths as a vector, each computed from a value that has it."""
    if all(isinstance(dim, int) for dim in dims):
        return builder.const(np.array(dims, np.int64))
    parts = []
    for dim in dims:
        if isinstance(dim, int):
            parts.append(builder.const(np.array([dim], np.int64)))
            continue
        length = builder.dim_value(dim)
        assert length is not None, f"the length {dim} has no value here"
        parts.append(builder.emit("unsqueeze", (length,), axes=(0,))[0])
    return builder.emit("concat", parts, axis=0)[0]


def spread(builder: Builder, value: Value, type: Type) -> Value:
    """A value repeated to a shape that it can be broadcast to."""
    return builder.emit("expand", (value, shape_vector(builder, type.shape)), types=[type])[0]
