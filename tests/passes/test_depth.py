"""What of a recurrence runs one after the other, as recorded and in the file."""

from __future__ import annotations

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import parse
from rnn2onnx.passes.depth import depth


def test_the_longest_chain_between_the_states_counts() -> None:
    graph = parse(
        """graph g(%x: f32[T, 2], %h: f32[2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[2], %3: f32[2]) {
    %4 = exp %3 : f32[2]
    %5 = tanh %2 : f32[2]
    %6 = mul %5, %4 : f32[2]
    %7 = sigmoid %6 : f32[2]
    return %6, %7
  } : f32[2], f32[T, 2]
  return "h" = %0, "y" = %1
}"""
    )
    assert depth(graph.block.ops[0]) == "T steps of 2 operations"


def test_a_loop_says_that_it_stops_by_itself() -> None:
    graph = parse(
        """graph g(%x: f32[], %p: bool[]) {
  %0 = loop %p, %x (%i: i64[], %1: f32[]) {
    %2 = tanh %1 : f32[]
    %3 = const 0.5 : f32[]
    %4 = less %3, %2 : bool[]
    return %4, %2
  } : f32[]
  return "y" = %0
}"""
    )
    (loop,) = [op for op in graph.block.ops if op.kind.name == "loop"]
    assert depth(loop) == "1 operation in each step, as many steps as it takes"


def test_a_decision_says_it_before_and_after() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [2, 7, 3], "x")
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(4), x, dtype=tf.float32)
    (decision,) = rnn2onnx.compile(graph, outputs).report
    before, after = decision.depth
    assert before.startswith("7 steps of ")
    assert after == "7 steps inside one LSTM"
