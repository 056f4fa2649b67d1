"""keras.layers.Bidirectional: what golden cases can't show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import keras, tf
from rnn2onnx.errors import UnsupportedError


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def x() -> Any:
    return tf.placeholder(tf.float32, [2, 4, 3], "x")


class Silent(keras.layers.Layer):
    """A cell that does not say how it was made."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.state_size))
        self.built = True

    def call(self, inputs: Any, states: Any) -> Any:
        output = tf.matmul(inputs, self.kernel) + states[0]
        return output, [output]


def test_a_layer_that_does_not_say_how_it_was_made_is_copied() -> None:
    layer = keras.layers.Bidirectional(keras.layers.RNN(Silent(5)))
    assert layer(x()).shape.as_list() == [2, 10]
    assert [weight.op.name for weight in layer.weights] == [
        "bidirectional/forward_rnn/silent/kernel",
        "bidirectional/backward_rnn/silent/kernel",
    ]


def test_a_layer_that_does_not_say_how_it_was_made_can_not_be_copied_after_its_use() -> None:
    inner = keras.layers.RNN(Silent(5))
    inner(x())
    with pytest.raises(UnsupportedError, match="must override `get_config"):
        keras.layers.Bidirectional(inner)


def test_a_layer_that_was_used_gives_its_configuration_and_no_weights() -> None:
    inner = keras.layers.LSTM(5, name="used")
    inner(x())
    layer = keras.layers.Bidirectional(inner)
    layer(x())
    names = {weight.op.name for weight in layer.weights}
    assert len(names) == 6
    assert not names & {weight.op.name for weight in inner.weights}


def test_the_layer_that_is_given_is_not_one_of_the_layers_inside() -> None:
    inner = keras.layers.GRU(5)
    layer = keras.layers.Bidirectional(inner)
    assert layer.layer is inner
    assert isinstance(layer, keras.layers.Wrapper)
    layer(x())
    assert len(layer.weights) == 6
    assert not inner.built


def test_configuration_makes_an_equal_layer() -> None:
    backward = keras.layers.GRU(4, go_backwards=True)
    layer = keras.layers.Bidirectional(keras.layers.LSTM(5), merge_mode=None, backward_layer=backward, name="both")
    again = keras.layers.Bidirectional.from_config(layer.get_config())
    assert [again.name, again.merge_mode, again.forward_layer.units, again.backward_layer.units] == ["both", None, 5, 4]
    assert again.forward_layer.name == layer.forward_layer.name
    assert again.backward_layer.go_backwards


def test_weights_are_those_that_are_given() -> None:
    arrays = [np.full(shape, number, np.float32) for number, shape in enumerate([(3, 2), (2, 2), (2,)] * 2)]
    layer = keras.layers.Bidirectional(keras.layers.SimpleRNN(2), weights=arrays)
    layer(x())
    for got, want in zip(layer.get_weights(), arrays, strict=True):
        np.testing.assert_array_equal(got, want)
