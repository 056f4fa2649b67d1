"""What the passes decided about each recurrence, and why."""

from __future__ import annotations

from dataclasses import dataclass

from rnn2onnx.ir import Location, Op


@dataclass(frozen=True)
class Decision:
    """What one recurrence became.

    Attributes:
        source: The user's file and line, ``file:line``; empty if unknown.
        what: What it computes, in words.
        became: The form it has in the exported file, such as ``LSTM`` or ``Scan``.
        why: Why that form, and what stood in the way of something better.
    """

    source: str
    what: str
    became: str
    why: str

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.what} -> {self.became}: {self.why}"


class Report:
    """The decisions of one compilation, and what a pass wants a later one to know of a recurrence.

    A pass that leaves a recurrence alone rebuilds it; so a note is kept under the user's line and the types it carries.
    """

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self._notes: dict[tuple[Location, str], dict[str, None]] = {}

    def decide(self, op: Op, what: str, became: str, why: str) -> None:
        """Records what ``op`` became."""
        self.decisions.append(Decision(source(op.location), what, became, why))

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
