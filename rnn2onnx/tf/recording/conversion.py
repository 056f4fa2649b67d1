"""How Python values become tensors: numbers, arrays, nested lists, shapes."""

from __future__ import annotations

import hashlib
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_float, is_integer
from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.recording.operators import operate
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import Dimension, TensorShape


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Tensor:
    """``value`` as a tensor: a tensor as it is; numbers, arrays, nested lists, shapes as constants.

    Raises:
        ValueError: None was given, or a tensor of another dtype.
        TypeError: The value is of no kind that can be a tensor, or doesn't fit ``dtype``.

    Source: ``tf.convert_to_tensor``.
    """
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if isinstance(value, Tensor):
        if wanted is not None and value.dtype != wanted:
            raise ArgumentError(
                f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {value.dtype.name}: "
                f"{value!r}. Cast it with tf.cast.",
                user_location(),
            )
        return value
    if value is None:
        raise ArgumentError("None values not supported.", user_location())
    as_tensor = getattr(value, "_as_tensor", None)
    if as_tensor is not None:
        return convert_to_tensor(as_tensor(), dtype, name)
    if isinstance(value, Dimension):
        value = _known(value)
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ArgumentError(
                f"Cannot convert a partially known TensorShape {value} to a Tensor. Use tf.shape(x) for "
                f"lengths that are known only at run time.",
                user_location(),
            )
        value = np.array(value.as_list(), numpy_dtype(wanted) if wanted else np.int32)
    if isinstance(value, list | tuple) and _has_tensor(value):
        return _stacked(value, wanted)
    array = _as_array(value, wanted, preferred_dtype or dtype_hint)
    return constant_array(_kept(array) if array is value else array, name)


def _known(dim: Dimension) -> int:
    if dim.value is None:
        raise ArgumentError(
            "Cannot convert an unknown Dimension to a Tensor: ? Use tf.shape(x)[axis] for a length that is "
            "known only at run time.",
            user_location(),
        )
    return int(dim.value)


def constant_array(array: Any, name: str | None = None) -> Tensor:
    """A constant of the default graph."""
    graph = get_default_graph()
    return Tensor(graph.builder.const(array), graph, graph.unique_name(name) if name else None)


_KEPT: WeakKeyDictionary[Graph, dict[Any, Any]] = WeakKeyDictionary()


def _kept(array: Any) -> Any:
    """A copy of a user's array, who may go on writing to it; one copy per graph of equal arrays."""
    copies = _KEPT.setdefault(get_default_graph(), {})
    key = (array.dtype.name, array.shape, hashlib.sha256(array.tobytes()).digest())
    if key not in copies:
        copies[key] = array.copy()
    return copies[key]


def _has_tensor(items: Any) -> bool:
    if isinstance(items, list | tuple):
        return any(_has_tensor(item) for item in items)
    return isinstance(items, Tensor) or hasattr(items, "_as_tensor")


def _stacked(items: Any, dtype: DType | None) -> Tensor:
    def first(item: Any) -> DType | None:
        if isinstance(item, list | tuple):
            return next((found for part in item if (found := first(part)) is not None), None)
        return item.dtype if isinstance(item, Tensor) else None

    common = dtype or first(items)
    stacked: Tensor = operate("stack", [convert_to_tensor(item, common) for item in items])
    return stacked


def _as_array(value: Any, wanted: DType | None, preferred: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
    else:
        plain = _plain(value)
        try:
            array = np.array(plain)
        except ValueError as error:
            raise ArgumentError(
                f"Can't convert non-rectangular Python sequence to Tensor: {error}.", user_location()
            ) from None
        if array.dtype == np.float64 or array.size == 0:
            array = array.astype(np.float32)
        elif array.dtype == np.int64 and np.abs(array).max(initial=0) <= np.iinfo(np.int32).max:
            array = array.astype(np.int32)
    if array.dtype.kind in "OUSc" or (array.dtype.kind == "V" and array.dtype.name != "bfloat16"):
        raise ArgumentTypeError(
            f"Failed to convert {value!r} of class {type(value).__name__} to a tensor of numbers.", user_location()
        )
    if wanted is None and preferred is not None and not isinstance(value, np.ndarray):
        hint = numpy_dtype(preferred)
        if is_float(hint) or array.dtype.kind == hint.kind:
            array = array.astype(hint)
    if wanted is None:
        return array
    target = numpy_dtype(wanted)
    if array.dtype == target:
        return array
    if array.size and is_integer(target) and is_float(array.dtype):
        raise ArgumentTypeError(
            f"Expected {wanted.name}, but got {value!r} of type '{type(value).__name__}'.", user_location()
        )
    if array.size and (array.dtype.kind == "b") != (target.kind == "b"):
        raise ArgumentTypeError(
            f"Expected {wanted.name}, but got {value!r} of type '{type(value).__name__}'.", user_location()
        )
    return array.astype(target)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _known(value) if isinstance(value, Dimension) else value
