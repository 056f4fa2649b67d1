"""What is known of lengths where a condition holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from rnn2onnx.ir import Dim, Op, Value, constant

Interval = tuple[float, float]
"""The least and the greatest that a length can be."""
_ALL: Interval = (0, math.inf)


@dataclass(frozen=True)
class Bounds:
    """Intervals of lengths by name."""

    intervals: Mapping[str, Interval] = field(default_factory=dict)

    def of(self, dim: Dim) -> Interval:
        """What a length can be."""
        return (dim, dim) if isinstance(dim, int) else self.intervals.get(dim, _ALL)

    def and_also(self, other: Bounds) -> Bounds:
        """Both."""
        joint = dict(self.intervals)
        for dim, (low, high) in other.intervals.items():
            mine = self.of(dim)
            joint[dim] = (max(mine[0], low), min(mine[1], high))
        return Bounds(joint)


def bounds_where(condition: Value, holds: bool) -> Bounds:
    """What a condition says of lengths where it holds, or where it does not."""
    op = condition.op
    if op is None:
        return Bounds()
    name = op.kind.name
    if name == "not":
        return bounds_where(op.operands[0], not holds)
    if (name == "and" and holds) or (name == "or" and not holds):
        return bounds_where(op.operands[0], holds).and_also(bounds_where(op.operands[1], holds))
    if name == "cond":
        return _bounds_of_branches(condition, holds)
    if name not in _COMPARED:
        return Bounds()
    strict, turned = _COMPARED[name]
    small, large = op.operands[::-1] if turned else op.operands
    if not holds:
        small, large, strict = large, small, not strict
    return _less(small, large, int(strict))


def _bounds_of_branches(condition: Value, holds: bool) -> Bounds:
    """What a condition that is found in one of two branches says: what both would say."""
    op = condition.op
    assert op is not None
    at, found = op.results.index(condition), []
    for body, first in zip(op.blocks, (True, False), strict=True):
        result = body.results[at]
        array = constant(result)
        if array is None or bool(array) == holds:
            found.append(bounds_where(op.operands[0], first).and_also(bounds_where(result, holds)))
    if not found:
        return Bounds()
    dims = set.intersection(*(set(each.intervals) for each in found))
    return Bounds({dim: (min(e.of(dim)[0] for e in found), max(e.of(dim)[1] for e in found)) for dim in dims})


def bounds_of_range(op: Op) -> Bounds:
    """What is known of the number of whole numbers from 0 on, where their end is the maximum of something."""
    (dim,) = op.results[0].type.shape
    start, step = _number(op.operands[0]), _number(op.operands[2])
    end = op.operands[1].op
    if (start, step) != (0, 1) or not isinstance(dim, str) or end is None or end.kind.name != "maximum":
        return Bounds()
    least = max((number for number in map(_number, end.operands) if number is not None), default=0)
    return Bounds({dim: (max(least, 0), math.inf)})


_COMPARED = {
    "less": (True, False),
    "less_equal": (False, False),
    "greater": (True, True),
    "greater_equal": (False, True),
}


def _less(small: Value, large: Value, by: int) -> Bounds:
    """What ``small + by <= large`` says."""
    low, high = _number(small), _number(large)
    out: dict[str, Interval] = {}
    length = _length(small)
    if length is not None and high is not None:
        out[length] = (0, high - by)
    length = _length(large)
    if length is not None and low is not None:
        out[length] = (low + by, math.inf)
    if length is None and low is not None and low + by > 0:
        # A product of lengths is above zero where all of them are.
        out.update((factor, (1, math.inf)) for factor in _factors(large))
    return Bounds(out)


def _factors(value: Value) -> list[str]:
    """The names of the lengths that a value is the product of."""
    if value.op is not None and value.op.kind.name == "mul":
        return [name for operand in value.op.operands for name in _factors(operand)]
    length = _length(value)
    return [] if length is None else [length]


def _number(value: Value) -> int | None:
    array = constant(value)
    return int(array.item()) if array is not None and array.size == 1 and array.dtype.kind in "iu" else None


def _length(value: Value) -> str | None:
    """The name of the length that a value is."""
    if value.type.rank or not value.content or not isinstance(value.content[0], str):
        return None
    return value.content[0]
