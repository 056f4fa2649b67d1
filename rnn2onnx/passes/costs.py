"""What operations take on an engine, in microseconds, by its cost table.

A guess that is good enough to tell which of two forms is the faster one: each operation has a price for being run and
one for each number it gives, a product one for its multiplications and one for reading its matrix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rnn2onnx.ir import Block, Dim, Op, Type
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.targets import Costs

UNKNOWN_LENGTH = 32
"""What a length is taken for that nothing is known of."""
_FREE = {"const", "variable", "identity", "squeeze", "unsqueeze", "reshape"}
_PRODUCTS = {"matmul", "einsum", "conv"}


class Estimate:
    """Costs at given lengths.

    Args:
        costs: The table of the engine.
        lengths: Numbers for lengths by name.
    """

    def __init__(self, costs: Costs, lengths: Mapping[str, int]) -> None:
        self.costs = costs
        self.lengths = lengths

    def length(self, dim: Dim) -> int:
        """A length as a number."""
        return dim if isinstance(dim, int) else self.lengths.get(dim, UNKNOWN_LENGTH)

    def numbers(self, type: Type) -> int:
        """How many numbers a tensor has."""
        return math.prod(self.length(dim) for dim in type.shape)

    def block(self, block: Block) -> float:
        """Microseconds of the operations of a block."""
        return sum(self.op(op) for op in block.ops)

    def op(self, op: Op) -> float:
        """Microseconds of an operation."""
        name = op.kind.name
        if name == "cond":
            return self.costs.branch + max(self.block(body) for body in op.blocks)
        if name in ("recur", "scan"):
            return self.recurrence(op)
        if name == "loop":
            return UNKNOWN_LENGTH * (self.costs.loop_step + self.block(op.blocks[0]))
        if name in GATES:
            return self.native(op)
        if name in ("const", "variable"):
            return 0.0
        if name in _FREE:
            return self.costs.node
        each = self.costs.numbers.get(name, self.costs.numbers["other"])
        written = sum(self.numbers(value.type) for value in op.results)
        if name in _PRODUCTS:
            return self._product(op)
        if name.startswith("reduce_"):
            written = self.numbers(op.operands[0].type)
        return self.costs.node + self._moved(op) + written * each / 1e3

    def _moved(self, op: Op) -> float:
        """Microseconds for what is too large to stay near the processor."""
        return sum(self._streamed(self.numbers(value.type)) for value in op.results)

    def _streamed(self, numbers: int) -> float:
        return 4 * numbers / self.costs.stream if 4 * numbers > self.costs.cache else 0.0

    def _product(self, op: Op) -> float:
        left, right = op.operands[0].type, op.operands[1].type
        if op.kind.name == "matmul":
            depth = self.length(left.shape[-1])
        else:
            depth = max(1, self.numbers(right) // max(1, self.length(right.shape[-1])))
        written, width = self.numbers(op.results[0].type), self.length(op.results[0].type.shape[-1])
        several = self.costs.several_rows if written > width else 0.0
        return self.costs.node + several + self._moved(op) + self.product(written, depth, self.numbers(right))

    def product(self, written: int, depth: int, matrix: int, read: float | None = None) -> float:
        """Microseconds of a product, without those of a node.

        Args:
            written: How many numbers it gives.
            depth: How many products each of them is the sum of.
            matrix: How many numbers the matrix on its right has.
            read: Bytes of the matrix read in a microsecond, where that is another than a MatMul's.
        """
        return 2 * written * depth / self.costs.flops + 4 * matrix / (read or self.costs.bytes)

    def recurrence(self, op: Op) -> float:
        """Microseconds of all steps of a ``recur`` or ``scan``."""
        (body,) = op.blocks
        states: int = op.attrs["states"]
        steps = self.length(op.operands[states].type.shape[0])
        # What is cut out of a product becomes a product and a sequence of its own.
        cuts = sum(each.kind.name == "slice" for each in body.ops) if op.kind.name == "recur" else 0
        values = len(body.params) + len(body.results) - states + cuts
        rest = sum(self.op(each) for each in body.ops if not cuts or each.kind.name != "slice")
        return steps * (self.costs.step + values * self.costs.carried + rest)

    def native(self, op: Op) -> float:
        """Microseconds of a native layer."""
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        shape = [self.length(dim) for dim in given["X"].type.shape]
        return self.layer(op.kind.name, shape, op.attrs["hidden_size"], given["W"].type.shape[0] == 2)

    def layer(self, kind: str, shape: Sequence[int], units: int, both: bool = False) -> float:
        """Microseconds of a native layer.

        Args:
            kind: rnn, gru or lstm.
            shape: Steps, rows and columns of its input.
            units: Columns of its state.
            both: Whether it runs in both directions.
        """
        steps, rows, depth = shape
        columns, costs = GATES[kind] * units, self.costs
        project = self.product(steps * rows * columns, depth, depth * columns) + self._streamed(steps * rows * columns)
        walk = self.product(rows * columns, units, units * columns, costs.native_bytes[kind])
        walk += costs.native_step[kind] + rows * units * costs.native_number[kind] / 1e3
        return (costs.node + project + steps * walk) * (2 if both else 1)
