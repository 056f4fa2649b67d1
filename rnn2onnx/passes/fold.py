"""``fold``: computes what is constant, and takes out operations that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Array, Builder, Copier, Graph, Op, Value, constant, replay
from rnn2onnx.ir.types import is_integer, size_of
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.widening import holds

_LARGEST = 1 << 20
"""Elements of a constant that folding may make out of smaller ones; weights are folded whatever their size."""

_NEVER = {"const", "variable", "random"}


@dataclass(frozen=True)
class Fold:
    """Constants, identities and shape arithmetic are computed while compiling."""

    name: ClassVar[str] = "fold"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` folded."""
        return replay(graph, RULES)


def _constants(builder: Builder, op: Op) -> Sequence[Value] | None:
    if op.blocks or op.kind.name in _NEVER:
        return None
    known = _known_content(op)
    if known is not None:
        return (builder.const(known),)
    if not op.operands:
        return None
    arrays = [constant(value) for value in op.operands]
    if any(array is None for array in arrays):
        return None
    size = sum(array.size for array in arrays if array is not None)
    with np.errstate(all="ignore"):
        results = op.kind.evaluate(op.attrs, *arrays)
    if not isinstance(results, tuple | list):
        results = (results,)
    if sum(np.size(result) for result in results) > max(_LARGEST, size):
        return None
    return [
        builder.const(np.asarray(result).astype(value.type.dtype, copy=False))
        for result, value in zip(results, op.results, strict=True)
    ]


def _nothing(builder: Builder, op: Op) -> Sequence[Value] | None:
    """What is known to have no elements is a constant, whatever would compute it: engines stumble over it."""
    if op.kind.name == "const" or not op.results or any(size_of(value.type.shape) != 0 for value in op.results):
        return None
    return [builder.const(np.zeros(value.type.shape, value.type.dtype)) for value in op.results]


def _known_content(op: Op) -> Array | None:
    """The elements of an integer result whose numbers are all known without running anything."""
    if len(op.results) != 1:
        return None
    (value,) = op.results
    content = value.content
    if op.kind.name == "shape":
        content = op.operands[0].type.shape
    if content is None or not all(isinstance(item, int) for item in content):
        return None
    return np.array(content, value.type.dtype).reshape([len(content)] if value.type.rank else [])


def _identities(builder: Builder, op: Op) -> Sequence[Value] | None:
    kind, inputs = op.kind.name, op.operands
    if not inputs or op.blocks:
        return None
    x = inputs[0]
    same_type = len(op.results) == 1 and op.results[0].type == x.type and x.type.static
    if kind == "identity" or (kind == "cast" and op.attrs["dtype"] == x.type.dtype):
        return (x,)
    if kind == "transpose" and op.attrs["perm"] == tuple(range(x.type.rank)):
        return (x,)
    if kind in ("expand", "reshape", "tile", "pad") and same_type:
        return (x,) if kind != "pad" or op.attrs["mode"] == "constant" else None
    if kind in ("expand", "reshape") and op.results[0].type == x.type:
        # Equal names are equal lengths.
        return (x,)
    if kind == "pad":
        pads = constant(inputs[1])
        return (x,) if pads is not None and not pads.any() else None
    if kind == "slice" and same_type and all(step == 1 for step in op.attrs["steps"]):
        return (x,)
    if kind == "concat" and len(inputs) == 1:
        return (x,)
    if kind in ("squeeze", "unsqueeze") and not op.attrs["axes"]:
        return (x,)
    return None


def _no_difference(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The difference of a length and itself."""
    if op.kind.name != "sub" or op.results[0].type.rank:
        return None
    a, b = (value.content for value in op.operands)
    if a is None or a != b or None in a:
        return None
    return (builder.const(np.zeros((), op.results[0].type.dtype)),)


def _twice(builder: Builder, op: Op) -> Sequence[Value] | None:
    """Transposes and shapes of transposes, slices of what was concatenated, casts there and back that lose nothing."""
    if not op.operands or op.operands[0].op is None:
        return None
    inner = op.operands[0].op
    if op.kind.name == "transpose" == inner.kind.name:
        perm = tuple(inner.attrs["perm"][axis] for axis in op.attrs["perm"])
        if perm == tuple(range(len(perm))):
            return inner.operands
        return builder.emit("transpose", inner.operands, perm=perm, location=op.location)
    if op.kind.name == "shape" and inner.kind.name == "transpose":
        order = builder.const(np.array(inner.attrs["perm"], np.int64))
        return builder.emit("gather", (builder.shape_of(inner.operands[0]), order), axis=0, location=op.location)
    if op.kind.name == "cast" == inner.kind.name and holds(inner.operands[0].type.dtype, inner.attrs["dtype"]):
        if inner.operands[0].type.dtype == op.attrs["dtype"]:
            return inner.operands
        # Integers wrap where they are narrowed, floats that are too large do not.
        if not is_integer(inner.attrs["dtype"]) and is_integer(op.attrs["dtype"]):
            return None
        return builder.emit("cast", inner.operands, dtype=op.attrs["dtype"], location=op.location)
    if op.kind.name == "reverse" == inner.kind.name and op.attrs["axes"] == inner.attrs["axes"]:
        return inner.operands
    if op.kind.name == "reshape" == inner.kind.name:
        return builder.emit(
            "reshape", (inner.operands[0], op.operands[1]), location=op.location, types=[op.results[0].type]
        )
    if {op.kind.name, inner.kind.name} == {"squeeze", "unsqueeze"} and op.attrs["axes"] == inner.attrs["axes"]:
        return inner.operands[:1] if op.results[0].type.rank == inner.operands[0].type.rank else None
    return None


_PAIRS = {"add", "sub", "mul", "div", "maximum", "minimum", "where", "less", "greater", "equal"}


def _spread_number(builder: Builder, op: Op) -> Sequence[Value] | None:
    """A number spread to a shape that another operand has anyway is that number."""
    if op.kind.name not in _PAIRS or len(op.results) != 1:
        return None
    shapes = [value.type.shape for value in op.operands]
    given = [_spread(value) for value in op.operands]
    for index, number in enumerate(given):
        others = [shape for i, shape in enumerate(shapes) if i != index and given[i] is None]
        if number is not None and op.results[0].type.shape in others:
            operands = [number if i == index else value for i, value in enumerate(op.operands)]
            types = [op.results[0].type]
            return builder.emit(op.kind, operands, location=op.location, types=types, **op.attrs)
    return None


def _spread(value: Value) -> Value | None:
    """The number that a value holds everywhere; None if it may hold others, or is a number."""
    if value.op is None or value.op.kind.name != "expand":
        return None
    array = constant(value.op.operands[0])
    return value.op.operands[0] if array is not None and array.ndim == 0 else None


def _stacked_again(builder: Builder, op: Op) -> Sequence[Value] | None:
    """A concat of all the slices of one tensor, each with a new axis: the tensor with an axis moved."""
    if op.kind.name != "concat":
        return None
    axis, slices = op.attrs["axis"], [value.op for value in op.operands]
    source: tuple[Value, int] | None = None
    for number, part in enumerate(slices):
        inner = part.operands[0].op if part is not None and part.kind.name == "unsqueeze" else None
        if part is None or part.attrs.get("axes") != (axis,) or inner is None or inner.kind.name != "gather":
            return None
        index = constant(inner.operands[1])
        if index is None or index.ndim or index.item() != number:
            return None
        if source not in (None, (inner.operands[0], inner.attrs["axis"])):
            return None
        source = inner.operands[0], inner.attrs["axis"]
    if source is None or source[0].type.shape[source[1]] != len(slices):
        return None
    tensor, taken = source
    order = [a for a in range(tensor.type.rank) if a != taken]
    order.insert(axis, taken)
    if order == sorted(order):
        return (tensor,)
    return builder.emit("transpose", (tensor,), perm=tuple(order), location=op.location)


def _one_of_the_stacked(builder: Builder, op: Op) -> Sequence[Value] | None:
    """One slice of a concat of slices: that slice."""
    joined = op.operands[0].op if op.kind.name == "gather" else None
    if joined is None or joined.kind.name != "concat" or joined.attrs["axis"] != op.attrs["axis"]:
        return None
    index, axis = constant(op.operands[1]), op.attrs["axis"]
    if index is None or index.ndim or not 0 <= index.item() < len(joined.operands):
        return None
    if any(part.type.shape[axis] != 1 for part in joined.operands):
        return None
    part = joined.operands[int(index)]
    if part.op is not None and part.op.kind.name == "unsqueeze" and part.op.attrs["axes"] == (axis,):
        return (part.op.operands[0],)
    return builder.emit("squeeze", (part,), axes=(axis,), location=op.location)


_NEUTRAL = {"add": (0.0, True), "sub": (0.0, False), "mul": (1.0, True), "div": (1.0, False)}
_NEUTRAL |= {"or": (False, True), "and": (True, True)}


def _neutral(builder: Builder, op: Op) -> Sequence[Value] | None:
    """X + 0, x - 0, x * 1, x / 1, x or false, x and true, where the constant doesn't widen the shape."""
    neutral = _NEUTRAL.get(op.kind.name)
    if neutral is None:
        return None
    number, commutes = neutral
    a, b = op.operands
    for x, other in ((a, b), (b, a)) if commutes else ((a, b),):
        array = constant(other)
        if (
            array is not None
            and array.size == 1
            and array.ndim <= x.type.rank
            and float(array.reshape(-1)[0]) == number
        ):
            return (x,)
    return None


def _known_branch(builder: Builder, op: Op) -> Sequence[Value] | None:
    if op.kind.name != "cond":
        return None
    chosen = constant(op.operands[0])
    if chosen is None:
        return None
    block = op.blocks[0 if bool(chosen) else 1]
    copier = Copier(builder)
    copier.ops(block)
    return [copier.value(value) for value in block.results]


RULES = (
    _nothing,
    _constants,
    _identities,
    _no_difference,
    _twice,
    _spread_number,
    _neutral,
    _stacked_again,
    _one_of_the_stacked,
    _known_branch,
)
