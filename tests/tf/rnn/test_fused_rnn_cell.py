"""Fused cells where TensorFlow fails or lets NaN through, and what they compile to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import UnsupportedError
from tests.tf.rnn.onnx_nodes import nodes

X = np.random.default_rng(0).standard_normal((4, 3, 2)).astype("float32")


def program(make: Any, dtype: Any = tf.float32) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(dtype, [None, None, 2], "x")
        n = tf.placeholder(tf.int64, [None], "n")
        outputs = make()(x, dtype=dtype, sequence_length=n)
    return rnn2onnx.compile(graph, outputs)


def fused(**options: Any) -> Any:
    return lambda: tf.contrib.rnn.LSTMBlockFusedCell(3, **options)


class Cumulative(tf.contrib.rnn.LSTMBlockWrapper):
    num_units = 2

    def _call_cell(self, inputs: Any, memory: Any, output: Any, dtype: Any, lengths: Any) -> Any:
        sums = tf.cumsum(inputs) + memory
        return sums, tf.tanh(sums) + output


@pytest.mark.parametrize("make", [fused(), fused(cell_clip=0.3), Cumulative])
def test_lengths_outside_count_as_the_end_or_as_none(make: Any) -> None:
    made = program(make)
    outside = made.run({"x": X, "n": np.array([9, -2, 3])})
    inside = made.run({"x": X, "n": np.array([4, 0, 3])})
    for a, b in zip(tf.nest.flatten(outside), tf.nest.flatten(inside), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [fused(), fused(cell_clip=0.3), Cumulative])
def test_what_stands_behind_a_rows_end_has_no_effect(make: Any) -> None:
    made, poisoned = program(make), X.copy()
    poisoned[2:, 1] = np.nan
    clean, dirty = (made.run({"x": x, "n": np.array([4, 2, 3])}) for x in (X, poisoned))
    for a, b in zip(tf.nest.flatten(clean), tf.nest.flatten(dirty), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_fused_lstm_is_a_native_one() -> None:
    made = nodes(program(fused(use_peephole=True)))
    assert {node.attributes["direction"] for node in made if node.op_type == "LSTM"} == {"forward"}
    assert not {"Sigmoid", "Tanh"} & {node.op_type for node in made}


def test_no_steps() -> None:
    outputs, state = program(fused()).run({"x": X[:0], "n": np.zeros(3, np.int64)})
    assert outputs.shape == (0, 3, 3)
    assert not state.c.any()


def test_a_wrapper_says_what_its_class_lacks() -> None:
    with tf.Graph().as_default(), pytest.raises(UnsupportedError, match="has no num_units"):
        tf.contrib.rnn.LSTMBlockWrapper()(tf.zeros([4, 3, 2]), dtype=tf.float32)


def test_an_abstract_fused_cell_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="abstract"):
        tf.contrib.rnn.FusedRNNCell()
