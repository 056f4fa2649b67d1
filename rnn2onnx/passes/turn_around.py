"""``turn_around``: a recurrence over a reversed sequence, whose rows are reversed again, walks backwards.

Programs write a backward direction so, by hand: ``reverse``, run, ``reverse``. Walked backwards, nothing is copied, and
what is computed for each step, such as an embedding, is the same for both directions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, TypeAlias

import numpy as np

from rnn2onnx.ir import Builder, Graph, Op, Value, constant, replay, walk
from rnn2onnx.ir.types import is_integer
from rnn2onnx.passes.report import Report

Make: TypeAlias = "Callable[[], Value]"

_DEEP = 60
"""How many operations may stand between a reversal and a recurrence."""


@dataclass(frozen=True)
class TurnAround:
    """Reversals around a recurrence become its direction."""

    name: ClassVar[str] = "turn_around"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with recurrences that walk the other way where reversals stood on both sides."""
        ends = _ends(graph)
        if not ends:
            return graph
        turned: dict[Value, Value] = {}
        paths = {path[-1].results[0]: (row, path) for row, found in _paths(ends) for path in found}

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            if op.results in ends:
                return _walked_back(builder, op, turned)
            row, path = paths.get(op.results[0], (None, ())) if op.results else (None, ())
            if row is None or row not in turned:
                return None
            value = turned[row]
            for step in path[:-1]:
                value = builder.emit(step.kind, (value,), location=step.location, **step.attrs)[0]
            return (value,)

        return replay(graph, (rule,))


# -- what becomes of the rows ------------------------------------------------------------------------------------------

Ends: TypeAlias = "Mapping[Value, list[list[Op]]]"
"""For each row of a recurrence the ways to the reversals that are all that uses it: transposes, and a reversal."""


def _paths(ends: Mapping[tuple[Value, ...], Ends]) -> Iterable[tuple[Value, list[list[Op]]]]:
    for found in ends.values():
        yield from found.items()


def _ends(graph: Graph) -> dict[tuple[Value, ...], Ends]:
    """The recurrences that may be turned around: by their results, since those of the old graph name them."""
    users: dict[Value, list[Op | None]] = defaultdict(list)
    recurrences: list[Op] = []
    blocks = [graph.block]
    for op in walk(graph.block):
        blocks += op.blocks
        for value in op.operands:
            users[value].append(op)
        if op.kind.name == "recur":
            recurrences.append(op)
    for block in blocks:
        for value in block.results:
            users[value].append(None)
    found: dict[tuple[Value, ...], Ends] = {}
    for op in recurrences:
        lengths = _plain(op.operands[-1]) if op.attrs["lengths"] else None
        rows = op.results[op.attrs["states"] :]
        ends = {row: _turned_again(users, row, (0, 1), lengths) for row in rows}
        if all(paths is not None for paths in ends.values()):
            found[op.results] = {row: paths for row, paths in ends.items() if paths is not None}
    return found


def _turned_again(
    users: Mapping[Value, list[Op | None]], value: Value, axes: tuple[int, int], lengths: Value | None
) -> list[list[Op]] | None:
    """The ways from a value to the reversals that are all that uses it; None if anything else does."""
    found: list[list[Op]] = []
    for user in users.get(value, ()):
        if user is None:
            return None
        if _reversal(user, axes, lengths):
            found.append([user])
            continue
        if user.kind.name != "transpose":
            return None
        perm = user.attrs["perm"]
        moved = (perm.index(axes[0]), perm.index(axes[1]) if axes[1] < len(perm) else axes[1])
        further = _turned_again(users, user.results[0], moved, lengths)
        if further is None:
            return None
        found += [[user, *path] for path in further]
    return found


def _plain(value: Value) -> Value:
    """Integers before they were cast to other integers."""
    while value.op is not None and value.op.kind.name == "cast" and is_integer(value.op.operands[0].type.dtype):
        value = value.op.operands[0]
    return value


def _reversal(op: Op, axes: tuple[int, int], lengths: Value | None) -> bool:
    """Whether an operation reverses the steps of its operand: along an axis, with lengths for the rows of another."""
    if op.kind.name == "reverse_sequence":
        given = (op.attrs["seq_axis"], op.attrs["batch_axis"])
        return lengths is not None and given == axes and _plain(op.operands[1]) is lengths
    if lengths is not None:
        return False
    if op.kind.name == "reverse":
        return bool(op.attrs["axes"] == (axes[0],))
    if op.kind.name != "slice" or op.attrs["axes"] != (axes[0],) or op.attrs["steps"] != (-1,):
        return False
    # A slice that goes backwards and is known to be as long takes all there is.
    return bool(op.results[0].type.shape[axes[0]] == op.operands[0].type.shape[axes[0]])


# -- the recurrence ----------------------------------------------------------------------------------------------------


def _walked_back(builder: Builder, op: Op, turned: dict[Value, Value]) -> Sequence[Value] | None:
    """The results of a recurrence that walks the other way; its rows are noted as they are, and given reversed."""
    states, lengths = op.attrs["states"], op.operands[-1] if op.attrs["lengths"] else None
    sequences = op.operands[states : len(op.operands) - (lengths is not None)]
    if lengths is not None and any(value.type.rank < 2 for value in (*sequences, *op.results[states:])):
        return None
    view = _Turned(builder, None if lengths is None else _plain(lengths))
    made = [view.of(value, (0, 1)) for value in sequences]
    if not view.found or any(make is None for make in made):
        return None
    operands = [*op.operands[:states], *(make() for make in made if make is not None)]
    if lengths is not None:
        operands.append(lengths)
    results = builder.emit(
        op.kind,
        operands,
        blocks=op.blocks,
        location=op.location,
        types=[value.type for value in op.results],
        **{**op.attrs, "reverse": not op.attrs["reverse"]},
    )
    turned.update(zip(op.results[states:], results[states:], strict=True))
    return [*results[:states], *(_reversed(builder, row, lengths) for row in results[states:])]


def _reversed(builder: Builder, row: Value, lengths: Value | None) -> Value:
    if lengths is None:
        return builder.emit("reverse", (row,), axes=(0,))[0]
    wide = builder.emit("cast", (lengths,), dtype=np.dtype(np.int64))[0]
    return builder.emit("reverse_sequence", (row, wide), seq_axis=0, batch_axis=1)[0]


class _Turned:
    """Values with their steps the other way round, where that takes a reversal away instead of adding one.

    Args:
        builder: Where to.
        lengths: Those of the rows; None if all steps are reversed.

    Attributes:
        found: Whether there was any reversal.
    """

    def __init__(self, builder: Builder, lengths: Value | None) -> None:
        self.builder, self.lengths = builder, lengths
        self.found = False
        self._known: dict[tuple[Value, tuple[int, int]], Make | None] = {}
        self._depth = 0

    def of(self, value: Value, axes: tuple[int, int]) -> Make | None:
        """What makes a value with the steps along its first axis here reversed, in the rows along the second.

        None if it is not known to be a reversed one.
        """
        if (value, axes) not in self._known:
            self._depth += 1
            make = self._of(value, axes) if self._depth < _DEEP else None
            self._known[value, axes] = cache(make) if make is not None else None
            self._depth -= 1
        return self._known[value, axes]

    def _of(self, value: Value, axes: tuple[int, int]) -> Make | None:
        op = value.op
        array = constant(value)
        if array is not None and self.lengths is None:
            return lambda: self.builder.const(np.flip(array, axes[0]))
        if op is None or op.blocks or len(op.results) != 1:
            return None
        if _reversal(op, axes, self.lengths):
            self.found = True
            return lambda: op.operands[0]
        parts = self._parts(op, axes)
        if parts is None or None in parts:
            return None
        makes = [part for part in parts if part is not None]
        return lambda: self.builder.emit(
            op.kind, [make() for make in makes], location=op.location, types=[value.type], **op.attrs
        )[0]

    def _parts(self, op: Op, axes: tuple[int, int]) -> list[Make | None] | None:
        """The operands of an operation that gives its reversed result for them; None if there are no such."""
        name, first = op.kind.name, op.operands[0] if op.operands else None
        if op.kind.elementwise:
            return [self._aligned(value, op.results[0], axes) for value in op.operands]
        if name == "transpose":
            perm = op.attrs["perm"]
            return [self.of(op.operands[0], (perm[axes[0]], perm[axes[1]] if axes[1] < len(perm) else axes[1]))]
        if name == "gather" and op.attrs["axis"] == 0 and max(axes[: 1 + self._rows]) < op.operands[1].type.rank:
            return [_as_is(op.operands[0]), self.of(op.operands[1], axes)]
        if name == "concat" and op.attrs["axis"] not in axes[: 1 + self._rows]:
            return [self.of(value, axes) for value in op.operands]
        if name == "matmul" and first is not None and op.operands[1].type.rank == 2:
            last = first.type.rank - 1
            return [self.of(first, axes), _as_is(op.operands[1])] if last not in axes[: 1 + self._rows] else None
        if name == "unsqueeze" and not set(op.attrs["axes"]) & set(axes[: 1 + self._rows]):
            steps, rows = (axis - sum(new < axis for new in op.attrs["axes"]) for axis in axes)
            return [self.of(op.operands[0], (steps, rows))]
        return None

    @property
    def _rows(self) -> bool:
        """Whether rows matter."""
        return self.lengths is not None

    def _aligned(self, value: Value, result: Value, axes: tuple[int, int]) -> Make | None:
        """An operand of an operation on elements, which is spread to the rank of the result."""
        missing = result.type.rank - value.type.rank
        steps, rows = (axis - missing for axis in axes)
        if steps < 0 or value.type.shape[steps] == 1:
            return _as_is(value)
        if value.type.shape[steps] != result.type.shape[axes[0]]:
            return None
        if self._rows and (rows < 0 or value.type.shape[rows] != result.type.shape[axes[1]]):
            return None
        return self.of(value, (steps, rows))


def _as_is(value: Value) -> Make:
    return lambda: value
