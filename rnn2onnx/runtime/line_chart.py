"""A chart of lines as SVG without scripts: numbers above zero against lengths, for light and dark pages."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_LEFT, _RIGHT, _TOP, _BOTTOM = 70.0, 20.0, 40.0, 50.0
_ROW = 18.0
_WIDE = 8.0
"""From this ratio of the largest to the smallest number on, an axis is logarithmic."""
_APART = 30.0
"""What is below the axis stands at least so far apart."""
_MOST_TICKS = 8
COLOURS = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#cf222e", "#9a6700", "#1b7c83", "#bf3989")
"""Dark enough for a light page, and light enough for a dark one."""
DASHES = ("none", "6 4", "2 3", "8 3 2 3")
"""Patterns of lines, for ``stroke-dasharray``."""

STYLE = """
.chart text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#57606a}
.chart .title{font-size:13px;font-weight:600;fill:#1f2328}.chart .page{fill:#ffffff}
.chart .grid{stroke:#d0d7de;stroke-width:1}.chart .line{fill:none;stroke-width:2}
.chart .band{fill-opacity:.15;stroke:none}
@media(prefers-color-scheme:dark){.chart text{fill:#9ea7b3}.chart .title{fill:#e6edf3}.chart .page{fill:#0d1117}
.chart .grid{stroke:#30363d}}
"""
"""The looks of a chart; a page that holds charts which do not stand alone has them once."""


def _plain(number: float) -> str:
    return f"{number:g}"


@dataclass(frozen=True)
class Look:
    """How a chart is drawn.

    Attributes:
        width: In pixels.
        height: In pixels, without the legend.
        legend: Whether the labels of the lines stand below it.
        alone: Whether it is a file of its own, or a part of a page that has the ``STYLE``.
        say: A number from bottom to top in words.
        around: Numbers that the axis from bottom to top has room for besides the lines' own, so that charts beside each
            other have one scale.
        least: Where that axis begins, if it is not logarithmic.
    """

    width: float = 640.0
    height: float = 400.0
    legend: bool = True
    alone: bool = True
    say: Callable[[float], str] = _plain
    around: Sequence[float] = ()
    least: float = 0.0


_ALONE = Look()


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes:
        label: What it says beside its colour.
        colour: Lines with equal numbers have one colour.
        dash: Lines with equal numbers have one pattern.
        points: Places from left to right: where, and the low, middle and high number there.
        rings: Whether its points are rings, which show where they lie on those of another line.
    """

    label: str
    colour: int
    dash: int
    points: Sequence[tuple[float, float, float, float]]
    rings: bool = False


def line_chart(title: str, across: str, upwards: str, lines: Sequence[Line], look: Look = _ALONE) -> str:
    """The SVG text.

    Args:
        title: Stands above it.
        across: What the numbers from left to right are.
        upwards: What the numbers from bottom to top are.
        lines: One or more, each of one or more points; every number is above zero.
        look: How it is drawn.
    """
    right, bottom = look.width - _RIGHT, look.height - _BOTTOM
    x = _Axis([x for line in lines for x, *_ in line.points], _LEFT, right)
    numbers = [number for line in lines for _, *three in line.points for number in three]
    y = _Axis([*numbers, *look.around], bottom, _TOP, look.least)
    height = look.height + _ROW * len(lines) * look.legend
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {look.width:g} {height:g}" '
        f'width="{look.width:g}" height="{height:g}" role="img">',
        f"<title>{html.escape(title)}</title>",
        *([f"<style>{STYLE}</style>"] if look.alone else []),
        '<rect class="page" width="100%" height="100%"/>',
        f'<text class="title" x="{_LEFT:g}" y="24">{html.escape(title)}</text>',
        f'<text x="{right:g}" y="24" text-anchor="end">{html.escape(upwards)}</text>',
        f'<text x="{(_LEFT + right) / 2:g}" y="{bottom + 38:g}" text-anchor="middle">{html.escape(across)}</text>',
    ]
    for tick in y.ticks():
        at = y.place(tick)
        svg.append(f'<path class="grid" d="M{_LEFT:g} {at:.1f}H{right:g}"/>')
        svg.append(f'<text x="{_LEFT - 8:g}" y="{at + 4:.1f}" text-anchor="end">{html.escape(look.say(tick))}</text>')
    last = -math.inf
    for tick in sorted({x for line in lines for x, *_ in line.points}):
        at = x.place(tick)
        svg.append(f'<path class="grid" d="M{at:.1f} {bottom:g}v5"/>')
        if at - last >= _APART:
            svg.append(f'<text x="{at:.1f}" y="{bottom + 20:g}" text-anchor="middle">{tick:g}</text>')
            last = at
    for index, line in enumerate(lines):
        svg += _drawn(line, x, y, across, look)
        if look.legend:
            svg += _named(line, look.height + _ROW * index)
    return "\n".join([*svg, "</svg>", ""])


def _drawn(line: Line, x: _Axis, y: _Axis, across: str, look: Look) -> list[str]:
    colour = COLOURS[line.colour % len(COLOURS)]
    middle = [(x.place(at), y.place(number)) for at, _, number, _ in line.points]
    edge = [(x.place(at), y.place(low)) for at, low, _, _ in line.points]
    edge += [(x.place(at), y.place(high)) for at, _, _, high in reversed(line.points)]
    band = any(low != high for _, low, _, high in line.points)
    said = [f"{line.label}, {across} {at:g}: {look.say(number)}".lstrip(", ") for at, _, number, _ in line.points]
    dot = f'r="5.5" fill="none" stroke="{colour}" stroke-width="2"' if line.rings else f'r="3" fill="{colour}"'
    return [
        *([f'<path class="band" fill="{colour}" d="{_path(edge)}Z"/>'] if band else []),
        f'<path class="line" {_stroke(line)} d="{_path(middle)}"/>',
        *(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" {dot}><title>{html.escape(words)}</title></circle>'
            for (a, b), words in zip(middle, said, strict=True)
        ),
    ]


def _named(line: Line, y: float) -> list[str]:
    return [
        f'<path class="line" {_stroke(line)} d="M{_LEFT:g} {y:g}h30"/>',
        f'<text x="{_LEFT + 38:g}" y="{y + 4:g}">{html.escape(line.label)}</text>',
    ]


def _stroke(line: Line) -> str:
    return f'stroke="{COLOURS[line.colour % len(COLOURS)]}" stroke-dasharray="{DASHES[line.dash % len(DASHES)]}"'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)


class _Axis:
    """Puts numbers above zero on a stretch of the page; far apart ones by their logarithms, others from an origin."""

    def __init__(self, numbers: Sequence[float], start: float, end: float, origin: float = 0.0) -> None:
        least, most = min(numbers), max(numbers)
        self.logarithmic = least > 0 and most / least >= _WIDE
        self.low, self.high = (least / 1.1, most * 1.1) if self.logarithmic else (origin, most * 1.1 or 1.0)
        self.start, self.end = start, end

    def place(self, number: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            number, low, high = math.log(number), math.log(low), math.log(high)
        return self.start + (self.end - self.start) * (number - low) / (high - low)

    def ticks(self) -> list[float]:
        """A few round numbers on the axis: 1, 2 and 5 of each power of ten, or fewer of them, or equal steps."""
        if self.logarithmic:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            ticks: list[float] = []
            for digits, stride in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 3)):
                every = [digit * 10.0**power for power in powers if power % stride == 0 for digit in digits]
                ticks = [tick for tick in every if self.low <= tick <= self.high]
                if len(ticks) <= _MOST_TICKS:
                    break
            return ticks
        length = self.high - self.low
        power = 10.0 ** math.floor(math.log10(length / 4))
        step = next(digit * power for digit in (1, 2, 5, 10) if length / (digit * power) <= 5)
        return [step * index for index in range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step) + 1)]
