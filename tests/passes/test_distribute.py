"""``distribute``: what is not sequential leaves the loop, and each recurrence is a minimal one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.ir import evaluate, parse, walk
from rnn2onnx.passes import Distribute, run_passes
from rnn2onnx.passes.dependence import components
from rnn2onnx.passes.distributing.invariants import hoist
from rnn2onnx.passes.distributing.separate import separate
from rnn2onnx.passes.distributing.split_states import split_states
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, decisions, normal, quick
from tests.random_graphs import assert_same, random_graph


def test_projections_run_before_the_loop_and_residuals_behind_it() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %w = const [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]] : f32[4, 2]
  %b = const [9.0, 10.0] : f32[2]
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = concat %3, %2 {axis=1} : f32[B, 4]
    %5 = matmul %4, %w : f32[B, 2]
    %6 = add %5, %b : f32[B, 2]
    %7 = tanh %6 : f32[B, 2]
    %8 = add %7, %3 : f32[B, 2]
    return %7, %8
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %0, "y" = %1
}"""
    assert (
        after("distribute", text)
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %b = const [9.0, 10.0] : f32[2]
  %0 = const [[1.0, 2.0], [3.0, 4.0]] : f32[2, 2]
  %1 = const [[5.0, 6.0], [7.0, 8.0]] : f32[2, 2]
  %2 = matmul %x, %0 : f32[T, B, 2]
  %3 = add %2, %b : f32[T, B, 2]
  %4, %5 = recur %h, %3 {lengths=false, reverse=false, states=1, unmasked=[]} (%6: f32[B, 2], %7: f32[B, 2]) {
    %8 = matmul %6, %1 : f32[B, 2]
    %9 = add %7, %8 : f32[B, 2]
    %10 = tanh %9 : f32[B, 2]
    return %10, %10
  } : f32[B, 2], f32[T, B, 2]
  %11 = add %5, %x : f32[T, B, 2]
  return "h" = %4, "y" = %11
}"""
    )


def test_a_stack_falls_into_its_layers_and_what_is_behind_them_is_masked() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %n: i64[B]) {
  %0, %1, %2 = recur %h, %h, %x, %n {lengths=true, reverse=false, states=2, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2], %5: f32[B, 2]) {
    %6 = add %3, %5 : f32[B, 2]
    %7 = tanh %6 : f32[B, 2]
    %8 = add %4, %7 : f32[B, 2]
    %9 = tanh %8 : f32[B, 2]
    %10 = exp %9 : f32[B, 2]
    return %7, %9, %10
  } : f32[B, 2], f32[B, 2], f32[T, B, 2]
  return "a" = %0, "b" = %1, "y" = %2
}"""  # noqa: E501
    assert (
        after("distribute", text)
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %n: i64[B]) {
  %0 = shape %x : i64[3]
  %1 = const 0 : i64[]
  %2 = gather %0, %1 {axis=0} : i64[]
  %3 = const 1 : i64[]
  %4, %5 = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%6: f32[B, 2], %7: f32[B, 2]) {
    %8 = add %6, %7 : f32[B, 2]
    %9 = tanh %8 : f32[B, 2]
    return %9, %9
  } : f32[B, 2], f32[T, B, 2]
  %10, %11 = recur %h, %5, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%12: f32[B, 2], %13: f32[B, 2]) {
    %14 = add %12, %13 : f32[B, 2]
    %15 = tanh %14 : f32[B, 2]
    return %15, %15
  } : f32[B, 2], f32[T, B, 2]
  %16 = exp %11 : f32[T, B, 2]
  %17 = const 0.0 : f32[]
  %18 = cast %n {dtype=i64} : i64[B]
  %19 = range %1, %2, %3 : i64[T]
  %20 = unsqueeze %19 {axes=[1]} : i64[T, 1]
  %21 = unsqueeze %18 {axes=[0]} : i64[1, B]
  %22 = less %20, %21 : bool[T, B]
  %23 = unsqueeze %22 {axes=[2]} : bool[T, B, 1]
  %24 = where %23, %16, %17 : f32[T, B, 2]
  return "a" = %4, "b" = %10, "y" = %24
}"""
    )


def test_a_joint_state_becomes_two() -> None:
    text = """graph g(%x: f32[4, 3, 2], %s: f32[3, 4]) {
  %0 = const [0] : i64[1]
  %2 = const [2] : i64[1]
  %4 = const [4] : i64[1]
  %end = recur %s, %x {lengths=false, reverse=true, states=1, unmasked=[]} (%j: f32[3, 4], %v: f32[3, 2]) {
    %c = slice %j, %0, %2 {axes=[1], steps=[1]} : f32[3, 2]
    %h = slice %j, %2, %4 {axes=[1], steps=[1]} : f32[3, 2]
    %d = mul %c, %h : f32[3, 2]
    %e = add %d, %v : f32[3, 2]
    %new = concat %d, %e {axis=1} : f32[3, 4]
    return %new
  } : f32[3, 4]
  return "s" = %end
}"""
    graph = split_states(parse(text))
    (recur,) = [op for op in walk(graph.block) if op.kind.name == "recur"]
    assert recur.attrs["states"] == 2
    assert [str(value.type) for value in recur.results] == ["f32[3, 2]", "f32[3, 2]"]
    feeds = {"x": normal(1, 4, 3, 2), "s": normal(2, 3, 4)}
    assert_same(evaluate(graph, feeds), evaluate(parse(text), feeds))


@pytest.mark.parametrize("use", ["row", "branch", "other columns"])
def test_a_joint_state_that_is_looked_at_as_a_whole_stays(use: str) -> None:
    inner = "%w = slice %j, %0, %2 {axes=[1], steps=[1]} : f32[3, 2]"
    if use == "branch":
        inner = """%w = cond %p () {
      %c1 = slice %j, %0, %2 {axes=[1], steps=[1]} : f32[3, 2]
      return %c1
    } () {
      %c2 = slice %j, %2, %4 {axes=[1], steps=[1]} : f32[3, 2]
      return %c2
    } : f32[3, 2]"""
    if use == "other columns":
        inner = "%w = slice %j, %1, %3 {axes=[1], steps=[1]} : f32[3, 2]"
    row = "%j" if use == "row" else "%v"
    text = f"""graph g(%x: f32[4, 3, 2], %s: f32[3, 4], %p: bool[]) {{
  %0 = const [0] : i64[1]
  %1 = const [1] : i64[1]
  %2 = const [2] : i64[1]
  %3 = const [3] : i64[1]
  %4 = const [4] : i64[1]
  %end, %rows = recur %s, %x {{lengths=false, reverse=false, states=1, unmasked=[]}} (%j: f32[3, 4], %v: f32[3, 2]) {{
    {inner}
    %d = mul %w, %v : f32[3, 2]
    %e = tanh %d : f32[3, 2]
    %new = concat %d, %e {{axis=1}} : f32[3, 4]
    return %new, {row}
  }} : f32[3, 4], f32[4, 3, {4 if use == "row" else 2}]
  return "s" = %end, "y" = %rows
}}"""
    graph = parse(text)
    (recur,) = [op for op in walk(split_states(graph).block) if op.kind.name == "recur"]
    assert recur.attrs["states"] == 1
    assert_keeps(graph, {"x": normal(1, 4, 3, 2), "s": normal(2, 3, 4), "p": np.array(True)}, "distribute")


def test_what_no_step_changes_runs_once_but_not_a_look_up() -> None:
    text = """graph g(%x: f32[T, B, 2], %k: i64[B], %table: f32[5, 2]) {
  %0 = recur %x {lengths=false, reverse=false, states=0, unmasked=[]} (%1: f32[B, 2]) {
    %2 = exp %table : f32[5, 2]
    %3 = gather %2, %k {axis=0} : f32[B, 2]
    %4 = mul %1, %3 : f32[B, 2]
    return %4
  } : f32[T, B, 2]
  return "y" = %0
}"""
    assert (
        str(hoist(parse(text)))
        == """graph g(%x: f32[T, B, 2], %k: i64[B], %table: f32[5, 2]) {
  %0 = exp %table : f32[5, 2]
  %1 = recur %x {lengths=false, reverse=false, states=0, unmasked=[]} (%2: f32[B, 2]) {
    %3 = gather %0, %k {axis=0} : f32[B, 2]
    %4 = mul %2, %3 : f32[B, 2]
    return %4
  } : f32[T, B, 2]
  return "y" = %1
}"""
    )


def test_a_look_up_of_padding_does_not_leave_the_table() -> None:
    """Steps past a row's length may hold any index; run for all steps at once they must not be looked up."""
    text = """graph g(%ids: i64[T, B], %n: i64[B]) {
  %0 = const [[1.0, 2.0], [3.0, 4.0]] : f32[2, 2]
  %1 = recur %ids, %n {lengths=true, reverse=false, states=0, unmasked=[]} (%2: i64[B]) {
    %3 = gather %0, %2 {axis=0} : f32[B, 2]
    return %3
  } : f32[T, B, 2]
  return "y" = %1
}"""
    made = run_passes(parse(text), [Distribute()])[0]
    assert not [op for op in walk(made.block) if op.kind.name == "recur"]
    found = evaluate(made, {"ids": np.array([[1, 0], [0, 99], [-7, 12]]), "n": np.array([2, 1])})["y"]
    np.testing.assert_array_equal(found, [[[3, 4], [1, 2]], [[1, 2], [0, 0]], [[0, 0], [0, 0]]])


def test_terms_free_of_state_are_summed_first() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %b: f32[2]) {
  %0 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%1: f32[B, 2], %2: f32[B, 2]) {
    %3 = add %2, %1 : f32[B, 2]
    %4 = add %3, %b : f32[B, 2]
    return %4
  } : f32[B, 2]
  return "h" = %0
}"""
    assert (
        str(separate(parse(text)))
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %b: f32[2]) {
  %0 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%1: f32[B, 2], %2: f32[B, 2]) {
    %3 = add %2, %b : f32[B, 2]
    %4 = add %3, %1 : f32[B, 2]
    return %4
  } : f32[B, 2]
  return "h" = %0
}"""
    )


MIXED = """graph g(%x: f32[T, B, 2], %n: i64[B], %h: f32[B, 2]) {{
  %0, %1, %2 = recur %h, %h, %x, %n {{lengths=true, reverse=false, states=2, unmasked=[]}} (%3: f32[B, 2], %4: f32[B, 2], %5: f32[B, 2]) {{
    %6 = add %3, %5 : f32[B, 2]
    {between}
    %9 = add %4, %8 : f32[B, 2]
    return %6, %9, %9
  }} : f32[B, 2], f32[B, 2], f32[T, B, 2]
  return "a" = %0, "b" = %1, "y" = %2
}}"""  # noqa: E501


@pytest.mark.parametrize(
    ("between", "word"),
    [
        ("%7 = reduce_mean %6 {axes=[0], keepdims=true} : f32[1, 2]\n    %8 = add %7, %6 : f32[B, 2]", "reduce_mean"),
        ("%8 = reverse %6 {axes=[0]} : f32[B, 2]", "reverse"),
        ("%8 = cumsum %6 {axis=0, exclusive=false, reverse=false} : f32[B, 2]", "cumsum"),
        ("%8 = softmax %6 {axis=0} : f32[B, 2]", "softmax"),
        (
            "%7 = transpose %6 {perm=[1, 0]} : f32[2, B]\n    %a = matmul %7, %6 : f32[2, 2]\n"
            "    %8 = matmul %6, %a : f32[B, 2]",
            "transpose",
        ),
    ],
)
def test_a_body_stays_whole_where_rows_that_ended_reach_others(between: str, word: str) -> None:
    """Past its length a row of the first layer goes on being computed; cut off, the second layer would see zeros."""
    text = MIXED.format(between=between)
    feeds = {"x": normal(1, 4, 3, 2), "n": np.array([1, 4, 2]), "h": normal(2, 3, 2)}
    made = assert_keeps(parse(text), feeds, "fold", "distribute", "recognise", "lower", "tidy")
    assert len([op for op in walk(made.block) if op.kind.name == "scan"]) == 1
    (decision,) = decisions(text)
    assert f"{word} mixes the rows of a batch" in decision.why


@pytest.mark.parametrize(
    "between",
    [
        "%8 = softmax %6 {axis=1} : f32[B, 2]",
        "%7 = reduce_max %6 {axes=[1], keepdims=true} : f32[B, 1]\n    %8 = sub %6, %7 : f32[B, 2]",
        "%8 = reverse %6 {axes=[1]} : f32[B, 2]",
    ],
)
def test_a_body_is_cut_where_rows_keep_to_themselves(between: str) -> None:
    text = MIXED.format(between=between)
    feeds = {"x": normal(1, 4, 3, 2), "n": np.array([1, 4, 2]), "h": normal(2, 3, 2)}
    made = assert_keeps(parse(text), feeds, "distribute")
    assert len([op for op in made.block.ops if op.kind.name == "recur"]) == 2


def test_numbers_of_a_step_end_with_the_longest_row() -> None:
    text = """graph g(%x: f32[T, B, 2], %n: i64[B]) {
  %0 = recur %x, %n {lengths=true, reverse=false, states=0, unmasked=[]} (%1: f32[B, 2]) {
    %2 = reduce_sum %1 {axes=[0, 1], keepdims=false} : f32[]
    return %2
  } : f32[T]
  return "y" = %0
}"""
    feeds = {"x": np.ones((4, 2, 2), np.float32), "n": np.array([1, 2])}
    made = assert_keeps(parse(text), feeds, "fold", "distribute", "recognise", "lower", "tidy")
    np.testing.assert_array_equal(evaluate(made, feeds)["y"], [4, 4, 0, 0])


def test_components_come_after_those_they_read() -> None:
    assert components({0: [1], 1: [0, 2], 2: [], 3: [3, 0]}) == [(2,), (0, 1), (3,)]


@given(random_graph())
@quick
def test_distribute_keeps_the_meaning(case: Any) -> None:
    assert_keeps(*case, "distribute", float32=2e-5)


@given(random_recurrence())
@settings(quick, max_examples=250)
def test_distribute_keeps_the_meaning_of_cells(case: Any) -> None:
    assert_keeps(*case, "distribute", float32=2e-5)


def test_states_that_grow_stay_in_one_loop() -> None:
    text = """graph g(%x: f32[T, B, 2], %s: f32[B, W], %h: f32[B, 2]) {
  %0, %1, %2 = recur %s, %h, %x {lengths=false, reverse=false, states=2, unmasked=[]} (%3: f32[B, W], %4: f32[B, 2], %5: f32[B, 2]) {
    %6 = concat %3, %5 {axis=1} : f32[B, N]
    %7 = reduce_sum %3 {axes=[1], keepdims=true} : f32[B, 1]
    %8 = mul %4, %7 : f32[B, 2]
    return %6, %8, %8
  } : f32[B, ?], f32[B, 2], f32[T, B, 2]
  return "s" = %0, "h" = %1, "y" = %2
}"""  # noqa: E501
    feeds = {"x": normal(1, 3, 2, 2), "s": normal(2, 2, 1), "h": normal(3, 2, 2)}
    made = assert_keeps(parse(text), feeds, "fold", "distribute", "recognise", "lower", "tidy")
    assert evaluate(made, feeds)["s"].shape == (2, 7)
    (decision,) = decisions(text)
    assert decision.became == "Loop"
    assert "another shape in each step" in decision.why
