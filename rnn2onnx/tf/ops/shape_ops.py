"""Lengths as values: shapes, sizes, ranks, and what broadcasting makes of two shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import Dim, user_location
from rnn2onnx.ir.types import broadcast_dim, size_of
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import element_dtype
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.shape_argument import as_int64, lengths_of, shape_vector, vector_of

__all__ = [
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "ensure_shape",
    "rank",
    "shape",
    "shape_n",
    "size",
]


def shape(input: Any, name: str | None = None, out_type: Any = int32, optimize: bool = True) -> Tensor:
    """The lengths of a tensor as a vector of int32, or of ``out_type``. Source: ``tf.shape``."""
    tensor, dtype = convert_to_tensor(input), element_dtype(out_type)
    if tensor.recorded.type.static:
        return constant_array(np.array(tensor.dims, dtype), name)
    lengths = lengths_of(tensor)
    return lengths if dtype == np.int64 else emit("cast", lengths, name=name, dtype=dtype)


def shape_n(input: Sequence[Any], out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """The lengths of each of some tensors. Source: ``tf.shape_n``."""
    return [shape(item, name, out_type) for item in input]


def size(input: Any, name: str | None = None, out_type: Any = int32) -> Tensor:
    """The number of elements of a tensor. Source: ``tf.size``."""
    tensor, dtype = convert_to_tensor(input), element_dtype(out_type)
    if tensor.recorded.type.static:
        return constant_array(np.array(size_of(tensor.dims), dtype), name)
    if len(tensor.dims) == 1:
        count = emit("reshape", lengths_of(tensor), vector_of([]))
    else:
        count = emit("reduce_prod", lengths_of(tensor), axes=(0,), keepdims=False)
    return count if dtype == np.int64 else emit("cast", count, name=name, dtype=dtype)


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of axes of a tensor, int32. Source: ``tf.rank``."""
    return constant_array(np.array(len(convert_to_tensor(input).dims), np.int32), name)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """The tensor, known to have a shape.

    Raises:
        ShapeError: It can't have it.

    Source:
        ``tf.ensure_shape``.
    """
    tensor = convert_to_tensor(x)
    if not tensor.shape.is_compatible_with(TensorShape(shape)):
        raise ShapeError(f"{tensor!r} can't have the shape {TensorShape(shape)}.", user_location())
    tensor.set_shape(shape)
    return tensor


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape of two shapes broadcast against each other. Source: ``tf.broadcast_static_shape``.

    Raises:
        ShapeError: Two lengths differ and neither is 1.
    """
    x, y = TensorShape(shape_x), TensorShape(shape_y)
    if x.rank is None or y.rank is None:
        return TensorShape(None)
    longest = max(x.rank, y.rank)
    padded = [[*[1] * (longest - len(side)), *side.as_list()] for side in (x, y)]
    out: list[int | None] = []
    for a, b in zip(*padded, strict=True):
        if a is not None and b is not None and a != b and 1 not in (a, b):
            raise ShapeError(f"Incompatible shapes for broadcasting: {x} and {y}", user_location())
        out.append(b if a == 1 else a if b == 1 else b if a is None else a)
    return TensorShape(out)


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The vector of lengths of two vectors of lengths broadcast against each other.

    Raises:
        ShapeError: Two known lengths differ and neither is 1.

    Source:
        ``tf.broadcast_dynamic_shape``.
    """
    x, y = shape_vector(shape_x), shape_vector(shape_y)
    dtype = convert_to_tensor(shape_x).recorded.type.dtype
    (a, b), longest = (_known(side) for side in (x, y)), max(_count(x), _count(y))
    lengths: list[Any] = []
    for index in range(-longest, 0):
        i, j = index + len(a), index + len(b)
        lengths.append(_joint(x, i, a[i] if i >= 0 else 1, y, j, b[j] if j >= 0 else 1))
    out = vector_of(lengths)
    return out if dtype == np.int64 else emit("cast", out, dtype=dtype)


def _count(vector: Tensor) -> int:
    return int(vector.dims[0])


def _known(vector: Tensor) -> list[Dim | None]:
    return list(vector.recorded.content or [None] * _count(vector))


def _joint(x: Tensor, i: int, a: Dim | None, y: Tensor, j: int, b: Dim | None) -> Any:
    """One length of two broadcast: a number, or a scalar."""
    joint = None if a is None or b is None else broadcast_dim(a, b)
    if joint is None and isinstance(a, int) and isinstance(b, int):
        raise ShapeError(f"Incompatible shapes for broadcasting: {a} and {b}", user_location())
    if isinstance(joint, int):
        return joint
    if a == 1 or (joint is not None and joint == b):
        return _element(y, j)
    if b == 1 or (joint is not None and joint == a):
        return _element(x, i)
    first, second = _element(x, i), _element(y, j)
    return emit("where", emit("equal", first, as_int64(1)), second, first)


def _element(vector: Tensor, index: int) -> Tensor:
    return emit("gather", vector, as_int64(index), axis=0)
