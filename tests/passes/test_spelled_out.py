"""A native GRU or RNN spelled out as a recurrence means the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx.ir import Array, Builder, Graph, Op, Value, evaluate, replay, walk
from rnn2onnx.passes.quantizing.spelled_out import can_be_spelled_out, spelled_out
from tests.exporter.test_native import DEFAULTS, OTHERS, layer
from tests.random_graphs import assert_same

GIVEN = [(), ("B",), ("initial_h",), ("B", "sequence_lens"), ("B", "initial_h", "sequence_lens")]


def spelled(graph: Graph) -> Graph:
    def rule(builder: Builder, op: Op) -> list[Value] | None:
        if op.kind.name not in ("gru", "rnn"):
            return None
        assert can_be_spelled_out(op)

        def multiply(value: Value, matrix: Array, name: str) -> Value:
            return builder.emit("matmul", (value, builder.const(matrix, name)))[0]

        return spelled_out(builder, op, multiply)

    return replay(graph, (rule,))


def assert_means_the_same(name: str, **options: Any) -> None:
    graph, feeds = layer(name, **options)
    made = spelled(graph)
    assert name not in {op.kind.name for op in walk(made.block)}
    assert_same(evaluate(made, feeds, float64=True), evaluate(graph, feeds, float64=True), 3e-7)
    assert_same(evaluate(made, feeds), evaluate(graph, feeds))


@pytest.mark.parametrize("given", GIVEN, ids="-".join)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(("name", "reset"), [("gru", 0), ("gru", 1), ("rnn", 0)])
def test_layers_in_every_direction(name: str, reset: int, direction: str, given: tuple[str, ...]) -> None:
    assert_means_the_same(name, direction=direction, given=given, linear_before_reset=reset)
    for time, batch in ((1, 1), (0, 3), (4, 0)):
        assert_means_the_same(name, direction=direction, given=given, time=time, batch=batch)


@pytest.mark.parametrize("activation", OTHERS, ids=lambda spec: f"{spec[0]} {spec[1]}")
@pytest.mark.parametrize("name", ["gru", "rnn"])
def test_activations(name: str, activation: tuple[str, float, float]) -> None:
    for place in range(len(DEFAULTS[name])):
        chosen = list(DEFAULTS[name])
        chosen[place] = activation
        assert_means_the_same(name, activations=tuple(chosen), direction="bidirectional")


def test_layers_that_cannot_be_spelled_out() -> None:
    graph, _ = layer("lstm")
    assert not any(can_be_spelled_out(op) for op in walk(graph.block))
    builder = Builder("given")
    graph, _ = layer("gru")
    (op,) = [op for op in walk(graph.block) if op.kind.name == "gru"]
    assert can_be_spelled_out(op)
    weights = builder.input("w", op.operands[1].type)
    fed = Op(op.kind, (op.operands[0], weights, *op.operands[2:]), op.attrs, (), op.results)
    assert not can_be_spelled_out(fed)
    unknown = {**op.attrs, "activations": (("Sigmoid", 0.0, 0.0), ("ThresholdedRelu", 0.5, 0.0))}
    assert not can_be_spelled_out(Op(op.kind, op.operands, unknown, (), op.results))


def test_a_step_is_the_formula_of_a_gru() -> None:
    graph, feeds = layer("gru", time=1, batch=1, given=("initial_h",))
    values = {str(op.attrs["name"]): op.attrs["value"] for op in graph.block.ops if op.kind.name == "const"}
    (wz, wr, wn), (rz, rr, rn) = np.split(values["w"][0], 3), np.split(values["r"][0], 3)
    x, h = feeds["x"][0, 0].astype(np.float64), feeds["initial_h"][0, 0].astype(np.float64)

    def sigmoid(v: Array) -> Array:
        return 1 / (1 + np.exp(-v))

    z, r = sigmoid(wz @ x + rz @ h), sigmoid(wr @ x + rr @ h)
    n = np.tanh(wn @ x + rn @ (r * h))
    np.testing.assert_allclose(evaluate(spelled(graph), feeds)["y1"][0, 0], (1 - z) * n + z * h, rtol=1e-5)
