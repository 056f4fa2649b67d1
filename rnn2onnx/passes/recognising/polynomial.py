"""Values of a body as polynomials: sums of products of activations of affine forms.

Two bodies that compute the same gates have the same polynomial however they write it: ``u*h + (1-u)*c`` and
``c + u*(h-c)`` are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from rnn2onnx.ir import Array, Op, Value, constant
from rnn2onnx.ir.kinds.native import Activation
from rnn2onnx.passes.recognising.affine import Form, Forms, columns_of

LINEAR: Activation = ("Affine", 1.0, 0.0)

_ACTIVATIONS: dict[str, tuple[str, str, str]] = {
    "tanh": ("Tanh", "", ""),
    "sigmoid": ("Sigmoid", "", ""),
    "relu": ("Relu", "", ""),
    "softsign": ("Softsign", "", ""),
    "softplus": ("Softplus", "", ""),
    "elu": ("Elu", "alpha", ""),
    "leaky_relu": ("LeakyRelu", "alpha", ""),
    "hard_sigmoid": ("HardSigmoid", "alpha", "beta"),
}


@dataclass(frozen=True, eq=False)
class Atom:
    """An activation of a form; ``LINEAR`` for the form itself."""

    activation: Activation
    form: Form

    @cached_property
    def key(self) -> Any:
        """Equal where atoms are equal."""
        return self.activation, self.form.key

    def columns(self, start: int, end: int) -> Atom:
        """Some of the columns."""
        return Atom(self.activation, self.form.columns(start, end))

    def widened(self, width: int) -> Atom:
        """The atom repeated to ``width`` columns if it has one."""
        return self if self.form.width != 1 else Atom(self.activation, self.form.times(np.ones((1, width))))


@dataclass(frozen=True, eq=False)
class Polynomial:
    """Products of atoms with the numbers (or vectors) they are multiplied by; the key of a product sorts its atoms."""

    products: Mapping[Any, tuple[tuple[Atom, ...], Array]]

    @staticmethod
    def of(atoms: tuple[Atom, ...], factor: Array) -> Polynomial:
        """One product."""
        return Polynomial({_key(atoms): (atoms, factor)})

    def plus(self, other: Polynomial) -> Polynomial:
        """The sum; products that cancel are gone."""
        out = dict(self.products)
        for key, (atoms, factor) in other.products.items():
            total = out[key][1] + factor if key in out else factor
            if np.any(total):
                out[key] = (atoms, total)
            else:
                out.pop(key, None)
        return Polynomial(out)

    def times(self, other: Polynomial) -> Polynomial:
        """The product, multiplied out."""
        out = Polynomial({})
        for left, a in self.products.values():
            for right, b in other.products.values():
                out = out.plus(Polynomial.of((*left, *right), a * b))
        return out

    def scaled(self, factor: Array) -> Polynomial:
        """Every product times a number or vector."""
        return Polynomial({key: (atoms, f * factor) for key, (atoms, f) in self.products.items()})

    def columns(self, start: int, end: int) -> Polynomial:
        """Some of the columns."""
        out = Polynomial({})
        for atoms, factor in self.products.values():
            part = factor[start:end] if factor.ndim else factor
            out = out.plus(Polynomial.of(tuple(atom.columns(start, end) for atom in atoms), part))
        return out

    def widened(self, width: int) -> Polynomial:
        """The same where single columns are repeated to ``width``, as broadcasting does."""
        out = Polynomial({})
        for atoms, factor in self.products.values():
            out = out.plus(Polynomial.of(tuple(atom.widened(width) for atom in atoms), factor))
        return out

    def terms(self) -> list[tuple[tuple[Atom, ...], Array]]:
        """The products."""
        return list(self.products.values())


def _key(atoms: tuple[Atom, ...]) -> Any:
    return tuple(sorted(atom.key for atom in atoms))


class Sources(Protocol):
    """A set of values, as far as it is asked."""

    def __contains__(self, value: Value, /) -> bool:
        """Whether a value is in it."""


class NotPolynomialError(Exception):
    """A value is not made of sums, products and activations; ``op`` is what stands in the way."""

    def __init__(self, op: Op | None, value: Value) -> None:
        super().__init__(str(value))
        self.op, self.value = op, value

    @property
    def reason(self) -> str:
        """What stands in the way, in words."""
        if self.op is None:
            return f"it uses {self.value.type} as it is"
        return f"its body has {self.op.kind.name}, which the native operators don't compute"


class Polynomials:
    """Finds the polynomials of values.

    Args:
        forms: The forms of the values.
        linear: The sources that a form may have and still be one atom: states and sequences, nothing made of them.
    """

    def __init__(self, forms: Forms, linear: Sources) -> None:
        self.forms, self.linear = forms, linear
        self._known: dict[Value, Polynomial] = {}

    def of(self, value: Value) -> Polynomial:
        """The polynomial of a value; NotPolynomialError if it has none."""
        if value not in self._known:
            self._known[value] = self._find(value)
        return self._known[value]

    def is_linear(self, form: Form) -> bool:
        """Whether a form has nothing but states and sequences in it."""
        return all(source in self.linear for source in form.terms)

    def _find(self, value: Value) -> Polynomial:
        array = constant(value)
        if array is not None and array.size == (array.shape[-1] if array.ndim else 1):
            flat = array.reshape(-1).astype(np.float64)
            return Polynomial.of((), flat[0] if flat.size == 1 else flat)
        form = self.forms.form(value)
        if form is not None and self.is_linear(form):
            return Polynomial.of((Atom(LINEAR, form),), np.array(1.0))
        op = value.op
        if op is None:
            raise NotPolynomialError(op, value)
        return self._of_op(op, value)

    def _of_op(self, op: Op, value: Value) -> Polynomial:
        name, operands = op.kind.name, op.operands
        if name in _ACTIVATIONS:
            form = self.forms.form(operands[0])
            if form is None:
                raise NotPolynomialError(op, value)
            return Polynomial.of((Atom(_activation(op), form),), np.array(1.0))
        if name == "identity":
            return self.of(operands[0])
        if name == "neg":
            return self.of(operands[0]).scaled(np.array(-1.0))
        if name in ("add", "sub", "mul"):
            width = value.type.shape[-1] if value.type.rank else 1
            if not isinstance(width, int):
                raise NotPolynomialError(op, value)
            left, right = (self.of(operand).widened(width) for operand in operands)
            if name == "mul":
                return left.times(right)
            return left.plus(right.scaled(np.array(1.0 if name == "add" else -1.0)))
        if name == "slice" and (bounds := columns_of(op)) is not None:
            return self.of(operands[0]).columns(*bounds)
        raise NotPolynomialError(op, value)


def _activation(op: Op) -> Activation:
    name, alpha, beta = _ACTIVATIONS[op.kind.name]
    return name, float(op.attrs[alpha]) if alpha else 0.0, float(op.attrs[beta]) if beta else 0.0
