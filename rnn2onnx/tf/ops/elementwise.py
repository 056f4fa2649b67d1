"""Functions of one number, applied to each element; and casts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx.ir.types import is_float, is_integer
from rnn2onnx.tf.dtypes import float32, float64, int32, int64
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import dtype_of, element_dtype

Unary = Callable[..., Tensor]

__all__ = [
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cast",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "is_finite",
    "is_inf",
    "is_nan",
    "log",
    "log1p",
    "log_sigmoid",
    "logical_not",
    "negative",
    "reciprocal",
    "rint",
    "round",
    "rsqrt",
    "saturate_cast",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "to_bfloat16",
    "to_double",
    "to_float",
    "to_int32",
    "to_int64",
]


def _unary(kind: str, call: str, gives: str) -> Unary:
    """TensorFlow's function for a word of the language that takes one operand."""

    def function(x: Any, name: str | None = None) -> Tensor:
        return emit(kind, convert_to_tensor(x), name=name)

    function.__name__ = function.__qualname__ = call
    function.__doc__ = f"{gives}, for each element. Source: ``tf.{call}``."
    return function


abs = _unary("abs", "abs", "The absolute value")
negative = _unary("neg", "negative", "The number with the other sign")
sign = _unary("sign", "sign", "-1, 0 or 1 by the sign")
exp = _unary("exp", "exp", "e to the power of it")
log = _unary("log", "log", "The natural logarithm")
sqrt = _unary("sqrt", "sqrt", "The square root")
reciprocal = _unary("reciprocal", "reciprocal", "1 divided by it")
sigmoid = _unary("sigmoid", "sigmoid", "1 / (1 + exp(-x))")
tanh = _unary("tanh", "tanh", "The hyperbolic tangent")
sin = _unary("sin", "sin", "The sine")
cos = _unary("cos", "cos", "The cosine")
tan = _unary("tan", "tan", "The tangent")
asin = _unary("asin", "asin", "The arc sine")
acos = _unary("acos", "acos", "The arc cosine")
atan = _unary("atan", "atan", "The arc tangent")
sinh = _unary("sinh", "sinh", "The hyperbolic sine")
cosh = _unary("cosh", "cosh", "The hyperbolic cosine")
asinh = _unary("asinh", "asinh", "The inverse hyperbolic sine")
acosh = _unary("acosh", "acosh", "The inverse hyperbolic cosine")
atanh = _unary("atanh", "atanh", "The inverse hyperbolic tangent")
erf = _unary("erf", "erf", "The error function")
floor = _unary("floor", "floor", "The greatest whole number not above it")
ceil = _unary("ceil", "ceil", "The least whole number not below it")
rint = _unary("round", "rint", "The nearest whole number, halves to the even one")
is_nan = _unary("isnan", "is_nan", "Whether it is not a number")
is_inf = _unary("isinf", "is_inf", "Whether it is infinite")
logical_not = _unary("not", "logical_not", "Whether it is False")


def number(value: float, like: Tensor) -> Tensor:
    """A constant scalar in the dtype of a tensor."""
    return convert_to_tensor(np.array(value, like.recorded.type.dtype))


def round(x: Any, name: str | None = None) -> Tensor:
    """The nearest whole number, halves to the even one; integers as they are. Source: ``tf.round``."""
    tensor = convert_to_tensor(x)
    return tensor if is_integer(tensor.recorded.type.dtype) else emit("round", tensor, name=name)


def square(x: Any, name: str | None = None) -> Tensor:
    """Each element times itself. Source: ``tf.square``."""
    tensor = convert_to_tensor(x)
    return emit("mul", tensor, tensor, name=name)


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """1 divided by the square root. Source: ``tf.rsqrt``."""
    return emit("reciprocal", emit("sqrt", convert_to_tensor(x)), name=name)


def expm1(x: Any, name: str | None = None) -> Tensor:
    """exp(x) - 1, exact near 0 too. Source: ``tf.expm1``."""
    tensor = convert_to_tensor(x)
    half = emit("tanh", emit("mul", tensor, number(0.5, tensor)))
    return emit("mul", half, emit("add", emit("exp", tensor), number(1, tensor)), name=name)


def log1p(x: Any, name: str | None = None) -> Tensor:
    """log(1 + x), exact near 0 too. Source: ``tf.log1p``."""
    tensor = convert_to_tensor(x)
    one, zero = number(1, tensor), number(0, tensor)
    # Adding 1 rounds x to ``kept``; the logarithm is corrected by the ratio of the two (infinity has none).
    total = emit("add", one, tensor)
    kept = emit("sub", total, one)
    ratio = emit("where", emit("equal", kept, tensor), one, emit("div", tensor, kept))
    return emit("where", emit("equal", kept, zero), tensor, emit("mul", emit("log", total), ratio), name=name)


def erfc(x: Any, name: str | None = None) -> Tensor:
    """1 - erf(x). Source: ``tf.erfc``."""
    tensor = convert_to_tensor(x)
    return emit("sub", number(1, tensor), emit("erf", tensor), name=name)


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(sigmoid(x)) without overflow. Source: ``tf.log_sigmoid``."""
    return emit("neg", emit("softplus", emit("neg", convert_to_tensor(x))), name=name)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """Whether it is a number and not infinite. Source: ``tf.is_finite``."""
    tensor = convert_to_tensor(x)
    return emit("not", emit("or", emit("isnan", tensor), emit("isinf", tensor)), name=name)


@operator("cast")
def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """The elements in another dtype: floats cut off towards 0 for integers, not 0 for bool. Source: ``tf.cast``."""
    tensor, kind = convert_to_tensor(x), element_dtype(dtype)
    return tensor if tensor.recorded.type.dtype == kind else emit("cast", tensor, name=name, dtype=kind)


@operator("saturate_cast")
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """The elements in another dtype, those outside its range at its limits. Source: ``tf.saturate_cast``."""
    tensor, kind = convert_to_tensor(value), dtype_of(dtype)
    source = tensor.dtype
    if source.min < kind.min:
        tensor = emit("maximum", tensor, _limit(kind.min, tensor))
    if source.max > kind.max:
        tensor = emit("minimum", tensor, _limit(kind.max, tensor))
    return cast(tensor, kind, name)


def _limit(limit: Any, like: Tensor) -> Tensor:
    """A limit in the dtype of a tensor; rounded towards 0, so that it is never outside."""
    kind = like.recorded.type.dtype
    rounded = np.array(limit).astype(kind)
    if is_float(kind) and abs_of(float(rounded)) > abs_of(float(limit)):
        rounded = np.nextafter(rounded, kind.type(0))
    return convert_to_tensor(rounded)


def abs_of(value: float) -> float:
    """The absolute value of a Python number."""
    return max(value, -value)


def to_float(x: Any, name: str = "ToFloat") -> Tensor:
    """The elements as float32. Source: ``tf.to_float``."""
    return cast(x, float32, name)


def to_double(x: Any, name: str = "ToDouble") -> Tensor:
    """The elements as float64. Source: ``tf.to_double``."""
    return cast(x, float64, name)


def to_int32(x: Any, name: str = "ToInt32") -> Tensor:
    """The elements as int32. Source: ``tf.to_int32``."""
    return cast(x, int32, name)


def to_int64(x: Any, name: str = "ToInt64") -> Tensor:
    """The elements as int64. Source: ``tf.to_int64``."""
    return cast(x, int64, name)


def to_bfloat16(x: Any, name: str = "ToBFloat16") -> Tensor:
    """The elements as bfloat16. Source: ``tf.to_bfloat16``."""
    return cast(x, "bfloat16", name)
