from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx.ir.layout import GAP, Box, Link, nearest, place


@st.composite
def pictures(draw) -> tuple[list[Box], list[Link]]:
    """Boxes of random sizes, and links from earlier to later ones."""
    size = st.floats(10, 200)
    boxes = [Box(draw(size), draw(size), first=i < 2 and draw(st.booleans())) for i in range(draw(st.integers(1, 14)))]
    ends = [Box(draw(size), draw(size), last=True) for _ in range(draw(st.integers(0, 2)))]
    links = []
    for target in range(1, len(boxes)):
        if not boxes[target].first:
            sources = draw(st.lists(st.integers(0, target - 1), max_size=3))
            links += [(boxes[source], boxes[target]) for source in sources]
    links += [(draw(st.sampled_from(boxes)), end) for end in ends]
    port = st.floats(0, 1)
    return [*boxes, *ends], [Link(a, b, a.width * draw(port), b.width * draw(port)) for a, b in links]


@given(pictures())
@settings(max_examples=150, deadline=None)
def test_boxes_lie_apart_inside_of_the_picture(picture: tuple[list[Box], list[Link]]):
    boxes, links = picture
    width, height = place(boxes, links)
    for box in boxes:
        assert box.x >= -1e-6
        assert box.x + box.width <= width + 1e-6
        assert box.y >= -1e-6
        assert box.y + box.height <= height + 1e-6
    for a, b in combinations(boxes, 2):
        beside = a.x + a.width + GAP - 1e-6 <= b.x or b.x + b.width + GAP - 1e-6 <= a.x
        assert beside or a.y + a.height <= b.y or b.y + b.height <= a.y


@given(pictures())
@settings(max_examples=150, deadline=None)
def test_lines_run_down_from_port_to_port_and_miss_all_boxes(picture: tuple[list[Box], list[Link]]):
    boxes, links = picture
    width, _ = place(boxes, links)
    for link in links:
        assert all(-1e-6 <= x <= width + 1e-6 for x, _ in link.points)
        (x, y), (end_x, end_y) = link.points[0], link.points[-1]
        assert (x, y) == pytest.approx((link.source.x + link.leaves, link.source.y + link.source.height))
        assert (end_x, end_y) == pytest.approx((link.target.x + link.enters, link.target.y))
        for (x, y), (next_x, next_y) in pairwise(link.points):
            assert y <= next_y + 1e-6
            for box in boxes:
                if x == next_x and box.x < x < box.x + box.width:
                    # A straight part may touch a box it starts or ends at, and passes every other one.
                    assert next_y <= box.y + 1e-6 or y >= box.y + box.height - 1e-6


@given(pictures())
@settings(max_examples=50, deadline=None)
def test_first_boxes_are_on_top_and_last_ones_at_the_bottom(picture: tuple[list[Box], list[Link]]):
    boxes, links = picture
    place(boxes, links)
    for box in boxes:
        for other in boxes:
            if (box.first and not other.first) or (other.last and not box.last):
                assert box.y + box.height <= other.y


def test_a_chain_is_one_straight_line():
    boxes = [Box(width, 20) for width in (50, 120, 30, 80)]
    links = [Link(a, b, a.width / 2, b.width / 2) for a, b in pairwise(boxes)]
    width, _ = place(boxes, links)
    assert width == pytest.approx(120)
    assert {round(x, 3) for link in links for x, _ in link.points} == {60}


def test_lines_that_need_not_cross_do_not():
    tops, lows = [Box(40, 20, first=True) for _ in range(4)], [Box(40, 20) for _ in range(4)]
    links = [Link(a, b, 20, 20) for a, b in zip(tops, lows[::-1], strict=True)]
    place([*tops, *lows], links)
    assert all(link.points[0][0] == pytest.approx(link.points[-1][0]) for link in links)


def test_nothing_takes_no_room():
    assert place([], []) == (0.0, 0.0)


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 5), st.floats(1, 20)), min_size=1, max_size=6), st.data()
)
@settings(max_examples=100, deadline=None)
def test_nearest_places_keep_their_order_and_no_other_ones_are_nearer(wishes, data):
    wanted, weights, room = ([float(w[i]) for w in wishes] for i in range(3))
    found = nearest(wanted, weights, room[:-1])
    assert all(b - a >= distance - 1e-6 for (a, b), distance in zip(pairwise(found), room, strict=False))

    def cost(places):
        return sum(weight * (x - want) ** 2 for x, want, weight in zip(places, wanted, weights, strict=True))

    moves = data.draw(st.lists(st.floats(-10, 10), min_size=len(found), max_size=len(found)))
    other = list(np.add(found, moves))
    if all(b - a >= distance for (a, b), distance in zip(pairwise(other), room, strict=False)):
        assert cost(other) >= cost(found) - 1e-6
