"""``fold``: constants, identities, shape arithmetic, branches that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from rnn2onnx.ir import evaluate, parse
from rnn2onnx.passes import Fold
from rnn2onnx.passes.report import Report
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, quick
from tests.random_graphs import assert_same, random_graph


def test_what_is_constant_is_computed() -> None:
    text = """graph g(%x: f32[B, 2]) {
  %0 = const [1.0, 2.0] : f32[2]
  %1 = const [3.0, 4.0] : f32[2]
  %2 = add %0, %1 : f32[2]
  %3 = add %x, %2 : f32[B, 2]
  return "y" = %3
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[B, 2]) {
  %0 = const [4.0, 6.0] : f32[2]
  %1 = add %x, %0 : f32[B, 2]
  return "y" = %1
}"""
    )


def test_a_length_that_is_a_number_is_a_constant() -> None:
    text = """graph g(%x: f32[B, 2]) {
  %0 = shape %x : i64[2]
  %1 = const 1 : i64[]
  %2 = gather %0, %1 {axis=0} : i64[]
  %3 = add %2, %1 : i64[]
  return "y" = %3
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[B, 2]) {
  %0 = const 3 : i64[]
  return "y" = %0
}"""
    )


def test_what_changes_nothing_is_gone() -> None:
    text = """graph g(%x: f32[2, 3]) {
  %0 = identity %x : f32[2, 3]
  %1 = cast %0 {dtype=f32} : f32[2, 3]
  %2 = transpose %1 {perm=[0, 1]} : f32[2, 3]
  %3 = const [2, 3] : i64[2]
  %4 = reshape %2, %3 : f32[2, 3]
  %5 = concat %4 {axis=0} : f32[2, 3]
  %6 = squeeze %5 {axes=[]} : f32[2, 3]
  %7 = tanh %6 : f32[2, 3]
  return "y" = %7
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[2, 3]) {
  %0 = tanh %x : f32[2, 3]
  return "y" = %0
}"""
    )


def test_a_shape_needs_no_transpose() -> None:
    text = """graph g(%x: f32[A, B, 3]) {
  %0 = transpose %x {perm=[2, 0, 1]} : f32[3, A, B]
  %1 = shape %0 : i64[3]
  return "shape" = %1
}"""
    made = after("fold", text)
    assert "transpose" not in made
    given = {"x": np.zeros((4, 5, 3), np.float32)}
    assert_same(evaluate(parse(made), given), evaluate(parse(text), given))


def test_there_and_back_is_nothing() -> None:
    text = """graph g(%x: f32[A, B, 3]) {
  %0 = transpose %x {perm=[1, 0, 2]} : f32[B, A, 3]
  %1 = transpose %0 {perm=[1, 0, 2]} : f32[A, B, 3]
  %2 = unsqueeze %1 {axes=[1]} : f32[A, 1, B, 3]
  %3 = squeeze %2 {axes=[1]} : f32[A, B, 3]
  %4 = exp %3 : f32[A, B, 3]
  return "y" = %4
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[A, B, 3]) {
  %0 = exp %x : f32[A, B, 3]
  return "y" = %0
}"""
    )


def test_integers_that_go_through_floats_are_narrowed_as_floats() -> None:
    text = """graph g(%x: u32[B]) {
  %0 = cast %x {dtype=f64} : f64[B]
  %1 = cast %0 {dtype=i32} : i32[B]
  return "y" = %1
}"""
    assert after("fold", text) == text
    back = text.replace("i32", "u32")
    assert "cast" not in after("fold", back)


def test_an_integer_cast_wider_and_on_is_cast_once_and_one_cast_narrower_is_not() -> None:
    text = """graph g(%x: i32[B]) {
  %0 = cast %x {dtype=i64} : i64[B]
  %1 = cast %0 {dtype=i32} : i32[B]
  %2 = cast %x {dtype=u8} : u8[B]
  %3 = cast %2 {dtype=i32} : i32[B]
  return "a" = %1, "b" = %3
}"""
    assert (
        after("fold", text)
        == """graph g(%x: i32[B]) {
  %0 = cast %x {dtype=u8} : u8[B]
  %1 = cast %0 {dtype=i32} : i32[B]
  return "a" = %x, "b" = %1
}"""
    )


def test_a_number_spread_over_a_shape_that_is_there_anyway_is_the_number() -> None:
    text = """graph g(%x: f32[B, 2], %p: bool[B, 2], %s: i64[2]) {
  %0 = const 3.0 : f32[]
  %1 = shape %x : i64[2]
  %2 = expand %0, %1 : f32[B, 2]
  %3 = where %p, %x, %2 : f32[B, 2]
  %4 = mul %2, %2 : f32[B, 2]
  %5 = reverse %3 {axes=[0]} : f32[B, 2]
  %6 = reverse %5 {axes=[0]} : f32[B, 2]
  return "a" = %6, "b" = %4
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[B, 2], %p: bool[B, 2], %s: i64[2]) {
  %0 = const 3.0 : f32[]
  %1 = shape %x : i64[2]
  %2 = expand %0, %1 : f32[B, 2]
  %3 = where %p, %x, %0 : f32[B, 2]
  %4 = mul %2, %2 : f32[B, 2]
  return "a" = %3, "b" = %4
}"""
    )


SLICES = """graph g(%x: f32[B, 3, 2]) {
  %0 = const 0 : i64[]
  %1 = const 1 : i64[]
  %2 = const 2 : i64[]
  %3 = gather %x, FIRST {axis=1} : f32[B, 2]
  %4 = gather %x, %1 {axis=1} : f32[B, 2]
  %5 = gather %x, %2 {axis=1} : f32[B, 2]
  %6 = unsqueeze %3 {axes=[0]} : f32[1, B, 2]
  %7 = unsqueeze %4 {axes=[0]} : f32[1, B, 2]
  %8 = unsqueeze %5 {axes=[0]} : f32[1, B, 2]
  %9 = concat %6, %7, %8 {axis=0} : f32[3, B, 2]
  return "y" = %9
}"""


def test_all_slices_stacked_are_the_tensor_with_an_axis_moved() -> None:
    assert (
        after("fold", SLICES.replace("FIRST", "%0"))
        == """graph g(%x: f32[B, 3, 2]) {
  %0 = transpose %x {perm=[1, 0, 2]} : f32[3, B, 2]
  return "y" = %0
}"""
    )
    assert "concat" in after("fold", SLICES.replace("FIRST", "%2"))


def test_one_slice_of_a_stack_is_that_slice() -> None:
    text = SLICES.replace("FIRST", "%2").replace(
        'return "y" = %9', '%10 = gather %9, %1 {axis=0} : f32[B, 2]\n  return "y" = %10'
    )
    assert (
        after("fold", text)
        == """graph g(%x: f32[B, 3, 2]) {
  %0 = const 1 : i64[]
  %1 = gather %x, %0 {axis=1} : f32[B, 2]
  return "y" = %1
}"""
    )


def test_neutral_numbers_go_but_not_where_they_widen_or_negate() -> None:
    text = """graph g(%x: f32[B, 3], %s: f32[]) {
  %0 = const 0.0 : f32[]
  %1 = const 1.0 : f32[]
  %2 = add %0, %x : f32[B, 3]
  %3 = mul %2, %1 : f32[B, 3]
  %4 = sub %0, %3 : f32[B, 3]
  %5 = div %4, %1 : f32[B, 3]
  %6 = const [0.0] : f32[1]
  %7 = add %s, %6 : f32[1]
  return "y" = %5, "z" = %7
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[B, 3], %s: f32[]) {
  %0 = const 0.0 : f32[]
  %1 = sub %0, %x : f32[B, 3]
  %2 = const [0.0] : f32[1]
  %3 = add %s, %2 : f32[1]
  return "y" = %1, "z" = %3
}"""
    )


@pytest.mark.parametrize(("flag", "kind"), [("true", "tanh"), ("false", "exp")])
def test_a_known_condition_leaves_its_branch(flag: str, kind: str) -> None:
    text = f"""graph g(%x: f32[B, 3]) {{
  %0 = const {flag} : bool[]
  %1 = cond %0 () {{
    %2 = tanh %x : f32[B, 3]
    return %2
  }} () {{
    %3 = exp %x : f32[B, 3]
    return %3
  }} : f32[B, 3]
  return "y" = %1
}}"""
    assert (
        after("fold", text)
        == f"""graph g(%x: f32[B, 3]) {{
  %0 = {kind} %x : f32[B, 3]
  return "y" = %0
}}"""
    )


def test_bodies_are_folded_too() -> None:
    text = """graph g(%x: f32[T, B, 2]) {
  %0 = const [1.0, 2.0] : f32[2]
  %1 = recur %x {lengths=false, reverse=false, states=0, unmasked=[]} (%2: f32[B, 2]) {
    %3 = neg %0 : f32[2]
    %4 = identity %2 : f32[B, 2]
    %5 = sub %4, %3 : f32[B, 2]
    return %5
  } : f32[T, B, 2]
  return "y" = %1
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[T, B, 2]) {
  %0 = const [-1.0, -2.0] : f32[2]
  %1 = recur %x {lengths=false, reverse=false, states=0, unmasked=[]} (%2: f32[B, 2]) {
    %3 = sub %2, %0 : f32[B, 2]
    return %3
  } : f32[T, B, 2]
  return "y" = %1
}"""
    )


def test_what_has_no_elements_is_not_computed() -> None:
    text = """graph g(%x: f32[4, 0, 2], %h: f32[0, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[0, 2], %3: f32[0, 2]) {
    %4 = mul %2, %3 : f32[0, 2]
    return %4, %4
  } : f32[0, 2], f32[4, 0, 2]
  %5 = reduce_sum %1 {axes=[1], keepdims=false} : f32[4, 2]
  return "y" = %5
}"""
    assert (
        after("fold", text)
        == """graph g(%x: f32[4, 0, 2], %h: f32[0, 2]) {
  %0 = const [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]] : f32[4, 2]
  return "y" = %0
}"""
    )


def test_random_numbers_are_not_drawn_while_compiling() -> None:
    text = """graph g() {
  %0 = const [2] : i64[1]
  %1 = random %0 {a=0.0, b=1.0, distribution="uniform", dtype=f32, seed=1} : f32[2]
  %2 = random %0 {a=0.0, b=1.0, distribution="uniform", dtype=f32, seed=1} : f32[2]
  %3 = sub %1, %2 : f32[2]
  return "y" = %3
}"""
    assert after("fold", text) == text


def test_a_folded_graph_is_the_very_same_object() -> None:
    graph = parse("""graph g(%x: f32[B, 2]) {
  %0 = tanh %x : f32[B, 2]
  return "y" = %0
}""")
    assert Fold()(graph, Report()) is graph


@given(random_graph())
@quick
def test_fold_keeps_the_meaning(case: Any) -> None:
    assert_keeps(*case, "fold", float32=2e-5)


@given(random_recurrence())
@quick
def test_fold_keeps_the_meaning_of_cells(case: Any) -> None:
    assert_keeps(*case, "fold", float32=2e-5)


def filled_up(name: str) -> str:
    """Rows [B, 2] filled up to as many as ``name``, as an array is whose rows get their shape late."""
    return f"""graph g(%x: f32[B, 2], %y: f32[C, 2]) {{
  %0 = const 0 : i64[]
  %1 = const [0, 0] : i64[2]
  %2 = const [0] : i64[1]
  %3 = const 0.0 : f32[]
  %4 = shape %x : i64[2]
  %5 = gather %4, %0 {{axis=0}} : i64[]
  %6 = shape %{name} : i64[2]
  %7 = gather %6, %0 {{axis=0}} : i64[]
  %8 = sub %7, %5 : i64[]
  %9 = unsqueeze %8 {{axes=[0]}} : i64[1]
  %10 = concat %1, %9, %2 {{axis=0}} : i64[4]
  %11 = pad %x, %10, %3 {{mode="constant"}} : f32[n, 2]
  %12 = reshape %11, %6 : f32[{"B" if name == "x" else "C"}, 2]
  return "y" = %12
}}"""


def test_rows_filled_up_to_the_length_they_have_are_these_rows() -> None:
    assert after("fold", filled_up("x")) == 'graph g(%x: f32[B, 2], %y: f32[C, 2]) {\n  return "y" = %x\n}'
    assert "pad" in after("fold", filled_up("y"))
