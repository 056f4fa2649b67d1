"""A report with all that a report can have."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.passes import Decision
from rnn2onnx.passes.report import Alternative
from rnn2onnx.runtime.quantization import Error, OutputError, Part, Quantization
from rnn2onnx.runtime.report import Exported, Report

LONG = "a_rather_long_name_of_an_input/" * 4
BATCHES, STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256), (1, 4, 10, 30, 100, 300, 1000)


def model() -> Any:
    x = tf.placeholder(tf.float32, ["batch", "time", 4], "x")
    n = tf.placeholder(tf.int32, ["batch"], LONG)
    first, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(8), x, n, dtype=tf.float32, scope="first")
    second, state = tf.nn.dynamic_rnn(tf.contrib.rnn.LayerNormBasicLSTMCell(8), first, n, dtype=tf.float32)
    return {"outputs": second, "state": state}


def alternative(form: str, fixed: float, step: float, row: float, taken: str, measured: bool = False) -> Alternative:
    """A form that costs so many microseconds in all, for each step, and for each row of each step."""
    costs = {(batch, steps): fixed + steps * (step + row * batch) for batch in BATCHES for steps in STEPS}
    sizes = [(1, 100), (32, 100)] if measured else []
    return Alternative(form, costs, taken, {size: 1.1 * costs[size] + 8 for size in sizes})


FORMS = (
    alternative("LSTM", 3, 1.2, 0.8, "batch <= 15", measured=True),
    alternative("Scan", 9, 9, 0.4, "else", measured=True),
    alternative("a prefix scan of <b>halves</b> & quarters", 100, 0.2, 2.0, "never"),
)


@cache
def report() -> Report:
    """Two recurrences of a compiled model, one with alternatives that were measured, and one nobody knows much of."""
    program = rnn2onnx.compile(*rnn2onnx.trace(model))
    first, second = (replace(each, alternatives=(), depth=("", "")) for each in list(program.report)[:2])
    decisions = [
        replace(first, alternatives=FORMS, depth=("T steps of 19 operations", "T steps of 1")),
        replace(second, alternatives=FORMS[1:2], depth=("T steps of 30 operations",) * 2),
        Decision("", "what <script>alert(1)</script> computes", "Loop", "a & b"),
    ]
    made = program.report
    whole = Report(
        decisions,
        made.stages,
        target="onnxruntime",
        opset=17,
        export=lambda: Exported(12_345, 67, 0.01, "rnn2onnx 1.2"),
    )
    whole.quantization = Quantization(
        (OutputError("outputs", Error(0.25, 0.0123), Error(1e-7, 0.0)), OutputError(LONG, Error(1, 2), Error(3, 4))),
        (Part("lstm of 8 units", "model.py:3", True, "", None), Part("matmul <8>", "", False, "too far off", 0.5)),
        0.02,
        "random inputs (batch=16)",
    )
    return whole
