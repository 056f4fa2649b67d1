"""Conditions on the step that a body computes: from which step on one holds, or before which."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnn2onnx.ir import Block, Builder, Location, Op, Value, constant
from rnn2onnx.ir.types import is_integer
from rnn2onnx.passes.raising.along_axes import spread_from, vector_along


@dataclass(frozen=True)
class Flag:
    """A condition on the step: true from step ``bound + offset`` on; with ``below``, true before it.

    Attributes:
        bound: i64 outside the loop: a number, or one for each row of a batch.
        offset: What is added to it.
        below: Whether it is true below the bound instead.
    """

    bound: Value
    offset: int
    below: bool = False


class StepConditions:
    """What the conditions of a body say of the step.

    Args:
        builder: Where to, outside the body.
        body: The body.
        location: The user's line.

    Attributes:
        offsets: For each value of the body that counts steps, what it is ahead of the step.
        flags: For each value of the body that is known to be a condition on the step, that condition.
        fixed: Values of the body that are outer ones in every step.
    """

    def __init__(self, builder: Builder, body: Block, location: Location) -> None:
        self.builder, self.body, self.location = builder, body, location
        self.offsets: dict[Value, int] = {}
        self.flags: dict[Value, Flag] = {}
        self.fixed: dict[Value, Value] = {}

    def offset(self, value: Value) -> int | None:
        """What an integer is ahead of the step."""
        if value in self.offsets:
            return self.offsets[value]
        op = value.op
        if op is None or value.block is not self.body or value.type.rank:
            return None
        if op.kind.name == "cast" and is_integer(value.type.dtype):
            return self.offset(op.operands[0])
        if op.kind.name in ("add", "sub"):
            for a, b in ((0, 1), (1, 0)) if op.kind.name == "add" else ((0, 1),):
                number, ahead = constant(op.operands[b]), self.offset(op.operands[a])
                if number is not None and number.size == 1 and ahead is not None:
                    return ahead + int(number.item()) * (1 if op.kind.name == "add" else -1)
        return None

    def flag(self, value: Value) -> Flag | None:
        """A condition of the body as one on the step; None if it is not one.

        With a bound for each row it is as long as that along its first axis, and the same along all others.
        """
        if value in self.flags:
            return self.flags[value]
        op = value.op
        if op is None or value.block is not self.body:
            return None
        name = op.kind.name
        if name in COMPARISONS:
            return self._comparison(op)
        if name == "not":
            inner = self.flag(op.operands[0])
            return None if inner is None else replace(inner, below=not inner.below)
        if name in ("or", "and"):
            return self._joined(op)
        if name == "cast":
            return self.flag(op.operands[0])
        if name in ("reduce_all", "reduce_any") and value.type.rank == 0:
            inner = self.flag(op.operands[0])
            if inner is None or op.operands[0].type.rank > 1:
                return None
            return self.reduced(inner, last=(name == "reduce_all") != inner.below)
        spread = spread_from(op, (0,)) if value.type.rank else None
        return self.flag(spread[0]) if spread is not None and spread[1] == (0,) else None

    def reduced(self, flag: Flag, *, last: bool) -> Flag | None:
        """The condition of the row whose bound is the last one, or the first one, as one for all; None if not known."""
        return None if flag.bound.type.rank else flag

    def value(self, flag: Flag) -> Value:
        """i64: the step from which a condition holds, or before which it does."""
        if not flag.offset:
            return flag.bound
        offset = self.builder.const(np.array(flag.offset, np.int64))
        return self.builder.emit("add", (flag.bound, offset), location=self.location)[0]

    def _comparison(self, op: Op) -> Flag | None:
        name = op.kind.name
        for (a, b), word in (((0, 1), name), ((1, 0), TURNED[name])):
            number, limit = op.operands[a], op.operands[b]
            backwards = self._comparison_backwards(number, word, limit)
            if backwards is not None:
                return backwards
            ahead, bound = self._ahead(number), self._bound(limit, op.results[0])
            if ahead is None or bound is None:
                continue
            below, extra = COMPARISONS[word]
            return Flag(self._wide(bound), extra - ahead, below)
        return None

    def _comparison_backwards(self, number: Value, word: str, limit: Value) -> Flag | None:
        """A comparison of what counts down; None if it does not."""
        return None

    def _ahead(self, value: Value) -> int | None:
        """What all elements of a value are ahead of the step."""
        while self.offset(value) is None and value.block is self.body:
            if value.op is None or value.op.kind.name not in ("unsqueeze", "expand", "tile", "reshape", "squeeze"):
                return None
            value = value.op.operands[0]
        return self.offset(value)

    def _bound(self, value: Value, compared: Value) -> Value | None:
        """The outer number, or vector for the rows of what is compared, that a value is; None if it is not that."""
        if not is_integer(value.type.dtype):
            return None
        if not value.type.rank:
            return self._outside(value)
        if value.type.rank != compared.type.rank:
            return None
        found = vector_along(value, 0)
        if found is None or found.type.shape != compared.type.shape[:1]:
            return None
        return self._outside(found)

    def _joined(self, op: Op) -> Flag | None:
        a, b = (self.flag(operand) for operand in op.operands)
        if a is None or b is None or a.below != b.below:
            return None
        for flag, value in zip((a, b), op.operands, strict=True):
            if flag.bound.type.rank and value.type.rank != op.results[0].type.rank:
                return None
        first = (op.kind.name == "or") != a.below
        if a.bound is b.bound:
            return replace(a, offset=(min if first else max)(a.offset, b.offset))
        bound = self.builder.emit(
            "minimum" if first else "maximum", (self.value(a), self.value(b)), location=self.location
        )[0]
        return Flag(bound, 0, a.below)

    def _outside(self, value: Value) -> Value | None:
        """The outer value that a value is."""
        if value in self.fixed:
            return self.fixed[value]
        return value if value.block is not self.body and value not in self.body.params else None

    def _wide(self, value: Value) -> Value:
        if value.type.dtype == np.int64:
            return value
        return self.builder.emit("cast", (value,), dtype=np.dtype(np.int64), location=self.location)[0]


COMPARISONS = {"greater_equal": (False, 0), "greater": (False, 1), "less": (True, 0), "less_equal": (True, 1)}
"""For each word whether what it says of a step holds below a bound, and by how much that is above its right side."""
TURNED = {"greater_equal": "less_equal", "greater": "less", "less": "greater", "less_equal": "greater_equal"}
"""The words with their sides changed."""
