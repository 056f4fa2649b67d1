"""The ONNX forms of slices, gathers, scatters and the row written."""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.exporter.rows.arrays import FAR, length_of, product, shaped, zero_of
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.kinds.arrays import numbers
from rnn2onnx.ir.types import DType

INT64: DType = np.dtype(np.int64)
BOOL: DType = np.dtype(bool)
V = onnx_ir.Value


def _slice(e: Emission, op: Op, x: V, starts: V, ends: V) -> V:
    axes, steps = op.attrs["axes"], op.attrs["steps"]
    if not axes:
        return x
    if any(step < 0 for step in steps):
        ends = _plain_ends(e, op, ends)
    return e.op("Slice", x, starts, ends, e.ints(*axes), e.ints(*steps))


def _plain_ends(e: Emission, op: Op, ends: V) -> V:
    """The ends without 2**31 - 1 and 2**63 - 1, which onnxruntime takes for "to the beginning" at a negative step."""
    known = numbers(op.operands[2])
    limits = [2**31 - 2 if step < 0 else FAR for step in op.attrs["steps"]]
    if known is None:
        return e.op("Min", ends, e.ints(*limits))
    return e.ints(*map(min, known, limits))


def _positions(e: Emission, op: Op, ids: V) -> V:
    dtype = op.operands[1].type.dtype
    return ids if op.kind.name == "gather" and dtype == np.int32 else e.cast(ids, dtype, INT64)


def _gather(e: Emission, op: Op, x: V, ids: V) -> V:
    return e.op("Gather", x, _positions(e, op, ids), axis=op.attrs["axis"])


def _gather_nd(e: Emission, op: Op, x: V, ids: V) -> V:
    return e.op("GatherND", x, _positions(e, op, ids), batch_dims=op.attrs["batch_dims"])


def _scatter_nd(e: Emission, op: Op, shape: V, ids: V, updates: V) -> V:
    dtype = op.operands[2].type.dtype
    through = carrier("ScatterND", dtype)
    if e.opset < 16:
        return _scatter_nd_13(e, op, shape, ids, updates)
    zeros = e.op("ConstantOfShape", shape, value=zero_of(through))
    return e.cast(e.op("ScatterND", zeros, ids, e.cast(updates, dtype, through), reduction="add"), through, dtype)


def _scatter_nd_13(e: Emission, op: Op, shape: V, ids: V, updates: V) -> V:
    """Opsets below 16 have no sums in ScatterND: every place looks at all updates and adds up its own."""
    dtype, depth = op.operands[2].type.dtype, int(op.operands[1].type.shape[-1])
    through = carrier("ReduceSum", dtype)
    zero, one = e.scalar(0, INT64), e.scalar(1, INT64)
    lead = e.op("Slice", shape, e.ints(0), e.ints(depth), e.ints(0))
    rest = e.op("Slice", shape, e.ints(depth), e.ints(FAR), e.ints(0))
    count = product(e, lead)
    weights = e.op("Div", count, e.op("Max", _running_products(e, lead, depth), e.ints(1)))
    flat_ids = e.op("ReduceSum", e.op("Mul", ids, weights), e.ints(-1), keepdims=0)
    rows = e.op("Concat", e.op("Unsqueeze", e.op("Size", flat_ids), e.ints(0)), product(e, rest), axis=0)
    flat = shaped(e, e.cast(updates, dtype, through), rows, through)
    places = e.op("Unsqueeze", e.op("Range", zero, e.op("Squeeze", count, e.ints(0)), one), e.ints(1, 2))
    mine = e.op("Equal", places, e.op("Reshape", flat_ids, e.ints(1, -1, 1)))
    total = e.op("ReduceSum", e.op("Where", mine, flat, e.scalar(0, through)), e.ints(1), keepdims=0)
    return e.cast(shaped(e, total, shape, through), through, dtype)


def _running_products(e: Emission, lengths: V, depth: int) -> V:
    products = [e.op("Slice", lengths, e.ints(0), e.ints(1), e.ints(0))]
    for place in range(1, depth):
        length = e.op("Slice", lengths, e.ints(place), e.ints(place + 1), e.ints(0))
        products.append(e.op("Mul", products[-1], length))
    return e.op("Concat", *products, axis=0) if depth > 1 else products[0]


def _non_zero(e: Emission, op: Op, x: V) -> V:
    return e.op("NonZero", e.cast(x, op.operands[0].type.dtype, BOOL))


def _row_write(e: Emission, op: Op, array: V, index: V, row: V) -> V:
    if op.attrs["grow"]:
        zero, one = e.scalar(0, INT64), e.scalar(1, INT64)
        missing = e.op("Max", e.op("Sub", e.op("Add", index, one), length_of(e, array, 0)), zero)
        shape = e.op("Unsqueeze", missing, e.ints(0))
        if op.operands[0].type.rank > 1:
            rest = e.op("Slice", e.op("Shape", array), e.ints(1), e.ints(FAR), e.ints(0))
            shape = e.op("Concat", shape, rest, axis=0)
        more = e.op("ConstantOfShape", shape, value=zero_of(op.operands[0].type.dtype))
        array = e.op("Concat", array, more, axis=0)
    return e.op("ScatterND", array, e.op("Unsqueeze", index, e.ints(0, 1)), e.op("Unsqueeze", row, e.ints(0)))


ROWS: dict[str, Row] = {
    "slice": _slice,
    "gather": _gather,
    "gather_nd": _gather_nd,
    "scatter_nd": _scatter_nd,
    "non_zero": _non_zero,
    "row_write": _row_write,
}
