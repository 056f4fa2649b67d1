"""The lines that two texts have in common, in order: as many as can be, in texts that are not too long and different.

Lines of a program are few different ones many times over, where ``difflib`` takes quadratic time or finds nothing. This
is a greedy search with a bound: where two texts differ in more than so many lines, it goes on from the farthest place
that it reached.

Source:
    E. Myers, An O(ND) difference algorithm and its variations, 1986.
"""

from __future__ import annotations

from collections.abc import Sequence

BOUND = 250
"""So many lines are taken away or added before it goes on from where it is; the time is as its square."""


def common(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the lines in common, from 0, in order."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(line, len(numbers)) for line in before]
    b = [numbers.setdefault(line, len(numbers)) for line in after]
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        # What is equal from here on needs no search.
        while i < len(a) and j < len(b) and a[i] == b[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        found, (x, y) = _reached(a[i:], b[j:])
        pairs += [(i + one, j + other) for one, other in found]
        i, j = i + x, j + y
    return pairs


def _reached(a: Sequence[int], b: Sequence[int]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """The places in common up to the farthest place that the bound allows, and that place."""
    n, m = len(a), len(b)
    far = {1: 0}
    """How far in ``a`` each diagonal got: a diagonal is the place in ``a`` less that in ``b``."""
    trace: list[dict[int, int]] = []
    for changes in range(min(BOUND, n + m) + 1):
        trace.append(dict(far))
        for diagonal in range(-changes, changes + 1, 2):
            x = _start(far, diagonal, changes)
            while x < n and x - diagonal < m and a[x] == b[x - diagonal]:
                x += 1
            far[diagonal] = x
            if x == n and x - diagonal == m:
                return _matches(trace, x, m), (n, m)
    last = len(trace) - 1
    reached = [(x, x - k) for k, x in far.items() if x <= n and x - k <= m and (k - last) % 2 == 0 and abs(k) <= last]
    x, y = max(reached, key=sum)
    return _matches(trace, x, y), (x, y)


def _start(far: dict[int, int], diagonal: int, changes: int) -> int:
    """Where a diagonal begins: a line is added, or taken away, whichever is farther."""
    if diagonal == -changes or (diagonal != changes and far[diagonal - 1] < far[diagonal + 1]):
        return far[diagonal + 1]
    return far[diagonal - 1] + 1


def _matches(trace: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The places in common on the way to a place, from the ways that were taken."""
    pairs: list[tuple[int, int]] = []
    for changes in range(len(trace) - 1, -1, -1):
        start = _start(trace[changes], x - y, changes)
        pairs += [(x - back, y - back) for back in range(1, x - start + 1)]
        y -= x - start
        x = start
        if changes:
            diagonal = x - y
            added = diagonal == -changes or (
                diagonal != changes and trace[changes][diagonal - 1] < trace[changes][diagonal + 1]
            )
            x, y = (x, y - 1) if added else (x - 1, y)
    return pairs[::-1]
