"""The ONNX forms of the reductions, the positions of extremes, running sums, softmax and the k largest."""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.exporter.rows.arrays import product
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.kinds.reductions import highest, lowest
from rnn2onnx.ir.types import DType, is_float

INT32: DType = np.dtype(np.int32)
INT64: DType = np.dtype(np.int64)
FLOAT32: DType = np.dtype(np.float32)
BOOL: DType = np.dtype(bool)
V = onnx_ir.Value


def _reduced(e: Emission, op_type: str, op: Op, x: V, dtype: DType) -> V:
    """One reducing node; the axes became an operand at opset 13 for ReduceSum and at 18 for the others."""
    axes, keep = op.attrs["axes"], int(op.attrs["keepdims"])
    through = carrier(op_type, dtype)
    inside = e.cast(x, dtype, through)
    if op_type == "ReduceSum" or e.opset >= 18:
        result = e.op(op_type, inside, e.ints(*axes), keepdims=keep)
    else:
        result = e.op(op_type, inside, axes=axes, keepdims=keep)
    return e.cast(result, through, dtype)


def _maybe_empty(op: Op) -> bool:
    shape = op.operands[0].type.shape
    return any(not isinstance(shape[axis], int) or shape[axis] == 0 for axis in op.attrs["axes"])


def _reduce(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        if not op.attrs["axes"]:
            return x
        return _reduced(e, op_type, op, x, op.operands[0].type.dtype)

    return row


def _extreme(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        dtype = op.operands[0].type.dtype
        through = carrier(op_type, dtype)
        if not op.attrs["axes"]:
            return x
        if through == dtype or is_float(dtype) or dtype == np.uint64 or not _maybe_empty(op):
            return _reduced(e, op_type, op, x, dtype)
        # Over no elements the type gone through gives its own bound, which the other one can't hold.
        if op_type == "ReduceMin" and dtype == np.int64:
            # The greatest i64 is no f64; the least one is.
            minus = e.scalar(-1, dtype)
            return e.op("Sub", minus, _limited(e, op, "ReduceMax", e.op("Sub", minus, x), dtype, through))
        return _limited(e, op, op_type, x, dtype, through)

    return row


def _limited(e: Emission, op: Op, op_type: str, x: V, dtype: DType, through: DType) -> V:
    result = _reduced(e, op_type, op, e.cast(x, dtype, through), through)
    limit, other = (lowest(dtype), "Max") if op_type == "ReduceMax" else (highest(dtype), "Min")
    return e.cast(e.op(other, result, e.scalar(limit, through)), through, dtype)


def _mean(e: Emission, op: Op, x: V) -> V:
    if not op.attrs["axes"]:
        return x
    dtype = op.operands[0].type.dtype
    if not _maybe_empty(op):
        return _reduced(e, "ReduceMean", op, x, dtype)
    # onnxruntime's mean over no elements is 0; it is NaN.
    through = FLOAT32 if dtype.itemsize == 2 else dtype
    total = _reduced(e, "ReduceSum", op, e.cast(x, dtype, through), through)
    lengths = e.op("Gather", e.op("Shape", x), e.ints(*op.attrs["axes"]), axis=0)
    count = e.op("Squeeze", e.cast(product(e, lengths), INT64, through), e.ints(0))
    return e.cast(e.op("Div", total, count), through, dtype)


def _any(e: Emission, op: Op, x: V) -> V:
    if not op.attrs["axes"]:
        return x
    return e.cast(_reduced(e, "ReduceSum", op, e.cast(x, BOOL, INT32), INT32), INT32, BOOL)


def _all(e: Emission, op: Op, x: V) -> V:
    return e.op("Not", _any(e, op, e.op("Not", x))) if op.attrs["axes"] else x


def _arg(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        axis, keep = op.attrs["axis"], int(op.attrs["keepdims"])
        return e.tested(op_type, [x], op.operands[0].type.dtype, axis=axis, keepdims=keep)

    return row


def _cumsum(e: Emission, op: Op, x: V) -> V:
    dtype = op.operands[0].type.dtype
    through = carrier("CumSum", dtype)
    exclusive, reverse = int(op.attrs["exclusive"]), int(op.attrs["reverse"])
    axis = e.scalar(op.attrs["axis"], INT64)
    total = e.op("CumSum", e.cast(x, dtype, through), axis, exclusive=exclusive, reverse=reverse)
    return e.cast(total, through, dtype)


def _softmax(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        return e.carried(op_type, [x], op.operands[0].type.dtype, axis=op.attrs["axis"])

    return row


def _top_k(e: Emission, op: Op, x: V, k: V) -> tuple[V, V]:
    dtype = op.operands[0].type.dtype
    through = carrier("TopK", dtype)
    count = e.op("Unsqueeze", k, e.ints(0))
    values, positions = e.many("TopK", [e.cast(x, dtype, through), count], 2, axis=-1, largest=1, sorted=1)
    return e.cast(values, through, dtype), positions


ROWS: dict[str, Row] = {
    "reduce_sum": _reduce("ReduceSum"),
    "reduce_prod": _reduce("ReduceProd"),
    "reduce_max": _extreme("ReduceMax"),
    "reduce_min": _extreme("ReduceMin"),
    "reduce_mean": _mean,
    "reduce_any": _any,
    "reduce_all": _all,
    "argmax": _arg("ArgMax"),
    "argmin": _arg("ArgMin"),
    "cumsum": _cumsum,
    "softmax": _softmax("Softmax"),
    "log_softmax": _softmax("LogSoftmax"),
    "top_k": _top_k,
}
