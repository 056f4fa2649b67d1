"""Convolutional LSTM cells: the numbers of TensorFlow's own tests, and edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_numbers_of_tensorflow(axes: int) -> None:
    shape = [2, 1] if axes == 1 else [2] * axes + [1]
    x = tf.stack([tf.ones(shape), 2.0 * tf.ones(shape)])
    with tf.variable_scope("root", initializer=tf.constant_initializer(0.5**axes)):
        make = getattr(tf.contrib.rnn, f"Conv{axes}DLSTMCell")
        cell = make(input_shape=shape, kernel_shape=[3] * axes, output_channels=1)
        output, state = values(cell(x, tf.nn.rnn_cell.LSTMStateTuple(x, tf.zeros_like(x))))
    for row, c, h in ((0, 1.4375670191, 0.6529865603), (1, 2.7542609292, 0.8736877431)):
        np.testing.assert_allclose(state.c[row], np.full(shape, c), rtol=0, atol=1e-6)
        np.testing.assert_allclose(state.h[row], np.full(shape, h), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(output, state.h)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_any_number_of_rows_and_steps(graph: Any, axes: int) -> None:
    shape = [*[3, 2, 2][:axes], 2]
    x, n = tf.placeholder(tf.float32, [None, None, *shape], "x"), tf.placeholder(tf.int32, [None], "n")
    cell = tf.contrib.rnn.ConvLSTMCell(axes, tuple(shape), 3, (2,) * axes)
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "state": state})
    for lengths, steps in (([4, 0, 9], 4), ([1], 1), ([2, 2], 0), ([], 3)):
        frames = np.random.default_rng(0).standard_normal([len(lengths), steps, *shape]).astype(np.float32)
        for row, length in enumerate(lengths):
            frames[row, length:] = np.nan
        feeds = {"x": frames, "n": np.array(lengths, np.int32)}
        got, want = program.run(feeds), program.evaluate(feeds, float64=False)
        for one, other in zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True):
            assert np.isfinite(one).all()
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def test_channels_must_be_known() -> None:
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 2], output_channels=3, kernel_shape=[3])
    with pytest.raises(ValueError, match="channels, which are last, must be known") as caught:
        cell(tf.placeholder(tf.float32, [2, 4, None]), cell.zero_state(2, tf.float32))
    assert "test_conv_lstm.py" in str(caught.value)
