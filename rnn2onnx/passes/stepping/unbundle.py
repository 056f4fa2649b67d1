"""``unbundle``: gates that a body computes side by side and then cuts apart are computed apart.

A cell's one matrix product for all gates costs a cut for each of them in every step, which costs more than a product
of their own. So the cuts move up: through what works element by element, into the columns of matrices, and out of the
loop where they reach a sequence. Measured on onnxruntime 1.31: a Slice in a step costs 0.47 µs, a Split in four 0.85,
a product more 0.2, and a sequence more 0.15 to 0.2.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Value, constant, replay, uses
from rnn2onnx.ir.replay import sweep_block
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.distributing.distribute import Distribute
from rnn2onnx.passes.recognising.affine import columns_of
from rnn2onnx.passes.report import Report

Columns = tuple[int, int]


@dataclass(frozen=True)
class Unbundle:
    """Gates that are computed side by side are computed apart."""

    name: ClassVar[str] = "unbundle"
    works_on: ClassVar[Collection[str]] = ("recur",)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with the cuts in the bodies of its recurrences moved to where they cost less."""
        apart = replay(graph, (unbundled,))
        # What was added to all gates and stands alone now may be free of the state.
        return apart if apart is graph else Distribute()(apart, report)


def unbundled(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The results of a recurrence with the cuts in its body moved; None if there are none that can be."""
    if op.kind.name != "recur" or not op.attrs["states"]:
        return None
    bundles = _Bundles(builder, op)
    return bundles.rebuilt() if bundles.cuts else None


class _Bundles:
    def __init__(self, builder: Builder, op: Op) -> None:
        self.builder, self.op = builder, op
        (self.body,) = op.blocks
        self.states: int = op.attrs["states"]
        self.inside = {value for each in self.body.ops for value in each.results}
        self.users: dict[Value, list[Op | None]] = defaultdict(list)
        for each in self.body.ops:
            for value in inputs_of(each):
                self.users[value].append(each)
        for value in self.body.results:
            self.users[value].append(None)
        slices = [each for each in self.body.ops if _columns(each) is not None]
        self.cuts = {each for each in slices if self._can(each.operands[0])}

    def _can(self, value: Value) -> bool:
        """Whether a value need not be there as a whole, once what is cut from it is computed apart."""
        if value not in self.inside:
            # A state is there as a whole; a sequence and what is outside are cut before the loop.
            return value not in self.body.params[: self.states]
        op = value.op
        assert op is not None
        if not self._is_only_cut(value):
            return False
        if op.kind.name == "matmul":
            return constant(op.operands[1]) is not None and op.operands[1].type.rank == 2
        if not op.kind.elementwise or any(part.type.rank > value.type.rank for part in op.operands):
            return False
        return all(self._can(part) for part in op.operands if _width(part) != 1)

    def _is_only_cut(self, value: Value) -> bool:
        """Whether all that uses a value are cuts that don't overlap, or operations that are only cut themselves."""
        taken: list[Columns] = []
        for user in self.users[value]:
            if user is None:
                return False
            columns = _columns(user)
            if columns is not None and user.operands[0] is value:
                taken.append(columns)
            elif not user.kind.elementwise or not self._is_only_cut(user.results[0]):
                return False
        taken = sorted(set(taken))
        return all(a[1] <= b[0] for a, b in itertools.pairwise(taken))

    # -- apart ------------------------------------------------------------------------------------------------------

    def rebuilt(self) -> Sequence[Value]:
        """The results of the recurrence with its cuts moved."""
        builder, op, states = self.builder, self.op, self.states
        tail = op.operands[len(op.operands) - bool(op.attrs["lengths"]) :]
        walked = dict(zip(self.body.params[states:], op.operands[states:], strict=False))
        wanted: dict[tuple[Value, Columns], None] = {}
        for each in self.body.ops:
            if each in self.cuts:
                self._collect(each.operands[0], _columns(each) or (0, 0), wanted)
        outside = {(value, at): self._cut(walked.get(value, value), at) for value, at in wanted}
        pieces = {(value, at): made for (value, at), made in outside.items() if value in walked}
        types = [param.type for param in self.body.params]
        types += [made.type.with_shape(made.type.shape[1:]) for made in pieces.values()]
        with builder.body(types, [param.name for param in self.body.params]) as block:
            known = {**outside, **dict(zip(pieces, block.params[len(walked) + states :], strict=True))}
            copier = _Pieces(builder, dict(zip(self.body.params, block.params, strict=False)), known)
            for each in self.body.ops:
                if each in self.cuts:
                    copier.new[each.results[0]] = copier.piece(each.operands[0], _columns(each) or (0, 0))
                else:
                    copier.op(each)
            block.results = tuple(copier.value(value) for value in self.body.results)
        sequences = _used(block, states, [*walked.values(), *pieces.values()])
        operands = (*op.operands[:states], *sequences, *tail)
        given = [value.type for value in op.results]
        return builder.emit(op.kind, operands, blocks=(block,), location=op.location, types=given, **op.attrs)

    def _collect(self, value: Value, at: Columns, wanted: dict[tuple[Value, Columns], None]) -> None:
        """Notes which columns of what is not computed in the body are needed."""
        if value not in self.inside:
            if constant(value) is None:
                wanted[value, at] = None
            return
        assert value.op is not None
        if value.op.kind.name != "matmul":
            for part in value.op.operands:
                if _width(part) != 1:
                    self._collect(part, at, wanted)

    def _cut(self, value: Value, at: Columns) -> Value:
        start, end = (self.builder.const(np.array([column])) for column in at)
        axes = (value.type.rank - 1,)
        return self.builder.emit("slice", (value, start, end), axes=axes, steps=(1,), location=self.op.location)[0]


class _Pieces(Copier):
    """Copies a body, computing columns of its values where they are asked for.

    Args:
        builder: Where to.
        new: The new parameters for the old ones.
        known: Columns of values that are there already.
    """

    def __init__(
        self, builder: Builder, new: Mapping[Value, Value], known: Mapping[tuple[Value, Columns], Value]
    ) -> None:
        super().__init__(builder, new=new)
        self.known = dict(known)

    def piece(self, value: Value, at: Columns) -> Value:
        """Some columns of a value."""
        if (value, at) not in self.known:
            self.known[value, at] = self._made(value, at)
        return self.known[value, at]

    def _made(self, value: Value, at: Columns) -> Value:
        array, op = constant(value), value.op
        assert op is not None
        if array is not None:
            name = f"{op.attrs['name']}/columns" if op.attrs["name"] else ""
            return self.builder.const(np.ascontiguousarray(array[..., slice(*at)]), name)
        if op.kind.name == "matmul":
            parts = [self.value(op.operands[0]), self.piece(op.operands[1], at)]
        else:
            parts = [self.value(part) if _width(part) == 1 else self.piece(part, at) for part in op.operands]
        return self.builder.emit(op.kind, parts, location=op.location, **op.attrs)[0]


def _used(block: Block, states: int, walked: Sequence[Value]) -> list[Value]:
    """The sequences that a body still reads, at least one; its parameters for the others are taken away."""
    sweep_block(block)
    count = uses(block)
    pairs = list(zip(block.params[states:], walked, strict=True))
    kept = [pair for pair in pairs if count.get(pair[0])] or pairs[:1]
    block.params = (*block.params[:states], *(param for param, _ in kept))
    return [sequence for _, sequence in kept]


def _width(value: Value) -> Dim:
    return value.type.shape[-1] if value.type.rank else 1


def _columns(op: Op) -> Columns | None:
    """The columns that an operation cuts out of rows; None if it does something else or takes none."""
    found = columns_of(op) if op.kind.name == "slice" else None
    return found if found is not None and found[0] < found[1] else None
