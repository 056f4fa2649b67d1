"""The passes of a compilation: what each took, and the program before and after it side by side."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from rnn2onnx.ir import print_graph
from rnn2onnx.ir.words import words
from rnn2onnx.passes import PIPELINE
from rnn2onnx.passes.quantizing.quantize import Quantize
from rnn2onnx.runtime.report.markup import Markup, tag, together
from rnn2onnx.runtime.report.side_by_side import Row, Stretch, side_by_side, stretches
from rnn2onnx.runtime.report.stages import RECORD, Stage, operations
from rnn2onnx.units import seconds_text

ROOM = 6_000_000
"""Characters that all programs on a page may take."""
LONGEST_LINE = 1000
"""Characters of a line that are shown."""

_CLASSES = {
    "string": "s",
    "digest": "d",
    "value": "v",
    "frame": "f",
    "kind": "k",
    "type": "t",
    "attribute": "a",
    "number": "n",
}
"""Short, for there are many."""


def passes_list(stages: Sequence[Stage]) -> Markup:
    """An entry for each stage; those that changed the program open to show how."""
    does = {step.name: (inspect.getdoc(step) or "").split("\n")[0] for step in (*PIPELINE, Quantize())}
    does[RECORD] = "The program as it was recorded, with its weights."
    longest = max((stage.seconds for stage in stages), default=0.0) or 1.0
    left, changed = ROOM, sum(stage.changed for stage in stages)
    entries: list[Markup] = []
    for stage in stages:
        head = _head(stage, does.get(stage.name, ""), stage.seconds / longest)
        if not stage.changed:
            entries.append(tag("div", tag("div", *head, class_="head"), class_="pass same", id=f"pass-{stage.name}"))
            continue
        shown = _shown(stage, left // changed)
        left, changed = left - len(shown), changed - 1
        summary = tag("summary", *head, class_="head")
        entries.append(tag("details", summary, shown, class_="pass", id=f"pass-{stage.name}"))
    return together(*entries)


def _head(stage: Stage, does: str, share: float) -> list[Markup]:
    count = operations(stage.after)
    if stage.before is None:
        ops = f"{count} operations"
    elif not stage.changed:
        ops = "nothing changed"
    else:
        ops = f"{operations(stage.before)} → {count} operations"
    return [
        tag("b", stage.name, class_="name"),
        tag("span", does, class_="does"),
        tag("span", ops, class_="ops"),
        tag("span", seconds_text(stage.seconds), class_="taken"),
        tag("span", class_="bar", style=f"--share:{share:.3f}"),
    ]


def _shown(stage: Stage, room: int) -> Markup:
    after = print_graph(stage.after).split("\n")
    if stage.before is None:
        return _whole(after, room)
    rows = side_by_side(print_graph(stage.before).split("\n"), after)
    if all(row.same for row in rows):
        return tag("p", "It was built anew; no line of it is another.", class_="cut")
    head = tag("div", tag("span", f"before {stage.name}"), tag("span", f"after {stage.name}"), class_="row titles")
    return tag("div", head, *_within(list(stretches(rows)), room), class_="diff")


def _within(found: Sequence[Stretch], room: int) -> list[Markup]:
    """The stretches: first those with changes, as far as there is room, then those that are folded."""
    open_ones = [None if each.folded else [_row(row) for row in each.rows] for each in found]
    made: list[Markup] = []
    for each, rows in zip(found, open_ones, strict=True):
        if rows is None:
            continue
        kept = 0
        while kept < len(rows) and room >= len(rows[kept]):
            room -= len(rows[kept])
            kept += 1
        if kept < len(rows):
            rows[kept:] = [_cut(f"{len(each.rows) - kept} more lines that changed, or stand near such")]
    for each, rows in zip(found, open_ones, strict=True):
        if rows is not None:
            made += rows
            continue
        count = f"{len(each.rows)} lines that stayed"
        folded = [_row(row) for row in each.rows] if sum(_size(row) for row in each.rows) <= room else []
        if sum(map(len, folded)) <= room and folded:
            room -= sum(map(len, folded))
            made.append(tag("details", tag("summary", count), *folded, class_="folded"))
        else:
            made.append(_cut(count))
    return made


def _size(row: Row) -> int:
    """About as many characters as a row takes at least."""
    return sum(len(side[1]) for side in row[:2] if side is not None)


def _whole(lines: Sequence[str], room: int) -> Markup:
    rows: list[Markup] = []
    for number, text in enumerate(lines, 1):
        row = tag("div", _line((number, text), None), class_="row")
        if room < len(row):
            rows.append(_cut(f"{len(lines) - number + 1} more lines"))
            break
        room -= len(row)
        rows.append(row)
    return tag("div", *rows, class_="diff whole")


def _cut(what: str) -> Markup:
    return tag(
        "div",
        f"{what}: no room for them here; ",
        tag("code", "rnn2onnx compile … --dump-ir DIR"),
        " writes all.",
        class_="cut",
    )


def _row(row: Row) -> Markup:
    sides = (None, None) if row.same else ("was", "now")
    return tag("div", _line(row.left, sides[0]), _line(row.right, sides[1]), class_="row same" if row.same else "row")


def _line(line: tuple[int, str] | None, class_: str | None) -> Markup:
    if line is None:
        return tag("code", class_="none")
    number, text = line
    more = len(text) - LONGEST_LINE
    pieces: list[Markup | str] = [
        tag("i", piece, class_=_CLASSES[what]) if what in _CLASSES else piece
        for piece, what in words(text[:LONGEST_LINE])
    ]
    if more > 0:
        pieces.append(tag("em", f" … {more} more characters"))
    return tag("code", *pieces, data_n=number, class_=class_)
