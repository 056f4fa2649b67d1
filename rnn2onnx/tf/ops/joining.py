"""Several tensors made one, and one made several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import constant, user_location
from rnn2onnx.ir.types import UNKNOWN
from rnn2onnx.tf.ops.old_orders import also_ordered, is_number
from rnn2onnx.tf.ops.reshaping import identity
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree, same_dtype
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of, vector_of
from rnn2onnx.tf.shapes.static_value import axis_of, constant_value

__all__ = ["concat", "parallel_stack", "split", "stack", "tensors_of", "unstack"]

_END = int(np.iinfo(np.int64).max)


def tensors_of(values: Any, what: str) -> list[Tensor]:
    """A list of values as tensors of one dtype: that of the first tensor in it.

    Raises:
        DTypeError: Two tensors have different dtypes. ArgumentError: The list is empty.
    """
    items = list(values)
    if not items:
        raise ArgumentError(f"{what} needs at least one tensor; the list is empty.", user_location())
    given = [convert_to_tensor(item) for item in items if isinstance(item, Tensor) or hasattr(item, "_as_tensor")]
    same_dtype(given, what)
    first = given[0].dtype if given else convert_to_tensor(items[0]).dtype
    tensors = [convert_to_tensor(item, None if isinstance(item, Tensor) else first) for item in items]
    same_dtype(tensors, what)
    return tensors


@also_ordered(
    lambda old: is_number(old.get("concat_dim")) and isinstance(old.get("values"), list | tuple),
    concat_dim="axis",
    values="values",
    name="name",
)
def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """The tensors one behind the other along ``axis``; all their other lengths are equal.

    Raises:
        ShapeError: Ranks or other lengths differ. DTypeError: dtypes differ.

    Source:
        ``tf.concat`` (values, axis), as since TensorFlow 1.0; before it was (axis, values).
    """
    parts = tensors_of(values if isinstance(values, list | tuple) else [values], "'values' of 'concat'")
    if len(parts) == 1:
        return identity(parts[0])
    rank = len(parts[0].dims)
    if not rank:
        raise ShapeError("Can't concatenate scalars (use tf.stack instead).", user_location())
    place = axis_of(axis, rank, "concat axis")
    for part in parts[1:]:
        agree(parts[0], part, [place])
    return emit("concat", *parts, name=name, axis=place)


@operator("stack")
def stack(values: Any, axis: Any = 0, name: str = "stack") -> Tensor:
    """Tensors of one shape side by side along a new axis. Source: ``tf.stack``.

    Raises:
        ShapeError: Their shapes differ. DTypeError: their dtypes differ.
    """
    parts = tensors_of(values if isinstance(values, list | tuple) else unstack(values), "'values' of 'stack'")
    for part in parts[1:]:
        agree(parts[0], part)
    place = axis_of(axis, len(parts[0].dims) + 1)
    arrays = [constant(part.recorded) for part in parts]
    if all(array is not None for array in arrays):
        return constant_array(np.stack([np.asarray(array) for array in arrays], place), name)
    return emit("concat", *(emit("unsqueeze", part, axes=(place,)) for part in parts), name=name, axis=place)


def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """Tensors of one shape side by side along a new first axis. Source: ``tf.parallel_stack``."""
    return stack(values, 0, name)


def unstack(value: Any, num: int | None = None, axis: Any = 0, name: str = "unstack") -> list[Tensor]:
    """The parts of a tensor along ``axis``, which they don't have any more.

    Args:
        value: The tensor.
        num: How many there are; needed where the length is unknown.
        axis: The axis to take apart.
        name: The parts' name.

    Raises:
        ArgumentError: The length is unknown and ``num`` not given, or it is another number.

    Source:
        ``tf.unstack``.
    """
    tensor = convert_to_tensor(value)
    if not tensor.dims:
        raise ShapeError("tf.unstack takes a tensor with an axis, not a scalar.", user_location())
    place = axis_of(axis, len(tensor.dims))
    length = tensor.dims[place]
    if num is None:
        if not isinstance(length, int):
            raise ArgumentError(
                f"Cannot infer argument `num` from shape {tensor.shape}: the length of axis {place} is unknown. "
                "Give num, or walk the axis with tf.map_fn, tf.while_loop or dynamic_rnn.",
                user_location(),
            )
        num = length
    elif isinstance(length, int) and length != num:
        raise ArgumentError(f"num is {num}, but axis {place} of {tensor!r} has {length} elements.", user_location())
    tensor.graph.builder.unify(length, int(num))
    return [emit("gather", tensor, as_int64(i), axis=place, name=name) for i in range(int(num))]


@also_ordered(
    lambda old: is_number(old.get("split_dim")) and not is_number(old.get("value", 0)),
    split_dim="axis",
    num_split="num_or_size_splits",
    value="value",
    name="name",
)
def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """Consecutive parts along ``axis``: so many equal ones, or parts of the sizes given.

    Args:
        value: The tensor.
        num_or_size_splits: A number of equal parts, or their sizes, one of which may be -1.
        axis: The axis to cut.
        num: How many parts there are, where the sizes are a tensor of unknown length.
        name: The parts' name.

    Raises:
        ShapeError: The length does not divide, or the sizes don't add up to it.

    Source:
        ``tf.split``; before TensorFlow 1.0 it was (axis, number of parts, value).
    """
    tensor = convert_to_tensor(value)
    if not tensor.dims:
        raise ShapeError("tf.split takes a tensor with an axis, not a scalar.", user_location())
    place = axis_of(axis, len(tensor.dims))
    sizes = _sizes(num_or_size_splits, num)
    if isinstance(sizes, int):
        return _equal_parts(tensor, sizes, place, name)
    if all(isinstance(size, int) for size in sizes):
        return _cut(tensor, _checked(tensor, place, sizes), place, name)
    if any(isinstance(size, int) and size == -1 for size in sizes):
        raise ArgumentError("Sizes of tf.split that are computed leave no place for a -1.", user_location())
    return _cut(tensor, sizes, place, name)


def _sizes(given: Any, num: int | None) -> Any:
    """A number of equal parts, or a list of sizes: numbers, or scalars where they are computed."""
    if isinstance(given, int | np.integer):
        return int(given)
    if isinstance(given, list | tuple):
        return [_size(item) for item in given]
    tensor = convert_to_tensor(given)
    known = constant_value(tensor)
    if known is not None:
        return int(known) if known.ndim == 0 else [int(size) for size in known]
    if not tensor.dims:
        raise ArgumentError(
            "The number of parts of tf.split must be known when the graph is recorded.", user_location()
        )
    return unstack(as_int64(tensor), num)


def _size(item: Any) -> Any:
    known = constant_value(item)
    return as_int64(item) if known is None else int(known)


def _equal_parts(tensor: Tensor, count: int, axis: int, name: str) -> list[Tensor]:
    length = tensor.dims[axis]
    if count < 1:
        raise ArgumentError(f"A tensor can't be split into {count} parts.", user_location())
    if isinstance(length, int):
        if length % count:
            raise ShapeError(
                f"Dimension size must be evenly divisible by {count} but is {length}: axis {axis} of {tensor!r} can't "
                f"be split into {count} equal parts. Give the sizes of the parts instead.",
                user_location(),
            )
        return _cut(tensor, [length // count] * count, axis, name)
    if count == 1:
        return [tensor]
    each = emit("floor_div", length_of(tensor, axis), as_int64(count))
    parts = _cut(tensor, [each] * count, axis, name)
    for part in parts[1:]:
        agree(parts[0], part)
    return parts


def _checked(tensor: Tensor, axis: int, sizes: Sequence[int]) -> list[int]:
    """The sizes, -1 replaced where the length is known."""
    length, given = tensor.dims[axis], list(sizes)
    if given.count(-1) > 1 or any(size < -1 for size in given):
        raise ShapeError(f"The sizes {given} of tf.split: one may be -1, and none less.", user_location())
    total = sum(size for size in given if size != -1)
    if -1 not in given:
        if isinstance(length, int) and total != length:
            raise ShapeError(
                f"The sizes {given} of tf.split add up to {total}, but axis {axis} of {tensor!r} has {length}.",
                user_location(),
            )
        tensor.graph.builder.unify(length, total)
    elif isinstance(length, int):
        if total > length:
            raise ShapeError(
                f"The sizes {given} of tf.split are more than the {length} elements of axis {axis} of {tensor!r}.",
                user_location(),
            )
        given[given.index(-1)] = length - total
    return given


def _cut(tensor: Tensor, sizes: Sequence[Any], axis: int, name: str) -> list[Tensor]:
    """Consecutive slices; what stands behind a part of size -1 is counted from the end."""
    parts: list[Tensor] = []
    start: Any = 0
    for index, size in enumerate(sizes):
        if isinstance(size, int) and size == -1:
            behind = sum(sizes[index + 1 :])
            parts.append(_part(tensor, start, -behind if behind else _END, axis, None, name))
            start = -behind
            continue
        end = _sum(start, size)
        at_end = isinstance(end, int) and end == 0 and isinstance(start, int) and start < 0
        parts.append(_part(tensor, start, _END if at_end else end, axis, size if isinstance(size, int) else None, name))
        start = end
    return parts


def _sum(a: Any, b: Any) -> Any:
    if isinstance(a, int) and a == 0:
        return b
    return a + b if isinstance(a, int) and isinstance(b, int) else emit("add", as_int64(a), as_int64(b))


def _part(tensor: Tensor, start: Any, end: Any, axis: int, size: int | None, name: str) -> Tensor:
    builder = tensor.graph.builder
    known = UNKNOWN if size is None else size
    said = tensor.recorded.type.with_shape(known if i == axis else UNKNOWN for i in range(len(tensor.dims)))
    operands = [tensor.recorded, vector_of([start]).recorded, vector_of([end]).recorded]
    result = builder.emit("slice", operands, types=[said], names=[name], axes=(axis,), steps=(1,))[0]
    return Tensor(result, tensor.graph)
