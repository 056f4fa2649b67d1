"""What the values of a loop's body are in its k-th step, as far as that is known without running it.

Some of what a loop carries is a function of the step: counters, flags that stay up once they are (``done = done or
time >= lengths``), inputs read for the next step. And where a loop goes on while a step is below something, how often
it runs is known before it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Copier, Dim, Op, Value, constant
from rnn2onnx.ir.alike import computed_alike
from rnn2onnx.ir.types import DType, is_integer
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.fold import RULES
from rnn2onnx.passes.raising.conditions import Flag, StepConditions
from rnn2onnx.passes.raising.counters import apart_from_numbers, one_less, one_more, without
from rnn2onnx.passes.widening import before_widening, holds


class LoopSteps(StepConditions):
    """What is known of a ``loop`` before it runs.

    Attributes:
        op: The loop, its operands and bodies in the builder's graph.
        offsets: For each value that counts steps, what it is ahead of the step.
        downs: For each carried value that counts down, what it starts with.
        flags: For each carried value that is a condition on the step, that condition.
        functions: Carried values that are what an expression of the step before was, flags included.
        fixed: Carried values that every step hands on as they are.
        aliases: For values of the body others that are always equal: ``done or x`` is ``x`` if x stays up.
    """

    def __init__(self, builder: Builder, op: Op) -> None:
        super().__init__(builder, op.blocks[0], op.location)
        self.op = op
        self.carried = self.body.params[1:]
        self.initials = op.operands[1:]
        self.news = self.body.results[1 : 1 + len(self.carried)]
        self.offsets[self.body.params[0]] = 0
        self.downs: dict[Value, Value] = {}
        self.functions: dict[Value, Value] = {}
        self.aliases: dict[Value, Value] = {}
        self._longest: dict[Value, tuple[Value, int]] = {}
        self._least: dict[Value, int] = {}
        self._classify()

    # -- what is carried --------------------------------------------------------------------------------------------

    def _classify(self) -> None:
        for param, initial, new in zip(self.carried, self.initials, self.news, strict=True):
            start = constant(initial)
            if new is param and initial.type == param.type:
                self.fixed[param] = initial
            elif start is not None and start.ndim == 0 and is_integer(start.dtype) and one_more(new, param):
                self.offsets[param] = int(start)
            elif initial.type.rank == 0 and initial.type.dtype.kind == "i" and one_less(new, param):
                self.downs[param] = initial
        found = True
        while found:
            found = False
            for param, initial, new in zip(self.carried, self.initials, self.news, strict=True):
                if self._is_known(param):
                    continue
                made = without(new, param)
                if made is None or not self._is_of_the_step(made) or param.type != initial.type:
                    continue
                flag = self.flag(made)
                if made is not new and (flag is None or flag.below):
                    continue
                if not computed_alike(self.at(made, -1), initial):
                    continue
                self.functions[param] = made
                if made is not new:
                    self.aliases[new] = made
                if flag is not None:
                    self.flags[param] = replace(flag, offset=flag.offset + 1)
                found = True

    def _is_known(self, value: Value) -> bool:
        return any(value in known for known in (self.offsets, self.downs, self.functions, self.fixed))

    def _is_of_the_step(self, value: Value) -> bool:
        """Whether a value of the body is computed from the step and what is outside, by what may run again."""
        states = {param for param in self.carried if not self._is_known(param)}
        tainted: set[Value] = set(states)
        for op in self.body.ops:
            if not op.kind.reusable or any(operand in tainted for operand in inputs_of(op)):
                tainted.update(op.results)
        return value not in tainted

    # -- values at a step -------------------------------------------------------------------------------------------

    def at(self, value: Value, step: Value | int) -> Value:
        """A value of the step, in a given one, in the builder's open block."""
        if isinstance(step, int):
            step = self.builder.const(np.array(step, np.int64))
        copier = StepCopier(self, step)
        return copier.need(value)

    def down(self, value: Value) -> tuple[Value, int] | None:
        """An integer as ``start + number - step``, if it counts down: the start and the number."""
        if value in self.downs:
            return self.downs[value], 0
        op = value.op
        if op is None or value.block is not self.body or value.type.rank:
            return None
        if op.kind.name == "cast" and is_integer(value.type.dtype):
            return self.down(op.operands[0])
        if op.kind.name not in ("add", "sub"):
            return None
        for a, b in ((0, 1), (1, 0)) if op.kind.name == "add" else ((0, 1),):
            number, found = constant(op.operands[b]), self.down(op.operands[a])
            if number is not None and number.size == 1 and found is not None:
                return found[0], found[1] + int(number.item()) * (1 if op.kind.name == "add" else -1)
        return None

    def counted(self, value: Value) -> tuple[Dim | None, int, int] | None:
        """An integer as ``length + number + sign * step``; a length is one by name, or None where there is none."""
        ahead = self.offset(value)
        if ahead is not None:
            return None, ahead, 1
        if value in self.downs:
            start = self.counted(self.downs[value])
            return None if start is None else (start[0], start[1], start[2] - 1)
        if value.content is not None and len(value.content) == 1 and not value.type.rank:
            (known,) = value.content
            return (None, known, 0) if isinstance(known, int) else None if known is None else (known, 0, 0)
        op = value.op
        if op is None or value.type.rank or not is_integer(value.type.dtype):
            return None
        if op.kind.name == "cast" and is_integer(op.operands[0].type.dtype):
            return self.counted(op.operands[0])
        if op.kind.name not in ("add", "sub"):
            return None
        a, b = (self.counted(operand) for operand in op.operands)
        sign = 1 if op.kind.name == "add" else -1
        if a is None or b is None or (b[0] is not None and (a[0] is not None or sign < 0)):
            return None
        return (a[0] if b[0] is None else b[0]), a[1] + sign * b[1], a[2] + sign * b[2]

    def counts_down(self, index: Value, count: Flag, length: Dim) -> bool:
        """Whether an index is that of the last of so many rows in the first step, and of the first one in the last."""
        found, steps = self.counted(index), self.counted(count.bound)
        if found is None or steps is None or steps[2]:
            return False
        name, number = steps[0], steps[1] + count.offset
        if found != (name, number - 1, -1):
            return False
        return length == number if name is None else (length == name and not number)

    # -- conditions on the step -------------------------------------------------------------------------------------

    def _comparison_backwards(self, number: Value, word: str, limit: Value) -> Flag | None:
        """``start + number - step`` compared with a constant."""
        down, last = self.down(number), constant(limit)
        if down is None or last is None or last.ndim:
            return None
        # A start that is a length less some is that length: the steps are then known to be as many.
        start, ahead = apart_from_numbers(down[0])
        ahead += down[1]
        before = {"greater_equal": 1, "greater": 0, "less": 1, "less_equal": 0}[word]
        return Flag(self._wide(start), ahead - int(last) + before, word.startswith("greater"))

    def reduced(self, flag: Flag, *, last: bool) -> Flag | None:
        """The condition of the row whose bound is the last one, as one for all rows; None for the first one."""
        if not flag.bound.type.rank:
            return flag
        if not last:
            return None
        # Of no rows at all every row is done before the first step. A bound below which nothing changes, since no step
        # is below 0, stands for that, so that what is known to end no later is known to be no negative number of steps.
        found = self._longest.get(flag.bound)
        if found is None or found[1] + flag.offset > 0:
            least = -flag.offset - 1
            narrow = before_widening(flag.bound)
            if not holds(np.min_scalar_type(least), narrow.type.dtype):
                narrow = flag.bound
            none = self.builder.const(np.array([least], narrow.type.dtype))
            rows = self.builder.emit("concat", (narrow, none), axis=0, location=self.op.location)[0]
            (most,) = self.builder.emit("reduce_max", (rows,), axes=(0,), keepdims=False, location=self.op.location)
            bound = self._wide(most)
            found = self._longest[flag.bound] = (bound, least)
            self._least[bound] = least
        return replace(flag, bound=found[0])

    # -- how often it runs ------------------------------------------------------------------------------------------

    def count(self) -> Flag | None:
        """The steps it takes, ``max(0, bound + offset)``, as the condition under which a step is taken; or None."""
        goes_on = self.flag(self.body.results[0])
        if goes_on is None or not goes_on.below or goes_on.bound.type.rank:
            return None
        if not computed_alike(self.at(self.body.results[0], -1), self.op.operands[0]):
            return None
        return replace(goes_on, offset=goes_on.offset + 1)

    def steps(self, count: Flag) -> Value:
        """i64[]: the steps it takes."""
        value = self.value(count)
        content = value.content
        first = content[0] if content else None
        if isinstance(first, str) or (first is not None and first >= 0):
            return value
        if count.bound in self._least and self._least[count.bound] + count.offset >= 0:
            return value
        zero = self.builder.const(np.array(0, np.int64))
        return self.builder.emit("maximum", (value, zero), location=self.op.location)[0]

    def holds(self, flag: Flag | None, count: Flag, lag: int) -> bool | None:
        """Whether a condition holds some steps before every step that is taken; None if that is not known."""
        if flag is None or flag.bound is not count.bound or flag.offset + lag < count.offset:
            return None
        return flag.below


class StepCopier(Copier):
    """Copies values of a body at a given step.

    Args:
        loop: What is known of the loop.
        step: i64[], in scope of the builder's open block.
        count: The steps that are taken, if ``step`` is one of them: conditions that never hold are then left out.
        new: For values of the body those that stand for them.
        lag: How many steps before ``step`` the values are copied at.
    """

    def __init__(
        self,
        loop: LoopSteps,
        step: Value,
        count: Flag | None = None,
        new: Mapping[Value, Value] | None = None,
        lag: int = 0,
    ) -> None:
        super().__init__(loop.builder, RULES, new)
        self.loop, self.step, self.count, self.lag = loop, step, count, lag
        self.new.update(loop.fixed)
        self._before: StepCopier | None = None

    def need(self, value: Value) -> Value:
        """The copy of a value, and before it of all it needs."""
        if value in self.new:
            return self.new[value]
        ahead = self.loop.offset(value)
        if ahead is not None:
            self.new[value] = self._number(ahead - self.lag, value.type.dtype)
        elif self.loop.down(value) is not None:
            self.new[value] = self._down(value)
        elif value in self.loop.aliases:
            self.new[value] = self.need(self.loop.aliases[value])
        elif value in self.loop.functions:
            self.new[value] = self.before().need(self.loop.functions[value])
        elif value.block is self.loop.body and value.op is not None:
            for operand in inputs_of(value.op):
                self.need(operand)
            self.op(value.op)
        return self.new.get(value, value)

    def before(self) -> StepCopier:
        """The copier of the step before."""
        if self._before is None:
            self._before = StepCopier(self.loop, self.step, self.count, lag=self.lag + 1)
        return self._before

    def op(self, op: Op) -> tuple[Value, ...]:
        """Copies one operation; of a branch whose condition is known for every step, only what is taken."""
        if op.kind.name == "cond" and self.count is not None:
            holds = self.loop.holds(self.loop.flag(op.operands[0]), self.count, self.lag)
            if holds is not None:
                block = op.blocks[0 if holds else 1]
                self.ops(block)
                results = tuple(self.value(value) for value in block.results)
                self.new.update(zip(op.results, results, strict=True))
                return results
        return super().op(op)

    def _down(self, value: Value) -> Value:
        """What counts down to the step that is given."""
        start, number = self.loop.down(value) or (value, 0)
        wide, dtype, step = start, value.type.dtype, constant(self.step)
        ahead = number + self.lag - (0 if step is None else int(step))
        if start.type.dtype != dtype:
            wide = _folded(self.builder, "cast", (start,), dtype=dtype)
        if ahead:
            wide = _folded(self.builder, "add", (wide, self.builder.const(np.array(ahead, dtype))))
        if step is not None:
            return wide
        taken = self.step if dtype == np.int64 else _folded(self.builder, "cast", (self.step,), dtype=dtype)
        return _folded(self.builder, "sub", (wide, taken))

    def _number(self, ahead: int, dtype: DType) -> Value:
        """What is so much ahead of the step that is given."""
        counted = self.step
        if ahead:
            counted = _folded(self.builder, "add", (counted, self.builder.const(np.array(ahead, np.int64))))
        return counted if dtype == np.int64 else _folded(self.builder, "cast", (counted,), dtype=dtype)


def _folded(builder: Builder, name: str, operands: Sequence[Value], **attrs: Any) -> Value:
    """The result of an operation on numbers; that of constants is one."""
    made = builder.emit(name, operands, **attrs)[0]
    if made.op is None:
        return made
    for rule in RULES:
        results = rule(builder, made.op)
        if results is not None:
            return results[0]
    return made
