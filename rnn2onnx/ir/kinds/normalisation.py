"""Rows brought to mean 0 and variance 1: what passes make of a formula for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Value
from rnn2onnx.ir.kinds.elementwise import check_count, check_dtype, check_same_dtype
from rnn2onnx.ir.kinds.reductions import wide
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import Type, is_float, same_dim


def _layer_norm_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    check_same_dtype(values)
    x, *lines = values
    check_dtype(x, is_float)
    if not x.type.rank:
        raise ShapeError(f"it normalises along the last axis, but {x.type} has none")
    for line in lines:
        if line.type.rank != 1 or same_dim(line.type.shape[0], x.type.shape[-1]) is None:
            raise ShapeError(f"scale and bias are of the last axis of {x.type}, not {line.type}")
    return [x.type]


def _layer_norm(attrs: Attrs, x: Array, scale: Array, bias: Array) -> Array:
    """``(x - mean) / sqrt(variance + epsilon) * scale + bias`` along the last axis."""
    x = wide(x)
    gap = x - _mean(x)
    variance = _mean(gap * gap)
    return np.asarray(gap / np.sqrt(variance + x.dtype.type(attrs["epsilon"])) * wide(scale) + wide(bias))


def _mean(x: Array) -> Array:
    return np.asarray(np.sum(x, axis=-1, keepdims=True, dtype=x.dtype) / x.dtype.type(x.shape[-1]))


add_kind(Kind("layer_norm", _layer_norm_type, _layer_norm))
