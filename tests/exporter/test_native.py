"""The recurrent layers of ONNX on onnxruntime against their numpy meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

from rnn2onnx.exporter import export
from rnn2onnx.ir import Builder, Graph, Type, evaluate
from rnn2onnx.ir.kinds.native import GATES
from tests.exporter.running import assert_close, run
from tests.opsets import SOME

F32 = np.dtype(np.float32)
DEFAULTS = {
    "rnn": (("Tanh", 0.0, 0.0),),
    "gru": (("Sigmoid", 0.0, 0.0), ("Tanh", 0.0, 0.0)),
    "lstm": (("Sigmoid", 0.0, 0.0), ("Tanh", 0.0, 0.0), ("Tanh", 0.0, 0.0)),
}
OTHERS = [
    ("Relu", 0.0, 0.0),
    ("Softsign", 0.0, 0.0),
    ("Softplus", 0.0, 0.0),
    ("Elu", 0.7, 0.0),
    ("LeakyRelu", 0.3, 0.0),
    ("HardSigmoid", 0.25, 0.4),
    ("Affine", 1.0, 0.0),
    ("Affine", 0.5, 0.1),
]


def layer(
    name: str,
    *,
    time: int = 4,
    batch: int = 3,
    direction: str = "forward",
    activations: tuple[tuple[str, float, float], ...] = (),
    given: tuple[str, ...] = ("B", "initial_h"),
    linear_before_reset: int = 0,
) -> tuple[Graph, dict[str, Any]]:
    rng = np.random.default_rng(1)
    ways, gates, depth, hidden = (2 if direction == "bidirectional" else 1), GATES[name], 2, 3

    def normal(*shape: int) -> np.ndarray:
        return (0.5 * rng.standard_normal(shape)).astype(np.float32)

    b, feeds = Builder(name), {"x": normal(time, batch, depth)}
    operands = {"X": b.input("x", Type(F32, ("T", "B", depth)))}
    operands["W"] = b.const(normal(ways, gates * hidden, depth), "w")
    operands["R"] = b.const(normal(ways, gates * hidden, hidden), "r")
    if "B" in given:
        operands["B"] = b.const(normal(ways, 2 * gates * hidden), "b")
    if "sequence_lens" in given:
        operands["sequence_lens"] = b.input("lengths", Type(np.dtype(np.int32), ("B",)))
        feeds["lengths"] = np.arange(batch, dtype=np.int32) % (time + 1)
    for key in ("initial_h", "initial_c"):
        if key in given:
            operands[key] = b.input(key, Type(F32, (ways, "B", hidden)))
            feeds[key] = normal(ways, batch, hidden)
    if "P" in given:
        operands["P"] = b.const(normal(ways, 3 * hidden), "p")
    results = b.emit(
        name,
        list(operands.values()),
        inputs=tuple(operands),
        hidden_size=hidden,
        direction=direction,
        activations=(activations or DEFAULTS[name]) * ways,
        linear_before_reset=linear_before_reset,
    )
    return b.finish((f"y{i}", value) for i, value in enumerate(results)), feeds


def agree(graph: Graph, feeds: dict[str, Any], opsets: tuple[int, ...] = (17,)) -> None:
    wanted = evaluate(graph, feeds)
    for opset in opsets:
        model = export(graph, opset=opset)
        onnx.checker.check_model(model, full_check=True)
        for name, array in run(model, feeds).items():
            assert_close(array, wanted[name], name)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_layers_in_every_direction_with_and_without_lengths(name: str, direction: str) -> None:
    for given in ((), ("B",), ("B", "initial_h"), ("B", "sequence_lens"), ("initial_h", "sequence_lens")):
        agree(*layer(name, direction=direction, given=given), opsets=SOME if given == ("B",) else (17,))


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_lstm_with_peepholes_and_both_states(direction: str) -> None:
    agree(*layer("lstm", direction=direction, given=("P",)))
    agree(*layer("lstm", direction=direction, given=("B", "initial_h", "initial_c", "P", "sequence_lens")))


@pytest.mark.parametrize("reset", [0, 1])
def test_gru_resets_before_or_after_the_product(reset: int) -> None:
    agree(*layer("gru", linear_before_reset=reset, direction="bidirectional"), opsets=SOME)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("activation", OTHERS, ids=lambda spec: spec[0])
def test_alpha_and_beta_reach_the_activation_that_takes_them(name: str, activation: tuple[str, float, float]) -> None:
    for place in range(len(DEFAULTS[name])):
        chosen = list(DEFAULTS[name])
        chosen[place] = activation
        agree(*layer(name, activations=tuple(chosen), direction="bidirectional"))


def test_several_activations_with_parameters_keep_their_order() -> None:
    chosen = (("HardSigmoid", 0.2, 0.5), ("Affine", 0.5, 0.1), ("LeakyRelu", 0.3, 0.0))
    agree(*layer("lstm", activations=chosen, direction="bidirectional"))


def test_rnn_without_rows_runs() -> None:
    agree(*layer("rnn", batch=0))


def test_an_absent_operand_between_given_ones_keeps_its_place() -> None:
    graph, _ = layer("lstm", given=("P",))
    (node,) = [node for node in export(graph).graph.node if node.op_type == "LSTM"]
    assert list(node.input) == ["x", "w", "r", "", "", "", "", "p"]
    graph, _ = layer("lstm", given=())
    (node,) = [node for node in export(graph).graph.node if node.op_type == "LSTM"]
    assert list(node.input) == ["x", "w", "r"]
