"""What the passes decided about each recurrence, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnn2onnx.ir import Location, Op

Sizes = tuple[int, int]
"""A batch and a number of steps."""


@dataclass(frozen=True)
class Alternative:
    """A form that a recurrence could have.

    Attributes:
        form: Its name, such as ``GRU`` or ``Scan``.
        costs: Microseconds of a run by the target's cost table, by batch and steps.
        taken: Where it is taken: ``always``, ``never``, or under which condition.
        measured: Microseconds that the whole program took with it, by batch and steps, where that was measured.
    """

    form: str
    costs: Mapping[Sizes, float]
    taken: str
    measured: Mapping[Sizes, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What one recurrence became.

    Attributes:
        source: The user's file and line, ``file:line``; empty if unknown.
        what: What it computes, in words.
        became: The form it has in the exported file, such as ``LSTM`` or ``Scan``.
        why: Why that form, and what stood in the way of something better.
        alternatives: The forms there was a choice between; none where there was no choice.
        depth: What runs one after the other, as recorded and now.
    """

    source: str
    what: str
    became: str
    why: str
    alternatives: tuple[Alternative, ...] = ()
    depth: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.what} -> {self.became}: {self.why}"


class Report:
    """The decisions of one compilation, and what a pass wants a later one to know of a recurrence.

    A pass that leaves a recurrence alone rebuilds it; so a note is kept under the user's line and the types it carries.

    Attributes:
        decisions: What was decided, in order.
        limits: The conditions by which the program chooses between forms: one that is there already is taken again.
    """

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.limits: set[object] = set()
        self._notes: dict[tuple[Location, str], dict[str, None]] = {}
        self._choices: dict[tuple[Location, str], tuple[Alternative, ...]] = {}
        self._recorded: dict[Location, str] = {}

    def decide(self, op: Op, what: str, became: str, why: str, depth: str = "") -> None:
        """Records what ``op`` became, and what runs one after the other now; once for copies that are alike."""
        alternatives = self._choices.get((op.location, described(op)), ())
        depths = (self._recorded.get(op.location, ""), depth)
        made = Decision(source(op.location), what, became, why, alternatives, depths)
        if made not in self.decisions:
            self.decisions.append(made)

    def choose(self, op: Op, alternatives: tuple[Alternative, ...]) -> None:
        """Keeps what there was to choose from for the decisions about a recurrence that follow."""
        key = (op.location, described(op))
        forms = {each.form: each for each in (*self._choices.get(key, ()), *alternatives)}
        self._choices[key] = tuple(forms.values())

    def recorded(self, location: Location, depth: str) -> None:
        """Keeps what ran one after the other in the program as it was recorded."""
        self._recorded.setdefault(location, depth)

    def note(self, op: Op, text: str) -> None:
        """Keeps a remark on a recurrence for the pass that decides about it, behind those that are there."""
        notes = self._notes.setdefault((op.location, described(op)), {})
        notes[text] = None

    def noted(self, op: Op) -> str:
        """The remark on a recurrence; empty if there is none."""
        return "; ".join(self._notes.get((op.location, described(op)), ()))


def source(location: Location) -> str:
    """A location as ``file:line``."""
    return "" if location is None else f"{location[0]}:{location[1]}"


def described(op: Op) -> str:
    """What a recurrence carries and gives, in words."""
    states = op.attrs.get("states", len(op.operands) - 1)
    carried = ", ".join(str(value.type) for value in op.results[:states])
    rows = ", ".join(str(value.type) for value in op.results[states:])
    parts = [f"carries {carried}" if carried else "carries nothing"]
    if rows:
        parts.append(f"gives {rows}")
    return f"{op.kind.name} that {' and '.join(parts)}"
