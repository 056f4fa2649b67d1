"""cuDNN's layers against their formulas, batch-major, with checkpoints' weights, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, TrainingError
from rnn2onnx.tf.rnn.canonical_initializer import CanonicalBias, CanonicalKernel
from tests.tf.recording import initial, random_weights, values, variables
from tests.tf.rnn_cell.formulas import basic_rnn, cudnn_gru, lstm, within

cudnn = tf.contrib.cudnn_rnn


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def step(kind: str, x: Any, state: Any, w: Any) -> Any:
    """One step of one layer: the new state, whose last part is h."""
    if kind == "CudnnLSTM":
        return lstm(x, *state, w, forget_bias=0.0)
    if kind == "CudnnGRU":
        return (cudnn_gru(x, *state, w),)
    return (basic_rnn(x, *state, w, np.tanh if kind == "CudnnRNNTanh" else lambda v: np.maximum(v, 0)),)


CELLS = {
    "CudnnLSTM": "cudnn_compatible_lstm_cell",
    "CudnnGRU": "cudnn_compatible_gru_cell",
    "CudnnRNNTanh": "basic_rnn_cell",
    "CudnnRNNRelu": "basic_rnn_cell",
}


@pytest.mark.parametrize("kind", CELLS)
def test_two_layers_in_both_directions_against_numpy(kind: str) -> None:
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    result = getattr(cudnn, kind)(2, 3, direction="bidirectional", name="net")(x, sequence_lengths=n)
    # What float32 can hold, computed in float64.
    weights = {name: np.float64(np.float32(weight)) for name, weight in random_weights().items()}
    lengths = [4, 2]
    frames = np.float64(np.random.default_rng(1).standard_normal([4, 2, 2]).astype(np.float32))
    outputs, states = values(result, {"x": frames, "n": np.int32(lengths)}, weights, float64=True)
    parts = 2 if kind == "CudnnLSTM" else 1
    for row, length in enumerate(lengths):
        layer = frames[:length, row]
        for index in range(2):
            rows = np.zeros([length, 6])
            for place, direction in enumerate(("fw", "bw")):
                at = f"net/stack_bidirectional_rnn/cell_{index}/bidirectional_rnn/{direction}/{CELLS[kind]}"
                state = (np.zeros([1, 3]),) * parts
                for time in range(length)[:: 1 if direction == "fw" else -1]:
                    state = step(kind, layer[time][None], state, within(at, weights))
                    rows[time, 3 * place : 3 * place + 3] = state[-1]
                for got, want in zip(states, state[::-1], strict=True):
                    np.testing.assert_allclose(got[2 * index + place, row], want[0], rtol=0, atol=1e-12)
            layer = rows
        np.testing.assert_allclose(outputs[:length, row], layer, rtol=0, atol=1e-12)
        assert not outputs[length:, row].any()


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("direction", ["unidirectional", "bidirectional"])
def test_batch_before_time(kind: str, direction: str) -> None:
    x, h = tf.placeholder(tf.float32, [None, None, 2], "x"), tf.placeholder(tf.float32, [None, None, 3], "h")
    start = (h, h + 1.0) if kind == "CudnnLSTM" else (h,)
    layer = getattr(cudnn, kind)(2, 3, direction=direction)
    first = layer(x, start)
    turned = tf.nest.map_structure(lambda value: tf.transpose(value, [1, 0, 2]), start)
    second = layer(tf.transpose(x, [1, 0, 2]), turned, time_major=False)
    feeds = {"x": np.random.default_rng(1).standard_normal([5, 3, 2])}
    feeds["h"] = np.random.default_rng(2).standard_normal([2 * layer.num_dirs, 3, 3])
    one, other = values([first, second], feeds, random_weights())
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        np.testing.assert_allclose(np.swapaxes(a, 0, 1), b, rtol=0, atol=1e-6)
    zero = layer(tf.transpose(x, [1, 0, 2]), time_major=False)
    assert values(zero, feeds, random_weights())[1][0].shape == (3, 2 * layer.num_dirs, 3)


def test_the_cells_take_the_layers_weights(graph: Any) -> None:
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    outputs, _ = cudnn.CudnnLSTM(2, 3)(x)
    weights = random_weights()
    program = rnn2onnx.compile(graph, {"y": outputs}, weights=weights)
    with tf.Graph().as_default() as other, tf.variable_scope("cudnn_lstm"):
        y = tf.placeholder(tf.float32, [None, None, 2], "cells_x")
        stack = tf.nn.rnn_cell.MultiRNNCell([cudnn.CudnnCompatibleLSTMCell(3) for _ in range(2)])
        cells = rnn2onnx.compile(
            other, {"y": tf.nn.dynamic_rnn(stack, y, dtype=tf.float32, time_major=True)[0]}, weights=weights
        )
    frames = np.random.default_rng(1).standard_normal([4, 3, 2]).astype(np.float32)
    np.testing.assert_array_equal(program.run({"x": frames})["y"], cells.run({"cudnn_lstm/cells_x": frames})["y"])


@pytest.mark.parametrize("direction", ["unidirectional", "bidirectional"])
@pytest.mark.parametrize("kind", CELLS)
def test_layers_become_native_operators_and_bear_the_edges(graph: Any, kind: str, direction: str) -> None:
    x, n = tf.placeholder(tf.float32, [None, None, 2], "x"), tf.placeholder(tf.int32, [None], "n")
    outputs, states = getattr(cudnn, kind)(2, 3, direction=direction)(x, sequence_lengths=n)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "states": states})
    # A native RNN is the faster form of small states only.
    forms = {"CudnnLSTM": {"LSTM"}, "CudnnGRU": {"GRU"}}.get(kind, {"RNN"})
    assert forms <= {decision.became.split(" or ")[0] for decision in program.report}
    for lengths, steps in (([4, 0, 9], 4), ([1], 1), ([2, 2], 0), ([], 3)):
        feeds = {"x": np.ones([steps, len(lengths), 2], np.float32), "n": np.array(lengths, np.int32)}
        for row, length in enumerate(lengths):
            feeds["x"][length:, row] = np.nan
        got, want = program.run(feeds), program.evaluate(feeds, float64=False)
        for one, other in zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def test_variables_are_of_the_layers_dtype() -> None:
    outputs, (h,) = cudnn.CudnnGRU(1, 3, dtype=tf.float64)(np.ones([2, 1, 2]))
    assert outputs.dtype == h.dtype == tf.float64
    assert {variable.dtype.base_dtype for variable in tf.global_variables()} == {tf.float64}


def test_a_layer_called_twice_has_one_set_of_weights() -> None:
    layer = cudnn.CudnnRNNTanh(1, 3)
    layer(tf.zeros([2, 1, 3]))
    layer(tf.zeros([2, 1, 3]))
    assert list(variables().values()) == [(6, 3), (3,)]
    assert layer.count_params() == 21
    assert [variable.op.name for variable in layer.trainable_variables] == list(variables())


def test_layers_share_weights_in_a_scope_that_reuses() -> None:
    for reuse in (None, True):
        with tf.variable_scope("a", reuse=reuse):
            cudnn.CudnnLSTM(2, 3, direction="bidirectional")(tf.zeros([2, 1, 3]))
    assert len(variables()) == 8
    assert all(name.startswith("a/cudnn_lstm/stack_bidirectional_rnn/") for name in variables())


def test_initial_values_are_those_of_each_gate() -> None:
    cudnn.CudnnLSTM(1, 50, bias_initializer=tf.ones_initializer())(tf.zeros([1, 1, 10]))
    cudnn.CudnnGRU(1, 50, bias_initializer=tf.ones_initializer())(tf.zeros([1, 1, 10]))
    for name, value in initial().items():
        if name.endswith("bias"):
            # Two biases of each gate are one here, but not those of a GRU's candidate.
            np.testing.assert_array_equal(value, 1.0 if "candidate" in name else 2.0)
            continue
        depth = 0 if "hidden" in name else 10
        for rows, limit in ((value[:depth], np.sqrt(6 / 60)), (value[depth:], np.sqrt(6 / 100))):
            if len(rows):
                assert 0.9 * limit < np.abs(rows).max() <= limit
        assert len(np.unique(value)) > 0.99 * value.size


def test_an_initializer_of_the_users_own() -> None:
    def numbered(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)

    kernel = CanonicalKernel(numbered, 2, True).numpy((5, 4), np.dtype(np.float32), 0)
    inputs, hidden = np.arange(6).reshape(2, 3).T, np.arange(4).reshape(2, 2).T
    np.testing.assert_array_equal(kernel, np.block([[inputs, inputs], [hidden, hidden]]))
    np.testing.assert_array_equal(CanonicalBias(numbered, 2).numpy((3,), np.dtype(np.float32), 0), [0, 2, 4])
    ones = CanonicalBias(lambda shape, dtype=None: tf.ones(shape), 2)
    np.testing.assert_array_equal(ones.numpy((3,), np.dtype(np.float32), 0), [2, 2, 2])


@pytest.mark.parametrize(("mode", "depth"), [("skip_input", 3), ("skip_input", 4), ("auto_select", 3)])
def test_inputs_without_a_kernel_are_refused(mode: str, depth: int) -> None:
    with pytest.raises(ArgumentError, match=f"input_mode='{mode}' .* no kernel .* no checkpoint") as caught:
        cudnn.CudnnLSTM(1, 3, input_mode=mode)(tf.zeros([2, 1, depth]))
    assert "test_cudnn_layers.py" in str(caught.value)


def test_dropout_is_for_training() -> None:
    layer = cudnn.CudnnLSTM(2, 3, dropout=0.5)
    with pytest.raises(TrainingError, match=r"drops 0\.5 of what the layers give each other"):
        layer(tf.zeros([2, 1, 3]))
    with pytest.raises(TrainingError, match="placeholder"):
        layer(tf.zeros([2, 1, 3]), training=tf.placeholder(tf.bool, []))
    layer(tf.zeros([2, 1, 3]), training=False)
    cudnn.CudnnLSTM(2, 3)(tf.zeros([2, 1, 3]), training=tf.placeholder(tf.bool, []))
    cudnn.CudnnLSTM(1, 3, dropout=0.5)(tf.zeros([2, 1, 3]))
