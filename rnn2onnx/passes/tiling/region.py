"""A part of a block that one set of lengths rules, and what a recurrence in it takes and gives."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rnn2onnx.ir import Dim, Op, Value, captures, constant, walk
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.tiling.defined import may_fail
from rnn2onnx.passes.tiling.time_and_batch import NOWHERE, Place, places_of_operands
from rnn2onnx.passes.widening import is_widening

QUANTIZED = {"quantized_matmul", "quantized_lstm"}
"""Products with int8 weights."""
LAYERS = {*GATES, "quantized_lstm"}
"""Native layers."""


@dataclass(eq=False)
class Region:
    """What can run in tiles of time.

    Attributes:
        lengths: An integer for each row, as it was given; None if all rows take all steps.
        time: The length of the sequences.
        batch: How many rows there are.
        recurrences: Those of the region, in order.
        ops: All its operations.
        body: The same, in order.
        places: Where each of its values that has steps has them.
        cuts: The slice along time that a value lies behind; it has all steps in the tiles.
        outputs: The values that are needed outside.
        needs: The regions that have to run before.
    """

    lengths: Value | None
    time: Dim
    batch: Dim
    recurrences: list[Op] = field(default_factory=list)
    ops: set[Op] = field(default_factory=set)
    body: list[Op] = field(default_factory=list)
    places: dict[Value, Place] = field(default_factory=dict)
    cuts: dict[Value, Op] = field(default_factory=dict)
    outputs: list[Value] = field(default_factory=list)
    needs: set[Region] = field(default_factory=set)

    def inputs(self) -> set[Value]:
        """The outer values that it works on."""
        used = {value for op in self.ops for value in inputs_of(op) if value not in self.places}
        return used if self.lengths is None else used | {self.lengths}

    @cached_property
    def weights(self) -> int:
        """Bytes of the constants that it reads or holds."""
        inside = (value for op in self.ops for body in op.blocks for each in walk(body) for value in each.results)
        read = (value for op in self.ops for value in inputs_of(op))
        arrays = (constant(value) for value in {*read, *inside})
        return sum(array.nbytes for array in arrays if array is not None)

    @cached_property
    def shares_scales(self) -> bool:
        """Whether what stands past a row's length matters: it would have a say in the scale of other rows."""
        inside = itertools.chain(self.ops, *(walk(body) for op in self.ops for body in op.blocks))
        return any(op.kind.name in QUANTIZED for op in inside)

    @cached_property
    def must_be_zero(self) -> set[Value]:
        """What an operation is computed from that may fail on what stands past a row's length before it is masked."""
        found: set[Value] = set()
        for op in reversed(self.body):
            if op not in self.recurrences and (may_fail(op) or not found.isdisjoint(op.results)):
                found.update(op.operands)
        return found

    def places_in(self, op: Op) -> Sequence[Place] | None:
        """Where the operands of an operation of the region have time and batch."""
        place = self.places[op.results[0]]
        if self.is_cut(op):
            return [place, *[NOWHERE] * (len(op.operands) - 1)]
        return places_of_operands(op, place)

    def is_cut(self, op: Op) -> bool:
        """Whether an operation is a slice along time."""
        return self.cuts.get(op.results[0]) is op

    def waits_for(self, other: Region) -> bool:
        """Whether ``other`` has to run before this one."""
        waiting, seen = [*self.needs], set(self.needs)
        while waiting:
            region = waiting.pop()
            if region is other:
                return True
            waiting.extend(region.needs - seen)
            seen |= region.needs
        return False


def lengths_of(op: Op) -> Value | None:
    """The lengths of a recurrence."""
    if op.kind.name == "recur" and op.attrs["lengths"]:
        return op.operands[-1]
    if op.kind.name in LAYERS:
        return dict(zip(op.attrs["inputs"], op.operands, strict=True)).get("sequence_lens")
    return None


def is_recurrence(op: Op) -> bool:
    """Whether an operation walks sequences step by step."""
    return op.kind.name == "recur" or op.kind.name in LAYERS


def sequences_of(op: Op) -> Sequence[Value]:
    """The sequences [T, B, …] that a recurrence walks."""
    if op.kind.name == "recur":
        return op.operands[op.attrs["states"] : len(op.operands) - op.attrs["lengths"]]
    return op.operands[:1]


def others_of(op: Op) -> set[Value]:
    """What a recurrence takes besides its sequences, and what its body refers to, be it one of them too."""
    if op.kind.name != "recur":
        return set(op.operands[1:])
    states, lengths = op.operands[: op.attrs["states"]], op.operands[len(op.operands) - op.attrs["lengths"] :]
    return {*states, *lengths, *captures(op.blocks[0])}


def rows_of(op: Op) -> Sequence[Value]:
    """What a recurrence gives for each step."""
    return op.results[op.attrs["states"] :] if op.kind.name == "recur" else op.results[:1]


def given_lengths(value: Value, time: Dim) -> Value:
    """The lengths that were clamped to 0 and the number of steps, or cast without any of them becoming another."""
    while value.op is not None:
        before = _without_limit(value, time)
        if before is None and value.op.kind.name == "cast":
            (wide,) = value.op.operands
            before = wide if is_widening(value.op) or _is_clamped(wide, time) else None
        if before is None:
            break
        value = before
    return value


def _is_clamped(value: Value, time: Dim) -> bool:
    """Whether a value is between 0 and the number of steps."""
    names: set[str] = set()
    while (before := _without_limit(value, time)) is not None:
        assert value.op is not None
        names.add(value.op.kind.name)
        value = before
    return names == {"minimum", "maximum"}


def _without_limit(value: Value, time: Dim) -> Value | None:
    """The lengths that a value is the larger or the smaller of, beside a limit that means nothing for them."""
    op = value.op
    if op is not None and op.kind.name in ("maximum", "minimum"):
        for x, limit in (op.operands, op.operands[::-1]):
            if x.type.rank == 1 and _is_limit(op.kind.name, limit, time):
                return x
    return None


def _is_limit(name: str, limit: Value, time: Dim) -> bool:
    """Whether lengths mean the same without this limit."""
    known = limit.content
    if limit.type.rank or known is None:
        return False
    if name == "minimum":
        return known == (time,) or (isinstance(known[0], int) and isinstance(time, int) and known[0] >= time)
    return isinstance(known[0], int) and known[0] <= 0
