"""``rnn2onnx.compile`` and ``rnn2onnx.trace``: what they give, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ExportError, TraceError, WeightsError


def model(units: int = 3) -> Any:
    x = tf.placeholder(tf.float32, ["batch", "time", 2], "x")
    n = tf.placeholder(tf.int32, ["batch"], "n")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(units), tf.nn.rnn_cell.GRUCell(units)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    return {"outputs": outputs, "state": state}


def test_names_in_the_file_are_the_paths_of_the_nest() -> None:
    graph, outputs = rnn2onnx.trace(model)
    program = rnn2onnx.compile(graph, outputs)
    assert [value.name for value in program.model.graph.input] == ["x", "n"]
    assert [v.name for v in program.model.graph.output] == ["outputs", "state_0_c", "state_0_h", "state_1"]
    assert list(program.outputs) == ["outputs", "state_0_c", "state_0_h", "state_1"]


def test_a_run_gives_the_nest_that_was_asked_for() -> None:
    graph, outputs = rnn2onnx.trace(model)
    program = rnn2onnx.compile(graph, outputs)
    result = program.run({"x": np.ones((2, 4, 2)), "n": [4, 1]})
    assert isinstance(result["state"][0], tf.nn.rnn_cell.LSTMStateTuple)
    np.testing.assert_array_equal(result["outputs"][0, -1], result["state"][1][0])
    np.testing.assert_array_equal(result["outputs"][1, 0], result["state"][1][1])


def test_without_weights_the_initial_values_are_seeded() -> None:
    feeds = {"x": np.ones((1, 2, 2), np.float32), "n": np.array([2])}
    first, second = (rnn2onnx.compile(*rnn2onnx.trace(model)).run(feeds)["outputs"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.any()


def test_the_default_graph_is_that_of_the_outputs() -> None:
    graph, outputs = rnn2onnx.trace(model)
    program = rnn2onnx.compile(None, outputs["outputs"])
    assert list(program.outputs) == ["output"]
    assert graph.placeholders.keys() == program.inputs.keys()


def test_every_recurrence_says_what_it_became_and_where_it_is() -> None:
    report = rnn2onnx.compile(*rnn2onnx.trace(model)).report
    assert [decision.became for decision in report] == ["LSTM", "GRU"]
    assert all("test_compilation.py:" in decision.source and decision.why for decision in report)


def test_observers_see_every_stage() -> None:
    seen: list[str] = []
    graph, outputs = rnn2onnx.trace(model)
    rnn2onnx.compile(graph, outputs, observe=lambda name, before, after, seconds: seen.append(name))
    assert seen == ["record", *(step.name for step in rnn2onnx.passes.PIPELINE)]


def test_weights_that_do_not_fit_are_listed() -> None:
    graph, outputs = rnn2onnx.trace(model)
    weights: dict[str, Any] = {name: np.zeros(v.shape.as_list()) for name, v in graph.variables.items()}
    kernel = "rnn/multi_rnn_cell/cell_0/lstm_cell/kernel"
    weights["rnn/multi_rnn_cell/cell_0/lstm_cell/kernels"] = weights.pop(kernel)
    weights["rnn/multi_rnn_cell/cell_0/lstm_cell/bias"] = np.zeros(5)
    with pytest.raises(WeightsError) as caught:
        rnn2onnx.compile(graph, outputs, weights=weights)
    text = str(caught.value)
    assert re.search(rf"missing +{kernel} +float32\[5, 12\] +{kernel}s +float64\[5, 12\] +nearest", text)
    assert re.search(r"shape +(\S+bias) +float32\[12\] +\1 +float64\[5\]", text)
    assert "--rename '/kernels$=/kernel'" in text
    assert "test_compilation.py" in text


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    graph, outputs = rnn2onnx.trace(model)
    np.savez(tmp_path / "w.npz", **{name: np.zeros(v.shape.as_list()) for name, v in graph.variables.items()})
    program = rnn2onnx.compile(graph, outputs, weights=tmp_path / "w.npz")
    assert not program.run({"x": np.ones((1, 2, 2), np.float32), "n": [2]})["outputs"].any()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"target": "toaster"}, ArgumentError, "no target 'toaster'"),
        ({"opset": 12}, ExportError, "13 to 26"),
        ({"opset": 27}, ExportError, "13 to 26"),
        ({"weights": "nowhere.npz"}, WeightsError, "nowhere.npz"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    graph, outputs = rnn2onnx.trace(model)
    with pytest.raises(error, match=text):
        rnn2onnx.compile(graph, outputs, **arguments)


def test_outputs_must_be_tensors_of_the_graph_outside_of_bodies() -> None:
    graph, outputs = rnn2onnx.trace(model)
    with pytest.raises(ArgumentError, match="no outputs"):
        rnn2onnx.compile(graph, {})
    with pytest.raises(ArgumentTypeError, match="no tensor"):
        rnn2onnx.compile(None, [3])
    with pytest.raises(TraceError, match="another graph"):
        rnn2onnx.compile(tf.Graph(), outputs)
    kept: list[Any] = []
    with graph.as_default():
        tf.while_loop(lambda i: i < 3, lambda i: kept.append(i + 1) or i + 1, [tf.constant(0)])
    with pytest.raises(TraceError, match="inside the body"):
        rnn2onnx.compile(graph, kept[0])
    with graph.as_default(), pytest.raises(TraceError, match="Return it from that body"):
        kept[0] * 2


def test_a_state_fed_and_given_back_under_one_name_has_two_names_in_the_file() -> None:
    graph = tf.Graph()
    with graph.as_default():
        state = tf.placeholder(tf.float32, [None, 3], "state")
        taken = tf.identity(state)
        program = rnn2onnx.compile(graph, {"state": state + 1.0, "state_out": taken})
    assert list(program.outputs) == ["state_out_2", "state_out"]
    assert [value.name for value in program.model.graph.input] == ["state"]
    result = program.run({"state": np.zeros((2, 3), np.float32)})
    np.testing.assert_array_equal(result["state"], np.ones((2, 3)))
    np.testing.assert_array_equal(result["state_out"], np.zeros((2, 3)))
