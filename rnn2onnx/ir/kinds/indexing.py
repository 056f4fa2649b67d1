"""Words that pick elements by position or put them there: slices, gathers, scatters, one row written."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Content, Kind, Value
from rnn2onnx.ir.kinds.arrays import check_ints, elements, numbers
from rnn2onnx.ir.kinds.elementwise import check_count, check_same_dtype, is_number
from rnn2onnx.ir.kinds.reductions import INT64, check_axes
from rnn2onnx.ir.kinds.sources import shape_from
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Type, dtype_name, is_integer, same_dim

_FAR = 2**31 - 1


def _slice_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    x, axes, steps = values[0].type, attrs["axes"], attrs["steps"]
    check_axes(axes, x.rank)
    if len(steps) != len(axes) or 0 in steps:
        raise ShapeError(f"the steps {steps} must be one for each of the axes {axes}, and none 0")
    starts, ends = values[1], values[2]
    check_ints(starts, len(axes), "the starts")
    check_ints(ends, len(axes), "the ends")
    shape = list(x.shape)
    nothing = (None,) * len(axes)
    for axis, step, start, end in zip(axes, steps, elements(starts) or nothing, elements(ends) or nothing, strict=True):
        shape[axis] = _slice_dim(shape[axis], start, end, step)
    return [x.with_shape(shape)]


def _slice_dim(dim: Dim, start: Dim | None, end: Dim | None, step: int) -> Dim:
    if dim == 0:
        return 0
    far = isinstance(end, int) and (end >= _FAR if step > 0 else end <= -_FAR)
    if step == 1 and start == 0 and (end == dim or far):
        return dim
    if step == -1 and far and (start == -1 or (isinstance(start, int) and start >= _FAR)):
        return dim
    if isinstance(dim, int) and isinstance(start, int) and isinstance(end, int):
        return len(range(*_bounds(dim, start, end, step)))
    if isinstance(start, int) and isinstance(end, int) and step > 0 and 0 <= end <= start:
        return 0
    return UNKNOWN


def _bounds(length: int, start: int, end: int, step: int) -> tuple[int, int, int]:
    """ONNX's reading of a slice: a start before the first element is the first one, also where the step is negative."""
    start, end = (n + length if n < 0 else n for n in (start, end))
    if step > 0:
        return min(max(start, 0), length), min(max(end, 0), length), step
    return min(max(start, 0), length - 1), min(max(end, -1), length - 1), step


def _slice(attrs: Attrs, x: Array, starts: Array, ends: Array) -> Array:
    index: list[slice | list[int]] = [slice(None)] * x.ndim
    for axis, start, end, step in zip(attrs["axes"], starts.tolist(), ends.tolist(), attrs["steps"], strict=True):
        first, last, step = _bounds(x.shape[axis], start, end, step)
        index[axis] = slice(first, None if last < 0 else last, step) if x.shape[axis] else slice(None)
    return np.asarray(x[tuple(index)])


def _slice_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    known, starts, ends = values[0].content, numbers(values[1]), numbers(values[2])
    if known is None or starts is None or ends is None:
        return None
    if not attrs["axes"]:
        return known
    return tuple(known[i] for i in range(*_bounds(len(known), starts[0], ends[0], attrs["steps"][0])))


def _check_ids(ids: Value) -> None:
    if not is_integer(ids.type.dtype):
        raise DTypeError(f"positions are integers, not {ids.type}")


def _gather_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, axis = values[0].type, attrs["axis"]
    _check_ids(values[1])
    check_axes((axis,), x.rank)
    length, ids = x.shape[axis], numbers(values[1]) or []
    if isinstance(length, int):
        for position in ids:
            if not -length <= position < length:
                raise ShapeError(f"there is no element {position} among {length}")
    return [x.with_shape((*x.shape[:axis], *values[1].type.shape, *x.shape[axis + 1 :]))]


def _gather_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    known, ids = values[0].content, numbers(values[1])
    return None if known is None or ids is None else tuple(known[i] for i in ids)


def _gather_nd_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, ids, batch = values[0].type, values[1].type, attrs["batch_dims"]
    _check_ids(values[1])
    if not ids.rank or not isinstance(ids.shape[-1], int):
        raise ShapeError(f"the last axis of the positions must have a known length, not {ids}")
    depth = ids.shape[-1]
    if not 0 <= batch < ids.rank or batch + depth > x.rank:
        raise ShapeError(f"positions {ids} with {batch} batch axes do not fit {x}")
    rows: list[Dim] = []
    for a, b in zip(x.shape[:batch], ids.shape[:batch], strict=True):
        joint = same_dim(a, b)
        if joint is None:
            raise ShapeError(f"the batch axes are {a} and {b}")
        rows.append(joint)
    return [x.with_shape((*rows, *ids.shape[batch:-1], *x.shape[batch + depth :]))]


def _gather_nd(attrs: Attrs, x: Array, ids: Array) -> Array:
    batch, depth = attrs["batch_dims"], ids.shape[-1]
    rows = ids.shape[:batch]
    lead = [grid.reshape(grid.shape + (1,) * (ids.ndim - 1 - batch)) for grid in np.ix_(*map(np.arange, rows))]
    places = (*lead, *(ids[..., i] for i in range(depth)))
    found = np.broadcast_to(x, rows + x.shape[batch:])[places]
    return np.broadcast_to(found, ids.shape[:-1] + x.shape[batch + depth :])


def _scatter_nd_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    shape, ids, updates = shape_from(values[0]), values[1].type, values[2].type
    if ids.dtype != INT64:
        raise DTypeError(f"positions are i64, not {ids}")
    if not is_number(updates.dtype):
        raise DTypeError(f"numbers are added up, not {dtype_name(updates.dtype)}")
    if not ids.rank or not isinstance(ids.shape[-1], int) or ids.shape[-1] > len(shape):
        raise ShapeError(f"the last axis of the positions {ids} must be a known number, at most {len(shape)}")
    wanted = (*ids.shape[:-1], *shape[ids.shape[-1] :])
    if updates.rank != len(wanted) or any(same_dim(a, b) is None for a, b in zip(updates.shape, wanted, strict=True)):
        raise ShapeError(f"the updates must be [{', '.join(map(str, wanted))}], not {updates}")
    dims = list(shape)
    for axis in range(ids.shape[-1], len(shape)):
        if dims[axis] == UNKNOWN:
            dims[axis] = updates.shape[axis - len(shape)]
    return [updates.with_shape(dims)]


def _scatter_nd(attrs: Attrs, shape: Array, ids: Array, updates: Array) -> Array:
    out = np.zeros(shape.tolist(), updates.dtype)
    np.add.at(out, tuple(np.moveaxis(ids, -1, 0)), updates)
    return out


def _non_zero_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    if not values[0].type.rank:
        raise ShapeError(f"{values[0].type} has no axes to give positions on")
    return [Type(INT64, (values[0].type.rank, UNKNOWN))]


def _row_write_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    array, index, row = (value.type for value in values)
    check_same_dtype((values[0], values[2]))
    if index != Type(INT64, ()):
        raise DTypeError(f"the position is i64[], not {index}")
    if not array.rank or row.rank != array.rank - 1:
        raise ShapeError(f"{row} is not a row of {array}")
    dims: list[Dim] = [UNKNOWN if attrs["grow"] else array.shape[0]]
    for a, b in zip(array.shape[1:], row.shape, strict=True):
        joint = same_dim(a, b)
        if joint is None:
            raise ShapeError(f"{row} is not a row of {array}: {b} is not {a}")
        dims.append(joint)
    return [array.with_shape(dims)]


def _row_write(attrs: Attrs, array: Array, index: Array, row: Array) -> Array:
    place = operator.index(index.item())
    missing = place + 1 - len(array)
    if attrs["grow"] and missing > 0:
        array = np.concatenate([array, np.zeros((missing, *array.shape[1:]), array.dtype)])
    out = array.copy()
    out[place] = row
    return out


add_kind(Kind("slice", _slice_type, _slice, content=_slice_content))
add_kind(
    Kind(
        "gather",
        _gather_type,
        lambda attrs, x, ids: np.take(x, ids, axis=attrs["axis"]),
        content=_gather_content,
        total=False,
    )
)
add_kind(Kind("gather_nd", _gather_nd_type, _gather_nd, total=False))
add_kind(Kind("scatter_nd", _scatter_nd_type, _scatter_nd, total=False))
add_kind(Kind("non_zero", _non_zero_type, lambda attrs, x: np.array(np.nonzero(x), np.int64)))
add_kind(Kind("row_write", _row_write_type, _row_write, total=False))
