"""``sink``: what only one branch needs is computed in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import parse, walk
from tests.passes.running import after, assert_keeps, normal, quick
from tests.random_graphs import random_graph


def test_each_branch_has_its_own_work() -> None:
    text = """graph g(%x: f32[B, 2], %p: bool[]) {
  %0 = tanh %x : f32[B, 2]
  %1 = add %0, %x : f32[B, 2]
  %2 = sigmoid %x : f32[B, 2]
  %3 = exp %x : f32[B, 2]
  %4 = cond %p () {
    %5 = mul %1, %2 : f32[B, 2]
    return %5
  } () {
    %6 = sub %2, %3 : f32[B, 2]
    return %6
  } : f32[B, 2]
  return "y" = %4, "e" = %3
}"""
    assert (
        after("sink", text)
        == """graph g(%x: f32[B, 2], %p: bool[]) {
  %0 = sigmoid %x : f32[B, 2]
  %1 = exp %x : f32[B, 2]
  %2 = cond %p () {
    %3 = tanh %x : f32[B, 2]
    %4 = add %3, %x : f32[B, 2]
    %5 = mul %4, %0 : f32[B, 2]
    return %5
  } () {
    %6 = sub %0, %1 : f32[B, 2]
    return %6
  } : f32[B, 2]
  return "y" = %2, "e" = %1
}"""
    )


def test_what_a_loop_reads_in_each_step_stays_before_it() -> None:
    text = """graph g(%x: f32[T, 2], %w: f32[2]) {
  %0 = tanh %w : f32[2]
  %1, %2 = recur %w, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%3: f32[2], %4: f32[2]) {
    %5 = mul %3, %0 : f32[2]
    return %5, %4
  } : f32[2], f32[T, 2]
  return "h" = %1
}"""
    assert after("sink", text) == str(parse(text))


def test_a_condition_in_a_branch_takes_its_work_with_it() -> None:
    text = """graph g(%x: f32[2], %p: bool[], %q: bool[]) {
  %0 = tanh %x : f32[2]
  %1 = cond %q () {
    return %0
  } () {
    return %x
  } : f32[2]
  %2 = cond %p () {
    return %1
  } () {
    return %x
  } : f32[2]
  return "y" = %2
}"""
    made = after("sink", text)
    assert made.index("cond %p") < made.index("cond %q") < made.index("tanh")
    for p in (True, False):
        for q in (True, False):
            assert_keeps(parse(text), {"x": normal(1, 2), "p": np.array(p), "q": np.array(q)}, "sink")


def test_the_projection_of_an_rnn_is_in_the_branch_that_needs_it() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None, 3], "x")
        out = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(64), x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, out)
    assert not [op for op in program.lowered.block.ops if op.kind.name == "matmul"]
    assert {"rnn", "scan", "matmul"} <= {op.kind.name for op in walk(program.lowered.block)}
    for rows in (1, 4, 5, 9, 0):
        feeds: dict[str, Any] = {"x": normal(rows, rows, 6, 3)}
        for got, want in zip(program.run(feeds), program.evaluate(feeds), strict=True):
            assert got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rows", [1, 9])
def test_a_known_number_of_rows_needs_no_branch(rows: int) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [rows, None, 3], "x")
        out = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(64), x, dtype=tf.float32)
    (decision,) = rnn2onnx.compile(graph, out).report
    assert decision.became == ("RNN" if rows == 1 else "Scan")


@settings(quick, max_examples=60)
@given(random_graph())
def test_sink_keeps_the_meaning(case: Any) -> None:
    graph, feeds = case
    assert_keeps(graph, feeds, "sink")
