"""Layers around layers: where TensorFlow has a bug of its own, and what they tell of the layer inside."""

from __future__ import annotations

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf


@pytest.mark.parametrize(("rows", "steps"), [(2, 0), (0, 3), (0, 0), (1, 1)])
def test_time_distributed_without_rows_or_steps(rows: int, steps: int) -> None:
    # TensorFlow gives one row where there are two without steps.
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, None, 4], "x")
        program = rnn2onnx.compile(None, keras.layers.TimeDistributed(keras.layers.Dense(3))(x))
    feeds = {"x": np.ones((rows, steps, 4), "float32")}
    assert program.evaluate(feeds).shape == program.run(feeds).shape == (rows, steps, 3)


def test_the_variables_of_the_layer_inside_are_the_wrappers() -> None:
    with tf.Graph().as_default():
        inner = keras.layers.Dense(3)
        layer = keras.layers.TimeDistributed(inner)
        layer(tf.zeros([1, 2, 4]))
        assert layer.weights == inner.weights
        assert [variable.op.name for variable in layer.weights] == ["time_distributed/kernel", "time_distributed/bias"]
        layer.trainable = False
        assert not inner.trainable_weights
