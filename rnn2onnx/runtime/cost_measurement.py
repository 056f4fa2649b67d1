"""Measures what things cost on this machine: small programs are timed, and costs that explain their times are found.

What a program takes by a table of costs is a sum of the costs, each times how often it is paid; so the table that
explains the times best is a least squares problem, in which no cost is below zero. Where a cost is paid only if it is
the larger of two, it is solved again with what was found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeAlias

import numpy as np

from rnn2onnx.exporter import export
from rnn2onnx.ir import Array, walk
from rnn2onnx.passes.costs import Estimate
from rnn2onnx.runtime.benchmark import Contender
from rnn2onnx.runtime.cost_probes import Probe
from rnn2onnx.targets import ONNXRUNTIME, RATES, Costs

Measure: TypeAlias = "Callable[[Sequence[Probe]], Sequence[float]]"
"""Microseconds of a call of each program."""
BURST = 0.001
"""Seconds that a burst of calls takes."""
FEWEST = 3
_ROUNDS = 4
_CACHES = (0.25e6, 0.5e6, 1e6, 2e6, 4e6)
_FASTEST = 1e9
"""A rate that nothing reaches, for what was found to take no time."""
Key: TypeAlias = "tuple[str, str]"
"""A cost: a field of the table, and a word in it where it is a table itself."""


def stopwatch(seconds: float, threads: int = 1, told: Callable[[str], None] = lambda text: None) -> Measure:
    """Times programs on onnxruntime, all of them in turns.

    Args:
        seconds: How long it takes, roughly, besides opening them; there are at least ``FEWEST`` rounds.
        threads: How many threads an operation may use. With one, time is that of the processor, and what others do on
            the machine counts less.
        told: Is told what is done.
    """

    def measure(probes: Sequence[Probe]) -> list[float]:
        clock = time.thread_time if threads == 1 else time.perf_counter
        contenders = []
        for number, probe in enumerate(probes):
            told(f"opening program {number + 1} of {len(probes)}")
            contenders.append(
                Contender(export(probe.graph).SerializeToString(), probe.feeds(), threads=threads, name=probe.name)
            )
        calls = [max(1, round(BURST / max(contender.burst(2), 1e-7))) for contender in contenders]
        rounds: list[list[float]] = []
        end = time.perf_counter() + seconds
        while len(rounds) < FEWEST or time.perf_counter() < end:
            told(f"round {len(rounds) + 1}")
            rounds.append([each.burst(count, clock) for each, count in zip(contenders, calls, strict=True)])
        # Others on the machine only ever make it slower.
        return [float(each) * 1e6 for each in np.percentile(np.array(rounds), 25, axis=0)]

    return measure


def explained(probes: Sequence[Probe], times: Sequence[float]) -> Costs:
    """The costs that explain what programs took.

    Args:
        probes: The programs.
        times: Microseconds of a call of each.
    """
    problem = _Problem(probes, times)
    return min(map(problem.solved, _CACHES), key=problem.off)


def unexplained(probes: Sequence[Probe], times: Sequence[float], costs: Costs) -> float:
    """How far a table is from the times of programs, on average: 0.1 where they are a tenth longer or shorter."""
    return _Problem(probes, times).off(costs)


def predicted(probe: Probe, costs: Costs) -> float:
    """Microseconds of a call of a program by a table."""
    return costs.call + Estimate(costs, {}).block(probe.graph.block)


class _Problem:
    def __init__(self, probes: Sequence[Probe], times: Sequence[float]) -> None:
        self.probes, self.times = probes, times
        self.weights = np.array([probe.weight for probe in probes])
        self.keys = _keys()
        words = [{op.kind.name for op in walk(probe.graph.block)} for probe in probes]
        named = ONNXRUNTIME.costs.numbers
        self.kinds = [found | {"other" for name in found if name not in named} for found in words]

    def off(self, costs: Costs) -> float:
        """How far a table is from the times, on average: of 1 as many are too long as too short by that share."""
        shares = [predicted(probe, costs) / time for probe, time in zip(self.probes, self.times, strict=True)]
        return float(np.average(np.minimum(np.abs(np.log(shares)), 1.0), weights=self.weights))

    def solved(self, cache: float) -> Costs:
        """The table that explains the times best, where tensors of so many bytes stay near the processor."""
        tables = [replace(ONNXRUNTIME.costs, cache=cache)]
        for _ in range(_ROUNDS):
            costs = tables[-1]
            paid = np.array([self._paid(*each, costs) for each in zip(self.probes, self.kinds, strict=True)])
            share = (self.weights / self.times)[:, None]
            found = not_negative(paid * share, self.weights)
            tables.append(_table(costs, dict(zip(self.keys, found, strict=True))))
        return min(tables[1:], key=self.off)

    def _paid(self, probe: Probe, kinds: Collection[str], costs: Costs) -> list[float]:
        """How often a program pays each cost, near a table: what it takes more where that is a little more."""
        base = predicted(probe, costs)
        out = []
        for key in self.keys:
            if key[1] and key[1] not in kinds:
                out.append(0.0)
                continue
            value = _value(costs, key)
            little = max(value * _LITTLE, 1e-9)
            out.append((predicted(probe, _table(costs, {key: value + little})) - base) / little)
        return out


_LITTLE = 1e-4


def _keys() -> list[Key]:
    found: list[Key] = []
    for field in fields(Costs):
        value = getattr(ONNXRUNTIME.costs, field.name)
        if field.name != "cache":
            found += [(field.name, word) for word in value] if isinstance(value, Mapping) else [(field.name, "")]
    return found


def _value(costs: Costs, key: Key) -> float:
    """A cost; of a rate what one of it takes."""
    value: Any = getattr(costs, key[0])
    number = float(value[key[1]] if key[1] else value)
    return 1 / number if _is_rate(key[0]) else number


def _table(costs: Costs, found: Mapping[Key, float]) -> Costs:
    changes: dict[str, Any] = {}
    for (name, word), number in found.items():
        value = min(1 / max(number, 1e-30), _FASTEST) if _is_rate(name) else float(number)
        if word:
            changes[name] = {**changes.get(name, getattr(costs, name)), word: value}
        else:
            changes[name] = value
    return replace(costs, **changes)


def _is_rate(name: str) -> bool:
    return name in RATES or name == "native_bytes"


def not_negative(a: Array, b: Array) -> Array:
    """The x of no negative numbers for which ``a @ x`` is nearest to ``b``.

    Args:
        a: f64[m, n].
        b: f64[m].

    Source:
        Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23.
    """
    n = a.shape[1]
    scale = np.linalg.norm(a, axis=0)
    scale[scale == 0] = 1
    a = a / scale
    x: Array = np.zeros(n)
    used = np.zeros(n, bool)
    gain = a.T @ b
    tolerance = 1e-10 * max(1.0, float(np.abs(gain).max(initial=0)))
    for _ in range(3 * n):
        if used.all() or gain[~used].max() <= tolerance:
            break
        used[np.argmax(np.where(used, -np.inf, gain))] = True
        while True:
            tried = np.zeros(n)
            tried[used] = np.linalg.lstsq(a[:, used], b, rcond=None)[0]
            below = used & (tried <= 0)
            if not below.any():
                break
            share = (x[below] / np.maximum(x[below] - tried[below], 1e-300)).min()
            x = x + share * (tried - x)
            used &= x > 1e-14
            x[~used] = 0
        x = tried
        gain = a.T @ (b - a @ x)
    answer: Array = x / scale
    return answer
