"""``take_in``: what all steps need from before the loop goes back into its steps where there are many rows.

Before the loop one large product is computed, written and read again, which pays while a step is short: of one row it
takes 0.7 to 0.8 of the time. Of many rows a step's own product is as fast, and what it gives is still in the cache: a
GRU of 128 units takes over 100 steps of 16 rows 0.96 of the time, of 64 rows 0.89, over 1000 steps 0.82. Without a
product of the state, and with a gate of what it gives, 128 units take over 100 steps of 16 rows 1.01 of the time, of 24
rows 0.95, of 64 rows 0.75, over 1000 steps 0.70.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Value, rebuild
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.choice import ANY, BY_COSTS, Choice, Limits, Offer, condition, key_of
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.sink import Sink
from rnn2onnx.passes.stepping.given_out import Taken, taken, users_of
from rnn2onnx.passes.stepping.joined_products import joined
from rnn2onnx.passes.stepping.stepwise import OneStep
from rnn2onnx.passes.stepping.unbundle import unbundled
from rnn2onnx.targets import ONNXRUNTIME, Target

IN_ITS_STEPS, BEFORE_IT = "products in its steps", "products before it"
"""The forms that can be forced."""


@dataclass(frozen=True)
class TakeIn:
    """Products before a recurrence of many rows are computed in its steps."""

    name: ClassVar[str] = "take_in"
    works_on: ClassVar[Collection[str]] = ("recur",)
    target: Target = ONNXRUNTIME
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with products in the bodies of the recurrences, by a branch where the number of rows is open."""
        made = rebuild(graph, lambda builder: _Taker(builder, graph, self.target, self.choice))
        return graph if made is graph else Sink()(made, report)


class _Taker(BoundedCopier):
    def __init__(self, builder: Builder, graph: Graph, target: Target, choice: Choice) -> None:
        super().__init__(builder)
        self.target, self.choice = target, choice
        self.users = users_of(graph.block)
        self._here: frozenset[Op] = frozenset()
        self._given_out: set[Op] = set()
        self._loops = 0

    def op(self, op: Op) -> tuple[Value, ...]:
        if op.kind.name in ("scan", "loop"):
            # What a loop goes through tile by tile is in the cache.
            self._loops += 1
            try:
                return super().op(op)
            finally:
                self._loops -= 1
        if op.kind.name == "recur" and op.attrs["states"] and not self._loops:
            made = self._recurrence(op)
            if made is not None:
                self.fired = True
                self.new.update(zip(op.results, made, strict=True))
                return tuple(made)
        return super().op(op)

    def ops(self, block: Block) -> None:
        before, self._here = self._here, frozenset(block.ops)
        for op in block.ops:
            if op not in self._given_out:
                self.op(op)
        self._here = before

    def _recurrence(self, op: Op) -> Sequence[Value] | None:
        found = taken(op, self.users, self._here, self.new.__contains__)
        if found is None:
            return None
        rows = op.operands[0].type.shape[0] if op.operands[0].type.rank else 1
        limits = self._limits(op, rows, self.target.inside(found.width))
        if limits is None:
            return None
        if limits == Limits(None, None):
            return self._given(found, self._inside(found))
        enough = condition(self.builder, op, limits, (rows, found.time))
        with self.builder.body([]) as then:
            then.results = tuple(self._inside(found))
        with self.builder.body([]) as otherwise:
            otherwise.results = tuple(self._outside(found))
        types = [value.type for value in otherwise.results]
        made = self.builder.emit("cond", (enough,), blocks=(then, otherwise), location=op.location, types=types)
        return self._given(found, made)

    def _limits(self, op: Op, rows: Dim, least: int) -> Limits | None:
        """Where products are computed in the steps, as the table has it from so many rows on; None if nowhere."""
        low, high = self.known.of(rows)
        is_open = isinstance(rows, str) and low < high and self.builder.dim_value(rows) is not None
        offer = Offer((IN_ITS_STEPS, BEFORE_IT), rows, op.operands[op.attrs["states"]].type.shape[0], between=is_open)
        forced = self.choice.wanted(f"products of {key_of(op)}", offer)
        if isinstance(forced, Limits):
            return forced
        if forced is not None:
            return Limits(None, None) if forced == IN_ITS_STEPS else None
        if high < least:
            return None
        # Where some are left out by then, a branch more would not pay for those that are left.
        if 2 * low >= least:
            return Limits(None, None)
        return Limits((least, ANY), None) if is_open else None

    def _given(self, found: Taken, made: Sequence[Value]) -> Sequence[Value]:
        """The results, also as those of the operations behind the recurrence."""
        for result, value in zip(found.op.results, made, strict=True):
            for each in found.behind.get(result, ()):
                self._given_out.add(each)
                self.new[each.results[0]] = value
        return made

    def _outside(self, found: Taken) -> Sequence[Value]:
        """The results of a recurrence as it is, and of the operations behind it."""
        made = dict(zip(found.op.results, super().op(found.op), strict=True))
        for row, chain in found.behind.items():
            for each in chain:
                (made[row],) = super().op(each)
        return list(made.values())

    def _inside(self, found: Taken) -> Sequence[Value]:
        """The results of a recurrence that computes operations around it in its steps."""
        op, builder, states = found.op, self.builder, found.op.attrs["states"]
        (body,) = op.blocks
        sequences, leaves = found.sequences, found.leaves
        types = [param.type for param in body.params[:states]]
        types += [leaf.type.with_shape(leaf.type.shape[1:]) for leaf in leaves]
        names = [param.name for param in body.params[:states]] + [leaf.name for leaf in leaves]
        given = [found.behind[value][-1].results[0] if value in found.behind else value for value in op.results]
        with builder.body(types, names) as block:
            rows = dict(zip(leaves, block.params[states:], strict=True))
            step = OneStep(builder, found.time, rows, self.value)
            copier = Copier(builder, new=self.new)
            copier.new.update(zip(body.params[:states], block.params, strict=False))
            copier.new.update((p, step.value(v)) for p, v in zip(body.params[states:], sequences, strict=True))
            copier.ops(body)
            step.rows.update(
                (row, copier.value(v)) for row, v in zip(op.results[states:], body.results[states:], strict=True)
            )
            after = [copier.value(value) for value in body.results[:states]]
            block.results = (*after, *map(step.value, given[states:]))
        operands = [*op.operands[:states], *leaves, *op.operands[states + len(sequences) :]]
        made: Sequence[Value] = builder.emit(
            op.kind,
            map(self.value, operands),
            blocks=(block,),
            location=op.location,
            types=[value.type for value in given],
            **op.attrs,
        )
        for better in (unbundled, joined(self.target)):
            made = _rewritten(builder, made, better)
        return made


def _rewritten(
    builder: Builder, made: Sequence[Value], better: Callable[[Builder, Op], Sequence[Value] | None]
) -> Sequence[Value]:
    assert made[0].op is not None
    return better(builder, made[0].op) or made
