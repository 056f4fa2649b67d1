"""The few sizes at which a report shows times, of the many at which they are known."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from rnn2onnx.passes.report import Alternative

BATCHES, STEPS = (1, 16, 256), (10, 100, 1000)
"""Small, middling, large."""


class Axes(NamedTuple):
    """Batches and numbers of steps."""

    batches: Sequence[int]
    steps: Sequence[int]


def known(alternatives: Sequence[Alternative]) -> Axes:
    """All sizes at which the time of some form is known, in order."""
    sizes = {size for each in alternatives for costs in (each.costs, each.measured) for size in costs}
    return Axes(sorted({batch for batch, _ in sizes}), sorted({steps for _, steps in sizes}))


def shown(alternatives: Sequence[Alternative]) -> Axes:
    """A small, a middling and a large one of each, and those at which something was measured."""
    axes = known(alternatives)
    measured = {size for each in alternatives for size in each.measured}
    return Axes(
        _some(axes.batches, BATCHES, {batch for batch, _ in measured}),
        _some(axes.steps, STEPS, {steps for _, steps in measured}),
    )


def _some(there: Sequence[int], wanted: Sequence[int], kept: Collection[int]) -> list[int]:
    """As many as are wanted: the first of those that are kept in any case, then the nearest to the farthest wanted."""
    chosen = sorted(kept)[: len(wanted)]
    goals = list(wanted)
    while goals and len(chosen) < min(len(wanted), len(there)):
        goal = max(goals, key=lambda goal: min((_far(goal, one) for one in chosen), default=math.inf))
        goals.remove(goal)
        chosen.append(min((size for size in there if size not in chosen), key=lambda size: _far(goal, size)))
    return sorted(chosen)


def _far(one: int, other: int) -> float:
    return abs(math.log(max(one, 0.5)) - math.log(max(other, 0.5)))
