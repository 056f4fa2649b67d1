"""The ONNX form of einsum: matrix products, products and sums, two operands at a time.

ONNX has an Einsum of its own, but onnxruntime 1.31 dies of a division by zero when an operand it has to transpose has
no elements: a batch without rows ends the server.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.fences import fenced_pair
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.exporter.rows.arrays import moved, shaped
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.kinds.linear import einsum_terms
from rnn2onnx.ir.types import Dim, DType

INT64: DType = np.dtype(np.int64)
V = onnx_ir.Value


@dataclass(frozen=True)
class _Part:
    """A value and the letter of each of its axes."""

    value: V
    letters: str


class _Contraction:
    def __init__(self, e: Emission, op: Op, args: Sequence[V]) -> None:
        self.e = e
        self.dtype = op.operands[0].type.dtype
        self.through = carrier("ReduceSum", self.dtype)
        self.terms, self.result = einsum_terms(op.attrs["equation"], len(args))
        self.args = args
        self.dims: dict[str, Dim] = {}
        self.sources: dict[str, tuple[V, int]] = {}
        for term, value, arg in zip(self.terms, op.operands, args, strict=True):
            for axis, (letter, dim) in enumerate(zip(term, value.type.shape, strict=True)):
                self.sources.setdefault(letter, (arg, axis))
                if not isinstance(self.dims.get(letter), int):
                    self.dims[letter] = dim

    def run(self) -> V:
        parts = [
            self.diagonal(_Part(self.e.cast(arg, self.dtype, self.through), term))
            for arg, term in zip(self.args, self.terms, strict=True)
        ]
        total = parts[0]
        for place, part in enumerate(parts[1:], 2):
            total = self.pair(total, part, set(self.result).union(*self.terms[place:]))
        total = self.ordered(self.summed(total, set(self.result)), self.result)
        return self.e.cast(total.value, self.through, self.dtype)

    def diagonal(self, part: _Part) -> _Part:
        """The part with each letter once: where one stands twice, the elements at equal positions."""
        e, rank = self.e, len(part.letters)
        for letter in part.letters:
            if part.letters.count(letter) > 1:
                first, last = part.letters.index(letter), part.letters.rindex(letter)
                length = e.op("Squeeze", self.length(letter), e.ints(0))
                places = e.op("Range", e.scalar(0, INT64), length, e.scalar(1, INT64))
                rows = e.op("Unsqueeze", places, e.ints(*(i for i in range(rank) if i != first)))
                columns = e.op("Unsqueeze", places, e.ints(*(i for i in range(rank) if i != last)))
                kept = e.op("Where", e.op("Equal", rows, columns), part.value, e.scalar(0, self.through))
                value = e.op("ReduceSum", kept, e.ints(last), keepdims=0)
                return self.diagonal(_Part(value, part.letters[:last] + part.letters[last + 1 :]))
        return part

    def summed(self, part: _Part, keep: set[str]) -> _Part:
        """The part summed over the axes that nothing needs any more."""
        axes = [axis for axis, letter in enumerate(part.letters) if letter not in keep]
        if not axes:
            return part
        value = self.e.op("ReduceSum", part.value, self.e.ints(*axes), keepdims=0)
        return _Part(value, "".join(letter for letter in part.letters if letter in keep))

    def ordered(self, part: _Part, letters: str) -> _Part:
        return _Part(moved(self.e, part.value, [part.letters.index(letter) for letter in letters]), letters)

    def pair(self, a: _Part, b: _Part, keep: set[str]) -> _Part:
        """The product of two parts, summed over the letters that are in both and in nothing later."""
        a, b = self.summed(a, keep | set(b.letters)), self.summed(b, keep | set(a.letters))
        batch = "".join(letter for letter in a.letters if letter in b.letters and letter in keep)
        inner = "".join(letter for letter in a.letters if letter in b.letters and letter not in keep)
        left = "".join(letter for letter in a.letters if letter not in b.letters)
        right = "".join(letter for letter in b.letters if letter not in a.letters)
        if inner:
            return self.matmul(a, b, batch, left, inner, right)
        x, y = self.ordered(a, batch + left).value, self.ordered(b, batch + right).value
        if right:
            x = self.e.op("Unsqueeze", x, self.e.ints(*range(len(batch + left), len(batch + left + right))))
        if left:
            y = self.e.op("Unsqueeze", y, self.e.ints(*range(len(batch), len(batch + left))))
        return _Part(self.e.op("Mul", x, y), batch + left + right)

    def matmul(self, a: _Part, b: _Part, batch: str, left: str, inner: str, right: str) -> _Part:
        # Rows of the first operand need not be one axis where the second is a plain matrix.
        rows = [left] if batch else list(left) or [""]
        x = self.grouped(self.ordered(a, batch + left + inner).value, [*batch, *left, *inner], [*batch, *rows, inner])
        y = self.grouped(self.ordered(b, batch + inner + right).value, [*batch, *inner, *right], [*batch, inner, right])
        lengths = [
            [self.size(group) for group in groups] for groups in ([*batch, *rows, inner], [*batch, inner, right])
        ]
        product = self.e.op("MatMul", *fenced_pair(self.e, x, y, lengths, self.through))
        value = self.grouped(product, [*batch, *rows, right], [*batch, *left, *right])
        return _Part(value, batch + left + right)

    def grouped(self, value: V, old: list[str], new: list[str]) -> V:
        """A value with axes ``old``, each the product of its letters, in the shape of the axes ``new``."""
        if old == new:
            return value
        same = 0
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
        sizes = [self.size(group) for group in new[same:]]
        if all(size is not None and size > 0 for size in sizes):
            # A 0 stands for the input's length at that place.
            return self.e.op("Reshape", value, self.e.ints(*[0] * same, *(size or 0 for size in sizes)))
        lengths = self.e.op("Concat", *map(self.length, new), axis=0) if new else self.e.ints()
        if self.e.opset >= 14:
            return self.e.op("Reshape", value, lengths, allowzero=1)
        return shaped(self.e, value, lengths, self.through)

    def size(self, group: str) -> int | None:
        """The product of the lengths of some letters; None where one is not a number."""
        lengths = [self.dims[letter] for letter in group]
        return math.prod(n for n in lengths if isinstance(n, int)) if all(isinstance(n, int) for n in lengths) else None

    def length(self, group: str) -> V:
        """i64[1]: the product of the lengths of some letters."""
        known = self.size(group)
        if known is not None:
            return self.e.ints(known)
        total: V | None = None
        for letter in group:
            arg, axis = self.sources[letter]
            start, end = self.e.ints(axis), self.e.ints(axis + 1)
            one = self.e.op("Slice", self.e.op("Shape", arg), start, end, self.e.ints(0))
            total = one if total is None else self.e.op("Mul", total, one)
        assert total is not None
        return total


def _einsum(e: Emission, op: Op, *args: V) -> V:
    return _Contraction(e, op, args).run()


ROWS: dict[str, Row] = {"einsum": _einsum}
