"""What of a region is zero past each row's length."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Op, Value, constant
from rnn2onnx.passes.tiling.region import Region, given_lengths
from rnn2onnx.passes.tiling.time_and_batch import Place, places_of_operands
from rnn2onnx.passes.vectorise import is_zero
from rnn2onnx.passes.widening import is_widening

_KEEP_ZEROS = {"transpose", "squeeze", "unsqueeze", "concat", "slice", "reverse", "add", "sub", "mul", "neg"}
_KEEP_ZEROS |= {"tanh", "relu", "abs", "cast", "identity"}


def is_zero_behind(value: Value, region: Region) -> bool:
    """Whether a value of a region is zero past each row's length, if its rows have lengths."""
    if region.lengths is None:
        return value in region.places
    waiting, seen = [value], {value}
    while waiting:
        parts = _zero_with(waiting.pop(), region)
        if parts is None:
            return False
        waiting.extend(part for part in dict.fromkeys(parts) if part not in seen)
        seen.update(parts)
    return True


def _zero_with(value: Value, region: Region) -> list[Value] | None:
    """The operands that must be zero so that a value is zero there; None if it is not even then."""
    op = value.op
    if value not in region.places or op is None:
        return None
    if op in region.recurrences or masked_by_lengths(op, region) is not None:
        return []
    if op.kind.name == "matmul" or (op.kind.name == "mul" and any(_is_finite(part) for part in op.operands)):
        return [part for part in op.operands if not _is_finite(part)]
    if op.kind.name in _KEEP_ZEROS:
        return list(op.operands[:1] if op.kind.name == "slice" else op.operands)
    return None


def _is_finite(value: Value) -> bool:
    array = constant(value)
    return array is not None and bool(np.isfinite(array).all())


def masked_by_lengths(op: Op, region: Region) -> Value | None:
    """What an operation sets to zero past each row's length; None if it does anything else."""
    if op.kind.name != "where" or not is_zero(op.operands[2]) or op.operands[1].type != op.results[0].type:
        return None
    place = region.places.get(op.results[0])
    places = places_of_operands(op, place) if place is not None else None
    if places is None or not _is_step_mask(op.operands[0], places[0], region):
        return None
    return op.operands[1]


def _is_step_mask(value: Value, place: Place, region: Region) -> bool:
    op = value.op
    if op is None or None in place:
        return False
    places = places_of_operands(op, place)
    if places is None:
        return False
    if op.kind.name in ("unsqueeze", "squeeze", "transpose"):
        return _is_step_mask(op.operands[0], places[0], region)
    if op.kind.name != "less":
        return False
    steps, lengths = (_vector(part) for part in op.operands)
    time, batch = value.type.shape[place.time or 0], value.type.shape[place.batch or 0]
    by_step, by_row = (at.real(part.type) for at, part in zip(places, op.operands, strict=True))
    return (
        (by_step.batch, by_row.time) == (None, None)
        and (time, batch) == (region.time, region.batch)
        and steps.type.rank == lengths.type.rank == 1
        and _counts_steps(steps)
        and given_lengths(lengths, region.time) is region.lengths
    )


def _vector(value: Value) -> Value:
    """Steps or lengths without axes of length 1, before they were cast to a dtype that has all of them."""
    while value.op is not None and (value.op.kind.name in ("unsqueeze", "squeeze") or is_widening(value.op)):
        value = value.op.operands[0]
    return value


def _counts_steps(value: Value) -> bool:
    if value.op is None or value.op.kind.name != "range":
        array = constant(value)
        return array is not None and np.array_equal(array, np.arange(array.size))
    start, delta = constant(value.op.operands[0]), constant(value.op.operands[2])
    return start is not None and delta is not None and (start.item(), delta.item()) == (0, 1)
