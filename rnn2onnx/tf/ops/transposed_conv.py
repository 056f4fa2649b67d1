"""Transposed convolutions, which spread each element over a window: an ordinary one over elements moved apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import channels_first
from rnn2onnx.tf.ops.conv_ops import operands
from rnn2onnx.tf.ops.reshaping import pad, reshape
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.ops.windows import Window, from_channels_first, per_axis, to_channels_first
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of, shape_vector
from rnn2onnx.tf.shapes.static_value import one_of

__all__ = ["conv1d_transpose", "conv2d_transpose", "conv3d_transpose"]


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transposed convolution of sequences; see ``conv2d_transpose``. Source: ``tf.nn.conv1d_transpose``."""
    return _transposed(input, filters, output_shape, 1, strides, padding, data_format, dilations, name)


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The images of which a convolution of this kernel, these strides and padding gives images like ``value``, summed.

    Args:
        value: Images [N, H, W, C]; [N, C, H, W] for ``data_format="NCHW"``.
        filter: The kernel [height, width, outputs, C].
        output_shape: The shape of the result, in the order of ``data_format``.
        strides: How far apart two elements are spread: one number, two, or four.
        padding: SAME or VALID.
        data_format: NHWC or NCHW.
        name: The result's name.
        input: The other name of ``value``.
        filters: The other name of ``filter``.
        dilations: Distance of two elements of a window.

    Raises:
        ShapeError: Channels don't fit, or no convolution makes the lengths of the images from those asked for.
        ArgumentError: ``padding`` is another word, or ``output_shape`` has not four lengths.

    Source:
        ``tf.nn.conv2d_transpose``.
    """
    x, kernel = one_of(input, value, "input", "value"), one_of(filters, filter, "filters", "filter")
    return _transposed(x, kernel, output_shape, 2, strides, padding, data_format, dilations, name)


def conv3d_transpose(
    value: Any,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transposed convolution of volumes; see ``conv2d_transpose``. Source: ``tf.nn.conv3d_transpose``."""
    x, kernel = one_of(input, value, "input", "value"), one_of(filters, filter, "filters", "filter")
    return _transposed(x, kernel, output_shape, 3, strides, padding, data_format, dilations, name)


def _transposed(
    input: Any, kernel: Any, shape: Any, axes: int, strides: Any, padding: Any, form: str, dilations: Any, name: Any
) -> Tensor:
    x, w = operands(input, kernel, axes)
    first = channels_first(form)
    channel = 1 if first else axes + 1
    agree_lengths(x, channel, w, axes + 1, "a transposed convolution")
    lengths = _lengths(shape, axes)
    outputs = lengths.pop(channel)
    if isinstance(outputs, int) and isinstance(w.dims[axes], int) and outputs != w.dims[axes]:
        raise ShapeError(
            f"output_shape does not match filter's output channels, {outputs} != {w.dims[axes]}: the kernel is "
            f"{shown(w.dims)}.",
            user_location(),
        )
    size = tuple(int(dim) for dim in w.dims[:axes])
    window = Window(size, per_axis(strides, axes, first, "strides"), per_axis(dilations, axes, first, "dilations"))
    return from_channels_first(spread_windows(to_channels_first(x, form), w, window, padding, lengths[1:]), form, name)


def _lengths(shape: Any, axes: int) -> list[Any]:
    """The lengths of the result: ints, and scalar tensors where they are known only when the program runs."""
    vector = shape_vector(shape)
    if vector.dims != (axes + 2,):
        raise ArgumentError(
            f"output_shape must have {axes + 2} lengths, one for each axis of the result; not {shape!r}.",
            user_location(),
        )
    known = vector.recorded.content or [None] * (axes + 2)
    return [
        length if isinstance(length, int) else emit("gather", vector, as_int64(axis), axis=0)
        for axis, length in enumerate(known)
    ]


def spread_windows(x: Tensor, w: Tensor, window: Window, padding: Any, lengths: Sequence[Any]) -> Tensor:
    """A tensor [N, C, …], each element spread over a window of a kernel […, outputs, C].

    Args:
        x: The tensor.
        w: The kernel.
        window: How far apart windows and their elements are.
        padding: What SAME or VALID cuts off at the beginning.
        lengths: Those of the result behind its channels: ints or scalar tensors.
    """
    if str(padding).upper() not in ("SAME", "VALID"):
        raise ArgumentError(f"padding must be 'SAME' or 'VALID', not {padding!r}.", user_location())
    same, axes = str(padding).upper() == "SAME", len(window.size)
    pads: list[list[Any]] = []
    ends: list[Any] = []
    for axis, (reach, stride, length) in enumerate(zip(window.reach, window.strides, lengths, strict=True)):
        count = _known(x, 2 + axis)
        _check_length(x.dims[2 + axis], length, reach, stride, same)
        cut = _half(_positive((count - 1) * stride + reach - length)) if same else 0
        before = reach - 1 - cut
        # Where the last gap, behind the last element, reaches too far, what it adds is cut off again.
        pads.append([before, _positive(length + cut - count * stride)])
        ends.append(length)
    apart = pad(_apart(x, window.strides), [[0, 0], [0, 0], *pads])
    turned = emit("reverse", w, axes=tuple(range(axes))) if axes else w
    kernel = emit("transpose", turned, perm=(axes, axes + 1, *range(axes)))
    none = (0,) * (2 * axes)
    found = emit("conv", apart, kernel, strides=(1,) * axes, pads=none, dilations=window.dilations, group=1)
    return slice(found, [0] * (axes + 2), [-1, -1, *ends])


def _apart(x: Tensor, strides: Sequence[int]) -> Tensor:
    """Zeros behind every element, so that elements stand ``strides`` apart."""
    if all(stride == 1 for stride in strides):
        return x
    spread, whole, zeros = [], [], []
    for axis, stride in enumerate(strides):
        count = _known(x, 2 + axis)
        spread += [count, 1]
        whole.append(count * stride)
        zeros += [[0, 0], [0, stride - 1]]
    rows, channels = _known(x, 0), _known(x, 1)
    between = pad(reshape(x, [rows, channels, *spread]), [[0, 0], [0, 0], *zeros])
    return reshape(between, [rows, channels, *whole])


def _known(x: Tensor, axis: int) -> Any:
    dim = x.dims[axis]
    return dim if isinstance(dim, int) else length_of(x, axis)


def _positive(number: Any) -> Any:
    return max(number, 0) if isinstance(number, int) else emit("maximum", as_int64(number), as_int64(0))


def _half(number: Any) -> Any:
    return number // 2 if isinstance(number, int) else emit("floor_div", number, as_int64(2))


def _check_length(count: Any, length: Any, reach: int, stride: int, same: bool) -> None:
    if not isinstance(count, int) or not isinstance(length, int | np.integer):
        return
    made = -(-length // stride) if same else (length - reach) // stride + 1
    if made != count:
        raise ShapeError(
            f"Conv2DSlowBackpropInput: Size of out_backprop doesn't match computed: a convolution with windows of "
            f"{reach} and strides of {stride} makes {made} elements of {length}, not {count}. Ask for another "
            "output_shape.",
            user_location(),
        )
