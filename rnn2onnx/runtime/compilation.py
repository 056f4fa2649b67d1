"""``rnn2onnx.compile``: a recorded graph in, a program out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.exporter import DEFAULT_OPSET, ir_version_of
from rnn2onnx.ir import Graph
from rnn2onnx.passes import Choice, pipeline, run_passes
from rnn2onnx.runtime.program import Program
from rnn2onnx.runtime.quantization import Measurement, Wish, with_int8
from rnn2onnx.runtime.report import RECORD, Stage
from rnn2onnx.runtime.tuning import SECONDS, Tuner, cases, on_this_machine
from rnn2onnx.targets import load
from rnn2onnx.weights import Given, Rename

Observe = Callable[[str, "Graph | None", Graph, float], None]


class Recorded(Protocol):
    """What the compiler needs of a recorded graph."""

    placeholders: Mapping[str, Any]

    def program(self, outputs: Any, weights: Given | None) -> Graph:
        """The part that ``outputs`` need, with constants for its variables."""


def compile(
    graph: Recorded | None,
    outputs: Any,
    *,
    weights: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    rename: Rename | None = None,
    ema: bool = False,
    target: str | os.PathLike[str] = "onnxruntime",
    opset: int | None = None,
    quantize: str | None = None,
    max_error: float | None = None,
    calibration: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    tune: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    tune_seconds: float = SECONDS,
    observe: Observe | None = None,
) -> Program:
    r"""The program that computes ``outputs``.

    Args:
        graph: A ``tf.Graph``; None for the one that the outputs belong to.
        outputs: A nest of tensors; ``Program.run`` gives the same nest of arrays.
        weights: An array for every variable, by name; or the path of a file of them, in any format that
            ``rnn2onnx.weights`` reads; None for the variables' own seeded initial values. What only an optimizer needs
            may be left over.
        rename: Gives the weights' names the model's: regular expressions and what stands in place of what they match,
            as a dict or a list of pairs, in order; or a function of a name. What is renamed to nothing is left out.
            TensorFlow 1.15 has ``lstm_1/kernel`` in a checkpoint of Keras layers where ``lstm_1/lstm_cell/kernel`` is
            recorded: ``rename={r"^(lstm(_\d+)?)/": r"\1/lstm_cell/"}``.
        ema: Whether a variable's ``ExponentialMovingAverage`` is taken in its place, where the weights have one.
        target: The engine: ``onnxruntime``, or a file that ``rnn2onnx tune`` wrote of it on another machine.
        opset: The ONNX opset, 13 to 26; 17 if None.
        quantize: ``"int8"`` for weights in int8, which LSTMs and products are computed with; the file is about a
            quarter as large then, and ``Program.quantization`` tells how far each output is from float64.
        max_error: How far an output may be from float64 with int8 weights: the root of the mean square of the
            differences, relative to that of the output; for integers the share that differs. Recurrences and products
            are left in float32 one by one until it is kept.
        calibration: Inputs to measure that on, or a list of such; random ones if None.
        tune: What to measure the forms of each recurrence on, so that the fastest ones are taken: lengths by name, as
            ``{"batch": [1, 32], "time": 100}`` for random inputs of both; or inputs by name; or a list of such.
        tune_seconds: After so many seconds what was not measured yet is chosen by the target's costs.
        observe: Called after recording and after each pass with its name, the graph before (None after recording) and
            after it, and the seconds it took.

    Raises:
        ValueError: The target or opset is unknown, the outputs have one name twice, or the weights don't fit.
        TypeError: There are no tensors in ``outputs``.
    """
    engine = load(os.fspath(target))
    number = DEFAULT_OPSET if opset is None else opset
    ir_version_of(number)
    if graph is None:
        graph = next((leaf.graph for leaf in nest.flatten(outputs) if hasattr(leaf, "graph")), None)
        if graph is None:
            raise ArgumentTypeError(f"there is no tensor in the outputs {outputs!r}; give a nest of recorded tensors.")
    if weights is None and (rename is not None or ema):
        raise ArgumentError(f"{'ema' if rename is None else 'rename'} is about weights, and none are given.")
    given = Given.of(weights, rename, ema) if weights is not None else None
    wish = Wish.of(quantize, max_error, calibration)
    stages: list[Stage] = []

    def keep(name: str, before: Graph | None, after: Graph, seconds: float) -> None:
        stages.append(Stage(name, before, after, seconds))
        if observe is not None:
            observe(name, before, after, seconds)

    start = time.perf_counter()
    recorded = graph.program(outputs, given)
    keep(RECORD, None, recorded, time.perf_counter() - start)
    used = {value.name for value in recorded.inputs}
    ignored = [name for name in graph.placeholders if name not in used]
    choice = Choice(engine)
    if tune is not None:
        wanted = cases(recorded, tune, ignored)
        choice = Tuner(recorded, pipeline, choice, wanted, number, on_this_machine(), tune_seconds).tuned()
    passes = pipeline(choice)
    measurement = Measurement(recorded, passes, wish, number, ignored) if wish is not None else None
    taken_back = measurement.taken_back() if measurement is not None else frozenset[int]()
    passes = passes if measurement is None else with_int8(passes, taken_back)
    lowered, decisions = run_passes(recorded, passes, keep)
    structure = nest.map_structure(lambda leaf: leaf is not None, outputs)
    program = Program(
        recorded, lowered, structure, decisions, stages, target=engine.name, opset=number, ignored=ignored
    )
    if measurement is not None:
        program.quantization = program.report.quantization = measurement.result(program.model, taken_back)
    return program
