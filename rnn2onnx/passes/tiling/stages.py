"""The stages in which a region runs: in each, all steps once from the first to the last, or the other way round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rnn2onnx.ir import Op, Value
from rnn2onnx.passes.tiling.region import Region


@dataclass(eq=False)
class Stage:
    """What runs while steps are walked once.

    Attributes:
        backwards: Whether from the last step to the first.
        recurrences: Those that walk them, in order.
        ops: All operations that are computed meanwhile.
        given: The values that are needed afterwards, of all steps.
    """

    backwards: bool
    recurrences: list[Op] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    given: list[Value] = field(default_factory=list)


def stages_of(region: Region, needed: Callable[[Op], Sequence[Value]]) -> list[Stage]:
    """The stages of a region, in order, each as early as what it needs allows.

    Args:
        region: The region.
        needed: Gives the operands that an operation of the region is computed from.
    """
    stages: list[Stage] = []
    first: dict[Op, int] = {}
    for op in region.body:
        inside = [value.op for value in needed(op) if value in region.places]
        number = max((first[each] for each in inside if each is not None), default=0)
        if op in region.recurrences:
            backwards = _walks_backwards(op)
            while number < len(stages) and stages[number].backwards != backwards:
                number += 1
            if number == len(stages):
                stages.append(Stage(backwards))
            stages[number].recurrences.append(op)
        first[op] = number
    # What is needed later only is computed there: else it would be written for all steps, and read again.
    earliest: dict[Op, int] = {}
    latest: dict[Value, int] = {}
    for op in reversed(region.body):
        number = first[op] if op in region.recurrences else earliest.get(op, first[op])
        stages[number].ops.append(op)
        later = [value for value in op.results if latest.get(value, 0) > number or value in region.outputs]
        stages[number].given.extend(value for value in later if value in region.places)
        for value in needed(op):
            if value in region.places and value.op is not None:
                earliest[value.op] = min(number, earliest.get(value.op, number))
                latest[value] = max(number, latest.get(value, number))
    for stage in stages:
        stage.ops.reverse()
    return stages


def _walks_backwards(op: Op) -> bool:
    """Whether a recurrence walks from the last step to the first."""
    return bool(op.attrs["reverse"] if op.kind.name == "recur" else op.attrs["direction"] == "reverse")
