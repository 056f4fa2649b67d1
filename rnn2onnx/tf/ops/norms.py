"""Norms, and what is scaled or clipped by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.elementwise import number, rsqrt, square
from rnn2onnx.tf.ops.reduction_ops import reduce_max, reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.pairs import binary
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.static_value import one_of

__all__ = [
    "clip_by_average_norm",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "global_norm",
    "l2_normalize",
    "norm",
]


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Tensor:
    """The elements, those outside the two limits at the limit. Source: ``tf.clip_by_value``."""
    return binary("maximum", binary("minimum", t, clip_value_max), clip_value_min, name)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The tensor scaled so that its norm over ``axes`` is at most ``clip_norm``. Source: ``tf.clip_by_norm``."""
    x = convert_to_tensor(t)
    limit = convert_to_tensor(clip_norm, x.dtype)
    length = emit("sqrt", reduce_sum(square(x), axes, True))
    return emit("div", emit("mul", x, limit), emit("maximum", length, limit), name=name)


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """The tensor scaled so that its norm per element is at most ``clip_norm``. Source: ``tf.clip_by_average_norm``."""
    from rnn2onnx.tf.ops.shape_ops import size

    x = convert_to_tensor(t)
    limit = convert_to_tensor(clip_norm, x.dtype)
    count = emit("cast", size(x), dtype=x.recorded.type.dtype)
    inverse = emit("mul", count, rsqrt(reduce_sum(square(x))))
    scale = emit("mul", limit, emit("minimum", inverse, emit("reciprocal", limit)))
    return emit("mul", x, scale, name=name)


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The root of the sum of all squares of some tensors. Source: ``tf.global_norm``."""
    if not isinstance(t_list, list | tuple):
        raise ArgumentTypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.", user_location())
    total: Tensor | None = None
    for item in t_list:
        if item is not None:
            part = reduce_sum(square(item))
            total = part if total is None else emit("add", total, part)
    if total is None:
        raise ArgumentError("global_norm of no tensors.", user_location())
    return emit("sqrt", total, name=name)


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Tensor | None], Tensor]:
    """The tensors scaled so that the norm of all together is at most ``clip_norm``; and that norm before.

    Source:
        ``tf.clip_by_global_norm``.
    """
    length = global_norm(t_list) if use_norm is None else convert_to_tensor(use_norm)
    limit = convert_to_tensor(clip_norm, length.dtype)
    scale = emit("mul", limit, emit("minimum", emit("reciprocal", length), emit("reciprocal", limit)))
    # An infinite norm makes everything NaN, as in TensorFlow.
    scale = emit("add", scale, emit("sub", length, length))
    return [None if item is None else binary("mul", item, scale) for item in t_list], length


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Tensor:
    """The tensor divided by its norm over ``axis``, which is taken as the root of ``epsilon`` at least.

    Source:
        ``tf.nn.l2_normalize``.
    """
    tensor = convert_to_tensor(x)
    total = reduce_sum(square(tensor), one_of(axis, dim, "axis", "dim"), True)
    return emit("mul", tensor, rsqrt(emit("maximum", total, number(epsilon, tensor))), name=name)


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    keep_dims: Any = None,
) -> Tensor:
    """The norm of vectors over ``axis``, or of all elements.

    Args:
        tensor: The numbers.
        ord: ``euclidean``, ``fro`` for matrices, 1, infinity, or another positive number.
        axis: One axis, or two for matrices.
        keepdims: Whether the axes stay, with length 1.
        name: The result's name.
        keep_dims: The old name of ``keepdims``.

    Raises:
        ArgumentError: There is no such norm.

    Source:
        ``tf.norm``.
    """
    x, keep = convert_to_tensor(tensor), bool(one_of(keepdims, keep_dims, "keepdims", "keep_dims"))
    matrix = isinstance(axis, list | tuple) and len(axis) == 2
    if (ord in ("euclidean", 2) and not (matrix and ord == 2)) or (matrix and ord == "fro"):
        return emit("sqrt", reduce_sum(square(x), axis, keep), name=name)
    if matrix or isinstance(ord, str) or ord <= 0:
        raise ArgumentError(
            f"'ord' must be a supported vector norm or 'euclidean', or 'fro' for a matrix, got {ord!r}.",
            user_location(),
        )
    size = emit("abs", x)
    if ord == np.inf:
        return reduce_max(size, axis, keep, name)
    if ord == 1:
        return reduce_sum(size, axis, keep, name)
    return emit("pow", reduce_sum(emit("pow", size, number(ord, x)), axis, keep), number(1 / ord, x), name=name)
