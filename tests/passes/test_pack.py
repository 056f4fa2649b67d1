"""``pack``: what runs in tiles of fewer and fewer rows, and what stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn2onnx.ir import evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, run_passes
from rnn2onnx.passes.choice import Choice, Offer
from rnn2onnx.passes.tiling.pack import AS_THEY_ARE, SORTED, Pack
from tests.passes.running import kinds, normal
from tests.passes.sorted_rows import (
    EAGER,
    LAYERS,
    ONE,
    assert_means,
    feeds,
    native,
    packed,
)
from tests.random_graphs import assert_same

# -- what it makes -----------------------------------------------------------------------------------------------------


def test_a_recurrence_runs_in_a_loop_over_tiles() -> None:
    made = packed(parse(ONE))
    (loop,) = kinds(made, "scan")
    inside, plain = kinds(made, "recur")
    assert inside in list(walk(loop.blocks[0]))
    assert not inside.attrs["lengths"]
    assert plain.attrs["lengths"]
    assert inside.operands[0].type.shape[0] not in ("B", 5)


def test_layers_are_sorted_once_and_what_lies_between_runs_on_sorted_rows() -> None:
    made = packed(parse(LAYERS))
    assert len(kinds(made, "top_k")) == 2
    # As it was, and once for all tiles.
    assert len(kinds(made, "matmul")) == 2
    assert len(kinds(made, "recur")) == 2 * 2


def test_layers_that_walk_one_way_share_a_loop_and_others_take_turns() -> None:
    forwards = LAYERS.replace("reverse=true", "reverse=false")
    assert [op.attrs["reverse"] for op in kinds(packed(parse(forwards)), "scan")] == [False]
    assert [op.attrs["reverse"] for op in kinds(packed(parse(LAYERS)), "scan")] == [False, True]


def test_a_projection_that_only_the_second_loop_needs_is_computed_there() -> None:
    text = LAYERS.replace("add %2, %x", "add %2, %30").replace("  %7 =", "  %30 = matmul %x, %w : f32[T, B, 2]\n  %7 =")
    text = text.replace("%0 = matmul %x, %w", "%0 = add %x, %x")
    forwards, backwards = kinds(packed(parse(text)), "scan")
    assert "matmul" not in [op.kind.name for op in walk(forwards.blocks[0])]
    assert "matmul" in [op.kind.name for op in walk(backwards.blocks[0])]


def test_small_calls_run_it_as_it_was_and_need_no_guard() -> None:
    made, _ = run_passes(
        parse(ONE), [Pack(replace(EAGER, pack_tile=1.0)), *(each for each in PIPELINE if each.name == "lower")]
    )
    *_, last = [op for op in made.block.ops if op.kind.name == "cond"]
    assert "top_k" in [op.kind.name for op in walk(last.blocks[0])]
    assert "scan" in [op.kind.name for op in last.blocks[1].ops]


def test_lengths_that_were_clamped_are_the_same_lengths() -> None:
    text = LAYERS.replace(
        "  %7 =",
        """  %20 = shape %x : i64[3]
  %21 = const 0 : i64[]
  %22 = gather %20, %21 {axis=0} : i64[]
  %23 = cast %22 {dtype=i32} : i32[]
  %24 = const 0 : i32[]
  %25 = maximum %n, %24 : i32[B]
  %26 = minimum %25, %23 : i32[B]
  %7 =""",
    ).replace("recur %h, %7, %n", "recur %h, %7, %26")
    assert len(kinds(packed(parse(text)), "top_k")) == 2


def test_other_lengths_are_sorted_for_themselves() -> None:
    text = LAYERS.replace("%n: i32[B],", "%n: i32[B], %m: i32[B],").replace("recur %h, %7, %n", "recur %h, %7, %m")
    graph = parse(text)
    made = packed(graph)
    assert len(kinds(made, "top_k")) == 4
    given = feeds(5, 5, [5, 1, 3, 4, 2], m=np.array([2, 3, 0, 5, 1], np.int32))
    given["x"] = normal(0, 5, 5, 2)
    assert_same(evaluate(made, given), evaluate(graph, given))


def test_a_sum_that_is_not_zero_behind_the_lengths_is_computed_outside_too() -> None:
    text = LAYERS.replace('"first" = %1', '"first" = %1, "sum" = %7')
    graph = parse(text)
    made = packed(graph)
    assert kinds(made, "add")[-1] in made.block.ops
    assert_means(made, graph)


def test_a_long_chain_of_sums_is_followed_once() -> None:
    chain = "".join(
        f"  %t{each} = tanh %y{each} : f32[T, B, 2]\n  %y{each + 1} = add %y{each}, %t{each} : f32[T, B, 2]\n"
        for each in range(300)
    )
    text = ONE.replace("%0, %1 =", "%0, %y0 =").replace('  return "end"', f'{chain}  return "end"')
    graph = parse(text.replace('"y" = %1', '"y" = %y300'))
    made = packed(graph)
    assert len(kinds(made, "tanh")) == 2 * 301


def test_a_mask_by_the_lengths_is_not_computed_on_sorted_rows() -> None:
    text = ONE.replace(
        '  return "end"',
        """  %20 = shape %x : i64[3]
  %21 = const 0 : i64[]
  %22 = gather %20, %21 {axis=0} : i64[]
  %23 = const 1 : i64[]
  %24 = range %21, %22, %23 : i64[T]
  %25 = unsqueeze %24 {axes=[1]} : i64[T, 1]
  %26 = cast %n {dtype=i64} : i64[B]
  %27 = unsqueeze %26 {axes=[0]} : i64[1, B]
  %28 = less %25, %27 : bool[T, B]
  %29 = unsqueeze %28 {axes=[2]} : bool[T, B, 1]
  %30 = const 0.0 : f32[]
  %31 = exp %1 : f32[T, B, 2]
  %32 = where %29, %31, %30 : f32[T, B, 2]
  return "e" = %32, "end\"""",
    ).replace(', "y" = %1', "")
    graph = parse(text)
    made = packed(graph)
    given = feeds(5, 5, [5, 1, 3, 4, 2])
    assert_same(evaluate(made, given), evaluate(graph, given))
    # Once in the region as it was; rows are put back by the place of a row of zeros.
    assert len([op for op in kinds(made, "where") if op.results[0].type.rank == 3]) == 1


@pytest.mark.parametrize(("text", "kind"), [(native("gru", "forward"), "gru"), (LAYERS, "matmul")])
def test_large_weights_stand_there_once(text: str, kind: str) -> None:
    graph = parse(text)
    made = packed(graph, replace(EAGER, pack_weights=15))
    assert len(kinds(made, kind)) == 1
    assert_means(made, graph)


# -- what stays --------------------------------------------------------------------------------------------------------


def test_one_row_is_not_sorted() -> None:
    graph = parse(ONE.replace("B", "1"))
    assert packed(graph) is graph


def test_without_lengths_nothing_changes() -> None:
    graph = parse(ONE.replace(", %n {lengths=true", " {lengths=false"))
    assert packed(graph) is graph


def test_rows_that_see_each_other_stay_together() -> None:
    mixed = """%2, %3 : f32[B, 2]
    %7 = reduce_max %4 {axes=[0], keepdims=true} : f32[1, 2]
    %5 = add %4, %7 : f32[B, 2]"""
    graph = parse(ONE.replace("%2, %3 : f32[B, 2]\n    %5 = tanh %4 : f32[B, 2]", mixed))
    assert packed(graph) is graph


def test_a_body_that_refers_to_all_rows_stays() -> None:
    graph = parse(ONE.replace("add %2, %3", "add %2, %h"))
    assert packed(graph) is graph


def test_a_state_without_rows_stays() -> None:
    text = """graph g(%x: f32[T, B, 2], %n: i32[B], %c: f32[]) {
  %0, %1 = recur %c, %x, %n {lengths=true, reverse=false, states=1, unmasked=[0]} (%2: f32[], %3: f32[B, 2]) {
    %4 = add %2, %2 : f32[]
    %5 = add %2, %3 : f32[B, 2]
    return %4, %5
  } : f32[], f32[T, B, 2]
  return "c" = %0, "y" = %1
}"""
    graph = parse(text)
    assert packed(graph) is graph


def test_a_walk_in_each_step_of_a_loop_stays() -> None:
    body = "\n    ".join(ONE.splitlines()[1:-2]).replace("%h,", "%s,")
    text = f"""graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2], %z: f32[3, B, 2]) {{
  %20 = recur %h, %z {{lengths=false, reverse=false, states=1, unmasked=[]}} (%s: f32[B, 2], %u: f32[B, 2]) {{
    {body}
    return %0
  }} : f32[B, 2]
  return "h" = %20
}}"""
    graph = parse(text)
    assert packed(graph) is graph


def test_it_can_be_told_not_to_sort_and_says_that_it_may() -> None:
    offers: dict[str, Offer] = {}
    graph = parse(LAYERS)
    assert run_passes(graph, [Pack(EAGER, Choice(EAGER, offers=offers))])[0] is not graph
    ((key, offer),) = offers.items()
    assert offer == Offer((SORTED, AS_THEY_ARE), "B", "T", between=False, above=offer.above)
    assert run_passes(graph, [Pack(EAGER, Choice(EAGER, forced={key: AS_THEY_ARE}))])[0] is graph
    assert run_passes(graph, [Pack(EAGER, Choice(EAGER, forced={key: SORTED}))])[0] is not graph
