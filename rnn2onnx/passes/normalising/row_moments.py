"""What a value computes of one row: sums of products of the row itself, its mean, its variance and its deviation.

``(v - mean) / sqrt(variance + epsilon) * gamma + beta`` has one such sum however it is written: with the factors in
another order, as ``v * inv + (beta - mean * inv)``, with sums in place of means. The mean of the squares less the
square of the mean has none: it is the same in real numbers, but not in floating ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from rnn2onnx.ir import Array, Op, Value, constant
from rnn2onnx.ir.types import is_float

Powers: TypeAlias = "tuple[int, int, int, int]"
"""The exponents of the row, its mean, its variance, and the root of its variance plus epsilon."""
ONE: Powers = (0, 0, 0, 0)
ROW: Powers = (1, 0, 0, 0)
VARIANCE: Powers = (0, 0, 1, 0)
_SQUARES: dict[Powers, float] = {(2, 0, 0, 0): 1.0, (1, 1, 0, 0): -2.0, (0, 2, 0, 0): 1.0}
_MOST_TERMS = 8


@dataclass(frozen=True)
class Moments:
    """A sum of products.

    Attributes:
        terms: What each product is multiplied by: a number, or a vector along the row.
        epsilon: What is added to the variance under the root; None where no root was taken.
        dropped: Whether the row's axis is gone, not 1.
    """

    terms: Mapping[Powers, Array]
    epsilon: float | None = None
    dropped: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether it may differ along the row."""
        return any(powers[0] or factor.ndim for powers, factor in self.terms.items())


class NoMomentsError(Exception):
    """A value is no such sum."""


class MomentsOf:
    """The sums of the values that are computed from one row, filled in operation by operation.

    Args:
        row: Along its last axis, whose length is known.
    """

    def __init__(self, row: Value) -> None:
        self.row = row
        width = row.type.shape[-1]
        assert isinstance(width, int)
        self.width = width
        self.known: dict[Value, Moments] = {row: Moments({ROW: np.array(1.0)})}

    def take(self, op: Op) -> None:
        """Goes through an operation that has one of the known values among its operands."""
        rule = _RULES.get(op.kind.name)
        if rule is None or len(op.results) != 1 or not is_float(op.results[0].type.dtype):
            return
        try:
            found = rule(self, op)
        except NoMomentsError:
            return
        if len(found.terms) <= _MOST_TERMS and op.results[0].type.shape == self._shape(found):
            self.known[op.results[0]] = found

    def _shape(self, found: Moments) -> tuple[int | str, ...]:
        rows = self.row.type.shape[:-1]
        if found.dropped:
            return rows
        return (*rows, self.width if found.is_spread else 1)

    # -- rules ------------------------------------------------------------------------------------------------------

    def of(self, value: Value) -> Moments:
        """The sum of an operand: of one that is known, or a constant."""
        if value in self.known:
            return self.known[value]
        array = constant(value)
        if array is None or not is_float(array.dtype) or array.size not in (1, self.width):
            raise NoMomentsError
        if array.size > 1 and array.shape[-1] != self.width:
            raise NoMomentsError
        flat = array.astype(np.float64).reshape(-1)
        return Moments({ONE: flat if array.size > 1 else flat[0]})

    def _pair(self, op: Op) -> tuple[Moments, Moments]:
        a, b = (self.of(value) for value in op.operands)
        epsilons = {each.epsilon for each in (a, b)} - {None}
        if len(epsilons) > 1:
            raise NoMomentsError
        dropped = a.dropped or b.dropped
        # What has lost the axis meets what has lost it too, or a number.
        if dropped and any(value.type.rank for value in op.operands if not self.of(value).dropped):
            raise NoMomentsError
        epsilon = next(iter(epsilons), None)
        return replace(a, epsilon=epsilon, dropped=dropped), replace(b, epsilon=epsilon, dropped=dropped)

    def _same(self, op: Op) -> Moments:
        return self.of(op.operands[0])

    def _neg(self, op: Op) -> Moments:
        return _scaled(self.of(op.operands[0]), np.array(-1.0))

    def _add(self, op: Op) -> Moments:
        a, b = self._pair(op)
        return _sum(a, b)

    def _sub(self, op: Op) -> Moments:
        a, b = self._pair(op)
        return _sum(a, _scaled(b, np.array(-1.0)))

    def _mul(self, op: Op) -> Moments:
        return _product(*self._pair(op))

    def _div(self, op: Op) -> Moments:
        a, b = self._pair(op)
        return _product(a, _inverse(b))

    def _reciprocal(self, op: Op) -> Moments:
        return _inverse(self.of(op.operands[0]))

    def _pow(self, op: Op) -> Moments:
        exponent, x = constant(op.operands[1]), self.of(op.operands[0])
        if exponent is None or exponent.size != 1 or exponent.ndim > op.operands[0].type.rank:
            raise NoMomentsError
        number = float(exponent.reshape(()))
        if number == 2:
            return _product(x, x)
        if number == 0.5:
            return _root(x)
        if number == -0.5:
            return _inverse(_root(x))
        if number == -1:
            return _inverse(x)
        raise NoMomentsError

    def _sqrt(self, op: Op) -> Moments:
        return _root(self.of(op.operands[0]))

    def _mean(self, op: Op) -> Moments:
        x = self.of(op.operands[0])
        if op.attrs["axes"] != (self.row.type.rank - 1,) or x.dropped:
            raise NoMomentsError
        return replace(_mean_of(x), dropped=not op.attrs["keepdims"])

    def _total(self, op: Op) -> Moments:
        mean = self._mean(op)
        width = op.operands[0].type.shape[-1]
        return _scaled(mean, np.array(float(width))) if isinstance(width, int) else mean

    def _squeeze(self, op: Op) -> Moments:
        return self._with_axis(op, dropped=True)

    def _unsqueeze(self, op: Op) -> Moments:
        return self._with_axis(op, dropped=False)

    def _with_axis(self, op: Op, *, dropped: bool) -> Moments:
        x = self.of(op.operands[0])
        if op.attrs["axes"] != (self.row.type.rank - 1,) or x.dropped == dropped or x.is_spread:
            raise NoMomentsError
        return replace(x, dropped=dropped)

    def _reshape(self, op: Op) -> Moments:
        x = self.of(op.operands[0])
        to, rows = op.results[0].type.shape, self.row.type.shape[:-1]
        if x.is_spread or to not in (rows, (*rows, 1)):
            raise NoMomentsError
        return replace(x, dropped=to == rows)


def _added(terms: Mapping[Powers, Array], more: Mapping[Powers, Array]) -> dict[Powers, Array]:
    out = dict(terms)
    for powers, factor in more.items():
        total = out[powers] + factor if powers in out else factor
        if np.any(total):
            out[powers] = total
        else:
            out.pop(powers, None)
    return out


def _sum(a: Moments, b: Moments) -> Moments:
    return replace(a, terms=_added(a.terms, b.terms))


def _scaled(x: Moments, factor: Array) -> Moments:
    return replace(x, terms={powers: each * factor for powers, each in x.terms.items()})


def _product(a: Moments, b: Moments) -> Moments:
    terms: dict[Powers, Array] = {}
    for p, x in a.terms.items():
        for q, y in b.terms.items():
            powers: Powers = (p[0] + q[0], p[1] + q[1], p[2] + q[2], p[3] + q[3])
            terms = _added(terms, {powers: x * y})
    return replace(a, terms=terms)


def _inverse(x: Moments) -> Moments:
    """1 divided by a product of a number and roots."""
    if len(x.terms) != 1:
        raise NoMomentsError
    ((powers, factor),) = x.terms.items()
    if powers[:3] != (0, 0, 0) or not np.all(factor):
        raise NoMomentsError
    return replace(x, terms={(0, 0, 0, -powers[3]): 1 / factor})


def _root(x: Moments) -> Moments:
    """The root of a positive multiple of the variance plus epsilon."""
    if set(x.terms) - {ONE, VARIANCE} or VARIANCE not in x.terms or x.epsilon is not None:
        raise NoMomentsError
    factor, shift = x.terms[VARIANCE], x.terms.get(ONE, np.array(0.0))
    if factor.ndim or shift.ndim or not factor > 0 or not shift >= 0:
        raise NoMomentsError
    return replace(x, terms={(0, 0, 0, 1): np.sqrt(factor)}, epsilon=float(shift / factor))


def _mean_of(x: Moments) -> Moments:
    """The mean along the row; of squares only where they are those of the row less its mean."""
    if any(factor.ndim for factor in x.terms.values()):
        raise NoMomentsError
    rest = dict(x.terms)
    terms: dict[Powers, Array] = {}
    square = rest.get((2, 0, 0, 0))
    if square is not None:
        for powers, times in _SQUARES.items():
            if not np.isclose(rest.pop(powers, np.array(0.0)), times * square, rtol=1e-12, atol=0):
                raise NoMomentsError
        terms[VARIANCE] = square
    for powers, factor in rest.items():
        if powers[0] > 1:
            raise NoMomentsError
        mean: Powers = (0, powers[1] + powers[0], *powers[2:])
        terms = _added(terms, {mean: factor})
    return replace(x, terms=terms)


_RULES: Mapping[str, Callable[[MomentsOf, Op], Moments]] = {
    "identity": MomentsOf._same,
    "cast": MomentsOf._same,
    "neg": MomentsOf._neg,
    "add": MomentsOf._add,
    "sub": MomentsOf._sub,
    "mul": MomentsOf._mul,
    "div": MomentsOf._div,
    "reciprocal": MomentsOf._reciprocal,
    "sqrt": MomentsOf._sqrt,
    "pow": MomentsOf._pow,
    "reduce_mean": MomentsOf._mean,
    "reduce_sum": MomentsOf._total,
    "squeeze": MomentsOf._squeeze,
    "unsqueeze": MomentsOf._unsqueeze,
    "reshape": MomentsOf._reshape,
}
