"""Copies a graph, knowing in each branch what its condition says of lengths."""

from __future__ import annotations

from collections.abc import Sequence

from rnn2onnx.ir import Block, Builder, Copier, Op, Value
from rnn2onnx.ir.replay import Rule
from rnn2onnx.passes.bounds import Bounds, bounds_of_range, bounds_where


class BoundedCopier(Copier):
    """A copier.

    Attributes:
        known: What is known of lengths where it copies.
    """

    def __init__(self, builder: Builder, rules: Sequence[Rule] = ()) -> None:
        super().__init__(builder, rules)
        self.known = Bounds()
        self._in_block: dict[int, Bounds] = {}

    def op(self, op: Op) -> tuple[Value, ...]:
        """As a copier does; the bodies of a branch know its condition."""
        if op.kind.name == "cond":
            for body, holds in zip(op.blocks, (True, False), strict=True):
                self._in_block[id(body)] = self.known.and_also(bounds_where(op.operands[0], holds))
        made = super().op(op)
        if op.kind.name == "range":
            self.known = self.known.and_also(bounds_of_range(op))
        return made

    def block(self, body: Block) -> Block:
        """A copy of a body, made with what is known in it."""
        before, self.known = self.known, self._in_block.pop(id(body), self.known)
        try:
            return super().block(body)
        finally:
            self.known = before
