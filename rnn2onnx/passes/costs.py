"""What operations take on an engine, in microseconds, by its cost table.

A guess that is good enough to tell which of two forms is the faster one: each operation has a price for being run and
one for each number it gives; a product takes as long as its multiplications or as reading its matrix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rnn2onnx.ir import Block, Dim, Op, Type, Value
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.targets import Costs

UNKNOWN_LENGTH = 32
"""What a length is taken for that nothing is known of."""
_FREE = {"const", "variable", "identity", "squeeze", "unsqueeze", "reshape"}
_PRODUCTS = {"matmul", "quantized_matmul", "einsum", "conv"}
_BEHIND_PRODUCTS = {"sigmoid", "tanh", "relu"}
"""What the engine applies to a product with something added before it is written."""
LANES = 16
"""Matrices are as wide as the next multiple of this many columns."""


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
        name, costs = op.kind.name, self.costs
        if name == "cond":
            return costs.branch + max(self.block(body) for body in op.blocks)
        if name in ("recur", "scan"):
            return self.recurrence(op)
        if name == "loop":
            carried = len(op.blocks[0].params) - 1
            return UNKNOWN_LENGTH * (costs.loop_step + carried * costs.loop_carried + self.block(op.blocks[0]))
        if name in GATES or name == "quantized_lstm":
            return self.native(op)
        if name in ("const", "variable") or _is_fused(op):
            return 0.0
        if name in _FREE:
            return costs.node
        if name in _PRODUCTS:
            return self._product(op)
        each = costs.numbers.get(name, costs.numbers["other"])
        written = sum(self.numbers(value.type) for value in op.results)
        if name.startswith("reduce_"):
            written = self.numbers(op.operands[0].type)
        node = 0.0 if name in _BEHIND_PRODUCTS and _is_fused(op.operands[0].op) else self._node(name)
        return node + self._moved(op) + written * each / 1e3

    def _node(self, name: str) -> float:
        return self.costs.node + self.costs.more.get(name, 0.0)

    def _moved(self, op: Op) -> float:
        """Microseconds for what is too large to stay near the processor."""
        return sum(self._streamed(self.numbers(value.type)) for value in op.results)

    def _streamed(self, numbers: int) -> float:
        return 4 * numbers / self.costs.stream if 4 * numbers > self.costs.cache else 0.0

    def _product(self, op: Op) -> float:
        left, right = op.operands[0].type, op.operands[1].type
        if op.kind.name in ("matmul", "quantized_matmul"):
            depth = self.length(left.shape[-1])
        else:
            depth = max(1, self.numbers(right) // max(1, self.length(right.shape[-1])))
        width = self.length(op.results[0].type.shape[-1])
        rows = self.numbers(op.results[0].type) // max(1, width)
        return self._node("matmul") + self._moved(op) + self.product(rows, depth, width)

    def product(self, rows: int, depth: int, width: int, read: float | None = None) -> float:
        """Microseconds of a product, besides those of a node: of few rows, as long as it takes to read the matrix.

        Args:
            rows: Of what it gives.
            depth: How many products each number is the sum of.
            width: Columns of what it gives.
            read: Bytes of the matrix read in a microsecond, where that is another than a MatMul's.
        """
        costs = self.costs
        matrix = depth * -(-width // LANES) * LANES
        return max(2 * rows * matrix / costs.flops, 4 * matrix / (read or costs.bytes))

    def recurrence(self, op: Op) -> float:
        """Microseconds of all steps of a ``recur`` or ``scan``."""
        (body,) = op.blocks
        states: int = op.attrs["states"]
        steps = self.length(op.operands[states].type.shape[0])
        values = len(body.params) + len(body.results) - states
        cuts = [each for each in body.ops if each.kind.name == "slice"] if op.kind.name == "recur" else []
        rest = sum(self.op(each) for each in body.ops if each not in cuts)
        # What is given twice, or handed through, is copied.
        copied = len(body.results) - len(set(body.results) - set(body.params))
        each = self.costs.step + values * self.costs.carried + copied * self.costs.node + rest
        walked = [*op.operands[states : len(body.params)], *op.results[states:]]
        moved = sum(self._streamed(self.numbers(value.type)) for value in walked)
        return steps * each + moved + self._cut(cuts, steps)

    def _cut(self, cuts: Sequence[Op], steps: int) -> float:
        """Microseconds of what is computed in pieces where a body cuts it: see ``unbundle``."""
        pieces: dict[Value, int] = {}
        for each in cuts:
            pieces[each.operands[0]] = pieces.get(each.operands[0], 0) + 1
        total = 0.0
        for value, count in pieces.items():
            for source in _cone(value):
                if source.op is None:
                    numbers = steps * self.numbers(source.type)
                    total += numbers * self.costs.numbers["slice"] / 1e3 + self._streamed(numbers)
                    total += steps * (count - 1) * self.costs.carried
                elif not _is_fused(source.op):
                    total += steps * (count - 1) * self._node(source.op.kind.name)
        return total

    def native(self, op: Op) -> float:
        """Microseconds of a native layer."""
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        shape = [self.length(dim) for dim in given["X"].type.shape]
        kind, both = op.kind.name.removeprefix("quantized_"), given["W"].type.shape[0] == 2
        return self.layer(kind, shape, op.attrs["hidden_size"], both, ragged="sequence_lens" in given)

    def layer(self, kind: str, shape: Sequence[int], units: int, both: bool = False, *, ragged: bool = False) -> float:
        """Microseconds of a native layer.

        Args:
            kind: rnn, gru or lstm.
            shape: Steps, rows and columns of its input.
            units: Columns of its state.
            both: Whether it runs in both directions.
            ragged: Whether its rows have lengths: in an LSTM or GRU a row that has ended takes part in the products
                only, so of evenly spread lengths half of the numbers are left. An RNN goes on with it.
        """
        steps, rows, depth = shape
        columns, costs = GATES[kind] * units, self.costs
        project = self.product(steps * rows, depth, columns) + self._streamed(steps * rows * columns)
        walk = self.product(rows, units, columns, costs.native_bytes[kind])
        share = 0.5 if ragged and kind != "rnn" else 1.0
        walk += costs.native_step[kind] + share * rows * units * costs.native_number[kind] / 1e3
        return (costs.node + project + steps * walk) * (2 if both else 1)


def _is_fused(op: Op | None) -> bool:
    """Whether an operation adds to a product, which the engine does with it: a whole one, or a piece of it."""
    return op is not None and op.kind.name == "add" and any(_is_product(value.op) for value in op.operands)


def _is_product(op: Op | None) -> bool:
    if op is not None and op.kind.name == "slice":
        return _is_product(op.operands[0].op) or _is_fused(op.operands[0].op)
    return op is not None and op.kind.name == "matmul" and op.results[0].type.rank == 2


def _cone(value: Value) -> list[Value]:
    """What is as wide as a value that is cut, and computed for it: up to products and the parameters of the body."""
    found: list[Value] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if each in found or each.block is not value.block or each.type.shape != value.type.shape:
            continue
        found.append(each)
        if each.op is not None and each.op.kind.name != "matmul":
            waiting.extend(each.op.operands)
    return found
