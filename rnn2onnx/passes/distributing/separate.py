"""Rewrites sums in a recurrence's body so that what depends on no state stands by itself.

``[x, h] @ K`` becomes ``x @ K_x + h @ K_h``, and in a sum the terms free of state come first, as one term that can
leave the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Value, constant, replay, uses
from rnn2onnx.passes.dependence import state_sets


def separate(graph: Graph) -> Graph:
    """``graph`` with the sums in the bodies of its recurrences separated."""
    return replay(graph, (_separated,))


def _separated(builder: Builder, op: Op) -> Sequence[Value] | None:
    if op.kind.name != "recur" or (op.attrs["unmasked"] and op.attrs["lengths"]) or not op.attrs["states"]:
        return None
    sums = _Sums(builder, op.blocks[0], op.attrs["states"])
    if not sums.roots:
        return None
    return builder.emit(
        op.kind,
        op.operands,
        blocks=(sums.rebuilt(),),
        location=op.location,
        types=[value.type for value in op.results],
        **op.attrs,
    )


class _Sums:
    """The sums of a body that mix terms with and without state."""

    def __init__(self, builder: Builder, body: Block, states: int) -> None:
        self.builder, self.body = builder, body
        self.deps = state_sets(body, states)
        self.count = uses(body)
        inner = {value for op in body.ops if op.kind.name == "add" for value in op.operands if self._joins(value)}
        self.roots = [op for op in body.ops if op.results[0] not in inner and self._mixed(op)]

    def _free(self, value: Value) -> bool:
        return not self.deps.get(value)

    def _joins(self, value: Value) -> bool:
        """Whether a value is part of the sum it is used in and of nothing else."""
        op = value.op
        return self.count[value] == 1 and op is not None and (op.kind.name == "add" or self._splits(op))

    def _splits(self, op: Op) -> bool:
        """Whether an operation is a product of parts with and without state and a fixed matrix."""
        if op.kind.name != "matmul" or op.results[0] not in self.deps or not self._free(op.operands[1]):
            return False
        left = op.operands[0].op
        if left is None or left.kind.name != "concat" or op.operands[1].type.rank != 2:
            return False
        if left.attrs["axis"] != left.results[0].type.rank - 1:
            return False
        if any(not isinstance(part.type.shape[-1], int) for part in left.operands):
            return False
        return len({self._free(part) for part in left.operands}) == 2

    def _terms(self, op: Op) -> list[Value | tuple[Op, bool]]:
        """What a sum adds up: values, and halves (free or not) of products that split."""
        if self._splits(op):
            return [(op, True), (op, False)]
        out: list[Value | tuple[Op, bool]] = []
        for value in op.operands:
            if self._joins(value) and value.op is not None and value in self.deps:
                out.extend(self._terms(value.op))
            else:
                out.append(value)
        return out

    def _is_free(self, term: Value | tuple[Op, bool]) -> bool:
        return term[1] if isinstance(term, tuple) else self._free(term)

    def _mixed(self, op: Op) -> bool:
        if self._splits(op):
            return True
        if op.kind.name != "add" or self._free(op.results[0]):
            return False
        terms = self._terms(op)
        free = sum(self._is_free(term) for term in terms)
        return (len(terms) > 2 and free > 1) or any(isinstance(term, tuple) for term in terms)

    def rebuilt(self) -> Block:
        """The body with its mixed sums separated."""
        roots = set(self.roots)
        with self.builder.body([p.type for p in self.body.params], [p.name for p in self.body.params]) as block:
            copier = Copier(self.builder, new=dict(zip(self.body.params, block.params, strict=True)))
            for op in self.body.ops:
                if op in roots:
                    copier.new[op.results[0]] = self._sum(copier, op)
                else:
                    copier.op(op)
            block.results = tuple(copier.value(value) for value in self.body.results)
        return block

    def _sum(self, copier: Copier, op: Op) -> Value:
        terms = sorted(self._terms(op), key=lambda term: not self._is_free(term))
        free = [self._emit(copier, term, op) for term in terms if self._is_free(term)]
        bound = [self._emit(copier, term, op) for term in terms if not self._is_free(term)]
        groups = [reduce(lambda a, b: self._add(a, b, op), group) for group in (free, bound) if group]
        return reduce(lambda a, b: self._add(a, b, op), groups)

    def _add(self, a: Value, b: Value, op: Op) -> Value:
        return self.builder.emit("add", (a, b), location=op.location)[0]

    def _emit(self, copier: Copier, term: Value | tuple[Op, bool], op: Op) -> Value:
        if isinstance(term, Value):
            return copier.value(term)
        product, free = term
        joined, matrix = product.operands[0].op, copier.value(product.operands[1])
        assert joined is not None
        start, parts, rows = 0, [], []
        for part in joined.operands:
            width = part.type.shape[-1]
            assert isinstance(width, int)
            if self._free(part) == free:
                parts.append(copier.value(part))
                rows.append((start, start + width))
            start += width
        left = parts[0] if len(parts) == 1 else self.builder.emit("concat", parts, axis=joined.attrs["axis"])[0]
        return self.builder.emit("matmul", (left, _rows(self.builder, matrix, rows)), location=product.location)[0]


def _rows(builder: Builder, matrix: Value, ranges: Sequence[tuple[int, int]]) -> Value:
    """Some rows of a matrix: a constant if it is one."""
    array = constant(matrix)
    if array is not None:
        name = f"{matrix.op.attrs['name']}/rows" if matrix.op and matrix.op.attrs["name"] else ""
        return builder.const(np.concatenate([array[a:b] for a, b in ranges]), name)
    parts = [
        builder.emit(
            "slice",
            (matrix, builder.const(np.array([a])), builder.const(np.array([b]))),
            axes=(0,),
            steps=(1,),
        )[0]
        for a, b in ranges
    ]
    return parts[0] if len(parts) == 1 else builder.emit("concat", parts, axis=0)[0]
