"""keras.layers.RNN and its cells: what golden cases can't show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import ArgumentError, Rnn2OnnxError
from tests.tf.recording import random_weights, values

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def x() -> Any:
    return tf.placeholder(tf.float32, [None, None, 3], "x")


def numbers(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


class Scaled(keras.layers.Layer):
    """A cell with a constant besides its inputs, that says how it was made."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.built = True

    def call(self, inputs: Any, states: Any, constants: Any = None) -> Any:
        output = tf.matmul(inputs, self.kernel) + states[0]
        if constants:
            output = output * constants[0]
        return output, [output]

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units, **super().get_config()}


def test_a_configuration_holds_constants_and_cells() -> None:
    layer = keras.layers.RNN([Scaled(4), Scaled(4)], return_state=True, name="scaled")
    layer(x(), constants=[tf.ones([1, 4])])
    again = keras.layers.RNN.from_config(layer.get_config(), {"Scaled": Scaled})
    assert [again.name, again.return_state, [cell.units for cell in again.cell.cells]] == ["scaled", True, [4, 4]]
    # How many tensors of a list of inputs are constants is known now.
    inputs, factor = x(), tf.placeholder(tf.float32, [None, 4], "factor")
    whole = again([inputs, factor])
    want = keras.layers.RNN([Scaled(4), Scaled(4)], return_state=True)(inputs, constants=factor)
    weights = random_weights()
    first, other = list(weights)[2:4], list(weights)[4:6]
    weights.update({name: weights[twin] for name, twin in zip(other, first, strict=True)})
    feeds = {"x": numbers(1, 1, 3), "x_1": numbers(2, 3, 3), "factor": numbers(2, 4)}
    for one, two in zip(*values([whole, want], feeds, weights), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6)


def test_states_and_a_list_of_inputs_are_not_given_together() -> None:
    state = tf.zeros([2, 4])
    with pytest.raises(ArgumentError, match="were given besides"):
        keras.layers.GRU(4)([x(), state], initial_state=state)


def test_a_cell_of_ones_own_gets_ones_for_dropout() -> None:
    class Dropping(keras.layers.GRUCell):
        def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
            self.reset_dropout_mask()
            masks = self.get_dropout_mask_for_cell(inputs, training, count=3)
            assert self.get_recurrent_dropout_mask_for_cell(states[0], training) is None
            return super().call(inputs * masks[2], states)

    inputs = x()
    got, want = keras.layers.RNN(Dropping(4, dropout=0.5))(inputs), keras.layers.RNN(keras.layers.GRUCell(4))(inputs)
    weights = random_weights()
    names = list(weights)
    weights.update({name: weights[twin] for name, twin in zip(names[3:], names[:3], strict=True)})
    one, two = values([got, want], {"x": numbers(2, 3, 3)}, weights)
    np.testing.assert_allclose(one, two, rtol=1e-6)


def test_the_shape_of_the_first_layer_may_be_said_in_numbers() -> None:
    model = keras.Sequential()
    model.add(keras.layers.LSTM(4, input_dim=3, input_length=5, return_sequences=True))
    model.add(keras.layers.GRU(2))
    assert model.input_shape == (None, 5, 3)
    assert model.output_shape == (None, 2)


def test_an_encoder_and_its_decoder_are_native_whatever_their_inputs_are_named(graph: tf.Graph) -> None:
    frames = tf.placeholder(tf.float32, [None, None, 3], "frames")
    words = tf.placeholder(tf.float32, [None, None, 2], "words")
    _, *states = keras.layers.LSTM(4, return_state=True)(frames)
    outputs = keras.layers.LSTM(4, return_sequences=True)(words, initial_state=states)
    program = rnn2onnx.compile(graph, outputs)
    assert [decision.became for decision in program.report] == ["LSTM", "LSTM"]
    assert program.run({"frames": numbers(2, 3, 3), "words": numbers(2, 5, 2)}).shape == (2, 5, 4)


def test_a_stack_of_cells_of_tensorflow_1_makes_its_variables_when_it_is_called() -> None:
    cells = [tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.GRUCell(4)]
    layer = keras.layers.RNN(tf.nn.rnn_cell.MultiRNNCell(cells), return_state=True)
    output, *states = layer(x())
    assert output.shape.as_list() == [None, 4]
    assert len(tf.nest.flatten(states)) == 3
    assert "multi_rnn_cell/cell_0/lstm_cell/kernel" in [v.op.name for v in tf.global_variables()]


def test_a_cell_that_forgets_a_state_is_told() -> None:
    class Forgetful:
        state_size = (3, 3)

        def call(self, inputs: Any, states: Any) -> Any:
            return inputs, [states[0]]

    with pytest.raises(Rnn2OnnxError, match="don't have the same nested structure"):
        keras.layers.RNN(Forgetful())(x())


def test_a_mask_has_rows_and_steps() -> None:
    with pytest.raises(Rnn2OnnxError, match=r"A mask is \[batch, time\]"):
        keras.layers.GRU(4)(x(), mask=tf.ones([3], tf.bool))


def test_convolutions_may_not_know_the_size_of_images(graph: tf.Graph) -> None:
    images = tf.placeholder(tf.float32, [None, None, None, None, 1], "images")
    layer = keras.layers.ConvLSTM2D(2, 3, padding="same", strides=2, return_sequences=True)
    first = keras.layers.ConvLSTM2D(2, 3, data_format="channels_first")
    turned = tf.transpose(images, [0, 1, 4, 2, 3])
    turned.set_shape([None, None, 1, None, None])
    program = rnn2onnx.compile(graph, {"last": layer(images), "first": first(turned)})
    feeds = {"images": numbers(2, 3, 7, 6, 1)}
    got, want = program.run(feeds), program.evaluate(feeds)
    assert got["last"].shape == (2, 3, 4, 3, 2)
    assert got["first"].shape == (2, 2, 5, 4)
    for name, value in want.items():
        np.testing.assert_allclose(got[name], value, rtol=1e-5, atol=1e-6)
