"""What must be the same twice: states in a tuple and in one tensor, weights of a cell that is used again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf

X = np.random.default_rng(2).standard_normal((2, 8, 5)).astype(np.float32)
FEEDS = {"x": X, "n": np.array([4, 6], np.int32)}


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def inputs() -> tuple[Any, Any]:
    return tf.placeholder(tf.float32, [None, 8, 5], "x"), tf.placeholder(tf.int32, [None], "n")


@pytest.mark.parametrize("static", [True, False])
def test_states_in_a_tuple_and_in_one_tensor_are_the_same_bit_for_bit(graph: tf.Graph, static: bool) -> None:
    x, n = inputs()
    found = []
    for state_is_tuple in (True, False):
        cell = tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=4, state_is_tuple=state_is_tuple)
        with tf.variable_scope("root", reuse=not state_is_tuple):
            if static:
                outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=n)
                outputs = tf.stack(outputs)
            else:
                outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
        found.append((outputs, tf.concat(state, 1) if state_is_tuple else state))
    one, other = rnn2onnx.compile(graph, found).run(FEEDS)
    for in_tuple, joined in zip(one, other, strict=True):
        np.testing.assert_array_equal(in_tuple, joined)


def test_a_cell_used_again_has_each_weight_once_in_the_file(graph: tf.Graph) -> None:
    x, n = inputs()
    cell = tf.nn.rnn_cell.LSTMCell(64)
    first, _ = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    second, _ = tf.nn.dynamic_rnn(cell, x[:, ::-1], n, dtype=tf.float32)
    third, _ = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    program = rnn2onnx.compile(graph, [first, second, third[-1]])
    assert list(graph.variables) == ["rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"]
    sizes = [int(np.prod(array.dims)) for array in program.model.graph.initializer]
    kernel = (5 + 64) * 4 * 64
    assert kernel <= sum(sizes) < 1.2 * kernel
