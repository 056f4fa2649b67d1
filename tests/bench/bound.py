"""What the engine needs for the matrix products of a recurrence alone: no file of these products can be faster.

The bound of one layer of width ``units`` over inputs of width ``inputs``, with ``gates`` gates: the product of all
inputs with their matrix, and at every step the product of the state with its own; that is timed as a ``Scan`` that
multiplies less the same ``Scan`` that only applies Relu. Lengths are full. Beside it stands what any
``Scan`` takes: the same with the sigmoids and tangents of every step, timed in the same way, the loop itself, and its
inputs and rows with time and batch exchanged, as programs have them the other way round.
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


class Layer(NamedTuple):
    """A recurrent layer: its inputs' width, its own, how many gates it has, and how many activations of its width."""

    inputs: int
    units: int
    gates: int
    activations: int


LAYERS: dict[str, tuple[Layer, ...]] = {
    "lstm_stack": (Layer(40, 128, 4, 5), Layer(128, 256, 4, 5)),
    "lstm_512": (Layer(512, 512, 4, 5),),
    "lstm_128": (Layer(128, 128, 4, 5),),
    "basic_rnn": (Layer(128, 128, 1, 1),),
    "residual_gru": (Layer(128, 128, 3, 3),) * 4,
    "bidirectional_gru": (Layer(64, 64, 3, 3),) * 2,
    "augru": (Layer(36, 36, 3, 3),),
    "layer_norm_lstm": (Layer(128, 128, 4, 5),),
    "linear_recurrence": (Layer(128, 128, 3, 3),),
}
"""The layers of each program whose time is mostly matrix products."""
FREE_OF_STATE = {"linear_recurrence"}
"""Programs without a product of the state."""


class Bound(NamedTuple):
    """Ours beside the bounds: seconds of each, and how many times as long ours takes, round by round."""

    ours: Quartiles
    products: Quartiles
    ratio: Quartiles
    as_scan: Quartiles
    ratio_to_scan: Quartiles


def bound(name: str, batch: int, time: int, threads: int, seconds: float, clock: Clock) -> Bound:
    """Ours with full lengths against the matrix products alone, and against all that a Scan needs."""
    program = PROGRAMS[name]
    feeds = program.feeds(batch, time)
    if program.lengths:
        feeds["n"] = np.full(batch, time, "int32")
    contenders = [Contender(compiled(program).model, feeds, threads=threads)]
    signs = [(0, 0)]
    for layer, count in counted(LAYERS[name]):
        wide = layer.activations * layer.units
        parts = [(projection(layer), (count, 0))]
        parts += [(walk(wide, "Sigmoid"), (0, count)), (walk(wide, "Relu"), (0, -count))]
        parts += [(walk(layer.units, "Relu"), (0, count))]
        if name not in FREE_OF_STATE:
            parts += [(walk(layer.units, "Relu", layer.gates * layer.units), (count, 0))]
            parts += [(walk(layer.units, "Relu"), (-count, 0))]
        for model, sign in parts:
            contenders.append(Contender(model.SerializeToString(), feeds_of(model, batch, time), threads=threads))
            signs.append(sign)
    for width in (LAYERS[name][0].inputs, LAYERS[name][-1].units):
        contenders.append(
            Contender(turned(width).SerializeToString(), feeds_of(turned(width), batch, time), threads=threads)
        )
        signs.append((0, 1))
    timings = race(contenders, seconds, clock).seconds
    ours: Array = timings[0]
    products, others = np.asarray(signs).T @ timings
    scan = products + others
    return Bound(*map(Quartiles.of, (ours, products, ours / products, scan, ours / scan)))


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


def turned(width: int) -> Any:
    """A sequence ``x`` f32[steps, batch, width] with time and batch exchanged."""
    signature = f"(float[T, B, {width}] x) => (float[B, T, {width}] y)"
    return model_of(parser.parse_graph(f"turned {signature} {{ y = Transpose <perm = [1, 0, 2]> (x) }}"))


def walk(width: int, activation: str, columns: int = 0) -> Any:
    """A state ``h`` f32[batch, width] that goes through an activation at each step of ``x`` f32[steps, 1].

    With ``columns`` it is multiplied with a matrix of so many, too, and the rows of that are given.
    """
    state, step = f"float[B, {width}]", "float[1]"
    product, steps = (f", float[B, {columns}] y", " y = MatMul(h, R)") if columns else ("", "")
    body = parser.parse_graph(f"body ({state} h, {step} t) => ({state} k{product}) {{ k = {activation}(h){steps} }}")
    if columns:
        body.initializer.append(matrix("R", width, columns))
    products = f", float[T, B, {columns}] ys" if columns else ""
    graph = parser.parse_graph(f"walk ({state} h, float[T, 1] x) => ({state} k{products}) {{ }}")
    outputs = ["k", "ys"] if columns else ["k"]
    graph.node.append(helper.make_node("Scan", ["h", "x"], outputs, body=body, num_scan_inputs=1))
    return model_of(graph)


def model_of(graph: Any) -> Any:
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", DEFAULT_OPSET)], ir_version=9)
    checker.check_model(made)
    return made


def feeds_of(model: Any, batch: int, time: int) -> Feeds:
    rng = np.random.default_rng(0)
    first = model.graph.input[0]
    width = first.type.tensor_type.shape.dim[-1].dim_value
    if first.name == "x":
        return {"x": rng.uniform(-1, 1, (time, batch, width)).astype("float32")}
    return {"h": rng.uniform(-1, 1, (batch, width)).astype("float32"), "x": np.zeros((time, 1), "float32")}


def markdown(found: Sequence[tuple[str, int, int, int, Bound]]) -> str:
    names = ("ours, µs", "products, µs", "ratio", "a Scan, µs", "ratio")
    header = ("program", "batch", "steps", "threads", *names)
    lines = [
        (
            PROGRAMS[name].title,
            *map(str, shape),
            micros(each.ours),
            micros(each.products),
            ratio(each.ratio),
            micros(each.as_scan),
            ratio(each.ratio_to_scan),
        )
        for name, *shape, each in found
    ]
    return simple(header, lines)
