"""What is known of lengths where a condition holds."""

from __future__ import annotations

import math

import pytest

from rnn2onnx.ir import Op, Value, parse
from rnn2onnx.ir.replay import rebuild
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.bounds import Bounds, bounds_of_range, bounds_where

ALL = (0, math.inf)


@pytest.mark.parametrize(
    ("condition", "where", "otherwise"),
    [
        ("less %n, %k", (0, 4), (5, math.inf)),
        ("less_equal %n, %k", (0, 5), (6, math.inf)),
        ("greater %n, %k", (6, math.inf), (0, 5)),
        ("greater_equal %n, %k", (5, math.inf), (0, 4)),
        ("less %k, %n", (6, math.inf), (0, 5)),
        ("equal %n, %k", ALL, ALL),
        ("less %n, %n", ALL, ALL),
    ],
)
def test_comparisons_of_a_length_bound_it(condition: str, where: tuple[float, float], otherwise: object) -> None:
    graph = parse(
        f"""graph g(%x: f32[B]) {{
  %s = shape %x : i64[1]
  %0 = const 0 : i64[]
  %k = const 5 : i64[]
  %n = gather %s, %0 {{axis=0}} : i64[]
  %p = {condition} : bool[]
  %q = not %p : bool[]
  %l = const 3 : i64[]
  %r = less %l, %n : bool[]
  %a = and %p, %r : bool[]
  return "p" = %p, "q" = %q, "a" = %a
}}"""
    )
    p, q, both = graph.block.results
    assert bounds_where(p, True).of("B") == where
    assert bounds_where(p, False).of("B") == otherwise
    assert bounds_where(q, False).of("B") == where
    assert bounds_where(both, True).of("B") == (max(where[0], 4), where[1])
    assert bounds_where(both, False).of("B") == ALL
    assert bounds_where(p, True).of(7) == (7, 7)


def test_a_product_above_zero_is_one_of_lengths_above_zero() -> None:
    graph = parse(
        """graph g(%x: f32[T, B]) {
  %0 = shape %x : i64[2]
  %1 = const 0 : i64[]
  %2 = const 1 : i64[]
  %3 = gather %0, %1 {axis=0} : i64[]
  %4 = gather %0, %2 {axis=0} : i64[]
  %5 = mul %3, %4 : i64[]
  %6 = less %1, %5 : bool[]
  %7 = cond %6 () {
    %8 = tanh %x : f32[T, B]
    return %8
  } () {
    %9 = exp %x : f32[T, B]
    return %9
  } : f32[T, B]
  return "y" = %7
}"""
    )
    known: dict[str, Bounds] = {}

    class Noting(BoundedCopier):
        def op(self, op: Op) -> tuple[Value, ...]:
            known[op.kind.name] = self.known
            return super().op(op)

    assert rebuild(graph, Noting) is graph
    assert [known["tanh"].of(dim)[0] for dim in "TB"] == [1, 1]
    assert [known["exp"].of(dim)[0] for dim in "TB"] == [0, 0]


def test_a_condition_found_in_branches_says_what_both_say() -> None:
    graph = parse(
        """graph g(%x: f32[B], %p: bool[]) {
  %s = shape %x : i64[1]
  %0 = const 0 : i64[]
  %5 = const 5 : i64[]
  %9 = const 9 : i64[]
  %n = gather %s, %0 {axis=0} : i64[]
  %many = less %5, %n : bool[]
  %q = cond %many () {
    %1 = less %n, %9 : bool[]
    return %1
  } () {
    %2 = less %0, %n : bool[]
    return %2
  } : bool[]
  %r = cond %p () {
    %3 = less %n, %9 : bool[]
    return %3
  } () {
    %4 = const false : bool[]
    return %4
  } : bool[]
  return "q" = %q, "r" = %r
}"""
    )
    q, r = graph.block.results
    # More than 5 and less than 9, or at most 5 and more than 0.
    assert bounds_where(q, True).of("B") == (1, 8)
    assert bounds_where(q, False).of("B") == (0, math.inf)
    # False in the other branch: it was not that one.
    assert bounds_where(r, True).of("B") == (0, 8)
    assert bounds_where(r, False).of("B") == ALL


@pytest.mark.parametrize(
    ("start", "end", "least"), [("0", "maximum %n, %5", 5), ("1", "maximum %n, %5", 0), ("0", "minimum %n, %5", 0)]
)
def test_numbers_up_to_a_maximum_are_as_many_at_least(start: str, end: str, least: int) -> None:
    graph = parse(
        f"""graph g(%n: i64[]) {{
  %0 = const {start} : i64[]
  %1 = const 1 : i64[]
  %5 = const 5 : i64[]
  %e = {end} : i64[]
  %r = range %0, %e, %1 : i64[R]
  return "r" = %r
}}"""
    )
    (made,) = (op for op in graph.block.ops if op.kind.name == "range")
    assert bounds_of_range(made).of("R")[0] == least
