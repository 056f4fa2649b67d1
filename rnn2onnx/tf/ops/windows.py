"""Windows that walk an image or a sequence: their sizes, steps and padding as TensorFlow's calls give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import channels_first
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of, vector_of
from rnn2onnx.tf.shapes.static_value import static_ints


@dataclass(frozen=True)
class Window:
    """How a window walks: one number for each spatial axis.

    Attributes:
        size: Elements along the axis.
        strides: Elements between two windows.
        dilations: Distance of two elements of a window.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]

    @property
    def reach(self) -> tuple[int, ...]:
        """How far a window spans."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilations, strict=True))


def per_axis(given: Any, axes: int, first: bool, what: str) -> tuple[int, ...]:
    """Numbers for the spatial axes, given as one, as one for each of them, or with those of batch and channels.

    Raises:
        ArgumentError: There are as many as fit none of these, or batch or channels have another number than 1.
    """
    numbers = [1] * axes if given is None else static_ints(given, what)
    if len(numbers) == 1:
        numbers = numbers * axes
    elif len(numbers) == axes + 2:
        batch, channel = numbers[0], numbers[1 if first else -1]
        if batch != 1 or channel != 1:
            raise ArgumentError(f"{what} {numbers} must be 1 in the batch and channel dimensions.", user_location())
        numbers = numbers[2:] if first else numbers[1:-1]
    if len(numbers) != axes or any(n < 1 for n in numbers):
        raise ArgumentError(
            f"{what} must be one positive number, {axes} or {axes + 2} of them, not {given!r}.", user_location()
        )
    return tuple(numbers)


def to_channels_first(x: Tensor, data_format: str | None) -> Tensor:
    """The tensor with its channels behind the batch axis."""
    if channels_first(data_format):
        return x
    rank = len(x.dims)
    return emit("transpose", x, perm=(0, rank - 1, *range(1, rank - 1)))


def from_channels_first(x: Tensor, data_format: str | None, name: str | None) -> Tensor:
    """The tensor with its channels where ``data_format`` has them."""
    if channels_first(data_format):
        return x if name is None else emit("identity", x, name=name)
    return emit("transpose", x, name=name, perm=(0, *range(2, len(x.dims)), 1))


def padded(
    x: Tensor, window: Window, padding: Any, data_format: str | None, fill: float
) -> tuple[Tensor, tuple[int, ...]]:
    """A tensor [N, C, ...] and the padding its windows need: begins, then ends.

    Where the padding depends on a length that is known only when the program runs, the tensor is padded already.

    Raises:
        ArgumentError: The padding is neither SAME, VALID nor a list of pairs.
        ShapeError: A window does not fit.
    """
    axes = len(window.size)
    pads = _explicit(padding, axes, data_format)
    if pads is None:
        _check_name(padding)
        if str(padding).upper() == "VALID":
            pads = (0,) * (2 * axes)
        else:
            same = [
                _same(x.dims[2 + i], r, s) for i, (r, s) in enumerate(zip(window.reach, window.strides, strict=True))
            ]
            if None in same:
                return _padded_now(x, window, fill), (0,) * (2 * axes)
            known = [pair for pair in same if pair is not None]
            pads = (*(before for before, _ in known), *(after for _, after in known))
    for axis, reach in enumerate(window.reach):
        dim = x.dims[2 + axis]
        if isinstance(dim, int) and dim + pads[axis] + pads[axes + axis] < reach:
            raise ShapeError(
                f"Negative dimension size caused by subtracting {reach} from {dim}: the window is longer than axis "
                f"{axis} of the spatial axes.",
                user_location(),
            )
    return x, pads


def _check_name(padding: Any) -> None:
    if not isinstance(padding, str) or padding.upper() not in ("SAME", "VALID"):
        raise ArgumentError(f"padding must be 'SAME', 'VALID' or a list of pairs, not {padding!r}.", user_location())


def _explicit(padding: Any, axes: int, data_format: str | None) -> tuple[int, ...] | None:
    if not isinstance(padding, list | tuple | np.ndarray):
        return None
    pairs = [static_ints(pair, "a padding") for pair in padding]
    if len(pairs) == axes + 2:
        pairs = pairs[2:] if channels_first(data_format) else pairs[1:-1]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        raise ArgumentError(f"The padding {padding!r} must be a pair for each axis.", user_location())
    return (*(pair[0] for pair in pairs), *(pair[1] for pair in pairs))


def _same(dim: Any, reach: int, stride: int) -> tuple[int, int] | None:
    """The padding of SAME, the odd element behind; None where it depends on an unknown length."""
    if isinstance(dim, int):
        total = max((-(-dim // stride) - 1) * stride + reach - dim, 0)
    elif stride == 1:
        total = reach - 1
    else:
        return None
    return total // 2, total - total // 2


def _padded_now(x: Tensor, window: Window, fill: float) -> Tensor:
    begins: list[Any] = [0, 0]
    ends: list[Any] = [0, 0]
    for axis, (reach, stride) in enumerate(zip(window.reach, window.strides, strict=True), 2):
        known = _same(x.dims[axis], reach, stride)
        before, after = _needed(length_of(x, axis), reach, stride) if known is None else known
        begins.append(before)
        ends.append(after)
    element = np.array(fill, x.recorded.type.dtype)
    graph = x.graph
    operands = [x.recorded, vector_of([*begins, *ends]).recorded, graph.builder.const(element)]
    return Tensor(graph.builder.emit("pad", operands, mode="constant")[0], graph)


def _needed(length: Tensor, reach: int, stride: int) -> tuple[Tensor, Tensor]:
    """The padding of SAME from a length: the last window starts at the last multiple of the stride."""
    zero = as_int64(0)
    rest = emit("floor_mod", length, as_int64(stride))
    last = emit("where", emit("equal", rest, zero), as_int64(stride), rest)
    total = emit("maximum", emit("sub", as_int64(reach), last), zero)
    before = emit("floor_div", total, as_int64(2))
    return before, emit("sub", total, before)
