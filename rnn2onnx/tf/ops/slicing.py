"""Python's slices of a tensor, and TensorFlow's calls for them."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import Dim, user_location
from rnn2onnx.ir.types import UNKNOWN, is_integer
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.shape import Dimension
from rnn2onnx.tf.shapes.shape_argument import as_int64, vector_of
from rnn2onnx.tf.shapes.static_value import constant_value, static_int

__all__ = ["getitem", "slice", "strided_slice"]

_END = int(np.iinfo(np.int64).max)
_FRONT = int(np.iinfo(np.int64).min)


@operator("getitem")
def getitem(tensor: Any, item: Any, name: str | None = None) -> Tensor:
    """``tensor[item]``: whole numbers, slices, None, an ellipsis, scalars, or a mask of bools.

    Raises:
        ArgumentTypeError: An index is of no such class. ShapeError: There are too many, or one is past the end.

    Source:
        ``tf.Tensor.__getitem__``.
    """
    x = convert_to_tensor(tensor)
    mask = _mask(item)
    if mask is not None:
        from rnn2onnx.tf.ops.selecting import boolean_mask

        return boolean_mask(x, mask)
    plan = _Plan(x.dims)
    for index in _spread(item if isinstance(item, tuple | list) else (item,), len(x.dims)):
        plan.take(index)
    return plan.record(x, name)


def _mask(item: Any) -> Any:
    if isinstance(item, np.ndarray) and item.dtype == bool:
        return item
    tensor = item if isinstance(item, Tensor) else getattr(item, "_as_tensor", lambda: None)()
    return tensor if tensor is not None and tensor.recorded.type.dtype == np.dtype(bool) else None


def _spread(items: Sequence[Any], rank: int) -> list[Any]:
    """One entry for each axis, None for each new one: the ellipsis spread out, full slices behind the last one."""
    ellipses = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(ellipses) > 1:
        raise ShapeError("Multiple ellipses in slice spec not allowed", user_location())
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > rank:
        raise ShapeError(f"Index out of range using input dim {rank}; input has only {rank} dims", user_location())
    rest = [builtins.slice(None)] * (rank - used)
    if not ellipses:
        return [*items, *rest]
    return [*items[: ellipses[0]], *rest, *items[ellipses[0] + 1 :]]


@dataclass
class _Span:
    """One axis sliced: bounds as numbers or scalars, None where open."""

    start: Any
    end: Any
    step: int
    length: Dim = UNKNOWN


class _Plan:
    """What an index asks for: spans of axes, axes picked at one place, new axes."""

    def __init__(self, dims: Sequence[Dim]) -> None:
        self.dims = dims
        self.axis = 0
        self.spans: dict[int, _Span] = {}
        self.picks: dict[int, Any] = {}
        self.new: list[int] = []
        self.width = 0

    def take(self, index: Any) -> None:
        """Adds the next entry of an index."""
        if index is None:
            self.new.append(self.width)
            self.width += 1
            return
        if isinstance(index, builtins.slice):
            self._span(index)
            self.width += 1
        else:
            self.picks[self.axis] = _place(index, self.dims[self.axis], self.axis)
        self.axis += 1

    def _span(self, index: builtins.slice) -> None:
        step = 1 if index.step is None else static_int(_bound(index.step), "the step of a slice")
        if not step:
            raise ArgumentError("slice step cannot be zero", user_location())
        start, end = _bound(index.start), _bound(index.stop)
        if start is not None or end is not None or step != 1:
            self.spans[self.axis] = _normal(_Span(start, end, step), self.dims[self.axis])

    def span(self, axis: int, span: _Span) -> None:
        """Adds a span of an axis."""
        self.spans[axis] = span

    def record(self, x: Tensor, name: str | None) -> Tensor:
        """The slice, gathers and new axes that make the result."""
        x = self._sliced(self._turned(x))
        for axis in sorted(self.picks, reverse=True):
            x = emit("gather", x, self.picks[axis], axis=axis)
        if self.new:
            x = emit("unsqueeze", x, axes=tuple(self.new))
        return x if name is None else emit("identity", x, name=name)

    def _turned(self, x: Tensor) -> Tensor:
        """Cuts off what lies behind the start of a backward span, where that start is counted from the end."""
        for axis, span in self.spans.items():
            if span.step < 0 and isinstance(span.start, int) and span.start < -1:
                cut = _Span(0, span.start + 1, 1)
                x = _slice(x, {axis: cut})
                if isinstance(span.end, int) and span.end < 0 and span.end != _FRONT:
                    span.end -= span.start + 1
                span.start = _END
        return x

    def _sliced(self, x: Tensor) -> Tensor:
        return _slice(x, self.spans) if self.spans else x


def _slice(x: Tensor, spans: dict[int, _Span]) -> Tensor:
    axes = tuple(sorted(spans))
    starts = [_or(spans[a].start, 0 if spans[a].step > 0 else _END) for a in axes]
    ends = [_or(spans[a].end, _END if spans[a].step > 0 else _FRONT) for a in axes]
    said = [spans[axis].length if axis in spans else UNKNOWN for axis in range(len(x.dims))]
    steps = tuple(spans[axis].step for axis in axes)
    operands = [x.recorded, vector_of(starts).recorded, vector_of(ends).recorded]
    types = [x.recorded.type.with_shape(said)]
    return Tensor(x.graph.builder.emit("slice", operands, types=types, axes=axes, steps=steps)[0], x.graph)


def _or(bound: Any, otherwise: int) -> Any:
    return otherwise if bound is None else bound


def _normal(span: _Span, dim: Dim) -> _Span:
    """Bounds as Python reads them where all numbers are known: an engine clamps a backward span differently."""
    bounds = (span.start, span.end)
    if isinstance(dim, int) and all(bound is None or isinstance(bound, int) for bound in bounds):
        start, end, step = builtins.slice(span.start, span.end, span.step).indices(dim)
        if not len(range(start, end, step)):
            return _Span(0, 0, 1)
        return _Span(start, _FRONT if end < 0 else end, step)
    if span.step < 0 and isinstance(span.start, int) and isinstance(span.end, int) and span.start <= span.end < 0:
        return _Span(0, 0, 1)
    return span


def _bound(index: Any) -> Any:
    """A bound as a number, a scalar or None."""
    if index is None:
        return None
    known = _number(index)
    if known is not None:
        return known
    tensor = _scalar(index)
    value = constant_value(tensor)
    return tensor if value is None else int(value)


def _number(index: Any) -> int | None:
    if isinstance(index, Dimension):
        index = index.value
    if isinstance(index, int | np.integer) and not isinstance(index, bool):
        return int(index)
    return None


def _scalar(index: Any) -> Tensor:
    if isinstance(index, Tensor) or hasattr(index, "_as_tensor") or isinstance(index, np.ndarray):
        tensor = convert_to_tensor(index)
        if is_integer(tensor.recorded.type.dtype):
            if tensor.dims:
                raise ShapeError(f"An index is a scalar, not {tensor!r}. Use tf.gather for several.", user_location())
            return as_int64(tensor)
    raise ArgumentTypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are "
        f"valid indices, got {index!r}",
        user_location(),
    )


def _place(index: Any, dim: Dim, axis: int) -> Tensor:
    """i64[]: where an axis is picked."""
    bound = _bound(index) if index is not None else None
    if isinstance(bound, int):
        if isinstance(dim, int) and not -dim <= bound < dim:
            raise ShapeError(f"slice index {bound} of dimension {axis} out of bounds.", user_location())
        return as_int64(bound + dim if bound < 0 and isinstance(dim, int) else bound)
    assert isinstance(bound, Tensor)
    return bound


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """``size[i]`` elements of each axis i from ``begin[i]`` on; to the end where the size is -1.

    Raises:
        ShapeError: There is not one number for each axis, or there are fewer elements.

    Source:
        ``tf.slice``.
    """
    x = convert_to_tensor(input_)
    starts, sizes = _entries(begin, "begin"), _entries(size, "size")
    if len(starts) != len(x.dims) or len(sizes) != len(x.dims):
        raise ShapeError(
            f"tf.slice of a tensor with {len(x.dims)} axes needs as many begins and sizes, not {len(starts)} and "
            f"{len(sizes)}.",
            user_location(),
        )
    plan = _Plan(x.dims)
    for axis, (start, count) in enumerate(zip(starts, sizes, strict=True)):
        span = _sized(start, count, x.dims[axis], axis)
        if span is not None:
            plan.span(axis, span)
    return plan.record(x, name)


def _sized(start: Any, count: Any, dim: Dim, axis: int) -> _Span | None:
    """The span of so many elements; None for the whole axis."""
    end: Any
    if isinstance(start, int) and isinstance(dim, int) and isinstance(count, int):
        end = dim if count == -1 else start + count
        if not 0 <= start <= end <= dim:
            raise ShapeError(
                f"Expected size[{axis}] in [0, {dim - start}], but got {count} (begin {start}, {dim} elements).",
                user_location(),
            )
        return None if (start, end) == (0, dim) else _Span(start, end, 1)
    if isinstance(count, int) and count == -1:
        return None if start == 0 and isinstance(start, int) else _Span(start, None, 1)
    length = count if isinstance(count, int) else _length_named(count)
    if isinstance(start, int) and start == 0:
        end = count
    else:
        end = as_int64(start) + as_int64(count) if not _both(start, count) else start + count
    if length is None:
        end = emit("where", emit("equal", count, as_int64(-1)), as_int64(_END), as_int64(end))
    return _Span(start, end, 1, UNKNOWN if length is None else length)


def _both(a: Any, b: Any) -> bool:
    return isinstance(a, int) and isinstance(b, int)


def _length_named(count: Tensor) -> Dim | None:
    """The length a scalar stands for, if it has a name: it is then never -1."""
    known = count.recorded.content
    return known[0] if known is not None else None


def _entries(given: Any, what: str) -> list[Any]:
    """The numbers of a vector: ints where known, else scalars."""
    if isinstance(given, list | tuple):
        return [_bound(item) for item in given]
    vector = as_int64(given)
    if len(vector.dims) != 1 or not isinstance(vector.dims[0], int):
        raise ShapeError(f"{what} must be a vector of known length, not {vector!r}.", user_location())
    return [_bound(emit("gather", vector, as_int64(i), axis=0)) for i in range(vector.dims[0])]


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """The slice that Python's ``input_[begin:end:strides, …]`` gives.

    Args:
        input_: The tensor.
        begin: Where each span starts.
        end: Where each span ends.
        strides: The steps; 1 if not given.
        begin_mask: Bit i: span i starts at the first element.
        end_mask: Bit i: span i ends behind the last one.
        ellipsis_mask: Bit i: entry i is an ellipsis.
        new_axis_mask: Bit i: entry i is a new axis.
        shrink_axis_mask: Bit i: entry i is an index.
        var: No meaning: nothing is assigned.
        name: The result's name.

    Source:
        ``tf.strided_slice``.
    """
    starts, ends = _entries(begin, "begin"), _entries(end, "end")
    steps = [1] * len(starts) if strides is None else _entries(strides, "strides")
    if not len(starts) == len(ends) == len(steps):
        raise ShapeError("begin, end and strides of tf.strided_slice must have one length.", user_location())
    items: list[Any] = []
    for i, (first, last, step) in enumerate(zip(starts, ends, steps, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            items.append(Ellipsis)
        elif new_axis_mask & bit:
            items.append(None)
        elif shrink_axis_mask & bit:
            items.append(first)
        else:
            items.append(builtins.slice(None if begin_mask & bit else first, None if end_mask & bit else last, step))
    return getitem(input_, tuple(items), name)
