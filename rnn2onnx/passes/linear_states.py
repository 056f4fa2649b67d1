"""Finds a state that each step multiplies and adds to, element by element: ``s' = a * s + b``, a and b free of s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rnn2onnx.ir import Op, Value
from rnn2onnx.passes.vectorise import Steps


class NotLinearError(Exception):
    """A value is not of the form; the message says why."""


@dataclass(frozen=True)
class Linear:
    """``factor * s + rest`` for all steps at once: [T, …] or [1, …] each, or None for nothing of it."""

    factor: Value | None
    rest: Value | None


class LinearForms:
    """The values of a body as linear forms of its one state.

    Args:
        steps: What is free of the state for all steps; filled in as it is needed.
        state: The state.
    """

    def __init__(self, steps: Steps, state: Value) -> None:
        self.steps, self.builder, self.rank = steps, steps.builder, state.type.rank
        one = self.builder.const(np.ones((1,) * (self.rank + 1), state.type.dtype))
        self._known: dict[Value, Linear] = {state: Linear(one, None)}

    def form(self, value: Value) -> Linear:
        """The form of a value of the body.

        Raises:
            NotLinearError: It has none.
        """
        if value not in self._known:
            self._known[value] = Linear(None, self._free(value))
        return self._known[value]

    def take(self, op: Op) -> None:
        """Goes through an operation of the body, in order.

        Raises:
            NotLinearError: It does something else with the state than multiply and add.
        """
        if not any(value in self._known and self._known[value].factor is not None for value in op.operands):
            if not self.steps.run(op):
                raise NotLinearError(f"{op.kind.name} can't be run for all steps at once")
            return
        rule = _RULES.get(op.kind.name)
        if rule is None:
            raise NotLinearError(f"{op.kind.name} of the state is not linear in it")
        if op.results[0].type.rank != self.rank:
            raise NotLinearError("the state takes another shape on its way")
        self._known[op.results[0]] = rule(self, op)

    def _free(self, value: Value) -> Value:
        """[T, …] or [1, …], of as many axes as the state and one."""
        outer, missing = self.steps.value(value), self.rank - value.type.rank
        axes = tuple(range(1, 1 + missing)) if value in self.steps.rows else tuple(range(1 + missing))
        return self.builder.emit("unsqueeze", (outer,), axes=axes)[0] if axes else outer

    def _emit(self, name: str, *operands: Value) -> Value:
        return self.builder.emit(name, operands)[0]

    def _neg(self, op: Op) -> Linear:
        x = self.form(op.operands[0])
        return Linear(*(None if part is None else self._emit("neg", part) for part in (x.factor, x.rest)))

    def _identity(self, op: Op) -> Linear:
        return self.form(op.operands[0])

    def _add(self, op: Op) -> Linear:
        a, b = (self.form(value) for value in op.operands)
        return Linear(self._sum(a.factor, b.factor), self._sum(a.rest, b.rest))

    def _sum(self, a: Value | None, b: Value | None) -> Value | None:
        return b if a is None else a if b is None else self._emit("add", a, b)

    def _sub(self, op: Op) -> Linear:
        a, b = (self.form(value) for value in op.operands)
        return Linear(self._difference(a.factor, b.factor), self._difference(a.rest, b.rest))

    def _difference(self, a: Value | None, b: Value | None) -> Value | None:
        if b is None:
            return a
        return self._emit("neg", b) if a is None else self._emit("sub", a, b)

    def _mul(self, op: Op) -> Linear:
        a, b = (self.form(value) for value in op.operands)
        if a.factor is not None and b.factor is not None:
            raise NotLinearError("the state is multiplied by something that depends on it")
        x, by = (a, b.rest) if a.factor is not None else (b, a.rest)
        assert by is not None
        return Linear(*(None if part is None else self._emit("mul", part, by) for part in (x.factor, x.rest)))

    def _div(self, op: Op) -> Linear:
        x, by = (self.form(value) for value in op.operands)
        if by.factor is not None or by.rest is None:
            raise NotLinearError("something is divided by the state")
        divisor = by.rest
        return Linear(*(None if part is None else self._emit("div", part, divisor) for part in (x.factor, x.rest)))

    def _where(self, op: Op) -> Linear:
        if op.operands[0] in self._known and self._known[op.operands[0]].factor is not None:
            raise NotLinearError("the state decides which value is taken")
        flag, a, b = self.form(op.operands[0]).rest, self.form(op.operands[1]), self.form(op.operands[2])
        assert flag is not None
        zero = self.builder.const(np.zeros((1,) * (self.rank + 1), op.results[0].type.dtype))
        pairs = ((a.factor, b.factor), (a.rest, b.rest))
        return Linear(
            *(None if x is None and y is None else self._emit("where", flag, x or zero, y or zero) for x, y in pairs)
        )


_RULES: Mapping[str, Callable[[LinearForms, Op], Linear]] = {
    "neg": LinearForms._neg,
    "identity": LinearForms._identity,
    "add": LinearForms._add,
    "sub": LinearForms._sub,
    "mul": LinearForms._mul,
    "div": LinearForms._div,
    "where": LinearForms._where,
}
