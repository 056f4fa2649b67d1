"""Operations of two operands as Python writes them: a number takes the dtype of the tensor beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor, emit


class MixedDTypesError(DTypeError, ArgumentError):
    """Two tensors of different dtypes: a TypeError to TensorFlow's functions, a ValueError to its old operators."""


def pair(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Two operands as tensors of one dtype: a Python number takes the dtype of the tensor beside it.

    Raises:
        MixedDTypesError: Two tensors differ in dtype.
    """
    x, y = (convert_to_tensor(side) if hasattr(side, "_as_tensor") else side for side in (x, y))
    if isinstance(x, Tensor) or not isinstance(y, Tensor):
        a = convert_to_tensor(x)
        if isinstance(y, Tensor) and a.dtype != y.dtype:
            raise MixedDTypesError(
                f"the operands have dtypes {a.dtype.name} and {y.dtype.name}: {a!r} and {y!r}. Cast one with tf.cast.",
                user_location(),
            )
        b = convert_to_tensor(y, a.dtype)
        return a, b
    return convert_to_tensor(x, y.dtype), y


def binary(kind: str, x: Any, y: Any, name: str | None = None) -> Tensor:
    """An elementwise operation of two operands, broadcast as numpy does.

    Raises:
        ValueError: Shapes or dtypes differ. TypeError: a Python value does not fit the tensor's dtype.
    """
    a, b = pair(x, y)
    return _broadcast_checked(lambda: emit(kind, a, b, name=name), kind, a, b)


def _broadcast_checked(record: Callable[[], Tensor], kind: str, a: Tensor, b: Tensor) -> Tensor:
    try:
        return record()
    except ShapeError as error:
        raise ShapeError(
            f"Dimensions must be equal, but are {' and '.join(_unequal(a, b))} for {kind} of shapes {a.shape} "
            f"and {b.shape}.",
            error.location,
        ) from None


def _unequal(a: Tensor, b: Tensor) -> tuple[str, str]:
    for x, y in zip(reversed(a.dims), reversed(b.dims), strict=False):
        if isinstance(x, int) and isinstance(y, int) and x != y and 1 not in (x, y):
            return str(x), str(y)
    return str(a.shape), str(b.shape)


def true_divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Division that gives floating point: int8 and int16 become float32, int32 and int64 float64, as in TensorFlow."""
    a, b = pair(x, y)
    dtype = a.recorded.type.dtype
    if is_integer(dtype):
        wide = np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
        a, b = emit("cast", a, dtype=wide), emit("cast", b, dtype=wide)
    return _broadcast_checked(lambda: emit("div", a, b, name=name), "div", a, b)


for _kind in (
    *("add", "sub", "mul", "floor_div", "floor_mod", "pow"),
    *("less", "less_equal", "greater", "greater_equal", "and", "or", "xor"),
):
    operator(_kind)(partial(binary, _kind))
operator("truediv")(true_divide)
