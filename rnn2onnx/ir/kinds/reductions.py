"""Words that join the elements along axes: sums, extremes and where they are, running sums, softmax, the k largest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Value
from rnn2onnx.ir.kinds.elementwise import BOOL, check_count, check_dtype, is_number
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, DType, Type, is_float

INT64: DType = np.dtype(np.int64)


def check_axes(axes: Sequence[int], rank: int) -> None:
    """Raises a ShapeError unless the axes are different and each is one of ``rank``."""
    for axis in axes:
        if not 0 <= axis < rank:
            raise ShapeError(f"axis {axis} is not one of the {rank} axes (0 to {rank - 1})")
    if len(set(axes)) != len(axes):
        raise ShapeError(f"the axes {tuple(axes)} name one axis twice")


def lowest(dtype: DType) -> Any:
    """The least value of a dtype: -inf for floats."""
    return -np.inf if is_float(dtype) else np.iinfo(dtype.name).min


def highest(dtype: DType) -> Any:
    """The greatest value of a dtype: inf for floats."""
    return np.inf if is_float(dtype) else np.iinfo(dtype.name).max


def wide(array: Array) -> Array:
    """Half-precision numbers in float32, as engines accumulate them; anything else as it is."""
    return array.astype(np.float32) if is_float(array.dtype) and array.dtype.itemsize == 2 else array


def _reduced(type: Type, axes: Sequence[int], keepdims: bool) -> Type:
    check_axes(axes, type.rank)
    if keepdims:
        return type.with_shape(1 if i in axes else dim for i, dim in enumerate(type.shape))
    return type.with_shape(dim for i, dim in enumerate(type.shape) if i not in axes)


def _reduce_type(test: Callable[[DType], bool]) -> Any:
    def infer(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
        check_count(values, 1)
        check_dtype(values[0], test)
        return [_reduced(values[0].type, attrs["axes"], attrs["keepdims"])]

    return infer


def _reduce_logic_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    if values[0].type.dtype != BOOL:
        raise DTypeError(f"it takes bools, not {values[0].type}; compare with zero first")
    return [_reduced(values[0].type, attrs["axes"], attrs["keepdims"])]


def _along(attrs: Attrs) -> dict[str, Any]:
    return {"axis": attrs["axes"], "keepdims": attrs["keepdims"]}


def _sum(attrs: Attrs, x: Array) -> Array:
    x = wide(x)
    return np.asarray(np.sum(x, dtype=x.dtype, **_along(attrs)))


def _prod(attrs: Attrs, x: Array) -> Array:
    x = wide(x)
    return np.asarray(np.prod(x, dtype=x.dtype, **_along(attrs)))


def _mean(attrs: Attrs, x: Array) -> Array:
    total = _sum(attrs, x)
    count = np.prod([x.shape[axis] for axis in attrs["axes"]], dtype=np.int64)
    return np.asarray(total / total.dtype.type(count))


def _max(attrs: Attrs, x: Array) -> Array:
    return np.asarray(np.max(wide(x), initial=lowest(x.dtype), **_along(attrs)))


def _min(attrs: Attrs, x: Array) -> Array:
    return np.asarray(np.min(wide(x), initial=highest(x.dtype), **_along(attrs)))


def _arg_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    check_dtype(values[0], is_number)
    return [_reduced(values[0].type, (attrs["axis"],), attrs["keepdims"]).with_dtype(INT64)]


def _arg(function: Callable[..., Any]) -> Callable[..., Array]:
    def evaluate(attrs: Attrs, x: Array) -> Array:
        axis = attrs["axis"]
        if x.shape[axis] == 0:
            positions = np.zeros([1 if i == axis else n for i, n in enumerate(x.shape)], np.int64)
        else:
            positions = function(wide(x), axis=axis, keepdims=True)
        return positions if attrs["keepdims"] else np.squeeze(positions, axis)

    return evaluate


def _cumsum_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    check_dtype(values[0], is_number)
    check_axes((attrs["axis"],), values[0].type.rank)
    return [values[0].type]


def _cumsum(attrs: Attrs, x: Array) -> Array:
    axis = attrs["axis"]
    x = wide(x)
    if attrs["reverse"]:
        x = np.flip(x, axis)
    total = np.cumsum(x, axis=axis, dtype=x.dtype)
    if attrs["exclusive"] and x.shape[axis]:
        total = np.delete(np.insert(total, 0, 0, axis), -1, axis)
    return np.flip(total, axis) if attrs["reverse"] else total


def _softmax_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    check_dtype(values[0], is_float)
    check_axes((attrs["axis"],), values[0].type.rank)
    return [values[0].type]


def _shifted(attrs: Attrs, x: Array) -> Array:
    x = wide(x)
    return np.asarray(x - np.max(x, axis=attrs["axis"], keepdims=True, initial=-np.inf))


def _softmax(attrs: Attrs, x: Array) -> Array:
    powers = np.exp(_shifted(attrs, x))
    return np.asarray(powers / np.sum(powers, axis=attrs["axis"], keepdims=True))


def _log_softmax(attrs: Attrs, x: Array) -> Array:
    shifted = _shifted(attrs, x)
    return np.asarray(shifted - np.log(np.sum(np.exp(shifted), axis=attrs["axis"], keepdims=True)))


def _top_k_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    x, k = values
    check_dtype(x, is_number)
    if k.type != Type(INT64, ()):
        raise DTypeError(f"k is i64[], not {k.type}")
    if not x.type.rank:
        raise ShapeError(f"it takes the largest along the last axis, but {x.type} has none")
    length, count = x.type.shape[-1], (k.content or (None,))[0]
    if isinstance(count, int) and isinstance(length, int) and not 0 <= count <= length:
        raise ShapeError(f"{count} elements were asked for, of {length}")
    dim: Dim = UNKNOWN if count is None else count
    shape = (*x.type.shape[:-1], dim)
    return [x.type.with_shape(shape), Type(INT64, shape)]


def _top_k(attrs: Attrs, x: Array, k: Array) -> tuple[Array, Array]:
    backwards = np.argsort(wide(x)[..., ::-1], axis=-1, kind="stable")
    order = (x.shape[-1] - 1 - backwards[..., ::-1])[..., : int(k)].astype(np.int64)
    return np.take_along_axis(x, order, -1), order


add_kind(Kind("reduce_sum", _reduce_type(is_number), _sum))
add_kind(Kind("reduce_mean", _reduce_type(is_float), _mean))
add_kind(Kind("reduce_prod", _reduce_type(is_number), _prod))
add_kind(Kind("reduce_max", _reduce_type(is_number), _max))
add_kind(Kind("reduce_min", _reduce_type(is_number), _min))
add_kind(Kind("reduce_any", _reduce_logic_type, lambda attrs, x: np.any(x, **_along(attrs))))
add_kind(Kind("reduce_all", _reduce_logic_type, lambda attrs, x: np.all(x, **_along(attrs))))
add_kind(Kind("argmax", _arg_type, _arg(np.argmax)))
add_kind(Kind("argmin", _arg_type, _arg(np.argmin)))
add_kind(Kind("cumsum", _cumsum_type, _cumsum))
add_kind(Kind("softmax", _softmax_type, _softmax))
add_kind(Kind("log_softmax", _softmax_type, _log_softmax))
add_kind(Kind("top_k", _top_k_type, _top_k))
