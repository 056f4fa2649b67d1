"""A report as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn2onnx.ir import Value, print_graph
from rnn2onnx.passes import Decision
from rnn2onnx.passes.report import Alternative
from rnn2onnx.runtime.report.int8 import quantization_facts
from rnn2onnx.runtime.report.source_lines import code_of, place_of
from rnn2onnx.runtime.report.stages import RECORD, Stage, operations

if TYPE_CHECKING:
    from rnn2onnx.runtime.report.report import Report

FORMAT = 1
LONGEST_TEXT = 4_000_000
"""Characters of a program's text; a longer one ends there, and says so."""


def facts(report: Report) -> dict[str, Any]:
    """What ``Report.json`` describes."""
    recorded = sum(stage.seconds for stage in report.stages if stage.name == RECORD)
    graph, exported = report.graph, report.exported
    return {
        "format": FORMAT,
        "compiler": exported.compiler,
        "model": report.title,
        "target": report.target,
        "opset": report.opset,
        "seconds": {
            "record": round(recorded, 6),
            "passes": round(report.seconds - recorded, 6),
            "export": round(exported.seconds, 6),
        },
        "file": {"bytes": exported.bytes, "nodes": exported.nodes},
        "inputs": _types([value.name for value in graph.inputs], graph.inputs),
        "outputs": _types(graph.outputs, graph.block.results),
        "recurrences": [_recurrence(decision) for decision in report],
        "quantization": quantization_facts(report.quantization),
        "passes": [_stage(stage) for stage in report.stages],
    }


def _types(names: Sequence[str], values: Sequence[Value]) -> list[dict[str, Any]]:
    return [
        {"name": name, "dtype": value.type.dtype.name, "shape": list(value.type.shape)}
        for name, value in zip(names, values, strict=True)
    ]


def _recurrence(decision: Decision) -> dict[str, Any]:
    place = place_of(decision.source)
    return {
        "source": None if place is None else {"file": place[0], "line": place[1]},
        "code": None if place is None else code_of(place),
        "what": decision.what,
        "became": decision.became,
        "why": decision.why,
        "depth": {"before": decision.depth[0], "after": decision.depth[1]},
        "alternatives": [_alternative(each) for each in decision.alternatives],
    }


def _alternative(alternative: Alternative) -> dict[str, Any]:
    sizes = sorted({*alternative.costs, *alternative.measured})
    return {
        "form": alternative.form,
        "taken": alternative.taken,
        "costs": [
            {
                "batch": batch,
                "steps": steps,
                "predicted": _number(alternative.costs.get((batch, steps))),
                "measured": _number(alternative.measured.get((batch, steps))),
            }
            for batch, steps in sizes
        ],
    }


def _number(microseconds: float | None) -> float | None:
    """JSON has no infinity."""
    return None if microseconds is None or not math.isfinite(microseconds) else round(float(microseconds), 3)


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "seconds": round(stage.seconds, 6),
        "changed": stage.changed,
        "operations": operations(stage.after),
        "text": _cut(print_graph(stage.after)) if stage.changed else None,
    }


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT]
    return f"{kept}\n# {len(text) - len(kept)} more characters are not here; --dump-ir writes them all."
