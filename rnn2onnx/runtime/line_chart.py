"""A chart of lines as one SVG file without scripts: numbers above zero against lengths, for light and dark pages."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 640.0, 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 70.0, 20.0, 40.0, 50.0
_ROW = 18.0
_WIDE = 8.0
"""From this ratio of the largest to the smallest number on, an axis is logarithmic."""
_COLOURS = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#cf222e", "#9a6700", "#1b7c83", "#bf3989")
_DASHES = ("none", "6 4", "2 3", "8 3 2 3")

_STYLE = """
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#57606a}
.title{font-size:13px;font-weight:600;fill:#1f2328}.page{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}
.line{fill:none;stroke-width:2}.band{fill-opacity:.15;stroke:none}
@media(prefers-color-scheme:dark){text{fill:#9ea7b3}.title{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#30363d}}
"""


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes:
        label: What it says beside its colour.
        colour: Lines with equal numbers have one colour.
        dash: Lines with equal numbers have one pattern.
        points: Places from left to right: where, and the low, middle and high number there.
    """

    label: str
    colour: int
    dash: int
    points: Sequence[tuple[float, float, float, float]]


def line_chart(title: str, across: str, upwards: str, lines: Sequence[Line]) -> str:
    """The SVG text.

    Args:
        title: Stands above it.
        across: What the numbers from left to right are.
        upwards: What the numbers from bottom to top are.
        lines: One or more, each of one or more points; every number is above zero.
    """
    x = _Axis([x for line in lines for x, *_ in line.points], _LEFT, _WIDTH - _RIGHT)
    y = _Axis([number for line in lines for _, *three in line.points for number in three], _HEIGHT - _BOTTOM, _TOP)
    height = _HEIGHT + _ROW * len(lines)
    bottom = _HEIGHT - _BOTTOM
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}" width="{_WIDTH:g}" '
        f'height="{height:g}" role="img">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        '<rect class="page" width="100%" height="100%"/>',
        f'<text class="title" x="{_LEFT:g}" y="24">{html.escape(title)}</text>',
        f'<text x="{_WIDTH - _RIGHT:g}" y="24" text-anchor="end">{html.escape(upwards)}</text>',
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:g}" y="{bottom + 38:g}" text-anchor="middle">'
        f"{html.escape(across)}</text>",
    ]
    for tick in y.ticks():
        at = y.place(tick)
        svg.append(f'<path class="grid" d="M{_LEFT:g} {at:.1f}H{_WIDTH - _RIGHT:g}"/>')
        svg.append(f'<text x="{_LEFT - 8:g}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in sorted({x for line in lines for x, *_ in line.points}):
        svg.append(f'<path class="grid" d="M{x.place(tick):.1f} {bottom:g}v5"/>')
        svg.append(f'<text x="{x.place(tick):.1f}" y="{bottom + 20:g}" text-anchor="middle">{tick:g}</text>')
    for index, line in enumerate(lines):
        svg += _drawn(line, x, y, _HEIGHT + _ROW * index)
    return "\n".join([*svg, "</svg>", ""])


def _drawn(line: Line, x: _Axis, y: _Axis, legend: float) -> list[str]:
    colour = _COLOURS[line.colour % len(_COLOURS)]
    stroke = f'stroke="{colour}" stroke-dasharray="{_DASHES[line.dash % len(_DASHES)]}"'
    middle = [(x.place(at), y.place(number)) for at, _, number, _ in line.points]
    edge = [(x.place(at), y.place(low)) for at, low, _, _ in line.points]
    edge += [(x.place(at), y.place(high)) for at, _, _, high in reversed(line.points)]
    return [
        f'<path class="band" fill="{colour}" d="{_path(edge)}Z"/>',
        f'<path class="line" {stroke} d="{_path(middle)}"/>',
        *(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in middle),
        f'<path class="line" {stroke} d="M{_LEFT:g} {legend:g}h30"/>',
        f'<text x="{_LEFT + 38:g}" y="{legend + 4:g}">{html.escape(line.label)}</text>',
    ]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)


class _Axis:
    """Puts numbers above zero on a stretch of the page; far apart ones by their logarithms, others from zero."""

    def __init__(self, numbers: Sequence[float], start: float, end: float) -> None:
        least, most = min(numbers), max(numbers)
        self.logarithmic = least > 0 and most / least >= _WIDE
        self.low, self.high = (least / 1.1, most * 1.1) if self.logarithmic else (0.0, most * 1.1 or 1.0)
        self.start, self.end = start, end

    def place(self, number: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            number, low, high = math.log(number), math.log(low), math.log(high)
        return self.start + (self.end - self.start) * (number - low) / (high - low)

    def ticks(self) -> list[float]:
        """Round numbers on the axis: 1, 2 and 5 of each power of ten, or equal steps."""
        if self.logarithmic:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            every = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
            return [tick for tick in every if self.low <= tick <= self.high]
        power = 10.0 ** math.floor(math.log10(self.high / 4))
        step = next(digit * power for digit in (1, 2, 5, 10) if self.high / (digit * power) <= 5)
        return [step * index for index in range(int(self.high / step) + 1)]
