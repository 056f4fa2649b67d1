"""What the forms of a recurrence cost, drawn: time against steps at a few batches, and against batch at a few steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rnn2onnx.passes.report import Alternative, Sizes
from rnn2onnx.runtime.line_chart import COLOURS, DASHES, Line, Look, line_chart
from rnn2onnx.runtime.report.markup import Markup, tag
from rnn2onnx.runtime.report.sizes import known, shown
from rnn2onnx.units import seconds_text

_BATCH, _STEPS = 0, 1
_PREDICTED, _MEASURED = 0, 1
"""The patterns of the lines."""
_RATIO = "How many times as long as the fastest, against batch"


def _time(microseconds: float) -> str:
    return seconds_text(microseconds * 1e-6)


def _times(ratio: float) -> str:
    return f"{ratio:.3g}×"


def plots(alternatives: Sequence[Alternative]) -> Markup | None:
    """Charts and what their lines mean; None where no time is known at two lengths."""
    axes, chosen = known(alternatives), shown(alternatives)
    groups: list[Markup] = []
    if len(axes.steps) > 1:
        at = [("batch", batch) for batch in chosen.batches]
        groups.append(_group("Time against steps", alternatives, "steps", _STEPS, at))
    if len(axes.batches) > 1:
        at = [("steps", steps) for steps in chosen.steps]
        groups.append(_group("Time against batch", alternatives, "batch", _BATCH, at))
        if len(alternatives) > 1:
            groups.append(_group(_RATIO, _ratios(alternatives), "batch", _BATCH, at, say=_times, least=1.0))
    return tag("div", _legend(alternatives), *groups, class_="plots") if groups else None


def swatch(colour: int, dash: int = _PREDICTED) -> Markup:
    """The piece of line that stands for a form."""
    pattern, stroke = DASHES[dash % len(DASHES)], COLOURS[colour % len(COLOURS)]
    line = Markup(f'<path d="M0 5h26" stroke="{stroke}" stroke-width="2.5" stroke-dasharray="{pattern}"/>')
    ring = Markup(f'<circle cx="13" cy="5" r="4" fill="none" stroke="{stroke}" stroke-width="2"/>') if dash else None
    return tag("svg", line, ring, class_="swatch", width=26, height=10, aria_hidden="true")


def _legend(alternatives: Sequence[Alternative]) -> Markup:
    entries = [tag("li", swatch(index), each.form) for index, each in enumerate(alternatives)]
    if any(each.measured for each in alternatives):
        entries.append(tag("li", swatch(0, _MEASURED), "rings: the whole program, measured"))
    return tag("ul", *entries, class_="legend")


def _group(
    title: str,
    alternatives: Sequence[Alternative],
    across: str,
    axis: int,
    fixed: Sequence[tuple[str, int]],
    say: Callable[[float], str] = _time,
    least: float = 0.0,
) -> Markup:
    """Charts with one scale, one for each size of the other length."""
    groups = [(f"{name} {size}", _lines(alternatives, axis, size)) for name, size in fixed]
    numbers = [number for _, lines in groups for line in lines for _, number, _, _ in line.points]
    look = Look(width=460, height=230, legend=False, alone=False, say=say, around=numbers, least=least)
    charts = [Markup(line_chart(name, across, "", lines, look)) for name, lines in groups if lines]
    return tag("section", tag("h5", title), tag("div", *charts, class_="charts"))


def _ratios(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """The same with each time in times of the least one there."""
    least: dict[Sizes, float] = {}
    for each in alternatives:
        for sizes, time in each.costs.items():
            least[sizes] = min(time, least.get(sizes, math.inf))
    return [
        replace(
            each, costs={sizes: time / least[sizes] for sizes, time in each.costs.items() if least[sizes]}, measured={}
        )
        for each in alternatives
    ]


def _lines(alternatives: Sequence[Alternative], axis: int, size: int) -> list[Line]:
    found: list[Line] = []
    for index, each in enumerate(alternatives):
        for dash, costs in ((_PREDICTED, each.costs), (_MEASURED, each.measured)):
            points = _points(costs, axis, size)
            if points:
                found.append(Line(f"{each.form}{', measured' * dash}", index, dash, points, rings=dash == _MEASURED))
    return found


def _points(costs: Mapping[Sizes, float], axis: int, size: int) -> list[tuple[float, float, float, float]]:
    times = sorted((sizes[axis], float(time)) for sizes, time in costs.items() if sizes[1 - axis] == size)
    return [(float(at), time, time, time) for at, time in times if math.isfinite(time) and time > 0]
