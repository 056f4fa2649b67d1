"""Chooses forms by running them: whole programs, with each form in turn, on the inputs that count.

A table of costs is a guess; the time of a program is none. The recurrences are gone through one after the other, each
with what was found best for those before it. All programs that differ in one form take turns on the engine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.exporter import export
from rnn2onnx.ir import Array, Dim, Graph
from rnn2onnx.passes import Pass, run_passes
from rnn2onnx.passes.choice import ANY, Choice, Limits, Offer
from rnn2onnx.passes.report import Sizes
from rnn2onnx.runtime.benchmark import Contender, race
from rnn2onnx.runtime.feeds import checked
from rnn2onnx.runtime.random_feeds import all_sizes, integer_ranges, random_feeds

SECONDS = 60.0
"""What tuning may take, roughly."""
EACH = 0.5
"""Seconds that a race of the forms of one recurrence takes, for each of the inputs."""
DIFFERENT = 1.03
"""A form that is faster by less than this is not: a branch is not worth it."""
Feeds: TypeAlias = "Mapping[str, Array]"
Racer: TypeAlias = "Callable[[Sequence[bytes], Feeds], Sequence[float]]"
"""Microseconds of a call of each of some models."""
Passes: TypeAlias = "Callable[[Choice], Sequence[Pass]]"


class Case(NamedTuple):
    """Inputs to measure on.

    Attributes:
        feeds: The arrays.
        lengths: Numbers for lengths by name.
    """

    feeds: Feeds
    lengths: Mapping[str, int]

    def sizes(self, offer: Offer) -> Sizes | None:
        """The batch and the steps of a recurrence; None where they are not lengths of the inputs."""
        rows, steps = (self._length(dim) for dim in (offer.rows, offer.steps))
        return None if rows is None or steps is None else (rows, steps)

    def _length(self, dim: Dim) -> int | None:
        return dim if isinstance(dim, int) else self.lengths.get(dim)


def cases(recorded: Graph, wanted: Any, ignored: Sequence[str] = ()) -> list[Case]:
    """The inputs that a wish names.

    Args:
        recorded: The program.
        wanted: Lengths by name, each one or several: all combinations; or feeds by the names of the inputs; or a list
            of such.
        ignored: Names that may be fed and are not needed.

    Raises:
        ArgumentError: A length has a name that no input has.
        FeedError: The feeds don't fit the inputs.
    """
    wishes = [wanted] if isinstance(wanted, Mapping) else wanted
    if not isinstance(wishes, Sequence) or not wishes or not all(isinstance(each, Mapping) for each in wishes):
        raise ArgumentTypeError(
            "tune is a dict of lengths, such as {'batch': [1, 32], 'time': 100}, or of inputs by name, or a list of "
            f"such, not {wanted!r}."
        )
    types = {value.name: value.type for value in recorded.inputs}
    found: list[Case] = []
    for wish in wishes:
        if wish and all(name in types or name in ignored for name in wish):
            feeds = checked(wish, types, ignored)
            found.append(Case(feeds, _lengths(recorded, feeds)))
            continue
        several = {name: _several(name, lengths) for name, lengths in wish.items()}
        for combination in product(*several.values()):
            sizes = all_sizes(types, dict(zip(several, combination, strict=True)))
            ranges = integer_ranges(recorded, sizes, past_end=0)
            found.append(Case(checked(random_feeds(types, sizes, ranges=ranges), types, ignored), sizes))
    return found


def _several(name: str, lengths: Any) -> list[int]:
    several = list(lengths) if isinstance(lengths, Iterable) and not isinstance(lengths, str) else [lengths]
    if not several or not all(isinstance(each, int) and each >= 0 for each in several):
        raise ArgumentError(f"tune: the length {name!r} can't be {lengths!r}; give a number, or a list of numbers.")
    return several


def _lengths(recorded: Graph, feeds: Feeds) -> dict[str, int]:
    pairs = ((v.type.shape, feeds[v.name].shape) for v in recorded.inputs if v.name in feeds)
    return {dim: size for dims, shape in pairs for dim, size in zip(dims, shape, strict=True) if isinstance(dim, str)}


@dataclass
class Tuner:
    """Goes through the recurrences of a program.

    Attributes:
        recorded: The program.
        passes: Those of a compilation, for a choice.
        choice: By which the rest is chosen.
        cases: What it is measured on.
        opset: The ONNX opset.
        racer: Takes the time.
        seconds: After so many no further recurrence is begun.
        told: Is told what is done.
    """

    recorded: Graph
    passes: Passes
    choice: Choice
    cases: Sequence[Case]
    opset: int
    racer: Racer
    seconds: float = SECONDS
    told: Callable[[str], None] = lambda text: None
    _offers: dict[str, Offer] = field(default_factory=dict)
    _forced: dict[str, str | Limits] = field(default_factory=dict)
    _measured: dict[str, dict[str, dict[Sizes, float]]] = field(default_factory=dict)

    def tuned(self) -> Choice:
        """The choice with the forms that were found best."""
        end = time.perf_counter() + self.seconds
        self._compiled({})
        done: set[str] = set()
        # A form may bring something to choose that was not there before.
        while (key := next((each for each in self._offers if each not in done), None)) is not None:
            done.add(key)
            if time.perf_counter() > end:
                break
            self.told(f"measuring {' and '.join(self._offers[key].forms)} ({len(done)} of {len(self._offers)})")
            self._choose(key, self._offers[key])
        return replace(self.choice, forced={**self.choice.forced, **self._forced}, measured=self._measured)

    def _compiled(self, forced: Mapping[str, str | Limits]) -> bytes:
        chosen = {**self.choice.forced, **self._forced, **forced}
        lowered, _ = run_passes(
            self.recorded, self.passes(replace(self.choice, forced=chosen, offers=self._offers)), None
        )
        return bytes(export(lowered, opset=self.opset).SerializeToString())

    def _choose(self, key: str, offer: Offer) -> None:
        sizes = [case.sizes(offer) for case in self.cases]
        if all(each is not None and math.prod(each) <= offer.above for each in sizes):
            return
        models = {form: self._compiled({key: form}) for form in offer.forms}
        if len(set(models.values())) == 1:
            return
        times = {form: [0.0] * len(self.cases) for form in models}
        for index, case in enumerate(self.cases):
            for form, taken in zip(models, self.racer(list(models.values()), case.feeds), strict=True):
                times[form][index] = taken
                if (at := sizes[index]) is not None:
                    self._measured.setdefault(key, {}).setdefault(form, {})[at] = taken
        best = min(times, key=lambda form: math.prod(times[form]) ** (1 / len(self.cases)))
        self._forced[key] = self._apart(offer, times) or best

    def _apart(self, offer: Offer, times: Mapping[str, Sequence[float]]) -> Limits | None:
        """Where the first of two forms is taken, if each is the faster one somewhere and a length tells where."""
        if not offer.between or len(offer.forms) != 2:
            return None
        wins: dict[Sizes, bool] = {}
        for index, case in enumerate(self.cases):
            sizes = case.sizes(offer)
            first, second = (times[form][index] for form in offer.forms)
            if sizes is not None and max(first, second) > DIFFERENT * min(first, second):
                wins[sizes] = first < second
        if len(set(wins.values())) < 2:
            return None
        for axis, dim in enumerate((offer.rows, offer.steps)):
            if isinstance(dim, str) and (limit := separating({s[axis] for s in wins if wins[s]}, _lost(wins, axis))):
                return Limits(limit, None) if axis == 0 else Limits(None, limit)
        return None


def _lost(wins: Mapping[Sizes, bool], axis: int) -> set[int]:
    return {sizes[axis] for sizes, won in wins.items() if not won}


def separating(inside: set[int], outside: set[int]) -> tuple[int, int] | None:
    """From where to where a length is inside: up to, or from, the middle of the gap on a scale of ratios; None if not.

    Args:
        inside: Lengths that must be in it.
        outside: Lengths that must not.
    """
    if max(inside) < min(outside):
        return 0, _middle(max(inside), min(outside)) - 1
    if max(outside) < min(inside):
        return _middle(max(outside), min(inside)), ANY
    return None


def _middle(low: int, high: int) -> int:
    """More than ``low``, at most ``high``."""
    return max(low + 1, min(high, round(math.sqrt(low * high))))


def on_this_machine(threads: int = 1, seconds: float = EACH) -> Racer:
    """Lets models run in turns on onnxruntime: see ``benchmark``.

    Args:
        threads: How many threads an operation may use.
        seconds: How long one race takes.
    """

    def racer(models: Sequence[bytes], feeds: Feeds) -> list[float]:
        # Models that are the same have the same time.
        distinct = list(dict.fromkeys(models))
        contenders = [Contender(model, feeds, threads=threads) for model in distinct]
        timings = race(contenders, seconds, time.thread_time if threads == 1 else time.perf_counter)
        medians = {model: timings.of(index).median * 1e6 for index, model in enumerate(distinct)}
        return [medians[model] for model in models]

    return racer
