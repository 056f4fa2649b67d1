"""The ONNX forms of matrix products, convolution and pooling."""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.fences import fenced_pair, flat_product
from rnn2onnx.exporter.rows.arrays import FAR, product, zero_of
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.types import DType

INT64: DType = np.dtype(np.int64)

V = onnx_ir.Value


def _matmul(e: Emission, op: Op, a: V, b: V) -> V:
    dtype = op.operands[0].type.dtype
    if not _spreads_over_nothing(op):
        dims = [value.type.shape for value in op.operands]
        flat = flat_product(e, a, b, dims, dtype)
        if flat is not None:
            return flat
        return e.carried("MatMul", fenced_pair(e, a, b, dims, dtype), dtype)
    # onnxruntime refuses to broadcast matrices over an axis that has no elements.
    result = op.results[0].type
    shapes = [e.op("Shape", value) for value in (a, b)]
    lengths = [
        e.op("Slice", shapes[side], e.ints(0), e.ints(-2), e.ints(0)) if op.operands[side].type.rank > 2 else e.ints()
        for side in (0, 1)
    ]
    ones = [e.op("Expand", e.scalar(1, INT64), length) for length in lengths]
    batch = e.op("Shape", e.op("Mul", *ones))
    rows = e.op("Slice", shapes[0], e.ints(-2), e.ints(-1), e.ints(0))
    columns = e.op("Slice", shapes[1], e.ints(-1), e.ints(FAR), e.ints(0))
    whole = e.op("Concat", batch, rows, columns, axis=0)
    empty = e.op("Equal", e.op("Squeeze", product(e, batch), e.ints(0)), e.scalar(0, INT64))
    return e.choice(
        empty,
        lambda: e.op("ConstantOfShape", whole, value=zero_of(dtype)),
        lambda: e.carried("MatMul", [a, b], dtype),
        result,
    )


def _spreads_over_nothing(op: Op) -> bool:
    """Whether one operand may be broadcast over a batch axis of the other that is empty."""
    a, b = (value.type.shape[:-2] for value in op.operands)
    if all(dim == 1 for dim in b):
        return False
    rank = max(len(a), len(b))
    pairs = zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True)
    return any(x != y and any(dim == 0 or isinstance(dim, str) for dim in (x, y)) for x, y in pairs)


def _conv(e: Emission, op: Op, x: V, w: V) -> V:
    axes, lengths = op.operands[0].type.rank - 2, op.operands[0].type.shape[2:]
    kernel, pads = op.operands[1].type.shape[2:], list(op.attrs["pads"])
    # onnxruntime refuses a result without elements, which an input without steps has where its length is kept: one
    # step more is computed and dropped.
    kept = [i for i in range(axes) if not isinstance(lengths[i], int) and op.results[0].type.shape[2 + i] == lengths[i]]
    for i in kept:
        pads[axes + i] += 1
    attrs = {name: op.attrs[name] for name in ("strides", "dilations", "group")}
    y = e.carried("Conv", [x, w], op.operands[0].type.dtype, kernel_shape=kernel, pads=tuple(pads), **attrs)
    if not kept:
        return y
    return e.op("Slice", y, e.ints(*[0] * len(kept)), e.ints(*[-1] * len(kept)), e.ints(*(2 + i for i in kept)))


def _pool(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        kernel, strides, pads = (op.attrs[name] for name in ("kernel", "strides", "pads"))
        type, result = op.operands[0].type, op.results[0].type

        def pooled() -> V:
            return e.carried(op_type, [x], type.dtype, kernel_shape=kernel, strides=strides, pads=pads)

        named = [axis for axis, dim in enumerate(result.shape) if isinstance(dim, str)]
        if all(axis == 0 for axis in named) or any(result.shape[axis] != type.shape[axis] for axis in named):
            return pooled()
        # onnxruntime takes no rows, but not an axis without steps.
        shape = e.op("Shape", x)
        whole = [
            e.op("Slice", shape, e.ints(axis), e.ints(axis + 1), e.ints(0)) if isinstance(dim, str) else e.ints(dim)
            for axis, dim in enumerate(result.shape)
        ]
        elements = e.op("Concat", *whole, axis=0)
        empty = e.op("Equal", e.op("Squeeze", product(e, elements), e.ints(0)), e.scalar(0, INT64))
        nothing = zero_of(type.dtype)
        return e.choice(empty, lambda: e.op("ConstantOfShape", elements, value=nothing), pooled, result)

    return row


ROWS: dict[str, Row] = {
    "matmul": _matmul,
    "conv": _conv,
    "max_pool": _pool("MaxPool"),
    "average_pool": _pool("AveragePool"),
}
