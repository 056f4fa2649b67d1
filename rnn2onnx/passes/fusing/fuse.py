"""``fuse``: small recurrences of the same body that don't wait for each other run as one.

The engine takes its time for each operation of a step, however few numbers it is about; so the two directions of a
cell, and towers side by side, share the steps of one recurrence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Value, constant, rebuild
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.ir.replay import sweep_block
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.choice import BY_COSTS, Choice, Offer, key_of
from rnn2onnx.passes.costs import Estimate
from rnn2onnx.passes.dependence import inputs_of, slice_of
from rnn2onnx.passes.fusing.beside import Fused, beside
from rnn2onnx.passes.fusing.bidirectional import both_directions
from rnn2onnx.passes.fusing.fusible import Fusible, Group
from rnn2onnx.passes.fusing.same_bodies import UnlikeError
from rnn2onnx.passes.fusing.wavefront import wavefront
from rnn2onnx.passes.report import Report, described
from rnn2onnx.targets import ONNXRUNTIME, Target

MOST_ROWS = 256
"""Beyond so many rows nobody asks whether it pays."""
STEPS = (1, 4, 10, 30, 100)
"""From how many steps on it may pay."""
WORTH = 0.85
"""What it may take of the time of the recurrences one after the other."""


TOGETHER, APART = "one recurrence", "one by one"
"""What there is to choose, where somebody measures it."""


@dataclass(frozen=True)
class Fuse:
    """Small recurrences of the same body run as one."""

    name: ClassVar[str] = "fuse"
    works_on: ClassVar[Collection[str]] = ("recur", *GATES)
    target: Target = ONNXRUNTIME
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with recurrences side by side where that is faster."""
        return rebuild(graph, lambda builder: _Fuser(builder, report, self.target, self.choice))


class _Fuser(BoundedCopier):
    """Copies a graph, with groups of recurrences as soon as what all of a group needs is there."""

    def __init__(self, builder: Builder, report: Report, target: Target, choice: Choice) -> None:
        super().__init__(builder)
        self.report, self.target, self.choice = report, target, choice

    def ops(self, block: Block) -> None:
        fusible = Fusible(block)
        done: set[Op] = set()
        freed: set[Op] = set()

        def run(op: Op, *, asked: bool = False) -> None:
            if op in done:
                return
            if op in fusible.held and not asked:
                freed.add(op)
                return
            while (group := fusible.group.get(op)) is not None:
                for each in slice_of(group.needs, self.new, block):
                    run(each)
                wanted = fusible.wanted(group)
                made = self._together(group, wanted)
                if made is not None:
                    self.fired = True
                    self.new.update(zip(wanted, made, strict=True))
                    done.update(group.members, group.gone, group.own)
                    return
                fusible.split(group)
            done.add(op)
            # What was held for a group that came to nothing.
            if any(value.op in freed and value not in self.new for value in inputs_of(op)):
                for each in slice_of(inputs_of(op), self.new, block):
                    run(each, asked=True)
            self.op(op)

        for op in block.ops:
            run(op)

    # -- one group ----------------------------------------------------------------------------------------------------

    def _together(self, group: Group, wanted: Sequence[Value]) -> Sequence[Value] | None:
        """The wanted results by one recurrence; None where that can't be or does not pay."""
        op = group.members[0]
        if op.kind.name in GATES:
            found = both_directions(self.builder, self.value, *group.members)
            name = op.kind.name.upper()
            why = "they walk one sequence in both directions"
            self.report.decide(op, f"two {name}", f"bidirectional {name}", why)
            return [found[value] for value in wanted]
        rows, steps = op.operands[0].type.shape[0], op.operands[op.attrs["states"]].type.shape[0]
        if any(self.builder.dim_value(dim) is None for dim in (rows, steps)):
            return None

        def own() -> Copier:
            copier = Copier(self.builder, new=self.new)
            for each in group.own:
                copier.op(each)
            return copier

        def make(copier: Copier) -> Fused:
            return (wavefront if group.layered else beside)(self.builder, copier.value, group, wanted)

        def apart(given: Copier) -> list[Value]:
            copier = Copier(self.builder, new=given.new)
            for each in group.apart:
                copier.op(each)
            return [copier.value(value) for value in wanted]

        def together() -> Sequence[Value]:
            given = own()
            fused = make(given)
            return self._either(op, self._finite(fused.checked), fused.results, lambda: apart(given), wanted)

        try:
            limits = self._limits(group, own, make, rows, steps)
        except UnlikeError as error:
            for member in group.members:
                self.report.note(member, f"it does not run beside others of its kind, since {error}")
            return None
        if limits is None:
            return None
        offer = Offer((TOGETHER, APART), rows, steps, between=False)
        forced = self.choice.wanted(f"{len(group.members)} times {key_of(op)}", offer)
        if forced == APART:
            return None
        words, condition = ("", None) if forced == TOGETHER else self._condition(limits, rows, steps)
        self.report.decide(
            op,
            f"{len(group.members)} times: {described(op)}",
            f"{TOGETHER}{words}",
            "they have the same body and don't wait for each other; where one gives a number that is not finite, they "
            "run again one by one",
        )
        if condition is None:
            return together()
        return self._either(op, condition, together, lambda: apart(own()), wanted)

    def _either(
        self,
        op: Op,
        condition: Value,
        then: Callable[[], Sequence[Value]],
        otherwise: Callable[[], Sequence[Value]],
        wanted: Sequence[Value],
    ) -> Sequence[Value]:
        blocks = []
        for make in (then, otherwise):
            with self.builder.body([]) as block:
                block.results = tuple(make())
            blocks.append(block)
        types = [value.type for value in wanted]
        return self.builder.emit("cond", (condition,), blocks=blocks, location=op.location, types=types)

    def _finite(self, values: Sequence[Value]) -> Value:
        """bool[]: whether all numbers are finite: times zero they are zero, and so is their sum."""
        emit = self.builder.emit
        zeros: list[Value] = []
        for value in values:
            zero = self.builder.const(np.zeros((), value.type.dtype))
            (product,) = emit("mul", (value, zero))
            zeros += emit("reduce_sum", (product,), axes=tuple(range(value.type.rank)), keepdims=False)
        total = reduce(lambda a, b: emit("add", (a, b))[0], zeros)
        return emit("equal", (total, self.builder.const(np.zeros((), total.type.dtype))))[0]

    # -- where it pays ------------------------------------------------------------------------------------------------

    def _limits(
        self, group: Group, own: Callable[[], Copier], make: Callable[[Copier], Fused], rows: Dim, steps: Dim
    ) -> tuple[int, int] | None:
        """Up to how many rows and from how many steps on it pays; None where it never does."""
        if not _worth_trying(group, self.target):
            return None
        with self.builder.body([]) as block:
            given = own()
            before = set(block.ops)
            fused = make(given)
            block.results = (self._finite(fused.checked), *fused.results())
        sweep_block(block)

        def share(batch: int, time: int) -> float:
            late = time + len(group.members) - 1 if group.layered else time
            sizes = {
                name: size
                for name, size in ((rows, batch), (steps, time), (fused.steps, late))
                if isinstance(name, str)
            }
            estimate = Estimate(self.target.costs, sizes)
            together = sum(estimate.op(op) for op in block.ops if op not in before) + 2 * self.target.costs.branch
            apart = sum(map(estimate.op, group.apart))
            # Without steps or rows there may be nothing to save.
            return together / apart if apart else math.inf

        many = steps if isinstance(steps, int) else STEPS[-1]
        if isinstance(rows, int):
            most = rows if share(rows, many) <= WORTH else 0
        else:
            most, above = 0, MOST_ROWS
            while most < above:
                middle = (most + above + 1) // 2
                most, above = (middle, above) if share(middle, many) <= WORTH else (most, middle - 1)
        few = next((few for few in STEPS if share(most, few) <= 1), STEPS[-1]) if most else 0
        # A branch in which there are always more rows, or fewer steps, needs none.
        if most < max(1, self.known.of(rows)[0]) or few > self.known.of(steps)[1]:
            return None
        return most, few

    def _condition(self, limits: tuple[int, int], rows: Dim, steps: Dim) -> tuple[str, Value | None]:
        """Where it is done, in words and as a value: None where it always is."""
        words, found = [], []
        for dim, limit, kind, word in (
            (rows, limits[0], "less_equal", "batch <="),
            (steps, limits[1], "greater_equal", "steps >="),
        ):
            count, (least, greatest) = self.builder.dim_value(dim), self.known.of(dim)
            assert count is not None
            if greatest > limit if kind == "less_equal" else least < limit and limit > 1:
                found.append(self.builder.emit(kind, (count, self.builder.const(np.array(limit, np.int64))))[0])
                words.append(f"{word} {limit}")
        if not found:
            return "", None
        both = found[0] if len(found) == 1 else self.builder.emit("and", found)[0]
        return f" where {' and '.join(words)}", both


def _worth_trying(group: Group, target: Target) -> bool:
    """Whether it could pay for one row: what is saved for operations against what a product reads besides."""
    count, (body,) = len(group.members), group.members[0].blocks
    arrays = [constant(op.operands[1]) for op in body.ops if op.kind.name == "matmul"]
    numbers = sum(array.size for array in arrays if array is not None)
    more = 4 * numbers * count * (count - 1) / target.costs.bytes
    return more < (count - 1) * (target.costs.step + 2 * target.costs.node * len(body.ops))
