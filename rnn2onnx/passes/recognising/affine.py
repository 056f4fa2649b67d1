"""Values of a recurrence as affine forms: sums of rows times fixed matrices, plus a fixed vector.

A form looks through everything that is affine in the last axis, inside the body and before it, down to its sources:
states, whole sequences outside the loop, and values that are not affine in anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np

from rnn2onnx.ir import Array, Op, Value, constant
from rnn2onnx.ir.types import is_float


@dataclass(frozen=True, eq=False)
class Form:
    """``sum(source @ matrix) + bias``.

    Attributes:
        terms: A matrix [width of the source, width] for each source.
        bias: [width].
    """

    terms: Mapping[Value, Array]
    bias: Array

    @property
    def width(self) -> int:
        """The length of the last axis."""
        return len(self.bias)

    @cached_property
    def key(self) -> Any:
        """Equal where forms are equal; short, and with an order, however large the matrices are."""
        terms = sorted((id(source), _digest(matrix)) for source, matrix in self.terms.items() if matrix.any())
        return tuple(terms), _digest(self.bias)

    def times(self, matrix: Array) -> Form:
        """The form after multiplication by a matrix [width, n]."""
        return Form({source: m @ matrix for source, m in self.terms.items()}, self.bias @ matrix)

    def scaled(self, factor: Array) -> Form:
        """The form times a number or a vector [width]."""
        return Form({source: m * factor for source, m in self.terms.items()}, self.bias * factor)

    def columns(self, start: int, end: int) -> Form:
        """Some of the columns."""
        return Form({source: m[:, start:end] for source, m in self.terms.items()}, self.bias[start:end])

    def plus(self, other: Form) -> Form:
        """The sum of two forms of one width."""
        terms = dict(self.terms)
        for source, matrix in other.terms.items():
            terms[source] = terms[source] + matrix if source in terms else matrix
        return Form(terms, self.bias + other.bias)


def _digest(array: Array) -> bytes:
    """The same for equal numbers, -0 and 0 among them."""
    return blake2b(np.ascontiguousarray(array + 0.0).tobytes(), digest_size=16).digest()


def source_form(value: Value, width: int) -> Form:
    """The form that is a source itself."""
    return Form({value: np.eye(width)}, np.zeros(width))


class Forms:
    """Finds the forms of values.

    Args:
        outer: The sequence outside that each step parameter of the body walks.
    """

    def __init__(self, outer: Mapping[Value, Value]) -> None:
        self.outer = outer
        self._bodies = {param.block for param in outer}
        self._known: dict[Value, Form | None] = {}

    def form(self, value: Value) -> Form | None:
        """The form of a value; None if its last axis is unknown or it is no float."""
        if value not in self._known:
            self._known[value] = self._find(value)
        return self._known[value]

    def _find(self, value: Value) -> Form | None:
        if value in self.outer:
            return self.form(self.outer[value])
        array = constant(value)
        if array is not None:
            flat = array.reshape(-1)
            if not is_float(array.dtype) or flat.size != (array.shape[-1] if array.ndim else 1):
                return None
            return Form({}, flat.astype(np.float64))
        if not value.type.rank or not isinstance(value.type.shape[-1], int) or not is_float(value.type.dtype):
            return None
        found = self._of_op(value.op) if value.op is not None else None
        return found if found is not None else source_form(value, value.type.shape[-1])

    def _read(self, value: Value) -> Form | None:
        """The form of what a product reads: a sequence outside as it is, where its sources have more columns."""
        form = self.form(value)
        outer = self.outer.get(value, value)
        if form is None or outer.block in self._bodies:
            return form
        columns = sum(len(matrix) for matrix in form.terms.values())
        return form if columns <= form.width else source_form(outer, form.width)

    def _of_op(self, op: Op) -> Form | None:
        rule = getattr(self, f"_{op.kind.name}", None)
        return None if rule is None else rule(op)

    def _pair(self, op: Op) -> tuple[Form, Form] | None:
        a, b = self.form(op.operands[0]), self.form(op.operands[1])
        if a is None or b is None:
            return None
        width = max(a.width, b.width)
        wide = [_widened(form, width) for form in (a, b)]
        return None if wide[0] is None or wide[1] is None else (wide[0], wide[1])

    def _identity(self, op: Op) -> Form | None:
        return self.form(op.operands[0])

    def _neg(self, op: Op) -> Form | None:
        x = self.form(op.operands[0])
        return None if x is None else x.scaled(np.array(-1.0))

    def _add(self, op: Op) -> Form | None:
        pair = self._pair(op)
        return None if pair is None else pair[0].plus(pair[1])

    def _sub(self, op: Op) -> Form | None:
        pair = self._pair(op)
        return None if pair is None else pair[0].plus(pair[1].scaled(np.array(-1.0)))

    def _mul(self, op: Op) -> Form | None:
        pair = self._pair(op)
        if pair is None:
            return None
        for form, factor in (pair, pair[::-1]):
            if not factor.terms:
                return form.scaled(factor.bias)
        return None

    def _div(self, op: Op) -> Form | None:
        pair = self._pair(op)
        if pair is None or pair[1].terms or not pair[1].bias.all():
            return None
        return pair[0].scaled(1 / pair[1].bias)

    def _matmul(self, op: Op) -> Form | None:
        matrix, x = constant(op.operands[1]), self._read(op.operands[0])
        if matrix is None or matrix.ndim != 2 or x is None or len(matrix) != x.width:
            return None
        return x.times(matrix.astype(np.float64))

    def _concat(self, op: Op) -> Form | None:
        if op.attrs["axis"] != op.results[0].type.rank - 1:
            return None
        forms = [self._read(value) for value in op.operands]
        width = sum(form.width for form in forms if form is not None)
        joint, start = Form({}, np.zeros(width)), 0
        for form in forms:
            if form is None:
                return None
            place = np.zeros((form.width, width))
            place[:, start : start + form.width] = np.eye(form.width)
            joint, start = joint.plus(form.times(place)), start + form.width
        return joint

    def _tile(self, op: Op) -> Form | None:
        times, x = constant(op.operands[1]), self.form(op.operands[0])
        if times is None or x is None or np.any(times[:-1] != 1) or times[-1] < 1:
            return None
        return x.times(np.tile(np.eye(x.width), (1, int(times[-1]))))

    def _slice(self, op: Op) -> Form | None:
        bounds = columns_of(op)
        x = self.form(op.operands[0])
        return None if bounds is None or x is None else x.columns(*bounds)


def columns_of(op: Op) -> tuple[int, int] | None:
    """The columns that a slice takes from the last axis; None if it does anything else."""
    x = op.operands[0].type
    starts, ends = constant(op.operands[1]), constant(op.operands[2])
    if starts is None or ends is None or op.attrs["axes"] != (x.rank - 1,) or op.attrs["steps"] != (1,):
        return None
    width = x.shape[-1]
    if not isinstance(width, int):
        return None
    start, end, _ = slice(int(starts[0]), int(ends[0])).indices(width)
    return start, end


def _widened(form: Form, width: int) -> Form | None:
    if form.width == width:
        return form
    if form.width != 1:
        return None
    return form.times(np.ones((1, width)))
