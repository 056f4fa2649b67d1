"""What the values of a recurrence's body are in its k-th step: numbers that count, conditions made for all steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnn2onnx.ir import Builder, Op, Value, constant
from rnn2onnx.ir.types import is_integer
from rnn2onnx.passes.raising.along_axes import numbers_along, spread_from, vector_along
from rnn2onnx.passes.raising.conditions import COMPARISONS, TURNED, Flag, StepConditions
from rnn2onnx.passes.raising.counters import one_more

_I64 = np.dtype(np.int64)


class RecurrenceSteps(StepConditions):
    """What is known of the steps of a ``recur`` before it runs.

    Args:
        builder: Where to, outside the body.
        op: The recurrence, its operands and bodies in the builder's graph.

    Attributes:
        counters: The states that count the steps, and what they start with.
    """

    def __init__(self, builder: Builder, op: Op) -> None:
        super().__init__(builder, op.blocks[0], op.location)
        states = op.attrs["states"]
        self.counters: dict[Value, int] = {}
        for param, new, initial in zip(self.body.params, self.body.results[:states], op.operands, strict=False):
            start = constant(initial)
            if new is param and initial.type == param.type:
                self.fixed[param] = initial
            elif start is not None and not start.ndim and is_integer(start.dtype) and one_more(new, param):
                # Walked backwards, a step's number is not how many were taken before it.
                self.counters[param] = int(start)
                if not op.attrs["reverse"]:
                    self.offsets[param] = int(start)
        for param, sequence in zip(self.body.params[states:], op.operands[states:], strict=False):
            first = numbers_along(sequence, 0)
            if first is not None:
                self.offsets[param] = first
            elif sequence.type.rank > 1:
                flag = self._flag_of_all(sequence, 0, 1)
                if flag is not None:
                    self.flags[param] = flag

    def _flag_of_all(self, value: Value, time: int, row: int) -> Flag | None:
        """A condition for all steps at once as one on the step: which axis its steps are along, and which its rows."""
        op = value.op
        if op is None:
            return None
        name = op.kind.name
        if name == "cast":
            return self._flag_of_all(op.operands[0], time, row)
        if name == "not":
            inner = self._flag_of_all(op.operands[0], time, row)
            return None if inner is None else replace(inner, below=not inner.below)
        if name == "recur" and value in op.results[op.attrs["states"] :]:
            # A row that another recurrence gives in each step.
            plain = (time, row) == (0, 1) and not op.attrs["lengths"]
            result = op.blocks[0].results[op.results.index(value)]
            return RecurrenceSteps(self.builder, op).flag(result) if plain else None
        if name in COMPARISONS:
            return self._comparison_of_all(op, time, row)
        spread = spread_from(op, (time, row))
        return None if spread is None else self._flag_of_all(spread[0], *spread[1])

    def _comparison_of_all(self, op: Op, time: int, row: int) -> Flag | None:
        shape = op.results[0].type.shape
        for (a, b), word in (((0, 1), op.kind.name), ((1, 0), TURNED[op.kind.name])):
            number, bound = op.operands[a], op.operands[b]
            along, across = (axis - (len(shape) - value.type.rank) for value, axis in ((number, time), (bound, row)))
            if along < 0 or across < 0 or number.type.shape[along] != shape[time]:
                continue
            first, vector = numbers_along(number, along), vector_along(bound, across)
            if first is None or vector is None or vector.type.shape != shape[row : row + 1]:
                continue
            below, extra = COMPARISONS[word]
            return Flag(self._wide(vector), extra - first, below)
        return None
