"""Computes in one step of a loop what stands before it for all steps at once: ``vectorise`` the other way round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Dim, Op, Value, constant
from rnn2onnx.passes.recognising.affine import columns_of


def is_stepwise(op: Op, time: Dim) -> bool:
    """Whether each step of the result, [T, …], is computed from the same step of the operands alone.

    A product takes rows [T, B, …] and a constant matrix; what else is taken leaves the axes as they are.
    """
    if len(op.results) != 1 or op.blocks or not op.kind.total:
        return False
    result, name = op.results[0].type, op.kind.name
    if result.rank < 2 or result.shape[0] != time:
        return False
    if name in ("matmul", "slice", "layer_norm") and not _walks(op.operands[0], result.rank, time):
        return False
    if name == "matmul":
        matrix = constant(op.operands[1])
        return result.rank > 2 and matrix is not None and matrix.ndim == 2
    if name == "slice":
        return columns_of(op) is not None
    if name == "layer_norm":
        return all(constant(value) is not None for value in op.operands[1:])
    if not op.kind.elementwise:
        return False
    return all(_walks(value, result.rank, time) or _is_fixed(value, result.rank) for value in op.operands)


def walked(op: Op, time: Dim) -> list[Value]:
    """The operands of a stepwise operation of which a step takes its rows."""
    rank = op.results[0].type.rank
    given = op.operands if op.kind.elementwise else op.operands[:1]
    return [value for value in given if _walks(value, rank, time)]


def _walks(value: Value, rank: int, time: Dim) -> bool:
    return value.type.rank == rank and value.type.shape[0] == time and constant(value) is None


def _is_fixed(value: Value, rank: int) -> bool:
    """Whether a value is the same in every step, and fits one."""
    if value.type.rank < rank:
        return True
    array = constant(value)
    return array is not None and array.shape[0] == 1


class OneStep:
    """Values [T, …] before a loop as values […] of one step in its body.

    Args:
        builder: Where to; the body is open.
        time: The length of the walked axis.
        rows: The body's values of what is walked.
        outside: The new value of one that is the same in every step.
    """

    def __init__(
        self, builder: Builder, time: Dim, rows: Mapping[Value, Value], outside: Callable[[Value], Value]
    ) -> None:
        self.builder, self.time, self.outside = builder, time, outside
        self.rows = dict(rows)

    def value(self, value: Value) -> Value:
        """One step of a value."""
        if value not in self.rows:
            assert value.op is not None
            self.rows[value] = self._made(value.op)
        return self.rows[value]

    def _made(self, op: Op) -> Value:
        stepping = set(walked(op, self.time))
        rank = op.results[0].type.rank
        operands = [self.value(v) if v in stepping else self._fixed(v, rank) for v in op.operands]
        attrs: Mapping[str, Any] = op.attrs
        if op.kind.name == "slice":
            attrs = {**attrs, "axes": tuple(axis - 1 for axis in attrs["axes"])}
        types = [op.results[0].type.with_shape(op.results[0].type.shape[1:])]
        return self.builder.emit(op.kind, operands, location=op.location, types=types, **attrs)[0]

    def _fixed(self, value: Value, rank: int) -> Value:
        array = constant(value)
        if array is None or value.type.rank < rank:
            return self.outside(value)
        return self.builder.const(np.squeeze(array, 0))
