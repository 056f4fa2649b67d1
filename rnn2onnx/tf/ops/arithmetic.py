"""Functions of two numbers, applied to each pair of elements, broadcast as numpy does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_float
from rnn2onnx.tf.ops.elementwise import log1p, number
from rnn2onnx.tf.ops.joining import tensors_of
from rnn2onnx.tf.ops.reshaping import identity
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.pairs import binary, pair, true_divide
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree

Binary = Callable[..., Tensor]

__all__ = [
    "accumulate_n",
    "add",
    "add_n",
    "add_v2",
    "atan2",
    "div",
    "div_no_nan",
    "divide",
    "divide_no_nan",
    "equal",
    "floor_div",
    "floordiv",
    "floormod",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "multiply_no_nan",
    "not_equal",
    "polyval",
    "pow",
    "realdiv",
    "reciprocal_no_nan",
    "scalar_mul",
    "squared_difference",
    "subtract",
    "truediv",
    "truncatediv",
    "truncatemod",
    "xdivy",
    "xlog1py",
    "xlogy",
]


def _binary(kind: str, call: str, gives: str) -> Binary:
    """TensorFlow's function for a word of the language that takes two operands."""

    def function(x: Any, y: Any, name: str | None = None) -> Tensor:
        return binary(kind, x, y, name)

    function.__name__ = function.__qualname__ = call
    function.__doc__ = f"{gives}, for each pair of elements. Source: ``tf.{call}``."
    return function


add = _binary("add", "add", "The sum")
add_v2 = _binary("add", "add_v2", "The sum")
subtract = _binary("sub", "subtract", "The difference")
multiply = _binary("mul", "multiply", "The product")
maximum = _binary("maximum", "maximum", "The greater one")
minimum = _binary("minimum", "minimum", "The lesser one")
pow = _binary("pow", "pow", "x to the power of y")
floordiv = _binary("floor_div", "floordiv", "The quotient rounded down")
floor_div = _binary("floor_div", "floor_div", "The quotient rounded down")
floormod = _binary("floor_mod", "floormod", "What the quotient rounded down leaves")
mod = _binary("floor_mod", "mod", "What the quotient rounded down leaves")
truncatediv = _binary("trunc_div", "truncatediv", "The quotient of integers cut off towards 0")
realdiv = _binary("div", "realdiv", "The quotient of floats")
equal = _binary("equal", "equal", "Whether they are equal")
less = _binary("less", "less", "Whether the first is less")
less_equal = _binary("less_equal", "less_equal", "Whether the first is not greater")
greater = _binary("greater", "greater", "Whether the first is greater")
greater_equal = _binary("greater_equal", "greater_equal", "Whether the first is not less")
logical_and = _binary("and", "logical_and", "Whether both are True")
logical_or = _binary("or", "logical_or", "Whether one is True")


def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Whether exactly one is True, for each pair of elements. Source: ``tf.logical_xor``."""
    return binary("xor", x, y, name)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether they differ, for each pair of elements. Source: ``tf.not_equal``."""
    return emit("not", binary("equal", x, y), name=name)


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient as floating point, as Python's ``/``. Source: ``tf.divide``."""
    return true_divide(x, y, name)


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient as floating point, as Python's ``/``. Source: ``tf.truediv``."""
    return true_divide(x, y, name)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient as Python 2's ``/``: rounded down for integers. Source: ``tf.div``."""
    a, b = pair(x, y)
    return binary("div" if is_float(a.recorded.type.dtype) else "floor_div", a, b, name)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """What the quotient cut off towards 0 leaves, with the sign of ``x``. Source: ``tf.truncatemod``."""
    a, b = pair(x, y)
    if not is_float(a.recorded.type.dtype):
        return binary("trunc_mod", a, b, name)
    rest = binary("floor_mod", emit("abs", a), emit("abs", b))
    return emit("where", emit("less", a, number(0, a)), emit("neg", rest), rest, name=name)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The difference times itself, for each pair of elements. Source: ``tf.squared_difference``."""
    gap = binary("sub", x, y)
    return emit("mul", gap, gap, name=name)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient, or 0 where ``y`` is 0. Source: ``tf.div_no_nan``."""
    a, b = pair(x, y)
    none = emit("equal", b, number(0, b))
    quotient = binary("div", a, emit("where", none, number(1, b), b))
    return emit("where", none, number(0, a), quotient, name=name)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product, or 0 where ``y`` is 0, whatever ``x`` is. Source: ``tf.math.multiply_no_nan``."""
    a, b = pair(x, y)
    return emit("where", emit("equal", b, number(0, b)), number(0, a), binary("mul", a, b), name=name)


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X * log(y), or 0 where ``x`` is 0. Source: ``tf.math.xlogy``."""
    a, b = pair(x, y)
    return emit("where", emit("equal", a, number(0, a)), number(0, a), binary("mul", a, emit("log", b)), name=name)


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X / y, or 0 where ``x`` is 0. Source: ``tf.math.xdivy``."""
    a, b = pair(x, y)
    return emit("where", emit("equal", a, number(0, a)), number(0, a), binary("div", a, b), name=name)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle of the point (x, y), between -pi and pi. Source: ``tf.atan2``."""
    up, right = pair(y, x)
    zero, half = number(0, up), number(math.pi / 2, up)
    # The angle is computed from the smaller coordinate over the greater, where the arc tangent is exact.
    steep = binary("greater", emit("abs", up), emit("abs", right))
    small, great = emit("where", steep, right, up), emit("where", steep, up, right)
    ratio = emit("div", small, emit("where", emit("equal", great, zero), number(1, up), great))
    angle = emit("atan", ratio)
    above = emit("where", emit("less", up, zero), emit("neg", half), half)
    turn = emit("where", emit("less", up, zero), number(-math.pi, up), number(math.pi, up))
    flat = emit("where", emit("less", right, zero), emit("add", angle, turn), angle)
    return emit("where", steep, emit("sub", above, angle), flat, name=name)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape. Source: ``tf.add_n``.

    Raises:
        ShapeError: Their shapes differ. DTypeError: their dtypes differ.
    """
    parts = tensors_of(inputs if isinstance(inputs, list | tuple) else [inputs], "'inputs' of 'add_n'")
    total = parts[0]
    for part in parts[1:]:
        agree(parts[0], part)
        total = emit("add", total, part)
    return identity(total, name)


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape. Source: ``tf.accumulate_n``."""
    total = add_n(inputs, name)
    if shape is not None:
        total.set_shape(shape)
    return total


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Tensor:
    """A tensor times a scalar. Source: ``tf.scalar_mul``."""
    tensor = convert_to_tensor(x)
    factor = convert_to_tensor(scalar, tensor.dtype)
    if factor.dims:
        raise ShapeError(f"Only scalar multiply works, got shape {factor.shape}", user_location())
    return emit("mul", factor, tensor, name=name)


divide_no_nan = div_no_nan


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, or 0 where ``x`` is 0. Source: ``tf.math.reciprocal_no_nan``."""
    return div_no_nan(1, convert_to_tensor(x), name)


def xlog1py(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X * log(1 + y), or 0 where ``x`` is 0. Source: ``tf.math.xlog1py``."""
    a, b = pair(x, y)
    return emit("where", emit("equal", a, number(0, a)), number(0, a), binary("mul", a, log1p(b)), name=name)


def polyval(coeffs: Any, x: Any, name: str | None = None) -> Tensor:
    """The value of a polynomial whose highest coefficient comes first. Source: ``tf.math.polyval``."""
    tensor = convert_to_tensor(x)
    total = number(0, tensor)
    for coefficient in coeffs:
        total = binary("add", binary("mul", total, tensor), coefficient)
    return identity(total, name)
