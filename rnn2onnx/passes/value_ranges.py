"""What floating values can be at least and at most, whatever they are computed from."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from rnn2onnx.ir import Graph, Op, Value, constant, walk

Range: TypeAlias = "tuple[float, float]"
_ALL: Range = (-math.inf, math.inf)
_RANGES: dict[str, Range] = {
    "tanh": (-1, 1), "sigmoid": (0, 1), "hard_sigmoid": (0, 1), "softsign": (-1, 1), "erf": (-1, 1),
    "sin": (-1, 1), "cos": (-1, 1), "relu": (0, math.inf), "softmax": (0, 1),
}  # fmt: skip
"""Of functions that keep their range for every number; NaN may come out of any."""
_MOVED = {"identity", "slice", "transpose", "reshape", "expand", "squeeze", "unsqueeze", "reverse", "tile", "gather"}
"""What gives elements of its first operand."""
_DEEPEST = 50
_LARGE = 65000.0
"""What is nowhere infinite: float16 ends at 65504."""


class Ranges:
    """The ranges of the values of a graph; a value that is NaN is in every range."""

    def __init__(self, graph: Graph) -> None:
        self.sequences = {
            param: sequence
            for op in walk(graph.block)
            if op.kind.name == "recur"
            for param, sequence in zip(
                op.blocks[0].params[op.attrs["states"] :], op.operands[op.attrs["states"] :], strict=False
            )
        }
        self.known: dict[Value, Range] = {}

    def greatest(self, value: Value) -> float:
        """The greatest absolute value; inf if it can be anything."""
        low, high = self.of(value)
        return max(-low, high)

    def is_finite(self, value: Value) -> bool:
        """Whether a value is never infinite."""
        return self.greatest(value) < math.inf

    def of(self, value: Value, depth: int = 0) -> Range:
        """The least and the greatest of a value's elements."""
        if value not in self.known:
            found = self._find(value, depth) if depth < _DEEPEST else _ALL
            self.known[value] = _where_finite(*found)
        return self.known[value]

    def _find(self, value: Value, depth: int) -> Range:
        if value in self.sequences:
            return self.of(self.sequences[value], depth + 1)
        array = constant(value)
        if array is not None:
            if array.dtype.kind not in "fiu" or not array.size:
                return _ALL
            return float(np.min(array)), float(np.max(array))
        op = value.op
        if op is None:
            return _ALL
        if op.kind.name in _RANGES:
            return _RANGES[op.kind.name]
        if op.kind.name in _MOVED:
            return self.of(op.operands[0], depth + 1)
        return self._of_op(op, depth)

    def _of_op(self, op: Op, depth: int) -> Range:
        name = op.kind.name
        if name not in ("add", "sub", "mul", "neg", "maximum", "minimum", "where", "concat"):
            return _ALL
        parts = [self.of(operand, depth + 1) for operand in op.operands[name == "where" :]]
        if name in ("where", "concat"):
            return min(low for low, _ in parts), max(high for _, high in parts)
        if name == "neg":
            return -parts[0][1], -parts[0][0]
        (a, b), (c, d) = parts
        if name == "maximum":
            return max(a, c), max(b, d)
        if name == "minimum":
            return min(a, c), min(b, d)
        if name == "add":
            return a + c, b + d
        if name == "sub":
            return a - d, b - c
        products = (a * c, a * d, b * c, b * d)
        return _ALL if any(map(math.isnan, products)) else (min(products), max(products))


def _where_finite(low: float, high: float) -> Range:
    """A range in which what can overflow in a small floating type is infinite."""
    if math.isnan(low) or math.isnan(high):
        return _ALL
    return low if low > -_LARGE else -math.inf, high if high < _LARGE else math.inf
