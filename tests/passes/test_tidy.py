"""``tidy``: what loops and branches give for nobody is gone."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, quick
from tests.random_graphs import random_graph


def test_rows_that_nothing_uses_are_not_stacked() -> None:
    text = """graph g(%x: f32[4, B, 3], %h: f32[B, 3]) {
  %0, %1, %2 = scan %h, %x {reverse=false, states=1} (%3: f32[B, 3], %4: f32[B, 3]) {
    %5 = add %3, %4 : f32[B, 3]
    %6 = tanh %5 : f32[B, 3]
    %7 = exp %5 : f32[B, 3]
    return %6, %6, %7
  } : f32[B, 3], f32[4, B, 3], f32[4, B, 3]
  return "y" = %1
}"""
    assert (
        after("tidy", text)
        == """graph g(%x: f32[4, B, 3], %h: f32[B, 3]) {
  %0, %1 = scan %h, %x {reverse=false, states=1} (%2: f32[B, 3], %3: f32[B, 3]) {
    %4 = add %2, %3 : f32[B, 3]
    %5 = tanh %4 : f32[B, 3]
    return %5, %5
  } : f32[B, 3], f32[4, B, 3]
  return "y" = %1
}"""
    )


def test_results_of_branches_that_nothing_uses_are_not_computed() -> None:
    text = """graph g(%x: f32[B, 3], %p: bool[]) {
  %0, %1 = cond %p () {
    %2 = tanh %x : f32[B, 3]
    %3 = sin %x : f32[B, 3]
    return %2, %3
  } () {
    %4 = exp %x : f32[B, 3]
    return %4, %x
  } : f32[B, 3], f32[B, 3]
  return "y" = %0
}"""
    assert (
        after("tidy", text)
        == """graph g(%x: f32[B, 3], %p: bool[]) {
  %0 = cond %p () {
    %1 = tanh %x : f32[B, 3]
    return %1
  } () {
    %2 = exp %x : f32[B, 3]
    return %2
  } : f32[B, 3]
  return "y" = %0
}"""
    )


def test_what_only_dead_rows_needed_goes_too() -> None:
    text = """graph g(%x: f32[4, B, 3], %p: bool[]) {
  %0, %1 = scan %x {reverse=false, states=0} (%2: f32[B, 3]) {
    %3, %4 = cond %p () {
      %5 = tanh %2 : f32[B, 3]
      %6 = sin %2 : f32[B, 3]
      return %5, %6
    } () {
      return %2, %2
    } : f32[B, 3], f32[B, 3]
    return %3, %4
  } : f32[4, B, 3], f32[4, B, 3]
  return "y" = %0
}"""
    assert (
        after("tidy", text)
        == """graph g(%x: f32[4, B, 3], %p: bool[]) {
  %0 = scan %x {reverse=false, states=0} (%1: f32[B, 3]) {
    %2 = cond %p () {
      %3 = tanh %1 : f32[B, 3]
      return %3
    } () {
      return %1
    } : f32[B, 3]
    return %2
  } : f32[4, B, 3]
  return "y" = %0
}"""
    )


@given(random_graph())
@quick
def test_tidy_keeps_the_meaning(case: Any) -> None:
    assert_keeps(*case, "tidy", float32=2e-5)


@given(random_recurrence())
@quick
def test_tidy_keeps_the_meaning_of_lowered_cells(case: Any) -> None:
    assert_keeps(*case, "lower", "tidy", float32=2e-5)
