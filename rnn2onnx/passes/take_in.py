"""``take_in``: what all steps need from before the loop goes back into its steps where there are many rows.

Before the loop one large product is computed, written and read again, which pays while a step is short: of one row it
takes 0.7 to 0.8 of the time. Of many rows a step's own product is as fast, and what it gives is still in the cache: a
GRU of 128 units takes over 100 steps of 16 rows 0.96 of the time, of 64 rows 0.89, over 1000 steps 0.82.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Value, walk
from rnn2onnx.ir.replay import dims_of, sweep
from rnn2onnx.ir.types import size_of
from rnn2onnx.passes.bounds import Bounds, bounds_where
from rnn2onnx.passes.joined_products import joined
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.sink import Sink
from rnn2onnx.passes.stepwise import OneStep, is_stepwise, walked
from rnn2onnx.passes.unbundle import unbundled
from rnn2onnx.targets import ONNXRUNTIME, Target


@dataclass(frozen=True)
class TakeIn:
    """Products before a recurrence of many rows are computed in its steps."""

    name: ClassVar[str] = "take_in"
    target: Target = ONNXRUNTIME

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with products in the bodies of the recurrences, by a branch where the number of rows is open."""
        builder = Builder(graph.name)
        builder.reserve(dims_of(graph))
        copier = _Taker(builder, graph, self.target)
        for value in graph.inputs:
            copier.new[value] = builder.input(value.name, value.type)
        copier.ops(graph.block)
        if not copier.taken:
            return graph
        made = builder.finish(
            (name, copier.value(v)) for name, v in zip(graph.outputs, graph.block.results, strict=True)
        )
        sweep(made)
        return Sink()(made, report)


class _Taker(Copier):
    taken = False

    def __init__(self, builder: Builder, graph: Graph, target: Target) -> None:
        super().__init__(builder)
        self.target = target
        self.users = _users(graph.block)
        self.given = {dim for value in graph.inputs for dim in value.type.shape}
        self.known = Bounds()
        self._in_block: dict[int, Bounds] = {}

    def op(self, op: Op) -> tuple[Value, ...]:
        if op.kind.name == "cond":
            for body, holds in zip(op.blocks, (True, False), strict=True):
                self._in_block[id(body)] = self.known.and_also(bounds_where(op.operands[0], holds))
        if op.kind.name == "recur" and op.attrs["states"]:
            made = self._recurrence(op)
            if made is not None:
                self.taken = True
                self.new.update(zip(op.results, made, strict=True))
                return tuple(made)
        return super().op(op)

    def block(self, body: Block) -> Block:
        before, self.known = self.known, self._in_block.pop(id(body), self.known)
        try:
            return super().block(body)
        finally:
            self.known = before

    def _recurrence(self, op: Op) -> Sequence[Value] | None:
        rows = op.operands[0].type.shape[0] if op.operands[0].type.rank else 1
        if isinstance(rows, str) and rows not in self.given:
            # Rows sorted by length run in several parts; a branch in each of them would cost more than it saves.
            return None
        cone = _cone(op, self.users)
        if not cone:
            return None
        low, high = self.known.of(rows)
        least = max(self.target.inside_rows, -(-self.target.inside_numbers // _width(op, cone)))
        if high < least:
            return None
        # Where some are left out by then, a branch more would not pay for those that are left.
        if 2 * low >= least:
            return self._inside(op, cone)
        count = self.builder.dim_value(rows)
        if count is None:
            return None
        many = self.builder.const(np.array(least, np.int64))
        enough = self.builder.emit("greater_equal", (count, many), location=op.location)[0]
        with self.builder.body([]) as then:
            then.results = tuple(self._inside(op, cone))
        with self.builder.body([]) as otherwise:
            otherwise.results = super().op(op)
        types = [value.type for value in otherwise.results]
        return self.builder.emit("cond", (enough,), blocks=(then, otherwise), location=op.location, types=types)

    def _inside(self, op: Op, cone: Mapping[Op, None]) -> Sequence[Value]:
        """The results of a recurrence that computes the operations of a cone in its steps."""
        builder, states = self.builder, op.attrs["states"]
        (body,) = op.blocks
        time = op.operands[states].type.shape[0]
        end = len(op.operands) - bool(op.attrs["lengths"])
        sequences = op.operands[states:end]
        leaves = dict.fromkeys(v for v in sequences if v.op not in cone)
        leaves.update((v, None) for each in cone for v in walked(each, time) if v.op not in cone)
        types = [param.type for param in body.params[:states]]
        types += [leaf.type.with_shape(leaf.type.shape[1:]) for leaf in leaves]
        names = [param.name for param in body.params[:states]] + [leaf.name for leaf in leaves]
        with builder.body(types, names) as block:
            rows = dict(zip(leaves, block.params[states:], strict=True))
            step = OneStep(builder, time, rows, self.value)
            copier = Copier(builder, new=self.new)
            copier.new.update(zip(body.params[:states], block.params, strict=False))
            copier.new.update((p, step.value(v)) for p, v in zip(body.params[states:], sequences, strict=True))
            copier.ops(body)
            block.results = tuple(copier.value(value) for value in body.results)
        operands = [*op.operands[:states], *leaves, *op.operands[end:]]
        given = [value.type for value in op.results]
        made: Sequence[Value] = builder.emit(
            op.kind, map(self.value, operands), blocks=(block,), location=op.location, types=given, **op.attrs
        )
        for better in (unbundled, joined(self.target)):
            made = _rewritten(builder, made, better)
        return made


def _rewritten(
    builder: Builder, made: Sequence[Value], better: Callable[[Builder, Op], Sequence[Value] | None]
) -> Sequence[Value]:
    assert made[0].op is not None
    return better(builder, made[0].op) or made


def _users(block: Block) -> Mapping[Value, list[Op | None]]:
    """The operations that use each value; None for what gives it."""
    found: dict[Value, list[Op | None]] = {}
    for op in walk(block):
        for value in op.operands:
            found.setdefault(value, []).append(op)
        for body in op.blocks:
            for value in body.results:
                found.setdefault(value, []).append(None)
    for value in block.results:
        found.setdefault(value, []).append(None)
    return found


def _cone(op: Op, users: Mapping[Value, list[Op | None]]) -> Mapping[Op, None]:
    """The operations before a recurrence that only it needs: products, and what is made of them."""
    states: int = op.attrs["states"]
    time: Dim = op.operands[states].type.shape[0]
    found: dict[Op, None] = {}
    waiting = list(op.operands[states : len(op.operands) - bool(op.attrs["lengths"])])
    while waiting:
        made = waiting.pop().op
        if made is None or made in found or not is_stepwise(made, time):
            continue
        found[made] = None
        if made.kind.name != "matmul":
            waiting.extend(walked(made, time))
    while shared := [each for each in found if _is_shared(each, op, found, users)]:
        for each in shared:
            del found[each]
    products: dict[Op, bool] = {}

    def has_product(each: Op) -> bool:
        if each not in products:
            below = [value.op for value in walked(each, time) if value.op is not None and value.op in found]
            products[each] = each.kind.name == "matmul" or any(map(has_product, below))
        return products[each]

    return {each: None for each in found if has_product(each)}


def _width(op: Op, cone: Collection[Op]) -> int:
    """How many numbers of a row a recurrence reads that a cone gives."""
    given = [value.type.shape[2:] for value in op.operands if value.op in cone]
    return max(1, sum(size_of(shape) or 1 for shape in given))


def _is_shared(each: Op, op: Op, found: Collection[Op], users: Mapping[Value, list[Op | None]]) -> bool:
    """Whether something else than a recurrence and what is found already uses an operation."""
    return any(user is not op and user not in found for user in users[each.results[0]])
