"""``join``: branches that decide by the same condition are one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import parse, walk
from tests.passes.running import after, assert_keeps, normal, quick
from tests.random_graphs import random_graph

ONE_AFTER_THE_OTHER = """graph g(%x: f32[B, 2], %p: bool[]) {
  %0 = cond %p () {
    %1 = tanh %x : f32[B, 2]
    return %1
  } () {
    %2 = sigmoid %x : f32[B, 2]
    return %2
  } : f32[B, 2]
  %3 = add %0, %x : f32[B, 2]
  %4 = exp %0 : f32[B, 2]
  %5 = cond %p () {
    %6 = tanh %3 : f32[B, 2]
    return %6
  } () {
    return %3
  } : f32[B, 2]
  return "y" = %5, "e" = %4, "s" = %3
}"""


def test_what_lies_between_is_on_both_sides() -> None:
    assert (
        after("join", ONE_AFTER_THE_OTHER)
        == """graph g(%x: f32[B, 2], %p: bool[]) {
  %0, %1, %2 = cond %p () {
    %3 = tanh %x : f32[B, 2]
    %4 = add %3, %x : f32[B, 2]
    %5 = tanh %4 : f32[B, 2]
    return %3, %4, %5
  } () {
    %6 = sigmoid %x : f32[B, 2]
    %7 = add %6, %x : f32[B, 2]
    return %6, %7, %7
  } : f32[B, 2], f32[B, 2], f32[B, 2]
  %8 = exp %0 : f32[B, 2]
  return "y" = %2, "e" = %8, "s" = %1
}"""
    )


def test_other_conditions_stay_apart() -> None:
    text = ONE_AFTER_THE_OTHER.replace("%p: bool[])", "%p: bool[], %q: bool[])").replace("%5 = cond %p", "%5 = cond %q")
    assert after("join", text) == str(parse(text))


def test_branches_in_bodies_are_joined() -> None:
    text = """graph g(%x: f32[T, 2], %h: f32[2], %p: bool[]) {
  %0 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%1: f32[2], %2: f32[2]) {
    %3 = cond %p () {
      return %2
    } () {
      return %1
    } : f32[2]
    %4 = cond %p () {
      %5 = tanh %3 : f32[2]
      return %5
    } () {
      return %3
    } : f32[2]
    return %4
  } : f32[2]
  return "h" = %0
}"""
    made = after("join", text)
    assert made.count("cond") == 1


def test_a_stack_of_layers_decides_once() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None, 6], "x")
        cells = [tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.BasicRNNCell(6)) for _ in range(3)]
        out = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, out)
    outer = [op for op in program.lowered.block.ops if op.kind.name == "cond"]
    assert len(outer) == 1
    # Layers of the engine on one side, in tiles of long sequences too, and Scans only on the other.
    assert sorted("rnn" in [inner.kind.name for inner in walk(body)] for body in outer[0].blocks) == [False, True]
    for rows in (1, 100, 0):
        feeds: dict[str, Any] = {"x": normal(rows, rows, 5, 6)}
        flat = [(np.asarray(program.run(feeds)[0]), np.asarray(program.evaluate(feeds)[0]))]
        for got, want in flat:
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


@settings(quick, max_examples=60)
@given(random_graph())
def test_join_keeps_the_meaning(case: Any) -> None:
    graph, feeds = case
    assert_keeps(graph, feeds, "join")
