"""How far int8 weights move the outputs, measured on onnxruntime against float64; and what is taken back for it.

Each recurrence, with the products before it that only it needs, and each other product can be int8 or stay as it is.
What is asked to stay within an error is compiled with each of them alone in int8 first; those that move the outputs
most are taken back, one after the other, until what is left stays within it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, FeedError
from rnn2onnx.exporter import export
from rnn2onnx.ir import Array, Graph, evaluate
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes import Pass, run_passes
from rnn2onnx.passes.quantizing.int8_units import units_of
from rnn2onnx.passes.quantizing.quantize import Quantize
from rnn2onnx.runtime.feeds import checked
from rnn2onnx.runtime.random_feeds import all_sizes, integer_ranges, random_feeds
from rnn2onnx.runtime.session import session

INT8 = "int8"


@dataclass(frozen=True)
class Error:
    """How far an output is from what the program gives in float64.

    Attributes:
        absolute: The largest difference of two elements; infinite where only one is a number.
        relative: The root of the mean square of the differences, relative to that of the output; for integers, bools
            and strings the share of the elements that differ.
    """

    absolute: float
    relative: float


@dataclass(frozen=True)
class OutputError:
    """What was measured of one output.

    Attributes:
        name: Its name.
        int8: Of the program with int8 weights.
        float32: Of the same program without.
    """

    name: str
    int8: Error
    float32: Error


@dataclass(frozen=True)
class Part:
    """A recurrence or product with weights.

    Attributes:
        what: What it computes.
        source: The user's ``file:line``; empty if unknown.
        int8: Whether its weights are int8.
        why_not: Why they are not; empty if they are.
        alone: The relative error of the worst output with only this in int8; None where nobody had to know.
    """

    what: str
    source: str
    int8: bool
    why_not: str
    alone: float | None


@dataclass(frozen=True)
class Quantization:
    """What int8 weights cost.

    Attributes:
        outputs: The errors, by output.
        parts: What could be int8.
        max_error: The largest relative error that was allowed; None if any.
        measured_on: What inputs, in words.
    """

    outputs: tuple[OutputError, ...]
    parts: tuple[Part, ...]
    max_error: float | None
    measured_on: str

    @property
    def error(self) -> float:
        """The relative error of the worst output."""
        return max((output.int8.relative for output in self.outputs), default=0.0)


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        max_error: The largest relative error allowed; None if any.
        calibration: Inputs to measure on, one or more sets; random ones if None.
    """

    max_error: float | None
    calibration: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

    @classmethod
    def of(cls, quantize: str | None, max_error: float | None, calibration: Any) -> Wish | None:
        """The wish that ``rnn2onnx.compile`` was given; None if it was not asked for int8.

        Raises:
            ArgumentError: There is no such quantization, or there is none and something is said about it.
            ArgumentTypeError: The feeds are no mapping and no list of them.
        """
        if quantize is None:
            for name, given in (("max_error", max_error), ("calibration", calibration)):
                if given is not None:
                    raise ArgumentError(f"{name} is about quantization, which was not asked for: add quantize='int8'.")
            return None
        if quantize != INT8:
            raise ArgumentError(f"quantize={quantize!r} was asked for; there is: 'int8'.")
        if max_error is not None and not max_error > 0:
            raise ArgumentError(f"max_error={max_error} is no error to stay within; give a number above 0, as 0.02.")
        sets = calibration if isinstance(calibration, list | tuple) else [calibration]
        if calibration is not None and not (sets and all(isinstance(each, Mapping) for each in sets)):
            raise ArgumentTypeError(
                "calibration is arrays by input name, or a list of such mappings, not "
                f"{calibration.__class__.__name__}{' of something else' if sets is calibration else ''}."
            )
        return cls(max_error, calibration)


def with_int8(passes: Sequence[Pass], taken_back: frozenset[int] = frozenset()) -> tuple[Pass, ...]:
    """The passes of a compilation with int8 weights.

    Args:
        passes: Those of one without.
        taken_back: The numbers of the parts that stay as they are.
    """
    before, after = _around(passes)
    return (*before, Quantize(taken_back), *after)


def _around(passes: Sequence[Pass]) -> tuple[list[Pass], list[Pass]]:
    """The passes before weights become int8, and those after that.

    Two forms of a recurrence stand in branches of their own until one of them is taken, so branches are joined later.
    """
    at = [step.name for step in passes].index("unbundle") + 1
    later = [step for step in passes[:at] if step.name == "join"]
    return [step for step in passes[:at] if step not in later], [*later, *passes[at:]]


class Measurement:
    """Compiles parts of a program to int8 and measures what comes out.

    Args:
        recorded: The program.
        passes: Those of a compilation without int8.
        wish: What was asked for.
        opset: The ONNX opset.
        ignored: Names that may be fed and are not needed.

    Raises:
        FeedError: The feeds don't fit the inputs.
        RuntimeMissingError: onnxruntime is not installed.
    """

    def __init__(
        self, recorded: Graph, passes: Sequence[Pass], wish: Wish, opset: int, ignored: Sequence[str] = ()
    ) -> None:
        self.recorded, self.passes, self.wish, self.opset = recorded, passes, wish, opset
        types = {value.name: value.type for value in recorded.inputs}
        given = wish.calibration
        if given is None:
            sizes = all_sizes(types, {name: 16 + 8 * index for index, name in enumerate(all_sizes(types))})
            feeds = [random_feeds(types, sizes, ranges=integer_ranges(recorded, sizes))]
            named = ", ".join(f"{name}={size}" for name, size in sizes.items())
            self.measured_on = f"random inputs{f' ({named})' if named else ''}"
        else:
            feeds = [dict(each) for each in ([given] if isinstance(given, Mapping) else given)]
            self.measured_on = "the calibration inputs" + (f" ({len(feeds)} sets)" if len(feeds) > 1 else "")
        self.feeds = [checked(each, types, ignored) for each in feeds]
        self.truth = [evaluate(recorded, each, float64=True) for each in self.feeds]
        self._prepared, _ = run_passes(recorded, _around(passes)[0])
        self._units = units_of(self._prepared)
        self._alone: dict[int, float] = {}

    def taken_back(self) -> frozenset[int]:
        """The numbers of the parts that must stay as they are, so that the rest is within the error allowed."""
        limit = self.wish.max_error
        numbers = [number for number, unit in enumerate(self._units) if not unit.obstacle]
        if limit is None or self._worst(frozenset()) <= limit:
            return frozenset()
        self._alone = {number: self._worst(frozenset(numbers) - {number}) for number in numbers}
        back: set[int] = set()
        for number in sorted(numbers, key=lambda number: -self._alone[number]):
            back.add(number)
            if len(back) == len(numbers) or self._worst(frozenset(back)) <= limit:
                break
        return frozenset(back)

    def result(self, model: Any, taken_back: frozenset[int]) -> Quantization:
        """What was measured, of the model that came out."""
        plain = self._errors(export(run_passes(self.recorded, self.passes)[0], opset=self.opset))
        errors = self._errors(model)
        return Quantization(
            tuple(OutputError(name, errors[name], plain[name]) for name in errors),
            tuple(self._part(number, number in taken_back) for number in range(len(self._units))),
            self.wish.max_error,
            self.measured_on,
        )

    def _part(self, number: int, is_back: bool) -> Part:
        unit, alone = self._units[number], self._alone.get(number)
        why = unit.obstacle
        if is_back:
            why = f"alone it moves an output by {alone:.1e}, and together with others by more than is allowed"
        return Part(unit.what, unit.source, not why, why, alone)

    def _worst(self, taken_back: frozenset[int]) -> float:
        lowered, _ = run_passes(self._prepared, (Quantize(taken_back), *_around(self.passes)[1]))
        errors = self._errors(export(lowered, opset=self.opset))
        return max((error.relative for error in errors.values()), default=0.0)

    def _errors(self, model: Any) -> dict[str, Error]:
        names = list(self.recorded.outputs)
        opened = session(model)
        runs = []
        for arrays in self.feeds:
            try:
                runs.append(dict(zip(names, opened.run(names, arrays), strict=True)))
            except Exception as error:
                raise FeedError(
                    f"onnxruntime could not run the program on {self.measured_on}: {error}. Give inputs that fit it as "
                    "calibration."
                ) from None
        return {name: error_of([run[name] for run in runs], [exact[name] for exact in self.truth]) for name in names}


def error_of(found: Sequence[Array], truth: Sequence[Array]) -> Error:
    """How far some arrays, taken together, are from others.

    Where a program decides by its numbers how many steps it takes, one array may be longer than the other: an element
    that only one has is compared with zero, and differs.
    """
    if any(a.ndim != b.ndim for a, b in zip(found, truth, strict=True)):
        return Error(math.inf, math.inf)
    pairs = [_of_one_shape(a, b) for a, b in zip(found, truth, strict=True)]
    a, b, lacking = (np.concatenate([arrays[i].reshape(-1) for arrays in pairs]) for i in range(3))
    if not a.size:
        return Error(0.0, 0.0)
    if not is_float(a.dtype):
        differ = (a != b) | lacking
        numbers = a.dtype.kind in "iu"
        apart = np.abs(a.astype(np.float64) - b.astype(np.float64)) if numbers else differ.astype(np.float64)
        return Error(float(apart.max()), float(differ.mean()))
    a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.where(np.isfinite(a - b), np.abs(a - b), np.inf))
        off = float(np.sqrt(np.mean(apart**2)))
        size = float(np.sqrt(np.mean(np.where(np.isfinite(b), b, 0.0) ** 2)))
    return Error(float(apart.max()), 0.0 if off == 0 else off / size if size > 0 else math.inf)


def _of_one_shape(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Two arrays with zeros where they have no elements and the other has, and where that is."""
    shape = tuple(map(max, a.shape, b.shape))
    whole = []
    lacking = np.zeros(shape, bool)
    for array in (a, b):
        there = tuple(slice(length) for length in array.shape)
        wide = np.zeros(shape, array.dtype)
        wide[there] = array
        missing = np.ones(shape, bool)
        missing[there] = False
        lacking |= missing
        whole.append(wide)
    return whole[0], whole[1], lacking
