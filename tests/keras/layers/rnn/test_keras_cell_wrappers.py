"""Wrappers of Keras cells: what golden cases can't show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rnn2onnx import keras, tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def test_dropout_of_an_lstm_is_refused() -> None:
    with pytest.raises(ArgumentError, match="keras LSTM cell does not work with DropoutWrapper"):
        tf.nn.RNNCellDropoutWrapper(keras.layers.LSTMCell(3))


@pytest.mark.parametrize("argument", ["input_keep_prob", "state_keep_prob", "output_keep_prob"])
def test_dropout_is_refused_unless_inference_is_said(argument: str) -> None:
    with pytest.raises(ArgumentError, match=f"{argument}=0.5 drops values at random"):
        tf.nn.RNNCellDropoutWrapper(keras.layers.GRUCell(3), **{argument: 0.5})
    tf.nn.RNNCellDropoutWrapper(keras.layers.GRUCell(3), **{argument: 0.5}, inference=True)


def test_a_probability_is_between_zero_and_one() -> None:
    with pytest.raises(ArgumentError, match="Parameter input_keep_prob must be between 0 and 1"):
        tf.nn.RNNCellDropoutWrapper(keras.layers.GRUCell(3), 1.5)


def test_a_filter_can_be_called() -> None:
    with pytest.raises(ArgumentTypeError, match="dropout_state_filter_visitor must be callable"):
        tf.nn.RNNCellDropoutWrapper(keras.layers.GRUCell(3), dropout_state_filter_visitor=3)


def test_a_residual_needs_equal_shapes() -> None:
    layer = keras.layers.RNN(tf.nn.RNNCellResidualWrapper(keras.layers.GRUCell(4)))
    with pytest.raises(ShapeError, match="are incompatible"):
        layer(tf.placeholder(tf.float32, [2, 4, 3], "x"))
