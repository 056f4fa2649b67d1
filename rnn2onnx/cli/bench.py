"""``rnn2onnx bench``: how long a model takes, alone or beside another file, at one or more lengths."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

import rnn2onnx
from rnn2onnx.cli.arguments import AsTensorflow, Feeds, Json, ManyShapes, Model, Seed, Weights, combinations, feeds
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.onnx_file import input_types, opened
from rnn2onnx.cli.terminal import progress, say, say_json, table
from rnn2onnx.errors import ModelError
from rnn2onnx.units import seconds_text
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from rnn2onnx.ir import Array, Graph, Type
    from rnn2onnx.runtime.benchmark import Quartiles

SAME = 1e-3
"""Outputs further apart than this, relative to 1 + their magnitude, are of different computations."""


class _Loaded(NamedTuple):
    """A model to measure: its name, bytes or path, inputs, and the program it was compiled from if it was."""

    name: str
    model: Any
    types: dict[str, Type]
    graph: Graph | None


class _Measured(NamedTuple):
    """What was found at one choice of lengths."""

    sizes: dict[str, int]
    ours: Quartiles
    theirs: Quartiles | None
    ratio: Quartiles | None
    apart: float | None


def bench(
    model: Model,
    against: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--against", metavar="FILE.onnx", help="Another file with the same inputs, to compare with."),
    ] = None,
    shape: ManyShapes = None,
    feed: Feeds = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="How many threads an operation may use.")] = 1,
    seconds: Annotated[float, typer.Option("--seconds", min=0.0, help="To spend at each combination.")] = 1.0,
    seed: Seed = 0,
    weights: Weights = None,
    as_tensorflow: AsTensorflow = False,
    json: Json = False,
    plot: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--plot", metavar="FILE.svg", help="Draw the times against the length with most values."),
    ] = None,
) -> None:
    """Measure how long a model takes on onnxruntime. MODEL may also be an ONNX file."""
    choices, given = combinations(shape), feeds(feed)
    with progress(f"compiling {model}") as line, whole_file(plot) if plot else nullcontext() as drawing:
        ours = _loaded(model, weights, as_tensorflow)
        if against is not None:
            opened(against)
        found: list[_Measured] = []
        for combination in itertools.product(*choices.values()):
            lengths = dict(zip(choices, combination, strict=True))
            line.say(f"measuring {model} {_shown(lengths)}")
            found.append(_measured(ours, against, lengths, given, threads, seconds, seed))
        if drawing is not None:
            drawing.write(_chart(ours.name, against, choices, found).encode())
    if json:
        say_json(_facts(ours.name, against, found, threads, seconds, seed))
    else:
        _report(against, found, threads, plot)


def _loaded(model: str, weights: str | None, as_tensorflow: bool) -> _Loaded:
    if model.endswith(".onnx"):
        types = {name.removesuffix(":0"): type for name, type in input_types(model, opened(model)).items()}
        return _Loaded(model, model, types, None)
    recorded = record(model, as_tensorflow)
    chosen: Any = weights if weights is not None else recorded.weights
    program = rnn2onnx.compile(recorded.graph, recorded.outputs, weights=chosen)
    return _Loaded(model, program.model.SerializeToString(), program.inputs, program.graph)


def _measured(
    ours: _Loaded,
    against: str | None,
    lengths: dict[str, int],
    given: dict[str, Array],
    threads: int,
    seconds: float,
    seed: int,
) -> _Measured:
    from rnn2onnx.runtime.benchmark import Contender, apart, race
    from rnn2onnx.runtime.feeds import checked
    from rnn2onnx.runtime.random_feeds import all_sizes, integer_ranges, random_feeds

    sizes = dict(lengths)
    for name, array in given.items():
        named = zip(ours.types[name].shape, array.shape, strict=False) if name in ours.types else ()
        sizes.update({dim: length for dim, length in named if isinstance(dim, str)})
    sizes = all_sizes(ours.types, sizes)
    ranges = integer_ranges(ours.graph, sizes, past_end=0) if ours.graph is not None else None
    drawn = random_feeds(ours.types, sizes, seed=seed, ranges=ranges)
    arrays = checked({**drawn, **given}, ours.types)
    contenders = [Contender(ours.model, arrays, threads=threads, name=ours.name)]
    if against is not None:
        contenders.append(Contender(against, arrays, threads=threads, name=against))
    timings = race(contenders, seconds)
    if against is None:
        return _Measured(sizes, timings.of(0), None, None, None)
    off = apart(contenders[0].outputs, contenders[1].outputs)
    if off is None:
        names = [" ".join(contender.outputs) for contender in contenders]
        raise ModelError(f"{ours.name} gives {names[0]}, and {against} gives {names[1]}: no output has the same name.")
    return _Measured(sizes, timings.of(0), timings.of(1), timings.ratio(0, 1), off)


def _report(against: str | None, found: Sequence[_Measured], threads: int, plot: str | None) -> None:
    lengths = list(found[0].sizes)
    header = [*lengths, "a call", "quartiles"]
    header += [os.path.basename(against), "quartiles", "ratio", "quartiles"] if against is not None else []
    rows = []
    for each in found:
        row = [*(str(each.sizes[name]) for name in lengths), *_times(each.ours)]
        if each.theirs is not None and each.ratio is not None:
            row += [*_times(each.theirs), f"{each.ratio.median:.2f}", f"{each.ratio.low:.2f} to {each.ratio.high:.2f}"]
        rows.append(row)
    table(header, rows, [*["magenta"] * len(lengths), "bold cyan", "dim", "bold", "dim", "bold green", "dim"])
    say()
    wrong = [each for each in found if each.apart is not None and not each.apart <= SAME]
    for each in wrong:
        say(f"At {_shown(each.sizes)} the outputs differ by {each.apart:.1e}: the two compute different things.", "red")
    notes = [f"{threads} thread{'' if threads == 1 else 's'}", "median and quartiles of bursts that take turns"]
    say("; ".join([*notes, *([f"drawn in {plot}"] if plot else [])]), "dim")


def _times(seconds: Quartiles) -> tuple[str, str]:
    return seconds_text(seconds.median), f"{seconds_text(seconds.low)} to {seconds_text(seconds.high)}"


def _shown(sizes: dict[str, int]) -> str:
    return " ".join(f"{name}={length}" for name, length in sizes.items())


def _facts(
    name: str, against: str | None, found: Sequence[_Measured], threads: int, seconds: float, seed: int
) -> dict[str, Any]:
    from rnn2onnx.runtime.benchmark import machine

    return {
        "model": name,
        "against": against,
        "threads": threads,
        "seconds": seconds,
        "seed": seed,
        "machine": machine(),
        "measured": [
            {
                "sizes": each.sizes,
                "seconds": each.ours._asdict(),
                "against_seconds": each.theirs._asdict() if each.theirs is not None else None,
                "ratio": each.ratio._asdict() if each.ratio is not None else None,
                "apart": each.apart,
            }
            for each in found
        ],
    }


def _chart(name: str, against: str | None, choices: dict[str, list[int]], found: Sequence[_Measured]) -> str:
    from rnn2onnx.runtime.line_chart import Line, line_chart

    across = max(choices or found[0].sizes, key=lambda dim: len(choices.get(dim, ())), default="")
    groups: dict[str, list[_Measured]] = {}
    for each in found:
        others = {dim: length for dim, length in each.sizes.items() if dim != across and len(choices.get(dim, ())) > 1}
        groups.setdefault(_shown(others), []).append(each)
    lines: list[Line] = []
    for colour, (label, group) in enumerate(groups.items()):
        group.sort(key=lambda each: each.sizes.get(across, 0))
        for dash, file in enumerate([name] if against is None else [name, against]):
            points = [
                (float(each.sizes.get(across, 0)), taken.low * 1e3, taken.median * 1e3, taken.high * 1e3)
                for each in group
                for taken in [each.theirs if dash else each.ours]
                if taken is not None
            ]
            lines.append(Line(f"{os.path.basename(file)} {label}".rstrip(), colour, dash, points))
    return line_chart(f"{os.path.basename(name)} on onnxruntime", across, "milliseconds a call", lines)
