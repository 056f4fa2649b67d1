"""The Neural Turing Machine once more in plain numpy, and where this project goes further than TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from tests.tf.recording import random_weights, values
from tests.tf.rnn_cell.formulas import lstm, sigmoid, within


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def softplus(x: Any) -> Any:
    return np.log1p(np.exp(x))


def address(p: Any, memory: Any, place: Any, size: int, reach: int) -> Any:
    """Where one head of one row looks, element by element."""
    key, beta, gate = np.tanh(p[:size]), softplus(p[size]), sigmoid(p[size + 1])
    shift, gamma = softmax(p[size + 2 : size + 3 + 2 * reach]), softplus(p[-1]) + 1
    places = len(memory)
    cosine = [row @ key / (np.linalg.norm(row) * np.linalg.norm(key) + 1e-8) for row in memory]
    mixed = gate * softmax(beta * np.array(cosine)) + (1 - gate) * place
    moved = np.zeros(places)
    for amount in range(-reach, reach + 1):
        for at in range(places):
            moved[(at + amount) % places] += shift[amount] * mixed[at]
    return moved**gamma / (moved**gamma).sum()


def machine(x: Any, w: Any, reads: int, writes: int, places: int, size: int, reach: int) -> Any:
    """The outputs of one row over time."""
    heads, width = reads + writes, size + 2 * reach + 4
    read = [np.tanh(w[f"initial_read_vector_{index}"][0]) for index in range(reads)]
    place = [softmax(w[f"initial_address_weights_{index}"][0]) for index in range(heads)]
    memory = w["memory"]
    c = h = np.zeros([1, 4])
    outputs = []
    for now in x:
        c, h = lstm(np.concatenate([now, *read])[None], c, h, within("lstm_cell", w))
        p = np.clip(h[0] @ w["parameters_kernel"] + w["parameters_bias"], -20, 20)
        place = [
            address(p[width * index : width * (index + 1)], memory, place[index], size, reach) for index in range(heads)
        ]
        read = [place[index] @ memory for index in range(reads)]
        changes = p[width * heads :].reshape(2 * writes, size)
        for index in range(writes):
            erased, added = sigmoid(changes[2 * index]), np.tanh(changes[2 * index + 1])
            memory = memory * (1 - np.outer(place[reads + index], erased)) + np.outer(place[reads + index], added)
        outputs.append(np.clip(np.concatenate([h[0], *read]) @ w["output_kernel"] + w["output_bias"], -20, 20))
    return np.array(outputs)


@pytest.mark.parametrize(("reads", "writes", "reach"), [(1, 1, 1), (2, 1, 2), (1, 2, 1)])
def test_the_formula(graph: Any, reads: int, writes: int, reach: int) -> None:
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    cell = tf.contrib.rnn.NTMCell(tf.nn.rnn_cell.LSTMCell(4), 6, 3, reads, writes, shift_range=reach, output_dim=2)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    # What float32 can hold, computed in float64.
    weights = {name: np.float64(np.float32(weight)) for name, weight in random_weights().items()}
    frames = np.float64(np.random.default_rng(1).standard_normal([2, 5, 3]).astype(np.float32))
    got = values(outputs, {"x": frames}, weights, float64=True)
    named = within("rnn/ntm_cell", weights)
    for row in range(2):
        np.testing.assert_allclose(got[row], machine(frames[row], named, reads, writes, 6, 3, reach), atol=1e-9)


def test_any_number_of_rows_and_steps(graph: Any) -> None:
    x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
    cell = tf.contrib.rnn.NTMCell(tf.nn.rnn_cell.GRUCell(4), 5, 3, 1, 1, output_dim=2)
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "state": state})
    for lengths, steps in (([4, 0, 9], 4), ([1], 1), ([2, 2], 0), ([], 3)):
        frames = np.random.default_rng(0).standard_normal([len(lengths), steps, 3]).astype(np.float32)
        for row, length in enumerate(lengths):
            frames[row, length:] = np.nan
        feeds = {"x": frames, "n": np.array(lengths, np.int32)}
        got, want = program.run(feeds), program.evaluate(feeds, float64=False)
        assert got["state"].time == want["state"].time
        for one, other in zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True):
            assert np.isfinite(one).all()
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("places", "reach"), [(5, 0), (5, 3), (2, 1)])
def test_a_head_that_stays_or_moves_around_the_memory_is_refused(places: int, reach: int) -> None:
    with pytest.raises(ArgumentError, match=f"shift_range={reach} .* memory_size={places}") as caught:
        tf.contrib.rnn.NTMCell(tf.nn.rnn_cell.GRUCell(4), places, 3, 1, 1, shift_range=reach)
    assert "test_ntm.py" in str(caught.value)


def test_inputs_of_unknown_depth_are_taken_with_an_output_size_only() -> None:
    cell = tf.contrib.rnn.NTMCell(tf.nn.rnn_cell.GRUCell(4), 5, 3, 1, 1)
    assert cell.output_size is None
    with pytest.raises(ValueError, match=r"Expected inputs.shape\[-1\] to be known"):
        cell.build(tf.TensorShape([None, None]))
    cell.build(tf.TensorShape([None, 7]))
    assert cell.output_size == 7


def test_a_state_without_a_memory_is_refused() -> None:
    cell = tf.contrib.rnn.NTMCell(tf.nn.rnn_cell.GRUCell(4), 5, 3, 1, 1)
    with pytest.raises(TypeError, match="expected an NTMControllerState") as caught:
        cell(tf.zeros([2, 3]), tf.zeros([2, 4]))
    assert "test_ntm.py" in str(caught.value)
