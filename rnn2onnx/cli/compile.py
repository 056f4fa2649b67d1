"""``rnn2onnx compile``: a model in, an ONNX file out, and what became of each recurrence."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

import rnn2onnx
from rnn2onnx.cli.arguments import AsTensorflow, Ema, Json, ManyShapes, Model, Rename, Weights, combinations, renames
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.quantization import (
    Calibration,
    MaxError,
    Quantize,
    calibration,
    report_quantization,
)
from rnn2onnx.cli.terminal import progress, say, say_json, table
from rnn2onnx.errors import ArgumentError
from rnn2onnx.units import bytes_text
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rnn2onnx.ir import Graph, Type
    from rnn2onnx.runtime.report import Report

Stages = list[tuple[str, bool, float]]


def compile_model(
    model: Model,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The ONNX file.", show_default=False)],
    opset: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--opset", help="The ONNX opset, 13 to 26; 17 if not given."),
    ] = None,
    weights: Weights = None,
    rename: Rename = None,
    ema: Ema = False,
    as_tensorflow: AsTensorflow = False,
    quantize: Quantize = None,
    max_error: MaxError = None,
    calibrate: Calibration = None,
    target: Annotated[
        str,
        typer.Option("--target", metavar="NAME", help="The engine, or a FILE.json that rnn2onnx tune wrote of it."),
    ] = "onnxruntime",
    tune: Annotated[
        bool,
        typer.Option(
            "--tune", help="Measure the forms of each recurrence at the lengths of --shape; keep the fastest."
        ),
    ] = False,
    shape: ManyShapes = None,
    tune_seconds: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option("--tune-seconds", min=0.0, help="Begin no further measurement after so many; 60 if not given."),
    ] = None,
    dump_ir: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--dump-ir", metavar="DIR", help="Write the program there as recorded and after each pass."),
    ] = None,
    report: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write what became of each recurrence, why, and what each pass did: a page into FILE.html, plain data "
            "into FILE.json. Several may follow.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Compile a model to an ONNX file."""
    start = time.perf_counter()
    stages: Stages = []
    wish = _tuning(tune, shape, tune_seconds)
    if dump_ir is not None:
        os.makedirs(dump_ir, exist_ok=True)
    with ExitStack() as files, progress(f"recording {model}") as line:
        pages = [(files.enter_context(whole_file(path)), write) for path, write in _writers(report)]

        def observe(name: str, before: Graph | None, after: Graph, seconds: float) -> None:
            line.say(f"compiling {model}: {name} is done")
            if dump_ir is not None:
                _dump(os.path.join(dump_ir, f"{len(stages):02}-{name}.ir"), after)
            stages.append((name, after is not before, seconds))

        recorded = record(model, as_tensorflow)
        chosen = weights if weights is not None else recorded.weights
        program = rnn2onnx.compile(
            recorded.graph,
            recorded.outputs,
            weights=chosen,
            rename=renames(rename),
            ema=ema,
            opset=opset,
            quantize=quantize,
            max_error=max_error,
            calibration=calibration(calibrate),
            target=target,
            **wish,
            observe=observe,
        )
        line.say(f"writing {output}")
        program.save(output)
        program.report.title = model
        for file, write in pages:
            file.write(write(program.report).encode())
    seconds = time.perf_counter() - start
    if json:
        say_json(_facts(output, program, stages, seconds))
    else:
        _report(output, program, seconds)
        for path in report or ():
            say()
            say(f"{path}: all of this and more, {bytes_text(os.path.getsize(path))}", "bold")


def _writers(paths: Sequence[str] | None) -> list[tuple[str, Callable[[Report], str]]]:
    """What writes a report into each file; a usage error if a name says neither page nor data."""
    from rnn2onnx.runtime.report import Report

    try:
        return [(path, Report.writer(path)) for path in paths or ()]
    except ArgumentError as error:
        raise typer.BadParameter(error.message, param_hint="--report") from None


def _tuning(tune: bool, shape: Sequence[str] | None, seconds: float | None) -> dict[str, Any]:
    """What is measured, as ``rnn2onnx.compile`` takes it; a usage error if that is nothing, or nobody asked."""
    if not tune:
        for option, given in (("--shape", shape), ("--tune-seconds", seconds)):
            if given is not None and given != []:
                raise typer.BadParameter("it is about what --tune measures; add --tune.", param_hint=option)
        return {}
    if not shape:
        raise typer.BadParameter("say at which lengths: --shape batch=1,32 time=100.", param_hint="--tune")
    return {"tune": combinations(shape), **({} if seconds is None else {"tune_seconds": seconds})}


def _dump(path: str, graph: Graph) -> None:
    from rnn2onnx.ir import print_graph

    with whole_file(path) as file:
        file.write(f"{print_graph(graph, locations=True)}\n".encode())


def _report(output: str, program: rnn2onnx.Program, seconds: float) -> None:
    size = os.path.getsize(output)
    count = len(program.model.graph.node)
    nodes = f"{count} node{'' if count == 1 else 's'}"
    say(f"{output}: opset {program.opset}, {nodes}, {bytes_text(size)}, in {seconds:.1f} s", "bold")
    for word, types in (("input", program.inputs), ("output", program.outputs)):
        if types:
            say()
            table((word, "type"), [(name, str(type)) for name, type in types.items()], ("cyan", "magenta"))
    for decision in program.report:
        say()
        say(f"{decision.what} -> {decision.became}{f' ({_near(decision.source)})' if decision.source else ''}", "cyan")
        say(f"  {decision.why}")
    if program.quantization is not None:
        report_quantization(program.quantization)


def _near(source: str) -> str:
    """A source's ``file:line`` with the file relative to the working folder where it is below it."""
    from rnn2onnx.ir.text import location_text

    file, _, line = source.rpartition(":")
    return location_text((file, int(line)))


def _facts(output: str, program: rnn2onnx.Program, stages: Stages, seconds: float) -> dict[str, Any]:
    from rnn2onnx.runtime.report.int8 import quantization_facts

    return {
        "file": output,
        "bytes": os.path.getsize(output),
        "opset": program.opset,
        "nodes": len(program.model.graph.node),
        "seconds": round(seconds, 3),
        "inputs": _types(program.inputs),
        "outputs": _types(program.outputs),
        "report": [
            {"source": decision.source, "what": decision.what, "became": decision.became, "why": decision.why}
            for decision in program.report
        ],
        "quantization": quantization_facts(program.quantization),
        "passes": [{"name": name, "changed": changed, "seconds": round(taken, 4)} for name, changed, taken in stages],
    }


def _types(types: Mapping[str, Type]) -> list[dict[str, Any]]:
    return [{"name": name, "dtype": type.dtype.name, "shape": list(type.shape)} for name, type in types.items()]
