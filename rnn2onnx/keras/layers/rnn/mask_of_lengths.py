"""Finds the lengths behind a mask: ``step < length`` masks nothing but the end of each row."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Value, constant
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.static_value import constant_value


def lengths_of(mask: Tensor) -> Tensor | None:
    """i32[B]: the lengths that a mask [T, B] was computed from, such as by ``tf.sequence_mask``; None if it was not."""
    value, time = mask.recorded, 0
    if value.type.rank != 2:
        return None
    while value.op is not None and value.op.kind.name in ("transpose", "cast", "not_equal"):
        if value.op.kind.name == "transpose" and value.op.attrs["perm"] == (1, 0):
            time = 1 - time
        elif value.op.kind.name == "not_equal" and not _is_number(value.op.operands[1], 0):
            return None
        value = value.op.operands[0]
    if value.type.dtype != np.dtype(bool) or value.op is None or value.op.kind.name != "less":
        return None
    steps, lengths = value.op.operands
    if not _counts(steps, time) or lengths.type.rank != 2 or lengths.type.shape[time] != 1:
        return None
    column = Tensor(lengths, mask.graph)
    if not np.issubdtype(lengths.type.dtype, np.integer):
        return None
    return emit("cast", emit("squeeze", column, axes=(time,)), dtype=np.dtype(np.int32))


def _counts(value: Value, time: int) -> bool:
    """Whether a value is 0, 1, 2… along the axis ``time`` of two."""
    if value.type.rank == 2 and value.type.shape[1 - time] == 1 and value.op is not None:
        if value.op.kind.name not in ("unsqueeze", "reshape"):
            return False
        value = value.op.operands[0]
    elif value.type.rank != 1 or time != 1:
        # One axis is the last of two.
        return False
    if value.op is None or value.type.rank != 1:
        return False
    known = constant(value)
    if known is not None:
        return bool(np.array_equal(known, np.arange(len(known))))
    return value.op.kind.name == "range" and _is_number(value.op.operands[0], 0) and _is_number(value.op.operands[2], 1)


def _is_number(value: Value, number: int) -> bool:
    known = constant_value(Tensor(value, get_default_graph()))
    return known is not None and known.ndim == 0 and bool(known == number)


def is_zero(tensor: Tensor) -> bool:
    """Whether every element is known to be zero, whatever the shape."""
    value = tensor.recorded
    while value.op is not None and value.op.kind.name in ("expand", "reshape", "tile", "cast", "identity"):
        value = value.op.operands[0]
    known = constant(value)
    return known is not None and known.dtype.kind in "fiu" and not known.any()
