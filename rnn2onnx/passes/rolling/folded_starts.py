"""Undoes what was computed while compiling for the first of several steps, whose states are zero.

``h @ U`` of a state of zeros is a constant, so that the first step has that where the others have a product. Where
zeros give that very constant, the first step is a step like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnn2onnx.ir import Array, Op, Type, Value, constant, kind
from rnn2onnx.passes.rolling.copies import Written
from rnn2onnx.passes.rolling.steps_in_a_row import Made, Part, Same, Unrolled, in_order


def unfold_starts(steps: Unrolled, written: Written) -> None:
    """Moves to the start of each step what is computed at the end of the one before, if it is zeros that start it."""
    for part in reversed(list(steps.parts)):
        starts = _starts(steps, written, part)
        zeros = _zeros(steps, part, starts) if starts else None
        if zeros is None:
            continue
        part.given = [
            replace(given, delay=1, first=(zeros[given],)) if isinstance(given, Made) else given for given in part.given
        ]
        for other in steps.parts:
            other.given = [
                replace(given, delay=0, first=()) if isinstance(given, Made) and given.part is part else given
                for given in other.given
            ]
    steps.parts[:] = in_order(steps.parts)


def _starts(steps: Unrolled, written: Written, part: Part) -> list[Array]:
    """The constants that stand for a part in the first step, if the part is only used in the step behind it."""
    found = []
    for other in steps.parts:
        for given in other.given:
            if isinstance(given, Made) and given.part is part:
                start = constant(given.first[0]) if given.delay == 1 else None
                if start is None:
                    return []
                found.append(start)
    outer = [user for op in part.ops if op is not None for value in op.results for user, _ in written.users[value]]
    if any(user not in steps.place for user in outer):
        return []
    return [] if any(value in written.results for op in part.ops if op for value in op.results) else found


def _zeros(steps: Unrolled, part: Part, starts: Sequence[Array]) -> dict[Made, Value] | None:
    """Zeros for what a part is computed from in the same step, if it gives its first values for them."""
    op = part.ops[steps.template]
    assert op is not None
    if op.blocks or len(op.results) > 1 or not op.kind.reusable:
        return None
    zeros: dict[Made, Value] = {}
    arrays: list[Array] = []
    for given in part.given:
        if isinstance(given, Same) and (array := constant(given.value)) is not None:
            arrays.append(array)
        elif isinstance(given, Made) and not given.delay:
            source = given.part.ops[steps.template]
            assert source is not None
            type = source.results[given.result].type
            if not type.static:
                return None
            zeros[given] = _zero(type)
            arrays.append(np.zeros([int(dim) for dim in type.shape], type.dtype))
        else:
            return None
    if not zeros:
        return None
    with np.errstate(all="ignore"):
        made = np.asarray(op.kind.evaluate(op.attrs, *arrays))
    return zeros if all(np.array_equal(made, start) for start in starts) else None


def _zero(type: Type) -> Value:
    """A constant that is in no block."""
    value = Value(type)
    array = np.zeros([int(dim) for dim in type.shape], type.dtype)
    value.op = Op(kind("const"), (), {"value": array, "name": ""}, (), (value,))
    return value
