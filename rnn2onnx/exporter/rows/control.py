"""The ONNX forms of the kinds with bodies, and of what passes must have removed before.

A Scan or Loop with an output that has no name passes ONNX's checker and kills onnxruntime: every output made here is
named. Bodies hand nothing through: what enters leaves by an Identity.
"""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.errors import ExportError
from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.types import Type

V = onnx_ir.Value


def _scan(e: Emission, op: Op, *args: V) -> tuple[V, ...]:
    (block,), states = op.blocks, op.attrs["states"]
    sequences, rows = len(block.params) - states, len(block.results) - states
    backwards = {}
    if op.attrs["reverse"]:
        backwards["scan_input_directions"] = (1,) * sequences
        if rows:
            backwards["scan_output_directions"] = (1,) * rows
    body = e.body(block, "step")
    return e.many("Scan", args, len(op.results), body=body, num_scan_inputs=sequences, **backwards)


def _loop(e: Emission, op: Op, go: V, *carried: V) -> tuple[V, ...]:
    if not op.results:
        return ()
    body = e.body(op.blocks[0], "turn", unused=(1, "go", Type(np.dtype(bool), ())))
    return e.many("Loop", [None, go, *carried], len(op.results), body=body)


def _cond(e: Emission, op: Op, condition: V) -> tuple[V, ...]:
    if not op.results:
        return ()
    then, otherwise = (e.body(block, name) for block, name in zip(op.blocks, ("then", "otherwise"), strict=True))
    return e.many("If", [condition], len(op.results), then_branch=then, else_branch=otherwise)


def _refuse(message: str) -> Row:
    def row(e: Emission, op: Op, *args: V) -> V:
        name = f" ({op.attrs['name']!r})" if "name" in op.attrs else ""
        raise ExportError(f"{message}{name}", op.location)

    return row


ROWS: dict[str, Row] = {"scan": _scan, "loop": _loop, "cond": _cond}

REMOVED: dict[str, Row] = {
    "recur": _refuse("a recurrence was not lowered to a form that ONNX has; run the passes before the export"),
    "variable": _refuse("a variable has no value: give the weights before the export"),
    "random": _refuse(
        "the graph draws random numbers at inference, which no file can promise; pass them in as an input"
    ),
}
"""The kinds that passes must have removed, and what is said where one is left."""
