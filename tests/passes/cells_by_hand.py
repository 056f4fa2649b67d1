"""Cells written as functions, and programs of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import evaluate
from tests.passes.running import normal

H, D = 3, 2
"""Widths of a state and of an input."""
Step = Callable[[Any, Any], Any]


class Cell(tf.nn.rnn_cell.RNNCell):
    """A cell written as a function: ``step(x, state)`` gives the output and the new state."""

    def __init__(self, step: Step, state_size: Any, output_size: int = H) -> None:
        super().__init__()
        self._step, self._sizes = step, (state_size, output_size)

    @property
    def state_size(self) -> Any:
        return self._sizes[0]

    @property
    def output_size(self) -> int:
        return self._sizes[1]

    def call(self, inputs: Any, state: Any) -> Any:
        return self._step(inputs, state)


def matrix(name: str, rows: int, columns: int = H) -> Any:
    return tf.get_variable(name, [rows, columns], initializer=tf.random_normal_initializer(0.0, 0.6, seed=len(name)))


def bias(name: str, columns: int = H) -> Any:
    return tf.get_variable(name, [columns], initializer=tf.random_normal_initializer(0.0, 0.5, seed=len(name) + 7))


def gate(name: str, x: Any, h: Any, act: Any = tf.sigmoid, columns: int = H) -> Any:
    return act(
        tf.matmul(x, matrix(f"{name}/x", D, columns)) + tf.matmul(h, matrix(f"{name}/h", H, columns)) + bias(name)
    )


def compiled(cell: Any, *, lengths: bool = True, states: bool = True) -> Any:
    """A program of dynamic_rnn over the cell; its results are checked against its own meaning in float64."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", D], name="x")
        n = tf.placeholder(tf.int32, ["batch"], name="n") if lengths else None
        initial = None
        if states:
            start = tf.placeholder(tf.float32, ["batch", 1], name="start")
            initial = rnn2onnx.nest.map_structure(lambda size: tf.tile(start, [1, size]), cell.state_size)
        outputs, state = tf.nn.dynamic_rnn(cell, x, n, initial, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"y": outputs, "s": state})
    feeds = {"x": normal(1, 4, 5, D)}
    if lengths:
        feeds["n"] = np.array([2, 5, 0, 9])
    if states:
        feeds["start"] = normal(2, 4, 1)
    wanted = rnn2onnx.nest.flatten(program.evaluate(feeds, float64=True))
    for found in (rnn2onnx.nest.flatten(program.run(feeds)), list(evaluate(program.lowered, feeds).values())):
        for have, want in zip(found, wanted, strict=True):
            np.testing.assert_allclose(have, want, rtol=2e-5, atol=2e-5)
    return program


def became(program: Any) -> list[str]:
    return [decision.became for decision in program.report]


PAIR = (H, H)
