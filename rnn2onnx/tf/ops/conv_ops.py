"""Convolutions: of sequences and images, by channel, separable."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import channels_first
from rnn2onnx.tf.ops.windows import Window, from_channels_first, padded, per_axis, to_channels_first
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import vector_of
from rnn2onnx.tf.shapes.static_value import one_of

__all__ = [
    "atrous_conv2d",
    "conv1d",
    "conv2d",
    "conv3d",
    "convolution",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "separable_conv2d",
]


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: Any = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The convolution of sequences [N, W, C] by a kernel [size, C, outputs].

    Args:
        value: The sequences; [N, C, W] for ``data_format="NCW"``.
        filters: The kernel.
        stride: Elements between two windows.
        padding: SAME or VALID.
        use_cudnn_on_gpu: No meaning.
        data_format: NWC or NCW.
        name: The result's name.
        input: The other name of ``value``.
        dilations: Distance of two elements of a window.

    Raises:
        ShapeError: The channels of sequences and kernel don't fit.

    Source:
        ``tf.nn.conv1d``.
    """
    x = one_of(input, value, "input", "value")
    return _convolved(x, filters, 1, stride, padding, data_format, dilations, name)


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The convolution of images [N, H, W, C] by a kernel [height, width, C, outputs].

    Args:
        input: The images; [N, C, H, W] for ``data_format="NCHW"``.
        filter: The kernel.
        strides: Elements between two windows: one number, two, or four.
        padding: SAME, VALID, or pairs for all axes.
        use_cudnn_on_gpu: No meaning.
        data_format: NHWC or NCHW.
        dilations: Distance of two elements of a window.
        name: The result's name.
        filters: The other name of ``filter``.

    Raises:
        ShapeError: The channels of images and kernel don't fit.

    Source:
        ``tf.nn.conv2d``.
    """
    kernel = one_of(filters, filter, "filters", "filter")
    return _convolved(input, kernel, 2, strides, padding, data_format, dilations, name)


def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The convolution of volumes [N, D, H, W, C] by a kernel [depth, height, width, C, outputs].

    Args:
        input: The volumes; [N, C, D, H, W] for ``data_format="NCDHW"``.
        filter: The kernel.
        strides: Elements between two windows: one number, three, or five.
        padding: SAME or VALID.
        data_format: NDHWC or NCDHW.
        dilations: Distance of two elements of a window.
        name: The result's name.
        filters: The other name of ``filter``.

    Raises:
        ShapeError: The channels of volumes and kernel don't fit.

    Source:
        ``tf.nn.conv3d``.
    """
    kernel = one_of(filters, filter, "filters", "filter")
    return _convolved(input, kernel, 3, strides, padding, data_format, dilations, name)


def convolution(
    input: Any,
    filter: Any = None,
    padding: Any = None,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The convolution over the axes a kernel has besides channels and outputs. Source: ``tf.nn.convolution``."""
    kernel = convert_to_tensor(one_of(filters, filter, "filters", "filter"))
    rate = one_of(dilations, dilation_rate, "dilations", "dilation_rate")
    return _convolved(input, kernel, len(kernel.dims) - 2, strides, padding or "VALID", data_format, rate, name)


def atrous_conv2d(value: Any, filters: Any, rate: Any, padding: Any, name: str | None = None) -> Tensor:
    """The convolution of images by a kernel whose elements stand ``rate`` apart. Source: ``tf.nn.atrous_conv2d``."""
    return _convolved(value, filters, 2, 1, padding, "NHWC", rate, name)


def operands(input: Any, kernel: Any, axes: int) -> tuple[Tensor, Tensor]:
    x = convert_to_tensor(input)
    w = convert_to_tensor(kernel, x.dtype)
    if len(x.dims) != axes + 2 or len(w.dims) != axes + 2:
        raise ShapeError(
            f"A convolution over {axes} axes takes an input and a kernel of rank {axes + 2}, not {shown(x.dims)} and "
            f"{shown(w.dims)}.",
            user_location(),
        )
    if not all(isinstance(dim, int) for dim in w.dims[:-2]):
        raise ShapeError(f"The size of a kernel must be known, not {shown(w.dims)}.", user_location())
    return x, w


def _groups(x: Tensor, w: Tensor, data_format: str | None) -> int:
    """How many groups of channels the kernel is for."""
    place = 1 if channels_first(data_format) else len(x.dims) - 1
    channels, depth = x.dims[place], w.dims[-2]
    if isinstance(channels, int) and isinstance(depth, int):
        if not depth or channels % depth:
            raise ShapeError(
                f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth}): the convolution of "
                f"{shown(x.dims)} by a kernel {shown(w.dims)}.",
                user_location(),
            )
        return channels // depth
    agree_lengths(x, place, w, len(w.dims) - 2, "a convolution")
    return 1


def _convolved(
    input: Any, kernel: Any, axes: int, strides: Any, padding: Any, data_format: str | None, dilations: Any, name: Any
) -> Tensor:
    x, w = operands(input, kernel, axes)
    groups = _groups(x, w, data_format)
    # Outputs and channels first, as the language has them.
    turned = emit("transpose", w, perm=(axes + 1, axes, *range(axes)))
    return _walked(x, turned, groups, strides, padding, data_format, dilations, name)


def _walked(
    x: Tensor, w: Tensor, groups: int, strides: Any, padding: Any, data_format: str | None, dilations: Any, name: Any
) -> Tensor:
    axes, first = len(x.dims) - 2, channels_first(data_format)
    size = tuple(int(dim) for dim in w.dims[2:])
    window = Window(size, per_axis(strides, axes, first, "strides"), per_axis(dilations, axes, first, "dilations"))
    inner, pads = padded(to_channels_first(x, data_format), window, padding, data_format, 0.0)
    out = emit("conv", inner, w, strides=window.strides, pads=pads, dilations=window.dilations, group=groups)
    return from_channels_first(out, data_format, name)


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Each channel of images convolved by kernels of its own [height, width, C, multiplier], outputs side by side.

    Raises:
        ShapeError: The channels of images and kernel differ, or are unknown.

    Source:
        ``tf.nn.depthwise_conv2d``.
    """
    x, w = operands(input, filter, 2)
    place = 1 if channels_first(data_format) else 3
    agree_lengths(x, place, w, 2, "depthwise_conv2d")
    channels, multiplier = w.dims[2:]
    if not isinstance(channels, int) or not isinstance(multiplier, int):
        raise ShapeError(
            f"The channels of a depthwise convolution must be known, not {shown(w.dims)}.", user_location()
        )
    spread = emit("transpose", w, perm=(2, 3, 0, 1))
    kernel = emit("reshape", spread, vector_of([channels * multiplier, 1, *map(int, w.dims[:2])]))
    apart = one_of(dilations, rate, "dilations", "rate")
    return _walked(x, kernel, channels, strides, padding, data_format, apart, name)


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Each channel of images convolved by kernels of its own. Source: ``tf.nn.depthwise_conv2d_native``."""
    return depthwise_conv2d(input, filter, strides, padding, dilations, name, data_format)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """A depthwise convolution whose outputs are mixed by a kernel [1, 1, C * multiplier, outputs].

    Raises:
        ArgumentError: The second kernel is longer than one element.

    Source:
        ``tf.nn.separable_conv2d``.
    """
    mix = convert_to_tensor(pointwise_filter)
    if mix.dims[:2] != (1, 1):
        raise ArgumentError(f"The pointwise filter must be [1, 1, C, outputs], not {shown(mix.dims)}.", user_location())
    each = depthwise_conv2d(input, depthwise_filter, strides, padding, rate, None, data_format, dilations)
    return conv2d(each, mix, 1, "VALID", data_format=data_format or "NHWC", name=name)
