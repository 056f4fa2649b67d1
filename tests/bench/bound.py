"""What the engine needs for the matrix products of a recurrence alone: no file of these products can be faster.

The bound of one layer of width ``units`` over inputs of width ``inputs``, with ``gates`` gates: the product of all
inputs with their matrix, and at every step the product of the state with its own; that is timed as a ``Scan`` that
multiplies less the same ``Scan`` that only applies Relu. Lengths are full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from onnx import checker, helper, numpy_helper, parser

from rnn2onnx.exporter import DEFAULT_OPSET
from rnn2onnx.runtime.benchmark import Contender, Quartiles, race
from tests.bench.contest import Clock
from tests.bench.ours import compiled
from tests.bench.programs import PROGRAMS, Array, Feeds
from tests.bench.tables import micros, ratio, simple

LIMIT = 1.3
"""What ours may take of the bound at width 128 and batch 32 and above."""


class Layer(NamedTuple):
    """A recurrent layer: its inputs' width, its own, and how many gates it has."""

    inputs: int
    units: int
    gates: int


LAYERS: dict[str, tuple[Layer, ...]] = {
    "lstm_stack": (Layer(40, 128, 4), Layer(128, 256, 4)),
    "lstm_512": (Layer(512, 512, 4),),
    "lstm_128": (Layer(128, 128, 4),),
    "basic_rnn": (Layer(128, 128, 1),),
    "residual_gru": (Layer(128, 128, 3),) * 4,
    "bidirectional_gru": (Layer(64, 64, 3),) * 2,
    "augru": (Layer(36, 36, 3),),
    "layer_norm_lstm": (Layer(128, 128, 4),),
    "linear_recurrence": (Layer(128, 128, 3),),
}
"""The layers of each program whose time is mostly matrix products."""
FREE_OF_STATE = {"linear_recurrence"}
"""Programs without a product of the state."""


class Bound(NamedTuple):
    """Ours beside the bound: seconds of each, and how many times as long ours takes, round by round."""

    ours: Quartiles
    bound: Quartiles
    ratio: Quartiles


def bound(name: str, batch: int, time: int, threads: int, seconds: float, clock: Clock) -> Bound:
    """Ours with full lengths against the matrix products alone."""
    program = PROGRAMS[name]
    feeds = program.feeds(batch, time)
    if program.lengths:
        feeds["n"] = np.full(batch, time, "int32")
    contenders = [Contender(compiled(program).model, feeds, threads=threads)]
    signs = [0]
    for layer, count in counted(LAYERS[name]):
        parts = [(projection(layer), count)]
        if name not in FREE_OF_STATE:
            parts += [(walk(layer, True), count), (walk(layer, False), -count)]
        for model, sign in parts:
            made = feeds_of(layer, model, batch, time)
            contenders.append(Contender(model.SerializeToString(), made, threads=threads))
            signs.append(sign)
    timings = race(contenders, seconds, clock).seconds
    least: Array = np.asarray(signs) @ timings
    return Bound(Quartiles.of(timings[0]), Quartiles.of(least), Quartiles.of(timings[0] / least))


def counted(layers: tuple[Layer, ...]) -> list[tuple[Layer, int]]:
    return [(layer, layers.count(layer)) for layer in dict.fromkeys(layers)]


def matrix(name: str, *shape: int) -> Any:
    values = np.random.default_rng(1).uniform(-1, 1, shape).astype("float32") / np.float32(shape[0] ** 0.5)
    return numpy_helper.from_array(values, name)


def projection(layer: Layer) -> Any:
    """The products with all inputs: ``x`` f32[steps, batch, inputs] gives ``y``."""
    wide = layer.gates * layer.units
    signature = f"(float[T, B, {layer.inputs}] x) => (float[T, B, {wide}] y)"
    graph = parser.parse_graph(f"projection {signature} {{ y = MatMul(x, W) }}")
    graph.initializer.append(matrix("W", layer.inputs, wide))
    return model_of(graph)


def walk(layer: Layer, multiplies: bool) -> Any:
    """A state ``h`` f32[batch, units] that goes through a matrix at each step of ``x`` f32[steps, 1], or not."""
    wide = layer.gates * layer.units
    state, step = f"float[B, {layer.units}]", "float[1]"
    product = f", float[B, {wide}] y" if multiplies else ""
    steps = "k = Relu(h) y = MatMul(h, R)" if multiplies else "k = Relu(h)"
    body = parser.parse_graph(f"body ({state} h, {step} t) => ({state} k{product}) {{ {steps} }}")
    if multiplies:
        body.initializer.append(matrix("R", layer.units, wide))
    products = f", float[T, B, {wide}] ys" if multiplies else ""
    graph = parser.parse_graph(f"walk ({state} h, float[T, 1] x) => ({state} k{products}) {{ }}")
    outputs = ["k", "ys"] if multiplies else ["k"]
    graph.node.append(helper.make_node("Scan", ["h", "x"], outputs, body=body, num_scan_inputs=1))
    return model_of(graph)


def model_of(graph: Any) -> Any:
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", DEFAULT_OPSET)], ir_version=9)
    checker.check_model(made)
    return made


def feeds_of(layer: Layer, model: Any, batch: int, time: int) -> Feeds:
    rng = np.random.default_rng(0)
    if len(model.graph.input) == 1:
        return {"x": rng.uniform(-1, 1, (time, batch, layer.inputs)).astype("float32")}
    return {"h": rng.uniform(-1, 1, (batch, layer.units)).astype("float32"), "x": np.zeros((time, 1), "float32")}


def markdown(found: Sequence[tuple[str, int, int, int, Bound]]) -> str:
    header = ("program", "batch", "steps", "threads", "ours, µs", "products, µs", "ratio")
    lines = [
        (
            PROGRAMS[name].title,
            str(batch),
            str(time),
            str(threads),
            micros(each.ours),
            micros(each.bound),
            ratio(each.ratio),
        )
        for name, batch, time, threads, each in found
    ]
    return simple(header, lines)
