"""``rnn2onnx tune``: what things cost on this machine, measured, as a target to compile for."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Annotated, Optional

import typer

from rnn2onnx.cli.arguments import Json
from rnn2onnx.cli.targets import costs_table
from rnn2onnx.cli.terminal import progress, say, say_json
from rnn2onnx.whole_file import whole_file


def tune(
    output: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("-o", "--output", metavar="FILE.json", help="Write it there, for compile --target FILE.json."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.0, help="To spend; a few more for preparations.")] = 20.0,
    threads: Annotated[int, typer.Option("--threads", min=1, help="How many threads an operation may use.")] = 1,
    json: Json = False,
) -> None:
    """Measure what things cost on this machine, for compile --target."""
    from rnn2onnx.runtime.benchmark import machine
    from rnn2onnx.runtime.cost_measurement import explained, stopwatch, unexplained
    from rnn2onnx.runtime.cost_probes import probes
    from rnn2onnx.targets import ONNXRUNTIME, described, written

    if output is not None and not output.endswith(".json"):
        raise typer.BadParameter(f"{output!r} does not end in .json.", param_hint="--output")
    with progress("preparing") as line, whole_file(output) if output else nullcontext() as file:
        programs = probes()
        times = stopwatch(seconds, threads, line.say)(programs)
        line.say("finding the costs that explain the times")
        costs = explained(programs, times)
        target = replace(ONNXRUNTIME, costs=costs)
        facts = {
            "machine": machine(),
            "threads": threads,
            "seconds": seconds,
            "unexplained": round(unexplained(programs, times, costs), 4),
        }
        if file is not None:
            file.write(written(target, **facts))
    if json:
        say_json(described(target, **facts))
        return
    costs_table(target)
    say()
    off = f"{facts['unexplained']:.0%}"
    say(f"{len(programs)} programs timed; what the table says of one is {off} from what it took, on average.", "dim")
    if output is not None:
        say(f"{output}: for `rnn2onnx compile --target {output}`", "bold")
