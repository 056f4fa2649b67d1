"""Wrappers that only tf.contrib has: the numbers of TensorFlow's own tests, edges, and what they become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from tests.tf.recording import values

rnn = tf.contrib.rnn


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        # All weights are 0.5, as in TensorFlow's tests.
        tf.get_variable_scope().set_initializer(tf.constant_initializer(0.5))
        yield graph


def near(got: Any, want: float) -> None:
    np.testing.assert_allclose(got, np.full_like(got, want), rtol=0, atol=1e-6)


def step(cell: Any, x: Any, width: int) -> Any:
    return values(cell(x, tf.fill([1, width], 0.1)))[0]


def test_output_projection() -> None:
    output = step(rnn.OutputProjectionWrapper(rnn.GRUCell(3), 2), tf.ones([1, 3]), 3)
    assert output.shape == (1, 2)
    near(output, 0.231907)


def test_input_projection() -> None:
    output = step(rnn.InputProjectionWrapper(rnn.GRUCell(3), num_proj=3), tf.ones([1, 2]), 3)
    assert output.shape == (1, 3)
    near(output, 0.154605)


@pytest.mark.parametrize("shape", [[1], [1, 1]])
def test_embedding(shape: list[int]) -> None:
    cell = rnn.EmbeddingWrapper(rnn.GRUCell(2), embedding_classes=3, embedding_size=2)
    output = step(cell, tf.ones(shape, tf.int32), 2)
    assert output.shape == (1, 2)
    near(output, 0.17139)


def test_the_dtype_of_outputs_is_not_that_of_ids() -> None:
    ids = tf.placeholder(tf.int64, [None, None, 1], "ids")
    cell = rnn.EmbeddingWrapper(rnn.GRUCell(2), 3, 2)
    outputs, state = tf.nn.dynamic_rnn(cell, ids, initial_state=tf.zeros([2, 2]), sequence_length=[1, 2])
    assert outputs.dtype == state.dtype == tf.float32


def test_a_closed_highway_is_the_cell() -> None:
    x = tf.constant(np.float32([[0.3, -1.0, 2.0]]))
    alone = step(rnn.GRUCell(3), x, 3)
    with tf.variable_scope("highway"):
        for coupled in (True, False):
            wrapped = rnn.HighwayWrapper(rnn.GRUCell(3), coupled, carry_bias_init=-100.0)
            with tf.variable_scope(str(coupled)):
                np.testing.assert_allclose(step(wrapped, x, 3), alone, rtol=0, atol=1e-7)


def test_compiled_is_the_cell_itself(graph: Any) -> None:
    x = tf.constant(np.float32([[0.3, -1.0, 2.0]]))
    with tf.variable_scope("a"):
        alone = rnn.GRUCell(3)(x, tf.zeros([1, 3]))
    with tf.variable_scope("a", reuse=True):
        assert rnn.CompiledWrapper(rnn.GRUCell(3))(x, tf.zeros([1, 3]))[0].recorded is alone[0].recorded


WRAPPERS = {
    "input projection": lambda: rnn.InputProjectionWrapper(rnn.LSTMCell(3), 2, tf.nn.relu),
    "output projection": lambda: rnn.OutputProjectionWrapper(rnn.LSTMCell(3), 2),
    "highway": lambda: rnn.HighwayWrapper(rnn.LSTMCell(3), False),
    "compiled": lambda: rnn.CompiledWrapper(rnn.LSTMCell(3)),
    "attention": lambda: rnn.AttentionCellWrapper(rnn.LSTMCell(3), 2),
    "attention to one": lambda: rnn.AttentionCellWrapper(rnn.GRUCell(3), 1, attn_size=2),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_edges_of_sequences(graph: Any, name: str) -> None:
    x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
    outputs, state = tf.nn.dynamic_rnn(WRAPPERS[name](), x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "state": state})
    for lengths, steps in (([4, 0, 9], 4), ([1], 1), ([2, 2], 0), ([], 3)):
        frames = np.random.default_rng(0).standard_normal([len(lengths), steps, 3]).astype(np.float32)
        for row, length in enumerate(lengths):
            frames[row, length:] = np.nan
        feeds = {"x": frames, "n": np.array(lengths, np.int32)}
        got, want = program.run(feeds), program.evaluate(feeds, float64=False)
        for one, other in zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True):
            assert np.isfinite(one).all()
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
        for row, length in enumerate(lengths):
            assert not got["outputs"][row, length:].any()


@pytest.mark.parametrize("name", ["input projection", "output projection", "highway", "compiled"])
def test_what_no_state_depends_on_leaves_the_loop(graph: Any, name: str) -> None:
    x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
    outputs, _ = tf.nn.dynamic_rnn(WRAPPERS[name](), x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs})
    assert [decision.became for decision in program.report] == ["LSTM"]
    assert not {node.op_type for node in program.model.graph.node} & {"Scan", "Loop"}
