"""``unbundle``: gates that a body computes side by side are computed apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import walk
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, quick

TEXT = """graph g(%x: f32[T, B, 4], %h: f32[B, 2]) {
  %w = const [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]] : f32[2, 4]
  %b = const [9.0, 10.0, 11.0, 12.0] : f32[4]
  %0 = const [0] : i64[1]
  %1 = const [2] : i64[1]
  %2 = const [4] : i64[1]
  %3, %4 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%5: f32[B, 2], %6: f32[B, 4]) {
    %7 = matmul %5, %w : f32[B, 4]
    %8 = add %6, %7 : f32[B, 4]
    %9 = add %8, %b : f32[B, 4]
    %10 = sigmoid %9 : f32[B, 4]
    %11 = slice %10, %0, %1 {axes=[1], steps=[1]} : f32[B, 2]
    %12 = slice %10, %1, %2 {axes=[1], steps=[1]} : f32[B, 2]
    %13 = mul %11, %12 : f32[B, 2]
    return %13, WHOLE
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %3, "y" = %4
}"""


def test_cuts_move_into_the_matrices_and_out_of_the_loop() -> None:
    assert (
        after("unbundle", TEXT.replace("WHOLE", "%13"))
        == """graph g(%x: f32[T, B, 4], %h: f32[B, 2]) {
  %0 = const [0] : i64[1]
  %1 = const [2] : i64[1]
  %2 = const [4] : i64[1]
  %3 = slice %x, %0, %1 {axes=[2], steps=[1]} : f32[T, B, 2]
  %4 = slice %x, %1, %2 {axes=[2], steps=[1]} : f32[T, B, 2]
  %5 = const [[1.0, 2.0], [5.0, 6.0]] : f32[2, 2]
  %6 = const [9.0, 10.0] : f32[2]
  %7 = const [[3.0, 4.0], [7.0, 8.0]] : f32[2, 2]
  %8 = const [11.0, 12.0] : f32[2]
  %9 = add %3, %6 : f32[T, B, 2]
  %10 = add %4, %8 : f32[T, B, 2]
  %11, %12 = recur %h, %9, %10 {WALK} (%13: f32[B, 2], %14: f32[B, 2], %15: f32[B, 2]) {
    %16 = matmul %13, %5 : f32[B, 2]
    %17 = add %14, %16 : f32[B, 2]
    %18 = sigmoid %17 : f32[B, 2]
    %19 = matmul %13, %7 : f32[B, 2]
    %20 = add %15, %19 : f32[B, 2]
    %21 = sigmoid %20 : f32[B, 2]
    %22 = mul %18, %21 : f32[B, 2]
    return %22, %22
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %11, "y" = %12
}""".replace("WALK", "lengths=false, reverse=false, states=1, unmasked=[]")
    )


def test_what_is_needed_whole_stays_whole() -> None:
    text = TEXT.replace("WHOLE", "%10").replace("f32[T, B, 2]", "f32[T, B, 4]")
    assert after("unbundle", text) == after("tidy", text)


def test_a_state_is_not_cut_but_columns_that_nothing_reads_are_left_out() -> None:
    """deepctr's attention cell computes an update gate that it does not use."""
    text = TEXT.replace("mul %11, %12", "mul %11, %11").replace("WHOLE", "%13")
    made = after("unbundle", text)
    assert made.count("matmul") == 1
    assert "[[3.0, 4.0], [7.0, 8.0]]" not in made


@pytest.mark.parametrize("cell", ["LSTMCell", "GRUCell"])
def test_no_step_of_a_cell_cuts_anything(cell: str) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None, 3], "x")
        made: Any = getattr(tf.nn.rnn_cell, cell)(4, activation=tf.nn.selu)
        out = tf.nn.dynamic_rnn(made, x, dtype=tf.float32)
    lowered = rnn2onnx.compile(graph, out).lowered
    bodies = [[each.kind.name for each in op.blocks[0].ops] for op in walk(lowered.block) if op.kind.name == "scan"]
    steps = [kinds for kinds in bodies if "scan" not in kinds]
    assert steps
    assert not any("slice" in kinds for kinds in steps)


@settings(quick, max_examples=60)
@given(random_recurrence())
def test_unbundle_keeps_the_meaning(case: Any) -> None:
    graph, feeds = case
    assert_keeps(graph, feeds, "fold", "distribute", "unbundle")
