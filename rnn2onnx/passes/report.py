"""What the passes decided about each recurrence, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
        limits: The conditions by which the program chooses between forms: one that is there already is taken again.
    """

    def __init__(self) -> None:
        self._decided: list[Decision] = []
        self._also: dict[str, dict[str, None]] = {}
        self._lowered: list[tuple[object, Decision]] = []
        self.limits: set[object] = set()
        self._notes: dict[tuple[Location, str], dict[str, None]] = {}
        self._choices: dict[tuple[Location, str], tuple[Alternative, ...]] = {}
        self._recorded: dict[Location, str] = {}

    def decide(self, op: Op, what: str, became: str, why: str, depth: str = "") -> None:
        """Records what ``op`` became, and what runs one after the other now."""
        self._decided.append(self._decision(op, what, became, why, depth))

    def lowered(self, op: Op, became: str, why: str, depth: str, block: object) -> None:
        """Records the last form of a recurrence that may be one of several copies, in different blocks or of parts."""
        made = self._decision(op, described(op), became, why, depth)
        if not any(each.source == made.source and became in _forms(each) for each in self._decided):
            self._lowered.append((block, made))

    def also(self, op: Op, text: str) -> None:
        """Adds to what is said of the recurrences of a line, whatever they became or become."""
        self._also.setdefault(source(op.location), {})[text] = None

    def _decision(self, op: Op, what: str, became: str, why: str, depth: str) -> Decision:
        alternatives = self._choices.get((op.location, described(op)), ())
        taken = [each for each in alternatives if each.taken not in ("always", "never")]
        if any(each.form == became for each in taken):
            became = " or ".join(each.form for each in taken)
            why = (
                ", ".join(f"{e.form} {'else' if e.taken == 'else' else f'where {e.taken}'}" for e in taken) + f"; {why}"
            )
        return Decision(
            source(op.location), what, became, why, alternatives, (self._recorded.get(op.location, ""), depth)
        )

    @property
    def decisions(self) -> list[Decision]:
        """What was decided, in order.

        A recurrence that stands in several branches, or runs in parts, is there once: as often as it stands in the
        block that has most of it.
        """
        found = list(self._decided)
        counts: dict[str, Counter[tuple[int, str]]] = {}
        for block, made in self._lowered:
            counts.setdefault(_family(made), Counter())[id(block), made.what] += 1
        for family, count in counts.items():
            first = next(made for _, made in self._lowered if _family(made) == family)
            found += [first] * max(count.values())
        return [replace(each, why="; ".join((each.why, *self._also.get(each.source, ())))) for each in found]

    def withdraw(self, op: Op, what: str, form: str, count: int | None = None) -> None:
        """Takes back what was decided about native layers of a line, for whoever gives them another form.

        Args:
            op: One of them.
            what: What they compute: the beginning of its words.
            form: The native form.
            count: How many; all, and what there was to choose from, if None.
        """
        kept = []
        taken = 0
        for each in self._decided:
            is_one = each.source == source(op.location) and form in each.became.split(" or ")
            if is_one and each.what.startswith(what) and (count is None or taken < count):
                taken += 1
            else:
                kept.append(each)
        self._decided = kept
        if count is None:
            self._choices = {key: forms for key, forms in self._choices.items() if key[0] != op.location}

    def choose(self, op: Op, alternatives: tuple[Alternative, ...]) -> None:
        """Keeps what there was to choose from for the decisions about a recurrence that follow."""
        key = (op.location, described(op))
        forms = {each.form: each for each in (*self._choices.get(key, ()), *alternatives)}
        self._choices[key] = tuple(forms.values())

    def recorded(self, location: Location, depth: str) -> None:
        """Keeps what ran one after the other in the program as it was recorded."""
        self._recorded.setdefault(location, depth)

    def same(self, op: Op, made: Op) -> None:
        """What is known of a recurrence is known of another that runs in its place."""
        old, new = ((each.location, described(each)) for each in (op, made))
        if old in self._notes:
            self._notes.setdefault(new, {}).update(self._notes[old])
        if old in self._choices:
            self._choices.setdefault(new, self._choices[old])

    def note(self, op: Op, text: str) -> None:
        """Keeps a remark on a recurrence for the pass that decides about it, behind those that are there."""
        notes = self._notes.setdefault((op.location, described(op)), {})
        notes[text] = None

    def noted(self, op: Op) -> str:
        """The remark on a recurrence; empty if there is none."""
        return "; ".join(self._notes.get((op.location, described(op)), ()))


def _forms(decision: Decision) -> set[str]:
    """The forms that a recurrence with a branch has."""
    return {each.form for each in decision.alternatives if each.taken not in ("always", "never")}


def _family(decision: Decision) -> str:
    """Equal for copies of one recurrence, whatever their lengths are called and which rows they give."""
    carried = decision.what.partition(" and gives ")[0]
    return f"{decision.source} {_NAMES.sub('_', carried)} {decision.became}"


_NAMES = re.compile(r"(?<=[\[ ])[A-Za-z_]\w*(?=[,\]])")
"""The names of lengths in a type's text."""


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
