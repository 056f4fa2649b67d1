"""The ONNX forms of the elementwise kinds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.ir.graph import Op, constant
from rnn2onnx.ir.types import DType, is_float

BOOL: DType = np.dtype(bool)
V = onnx_ir.Value


def plain(op_type: str) -> Row:
    """One node with the kind's own attributes, the result of the operands' dtype."""

    def row(e: Emission, op: Op, *args: V) -> V:
        return e.carried(op_type, args, op.operands[0].type.dtype, **op.attrs)

    return row


def _test(op_type: str) -> Row:
    def row(e: Emission, op: Op, *args: V) -> V:
        return e.tested(op_type, args, op.operands[0].type.dtype)

    return row


# -- float64 forms of functions that onnxruntime has in float32 only ---------------------------------------------------


class Doubles:
    """Formulas of functions in arithmetic that has float64 kernels.

    asin, acos, atan, asinh, acosh, atanh and erf have no such formula and go through float32.
    """

    def __init__(self, e: Emission) -> None:
        self.e = e

    def n(self, number: float) -> V:
        """A float64 constant."""
        return self.e.scalar(number, np.dtype(np.float64))

    def tan(self, x: V) -> V:
        """Sine over cosine."""
        return self.e.op("Div", self.e.op("Sin", x), self.e.op("Cos", x))

    def _halves(self, x: V, op_type: str) -> V:
        up, down = self.e.op("Exp", x), self.e.op("Exp", self.e.op("Neg", x))
        return self.e.op("Mul", self.e.op(op_type, up, down), self.n(0.5))

    def sinh(self, x: V) -> V:
        """Half of exp(x) - exp(-x)."""
        return self._halves(x, "Sub")

    def cosh(self, x: V) -> V:
        """Half of exp(x) + exp(-x)."""
        return self._halves(x, "Add")

    def softplus(self, x: V) -> V:
        """The larger of x and 0, plus log(1 + exp(-abs(x))): it never overflows."""
        small = self.e.op("Exp", self.e.op("Neg", self.e.op("Abs", x)))
        return self.e.op("Add", self.e.op("Relu", x), self.e.op("Log", self.e.op("Add", small, self.n(1))))

    def softsign(self, x: V) -> V:
        """The quotient of x and 1 + abs(x)."""
        return self.e.op("Div", x, self.e.op("Add", self.e.op("Abs", x), self.n(1)))

    def elu(self, x: V, alpha: float = 1.0) -> V:
        """Above 0 x itself, below it alpha * (exp(x) - 1)."""
        low = self.e.op("Sub", self.e.op("Exp", self.e.op("Min", x, self.n(0))), self.n(1))
        return self.e.op("Where", self.e.op("Greater", x, self.n(0)), x, self.e.op("Mul", low, self.n(alpha)))

    def selu(self, x: V) -> V:
        """A scaled elu."""
        return self.e.op("Mul", self.elu(x, 1.6732632423543772), self.n(1.0507009873554805))

    def leaky_relu(self, x: V, alpha: float) -> V:
        """Above 0 x itself, below it alpha * x."""
        return self.e.op("Where", self.e.op("GreaterOrEqual", x, self.n(0)), x, self.e.op("Mul", x, self.n(alpha)))

    def hard_sigmoid(self, x: V, alpha: float, beta: float) -> V:
        """The line alpha * x + beta, kept in 0 to 1."""
        line = self.e.op("Add", self.e.op("Mul", x, self.n(alpha)), self.n(beta))
        return self.e.op("Min", self.e.op("Max", line, self.n(0)), self.n(1))


def _single(op_type: str, double: Callable[..., V] | None = None) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        if double is not None and op.operands[0].type.dtype == np.float64:
            return double(Doubles(e), x, **op.attrs)
        return e.carried(op_type, [x], op.operands[0].type.dtype, **op.attrs)

    return row


# -- numbers -----------------------------------------------------------------------------------------------------------


def _cast(e: Emission, op: Op, x: V) -> V:
    return e.cast(x, op.operands[0].type.dtype, op.attrs["dtype"])


def _harmless(op: Op) -> bool:
    """Whether the divisor is known to be neither 0 nor -1: for the one a division fails, for the other it may trap."""
    divisor = constant(op.operands[1])
    return divisor is not None and not ((divisor == 0) | (divisor == -1)).any()


def _special(e: Emission, b: V, dtype: DType) -> V:
    zero = e.tested("Equal", [b, e.scalar(0, dtype)], dtype)
    if dtype.kind == "u":
        return zero
    return e.op("Or", zero, e.tested("Equal", [b, e.scalar(-1, dtype)], dtype))


def _divided(e: Emission, op: Op, a: V, b: V) -> V:
    """The quotient of integers rounded to zero; by 0 it is 0."""
    dtype = op.operands[0].type.dtype
    if _harmless(op):
        return e.carried("Div", [a, b], dtype)
    special = _special(e, b, dtype)
    quotient = e.carried("Div", [a, _where(e, special, e.scalar(1, dtype), b, dtype)], dtype)
    # a * b is both -a for b = -1 and 0 for b = 0.
    return _where(e, special, e.carried("Mul", [a, b], dtype), quotient, dtype)


def _trunc_mod(e: Emission, op: Op, a: V, b: V) -> V:
    dtype = op.operands[0].type.dtype
    rest = e.carried("Sub", [a, e.carried("Mul", [_divided(e, op, a, b), b], dtype)], dtype)
    return rest if _harmless(op) else _where(e, _special(e, b, dtype), e.scalar(0, dtype), rest, dtype)


def _floor_div(e: Emission, op: Op, a: V, b: V) -> V:
    dtype = op.operands[0].type.dtype
    if is_float(dtype):
        return e.carried("Floor", [e.carried("Div", [a, b], dtype)], dtype)
    quotient = _divided(e, op, a, b)
    if dtype.kind == "u":
        return quotient
    zero = e.scalar(0, dtype)
    rest = e.carried("Sub", [a, e.carried("Mul", [quotient, b], dtype)], dtype)
    divisor = constant(op.operands[1])
    if divisor is not None and (divisor > 0).all():
        below = e.tested("Less", [rest, zero], dtype)
    else:
        signs = e.op("Xor", e.tested("Less", [rest, zero], dtype), e.tested("Less", [b, zero], dtype))
        below = e.op("And", signs, e.op("Not", e.tested("Equal", [rest, zero], dtype)))
        if not _harmless(op):
            below = e.op("And", below, e.op("Not", _special(e, b, dtype)))
    return e.carried("Sub", [quotient, e.cast(below, BOOL, dtype)], dtype)


def _floor_mod(e: Emission, op: Op, a: V, b: V) -> V:
    dtype = op.operands[0].type.dtype
    if not is_float(dtype):
        divisor = b if _harmless(op) else _where(e, _special(e, b, dtype), e.scalar(1, dtype), b, dtype)
        return e.carried("Mod", [a, divisor], dtype)
    zero = e.scalar(0, dtype)
    rest = e.carried("Mod", [a, b], dtype, fmod=1)
    signs = e.op("Xor", e.tested("Less", [rest, zero], dtype), e.tested("Less", [b, zero], dtype))
    wrong = e.op("And", signs, e.op("Not", e.tested("Equal", [rest, zero], dtype)))
    return _where(e, wrong, e.carried("Add", [rest, b], dtype), rest, dtype)


def _pow(e: Emission, op: Op, a: V, b: V) -> V:
    dtype = op.operands[0].type.dtype
    exponent = constant(op.operands[1])
    if is_float(dtype) or dtype.kind == "u" or (exponent is not None and (exponent >= 0).all()):
        return e.carried("Pow", [a, b], dtype)
    zero, one = e.scalar(0, dtype), e.scalar(1, dtype)
    negative = e.tested("Less", [b, zero], dtype)
    power = e.carried("Pow", [a, _where(e, negative, zero, b, dtype)], dtype)
    even = e.tested("Equal", [e.carried("Mod", [b, e.scalar(2, dtype)], dtype), zero], dtype)
    unit = e.tested("Equal", [e.carried("Abs", [a], dtype), one], dtype)
    low = _where(e, unit, _where(e, even, one, a, dtype), zero, dtype)
    return _where(e, negative, low, power, dtype)


def _where(e: Emission, condition: V, a: V, b: V, dtype: DType) -> V:
    """A choice of elements of ``dtype``."""
    through = carrier("Where", dtype)
    return e.cast(e.op("Where", condition, e.cast(a, dtype, through), e.cast(b, dtype, through)), through, dtype)


def _where_row(e: Emission, op: Op, condition: V, a: V, b: V) -> V:
    return _where(e, condition, a, b, op.operands[1].type.dtype)


def _chosen(op_type: str, test: str) -> Row:
    """The lesser or greater of two: by comparing and choosing where the operator itself is wrong or missing."""

    def row(e: Emission, op: Op, a: V, b: V) -> V:
        dtype = op.operands[0].type.dtype
        if dtype != np.int64:
            return e.carried(op_type, [a, b], dtype)
        return e.op("Where", e.op(test, a, b), a, b)

    return row


def _clip(e: Emission, op: Op, x: V, low: V, high: V) -> V:
    if op.operands[0].type.dtype != np.int64:
        return e.carried("Clip", [x, low, high], op.operands[0].type.dtype)
    least = e.op("Where", e.op("Greater", x, low), x, low)
    return e.op("Where", e.op("Less", least, high), least, high)


_PLAIN = {
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "reciprocal": "Reciprocal",
    "sin": "Sin",
    "cos": "Cos",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "floor": "Floor",
    "ceil": "Ceil",
    "round": "Round",
    "neg": "Neg",
    "abs": "Abs",
    "sign": "Sign",
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "and": "And",
    "or": "Or",
    "xor": "Xor",
    "not": "Not",
}
_TESTS = {
    "isnan": "IsNaN",
    "isinf": "IsInf",
    "equal": "Equal",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
}

ROWS: dict[str, Row] = {
    **{kind: plain(op_type) for kind, op_type in _PLAIN.items()},
    **{kind: _test(op_type) for kind, op_type in _TESTS.items()},
    "tan": _single("Tan", Doubles.tan),
    "asin": _single("Asin"),
    "acos": _single("Acos"),
    "atan": _single("Atan"),
    "sinh": _single("Sinh", Doubles.sinh),
    "cosh": _single("Cosh", Doubles.cosh),
    "asinh": _single("Asinh"),
    "acosh": _single("Acosh"),
    "atanh": _single("Atanh"),
    "erf": _single("Erf"),
    "softplus": _single("Softplus", Doubles.softplus),
    "softsign": _single("Softsign", Doubles.softsign),
    "selu": _single("Selu", Doubles.selu),
    "elu": _single("Elu", Doubles.elu),
    "leaky_relu": _single("LeakyRelu", Doubles.leaky_relu),
    "hard_sigmoid": _single("HardSigmoid", Doubles.hard_sigmoid),
    "minimum": _chosen("Min", "Less"),
    "maximum": _chosen("Max", "Greater"),
    "identity": lambda e, op, x: x,
    "cast": _cast,
    "pow": _pow,
    "floor_mod": _floor_mod,
    "floor_div": _floor_div,
    "trunc_mod": _trunc_mod,
    "trunc_div": _divided,
    "where": _where_row,
    "clip": _clip,
}
