"""Says whether onnxruntime computes what the recorded program means, judged against float64.

A fixed tolerance would reject correct models with saturated weights, so float32's own error on the same program is the
measure: onnxruntime may be several times as far from float64, no more. A program with int8 weights is no longer what
was recorded, but near it: it is held to the error that was allowed, or that was measured when it was compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.ir import Array, Type
from rnn2onnx.ir.types import is_float
from rnn2onnx.runtime.program import Program
from rnn2onnx.runtime.quantization import Quantization, error_of

TIMES = 10.0
"""How many times as far from float64 as numpy's float32 another order of the same arithmetic may be."""
ROUNDINGS = 16.0
"""How many last places are allowed in any case: engines approximate tanh and the logistic function."""
OTHER_INPUTS = 3.0
"""How many times as large the error of int8 weights may be on other inputs than those it was measured on."""


@dataclass(frozen=True)
class Distance:
    """How far one result is from another.

    Attributes:
        absolute: The largest difference of two elements; infinite where only one is a number.
        relative: The largest difference relative to 1 + the magnitude.
        ulps: The largest number of representable numbers between two elements, in the dtype of the result.
        place: The first index at which the difference is largest; None where there are no elements.
    """

    absolute: float
    relative: float
    ulps: float
    place: tuple[int, ...] | None


@dataclass(frozen=True)
class Judgement:
    """What was found of one output.

    Attributes:
        name: Its name.
        type: Its type.
        shape: The shape of onnxruntime's result.
        float32: From the program in its own dtypes to the same in float64, both in numpy.
        engine: From onnxruntime's result to the program in float64.
        wrong: What is wrong; empty if onnxruntime computes what the program means.
        int8: How far int8 weights moved it, and how far they may; None where there are none.
    """

    name: str
    type: Type
    shape: tuple[int, ...]
    float32: Distance
    engine: Distance
    wrong: str
    int8: Moved | None = None


@dataclass(frozen=True)
class Moved:
    """How far int8 weights moved an output.

    Attributes:
        relative: The root of the mean square of the differences from float64, relative to that of the output; for
            integers the share that differs.
        allowed: The largest that is no error.
    """

    relative: float
    allowed: float


def judge(program: Program, feeds: Mapping[str, Any]) -> tuple[Judgement, ...]:
    """A judgement of each output of ``program`` on ``feeds``.

    Raises:
        FeedError: The feeds don't fit the inputs.
        RuntimeMissingError: onnxruntime is not installed.
    """
    exact, narrow = program.evaluate(feeds, float64=True), program.evaluate(feeds)
    rows = zip(program.outputs.items(), *map(_arrays, (exact, narrow, program.run(feeds))), strict=True)
    found = tuple((_judged(name, type, *arrays), arrays) for (name, type), *arrays in rows)
    if program.quantization is None:
        return tuple(judgement for judgement, _ in found)
    return tuple(_with_int8(judgement, program.quantization, *arrays) for judgement, arrays in found)


def _with_int8(judgement: Judgement, quantization: Quantization, exact: Array, _: Array, engine: Array) -> Judgement:
    if engine.ndim != exact.ndim or engine.dtype.kind != exact.dtype.kind:
        return judgement
    measured = next(output.int8 for output in quantization.outputs if output.name == judgement.name)
    allowed = quantization.max_error
    if allowed is None:
        allowed = OTHER_INPUTS * measured.relative + ROUNDINGS * float(np.finfo(np.float32).eps)
        if not is_float(exact.dtype):
            # One element of a few is a large share of them.
            allowed += 1 / max(exact.size, 1)
    moved = Moved(error_of([engine], [exact]).relative, allowed)
    wrong = ""
    if judgement.wrong and not moved.relative <= allowed:
        wrong = (
            f"with int8 weights it is off by {moved.relative:.1e} of its own size (root mean squares), where "
            f"{allowed:.1e} is allowed: {measured.relative:.1e} was measured on {quantization.measured_on}"
        )
    return replace(judgement, wrong=wrong, int8=moved)


def _arrays(results: Any) -> list[Array]:
    return [leaf for leaf in nest.flatten(results) if leaf is not None]


def _judged(name: str, type: Type, exact: Array, narrow: Array, engine: Array) -> Judgement:
    nothing = Distance(0.0, 0.0, 0.0, None)
    if engine.shape not in (exact.shape, narrow.shape):
        wrong = f"its shape is {list(engine.shape)}, where {list(narrow.shape)} was meant"
        return Judgement(name, type, engine.shape, nothing, nothing, wrong)
    if engine.dtype != narrow.dtype:
        wrong = f"its dtype is {engine.dtype}, where {narrow.dtype} was meant"
        return Judgement(name, type, engine.shape, nothing, nothing, wrong)
    # Where rounding decides how many rows there are, the program in its own dtypes is the meaning.
    truth = exact if exact.shape == engine.shape == narrow.shape else narrow
    own, far = distance(narrow, truth), distance(engine, truth)
    return Judgement(name, type, engine.shape, own, far, _wrong(engine, narrow, own, far))


def _wrong(engine: Array, narrow: Array, own: Distance, far: Distance) -> str:
    if not is_float(engine.dtype):
        if far.absolute == 0 or np.array_equal(engine, narrow):
            return ""
        return f"{int((engine != narrow).sum())} of {engine.size} elements differ"
    allowed = TIMES * own.relative + ROUNDINGS * float(np.finfo(engine.dtype).eps)
    if far.relative <= allowed or np.array_equal(engine, narrow, equal_nan=True):
        return ""
    return f"it is off by {far.relative:.1e} of 1 + the magnitude, where float32 explains {allowed:.1e}"


def distance(found: Array, truth: Array) -> Distance:
    """How far ``found`` is from ``truth``, of the same shape; NaN equals NaN and infinity itself."""
    if not found.size:
        return Distance(0.0, 0.0, 0.0, None)
    a, b = found.astype(np.float64), truth.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.where(np.isnan(a - b), np.inf, np.abs(a - b)))
        relative = np.where(same, 0.0, np.where(np.isfinite(b), apart / (1 + np.abs(b)), np.inf))
        ulps = _ulps(found, truth.astype(found.dtype)) if is_float(found.dtype) else apart
    place = np.unravel_index(int(np.argmax(apart)), apart.shape)
    return Distance(
        float(apart.max()), float(relative.max()), float(np.where(same, 0.0, ulps).max()), tuple(int(i) for i in place)
    )


def _ulps(a: Array, b: Array) -> Array:
    """How many steps from one representable number to the next lie between two; infinite where one is no number."""
    bits = np.dtype(f"i{a.dtype.itemsize}")
    least = np.iinfo(bits).min

    def place(array: Array) -> Array:
        ordered = array.reshape(-1).view(bits).astype(np.float64)
        return np.where(ordered < 0, least - ordered, ordered).reshape(array.shape)

    finite = np.isfinite(a.astype(np.float64)) & np.isfinite(b.astype(np.float64))
    return np.where(finite, np.abs(place(np.ascontiguousarray(a)) - place(np.ascontiguousarray(b))), np.inf)
