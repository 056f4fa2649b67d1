"""deepctr's layers where deepctr itself has no say: lengths that are unknown, no rows, no steps, names, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.deepctr import layers
from rnn2onnx.deepctr.layers.keras_names import keras_name
from rnn2onnx.errors import ArgumentError, TrainingError

WIDTH = 3


def attended(rows: Any, steps: Any, normalized: bool = True) -> tuple[tf.Graph, Any]:
    graph = tf.Graph()
    with graph.as_default():
        query = tf.placeholder(tf.float32, [rows, 1, WIDTH], "q")
        keys = tf.placeholder(tf.float32, [rows, steps, WIDTH], "k")
        length = tf.placeholder(tf.int64, [rows, 1], "n")
        layer = layers.AttentionSequencePoolingLayer((4, 2), "dice", weight_normalization=normalized)
        return graph, layer([query, keys, length])


def batch(rows: int, steps: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(rows)
    return {
        "q": rng.standard_normal((rows, 1, WIDTH), np.float32),
        "k": rng.standard_normal((rows, steps, WIDTH), np.float32),
        "n": np.arange(rows, dtype="int64")[:, None] - 1,
    }


@pytest.mark.parametrize("normalized", [True, False])
@pytest.mark.parametrize(("rows", "steps"), [(5, 4), (1, 4), (5, 1), (0, 4), (5, 0)])
def test_attention_over_lengths_that_are_known_when_it_runs(rows: int, steps: int, normalized: bool) -> None:
    program = rnn2onnx.compile(*attended(None, None, normalized))
    feeds = batch(rows, steps)
    got = program.run(feeds)
    assert got.shape == (rows, 1, WIDTH)
    np.testing.assert_allclose(got, program.evaluate(feeds), rtol=1e-5, atol=1e-6)
    if rows and steps:
        known = rnn2onnx.compile(*attended(rows, steps, normalized))
        np.testing.assert_allclose(got, known.run(feeds), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("rows", "steps"), [(3, 4), (0, 4), (3, 0), (1, 1)])
def test_bilstm_over_lengths_that_are_known_when_it_runs(rows: int, steps: int) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", WIDTH], "x")
        outputs = layers.BiLSTM(WIDTH, layers=2, res_layers=1, merge_mode="concat")(x)
    program = rnn2onnx.compile(graph, outputs)
    feeds = {"x": np.random.default_rng(0).standard_normal((rows, steps, WIDTH), np.float32)}
    got = program.run(feeds)
    assert got.shape == (rows, steps, 2 * WIDTH)
    np.testing.assert_allclose(got, program.evaluate(feeds), rtol=1e-5, atol=1e-6)
    assert {decision.became for decision in program.report} == {"LSTM"}


@pytest.mark.parametrize("gru_type", ["GRU", "AIGRU", "AGRU", "AUGRU"])
def test_dynamic_gru_of_one_row_where_deepctr_fails(gru_type: str) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", WIDTH], "x")
        n = tf.placeholder(tf.int64, ["batch", 1], "n")
        scores = [tf.nn.sigmoid(x[:, :, :1])] if gru_type in ("AGRU", "AUGRU") else []
        outputs = layers.DynamicGRU(4, gru_type)([x, n, *scores])
    program = rnn2onnx.compile(graph, outputs)
    x_fed = np.random.default_rng(0).standard_normal((3, 5, WIDTH), np.float32)
    lengths = np.array([[5], [2], [0]])
    every = program.run({"x": x_fed, "n": lengths})
    for row in range(3):
        alone = program.run({"x": x_fed[row : row + 1], "n": lengths[row : row + 1]})
        np.testing.assert_allclose(alone, every[row : row + 1], rtol=1e-5, atol=1e-6)
    assert not every[2].any()
    assert not every[1, 2:].any()


def test_names_are_counted_by_graph() -> None:
    for _ in range(2):
        with tf.Graph().as_default():
            assert [keras_name("Dice"), keras_name("DNN"), keras_name("Dice")] == ["dice", "dnn", "dice_1"]


def test_names_do_not_depend_on_the_scope_they_are_made_in() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, WIDTH], "x")
        with tf.variable_scope("tower"):
            layers.DNN((2,), "relu")(x)
        layers.DNN((2,), "relu")(x)
        assert [variable.op.name for variable in tf.global_variables()] == [
            *("tower/dnn/kernel0", "tower/dnn/bias0"),
            *("dnn_1/kernel0", "dnn_1/bias0"),
        ]


def test_training_is_refused() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, WIDTH], "x")
        with pytest.raises(TrainingError, match="drops units"):
            layers.DNN((2,))(x, training=True)
        with pytest.raises(TrainingError):
            layers.Dice()(x, training=True)


@pytest.mark.parametrize("activation", [None, "", 3, "dise"])
def test_an_activation_there_is_not(activation: Any) -> None:
    with tf.Graph().as_default(), pytest.raises(ArgumentError, match=str(activation) if activation else "Invalid"):
        layers.DNN((2,), activation)(tf.placeholder(tf.float32, [None, WIDTH], "x"))


def test_an_activation_may_be_a_class_of_layers() -> None:
    class Double(tf.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return 2.0 * inputs

    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 2], "x")
        outputs = layers.DNN((2,), Double)(x)
    weights = {"dnn/kernel0": np.eye(2, dtype="float32"), "dnn/bias0": np.ones(2, "float32")}
    program = rnn2onnx.compile(graph, outputs, weights=weights)
    np.testing.assert_array_equal(program.run({"x": np.float32([[1, -3]])}), [[4, -4]])
