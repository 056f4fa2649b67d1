"""Means and variances, and what is normalised by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import channels_first
from rnn2onnx.tf.ops.elementwise import rsqrt
from rnn2onnx.tf.ops.reduction_ops import reduce_mean, reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.pairs import binary
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.static_value import axes_of, one_of

__all__ = ["batch_normalization", "fused_batch_norm", "moments", "normalize_moments", "weighted_moments"]


def moments(
    x: Any, axes: Any, shift: Any = None, name: str | None = None, keep_dims: Any = None, keepdims: Any = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance over ``axes``; in float32 for half-precision numbers. Source: ``tf.nn.moments``."""
    tensor = convert_to_tensor(x)
    kind = tensor.recorded.type.dtype
    half = kind.itemsize == 2
    wide = emit("cast", tensor, dtype=np.dtype(np.float32)) if half else tensor
    keep = bool(one_of(keepdims, keep_dims, "keepdims", "keep_dims"))
    along = axes_of(axes, len(tensor.dims))
    mean = reduce_mean(wide, along, True)
    gap = emit("sub", wide, mean)
    variance = reduce_mean(emit("mul", gap, gap), along, True)
    if not keep and along:
        mean, variance = (emit("squeeze", part, axes=tuple(sorted(along))) for part in (mean, variance))
    if half:
        mean, variance = (emit("cast", part, dtype=kind) for part in (mean, variance))
    return mean, variance


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: Any = None,
    keepdims: Any = None,
) -> tuple[Tensor, Tensor]:
    """Mean and variance over ``axes``, each element counted by its weight. Source: ``tf.nn.weighted_moments``."""
    tensor = convert_to_tensor(x)
    weights = convert_to_tensor(frequency_weights, tensor.dtype)
    keep = bool(one_of(keepdims, keep_dims, "keepdims", "keep_dims"))
    along = axes_of(axes, len(tensor.dims))
    spread = binary("add", weights, emit("sub", tensor, tensor))
    total = reduce_sum(spread, along, True)
    mean = emit("div", reduce_sum(emit("mul", spread, tensor), along, True), total)
    gap = emit("sub", tensor, mean)
    variance = emit("div", reduce_sum(emit("mul", spread, emit("mul", gap, gap)), along, True), total)
    if not keep and along:
        mean, variance = (emit("squeeze", part, axes=tuple(sorted(along))) for part in (mean, variance))
    return mean, variance


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance from a count, a sum and a sum of squares. Source: ``tf.nn.normalize_moments``."""
    share = emit("reciprocal", convert_to_tensor(counts))
    shifted = binary("mul", mean_ss, share)
    mean = shifted if shift is None else binary("add", shifted, shift)
    return mean, emit("sub", binary("mul", variance_ss, share), emit("mul", shifted, shifted))


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset. Source: ``tf.nn.batch_normalization``."""
    tensor = convert_to_tensor(x)
    factor = rsqrt(binary("add", variance, variance_epsilon))
    factor = factor if scale is None else binary("mul", factor, scale)
    shift = emit("neg", binary("mul", mean, factor))
    shift = shift if offset is None else binary("add", offset, shift)
    return binary("add", binary("mul", tensor, factor), shift, name)


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: float = 1.0,
) -> tuple[Tensor, Tensor, Tensor]:
    """The channels normalised by a given mean and variance, which are returned besides.

    Raises:
        ArgumentError: ``is_training``: the statistics of a batch are training's; or they were not given.

    Source:
        ``tf.nn.fused_batch_norm``.
    """
    if is_training:
        raise ArgumentError(
            "fused_batch_norm by the statistics of the batch is for training. Give the trained mean and variance, and "
            "is_training=False.",
            user_location(),
        )
    if mean is None or variance is None:
        raise ArgumentError("Both `mean` and `variance` must be provided when `is_training` is False.", user_location())
    tensor = convert_to_tensor(x)
    rank = len(tensor.dims)
    lines = [convert_to_tensor(part) for part in (mean, variance, offset, scale)]
    wide = lines
    if channels_first(data_format):
        wide = [emit("unsqueeze", line, axes=tuple(range(1, rank - 1))) for line in lines]
    out = batch_normalization(tensor, wide[0], wide[1], wide[2], wide[3], epsilon, name)
    return out, lines[0], lines[1]
