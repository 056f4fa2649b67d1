"""``lower``: every loop becomes one that onnxruntime runs whatever the lengths turn out to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.ir import evaluate, parse, walk
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, decisions, normal, quick
from tests.random_graphs import random_graph


def test_a_scan_is_guarded_where_there_may_be_no_steps() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = mul %2, %3 : f32[B, 2]
    return %4, %4
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %0, "y" = %1
}"""
    assert (
        after("lower fold", text)
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0 = shape %x : i64[3]
  %1 = const 1 : i64[]
  %2 = gather %0, %1 {axis=0} : i64[]
  %3 = const 0 : i64[]
  %4 = gather %0, %3 {axis=0} : i64[]
  %5 = less %3, %4 : bool[]
  %6 = const 0.0 : f32[]
  %7 = const [1] : i64[1]
  %8 = const [2] : i64[1]
  %9, %10 = cond %5 () {
    %11, %12 = scan %h, %x {reverse=false, states=1} (%13: f32[B, 2], %14: f32[B, 2]) {
      %15 = mul %13, %14 : f32[B, 2]
      return %15, %15
    } : f32[B, 2], f32[T, B, 2]
    return %11, %12
  } () {
    %16 = reshape %4, %7 : i64[1]
    %17 = reshape %2, %7 : i64[1]
    %18 = concat %16, %17, %8 {axis=0} : i64[3]
    %19 = expand %6, %18 : f32[T, B, 2]
    return %h, %19
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %9, "y" = %10
}"""
    )


LENGTHS = """graph g(%x: f32[4, 2, 2], %h: f32[2, 2], %n: i64[2]) {
  %0, %1 = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%2: f32[2, 2], %3: f32[2, 2]) {
    %4 = mul %2, %3 : f32[2, 2]
    return %4, %4
  } : f32[2, 2], f32[4, 2, 2]
  return "h" = %0, "y" = %1
}"""


def test_lengths_become_a_mask_behind_the_loop_and_known_steps_need_no_guard() -> None:
    assert (
        after("lower fold", LENGTHS)
        == """graph g(%x: f32[4, 2, 2], %h: f32[2, 2], %n: i64[2]) {
  %0, %1 = scan %h, %x {reverse=false, states=1} (%2: f32[2, 2], %3: f32[2, 2]) {
    %4 = mul %2, %3 : f32[2, 2]
    return %4, %4
  } : f32[2, 2], f32[4, 2, 2]
  %5 = const 0 : i64[]
  %6 = const 1 : i64[]
  %7 = const 4 : i64[]
  %8 = minimum %n, %7 : i64[2]
  %9 = sub %8, %6 : i64[2]
  %10 = maximum %9, %5 : i64[2]
  %11 = unsqueeze %10 {axes=[1]} : i64[2, 1]
  %12 = const [[0], [1]] : i64[2, 1]
  %13 = concat %11, %12 {axis=1} : i64[2, 2]
  %14 = less %5, %n : bool[2]
  %15 = gather_nd %1, %13 {batch_dims=0} : f32[2, 2]
  %16 = unsqueeze %14 {axes=[1]} : bool[2, 1]
  %17 = where %16, %15, %h : f32[2, 2]
  %18 = const [[0], [1], [2], [3]] : i64[4, 1]
  %19 = unsqueeze %n {axes=[0]} : i64[1, 2]
  %20 = less %18, %19 : bool[4, 2]
  %21 = const 0.0 : f32[]
  %22 = unsqueeze %20 {axes=[2]} : bool[4, 2, 1]
  %23 = where %22, %1, %21 : f32[4, 2, 2]
  return "h" = %17, "y" = %23
}"""
    )


def test_a_walk_backwards_selects_in_each_step() -> None:
    """Past its length a row waits for its turn."""
    assert (
        after("lower fold", LENGTHS.replace("reverse=false", "reverse=true"))
        == """graph g(%x: f32[4, 2, 2], %h: f32[2, 2], %n: i64[2]) {
  %0 = const [[0], [1], [2], [3]] : i64[4, 1]
  %1 = unsqueeze %n {axes=[0]} : i64[1, 2]
  %2 = less %0, %1 : bool[4, 2]
  %3 = const 0.0 : f32[]
  %4, %5 = scan %h, %x, %2 {reverse=true, states=1} (%6: f32[2, 2], %7: f32[2, 2], %alive: bool[2]) {
    %8 = mul %6, %7 : f32[2, 2]
    %9 = unsqueeze %alive {axes=[1]} : bool[2, 1]
    %10 = where %9, %8, %6 : f32[2, 2]
    %11 = where %9, %8, %3 : f32[2, 2]
    return %10, %11
  } : f32[2, 2], f32[4, 2, 2]
  return "h" = %4, "y" = %5
}"""
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mul %2, %3", "reverse %2 {axes=[0]}"),
        ("unmasked=[]", "unmasked=[0]"),
    ],
    ids=["rows that reach others", "a state that goes on"],
)
def test_what_a_row_does_past_its_length_must_not_be_seen(old: str, new: str) -> None:
    text = LENGTHS.replace(old, new)
    assert "gather_nd" not in after("lower fold", text)
    feeds = {"x": normal(1, 4, 2, 2), "h": normal(2, 2, 2), "n": np.array([1, 3])}
    assert_keeps(parse(text), feeds, "lower")


def test_a_native_layer_is_guarded_where_there_may_be_no_rows_or_no_steps() -> None:
    text = """graph g(%x: f32[T, B, 2], %w: f32[1, 3, 2], %r: f32[1, 3, 3], %n: i32[B]) {
  %0, %1 = rnn %x, %w, %r, %n {activations=[["Tanh", 0.0, 0.0]], direction="forward", hidden_size=3, inputs=["X", "W", "R", "sequence_lens"], linear_before_reset=0} : f32[T, 1, B, 3], f32[1, B, 3]
  return "y" = %0, "h" = %1
}"""  # noqa: E501
    text = after("lower fold", text)
    assert "%6 = less %1, %5 : bool[]" in text
    assert "%5 = mul %2, %4 : i64[]" in text
    feeds = {"w": normal(1, 1, 3, 2), "r": normal(2, 1, 3, 3)}
    for steps, rows in ((0, 2), (3, 0), (0, 0)):
        found = evaluate(parse(text), {**feeds, "x": normal(3, steps, rows, 2), "n": np.full(rows, steps, np.int32)})
        assert (found["y"].shape, found["h"].shape) == ((steps, 1, rows, 3), (1, rows, 3))


COUNTER = """graph g(%x: f32[T, B, 2], %k: i64[], %n: i64[B]) {
  %one = const 1 : i64[]
  %0, %1 = recur %k, %x, %n {lengths=true, reverse=false, states=1, unmasked=[0]} (%2: i64[], %3: f32[B, 2]) {
    %4 = add %2, %one : i64[]
    return %4, %3
  } : i64[], f32[T, B, 2]
  return "k" = %0, "y" = %1
}"""


@pytest.mark.parametrize(
    ("steps", "lengths", "taken"), [(4, [1, 2], 2), (4, [9, 0], 4), (4, [0, -3], 1), (0, [1, 2], 0), (4, [], 1)]
)
def test_what_goes_on_unmasked_counts_the_steps_of_the_longest_row(steps: int, lengths: list[int], taken: int) -> None:
    feeds = {"x": normal(1, steps, len(lengths), 2), "k": np.array(0), "n": np.array(lengths, np.int64)}
    made = assert_keeps(parse(COUNTER), feeds, "fold", "distribute", "recognise", "lower", "tidy")
    assert evaluate(made, feeds)["k"] == taken


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("steps", [4, 1])
def test_rows_of_a_length_known_only_inside_make_it_a_loop(steps: int, lengths: bool) -> None:
    attrs = "lengths=true, reverse=false, states=1, unmasked=[0]"
    if not lengths:
        attrs = "lengths=false, reverse=true, states=1, unmasked=[]"
    text = f"""graph g(%x: f32[T, B, 2], %k: i64[], %n: i64[B], %m: i64[1]) {{
  %zero = const [0] : i64[1]
  %0, %1 = recur %k, %x{", %n" if lengths else ""} {{{attrs}}} (%2: i64[], %3: f32[B, 2]) {{
    %4 = slice %3, %zero, %m {{axes=[1], steps=[1]}} : f32[B, ?]
    return %2, %4
  }} : i64[], f32[T, B, ?]
  return "k" = %0, "y" = %1
}}"""
    feeds = {"x": normal(1, steps, 2, 2), "k": np.array(0), "n": np.array([3, 1]), "m": np.array([1])}
    made = assert_keeps(parse(text), feeds, "lower")
    assert "loop" in [op.kind.name for op in walk(made.block)]


def test_a_loop_that_never_runs_keeps_the_lengths_of_its_rows() -> None:
    text = """graph g(%go: bool[], %h: f32[B, 2]) {
  %one = const 1 : i64[]
  %0, %1 = loop %go, %h (%i: i64[], %2: f32[B, 2]) {
    %3 = less %i, %one : bool[]
    %4 = tanh %2 : f32[B, 2]
    return %3, %4, %4
  } : f32[B, 2], f32[?, B, 2]
  return "h" = %0, "y" = %1
}"""
    assert (
        after("lower fold", text)
        == """graph g(%go: bool[], %h: f32[B, 2]) {
  %one = const 1 : i64[]
  %0, %1 = loop %go, %h (%i: i64[], %2: f32[B, 2]) {
    %3 = less %i, %one : bool[]
    %4 = tanh %2 : f32[B, 2]
    return %3, %4, %4
  } : f32[B, 2], f32[d0, B, 2]
  %5 = shape %h : i64[2]
  %6 = const 0 : i64[]
  %7 = gather %5, %6 {axis=0} : i64[]
  %8 = shape %1 : i64[3]
  %9 = gather %8, %6 {axis=0} : i64[]
  %10 = less %6, %9 : bool[]
  %11 = const 0.0 : f32[]
  %12 = const [1] : i64[1]
  %13 = const [0] : i64[1]
  %14 = const [2] : i64[1]
  %15 = cond %10 () {
    return %1
  } () {
    %16 = reshape %7, %12 : i64[1]
    %17 = concat %13, %16, %14 {axis=0} : i64[3]
    %18 = expand %11, %17 : f32[0, B, 2]
    return %18
  } : f32[d0, B, 2]
  return "h" = %0, "y" = %15
}"""
    )


def test_the_report_says_what_stood_in_the_way() -> None:
    (decision,) = decisions(COUNTER)
    assert decision.became == "Scan"
    assert "a state of it goes on past the lengths" in decision.why
    assert "guarded for sequences of no steps" in decision.why
    assert decision.what == "recur that carries i64[] and gives f32[T, B, 2]"
    assert decision.source == "<text>:3"
    assert str(decision) == f"<text>:3: {decision.what} -> Scan: {decision.why}"


@given(random_graph())
@quick
def test_lower_keeps_the_meaning_and_leaves_no_recurrence(case: Any) -> None:
    made = assert_keeps(*case, "lower", float32=2e-5)
    assert not [op for op in walk(made.block) if op.kind.name == "recur"]


@given(random_recurrence())
@settings(quick, max_examples=200)
def test_lower_keeps_the_meaning_of_cells(case: Any) -> None:
    made = assert_keeps(*case, "lower", float32=2e-5)
    assert not [op for op in walk(made.block) if op.kind.name == "recur"]
