"""Selects in a body that stop the rows of a batch, each at its own step: ``where(step < length, new, old)``."""

from __future__ import annotations

from dataclasses import dataclass

from rnn2onnx.ir import Op, Value
from rnn2onnx.passes.raising.conditions import Flag, StepConditions
from rnn2onnx.passes.vectorise import is_zero


@dataclass(frozen=True)
class Select:
    """What a value is for the rows that have ended, and for those that have not.

    Attributes:
        op: The select.
        done: The condition that a row has ended: never ``below``.
        still: The value of a row that has.
        moving: That of a row that has not.
    """

    op: Op
    done: Flag
    still: Value
    moving: Value

    def is_zeroed(self, row: Value) -> bool:
        """Whether a row that has ended is zero, and one that has not needs no spreading to be the select's."""
        return is_zero(self.still) and self.moving.type.shape == row.type.shape


class Selects:
    """The selects of a body that stop rows.

    Args:
        steps: What the conditions in the body say.
    """

    def __init__(self, steps: StepConditions) -> None:
        self.steps = steps

    def of(self, value: Value) -> Select | None:
        """The select by the step and the length of the row that gives a value; None if none does."""
        found = self.by_step(value)
        if found is None:
            return None
        op, flag = found
        a, b = op.operands[1:]
        done = Flag(flag.bound, flag.offset)
        return Select(op, done, b, a) if flag.below else Select(op, done, a, b)

    def by_step(self, value: Value) -> tuple[Op, Flag] | None:
        """The select that gives a value, and its condition, which is on the step and one for each row."""
        op = value.op
        if op is None or op.kind.name != "where" or not value.type.rank:
            return None
        if op.operands[0].type.rank != value.type.rank:
            return None
        flag = self.steps.flag(op.operands[0])
        if flag is None or flag.bound.type.shape != value.type.shape[:1]:
            return None
        if any(part.type.rank and part.type.shape != value.type.shape for part in op.operands[1:]):
            return None
        return op, flag
