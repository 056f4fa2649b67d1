"""The ONNX forms of the kinds that rearrange whole arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.ir.graph import Op, constant
from rnn2onnx.ir.types import DType

INT64: DType = np.dtype(np.int64)
FAR = 2**63 - 1
V = onnx_ir.Value


# -- reshape -----------------------------------------------------------------------------------------------------------


def _copies(op: Op) -> bool:
    """Whether a 0 in the target may be read as "the input's length at that place" without a difference."""
    x, target = op.operands
    length = target.type.shape[0]
    known = target.content or (None,) * (length if isinstance(length, int) else 0)
    for place, dim in enumerate(known):
        if dim is None or dim == 0:
            return False
        if isinstance(dim, str) and (place >= x.type.rank or x.type.shape[place] != dim):
            return False
    return True


def _reshape(e: Emission, op: Op, x: V, target: V) -> V:
    array, shape = constant(op.operands[1]), op.results[0].type.shape
    if array is not None and 0 in array and -1 in array and all(isinstance(d, int) for d in shape):
        # Shape inference refuses a 0 beside a -1, though the type says what the -1 is.
        target = e.ints(*(int(d) for d in shape))
    if _copies(op):
        return e.op("Reshape", x, target)
    if e.opset >= 14:
        return e.op("Reshape", x, target, allowzero=1)
    return _reshape_13(e, op, x, target)


def _reshape_13(e: Emission, op: Op, x: V, target: V) -> V:
    """Opset 13 has no allowzero: -1 is computed, and no 0 is given to Reshape."""
    minus, one, zero = e.ints(-1), e.ints(1), e.ints(0)
    inferred = e.op("Equal", target, minus)
    rest = product(e, e.op("Where", inferred, one, target))
    size = e.op("Unsqueeze", e.op("Size", x), zero)
    quotient = e.op("Div", size, e.op("Max", rest, one))
    return shaped(e, x, e.op("Where", inferred, quotient, target), op.results[0].type.dtype)


def product(e: Emission, lengths: V) -> V:
    """i64[1]: the product of a vector's elements."""
    if e.opset < 18:
        return e.op("ReduceProd", lengths, axes=(0,), keepdims=1)
    return e.op("ReduceProd", lengths, e.ints(0), keepdims=1)


def shaped(e: Emission, x: V, lengths: V, dtype: DType) -> V:
    """``x`` in a shape that may hold 0, without allowzero.

    It is filled up to a shape without 0, put into that one, and cut to the lengths asked for.
    """
    more = e.op("Max", lengths, e.ints(1))
    missing = e.op("Sub", product(e, more), e.op("Unsqueeze", e.op("Size", x), e.ints(0)))
    filling = e.op("ConstantOfShape", missing, value=zero_of(dtype))
    whole = e.op("Reshape", e.op("Concat", e.op("Reshape", x, e.ints(-1)), filling, axis=0), more)
    count = e.op("Size", lengths)
    starts = e.op("ConstantOfShape", e.op("Unsqueeze", count, e.ints(0)), value=zero_of(INT64))
    return e.op("Slice", whole, starts, lengths, e.op("Range", e.scalar(0, INT64), count, e.scalar(1, INT64)))


def zero_of(dtype: DType) -> onnx_ir.TensorProtocol:
    """The one-element tensor of a zero, as ConstantOfShape wants it."""
    return onnx_ir.Tensor(np.zeros(1, dtype))


# -- one node each -----------------------------------------------------------------------------------------------------


def _transpose(e: Emission, op: Op, x: V) -> V:
    perm = op.attrs["perm"]
    return x if tuple(perm) == tuple(range(len(perm))) else e.op("Transpose", x, perm=perm)


def _repeated(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V, lengths: V) -> V:
        dtype = op.operands[0].type.dtype
        through = carrier(op_type, dtype)
        return e.cast(e.op(op_type, e.cast(x, dtype, through), lengths), through, dtype)

    return row


def _concat(e: Emission, op: Op, *args: V) -> V:
    return e.op("Concat", *args, axis=op.attrs["axis"]) if len(args) > 1 else args[0]


def _axes(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        return e.op(op_type, x, e.ints(*op.attrs["axes"])) if op.attrs["axes"] else x

    return row


def _pad(e: Emission, op: Op, x: V, pads: V, fill: V) -> V:
    if not op.operands[0].type.rank:
        return x
    dtype, mode = op.operands[0].type.dtype, op.attrs["mode"]
    through = carrier("Pad", dtype)
    operands = [e.cast(x, dtype, through), pads]
    if mode == "constant":
        operands.append(e.cast(fill, dtype, through))
    return e.cast(e.op("Pad", *operands, mode=mode), through, dtype)


def _reverse(e: Emission, op: Op, x: V) -> V:
    axes = op.attrs["axes"]
    if not axes:
        return x
    back = e.ints(*[-1] * len(axes))
    return e.op("Slice", x, back, e.ints(*[-FAR] * len(axes)), e.ints(*axes), back)


def length_of(e: Emission, x: V, axis: int) -> V:
    """i64[]: the length of an axis."""
    return e.op("Gather", e.op("Shape", x), e.scalar(axis, INT64), axis=0)


def moved(e: Emission, x: V, perm: Sequence[int]) -> V:
    """``x`` with its axes in the order ``perm``."""
    return x if list(perm) == sorted(perm) else e.op("Transpose", x, perm=tuple(perm))


def _reverse_sequence(e: Emission, op: Op, x: V, lengths: V) -> V:
    time, batch, rank = op.attrs["seq_axis"], op.attrs["batch_axis"], op.operands[0].type.rank
    # onnxruntime refuses a length outside 0 to T, which is what any other length means; before 1.24 it gives zeros for
    # rows of length 0, which stay as they are, as those of length 1 do.
    inside = e.op("Min", e.op("Max", lengths, e.scalar(1, INT64)), length_of(e, x, time))
    if {time, batch} == {0, 1}:
        return e.op("ReverseSequence", x, inside, time_axis=time, batch_axis=batch)
    perm = [time, batch, *(axis for axis in range(rank) if axis not in (time, batch))]
    turned = e.op("ReverseSequence", moved(e, x, perm), inside, time_axis=0, batch_axis=1)
    return moved(e, turned, [perm.index(axis) for axis in range(rank)])


# -- arrays from rules -------------------------------------------------------------------------------------------------


def _range(e: Emission, op: Op, start: V, limit: V, delta: V) -> V:
    return e.carried("Range", [start, limit, delta], op.operands[0].type.dtype)


def _one_hot(e: Emission, op: Op, ids: V, depth: V, on: V, off: V) -> V:
    # ONNX's own OneHot counts a negative id from the end, and has kernels for few dtypes.
    rank, dtype = op.operands[0].type.rank, op.operands[2].type.dtype
    axis = op.attrs["axis"] if op.attrs["axis"] != -1 else rank
    known = constant(op.operands[1])
    if known is not None and known <= 1024:
        trailing = (1,) * (rank - axis)
        places = e.const(np.arange(int(known), dtype=np.int64).reshape(-1, *trailing))
    else:
        places = e.op("Range", e.scalar(0, INT64), depth, e.scalar(1, INT64))
        if axis < rank:
            places = e.op("Unsqueeze", places, e.ints(*range(1, rank - axis + 1)))
    hot = e.op("Equal", e.op("Unsqueeze", e.cast(ids, op.operands[0].type.dtype, INT64), e.ints(axis)), places)
    through = carrier("Where", dtype)
    return e.cast(e.op("Where", hot, e.cast(on, dtype, through), e.cast(off, dtype, through)), through, dtype)


ROWS: dict[str, Row] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "expand": _repeated("Expand"),
    "tile": _repeated("Tile"),
    "concat": _concat,
    "unsqueeze": _axes("Unsqueeze"),
    "squeeze": _axes("Squeeze"),
    "pad": _pad,
    "reverse": _reverse,
    "reverse_sequence": _reverse_sequence,
    "shape": lambda e, op, x: e.op("Shape", x),
    "range": _range,
    "one_hot": _one_hot,
}
