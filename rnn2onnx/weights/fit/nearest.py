"""Which of a file's arrays a missing variable may be: alike in name, or of the same shape."""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.fitting import Expected

_LONGEST = 160
"""The characters of a name that are compared, its last ones."""

_COMPARED = 24
"""The arrays that are compared character by character for one variable."""

_LEAST, _CLOSE = 0.8, 0.2
"""The likeness from which on an array is worth a look, and how much less than the best it may have."""

_SHAPE, _REVERSED, _NUMBERS = 0.6, 0.3, 0.2
"""What counts beside a name, which counts at most one: the shape, its reverse, and the same numbers in the name."""

_DIGITS = re.compile(r"\d+")

_WORDS = re.compile(r"[^/.]+")


def nearest(name: str, expected: Expected, candidates: Mapping[str, Entry], most: int = 3) -> list[str]:
    """The candidates that are most like a variable, the likest first.

    Args:
        name: Of the variable.
        expected: Its dtype and shape.
        candidates: The file's arrays that have no variable, by name.
        most: How many are given at most.
    """
    words = set(_words(name))
    rough = heapq.nlargest(
        _COMPARED,
        candidates,
        key=lambda found: (_shapes(expected, candidates[found]), len(words.intersection(_words(found)))),
    )
    likeness = {found: _likeness(name, expected, found, candidates[found]) for found in rough}
    best = heapq.nlargest(most, likeness, key=likeness.__getitem__)
    least = max([_LEAST, *(likeness[found] - _CLOSE for found in best[:1])])
    return [found for found in best if likeness[found] >= least]


def _likeness(name: str, expected: Expected, found: str, entry: Entry) -> float:
    names = [found, entry.path] if entry.path and entry.path != found else [found]
    return _shapes(expected, entry) + max(_names(name, other) for other in names)


def _names(name: str, other: str) -> float:
    ratio = SequenceMatcher(None, name[-_LONGEST:], other[-_LONGEST:], autojunk=False).ratio()
    return ratio + (_NUMBERS if set(_DIGITS.findall(name)) == set(_DIGITS.findall(other)) else 0.0)


def _shapes(expected: Expected, entry: Entry) -> float:
    if entry.shape == expected.shape:
        return _SHAPE
    return _REVERSED if entry.shape == expected.shape[::-1] else 0.0


def _words(name: str) -> Sequence[str]:
    return _WORDS.findall(name)
