from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from rnn2onnx.runtime.line_chart import Line, line_chart


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def places(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def straight(*numbers: float) -> Line:
    return Line("a", 0, 0, [(number, number, number, number) for number in numbers])


def test_far_apart_numbers_are_placed_by_their_logarithms():
    (x0, y0), (x1, y1), (x2, y2) = places(line_chart("", "", "", [straight(1, 10, 100)]))
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)


def test_numbers_near_each_other_are_placed_from_zero():
    (x0, _), (x1, _), (x2, _) = places(line_chart("", "", "", [straight(1, 2, 4)]))
    assert x2 - x1 == pytest.approx(2 * (x1 - x0), abs=0.2)


def test_a_lone_point_a_length_of_zero_and_odd_names_are_drawn():
    line = Line("<b> & c", 9, 5, [(0, 0.5, 1.0, 2.0)])
    svg = line_chart("<title>", "batch & time", "ms", [line])
    assert {"<title>", "batch & time", "<b> & c"} <= set(texts(svg))
    assert len(places(svg)) == 1


@pytest.mark.parametrize("most", [1e-6, 0.37, 1.0, 9.9, 5e4])
def test_there_are_a_few_round_ticks(most):
    svg = line_chart("", "", "", [Line("", 0, 0, [(1, most / 2, most / 2, most)])])
    ticks = [float(text) for text in texts(svg)[3:-2]]
    assert 3 <= len(ticks) <= 7
    assert ticks == sorted(ticks)
    assert ticks[-1] <= most * 1.1
