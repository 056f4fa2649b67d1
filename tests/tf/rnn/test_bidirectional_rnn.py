"""bidirectional_dynamic_rnn where TensorFlow fails or is wrong, and what it compiles to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from tests.tf.rnn.onnx_nodes import nodes

X = np.random.default_rng(0).standard_normal((3, 4, 2)).astype("float32")


def program(cells: Any, lengths: bool = True, shape: Any = (None, None, 2), **options: Any) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, shape, "x")
        n = tf.placeholder(tf.int32, [None], "n") if lengths else None
        outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells(), x, n, dtype=tf.float32, **options)
    return rnn2onnx.compile(graph, {"outputs": outputs, "states": states})


def lstms() -> tuple[Any, Any]:
    return tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)


def clipped() -> tuple[Any, Any]:
    return tuple(tf.nn.rnn_cell.LSTMCell(3, cell_clip=0.3) for _ in range(2))


def assert_equal(a: Any, b: Any) -> None:
    for left, right in zip(tf.nest.flatten(a), tf.nest.flatten(b), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cells", [lstms, clipped])
def test_a_length_outside_the_sequence_counts_as_its_end_or_as_none(cells: Any) -> None:
    made = program(cells)
    outside = {"x": X, "n": np.array([9, -2, 3], np.int32)}
    inside = {"x": X, "n": np.array([4, 0, 3], np.int32)}
    assert_equal(made.run(outside), made.run(inside))
    assert_equal(made.evaluate(outside), made.evaluate(inside))


@pytest.mark.parametrize("cells", [lstms, clipped])
def test_backwards_is_forwards_over_the_reversed_row(cells: Any) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [1, None, 2], "x")
        cell = cells()[0]
        (forward, backward), (fw, bw) = tf.nn.bidirectional_dynamic_rnn(cell, cell, x, dtype=tf.float32)
    found = rnn2onnx.compile(graph, [forward, backward, fw, bw]).run({"x": X[:1]})
    turned = rnn2onnx.compile(graph, [forward, backward, fw, bw]).run({"x": X[:1, ::-1]})
    assert_equal(found[0][:, ::-1], turned[1])
    assert_equal(found[2], turned[3])


def test_both_directions_are_native_and_nothing_is_reversed_around_them() -> None:
    made = nodes(program(lstms))
    assert {node.attributes["direction"] for node in made if node.op_type == "LSTM"} == {"forward", "reverse"}
    assert "ReverseSequence" not in {node.op_type for node in made}


def test_without_lengths_too() -> None:
    made = nodes(program(lstms, lengths=False))
    assert [node.attributes["direction"] for node in made if node.op_type == "LSTM"] == ["bidirectional"]


class Split:
    """A cell with two outputs."""

    state_size = 2
    output_size = (2, (2,))

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return tf.zeros([batch_size, 2], dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        new = inputs + 0.5 * state
        return (new, (-inputs,)), new


@pytest.mark.parametrize("time_major", [False, True])
def test_nested_outputs_are_reversed_leaf_by_leaf(time_major: bool) -> None:
    made = program(lambda: (Split(), Split()), time_major=time_major)
    x = X.swapaxes(0, 1) if time_major else X
    lengths = np.array([3, 0, 4], np.int32)
    found = made.run({"x": x, "n": lengths})
    assert_equal(found, made.evaluate({"x": x, "n": lengths}))
    forward, (sums, (negated,)) = found["outputs"]
    if time_major:
        sums, negated, first = sums.swapaxes(0, 1), negated.swapaxes(0, 1), forward[1][0].swapaxes(0, 1)
    else:
        first = forward[1][0]
    assert_equal(negated, first)
    for row, length in enumerate(lengths):
        state = np.zeros(2)
        for step in reversed(range(length)):
            state = X[row, step] + 0.5 * state
            np.testing.assert_allclose(sums[row, step], state, rtol=1e-5)
        assert not sums[row, length:].any()
        np.testing.assert_allclose(found["states"][1][row], state, rtol=1e-5)


@pytest.mark.parametrize("cells", [lstms, clipped])
@pytest.mark.parametrize("shape", [(3, 0, 2), (0, 4, 2), (0, 0, 2)])
def test_no_steps_or_rows_that_are_known_only_when_it_runs(cells: Any, shape: tuple[int, ...]) -> None:
    made = program(cells)
    feeds = {"x": np.zeros(shape, np.float32), "n": np.zeros(shape[0], np.int32)}
    for found in (made.run(feeds), made.evaluate(feeds, float64=False)):
        assert [output.shape for output in found["outputs"]] == [(*shape[:2], 3)] * 2
        assert all(state.shape == (shape[0], 3) and not state.any() for state in tf.nest.flatten(found["states"]))
