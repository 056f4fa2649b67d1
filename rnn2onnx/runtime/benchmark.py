"""Times of models that stand side by side: bursts that take turns in one process, and what is in the middle of them.

One time after the other would compare two moments of the machine, not two models. So the models run in turns, in bursts
of many calls, in an order that is turned round every time; the ratio of two models is taken within each round, and the
median of these ratios says more than the ratio of two medians. Inputs and outputs are bound once, and no thread of one
session spins while another one runs.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnn2onnx.errors import FeedError, ModelError
from rnn2onnx.ir import Array
from rnn2onnx.runtime.session import onnxruntime

BURST = 0.03
"""Seconds that a burst of calls takes: long beside the clock, short beside what else the machine does."""
FEWEST = 5
"""Rounds there are in any case."""


class Contender:
    """A model with its inputs and outputs in place, ready to be called again and again.

    Attributes:
        name: What it is called in messages.
        outputs: What the model gave for its inputs, by name.
    """

    def __init__(
        self, model: bytes | str, feeds: Mapping[str, Array], *, threads: int = 1, name: str = "the model"
    ) -> None:
        """Opens the model and runs it once.

        Args:
            model: Its bytes, or the path of its file.
            feeds: An array for each input; ``:0`` behind the model's names is dropped, and arrays that it has no input
                for are left out.
            threads: How many threads an operation may use.
            name: What it is called in messages.

        Raises:
            ModelError: onnxruntime could not load the model.
            FeedError: It could not run it on these feeds.
            RuntimeMissingError: It is not installed.
        """
        module = onnxruntime()
        self.name = name
        options = module.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.force_spinning_stop", "1")
        try:
            self._session = module.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError(f"{name} is not a model that onnxruntime can load: {error}") from None
        self.bind(feeds)

    def bind(self, feeds: Mapping[str, Array]) -> None:
        """Puts other inputs in the place of those before, and runs the model once.

        Raises:
            FeedError: onnxruntime could not run the model on these feeds.
        """
        module = onnxruntime()
        needed = {value.name: value.name.removesuffix(":0") for value in self._session.get_inputs()}
        missing = [name for name in needed.values() if name not in feeds]
        if missing:
            there = ", ".join(feeds) or "none"
            raise FeedError(f"{self.name} has an input {missing[0]!r}; the inputs that there are arrays for: {there}.")
        arrays = {name: np.ascontiguousarray(feeds[bare]) for name, bare in needed.items()}
        names = [value.name for value in self._session.get_outputs()]
        try:
            results = self._session.run(names, arrays)
        except Exception as error:
            shown = ", ".join(f"{name}: {array.dtype}{list(array.shape)}" for name, array in arrays.items())
            raise FeedError(f"onnxruntime could not run {self.name} on {shown or 'no inputs'}: {error}") from None
        self.outputs: dict[str, Array] = {
            name.removesuffix(":0"): result for name, result in zip(names, results, strict=True)
        }
        self._binding = self._session.io_binding()
        for name, array in arrays.items():
            self._binding.bind_ortvalue_input(name, module.OrtValue.ortvalue_from_numpy(array))
        for name, result in zip(names, results, strict=True):
            value = module.OrtValue.ortvalue_from_shape_and_type(result.shape, result.dtype)
            self._binding.bind_ortvalue_output(name, value)

    def burst(self, calls: int, clock: Callable[[], float] = time.perf_counter) -> float:
        """Seconds a call took on average, of so many in a row, by ``clock``."""
        run, binding = self._session.run_with_iobinding, self._binding
        start = clock()
        for _ in range(calls):
            run(binding)
        return (clock() - start) / calls


class Quartiles(NamedTuple):
    """Where the middle half of some numbers lies."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, numbers: Array) -> Quartiles:
        """Those of ``numbers``."""
        return cls(*(float(number) for number in np.percentile(numbers, (25, 50, 75))))


@dataclass(frozen=True)
class Timings:
    """Seconds a call of each contender took in each round.

    Attributes:
        seconds: f64[contenders, rounds].
    """

    seconds: Array

    def of(self, contender: int) -> Quartiles:
        """The seconds a call of one contender takes."""
        return Quartiles.of(self.seconds[contender])

    def ratio(self, contender: int, to: int) -> Quartiles:
        """How many times as long as another one a contender takes, round by round."""
        return Quartiles.of(self.seconds[contender] / self.seconds[to])

    @property
    def fastest(self) -> int:
        """The contender with the smallest median."""
        return int(np.argmin(np.median(self.seconds, axis=1)))


def race(
    contenders: Sequence[Contender], seconds: float = 1.0, clock: Callable[[], float] = time.perf_counter
) -> Timings:
    """Lets the contenders run in turns.

    Args:
        contenders: One or more.
        seconds: How long all of it takes, roughly; there are at least ``FEWEST`` rounds however long they take.
        clock: What time is taken by. On a machine that others use too, ``time.thread_time`` leaves out what these take,
            but knows of one thread only.
    """
    calls = [_calls(contender) for contender in contenders]
    rounds: list[list[float]] = []
    end = time.perf_counter() + seconds
    order = list(range(len(contenders)))
    while len(rounds) < FEWEST or time.perf_counter() < end:
        taken = [0.0] * len(contenders)
        for index in order:
            taken[index] = contenders[index].burst(calls[index], clock)
        rounds.append(taken)
        order.reverse()
    return Timings(np.asarray(rounds).T)


def _calls(contender: Contender) -> int:
    """How many calls make a burst."""
    contender.burst(1)
    return max(1, round(BURST / max(contender.burst(2), 1e-7)))


def apart(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> float | None:
    """How far two models' outputs of equal names are from each other.

    Returns:
        The largest difference relative to 1 + the magnitude, for integers the share that differs; infinite where shapes
        differ or something is no number on one side; None if no output has the same name.
    """
    names = [name for name in ours if name in theirs]
    return max((_apart(ours[name], theirs[name]) for name in names), default=None)


def _apart(ours: Array, theirs: Array) -> float:
    if ours.shape != theirs.shape:
        return float("inf")
    if not ours.size:
        return 0.0
    if ours.dtype.kind not in "fV":
        return float(np.mean(ours != theirs))
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    with np.errstate(all="ignore"):
        off = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b) / (1 + np.abs(b)))
    return float(np.where(np.isnan(off), np.inf, off).max())


def machine() -> dict[str, str]:
    """What the times were measured on."""
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "onnxruntime": str(onnxruntime().__version__),
    }


def _processor() -> str:
    """What the processor calls itself, where Linux knows."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        named = []
    return named[0] if named else platform.processor() or platform.machine()
