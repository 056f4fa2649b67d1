"""What a value is along some of its axes, where it is the same along all others: numbers in order, or a vector."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Op, Value, constant
from rnn2onnx.ir.types import is_integer
from rnn2onnx.passes.widening import is_widening

Axes = tuple[int, ...]


def spread_from(op: Op | None, axes: Axes) -> tuple[Value, Axes] | None:
    """What an operation spreads or moves along other axes than some, and where these are in it; None if it does more.

    ``unsqueeze``, ``expand``, ``tile`` and the like give no other elements than they are given: along ``axes`` the
    result is what the operand is along the axes that are given back.
    """
    if op is None or not op.operands:
        return None
    value, name, shape = op.operands[0], op.kind.name, op.results[0].type.shape
    there: Axes | None = None
    if name == "unsqueeze":
        made = op.attrs["axes"]
        there = tuple(axis - sum(new < axis for new in made) for axis in axes) if not set(made) & set(axes) else None
    elif name == "squeeze":
        left = [axis for axis in range(value.type.rank) if axis not in op.attrs["axes"]]
        there = tuple(left[axis] for axis in axes)
    elif name == "transpose":
        there = tuple(op.attrs["perm"][axis] for axis in axes)
    elif name in ("expand", "tile"):
        there = tuple(axis - (len(shape) - value.type.rank) for axis in axes)
    elif name == "reshape":
        # Axes of length 1 may come and go; each other one has to be the one it was.
        wide = [axis for axis, dim in enumerate(value.type.shape) if dim != 1]
        kept = [axis for axis, dim in enumerate(shape) if dim != 1]
        if [value.type.shape[axis] for axis in wide] == [shape[axis] for axis in kept] and set(axes) <= set(kept):
            there = tuple(wide[kept.index(axis)] for axis in axes)
    if there is None or any(axis < 0 for axis in there):
        return None
    same = all(value.type.shape[old] == shape[new] for old, new in zip(there, axes, strict=True))
    return (value, there) if same else None


def vector_along(value: Value, axis: int) -> Value | None:
    """The vector of integers that a value is along an axis, if it is the same along all others."""
    axes: Axes = (axis,)
    while value.type.rank != 1:
        found = spread_from(value.op, axes)
        if found is None and value.op is not None and is_widening(value.op):
            found = value.op.operands[0], axes
        if found is None:
            return None
        value, axes = found
    return value if is_integer(value.type.dtype) else None


def numbers_along(value: Value, axis: int) -> int | None:
    """The first of the numbers 1 apart that a value is along an axis, if it is the same along all others."""
    array, op = constant(value), value.op
    if array is not None:
        if not is_integer(array.dtype) or not array.size:
            return None
        first = int(array.reshape(-1)[0])
        order = np.arange(first, first + array.shape[axis]).reshape([-1] + [1] * (array.ndim - 1 - axis))
        return first if np.array_equal(array, np.broadcast_to(order, array.shape)) else None
    if op is None or not is_integer(value.type.dtype):
        return None
    found = spread_from(op, (axis,))
    if found is not None:
        return numbers_along(found[0], *found[1])
    if op.kind.name == "cast":
        # Steps are fewer than what 32 bits count.
        wide = is_integer(op.operands[0].type.dtype) and value.type.dtype.itemsize >= 4
        return numbers_along(op.operands[0], axis) if wide else None
    if op.kind.name == "range":
        start, step = constant(op.operands[0]), constant(op.operands[2])
        return int(start) if start is not None and step is not None and int(step) == 1 else None
    if op.kind.name not in ("add", "sub") or op.operands[0].type.rank != value.type.rank:
        return None
    number, first_of = constant(op.operands[1]), numbers_along(op.operands[0], axis)
    if number is None or number.size != 1 or first_of is None:
        return None
    return first_of + int(number.item()) * (1 if op.kind.name == "add" else -1)
