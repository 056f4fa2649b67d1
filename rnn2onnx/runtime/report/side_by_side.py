"""Two texts of graphs side by side: which lines stayed, which changed, and long stretches that stayed apart from these.

A pass that takes one value away gives another number to all that follow. So two lines are the same if they are equal
but for names, and one renaming that gives each value its own name holds for all such lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from rnn2onnx.runtime.report.alignment import common

CONTEXT = 3
"""So many lines that stayed are shown before and after those that changed."""

_NAME = re.compile(r"%([\w./]+)")
_NUMBERED = re.compile(r"%(\d+|([\w./]*?)(_\d+)?)(?![\w./])")


class Row(NamedTuple):
    """A line of each text, with its number from 1; None where the other one has no line beside it.

    Attributes:
        left: Before.
        right: After.
        same: Whether it stayed but for names.
    """

    left: tuple[int, str] | None
    right: tuple[int, str] | None
    same: bool


@dataclass(frozen=True)
class Stretch:
    """Rows in order.

    Attributes:
        rows: They.
        folded: Whether they all stayed and are far from what changed.
    """

    rows: tuple[Row, ...]
    folded: bool


def side_by_side(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """The lines of two texts beside each other."""
    left, right = list(enumerate(before, 1)), list(enumerate(after, 1))
    ends = (len(left), len(right))
    renaming = _Renaming()
    rows: list[Row] = []
    i = j = 0
    for one, other in [*common([_bare(line) for line in before], [_bare(line) for line in after]), ends]:
        rows += [Row(was, now, same=False) for was, now in zip_longest(left[i:one], right[j:other])]
        if (one, other) != ends:
            # The names are compared in any case: they agree where a line went into a body too.
            same = renaming.holds(before[one], after[other]) and _indent(before[one]) == _indent(after[other])
            rows.append(Row(left[one], right[other], same))
        i, j = one + 1, other + 1
    return rows


def stretches(rows: Sequence[Row]) -> Iterator[Stretch]:
    """The rows, with those folded that stayed and are not near one that changed."""
    near = [False] * len(rows)
    for index, row in enumerate(rows):
        if not row.same:
            low, high = max(0, index - CONTEXT), min(len(rows), index + CONTEXT + 1)
            near[low:high] = [True] * (high - low)
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or near[end] != near[start]:
            # To fold one or two lines saves nothing.
            yield Stretch(tuple(rows[start:end]), folded=not near[start] and end - start > 2)
            start = end


def _bare(line: str) -> str:
    """A line without the numbers in its names, and without the space before it: it may have gone into a body."""
    return _NUMBERED.sub(lambda found: f"%{found.group(2) or ''}", line.lstrip())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class _Renaming:
    """What each name before is after; each has one, and no two have the same."""

    def __init__(self) -> None:
        self._after: dict[str, str] = {}
        self._before: dict[str, str] = {}

    def holds(self, before: str, after: str) -> bool:
        """Whether the names of two lines, equal but for these, agree; a name that is new agrees from now on."""
        agreed = True
        for one, other in zip(_NAME.findall(before), _NAME.findall(after), strict=True):
            agreed &= self._after.setdefault(one, other) == other and self._before.setdefault(other, one) == one
        return agreed
