"""The ONNX form of normalised rows."""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.ir.graph import Op, constant
from rnn2onnx.ir.types import DType

V = onnx_ir.Value

_FIRST = 17
"""The opset that brought LayerNormalization."""


def _layer_norm(e: Emission, op: Op, x: V, scale: V, bias: V) -> V:
    dtype, shift = op.operands[0].type.dtype, constant(op.operands[2])
    given = [x, scale] if shift is not None and not shift.any() else [x, scale, bias]
    # In float64 onnxruntime takes the mean of the squares less the square of the mean, which may be below zero.
    if e.opset >= _FIRST and dtype != np.float64:
        return e.carried("LayerNormalization", given, dtype, axis=-1, epsilon=op.attrs["epsilon"])
    return _by_parts(e, op, given, dtype)


def _by_parts(e: Emission, op: Op, given: list[V], dtype: DType) -> V:
    through: DType = np.dtype(np.float32) if dtype.itemsize == 2 else dtype
    x, scale, *bias = (e.cast(value, dtype, through) for value in given)
    gap = e.op("Sub", x, _mean(e, x, op))
    variance = _mean(e, e.op("Mul", gap, gap), op)
    deviation = e.op("Sqrt", e.op("Add", variance, e.scalar(op.attrs["epsilon"], through)))
    rows = e.op("Mul", e.op("Div", gap, deviation), scale)
    return e.cast(e.op("Add", rows, *bias) if bias else rows, through, dtype)


def _mean(e: Emission, x: V, op: Op) -> V:
    axis = op.operands[0].type.rank - 1
    if e.opset >= 18:
        return e.op("ReduceMean", x, e.ints(axis), keepdims=1)
    return e.op("ReduceMean", x, axes=(axis,), keepdims=1)


ROWS: dict[str, Row] = {"layer_norm": _layer_norm}
