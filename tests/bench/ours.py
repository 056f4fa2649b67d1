"""This project's files for the programs of the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import rnn2onnx
import rnn2onnx.deepctr.contrib.rnn
import rnn2onnx.deepctr.contrib.utils
from rnn2onnx.exporter import DEFAULT_OPSET, export
from rnn2onnx.passes import PIPELINE, Pass, run_passes
from tests.bench.programs import Program, weight

MODULES = {"tf": rnn2onnx.tf, "deepctr": rnn2onnx.deepctr}


class Compiled(NamedTuple):
    """A file of ours.

    Attributes:
        model: Its bytes.
        became: What each recurrence became.
    """

    model: bytes
    became: tuple[str, ...]


def recorded(program: Program) -> rnn2onnx.ir.Graph:
    """The program's graph with its weights."""
    graph, outputs = rnn2onnx.trace(lambda: program.call(MODULES))
    shapes: dict[str, Any] = {name: tuple(variable.shape.as_list()) for name, variable in graph.variables.items()}
    weights = {name: weight(name, shape) for name, shape in shapes.items()}
    whole: rnn2onnx.ir.Graph = graph.program(outputs, weights)
    return whole


def compiled(program: Program, passes: Sequence[Pass] = PIPELINE) -> Compiled:
    """The program's file after ``passes``."""
    lowered, report = run_passes(recorded(program), passes)
    model: Any = export(lowered, opset=DEFAULT_OPSET)
    return Compiled(model.SerializeToString(), tuple(decision.became for decision in report))
