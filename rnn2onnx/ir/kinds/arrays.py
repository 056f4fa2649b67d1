"""Words that rearrange whole arrays: reshaped, axes moved, joined, padded, repeated, reversed, made from a rule.

Lengths are followed through the integers that compute them: the shape of ``[T, B, 40]`` is known to be T, B and 40, so
a reshape to two of them joined has those lengths again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Content, Kind, Value, constant
from rnn2onnx.ir.kinds.elementwise import check_count, check_same_dtype, is_number
from rnn2onnx.ir.kinds.reductions import INT64, check_axes
from rnn2onnx.ir.kinds.sources import shape_from
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Shape, Type, dtype_name, is_integer, same_dim, size_of

_KNOWN_ELEMENTS = 64


def elements(value: Value) -> Content | None:
    """What is known of the elements of an integer value of rank 0 or 1; None if nothing."""
    if value.content is not None:
        return value.content
    length = value.type.shape[0] if value.type.rank else 1
    return (None,) * length if isinstance(length, int) and length <= _KNOWN_ELEMENTS else None


def numbers(value: Value) -> list[int] | None:
    """The elements of an integer value of rank 0 or 1 where every one is known as a number."""
    if value.content is None or not all(isinstance(item, int) for item in value.content):
        return None
    return [item for item in value.content if isinstance(item, int)]


def check_ints(value: Value, length: int, what: str) -> None:
    """Raises a DTypeError or ShapeError unless ``value`` is a vector of that many i64."""
    if value.type.dtype != INT64 or value.type.rank != 1:
        raise DTypeError(f"{what} must be i64[{length}], not {value.type}")
    if same_dim(value.type.shape[0], length) is None:
        raise ShapeError(f"{what} must be i64[{length}], one for each axis, not {value.type}")


def _same_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    return values[0].content


# -- the same elements in another shape --------------------------------------------------------------------------------


def _left_over(dims: Sequence[Dim], away: Sequence[Dim]) -> list[Dim] | None:
    """The lengths that are left when others are taken away one by one; None if one of them isn't there."""
    left = list(dims)
    for dim in away:
        if dim in left:
            left.remove(dim)
        elif dim != 1:
            return None
    return left


def _product(dims: Sequence[Dim]) -> Dim:
    """The product of some lengths; UNKNOWN unless all are numbers, or one is a name and the others 1."""
    names = [dim for dim in dims if isinstance(dim, str)]
    size = math.prod(int(dim) for dim in dims if isinstance(dim, int))
    if not names:
        return size
    return names[0] if len(names) == 1 and size == 1 else UNKNOWN


def _quotient(dims: Sequence[Dim], away: Sequence[Dim]) -> Dim:
    """What all of ``dims`` divided by all of ``away`` is, equal names cancelled."""
    names = _left_over([d for d in dims if isinstance(d, str)], [d for d in away if isinstance(d, str)])
    have, said = (math.prod(int(d) for d in side if isinstance(d, int)) for side in (dims, away))
    if names is None:
        return UNKNOWN
    if have % said:
        if names:
            return UNKNOWN
        raise ShapeError(f"{have} elements do not divide into rows of {said}")
    return _product([*names, have // said])


def _reshape_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, target = values[0].type, list(shape_from(values[1]))
    if any(isinstance(dim, int) and dim < -1 for dim in target) or target.count(-1) > 1:
        raise ShapeError(f"{tuple(target)} is not a shape: one length may be -1, and none less")
    places = [i for i, dim in enumerate(target) if dim in (-1, UNKNOWN)]
    rest = [dim for i, dim in enumerate(target) if i not in places]
    if not places and x.static and size_of(tuple(target)) not in (None, size_of(x.shape)):
        raise ShapeError(f"{size_of(x.shape)} elements do not fit the shape [{', '.join(map(str, target))}]")
    inferred = len(places) == 1 and target[places[0]] == -1
    for place in places:
        target[place] = UNKNOWN
    if len(places) == 1 and 0 not in rest:
        target[places[0]] = _quotient(x.shape, rest)
    elif inferred and len(places) == 1:
        left = _left_over(x.shape, rest)
        target[places[0]] = UNKNOWN if left is None else _product(left)
    return [x.with_shape(target)]


def reshape_target(shape: Sequence[int], target: Sequence[int]) -> list[int]:
    """The lengths of a reshape, -1 replaced where another length is 0.

    It is then what remains of the array's lengths when the others are taken away; numpy refuses that.
    """
    rest = [n for n in target if n != -1]
    left = _left_over(shape, rest)
    if len(rest) == len(target) or 0 not in rest or left is None:
        return list(target)
    return [math.prod(map(int, left)) if n == -1 else n for n in target]


def _reshape(attrs: Attrs, x: Array, shape: Array) -> Array:
    return x.reshape(reshape_target(x.shape, [int(n) for n in shape]))


def _reshape_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    return values[0].content if values[0].type.rank <= 1 else None


def _transpose_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    x, perm = values[0].type, attrs["perm"]
    if sorted(perm) != list(range(x.rank)):
        raise ShapeError(f"{tuple(perm)} is not an order of the axes of {x}")
    return [x.with_shape(x.shape[axis] for axis in perm)]


def _expand_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, target = values[0].type, list(shape_from(values[1]))
    if len(target) < x.rank:
        raise ShapeError(f"{x} has more axes than the shape [{', '.join(map(str, target))}]")
    for axis, dim in enumerate(x.shape, len(target) - x.rank):
        if isinstance(dim, int) and dim != 1:
            joint = same_dim(dim, target[axis])
            if joint is None:
                raise ShapeError(f"{dim} elements do not broadcast to {target[axis]}")
            target[axis] = joint
    for dim in target:
        if isinstance(dim, int) and dim < 0:
            raise ShapeError(f"a length can't be {dim}")
    return [x.with_shape(target)]


def _expand_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    known, lengths = values[0].content, numbers(values[1])
    if known is None or lengths is None or len(known) != 1 or math.prod(lengths) > _KNOWN_ELEMENTS:
        return known if known is not None and lengths == [len(known)] else None
    return known * math.prod(lengths)


def _unsqueeze_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    x, axes = values[0].type, attrs["axes"]
    check_axes(axes, x.rank + len(axes))
    rest = iter(x.shape)
    return [x.with_shape(1 if i in axes else next(rest) for i in range(x.rank + len(axes)))]


def _unsqueeze(attrs: Attrs, x: Array) -> Array:
    return np.expand_dims(x, attrs["axes"])


def _squeeze_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    x, axes = values[0].type, attrs["axes"]
    check_axes(axes, x.rank)
    for axis in axes:
        dim = x.shape[axis]
        if isinstance(dim, int) and dim != 1:
            raise ShapeError(f"axis {axis} has {dim} elements; only an axis of one can be dropped")
    return [x.with_shape(dim for i, dim in enumerate(x.shape) if i not in axes)]


# -- arrays joined, padded, repeated, reversed -------------------------------------------------------------------------


def _concat_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    if not values:
        raise ShapeError("there is nothing to join")
    check_same_dtype(values)
    first, axis = values[0].type, attrs["axis"]
    check_axes((axis,), first.rank)
    shape = list(first.shape)
    for value in values[1:]:
        if value.type.rank != first.rank:
            raise ShapeError(f"{first} and {value.type} have different numbers of axes")
        for i, dim in enumerate(value.type.shape):
            joint = same_dim(shape[i], dim)
            if i != axis and joint is None:
                raise ShapeError(f"axis {i} is {shape[i]} and {dim}; only axis {axis} may differ")
            if joint is not None:
                shape[i] = joint
    lengths = [value.type.shape[axis] for value in values]
    named = [dim for dim in lengths if not isinstance(dim, int)]
    total = sum(dim for dim in lengths if isinstance(dim, int))
    shape[axis] = total if not named else named[0] if len(named) == 1 and total == 0 else UNKNOWN
    return [first.with_shape(shape)]


def _concat_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    known = [elements(value) for value in values]
    joined = tuple(item for items in known if items is not None for item in items)
    return None if None in known or len(joined) > _KNOWN_ELEMENTS else joined


def _pad_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    x, fill = values[0].type, values[2].type
    check_ints(values[1], 2 * x.rank, "the padding")
    if fill != Type(x.dtype, ()):
        raise DTypeError(f"the element to pad with is {dtype_name(x.dtype)}[], not {fill}")
    if attrs["mode"] not in ("constant", "reflect", "edge"):
        raise ShapeError(f"the mode {attrs['mode']!r} is not constant, reflect or edge")
    known = elements(values[1]) or (None,) * (2 * x.rank)
    shape: list[Dim] = []
    for dim, before, after in zip(x.shape, known[: x.rank], known[x.rank :], strict=True):
        for amount in (before, after):
            if isinstance(amount, int) and amount < 0:
                raise ShapeError(f"the padding {amount} is negative")
        if before == after == 0:
            shape.append(dim)
        elif isinstance(dim, int) and isinstance(before, int) and isinstance(after, int):
            if attrs["mode"] == "reflect" and max(before, after) >= dim:
                raise ShapeError(f"{dim} elements can't be reflected over {max(before, after)}")
            shape.append(dim + before + after)
        else:
            shape.append(UNKNOWN)
    return [x.with_shape(shape)]


def _pad(attrs: Attrs, x: Array, pads: Array, fill: Array) -> Array:
    widths = [(int(pads[i]), int(pads[x.ndim + i])) for i in range(x.ndim)]
    if not widths:
        return x
    if attrs["mode"] == "constant":
        return np.pad(x, widths, constant_values=fill)
    return np.pad(x, widths, mode=attrs["mode"])


def _tile_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x = values[0].type
    check_ints(values[1], x.rank, "the repeats")
    shape: list[Dim] = []
    for dim, times in zip(x.shape, elements(values[1]) or (None,) * x.rank, strict=True):
        if isinstance(times, int) and times < 0:
            raise ShapeError(f"an array can't be repeated {times} times")
        if times in (0, 1):
            shape.append(dim if times else 0)
        elif isinstance(dim, int) and isinstance(times, int):
            shape.append(dim * times)
        else:
            shape.append(times if dim == 1 and times is not None else UNKNOWN)
    return [x.with_shape(shape)]


def _reverse_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    check_axes(attrs["axes"], values[0].type.rank)
    return [values[0].type]


def _reverse_sequence_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, lengths = (value.type for value in values)
    check_axes((attrs["seq_axis"], attrs["batch_axis"]), x.rank)
    if lengths.dtype != INT64 or lengths.rank != 1:
        raise DTypeError(f"the lengths are i64[B], not {lengths}")
    if same_dim(lengths.shape[0], x.shape[attrs["batch_axis"]]) is None:
        raise ShapeError(f"{lengths.shape[0]} lengths do not fit {x.shape[attrs['batch_axis']]} rows")
    return [x]


def _reverse_sequence(attrs: Attrs, x: Array, lengths: Array) -> Array:
    moved = np.moveaxis(x, (attrs["seq_axis"], attrs["batch_axis"]), (0, 1))
    steps, rows = np.arange(len(moved))[:, None], np.arange(moved.shape[1])[None]
    ends = np.clip(lengths, 0, len(moved))[None]
    turned = moved[np.where(steps < ends, ends - 1 - steps, steps), rows]
    return np.moveaxis(turned, (0, 1), (attrs["seq_axis"], attrs["batch_axis"]))


# -- arrays from shapes and rules --------------------------------------------------------------------------------------


def _shape_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    return [Type(INT64, (values[0].type.rank,))]


def _shape_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    return values[0].type.shape


def _range_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    dtype = check_same_dtype(values)
    if not is_number(dtype) or any(value.type.rank for value in values):
        raise DTypeError("start, limit and delta are numbers without axes")
    return [Type(dtype, (_range_length(values),))]


def _range_length(values: Sequence[Value]) -> Dim:
    known: list[Any] = []
    for value in values:
        array = constant(value)
        known.append(array.item() if array is not None else (value.content or (None,))[0])
    start, limit, delta = known
    if delta == 0:
        raise ShapeError("a range can't step by 0")
    if start == 0 and delta == 1 and isinstance(limit, str):
        return limit
    if any(item is None or isinstance(item, str) for item in known):
        return UNKNOWN
    count: int = math.ceil((limit - start) / delta)
    return max(0, count)


def _range(attrs: Attrs, start: Array, limit: Array, delta: Array) -> Array:
    count = max(0, math.ceil((limit.item() - start.item()) / delta.item()))
    result: Array = (start + np.arange(count).astype(start.dtype) * delta).astype(start.dtype)
    return result


def _one_hot_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 4)
    ids, depth, on, off = (value.type for value in values)
    if not is_integer(ids.dtype) or depth != Type(INT64, ()):
        raise DTypeError(f"ids are integers and the depth is i64[], not {ids} and {depth}")
    if on.rank or off.rank or on.dtype != off.dtype:
        raise DTypeError(f"the two elements are numbers of one dtype without axes, not {on} and {off}")
    axis = attrs["axis"] if attrs["axis"] != -1 else ids.rank
    check_axes((axis,), ids.rank + 1)
    length = (values[1].content or (None,))[0]
    if isinstance(length, int) and length < 0:
        raise ShapeError(f"the depth can't be {length}")
    shape: Shape = (*ids.shape[:axis], UNKNOWN if length is None else length, *ids.shape[axis:])
    return [Type(on.dtype, shape)]


def _one_hot(attrs: Attrs, ids: Array, depth: Array, on: Array, off: Array) -> Array:
    hot = ids[..., None] == np.arange(int(depth))
    return np.moveaxis(np.where(hot, on, off), -1, attrs["axis"])


add_kind(Kind("reshape", _reshape_type, _reshape, content=_reshape_content))
add_kind(Kind("transpose", _transpose_type, lambda attrs, x: np.transpose(x, attrs["perm"]), content=_same_content))
add_kind(Kind("expand", _expand_type, lambda attrs, x, s: np.broadcast_to(x, s.tolist()), content=_expand_content))
add_kind(Kind("unsqueeze", _unsqueeze_type, _unsqueeze, content=_same_content))
add_kind(Kind("squeeze", _squeeze_type, lambda attrs, x: np.squeeze(x, attrs["axes"]), content=_same_content))
add_kind(
    Kind(
        "concat",
        _concat_type,
        lambda attrs, *arrays: np.concatenate(arrays, axis=attrs["axis"]),
        content=_concat_content,
    )
)
add_kind(Kind("pad", _pad_type, _pad))
add_kind(Kind("tile", _tile_type, lambda attrs, x, reps: np.tile(x, reps.tolist())))
add_kind(Kind("reverse", _reverse_type, lambda attrs, x: np.flip(x, attrs["axes"])))
add_kind(Kind("reverse_sequence", _reverse_sequence_type, _reverse_sequence))
add_kind(Kind("shape", _shape_type, lambda attrs, x: np.array(x.shape, np.int64), content=_shape_content))
add_kind(Kind("range", _range_type, _range))
add_kind(Kind("one_hot", _one_hot_type, _one_hot))
