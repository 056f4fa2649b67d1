"""Runs one operation of a body for all steps at once: time becomes a leading axis of what depends on the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Op, Type, Value, constant
from rnn2onnx.ir.types import Dim

_SHIFTED_AXIS = {"concat", "softmax", "log_softmax", "cumsum", "argmax", "argmin"}
_SHIFTED_AXES = {
    "squeeze",
    "unsqueeze",
    "slice",
    "reduce_sum",
    "reduce_mean",
    "reduce_prod",
    "reduce_max",
    "reduce_min",
}
_SHIFTED_AXES |= {"reduce_any", "reduce_all", "reverse"}


class Steps:
    """Values of a body for all steps at once.

    Attributes:
        time: The length of the walked axis.
        rows: For values that depend on the step: [T, …].
        fixed: For values that don't: themselves, in the outer block.
    """

    def __init__(self, builder: Builder, time: Dim, lengths: Value | None = None) -> None:
        self.builder = builder
        self.time = time
        self.lengths = lengths
        self.rows: dict[Value, Value] = {}
        self.fixed: dict[Value, Value] = {}

    def value(self, value: Value) -> Value:
        """The value for all steps, or the outer value."""
        return self.rows.get(value) or self.fixed.get(value, value)

    def run(self, op: Op) -> bool:
        """Emits ``op`` for all steps in the outer block; False (and nothing emitted) if that can't be done."""
        if op.blocks or op.kind.name == "random":
            return False
        if op.kind.name == "shape" and op.operands[0] in self.rows:
            return self._shape(op)
        if not any(value in self.rows for value in op.operands):
            if not op.kind.total:
                return False
            results = self.builder.emit(
                op.kind,
                [self.value(value) for value in op.operands],
                location=op.location,
                types=[value.type for value in op.results],
                **op.attrs,
            )
            self.fixed.update(zip(op.results, results, strict=True))
            return True
        made = self._vectorised(op)
        if made is None:
            return False
        self.rows.update(zip(op.results, made, strict=True))
        return True

    def _shape(self, op: Op) -> bool:
        """The shape of a value, which is the same in every step."""
        dims = op.operands[0].type.shape
        if any(self.builder.dim_value(dim) is None for dim in dims):
            return False
        parts = [self._vector(dim) for dim in dims]
        self.fixed[op.results[0]] = (
            self.builder.emit("concat", parts, axis=0)[0] if parts else self.builder.const(np.zeros(0, np.int64))
        )
        return True

    def _vectorised(self, op: Op) -> Sequence[Value] | None:
        name = op.kind.name
        if op.kind.elementwise:
            return self._emit(op, self._aligned(op, op.results[0].type.rank), op.attrs)
        if name == "matmul":
            return self._emit(op, self._aligned(op, op.results[0].type.rank), op.attrs)
        if name == "transpose":
            return self._emit(op, self._all(op), {"perm": (0, *(axis + 1 for axis in op.attrs["perm"]))})
        if name == "slice" and not all(value in self.fixed or value not in self.rows for value in op.operands[1:]):
            return None
        if name in _SHIFTED_AXIS:
            return self._shifted(op, {**op.attrs, "axis": _positive(op.attrs["axis"], op) + 1})
        if name in _SHIFTED_AXES:
            return self._shifted(op, {**op.attrs, "axes": tuple(axis + 1 for axis in op.attrs["axes"])})
        if name in ("reshape", "expand"):
            return self._reshaped(op)
        if name == "top_k" and op.operands[1] not in self.rows:
            return self._emit(op, [self.value(value) for value in op.operands], op.attrs)
        if name == "one_hot" and op.attrs["axis"] in (-1, op.operands[0].type.rank):
            if any(value in self.rows for value in op.operands[1:]):
                return None
            return self._emit(op, [self.value(value) for value in op.operands], {"axis": -1})
        if name == "gather":
            return self._gathered(op)
        if name == "layer_norm" and not any(value in self.rows for value in op.operands[1:]):
            return self._emit(op, [self.value(value) for value in op.operands], op.attrs)
        return None

    def _emit(self, op: Op, operands: Sequence[Value], attrs: Mapping[str, Any]) -> Sequence[Value]:
        types = [value.type.with_shape((self.time, *value.type.shape)) for value in op.results]
        return self.builder.emit(op.kind, operands, location=op.location, types=types, **attrs)

    def _shifted(self, op: Op, attrs: Mapping[str, Any]) -> Sequence[Value] | None:
        operands = [self.value(op.operands[0]), *(self.value(value) for value in op.operands[1:])]
        if op.kind.name == "concat":
            operands = self._all(op)
        if op.operands[0] not in self.rows and op.kind.name != "concat":
            return None
        return self._emit(op, operands, attrs)

    def _aligned(self, op: Op, rank: int) -> list[Value]:
        """Operands whose axes behind time line up when they are broadcast as numpy does."""
        out = []
        for value in op.operands:
            outer = self.value(value)
            missing = rank - value.type.rank
            if value in self.rows and missing:
                outer = self.builder.emit("unsqueeze", (outer,), axes=tuple(range(1, 1 + missing)))[0]
            out.append(outer)
        return out

    def _all(self, op: Op) -> list[Value]:
        return [self.every(value) for value in op.operands]

    def every(self, value: Value) -> Value:
        """[T, …]: a value for all steps, repeated if it does not depend on the step."""
        if value in self.rows:
            return self.rows[value]
        outer = self.fixed.get(value, value)
        shape = self.builder.emit("concat", (self._vector(self.time), self.builder.shape_of(outer)), axis=0)[0]
        return self.builder.emit(
            "expand", (outer, shape), types=[outer.type.with_shape((self.time, *outer.type.shape))]
        )[0]

    def _vector(self, dim: Dim) -> Value:
        value = self.builder.dim_value(dim)
        assert value is not None, f"the length {dim} of the sequences has no value"
        return self.builder.emit("reshape", (value, self.builder.const(np.array([1]))))[0]

    def _reshaped(self, op: Op) -> Sequence[Value] | None:
        if op.operands[1] in self.rows or op.operands[0] not in self.rows:
            return None
        result = op.results[0].type
        if any(isinstance(dim, str) and self.builder.dim_value(dim) is None for dim in result.shape):
            return None
        shape = self.builder.emit("concat", [self._vector(dim) for dim in (self.time, *result.shape)], axis=0)[0]
        source = self.rows[op.operands[0]]
        if op.kind.name == "expand":
            source = self._aligned(op, result.rank)[0]
        return self._emit(op, (source, shape), {})

    def _gathered(self, op: Op) -> Sequence[Value] | None:
        table, ids = op.operands
        if table in self.rows or ids not in self.rows or op.attrs["axis"] != 0:
            return None
        indices = self.rows[ids]
        outer = self.fixed.get(table, table)
        if _counts(indices, outer.type.shape[0]):
            return (outer,)
        if self.lengths is not None:
            if not ids.type.rank:
                return None
            zero = self.builder.const(np.zeros((), ids.type.dtype))
            indices = self.masked(indices, zero)
        return self._emit(op, (outer, indices), op.attrs)

    def masked(self, rows: Value, zero: Value) -> Value:
        """``rows`` [T, B, …] with ``zero`` past each row's length."""
        mask = step_mask(self.builder, self.time, self.lengths)
        if rows.type.rank > 2:
            mask = self.builder.emit("unsqueeze", (mask,), axes=tuple(range(2, rows.type.rank)))[0]
        return self.builder.emit("where", (mask, rows, zero), types=[rows.type])[0]


def _counts(indices: Value, length: Dim) -> bool:
    """Whether a vector is 0, 1, 2, … up to a length."""
    while indices.op is not None and indices.op.kind.name == "cast":
        indices = indices.op.operands[0]
    if indices.op is None or indices.op.kind.name != "range" or indices.type.shape[0] != length:
        return False
    start, delta = constant(indices.op.operands[0]), constant(indices.op.operands[2])
    return start is not None and delta is not None and (start.item(), delta.item()) == (0, 1)


def step_mask(builder: Builder, time: Dim, lengths: Value | None) -> Value:
    """bool[T, B]: whether a step is before a row's length."""
    assert lengths is not None
    limit = builder.dim_value(time)
    assert limit is not None, f"the length {time} of the sequences has no value"
    wide = builder.emit("cast", (lengths,), dtype=np.dtype(np.int64))[0]
    zero, one = builder.const(np.array(0, np.int64)), builder.const(np.array(1, np.int64))
    steps = builder.emit("range", (zero, limit, one))[0]
    column = builder.emit("unsqueeze", (steps,), axes=(1,))[0]
    return builder.emit("less", (column, builder.emit("unsqueeze", (wide,), axes=(0,))[0]))[0]


def _positive(axis: int, op: Op) -> int:
    return axis if axis >= 0 else axis + op.operands[0].type.rank


def zero_of(builder: Builder, value: Value) -> Value:
    """A scalar zero of a value's dtype."""
    return builder.const(np.zeros((), value.type.dtype))


def zeros_of(builder: Builder, type: Type) -> Value:
    """Zeros of a type whose lengths are all known in scope."""
    zero, parts = builder.const(np.zeros((), type.dtype)), []
    for dim in type.shape:
        length = builder.dim_value(dim)
        assert length is not None, f"the length {dim} has no value here"
        parts.append(builder.emit("reshape", (length, builder.const(np.array([1]))))[0])
    shape = builder.emit("concat", parts, axis=0)[0] if parts else builder.const(np.zeros(0, np.int64))
    return builder.emit("expand", (zero, shape), types=[type])[0]


def is_zero(value: Value) -> bool:
    """Whether a value is known to hold nothing but zeros."""
    array = constant(value)
    if array is not None:
        return not array.any()
    if value.op is not None and value.op.kind.name in (
        "expand",
        "reshape",
        "unsqueeze",
        "squeeze",
        "slice",
        "transpose",
        "tile",
    ):
        return is_zero(value.op.operands[0])
    if value.op is not None and value.op.kind.name == "concat":
        return all(is_zero(part) for part in value.op.operands)
    return False
