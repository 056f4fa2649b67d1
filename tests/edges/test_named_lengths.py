"""Lengths that are one name are one number: loops, branches and states that try to prove otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf

Arrays = dict[str, np.ndarray]


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).standard_normal(shape).astype(np.float32)


def fed(name: str, shape: list[Any], dtype: Any = tf.float32) -> Any:
    return tf.placeholder(dtype, shape, name=name)


def growing_fold() -> Any:
    start = fed("i", [None])
    rows = tf.foldl(lambda total, x: tf.concat([total, [x]], 0), fed("x", [None]), start)
    return rows, tf.shape(rows)[0] - tf.shape(start)[0], tf.zeros([tf.shape(rows)[0], 2])


def doubling_loop() -> Any:
    shapes = (tf.TensorShape([]), tf.TensorShape([None, 2]))
    start = (tf.constant(0), fed("i", [None, 2]))
    _, rows = tf.while_loop(lambda k, a: k < 3, lambda k, a: (k + 1, tf.concat([a, a], 0)), start, shapes)
    return rows, tf.shape(rows), rows + tf.ones([tf.shape(rows)[0], 1])


def swapping_loop() -> Any:
    start = (tf.constant(0), fed("a", [None]), fed("b", [None]))
    _, a, b = tf.while_loop(lambda k, a, b: k < 3, lambda k, a, b: (k + 1, b, a), start)
    return a, b, tf.shape(a), a * 2.0, b[::-1]


def choosing_branch() -> Any:
    a, b, flag = fed("a", [None]), fed("b", [None]), fed("p", [], tf.bool)
    chosen = tf.cond(flag, lambda: a, lambda: b)
    return chosen, tf.shape(chosen), chosen + tf.ones([tf.shape(chosen)[0]])


def separate_batches() -> Any:
    x, h = fed("x", [None, None, 2]), fed("h", [None, 3])
    state = tf.nn.rnn_cell.LSTMStateTuple(h, h)
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, initial_state=state)


def growing_state() -> Any:
    class Growing(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([None])
        output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            return inputs * tf.reduce_sum(state, axis=1, keepdims=True), tf.concat([state, inputs], 1)

    outputs, state = tf.nn.dynamic_rnn(
        Growing(), fed("x", ["rows", None, 2]), initial_state=fed("h", ["rows", None]), dtype=tf.float32
    )
    return outputs, state, tf.shape(state), tf.reduce_sum(state, 1)


def rows_of_any_length() -> Any:
    rows = tf.map_fn(lambda row: tf.boolean_mask(row, row > 0)[:1], fed("x", [None, None]))
    return rows, tf.shape(rows)


def mixing_cells() -> Any:
    """Cells that look at the whole batch, with lengths: rows that ended go on being looked at."""

    class Norm(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            mean, variance = tf.nn.moments(state + inputs, [0])
            new = tf.tanh((state + inputs - mean) * tf.rsqrt(variance + 1e-3))
            return new, new

    stack = tf.nn.rnn_cell.MultiRNNCell([Norm(), Norm()])
    return tf.nn.dynamic_rnn(stack, fed("x", [None, None, 2]), fed("n", [None], tf.int32), dtype=tf.float32)


def lengths_in_a_cell() -> Any:
    class Wide(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            new = tf.tanh(state + inputs) + tf.zeros([tf.shape(state)[0], 2])
            return new * tf.cast(tf.shape(inputs)[0], tf.float32), new

    stack = tf.nn.rnn_cell.MultiRNNCell([Wide(), Wide()])
    return tf.nn.dynamic_rnn(stack, fed("x", [None, None, 2]), fed("n", [None], tf.int32), dtype=tf.float32)


A, B = {"a": normal(2), "b": normal(3)}, {"a": normal(0), "b": normal(1)}
CASES: dict[str, tuple[Callable[[], Any], list[Arrays]]] = {
    "growing_fold": (growing_fold, [{"x": normal(3), "i": normal(2)}, {"x": normal(0), "i": normal(2)}]),
    "doubling_loop": (doubling_loop, [{"i": normal(1, 2)}, {"i": normal(0, 2)}]),
    "swapping_loop": (swapping_loop, [A, B]),
    "choosing_branch": (choosing_branch, [{**given, "p": np.array(p)} for given in (A, B) for p in (True, False)]),
    "separate_batches": (
        separate_batches,
        [{"x": normal(rows, steps, 2), "h": normal(rows, 3)} for rows in (0, 2) for steps in (0, 3)],
    ),
    "growing_state": (
        growing_state,
        [{"x": normal(3, 4, 2), "h": normal(3, 1)}, {"x": normal(3, 0, 2), "h": normal(3, 1)}],
    ),
    "rows_of_any_length": (rows_of_any_length, [{"x": np.ones((2, 3), np.float32)}]),
    "mixing_cells": (mixing_cells, [{"x": normal(3, 4, 2), "n": np.array([4, 1, 2])}]),
    "lengths_in_a_cell": (
        lengths_in_a_cell,
        [{"x": normal(3, 4, 2), "n": np.array([4, 1, 0])}, {"x": normal(0, 4, 2), "n": np.zeros(0, np.int32)}],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_lengths_of_one_name_are_one_number(name: str) -> None:
    record, runs = CASES[name]
    graph = tf.Graph()
    with graph.as_default():
        outputs = record()
    program = rnn2onnx.compile(graph, outputs)
    for arrays in runs:
        wanted = rnn2onnx.nest.flatten(program.evaluate(arrays, float64=True))
        for have, want in zip(rnn2onnx.nest.flatten(program.run(arrays)), wanted, strict=True):
            assert have.shape == want.shape
            np.testing.assert_allclose(have, want, rtol=2e-5, atol=2e-5)
        types = program.graph.block.results
        known: dict[str, int] = {dim: n for v in program.graph.inputs for dim, n in _lengths(v, arrays[v.name])}
        for value, want in zip(types, wanted, strict=True):
            for dim, length in _lengths(value, want):
                assert known.setdefault(dim, length) == length, f"{dim} is {known[dim]}, but {length} in {value!r}"


def _lengths(value: Any, array: np.ndarray) -> list[tuple[str, int]]:
    return [(dim, n) for dim, n in zip(value.type.shape, array.shape, strict=True) if isinstance(dim, str)]
