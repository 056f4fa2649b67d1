"""What stands behind the end of shorter rows: whether it can be anything at all, and along which axes rows end.

A recurrence with lengths never looks at it, so that it may be NaN or left from another batch. Whoever computes with all
rows at once has to.
"""

from __future__ import annotations

from collections.abc import Collection

from rnn2onnx.ir import Block, Dim, Graph, Op, Value, constant
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.rows_apart import mixed_in

Axes = tuple[int, int]
"""Where a value has its steps and its rows."""

_LAYERS = {"rnn", "gru", "lstm", "quantized_lstm"}


class Padding:
    """Which values of a program may hold padding, and where their rows end.

    Args:
        graph: The program.
        cleaned: Operations before which padding is taken out of what they are given.

    Attributes:
        dirty: The values that may.
    """

    def __init__(self, graph: Graph, cleaned: Collection[Op] = ()) -> None:
        self.dirty: set[Value] = set()
        self._axes: dict[Value, tuple[Axes, Dim, Value] | None] = {}
        for block in blocks_of(graph.block):
            for op in block.ops:
                lengths = lengths_of(op)
                if lengths is None:
                    continue
                time = sequences_of(op)[0].type.shape[0]
                self.dirty |= padded(graph.block, time, cleaned)
                for value, axes in axes_before(block, op).items():
                    found = None if axes is None or sees_padding(op) else (axes, time, lengths)
                    self._axes[value] = found if self._axes.get(value, found) == found else None

    def may_be_in(self, value: Value) -> bool:
        """Whether a value may hold padding."""
        return value in self.dirty and is_float(value.type.dtype)

    def of(self, op: Op, value: Value) -> tuple[Axes, Dim, Value] | None:
        """Where a padded operand of an operation has its steps and rows, and their lengths; None if unknown."""
        if op.kind.name == "matmul":
            found = self._axes.get(op.results[0])
            return found if found is not None and value.type.rank == op.results[0].type.rank else None
        lengths = lengths_of(op)
        if lengths is None or value.type.rank < 2 or sees_padding(op):
            return None
        return (0, 1), value.type.shape[0], lengths


def sees_padding(recurrence: Op) -> bool:
    """Whether a recurrence with lengths computes with what is behind the end of rows: other rows, or states go on."""
    if recurrence.kind.name != "recur":
        return False
    (body,), lengths = recurrence.blocks, recurrence.operands[-1]
    return bool(recurrence.attrs["unmasked"]) or mixed_in(body, lengths.type.shape[0]) is not None


def blocks_of(block: Block) -> list[Block]:
    """A block and the branches in it."""
    found = [block]
    for op in block.ops:
        if op.kind.name == "cond":
            found += [inner for body in op.blocks for inner in blocks_of(body)]
    return found


def lengths_of(op: Op) -> Value | None:
    """The lengths of a recurrence."""
    if op.kind.name == "recur":
        return op.operands[-1] if op.attrs["lengths"] else None
    if op.kind.name in _LAYERS:
        return dict(zip(op.attrs["inputs"], op.operands, strict=True)).get("sequence_lens")
    return None


def padded(block: Block, time: Dim, cleaned: Collection[Op]) -> set[Value]:
    """The values of a block that may hold what the program was fed behind the end of a row.

    Args:
        block: The whole program.
        time: The number of steps of what is fed.
        cleaned: Operations whose results hold none.
    """
    found = {value for value in block.params if time in value.type.shape}
    _spread(block, found, cleaned)
    return found


def _spread(block: Block, found: set[Value], cleaned: Collection[Op]) -> None:
    """Adds what is made of the values found."""
    for op in block.ops:
        if op in cleaned or _has_lengths(op) or op.kind.name == "shape":
            continue
        if op.kind.name == "gather" and constant(op.operands[0]) is not None:
            continue
        if op.kind.name == "cond":
            for body in op.blocks:
                _spread(body, found, cleaned)
                found.update(op.results[i] for i, value in enumerate(body.results) if value in found)
        elif any(value in found for value in inputs_of(op)):
            found.update(op.results)


def _has_lengths(op: Op) -> bool:
    """Whether an operation gives zeros behind the end of a row."""
    if op.kind.name == "recur":
        return bool(op.attrs["lengths"])
    return op.kind.name in _LAYERS and "sequence_lens" in op.attrs["inputs"]


def axes_before(block: Block, recurrence: Op) -> dict[Value, Axes | None]:
    """For each value that the sequences of a recurrence are made of where its steps and rows are; None if unknown.

    Args:
        block: What the recurrence stands in.
        recurrence: A ``recur`` or a native layer.
    """
    found: dict[Value, Axes | None] = {}
    for value in sequences_of(recurrence):
        found[value] = (0, 1) if value.type.rank >= 2 else None
    for op in reversed(block.ops):
        for result in op.results:
            if result not in found:
                continue
            for operand, axes in _of_operands(op, found[result]).items():
                found[operand] = axes if found.get(operand, axes) == axes else None
    return found


def sequences_of(recurrence: Op) -> tuple[Value, ...]:
    """What a recurrence walks."""
    if recurrence.kind.name != "recur":
        return recurrence.operands[:1]
    end = len(recurrence.operands) - (1 if recurrence.attrs["lengths"] else 0)
    return recurrence.operands[recurrence.attrs["states"] : end]


def _of_operands(op: Op, axes: Axes | None) -> dict[Value, Axes | None]:
    """Where the operands of an operation have the steps and rows that its result has there."""
    name, rank = op.kind.name, op.results[0].type.rank
    if axes is None or op.blocks or not op.operands:
        return dict.fromkeys(op.operands)
    if op.kind.elementwise or (name == "concat" and op.attrs["axis"] % rank not in axes):
        shape = op.results[0].type.shape
        return {
            value: axes if value.type.rank == rank and all(value.type.shape[a] == shape[a] for a in axes) else None
            for value in op.operands
            if value.type.rank
        }
    first = op.operands[0]
    if name in ("matmul", "quantized_matmul") and first.type.rank == rank and rank - 1 not in axes:
        return {first: axes}
    if name == "slice" and not set(op.attrs["axes"]) & set(axes):
        return {first: axes}
    if name == "transpose":
        return {first: (op.attrs["perm"][axes[0]], op.attrs["perm"][axes[1]])}
    return dict.fromkeys(op.operands)
