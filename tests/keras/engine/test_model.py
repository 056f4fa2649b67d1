"""Keras's models: compiled, looked at, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import ArgumentError, TrainingError, UnsupportedError


def small() -> Any:
    x = keras.Input(("time", 3), name="x")
    return keras.Model(x, keras.layers.Dense(2, kernel_initializer="ones", name="out")(x))


def test_a_model_is_compiled_by_its_outputs() -> None:
    with tf.Graph().as_default():
        model = small()
        program = rnn2onnx.compile(None, model.outputs)
    (out,) = program.run({"x": np.ones((1, 2, 3), "float32")})
    assert out.tolist() == [[[3.0, 3.0], [3.0, 3.0]]]
    assert [value.name for value in program.model.graph.input] == ["x"]


def test_a_model_called_on_a_placeholder_needs_only_that() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 4, 3], "frames")
        program = rnn2onnx.compile(None, small()(x))
    assert program.run({"frames": np.ones((2, 4, 3), "float32")}).shape == (2, 4, 2)


def test_calling_a_model_again_makes_no_variables() -> None:
    with tf.Graph().as_default() as graph:
        model = small()
        before = list(graph.variables)
        model(model(tf.zeros([1, 2, 3]))[:, :, :1] * tf.ones([1, 1, 3]))
        assert list(graph.variables) == before == ["out/kernel", "out/bias"]


@pytest.mark.parametrize("method", ["compile", "fit", "predict", "evaluate", "train_on_batch", "save", "save_weights"])
def test_what_needs_a_session_is_refused(method: str) -> None:
    with tf.Graph().as_default(), pytest.raises(TrainingError, match=rf"Model\.{method} .*rnn2onnx\.compile"):
        getattr(small(), method)()


def test_files_of_weights_are_the_compilers() -> None:
    with tf.Graph().as_default(), pytest.raises(UnsupportedError, match=r"weights='model\.h5'"):
        small().load_weights("model.h5")
    with pytest.raises(UnsupportedError, match=r"weights='model\.h5'"):
        keras.models.load_model("model.h5")


def test_models_that_no_configuration_can_hold() -> None:
    class Own(keras.Model):
        pass

    with tf.Graph().as_default():
        with pytest.raises(NotImplementedError, match="get_config"):
            Own().get_config()
        x = keras.Input((2,))
        with pytest.raises(UnsupportedError, match="Lambda"):
            keras.Model(x, keras.layers.ReLU()(x * 2.0)).get_config()
        with pytest.raises(ArgumentError, match="is data, not code"):
            keras.layers.deserialize(
                {"class_name": "Lambda", "config": {"name": "l", "function": ["4wEA", None, None]}}
            )


def test_a_configuration_with_a_call_that_follows_nothing() -> None:
    calls = [[["x", 0, 0, {}]]]
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 1}, "name": "d", "inbound_nodes": calls}
    config = {"layers": [dense], "input_layers": [], "output_layers": [["d", 0, 0]]}
    with tf.Graph().as_default(), pytest.raises(ArgumentError, match="the calls of d follow"):
        keras.Model.from_config(config)


def test_a_table_of_layers(capsys: pytest.CaptureFixture[str]) -> None:
    with tf.Graph().as_default():
        small().summary()
    text = capsys.readouterr().out
    assert 'Model: "model"' in text
    assert "out (Dense)" in text
    assert "Trainable params: 8" in text


def test_a_model_of_many_layers_is_no_deep_recursion() -> None:
    with tf.Graph().as_default():
        x = y = keras.Input((2,), name="x")
        for _ in range(1200):
            y = keras.layers.Activation("relu")(y)
        model = keras.Model(x, y)
        assert len(model.layers) == 1201


def test_a_loop_over_a_layer_in_a_functional_model() -> None:
    with tf.Graph().as_default():
        x = keras.Input((4, 3), name="x")
        dense = keras.layers.Dense(3, kernel_initializer="ones", name="step")
        y = tf.map_fn(dense, x)
        model = keras.Model(x, keras.layers.Lambda(lambda v: v * 2.0)(y))
        other = tf.placeholder(tf.float32, [None, 4, 3], "other")
        program = rnn2onnx.compile(None, {"own": model.output, "again": model(other * 0.5)})
    frames = np.ones((2, 4, 3), "float32")
    result = program.run({"x": frames, "other": frames})
    assert np.allclose(result["own"], 6.0)
    assert np.allclose(result["again"], 3.0)


def test_inputs_are_kept_apart_by_their_graph() -> None:
    with tf.Graph().as_default():
        assert keras.Input((2,)).op.name == "input_1"
    with tf.Graph().as_default():
        assert keras.Input((2,)).op.name == "input_1"
        assert keras.Input((2,)).op.name == "input_2"


def test_one_of_inputs_and_outputs_is_not_enough() -> None:
    with tf.Graph().as_default(), pytest.raises(ArgumentError, match="both inputs and outputs"):
        keras.Model(inputs=keras.Input((2,)))


def test_a_model_with_no_way_in_says_so() -> None:
    with tf.Graph().as_default():
        model = small()
        with pytest.raises(ArgumentError, match="expects 1 input"):
            model([tf.zeros([1, 2, 3])] * 2)
        with pytest.raises(ArgumentError, match="No such layer: nothing"):
            model.get_layer("nothing")


def test_keras_of_tensorflow_1_has_other_recurrent_layers_only() -> None:
    assert tf.keras.layers.Dense is keras.layers.Dense
    assert tf.keras.Model is keras.Model
    assert tf.keras.layers.GRU is not keras.layers.GRU
    assert tf.keras.layers.GRU(1).reset_after is False
    assert keras.layers.GRU(1).reset_after is True
