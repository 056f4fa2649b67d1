"""Regular expressions that would give a file's names the model's, found by trying what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.fitting import Expected, Fit
from rnn2onnx.weights.fit.nearest import nearest

_RULES = 8
_TRIED = 3
_SAMPLE = 64
_KEPT = 8
_WORDS = 8
"""Bounds of the search: rules in a row, variables and arrays to learn one from, names to try it on first, rules that
are then tried on all, and words around the difference."""

Rule = tuple[str, str]


@dataclass(frozen=True)
class Suggestion:
    """A renaming.

    Attributes:
        rules: Regular expressions and what stands in their place, in order.
        missing: How many variables would still be missing.
        left_over: How many arrays would still be left over.
    """

    rules: tuple[Rule, ...]
    missing: int
    left_over: int


def suggestion(fit: Fit) -> Suggestion | None:
    """The few rules under which most of the missing variables have their arrays; None if none helps.

    No rule changes the name of an array that fits.

    Args:
        fit: Weights that don't fit.
    """
    missing = {name: fit.expected[name] for name in fit.missing}
    left = dict(fit.left_over)
    settled = [*fit.matched, *fit.mis_shaped]
    rules: list[Rule] = []
    while missing and left and len(rules) < _RULES:
        best = _best(missing, left, settled)
        if best is None:
            break
        rules.append(best)
        named = _named(best, left)
        for new in _gained(named, missing):
            settled.append(new)
            del missing[new]
        left = {new: entry for new, entry in named.items() if new not in settled}
    return Suggestion(tuple(rules), len(missing), len(left)) if rules else None


def _best(missing: Mapping[str, Expected], left: Mapping[str, Entry], settled: Sequence[str]) -> Rule | None:
    """The rule that finds the most arrays, the shortest of those that find as many."""
    some = dict(list(left.items())[:_SAMPLE])
    rough: dict[Rule, int] = {}
    for name in list(missing)[:_TRIED]:
        for found in nearest(name, missing[name], left, _TRIED):
            if left[found].shape == missing[name].shape:
                here = {**some, found: left[found]}
                for rule in _rules(found, name):
                    rough.setdefault(rule, _score(rule, missing, here, settled[:_SAMPLE]))
    kept = sorted((rule for rule, score in rough.items() if score), key=lambda rule: (-rough[rule], _length(rule)))
    scores = {rule: _score(rule, missing, left, settled) for rule in kept[:_KEPT]}
    best = min(scores, key=lambda rule: (-scores[rule], _length(rule)), default=None)
    return best if best is not None and scores[best] else None


def _length(rule: Rule) -> int:
    return len(rule[0]) + len(rule[1])


def _score(rule: Rule, missing: Mapping[str, Expected], left: Mapping[str, Entry], settled: Sequence[str]) -> int:
    """How many arrays a rule finds; 0 if it spoils others."""
    pattern = re.compile(rule[0])
    if any(pattern.sub(rule[1], name) != name for name in settled):
        return 0
    named = _named(rule, left)
    if len(named) < len(left) or not named.keys().isdisjoint(settled):
        return 0
    return len(_gained(named, missing))


def _named(rule: Rule, left: Mapping[str, Entry]) -> dict[str, Entry]:
    pattern = re.compile(rule[0])
    return {pattern.sub(rule[1], name): entry for name, entry in left.items()}


def _gained(named: Mapping[str, Entry], missing: Mapping[str, Expected]) -> list[str]:
    return [new for new, entry in named.items() if new in missing and entry.shape == missing[new].shape]


def _rules(found: str, wanted: str) -> Iterator[Rule]:
    """Rules that make one name of another, from those that see the least of the names around the difference."""
    old, new = found.split("/"), wanted.split("/")
    shared = min(len(old), len(new))
    first = next((i for i in range(shared) if old[i] != new[i]), shared)
    last = next((i for i in range(shared - first) if old[-1 - i] != new[-1 - i]), shared - first)
    before, after = old[:first], old[len(old) - last :]
    a, b = old[first : len(old) - last], new[first : len(new) - last]
    for left in range(min(len(before), _WORDS) + 1):
        for right in range(min(len(after), _WORDS) + 1):
            starts, ends = left == len(before), right == len(after)
            around = before[len(before) - left :], after[:right]
            texts = ["/".join([*around[0], *middle, *around[1]]) for middle in (a, b)]
            yield from _anchored(texts[0], texts[1], starts, ends)
    if a and not before:
        yield "^" + "[^/]+/" * len(a), "/".join([*b, ""])
    if "." in found:
        yield r"\.", "/"


def _anchored(old: str, new: str, starts: bool, ends: bool) -> Iterator[Rule]:
    """A rule for some words of a name and those that stand in their place, in the name's beginning, end or middle."""
    if not old:
        if starts:
            yield "^", f"{new}/"
        elif ends:
            yield "$", f"/{new}"
        return
    new = new.replace("\\", r"\\")
    head, tail = "^" if starts else "/", "$" if ends else "/"
    left, right = head.strip("^"), tail.strip("$")
    inner = f"{left}{new}{right}" if new else (left if right else "")
    if starts and not new:
        inner = ""
    for pattern, replacement in ((re.escape(old), inner), _any_number(old, inner)):
        rule = f"{head}{pattern}{tail}".replace(r"\-", "-"), replacement
        yield rule
        if not starts:
            yield f"(^|/){rule[0][1:]}", _shifted(rule[1], left)


def _any_number(old: str, new: str) -> Rule:
    """The rule for all numbers in the place of those in ``old``; the same rule where ``new`` has others."""
    numbers = re.findall(r"\d+", old)
    if not numbers or not set(re.findall(r"\d+", new)) <= set(numbers):
        return re.escape(old), new
    seen: list[str] = []
    pattern = ""
    for part in re.split(r"(\d+)", old):
        if not part.isdigit():
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"\\{seen.index(part) + 1}"
        else:
            seen.append(part)
            pattern += r"(\d+)"
    return pattern, re.sub(r"\d+", lambda number: f"\\{seen.index(number[0]) + 1}", new)


def _shifted(replacement: str, left: str) -> str:
    """A replacement behind one more group, which is what stood on the left."""
    moved = re.sub(r"\\(\d+)", lambda group: f"\\{int(group[1]) + 1}", replacement)
    return "\\1" + moved.removeprefix(left)
