"""Words that work on each element by itself: functions of one number, arithmetic, comparison, logic, choice.

Two operands have one dtype and broadcast as numpy's do. Arithmetic on integers wraps; an integer divided by zero gives
zero, so that every word here is defined for every element.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Content, Kind, Value, constant
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import DType, Type, broadcast_shapes, dtype_name, is_float, is_integer

Infer = Callable[[Sequence[Value], Attrs, Sequence[Block]], "list[Type]"]
Test = Callable[[DType], bool]

BOOL: DType = np.dtype(bool)


def is_number(dtype: DType) -> bool:
    """Whether ``dtype`` holds numbers, real or whole."""
    return is_float(dtype) or is_integer(dtype)


def _is_bool(dtype: DType) -> bool:
    return dtype == BOOL


def _is_any(dtype: DType) -> bool:
    return True


_WORDS: dict[Test, str] = {
    is_float: "floats",
    is_integer: "integers",
    is_number: "numbers",
    _is_bool: "bools",
    _is_any: "anything",
}


def check_count(values: Sequence[Value], count: int) -> None:
    """Raises a ShapeError unless there are ``count`` operands."""
    if len(values) != count:
        raise ShapeError(f"it takes {count} operand{'s' if count > 1 else ''}, not {len(values)}")


def check_dtype(value: Value, test: Test) -> None:
    """Raises a DTypeError unless the dtype of ``value`` passes one of the tests of this file."""
    if not test(value.type.dtype):
        raise DTypeError(f"it takes {_WORDS[test]}, not {dtype_name(value.type.dtype)}; cast the operand first")


def check_same_dtype(values: Sequence[Value]) -> DType:
    """The dtype that all ``values`` have; a DTypeError if they differ."""
    dtypes = {value.type.dtype for value in values}
    if len(dtypes) > 1:
        names = " and ".join(dtype_name(value.type.dtype) for value in values)
        raise DTypeError(f"the dtypes differ: {names}; cast one operand to the other's dtype")
    return values[0].type.dtype


def _unary(test: Test, result: DType | None = None) -> Infer:
    def infer(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
        check_count(values, 1)
        check_dtype(values[0], test)
        return [values[0].type.with_dtype(result or values[0].type.dtype)]

    return infer


def _binary(test: Test, result: DType | None = None) -> Infer:
    def infer(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
        check_count(values, 2)
        dtype = check_same_dtype(values)
        check_dtype(values[0], test)
        return [Type(result or dtype, broadcast_shapes(values[0].type.shape, values[1].type.shape))]

    return infer


def _where_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 3)
    condition, *branches = values
    if condition.type.dtype != BOOL:
        raise DTypeError(f"the condition is bool, not {dtype_name(condition.type.dtype)}")
    dtype = check_same_dtype(branches)
    return [Type(dtype, broadcast_shapes(*(value.type.shape for value in values)))]


def _clip_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    """Of integers: what a limit makes of NaN is for ``minimum`` and ``maximum`` to say."""
    check_count(values, 3)
    check_same_dtype(values)
    check_dtype(values[0], is_integer)
    if any(limit.type.rank for limit in values[1:]):
        raise ShapeError("the limits are numbers, without axes")
    return [values[0].type]


def _cast_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    if values[0].type.dtype.kind == "U" or attrs["dtype"].kind == "U":
        raise DTypeError("strings can't be cast")
    return [values[0].type.with_dtype(attrs["dtype"])]


def _cast_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    array = constant(values[0])
    if array is not None:
        return tuple(int(n) for n in array.astype(attrs["dtype"]).reshape(-1)) if array.size <= 64 else None
    if values[0].content is None:
        return None
    dtype = attrs["dtype"]
    return tuple(int(np.array(d).astype(dtype)) if isinstance(d, int) else d for d in values[0].content)


def _identity_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    return values[0].content


def _sigmoid(attrs: Attrs, x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _softplus(attrs: Attrs, x: Array) -> Array:
    result: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return result


def _elu(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _erf(attrs: Attrs, x: Array) -> Array:
    result: Array = np.asarray(np.frompyfunc(math.erf, 1, 1)(x.astype(np.float64))).astype(x.dtype)
    return result


def _hard_sigmoid(attrs: Attrs, x: Array) -> Array:
    result: Array = np.clip(attrs["alpha"] * x + attrs["beta"], 0, 1)
    return result


def _floor_div(attrs: Attrs, a: Array, b: Array) -> Array:
    # TensorFlow's floor of the rounded quotient; numpy's own // corrects the rounding and differs in the last place.
    return np.floor(a / b) if is_float(a.dtype) else np.asarray(np.floor_divide(a, b))


def _trunc_div(attrs: Attrs, a: Array, b: Array) -> Array:
    rest = np.fmod(a, b)
    return np.asarray(np.floor_divide(a - rest, b))


def _pow(attrs: Attrs, a: Array, b: Array) -> Array:
    if is_float(a.dtype):
        return np.asarray(np.power(a, b))
    # A negative exponent gives the whole part of the true result; numpy refuses it.
    sign = np.where(b % 2 == 0, 1, a)
    result: Array = np.where(b >= 0, np.power(a, np.maximum(b, 0)), np.where(np.abs(a) == 1, sign, 0)).astype(a.dtype)
    return result


def _ignore(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda attrs, *arrays: function(*arrays)


_FLOATS: dict[str, Callable[..., Any]] = {
    "exp": _ignore(np.exp),
    "log": _ignore(np.log),
    "sqrt": _ignore(np.sqrt),
    "reciprocal": lambda attrs, x: 1 / x,
    "sin": _ignore(np.sin),
    "cos": _ignore(np.cos),
    "tan": _ignore(np.tan),
    "asin": _ignore(np.arcsin),
    "acos": _ignore(np.arccos),
    "atan": _ignore(np.arctan),
    "sinh": _ignore(np.sinh),
    "cosh": _ignore(np.cosh),
    "asinh": _ignore(np.arcsinh),
    "acosh": _ignore(np.arccosh),
    "atanh": _ignore(np.arctanh),
    "tanh": _ignore(np.tanh),
    "sigmoid": _sigmoid,
    "relu": lambda attrs, x: np.maximum(x, 0),
    "softplus": _softplus,
    "softsign": lambda attrs, x: x / (1 + np.abs(x)),
    "selu": lambda attrs, x: 1.0507009873554805 * _elu(x, 1.6732632423543772),
    "erf": _erf,
    "elu": lambda attrs, x: _elu(x, attrs["alpha"]),
    "leaky_relu": lambda attrs, x: np.where(x >= 0, x, attrs["alpha"] * x),
    "hard_sigmoid": _hard_sigmoid,
    "floor": _ignore(np.floor),
    "ceil": _ignore(np.ceil),
    "round": _ignore(np.rint),
}

_NUMBERS: dict[str, Callable[..., Any]] = {
    "neg": _ignore(np.negative),
    "abs": _ignore(np.abs),
    "sign": _ignore(np.sign),
}

_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": _ignore(np.add),
    "sub": _ignore(np.subtract),
    "mul": _ignore(np.multiply),
    "pow": _pow,
    "minimum": _ignore(np.minimum),
    "maximum": _ignore(np.maximum),
    "floor_mod": _ignore(np.mod),
    "floor_div": _floor_div,
}

_ORDER: dict[str, Callable[..., Any]] = {
    "less": _ignore(np.less),
    "less_equal": _ignore(np.less_equal),
    "greater": _ignore(np.greater),
    "greater_equal": _ignore(np.greater_equal),
}

_LOGIC: dict[str, Callable[..., Any]] = {
    "and": _ignore(np.logical_and),
    "or": _ignore(np.logical_or),
    "xor": _ignore(np.logical_xor),
}


def _add(name: str, infer: Infer, evaluate: Callable[..., Any], content: Any = None) -> None:
    add_kind(Kind(name, infer, evaluate, content=content, elementwise=True))


for _name, _function in _FLOATS.items():
    _add(_name, _unary(is_float), _function)
for _name, _function in _NUMBERS.items():
    _add(_name, _unary(is_number), _function)
for _name, _function in _ARITHMETIC.items():
    _add(_name, _binary(is_number), _function)
for _name, _function in _ORDER.items():
    _add(_name, _binary(is_number, BOOL), _function)
for _name, _function in _LOGIC.items():
    _add(_name, _binary(_is_bool), _function)

_add("identity", _unary(_is_any), lambda attrs, x: x, _identity_content)
_add("not", _unary(_is_bool), _ignore(np.logical_not))
_add("isnan", _unary(is_float, BOOL), _ignore(np.isnan))
_add("isinf", _unary(is_float, BOOL), _ignore(np.isinf))
_add("cast", _cast_type, lambda attrs, x: x.astype(attrs["dtype"]), _cast_content)
_add("div", _binary(is_float), _ignore(np.divide))
_add("trunc_mod", _binary(is_integer), _ignore(np.fmod))
_add("trunc_div", _binary(is_integer), _trunc_div)
_add("equal", _binary(_is_any, BOOL), _ignore(np.equal))
_add("where", _where_type, _ignore(np.where))
_add("clip", _clip_type, lambda attrs, x, low, high: np.minimum(np.maximum(x, low), high))
