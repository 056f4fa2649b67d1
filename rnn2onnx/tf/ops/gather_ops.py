"""Elements picked by position, put in position, and summed by position."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.ops.filling import ones
from rnn2onnx.tf.ops.joining import stack
from rnn2onnx.tf.ops.reshaping import transpose
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import INT64, as_int64, lengths_of, shape_vector, vector_of
from rnn2onnx.tf.shapes.static_value import axis_of, static_int

__all__ = [
    "batch_gather",
    "gather",
    "gather_nd",
    "invert_permutation",
    "scatter_nd",
    "segment_mean",
    "segment_sum",
    "sparse_to_dense",
    "tensor_scatter_add",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tensor_scatter_sub",
    "tensor_scatter_update",
    "unravel_index",
    "unsorted_segment_mean",
    "unsorted_segment_sum",
]


def positions(indices: Any) -> Tensor:
    """Whole numbers that name places.

    Raises:
        DTypeError: They are no whole numbers.
    """
    ids = convert_to_tensor(indices)
    dtype = ids.recorded.type.dtype
    if not is_integer(dtype):
        raise DTypeError(
            f"Value passed to parameter 'indices' has DataType {ids.dtype.name} not in list of allowed values: int16, "
            f"int32, int64. Cast {ids!r} with tf.cast.",
            user_location(),
        )
    return ids if dtype in (np.dtype(np.int32), INT64) else emit("cast", ids, dtype=INT64)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: Any = 0,
) -> Tensor:
    """The slices of ``params`` along ``axis`` at ``indices``.

    Args:
        params: What to pick from.
        indices: Whole numbers of any shape.
        validate_indices: No meaning.
        name: The result's name.
        axis: By default the first one behind the batch axes.
        batch_dims: How many first axes of both belong together.

    Raises:
        DTypeError: The indices are no whole numbers. ArgumentError: There is no such axis.

    Source:
        ``tf.gather``.
    """
    x, ids = convert_to_tensor(params), positions(indices)
    batch = static_int(batch_dims, "batch_dims")
    batch += len(ids.dims) if batch < 0 else 0
    if not 0 <= batch <= min(len(ids.dims), len(x.dims) - 1):
        raise ArgumentError(
            f"batch_dims {batch_dims} does not fit indices {shown(ids.dims)} and params {shown(x.dims)}.",
            user_location(),
        )
    place = batch if axis is None else axis_of(axis, len(x.dims))
    if not batch:
        return emit("gather", x, ids, name=name, axis=place)
    if place < batch:
        raise ArgumentError(f"batch_dims ({batch}) must be less than or equal to axis ({place}).", user_location())
    return _gather_rows(x, ids, place, batch, name)


def _gather_rows(x: Tensor, ids: Tensor, axis: int, batch: int, name: str | None) -> Tensor:
    """Each row of ``ids`` picks from the row of ``x`` beside it: the axis is moved behind the batch axes and back."""
    for index in range(batch):
        agree_lengths(x, index, ids, index, "tf.gather")
    between = list(range(batch, axis))
    behind = list(range(axis + 1, len(x.dims)))
    moved = transpose(x, [*range(batch), axis, *between, *behind], None)
    column = emit("unsqueeze", as_int64(ids), axes=(len(ids.dims),))
    found = emit("gather_nd", moved, column, name=name, batch_dims=batch)
    picked = len(ids.dims) - batch
    order = [*range(batch), *(batch + picked + i for i in range(len(between)))]
    order += [*range(batch, batch + picked), *range(batch + picked + len(between), len(found.dims))]
    return transpose(found, order, None)


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """Each row of indices picks from the row of ``params`` beside it. Source: ``tf.batch_gather``."""
    ids = positions(indices)
    return gather(params, ids, name=name, batch_dims=len(ids.dims) - 1)


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Tensor:
    """The slices of ``params`` at positions given on several axes: the last axis of ``indices`` names them.

    Source:
        ``tf.gather_nd``.
    """
    x, ids = convert_to_tensor(params), as_int64(positions(indices))
    batch = static_int(batch_dims, "batch_dims")
    for axis in range(batch):
        agree_lengths(x, axis, ids, axis, "tf.gather_nd")
    return emit("gather_nd", x, ids, name=name, batch_dims=batch)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros with the updates added at the positions that the last axis of ``indices`` names.

    Source:
        ``tf.scatter_nd``.
    """
    return emit("scatter_nd", shape_vector(shape), as_int64(positions(indices)), convert_to_tensor(updates), name=name)


def _placed(tensor: Any, indices: Any, updates: Any) -> tuple[Tensor, Tensor, Tensor]:
    x = convert_to_tensor(tensor)
    ids = as_int64(positions(indices))
    return x, ids, emit("scatter_nd", lengths_of(x), ids, convert_to_tensor(updates, x.dtype))


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """The tensor with its slices at ``indices``, each named once, replaced by ``updates``.

    Source:
        ``tf.tensor_scatter_nd_update``.
    """
    x, ids, placed = _placed(tensor, indices, updates)
    depth = ids.dims[-1]
    assert isinstance(depth, int)
    lead = emit("slice", lengths_of(x), vector_of([0]), vector_of([depth]), axes=(0,), steps=(1,))
    ones_there = ones(emit("slice", lengths_of(ids), vector_of([0]), vector_of([-1]), axes=(0,), steps=(1,)), np.int32)
    written = emit("greater", emit("scatter_nd", lead, ids, ones_there), convert_to_tensor(0))
    rest = tuple(range(depth, len(x.dims)))
    return emit("where", emit("unsqueeze", written, axes=rest) if rest else written, placed, x, name=name)


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """The tensor with ``updates`` added to its slices at ``indices``. Source: ``tf.tensor_scatter_nd_add``."""
    x, _, placed = _placed(tensor, indices, updates)
    return emit("add", x, placed, name=name)


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """The tensor with ``updates`` taken from its slices at ``indices``. Source: ``tf.tensor_scatter_nd_sub``."""
    x, _, placed = _placed(tensor, indices, updates)
    return emit("sub", x, placed, name=name)


tensor_scatter_update = tensor_scatter_nd_update
tensor_scatter_add = tensor_scatter_nd_add
tensor_scatter_sub = tensor_scatter_nd_sub


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """For each number from 0 on, where it stands in ``x``. Source: ``tf.invert_permutation``."""
    perm = positions(x)
    if len(perm.dims) != 1:
        raise ShapeError(f"A permutation is a vector, not {perm!r}.", user_location())
    zero, one = convert_to_tensor(0, perm.dtype), convert_to_tensor(1, perm.dtype)
    lengths = lengths_of(perm)
    count = emit("cast", emit("reshape", lengths, vector_of([])), dtype=perm.recorded.type.dtype)
    places = emit("range", zero, count, one)
    column = emit("unsqueeze", as_int64(perm), axes=(1,))
    return emit("scatter_nd", lengths, column, places, name=name)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sums of the slices of ``data`` with the same id; those with a negative id are left out.

    Source:
        ``tf.unsorted_segment_sum``.
    """
    x, ids = convert_to_tensor(data), as_int64(positions(segment_ids))
    for axis in range(len(ids.dims)):
        agree_lengths(x, axis, ids, axis, "tf.unsorted_segment_sum")
    count = as_int64(num_segments)
    # One further row takes what belongs to none, and is cut off.
    room = emit("where", emit("less", ids, as_int64(0)), count, ids)
    inner = emit("slice", lengths_of(x), vector_of([len(ids.dims)]), vector_of([len(x.dims)]), axes=(0,), steps=(1,))
    shape = emit("concat", vector_of([count + 1]), inner, axis=0)
    sums = emit("scatter_nd", shape, emit("unsqueeze", room, axes=(len(ids.dims),)), x)
    out = emit("slice", sums, vector_of([0]), vector_of([-1]), name=name, axes=(0,), steps=(1,))
    known = count.recorded.content
    if known is not None and known[0] is not None:
        out.graph.builder.unify(out.dims[0], known[0])
    return out


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The sums of the slices of ``data`` with the same id; the ids are sorted. Source: ``tf.segment_sum``."""
    return unsorted_segment_sum(data, segment_ids, segments_of(segment_ids), name)


def segments_of(segment_ids: Any) -> Tensor:
    """i64[]: one more than the last of sorted ids; 0 for none."""
    ids = positions(segment_ids)
    last = emit("slice", ids, vector_of([-1]), vector_of([np.iinfo(np.int64).max]), axes=(0,), steps=(1,))
    return emit("reduce_sum", emit("add", as_int64(last), as_int64(1)), axes=(0,), keepdims=False)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The means of the slices of ``data`` with the same id, 0 for an id without any.

    Source:
        ``tf.unsorted_segment_mean``.
    """
    sums = unsorted_segment_sum(data, segment_ids, num_segments)
    ids = positions(segment_ids)
    each = emit("expand", convert_to_tensor(np.array(1, sums.recorded.type.dtype)), lengths_of(ids))
    counts = emit("maximum", unsorted_segment_sum(each, ids, num_segments), convert_to_tensor(1, sums.dtype))
    axes = tuple(range(1, len(sums.dims)))
    return emit("div", sums, emit("unsqueeze", counts, axes=axes) if axes else counts, name=name)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The means of the slices of ``data`` with the same id; the ids are sorted. Source: ``tf.segment_mean``."""
    return unsorted_segment_mean(data, segment_ids, segments_of(segment_ids), name)


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """A tensor of ``default_value`` with other values at some positions, each named once.

    Args:
        sparse_indices: One position for each value: [n, rank], [n] for a vector, or one number.
        output_shape: The shape of the result.
        sparse_values: A value for each position, or one for all.
        default_value: The other elements.
        validate_indices: No meaning.
        name: The result's name.

    Source:
        ``tf.sparse_to_dense``.
    """
    shape, values = shape_vector(output_shape), convert_to_tensor(sparse_values)
    ids = as_int64(positions(sparse_indices))
    for axis in range(len(ids.dims), 2):
        ids = emit("unsqueeze", ids, axes=(axis,))
    rows = emit("slice", lengths_of(ids), vector_of([0]), vector_of([1]), axes=(0,), steps=(1,))
    empty = emit("expand", convert_to_tensor(default_value, values.dtype), shape)
    return tensor_scatter_nd_update(empty, ids, emit("expand", values, rows), name)


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """The position of each element number on several axes, one row for each. Source: ``tf.unravel_index``."""
    rest, lengths = positions(indices), convert_to_tensor(dims)
    lengths = emit("cast", lengths, dtype=rest.recorded.type.dtype)
    rows: list[Tensor] = []
    for axis in reversed(range(int(lengths.dims[0]))):
        length = emit("gather", lengths, as_int64(axis), axis=0)
        rows.insert(0, emit("floor_mod", rest, length))
        rest = emit("floor_div", rest, length)
    return stack(rows, 0, name or "unravel_index")
