"""Two directions of a native layer become one operation, on the engine too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Graph, parse, walk
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.fusing.fuse import Fuse
from rnn2onnx.passes.report import Report
from tests.passes.running import normal
from tests.random_graphs import assert_same

TWO = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[2, B, 3]) {
  %w = const [[[1, 2], [3, 4], [5, 6]]] : f32[1, 3, 2]
  %r = const [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]] : f32[1, 3, 3]
  %v = const [[[6, 5], [4, 3], [2, 1]]] : f32[1, 3, 2]
  %0 = const [0] : i64[1]
  %1 = const [1] : i64[1]
  %2 = const [2] : i64[1]
  %f = slice %h, %0, %1 {axes=[0], steps=[1]} : f32[1, B, 3]
  %b = slice %h, %1, %2 {axes=[0], steps=[1]} : f32[1, B, 3]
  %ys, %y = rnn %x, %w, %r, %n, %f {activations=[["Tanh", 0.0, 0.0]], direction="forward", hidden_size=3, \
inputs=["X", "W", "R", "sequence_lens", "initial_h"], linear_before_reset=0} : f32[T, 1, B, 3], f32[1, B, 3]
  %zs, %z = rnn %x, %v, %r, %n, %b {activations=[["Relu", 0.0, 0.0]], direction="reverse", hidden_size=3, \
inputs=["X", "W", "R", "sequence_lens", "initial_h"], linear_before_reset=0} : f32[T, 1, B, 3], f32[1, B, 3]
  return "ys" = %ys, "zs" = %zs, "z" = %z
}"""


FREE = TWO.replace(", %n,", ",").replace('"sequence_lens", ', "")
"""The same without lengths."""


def layers(graph: Graph) -> list[Any]:
    return [op for op in walk(graph.block) if op.kind.name in GATES]


def test_two_directions_are_one_layer() -> None:
    report = Report()
    (layer,) = layers(Fuse()(parse(FREE), report))
    assert layer.attrs["direction"] == "bidirectional"
    assert layer.attrs["activations"] == (("Tanh", 0.0, 0.0), ("Relu", 0.0, 0.0))
    assert [str(value.type) for value in layer.results] == ["f32[T, 2, B, 3]", "f32[2, B, 3]"]
    assert [decision.became for decision in report.decisions] == ["bidirectional RNN"]


def test_the_backward_one_may_come_first() -> None:
    lines = FREE.splitlines()
    lines[9], lines[10] = lines[10], lines[9]
    (layer,) = layers(Fuse()(parse("\n".join(lines)), Report()))
    assert layer.attrs["activations"] == (("Tanh", 0.0, 0.0), ("Relu", 0.0, 0.0))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('direction="reverse"', 'direction="forward"'),
        ("rnn %x, %v, %r, %b", "rnn %x, %v, %r, %y"),
        ("rnn %x, %v", "rnn %neg, %v"),
    ],
    ids=["one direction", "one waits", "other sequences"],
)
def test_what_stays_two(old: str, new: str) -> None:
    more = "  %neg = neg %x : f32[T, B, 2]\n  %m = neg %n : i32[B]\n  %w ="
    graph = parse(FREE.replace("  %w =", more).replace(old, new))
    assert len(layers(Fuse()(graph, Report()))) == 2


def test_directions_with_lengths_are_sorted_each_by_itself() -> None:
    assert len(layers(Fuse()(parse(TWO), Report()))) == 2


@pytest.mark.parametrize("cell", ["LSTMCell", "GRUCell", "BasicRNNCell"])
@pytest.mark.parametrize(("rows", "steps"), [(2, 5), (1, 1), (40, 3)])
def test_onnxruntime_runs_both_directions(cell: str, rows: int, steps: int) -> None:
    def model() -> Any:
        x = tf.placeholder(tf.float32, [None, None, 3], "x")
        start = tf.placeholder(tf.float32, [None, 8], "start")
        cells = [getattr(tf.nn.rnn_cell, cell)(4, name=f"cell{i}") for i in range(2)]
        states = [tf.nn.rnn_cell.LSTMStateTuple(start[:, i : i + 4], start[:, 4:]) for i in range(2)]
        if cell != "LSTMCell":
            states = [state.c for state in states]
        return tf.nn.bidirectional_dynamic_rnn(*cells, x, None, *states, dtype=tf.float32)

    program = rnn2onnx.compile(*rnn2onnx.trace(model))
    directions = {op.attrs["direction"] for op in layers(program.lowered)}
    assert "bidirectional" in directions
    feeds = {"x": normal(1, rows, steps, 3), "start": normal(2, rows, 8)}
    found = rnn2onnx.nest.flatten(program.run(feeds))
    wanted = rnn2onnx.ir.evaluate(program.graph, feeds, float64=True).values()
    for have, want in zip(found, wanted, strict=True):
        assert_same({"y": have}, {"y": want.astype(np.float32)}, 1e-5)
