"""``rnn2onnx show``: the program as recorded or after a pass, as text or as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

import rnn2onnx
from rnn2onnx.cli.arguments import AsTensorflow, Ema, Model, Rename, Weights, renames
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.terminal import progress, say, screen
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from rnn2onnx.ir import Graph

RECORD = "record"


class _Reached(Exception):  # noqa: N818  (it ends a compilation early; nothing is wrong)
    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph


def _names() -> list[str]:
    from rnn2onnx.passes import PIPELINE

    return [RECORD, *(step.name for step in PIPELINE)]


def show(
    model: Model,
    after: Annotated[
        str, typer.Option("--after", metavar="PASS", help="Show it after this pass.", autocompletion=_names)
    ] = RECORD,
    svg: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--svg", metavar="FILE", help="Draw it into a file instead."),
    ] = None,
    locations: Annotated[bool, typer.Option("--locations", help="Say where each operation was recorded.")] = False,
    weights: Weights = None,
    rename: Rename = None,
    ema: Ema = False,
    as_tensorflow: AsTensorflow = False,
) -> None:
    """Show the program that a model is, as recorded or after a pass."""
    names = _names()
    if after not in names:
        raise typer.BadParameter(f"{after!r} is not one of {', '.join(names)}.", param_hint="--after")
    with progress(f"compiling {model}"):
        graph = _stage(model, after, {"weights": weights, "rename": renames(rename), "ema": ema}, as_tensorflow)
    if svg is None:
        _print(graph, locations)
        return
    from rnn2onnx.ir.draw import draw_svg

    with whole_file(svg) as file:
        file.write(draw_svg(graph).encode())
    say(f"{svg}: {graph.name} after {after}" if after != RECORD else f"{svg}: {graph.name} as recorded")


def _stage(model: str, after: str, weights: dict[str, Any], as_tensorflow: bool) -> Graph:
    def observe(name: str, before: Graph | None, graph: Graph, seconds: float) -> None:
        if name == after:
            raise _Reached(graph)

    recorded = record(model, as_tensorflow)
    if weights["weights"] is None:
        weights = {**weights, "weights": recorded.weights}
    try:
        program = rnn2onnx.compile(recorded.graph, recorded.outputs, **weights, observe=observe)
    except _Reached as reached:
        return reached.graph
    return program.lowered


def _print(graph: Graph, locations: bool) -> None:
    from rnn2onnx.ir import print_graph

    text, console = print_graph(graph, locations=locations), screen()
    if console is None:
        print(text)
        return
    from rnn2onnx.cli.ir_colours import coloured

    console.print(coloured(text))
