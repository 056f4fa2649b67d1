"""``rnn2onnx verify``: whether onnxruntime computes what the model means, judged against float64."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import typer

import rnn2onnx
from rnn2onnx.cli.arguments import (
    AsTensorflow,
    Ema,
    Feeds,
    Json,
    Model,
    Rename,
    Seed,
    Shapes,
    Weights,
    feeds,
    renames,
    shapes,
)
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.quantization import Calibration, MaxError, Quantize, calibration
from rnn2onnx.cli.terminal import progress, say, say_json, table
from rnn2onnx.units import error_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnn2onnx.ir import Array
    from rnn2onnx.runtime.judge import Distance, Judgement

DISAGREES = 1


def verify(
    model: Model,
    feed: Feeds = None,
    shape: Shapes = None,
    seed: Seed = 0,
    weights: Weights = None,
    rename: Rename = None,
    ema: Ema = False,
    as_tensorflow: AsTensorflow = False,
    quantize: Quantize = None,
    max_error: MaxError = None,
    calibrate: Calibration = None,
    json: Json = False,
) -> None:
    """Compare a model on onnxruntime with its meaning in numpy, in float32 and in float64."""
    from rnn2onnx.runtime.judge import judge
    from rnn2onnx.runtime.random_feeds import all_sizes, integer_ranges, random_feeds

    given, sizes = feeds(feed), shapes(shape)
    with progress(f"compiling {model}") as line:
        recorded = record(model, as_tensorflow)
        chosen: Any = weights if weights is not None else recorded.weights
        program = rnn2onnx.compile(
            recorded.graph,
            recorded.outputs,
            weights=chosen,
            rename=renames(rename),
            ema=ema,
            quantize=quantize,
            max_error=max_error,
            calibration=calibration(calibrate),
        )
        types = program.inputs
        for name, array in given.items():
            if name in types:
                named = zip(types[name].shape, array.shape, strict=False)
                sizes.update({dim: length for dim, length in named if isinstance(dim, str)})
        sizes = all_sizes(types, sizes)
        drawn = random_feeds(types, sizes, seed=seed, ranges=integer_ranges(program.graph, sizes))
        arrays = {**drawn, **given}
        line.say(f"verifying {model}")
        found = judge(program, arrays)
    wrong = [judgement for judgement in found if judgement.wrong]
    if json:
        say_json({"agrees": not wrong, "seed": seed, "sizes": sizes, "outputs": [_facts(item) for item in found]})
    else:
        _report(found, arrays, seed, {name for name in drawn if name not in given})
    if wrong:
        raise typer.Exit(DISAGREES)


def _report(found: Sequence[Judgement], arrays: Mapping[str, Array], seed: int, drawn: set[str]) -> None:
    shown = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())
    say(f"inputs: {shown or 'none'}{f' (random, seed {seed})' if drawn else ''}; off from float64 by:", "dim")
    say()
    rows = [
        (
            "ok" if not item.wrong else "WRONG",
            item.name,
            str(item.type.with_shape(item.shape)),
            _size(item.float32),
            _size(item.engine),
            _ulps(item.engine),
            place(item),
            *((error_text(item.int8.relative), error_text(item.int8.allowed)) if item.int8 is not None else ()),
        )
        for item in found
    ]
    header = ["", "output", "type", "float32", "onnxruntime", "in ulps", "worst at"]
    if any(item.int8 is not None for item in found):
        header += ["int8, relative", "allowed"]
    padded = [[*row, *[""] * (len(header) - len(row))] for row in rows]
    table(header, padded, ("bold", "cyan", "magenta"))
    for item in found:
        if item.wrong:
            say()
            say(f"{item.name}: {item.wrong}.", "bold red")


def _size(distance: Distance) -> str:
    return "exact" if distance.absolute == 0 else f"{distance.absolute:.1e}"


def _ulps(distance: Distance) -> str:
    return "-" if math.isinf(distance.ulps) else f"{distance.ulps:.0f}"


def place(judgement: Judgement) -> str:
    """Where an output is worst, by the names of its axes: ``batch 1, time 3, 7``; empty where nothing is off."""
    if judgement.engine.place is None or judgement.engine.absolute == 0:
        return ""
    named = zip(judgement.type.shape, judgement.engine.place, strict=True)
    return ", ".join(f"{dim} {index}" if isinstance(dim, str) else str(index) for dim, index in named)


def _facts(item: Judgement) -> dict[str, Any]:
    return {
        "name": item.name,
        "dtype": item.type.dtype.name,
        "shape": list(item.shape),
        "agrees": not item.wrong,
        "wrong": item.wrong,
        "float32": _numbers(item.float32),
        "onnxruntime": _numbers(item.engine),
        "int8": None if item.int8 is None else {"relative_rms": item.int8.relative, "allowed": item.int8.allowed},
    }


def _numbers(distance: Distance) -> dict[str, Any]:
    def finite(number: float) -> float | None:
        return number if math.isfinite(number) else None

    return {
        "max_abs": finite(distance.absolute),
        "max_relative": finite(distance.relative),
        "max_ulp": finite(distance.ulps),
        "worst": list(distance.place) if distance.place is not None else None,
    }
