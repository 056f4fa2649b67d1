"""Weights of PyTorch's and Keras's layers in this project's cells: what the cells give is what the frameworks gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import ArgumentError, WeightsError
from rnn2onnx.weights import from_keras, from_torch

HERE = Path(__file__).parent
Arrays = dict[str, NDArray[Any]]


def recorded(framework: str) -> dict[str, tuple[Arrays, Arrays]]:
    """By case: the weights, and the inputs and outputs."""
    cases: dict[str, tuple[Arrays, Arrays]] = {}
    with np.load(HERE / f"recurrent_{framework}.npz") as archive:
        rows, flat = archive["rows"].tolist(), archive["flat"]
    at = 0
    for row in rows:
        key, _, lengths = row.partition("|")
        shape = tuple(int(length) for length in lengths.split(",") if length)
        case, _, name = key.partition(">")
        array = flat[at : at + int(np.prod(shape))].reshape(shape)
        at += array.size
        weights, values = cases.setdefault(case, ({}, {}))
        (values if name.startswith(">") else weights)[name.removeprefix(">")] = array
    return cases


TORCH, KERAS = recorded("torch"), recorded("keras")


def check(graph: Any, outputs: Any, weights: Arrays, inputs: NDArray[Any], wanted: list[NDArray[Any]]) -> None:
    """Both the evaluator and onnxruntime give what the framework gave."""
    program = rnn2onnx.compile(graph, outputs, weights=weights)
    for given in (program.run({"x": inputs}), program.evaluate({"x": inputs})):
        for found, value in zip(rnn2onnx.nest.flatten(given), wanted, strict=True):
            np.testing.assert_allclose(found, value, rtol=2e-5, atol=2e-6)


def cell_of(case: str, forget_bias: float) -> Any:
    kind, *options = case.split("-")
    if kind == "lstm":
        projections = 2 if "proj" in options else None
        return tf.nn.rnn_cell.LSTMCell(4, num_proj=projections, forget_bias=forget_bias)
    if kind == "gru":
        return tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4)
    return tf.nn.rnn_cell.BasicRNNCell(4, activation=tf.nn.relu if kind == "relu" else None)


@pytest.mark.parametrize(
    ("case", "forget_bias"), [(case, 1.0) for case in TORCH] + [("lstm-2-bi", 0.0), ("lstm-proj", 0.0)]
)
def test_cells_compute_what_torch_computes(case: str, forget_bias: float) -> None:
    state, values = TORCH[case]
    layers = 2 if "-2" in case else 1
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, values["inputs"].shape, name="x")
        forward = [cell_of(case, forget_bias) for _ in range(layers)]
        backward = [cell_of(case, forget_bias) for _ in range(layers)]
        if "bi" not in case.split("-"):
            cell = tf.nn.rnn_cell.MultiRNNCell(forward) if layers == 2 else forward[0]
            outputs, last = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            states = list(last) if layers == 2 else [last]
        elif layers == 1:
            both, states = tf.nn.bidirectional_dynamic_rnn(forward[0], backward[0], x, dtype=tf.float32)
            outputs = tf.concat(both, 2)
        else:
            outputs, fw, bw = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(forward, backward, x, dtype=tf.float32)
            states = [state for pair in zip(fw, bw, strict=True) for state in pair]
        h = tf.stack([state.h if case.startswith("lstm") else state for state in states])
        found = {"h": h, "outputs": outputs}
        wanted = [values["state0"], values["outputs"]]
        if case.startswith("lstm"):
            found = {"c": tf.stack([state.c for state in states]), **found}
            wanted = [values["state1"], *wanted]
    check(graph, found, from_torch(state, forget_bias=forget_bias), values["inputs"], wanted)


@pytest.mark.parametrize("case", [case for case in TORCH if "proj" not in case])
def test_keras_layers_compute_what_torch_computes(case: str) -> None:
    state, values = TORCH[case]
    kind, *options = case.split("-")
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, values["inputs"].shape, name="x")
        y = x
        for _ in range(2 if "2" in options else 1):
            arguments: dict[str, Any] = {"return_sequences": True, "use_bias": "nobias" not in options}
            if kind == "relu":
                arguments["activation"] = "relu"
            classes = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
            layer = classes.get(kind, keras.layers.SimpleRNN)(4, **arguments)
            y = (keras.layers.Bidirectional(layer) if "bi" in options else layer)(y)
    check(graph, y, from_torch(state, to="keras"), values["inputs"], [values["outputs"]])


@pytest.mark.parametrize("case", [case for case in KERAS if case != "both"])
def test_cells_compute_what_keras_computes(case: str) -> None:
    arrays, values = KERAS[case]
    cells = {
        "lstm": lambda: tf.nn.rnn_cell.LSTMCell(4),
        "gru_after": lambda: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4),
        "gru_before": lambda: tf.nn.rnn_cell.GRUCell(4),
        "simple": lambda: tf.nn.rnn_cell.BasicRNNCell(4),
    }
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, values["inputs"].shape, name="x")
        outputs, _ = tf.nn.dynamic_rnn(cells[case.removesuffix("_without_bias")](), x, dtype=tf.float32)
    weights = from_keras(arrays, case, reset_after=False if "gru_before" in case else None)
    check(graph, outputs, weights, values["inputs"], [values["outputs"]])


def test_directions_of_keras_in_cells() -> None:
    arrays, values = KERAS["both"]
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, values["inputs"].shape, name="x")
        cells = [tf.nn.rnn_cell.LSTMCell(4) for _ in range(2)]
        both, _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, dtype=tf.float32)
        outputs = tf.concat(both, 2)
    layers = sorted({name.split("/")[1] for name in arrays}, reverse=True)
    assert [layer.split("_")[0] for layer in layers] == ["forward", "backward"]
    weights: Arrays = {}
    for layer, way in zip(layers, ("fw", "bw"), strict=True):
        weights |= from_keras(arrays, f"both/{layer}", f"bidirectional_rnn/{way}")
    check(graph, outputs, weights, values["inputs"], [values["outputs"]])


def test_a_module_inside_of_a_model_and_scopes_of_ones_own() -> None:
    state = {f"encoder.rnn.{name}": array for name, array in TORCH["lstm-2-bi"][0].items()}
    state["encoder.rnn2.weight_ih_l0"] = np.zeros((4, 4), np.float32)
    found = from_torch(state, "encoder.rnn", lambda layer, way: f"m/{way}{layer}")
    scopes = ["m/fw0", "m/bw0", "m/fw1", "m/bw1"]
    assert list(found) == [f"{scope}/lstm_cell/{name}" for scope in scopes for name in ("kernel", "bias")]


def test_without_forget_bias_every_bit_is_kept() -> None:
    state, _ = TORCH["gru"]
    kernel = from_torch(state, to="keras")["gru/gru_cell/kernel"]
    r, z, n = np.split(state["weight_ih_l0"].T, 3, axis=1)
    assert kernel.tobytes() == np.concatenate([z, r, n], axis=1).tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_hh_l0": None}, "has no matrices weight_ih_l0 and weight_hh_l0"),
        ({"weight_hh_l0": np.zeros((5, 2))}, "are no RNN's, LSTM's or GRU's"),
        ({"bias_hh_l0": np.zeros(3)}, "are no RNN's, LSTM's or GRU's"),
        ({"weight_ih_l3": np.zeros((16, 4)), "weight_hh_l3": np.zeros((16, 4))}, "lacks layers or directions"),
    ],
)
def test_states_that_fit_nothing(change: dict[str, Any], message: str) -> None:
    state = {name: array for name, array in {**TORCH["lstm"][0], **change}.items() if array is not None}
    with pytest.raises(WeightsError, match=message):
        from_torch(state)


def test_what_is_asked_for_and_missing() -> None:
    with pytest.raises(WeightsError, match=r"no recurrent module 'decoder': there is no 'decoder.weight_ih_l0'"):
        from_torch(TORCH["lstm"][0], "decoder")
    with pytest.raises(ArgumentError, match="to='numpy'; give 'cells' or 'keras'"):
        from_torch(TORCH["lstm"][0], to="numpy")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="has no projections"):
        from_torch(TORCH["lstm-proj"][0], to="keras")
    with pytest.raises(WeightsError, match=r"the recurrent layer 'gru' should have one 'recurrent_kernel'.*none"):
        from_keras(KERAS["lstm"][0], "gru")
    with pytest.raises(WeightsError, match="a bias of a GRU with reset_after=True"):
        from_keras(KERAS["gru_after"][0], "gru_after", reset_after=False)
