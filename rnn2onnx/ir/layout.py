"""Where boxes stand so that lines between them run downwards and seldom cross: a layered drawing of an acyclic graph.

Boxes get ranks, so that every line goes down; a line over several ranks gets a slot in each rank between, shared by the
lines that leave one port together. Ranks are ordered by the barycentre of their neighbours, then each rank's boxes move
as near to their neighbours as their order and width allow. Source: Sugiyama, Tagawa, Toda, "Methods for visual
understanding of hierarchical system structures", 1981; the last step is isotonic regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 18.0
"""Pixels between two boxes of a rank."""
_FALL = 26.0
_SLOT = 6.0
_SWEEPS = 24

Point = tuple[float, float]
_Near = dict["Box", list[tuple["Box", float]]]


@dataclass(eq=False)
class Box:
    """A rectangle to place.

    Attributes:
        width: In pixels.
        height: In pixels.
        first: Whether it belongs into the first rank.
        last: Whether it belongs into the last rank.
        x: Its left edge, once placed.
        y: Its top edge, once placed.
    """

    width: float
    height: float
    first: bool = False
    last: bool = False
    x: float = 0.0
    y: float = 0.0
    rank: int = field(default=0, repr=False)
    chain: list[Box] | None = field(default=None, repr=False)
    """Of a slot: all slots of its line. None for a box."""

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2


@dataclass(eq=False)
class Link:
    """A line from a port below one box to a port above another.

    Attributes:
        source: The upper box, which stands earlier in the list of boxes.
        target: The lower box.
        leaves: The port's distance from the left edge of ``source``.
        enters: The port's distance from the left edge of ``target``.
        points: Its corners from top to bottom, once placed; between two at one x it is straight.
    """

    source: Box
    target: Box
    leaves: float
    enters: float
    points: list[Point] = field(default_factory=list)


@dataclass(eq=False)
class _Step:
    """The part of a line between two neighbouring ranks."""

    upper: Box
    lower: Box
    leaves: float
    enters: float


def place(boxes: Sequence[Box], links: Sequence[Link]) -> tuple[float, float]:
    """Places boxes and links; the width and height of the whole, whose upper left corner is (0, 0).

    Args:
        boxes: In an order in which every link goes from an earlier box to a later one.
        links: Between these boxes.
    """
    if not boxes:
        return 0.0, 0.0
    _assign_ranks(boxes, links)
    steps, slots, routes = _split(links)
    ranks: list[list[Box]] = [[] for _ in range(1 + max(box.rank for box in boxes))]
    for box in [*boxes, *slots]:
        ranks[box.rank].append(box)
    _order(ranks, steps)
    _spread(ranks, steps)
    height = _stack(ranks, steps)
    left = min(box.x for box in [*boxes, *slots])
    for box in [*boxes, *slots]:
        box.x -= left
    tops = [min(box.y for box in rank) for rank in ranks]
    ends = [max(box.y + box.height for box in rank) for rank in ranks]
    for link in links:
        link.points = _corners(link, routes[link], tops, ends)
    right = max(box.x + box.width for box in [*boxes, *slots])
    return right, height


def _assign_ranks(boxes: Sequence[Box], links: Sequence[Link]) -> None:
    above: dict[Box, list[Box]] = {box: [] for box in boxes}
    below: dict[Box, list[Box]] = {box: [] for box in boxes}
    for link in links:
        above[link.target].append(link.source)
        below[link.source].append(link.target)
    for box in boxes:
        box.rank = max((upper.rank + 1 for upper in above[box]), default=0)
        if not box.first and any(other.first for other in boxes):
            box.rank = max(box.rank, 1)
    last = max(box.rank for box in boxes)
    for box in boxes:
        if box.last:
            box.rank = last if not any(not other.last and other.rank == last for other in boxes) else last + 1
    # What more lines leave than enter stands as low as it can: its lines are shorter in sum.
    for box in reversed(boxes):
        if not box.first and not box.last and len(below[box]) > len(above[box]):
            box.rank = max(box.rank, min(lower.rank for lower in below[box]) - 1)


def _split(links: Sequence[Link]) -> tuple[list[_Step], list[Box], dict[Link, list[Box]]]:
    """The links cut into steps of one rank, the slots they go through, and each link's slots from top to bottom."""
    chains: dict[tuple[Box, float], list[Box]] = {}
    steps: dict[tuple[Box, Box, float, float], _Step] = {}
    routes: dict[Link, list[Box]] = {}

    def step(upper: Box, lower: Box, leaves: float, enters: float) -> None:
        steps.setdefault((upper, lower, leaves, enters), _Step(upper, lower, leaves, enters))

    for link in links:
        chain = chains.setdefault((link.source, link.leaves), [])
        while link.source.rank + len(chain) + 1 < link.target.rank:
            chain.append(Box(_SLOT, 0.0, rank=link.source.rank + len(chain) + 1, chain=chain))
        route = chain[: max(0, link.target.rank - link.source.rank - 1)]
        places = [(link.source, link.leaves), *((slot, _SLOT / 2) for slot in route)]
        for (upper, leaves), (lower, _) in pairwise(places):
            step(upper, lower, leaves, _SLOT / 2)
        step(places[-1][0], link.target, places[-1][1], link.enters)
        routes[link] = route
    return list(steps.values()), [slot for chain in chains.values() for slot in chain], routes


# -- order -------------------------------------------------------------------------------------------------------------


def _order(ranks: list[list[Box]], steps: Sequence[_Step]) -> None:
    """Orders the boxes of each rank so that few lines cross."""
    above, below = _neighbours(steps)
    place = {box: float(i) for rank in ranks for i, box in enumerate(rank)}

    def key(box: Box, side: _Near) -> float:
        near = side.get(box)
        return sum(place[other] + port for other, port in near) / len(near) if near else place[box]

    best, fewest = [list(rank) for rank in ranks], _crossings(ranks, steps)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        side = above if down else below
        for rank in ranks[1:] if down else ranks[-2::-1]:
            keys = {box: key(box, side) for box in rank}
            rank.sort(key=keys.__getitem__)
            place.update({box: float(i) for i, box in enumerate(rank)})
        count = _crossings(ranks, steps)
        if count < fewest:
            best, fewest = [list(rank) for rank in ranks], count
        if not fewest:
            break
    for rank, order in zip(ranks, best, strict=True):
        rank[:] = order


def _neighbours(steps: Sequence[_Step]) -> tuple[_Near, _Near]:
    """For each box those above and below it, with the port there as a fraction of the width from the middle."""
    above: _Near = {}
    below: _Near = {}
    for step in steps:
        above.setdefault(step.lower, []).append((step.upper, step.leaves / max(1.0, step.upper.width) - 0.5))
        below.setdefault(step.upper, []).append((step.lower, step.enters / max(1.0, step.lower.width) - 0.5))
    return above, below


def _crossings(ranks: Sequence[Sequence[Box]], steps: Sequence[_Step]) -> int:
    place = {box: i for rank in ranks for i, box in enumerate(rank)}
    by_rank: dict[int, list[tuple[float, float]]] = {}
    for step in steps:
        upper = place[step.upper] + step.leaves / (step.upper.width + 1)
        lower = place[step.lower] + step.enters / (step.lower.width + 1)
        by_rank.setdefault(step.upper.rank, []).append((upper, lower))
    count = 0
    for pairs in by_rank.values():
        pairs.sort()
        for i, (_, lower) in enumerate(pairs):
            count += sum(1 for _, other in pairs[:i] if other > lower)
    return count


# -- places ------------------------------------------------------------------------------------------------------------


def _spread(ranks: Sequence[Sequence[Box]], steps: Sequence[_Step]) -> None:
    """Gives every box its x: near to its neighbours, straight lines first."""
    pulls: dict[Box, list[tuple[Box, float, bool]]] = {}
    for step in steps:
        pulls.setdefault(step.lower, []).append((step.upper, step.leaves - step.enters, True))
        pulls.setdefault(step.upper, []).append((step.lower, step.enters - step.leaves, False))
    for rank in ranks:
        x = 0.0
        for box in rank:
            box.x = x
            x += box.width + GAP
    for sweep in range(2 * _SWEEPS):
        down = sweep % 2 == 0
        both = sweep >= _SWEEPS // 2
        for rank in ranks if down else ranks[::-1]:
            wanted, weights = [], []
            for box in rank:
                near = [other.x + shift for other, shift, above in pulls.get(box, ()) if both or above == down]
                want, weight = (sum(near) / len(near), float(len(near))) if near else (box.x, 0.01)
                if box.chain and both:
                    # A line is kept straight, as a bend in it is seen more than one at a box.
                    want = (want + 4 * sum(slot.x for slot in box.chain) / len(box.chain)) / 5
                    weight = 8.0
                wanted.append(want)
                weights.append(weight)
            room = [box.width + (_SLOT if box.chain and after.chain else GAP) for box, after in pairwise(rank)]
            for box, x in zip(rank, nearest(wanted, weights, room), strict=True):
                box.x = x


def nearest(wanted: Sequence[float], weights: Sequence[float], room: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep their order, with room between neighbours.

    Args:
        wanted: Where each would like to be.
        weights: How much each does.
        room: The least distance from each to the next, one fewer.
    """
    offsets = [0.0]
    for distance in room:
        offsets.append(offsets[-1] + distance)
    groups: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = want - offset, weight, 1
        while groups and groups[-1][0] > mean:
            other, more, several = groups.pop()
            mean = (mean * total + other * more) / (total + more)
            total, count = total + more, count + several
        groups.append((mean, total, count))
    means = [mean for mean, _, count in groups for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _stack(ranks: Sequence[Sequence[Box]], steps: Sequence[_Step]) -> float:
    """Gives every box its y; lines that go far sideways get more room to fall. The height of all."""
    sideways = [0.0] * len(ranks)
    for step in steps:
        shift = abs(step.upper.x + step.leaves - step.lower.x - step.enters)
        sideways[step.upper.rank] = max(sideways[step.upper.rank], shift)
    y = 0.0
    for rank, shift in zip(ranks, sideways, strict=True):
        tallest = max(box.height for box in rank)
        for box in rank:
            box.y = y + (tallest - box.height) / 2
            if box.chain:
                box.y, box.height = y, tallest
        y += tallest + _FALL + min(70.0, 0.08 * shift)
    return y - _FALL - min(70.0, 0.08 * sideways[-1])


def _corners(link: Link, route: Sequence[Box], tops: Sequence[float], ends: Sequence[float]) -> list[Point]:
    source, target = link.source, link.target
    x, last = source.x + link.leaves, target.x + link.enters
    points = [(x, source.y + source.height), (x, ends[source.rank])]
    for slot in route:
        points += [(slot.middle, tops[slot.rank]), (slot.middle, ends[slot.rank])]
    return [*points, (last, tops[target.rank]), (last, target.y)]
