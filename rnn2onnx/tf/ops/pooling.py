"""Pooling: the greatest or the mean element of windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import channels_first
from rnn2onnx.tf.ops.filling import ones_like
from rnn2onnx.tf.ops.windows import Window, from_channels_first, padded, per_axis, to_channels_first
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import shown
from rnn2onnx.tf.shapes.static_value import one_of

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool_v2",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool_v2",
    "pool",
]


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The greatest element of each window of images. Source: ``tf.nn.max_pool``."""
    x = one_of(input, value, "input", "value")
    return _pooled("max_pool", x, 2, ksize, strides, padding, data_format, name)


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean element of each window of images, padding left out. Source: ``tf.nn.avg_pool``."""
    x = one_of(input, value, "input", "value")
    return _pooled("average_pool", x, 2, ksize, strides, padding, data_format, name)


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """The greatest element of each window of images. Source: ``tf.nn.max_pool2d``."""
    return _pooled("max_pool", input, 2, ksize, strides, padding, data_format, name)


avg_pool2d = avg_pool


def max_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """The greatest element of each window of sequences or images. Source: ``tf.nn.max_pool_v2``."""
    return _pooled("max_pool", input, _axes(input), ksize, strides, padding, data_format, name)


def avg_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """The mean element of each window of sequences or images. Source: ``tf.nn.avg_pool_v2``."""
    return _pooled("average_pool", input, _axes(input), ksize, strides, padding, data_format, name)


def _axes(input: Any) -> int:
    """How many axes there are besides batch and channels."""
    return len(convert_to_tensor(input).dims) - 2


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The greatest element of each window of sequences. Source: ``tf.nn.max_pool1d``."""
    return _pooled("max_pool", input, 1, ksize, strides, padding, data_format, name)


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The mean element of each window of sequences, padding left out. Source: ``tf.nn.avg_pool1d``."""
    return _pooled("average_pool", input, 1, ksize, strides, padding, data_format, name)


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Pooling over all axes but batch and channels.

    Args:
        input: [N, ..., C].
        window_shape: One number for each spatial axis.
        pooling_type: MAX or AVG.
        padding: SAME or VALID.
        dilation_rate: 1.
        strides: 1 if not given.
        name: The result's name.
        data_format: Whether the channels come second.
        dilations: The other name of ``dilation_rate``.

    Raises:
        ArgumentError: The type is another, or the windows are dilated.

    Source:
        ``tf.nn.pool``.
    """
    kinds = {"MAX": "max_pool", "AVG": "average_pool"}
    if pooling_type not in kinds:
        raise ArgumentError(f"`pooling_type` must be MAX or AVG, not {pooling_type!r}.", user_location())
    axes = _axes(input)
    rate = one_of(dilations, dilation_rate, "dilations", "dilation_rate")
    if any(n != 1 for n in per_axis(rate, axes, channels_first(data_format), "dilations")):
        raise ArgumentError("tf.nn.pool with dilated windows: give a dilation of 1.", user_location())
    return _pooled(kinds[pooling_type], input, axes, window_shape, strides, padding, data_format, name)


def _pooled(
    kind: str, input: Any, axes: int, ksize: Any, strides: Any, padding: Any, data_format: str | None, name: Any
) -> Tensor:
    x, first = convert_to_tensor(input), channels_first(data_format)
    if len(x.dims) != axes + 2:
        raise ShapeError(f"Pooling over {axes} axes takes rank {axes + 2}, not {shown(x.dims)}.", user_location())
    window = Window(per_axis(ksize, axes, first, "ksize"), per_axis(strides, axes, first, "strides"), (1,) * axes)
    turned = to_channels_first(x, data_format)
    inner, pads = padded(turned, window, padding, data_format, -np.inf if kind == "max_pool" else 0.0)
    attrs: dict[str, Any] = {"kernel": window.size, "strides": window.strides, "pads": pads}
    out = emit(kind, inner, **attrs)
    if inner is not turned and kind == "average_pool":
        # The zeros that were added count in this mean; the share of real elements takes them out again.
        real, _ = padded(ones_like(turned), window, padding, data_format, 0.0)
        out = emit("div", out, emit(kind, real, **attrs))
    return from_channels_first(out, data_format, name)
