"""Steps that a program has written out: the operations of a step, and what each of them is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rnn2onnx.ir import Op, Value


@dataclass(frozen=True, eq=False)
class Same:
    """The same outer value in every step."""

    value: Value


@dataclass(frozen=True, eq=False)
class Walked:
    """Another outer value in every step."""

    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """What a part gives in the same step, or some steps before.

    Attributes:
        part: The part.
        result: Which of its results.
        delay: How many steps before.
        first: What stands for it before there are enough steps: one outer value for each step of the delay.
    """

    part: Part
    result: int
    delay: int
    first: tuple[Value, ...] = ()


Given: TypeAlias = "Same | Walked | Made"


@dataclass(eq=False)
class Part:
    """One operation of a step, and what it is in each step.

    Attributes:
        ops: The operation by step; None where nothing needs it.
        given: What each of its inputs is.
    """

    ops: list[Op | None]
    given: list[Given] = field(default_factory=list)


@dataclass(eq=False)
class Unrolled:
    """Steps that are written out.

    Attributes:
        parts: The operations of a step, in order.
        count: How many steps there are.
        template: A step in which all parts are there.
        place: The part, and the step, that an operation is.
        also: Another part, and its step, that an operation is besides.
    """

    parts: list[Part]
    count: int
    template: int
    place: dict[Op, tuple[Part, int]]
    also: dict[Op, tuple[Part, int]] = field(default_factory=dict)

    def outside(self) -> Iterable[Value]:
        """The outer values that the steps are given."""
        for part in self.parts:
            for given in part.given:
                if isinstance(given, Same):
                    yield given.value
                elif isinstance(given, Walked):
                    yield from given.values
                else:
                    yield from given.first


def in_order(parts: Sequence[Part]) -> list[Part]:
    """Parts, each after those that it needs in the same step."""
    out: dict[Part, None] = {}
    todo = list(reversed(parts))
    while todo:
        part = todo[-1]
        needs = [] if part in out else [each.part for each in part.given if isinstance(each, Made) and not each.delay]
        needs = [other for other in needs if other not in out]
        if needs:
            todo.extend(reversed(needs))
        else:
            out[todo.pop()] = None
    return list(out)
