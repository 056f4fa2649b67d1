"""Layers with ``stateful=True``: their states are inputs and outputs of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import Rnn2OnnxError

RNG = np.random.default_rng(0)
LAYERS: dict[str, Callable[..., Any]] = {
    "simple_rnn": lambda **options: keras.layers.SimpleRNN(4, **options),
    "gru": lambda **options: keras.layers.GRU(4, **options),
    "lstm": lambda **options: keras.layers.LSTM(4, **options),
    "stack": lambda **options: keras.layers.RNN([keras.layers.LSTMCell(4), keras.layers.GRUCell(3)], **options),
    "old_lstm": lambda **options: tf.keras.layers.LSTM(4, **options),
    "cudnn": lambda **options: tf.keras.layers.CuDNNGRU(4, **options),
}


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def numbers(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def fed(layer: Any, values: list[np.ndarray]) -> dict[str, np.ndarray]:
    """The states by the names of their placeholders."""
    names = [state.op.name for state in tf.nest.flatten(layer.states)]
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("kind", LAYERS)
def test_two_chunks_give_what_one_run_gives(kind: str, graph: tf.Graph) -> None:
    x = tf.placeholder(tf.float32, [2, None, 3], "x")
    layer = LAYERS[kind](stateful=True, return_sequences=True)
    program = rnn2onnx.compile(graph, {"y": layer(x), "states": layer.new_states})
    whole = numbers(2, 7, 3)
    begin = layer.first_states
    assert all(not state.any() for state in begin)
    at_once = program.run({"x": whole, **fed(layer, begin)})
    first = program.run({"x": whole[:, :3], **fed(layer, begin)})
    second = program.run({"x": whole[:, 3:], **fed(layer, tf.nest.flatten(first["states"]))})
    np.testing.assert_allclose(np.concatenate([first["y"], second["y"]], 1), at_once["y"], rtol=1e-5, atol=1e-6)
    for after, want in zip(tf.nest.flatten(second["states"]), tf.nest.flatten(at_once["states"]), strict=True):
        np.testing.assert_allclose(after, want, rtol=1e-5, atol=1e-6)


def test_two_chunks_of_images_give_what_one_run_gives(graph: tf.Graph) -> None:
    x = tf.placeholder(tf.float32, [2, None, 5, 4, 1], "x")
    layer = keras.layers.ConvLSTM2D(2, 2, stateful=True, return_sequences=True)
    program = rnn2onnx.compile(graph, {"y": layer(x), "states": layer.new_states})
    whole = numbers(2, 4, 5, 4, 1)
    first = program.run({"x": whole[:, :1], **fed(layer, layer.first_states)})
    second = program.run({"x": whole[:, 1:], **fed(layer, first["states"])})
    want = program.run({"x": whole, **fed(layer, layer.first_states)})
    np.testing.assert_allclose(np.concatenate([first["y"], second["y"]], 1), want["y"], rtol=1e-5, atol=1e-6)


def test_states_are_placeholders_named_after_the_layer() -> None:
    layer = keras.layers.LSTM(4, stateful=True, name="encoder")
    assert layer.states == [None, None]
    layer(tf.placeholder(tf.float32, [2, 5, 3], "x"))
    assert [state.op.name for state in layer.states] == ["encoder_state_0", "encoder_state_1"]
    assert [state.shape.as_list() for state in layer.states] == [[2, 4], [2, 4]]
    assert [state.shape.as_list() for state in layer.new_states] == [[2, 4], [2, 4]]


def test_both_layers_of_a_bidirectional_one_have_states(graph: tf.Graph) -> None:
    x = tf.placeholder(tf.float32, [2, 5, 3], "x")
    layer = keras.layers.Bidirectional(keras.layers.GRU(4, stateful=True))
    y = layer(x)
    assert [state.op.name for state in layer.states] == ["forward_gru_state_0", "backward_gru_state_0"]
    program = rnn2onnx.compile(graph, {"y": y, "states": layer.new_states})
    given = program.run({"x": numbers(2, 5, 3), **fed(layer, [numbers(2, 4), numbers(2, 4)])})
    np.testing.assert_array_equal(given["y"], np.concatenate(given["states"], 1))


def test_a_state_that_is_given_counts_only_while_those_that_go_on_are_zero(graph: tf.Graph) -> None:
    x, given = tf.placeholder(tf.float32, [2, 5, 3], "x"), tf.placeholder(tf.float32, [2, 4], "given")
    layer = keras.layers.GRU(4, stateful=True)
    program = rnn2onnx.compile(graph, layer(x, initial_state=given))
    xs, zeros, one, other = numbers(2, 5, 3), np.zeros((2, 4), np.float32), numbers(2, 4), numbers(2, 4)

    def run(going_on: np.ndarray, begin: np.ndarray) -> Any:
        return program.run({"x": xs, "given": begin, "gru_state_0": going_on})

    assert not np.allclose(run(zeros, one), run(zeros, other))
    np.testing.assert_array_equal(run(one, zeros), run(one, other))
    np.testing.assert_allclose(run(one, zeros), run(zeros, one), rtol=1e-5, atol=1e-6)


def test_reset_states_says_what_to_begin_with() -> None:
    layer = keras.layers.LSTM(4, stateful=True)
    layer(tf.placeholder(tf.float32, [2, 5, 3], "x"))
    values = [numbers(2, 4), numbers(2, 4)]
    layer.reset_states(values)
    for kept, value in zip(layer.first_states, values, strict=True):
        np.testing.assert_array_equal(kept, value)
    layer.reset_states()
    assert not any(state.any() for state in layer.first_states)


def test_a_cell_may_say_what_to_begin_with() -> None:
    class FromOnes(keras.layers.GRUCell):
        def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
            return tf.ones([batch_size, 4], dtype)

    layer = keras.layers.RNN(FromOnes(4), stateful=True)
    layer(tf.placeholder(tf.float32, [2, 5, 3], "x"))
    np.testing.assert_array_equal(layer.first_states[0], np.ones((2, 4), np.float32))


def test_states_have_the_dtype_of_the_layer() -> None:
    layer = keras.layers.GRU(4, stateful=True, dtype="float16")
    layer(tf.placeholder(tf.float16, [2, 5, 3], "x"))
    assert layer.states[0].dtype == tf.float16
    assert layer.first_states[0].dtype == np.float16


def test_a_program_that_lacks_a_state_says_so(graph: tf.Graph) -> None:
    layer = keras.layers.GRU(4, stateful=True)
    program = rnn2onnx.compile(graph, layer(tf.placeholder(tf.float32, [2, 5, 3], "x")))
    with pytest.raises(Rnn2OnnxError, match="gru_state_0"):
        program.run({"x": numbers(2, 5, 3)})


def test_states_of_a_nest_of_inputs_go_on(graph: tf.Graph) -> None:
    class Summing(keras.layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            self.state_size = self.output_size = (tf.TensorShape([3]), tf.TensorShape([2, 2]))
            super().__init__(**kwargs)

        def call(self, inputs: Any, states: Any) -> Any:
            sums = tuple(state + given for state, given in zip(states, inputs, strict=True))
            return sums, sums

    inputs = tf.placeholder(tf.float32, [2, 3, 3], "a"), tf.placeholder(tf.float32, [2, 3, 2, 2], "b")
    layer = keras.layers.RNN(Summing(), stateful=True)
    program = rnn2onnx.compile(graph, {"y": layer(inputs), "states": layer.new_states})
    feeds = {"a": numbers(2, 3, 3), "b": numbers(2, 3, 2, 2)}
    first = program.run({**feeds, **fed(layer, layer.first_states)})
    second = program.run({**feeds, **fed(layer, first["states"])})
    for name, one, two in zip(feeds, first["y"], second["y"], strict=True):
        np.testing.assert_allclose(one, feeds[name].sum(1), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(two, 2 * feeds[name].sum(1), rtol=1e-5, atol=1e-6)
