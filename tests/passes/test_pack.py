"""``pack``: rows sorted by length run in tiles of fewer and fewer rows, and mean the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.exporter import export
from rnn2onnx.ir import Graph, Op, evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, Pass, pipeline, run_passes
from rnn2onnx.passes.choice import Choice, Offer
from rnn2onnx.passes.tiling.pack import AS_THEY_ARE, SORTED, Pack
from rnn2onnx.targets import ONNXRUNTIME
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, normal, quick
from tests.random_graphs import assert_same

EAGER = replace(ONNXRUNTIME, pack_rows=2, pack_share=0.01, pack_sort=0.0, pack_tile=0.01)
"""Sorts rows however little that saves, in tiles of one step."""
TILES = [0.01, 0.2, 1e3]
"""What a tile costs, so that it is of one step, of some, or of all."""

LAYERS = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %0 = matmul %x, %w : f32[T, B, 2]
  %1, %2 = recur %h, %0, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  } : f32[B, 2], f32[T, B, 2]
  %7 = add %2, %x : f32[T, B, 2]
  %8, %9 = recur %h, %7, %n {lengths=true, reverse=true, states=1, unmasked=[]} (%10: f32[B, 2], %11: f32[B, 2]) {
    %12 = mul %10, %11 : f32[B, 2]
    %13 = tanh %12 : f32[B, 2]
    return %13, %13
  } : f32[B, 2], f32[T, B, 2]
  %14 = transpose %9 {perm=[1, 0, 2]} : f32[B, T, 2]
  return "first" = %1, "last" = %8, "y" = %14
}"""

ONE = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = add %2, %3 : f32[B, 2]
    %5 = tanh %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[T, B, 2]
  return "end" = %0, "y" = %1
}"""


def packed(graph: Graph, target: Any = EAGER) -> Graph:
    return run_passes(graph, [Pack(target)])[0]


def kinds(graph: Graph, name: str) -> list[Op]:
    return [op for op in walk(graph.block) if op.kind.name == name]


def feeds(steps: int, rows: int, lengths: Any, **more: Any) -> dict[str, Any]:
    """An input whose padding is not a number, and the rest."""
    x = normal(0, steps, rows, 2)
    x[np.arange(steps)[:, None] >= np.maximum(lengths, 0)[None]] = np.nan
    return {"x": x, "n": np.array(lengths, np.int32).reshape(rows), "h": normal(1, rows, 2), **more}


SIZES = [(0, 5), (5, 0), (1, 3), (3, 1), (0, 0)]
LENGTHS = [[5, 1, 3, 4, 2], [0, 0, 0, 0, 5], [5, 5, 5, 5, 5], [0] * 5, [-3, 9, 2, 2, 7], [1, 1, 1, 5, 1], [-1] * 5]


def assert_means(made: Graph, graph: Graph) -> None:
    """Lengths and sizes of all sorts give the same."""
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths)
        assert_same(evaluate(made, given), evaluate(graph, given))
    for steps, rows in SIZES:
        given = feeds(steps, rows, np.full(rows, steps))
        assert_same(evaluate(made, given), evaluate(graph, given))


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
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths)
        assert_same(evaluate(made, given), evaluate(graph, given))


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


# -- what it means -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("text", [ONE, LAYERS])
def test_lengths_of_all_sorts(text: str, tile: float) -> None:
    graph = parse(text)
    made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
    assert made is not graph
    assert_means(made, graph)


@settings(quick, max_examples=40)
@given(random_recurrence(), st.sampled_from(TILES))
def test_random_recurrences(case: Any, tile: float) -> None:
    graph, given = case
    for names in ("fold distribute", "fold distribute recognise sink"):
        before, _ = run_passes(graph, [BY_NAME[name] for name in names.split()])
        made = packed(before, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
        assert_same(evaluate(made, given, float64=True), evaluate(before, given, float64=True), NARROW)
        assert_same(evaluate(made, given), evaluate(before, given), 1e-4)


@pytest.mark.parametrize(("limits", "step"), [((0, 3), 1), ((1, 4), 1), ((-3, -1), 1), ((0, 99), 1), ((-1, -99), -1)])
def test_a_slice_along_time_picks_steps_when_rows_go_back(limits: tuple[int, int], step: int) -> None:
    text = ONE.replace(
        '  return "end"',
        f"""  %20 = const [{limits[0]}] : i64[1]
  %21 = const [{limits[1]}] : i64[1]
  %22 = slice %1, %20, %21 {{axes=[0], steps=[{step}]}} : f32[S, B, 2]
  %23 = tanh %22 : f32[S, B, 2]
  %24 = transpose %23 {{perm=[1, 0, 2]}} : f32[B, S, 2]
  %25 = add %22, %23 : f32[S, B, 2]
  return "some" = %24, "more" = %25, "end\"""",
    ).replace(', "y" = %1', "")
    graph = parse(text)
    made = packed(graph)
    assert len(kinds(made, "tanh")) == 2 + 2, "on sorted rows too"
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths)
        assert_same(evaluate(made, given), evaluate(graph, given))


def test_behind_a_slice_what_has_steps_of_its_own_stays_outside() -> None:
    text = ONE.replace("%h: f32[B, 2])", "%h: f32[B, 2], %k: f32[S, B, 2])").replace(
        '  return "end"',
        """  %20 = const [1] : i64[1]
  %21 = const [3] : i64[1]
  %22 = slice %1, %20, %21 {axes=[0], steps=[1]} : f32[S, B, 2]
  %23 = mul %22, %k : f32[S, B, 2]
  return "some" = %23, "end\"""",
    )
    graph = parse(text)
    made = packed(graph)
    assert kinds(made, "mul")[-1] in made.block.ops
    given = feeds(5, 5, [5, 1, 3, 4, 2], k=normal(4, 2, 5, 2))
    assert_same(evaluate(made, given), evaluate(graph, given))


BROADCAST = [("[1, 2, 0]", "[[0.5], [2.0]]", "2, 1"), ("[1, 2, 0]", "[[[0.5], [2.0]]]", "1, 2, 1")]
BROADCAST += [("[2, 0, 1]", "[[[0.5]], [[2.0]]]", "2, 1, 1"), ("[2, 1, 0]", "[[[0.5]], [[2.0]]]", "2, 1, 1")]
"""Axes in another order, and a constant with axes of length 1 for steps or rows, or both."""


def turned(text: str, perm: str, array: str, shape: str) -> str:
    """Behind a program its rows with axes in another order, times a constant."""
    dims = ", ".join(["T", "B", "2"][axis] for axis in (int(word) for word in perm.strip("[]").split(",")))
    return text.replace(
        '  return "end"',
        f"""  %30 = const {array} : f32[{shape}]
  %31 = transpose %2 {{perm={perm}}} : f32[{dims}]
  %32 = mul %31, %30 : f32[{dims}]
  return "turned" = %32, "end\"""",
    )


@pytest.mark.parametrize("case", BROADCAST)
def test_what_is_broadcast_stands_where_its_axes_are(case: tuple[str, str, str]) -> None:
    graph = parse(turned(ONE.replace(', "y" = %1', "").replace("%2", "%20").replace("%1 ", "%2 "), *case))
    made = packed(graph)
    assert "mul" in [op.kind.name for op in kinds(made, "scan")[0].blocks[0].ops]
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths)
        assert_same(evaluate(made, given), evaluate(graph, given))


PLACES = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2], %c: i64[B]) {
  %t = const [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8], [0.9, 1.0]] : f32[5, 2]
  %one = const 1 : i64[]
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %z = matmul %x, %w : f32[T, B, 2]
  %0, %1, %2, %9 = recur %h, %c, %z, %n {lengths=true, reverse=false, states=2, unmasked=[]}
    (%3: f32[B, 2], %4: i64[B], %5: f32[B, 2]) {
    %6 = gather %t, %4 {axis=0} : f32[B, 2]
    %7 = mul %6, %3 : f32[B, 2]
    %10 = add %5, %7 : f32[B, 2]
    %8 = add %4, %one : i64[B]
    return %10, %8, %10, %4
  } : f32[B, 2], i64[B], f32[T, B, 2], i64[T, B]
  %11 = gather %t, %9 {axis=0} : f32[T, B, 2]
  %12, %13 = recur %h, %11, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%14: f32[B, 2], %15: f32[B, 2]) {
    %16 = add %14, %15 : f32[B, 2]
    return %16, %16
  } : f32[B, 2], f32[T, B, 2]
  return "end" = %0, "count" = %1, "y" = %2, "z" = %13
}"""
"""A step looks up its own number in a table that has as many rows as there are steps; and so does what lies behind."""


def test_a_lookup_that_may_fail_sees_no_step_that_there_is_not() -> None:
    for text in (PLACES, PLACES.replace("gather %t, %4 {axis=0}", "sub %5, %3")):
        graph = parse(text)
        lower = [each for each in PIPELINE if each.name == "lower"]
        for tile in (0.01, 0.05, 0.2, 1e3):
            made, _ = run_passes(graph, [Pack(replace(EAGER, pack_tile=tile, pack_sort=-8 * tile)), *lower])
            assert kinds(made, "top_k"), "of the second walk at least"
            for lengths in LENGTHS:
                given = feeds(5, 5, lengths, c=np.zeros(5, np.int64))
                assert_same(evaluate(made, given), evaluate(graph, given))


def test_the_best_place_is_always_there() -> None:
    text = PLACES.replace("gather %t, %4", "gather %t, %20")
    text = text.replace("    %6 =", "    %20 = argmax %5 {axis=1, keepdims=false} : i64[B]\n    %6 =")
    graph = parse(text)
    made = packed(graph)
    assert len(kinds(made, "argmax")) == 2
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths, c=np.zeros(5, np.int64))
        assert_same(evaluate(made, given), evaluate(graph, given))


def test_numbers_that_are_looked_up_are_masked_before() -> None:
    graph = tf.Graph()
    with graph.as_default():
        ids = tf.placeholder(tf.int32, [None, None], name="ids")
        n = tf.placeholder(tf.int32, [None], name="n")
        known = tf.where(tf.sequence_mask(n, tf.shape(ids)[1]), ids, tf.zeros_like(ids))
        x = tf.nn.embedding_lookup(tf.get_variable("table", [7, 3]), known)
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, n, dtype=tf.float32)
    recorded = graph.program(outputs, None)
    made, _ = run_passes(recorded, pipeline(Choice(EAGER)))
    assert kinds(made, "top_k")
    numbers = np.full((5, 5), -100, np.int32)
    lengths = np.array([5, 1, 3, 0, 2], np.int32)
    numbers[np.arange(5) < lengths[:, None]] = 3
    given = {"ids": numbers, "n": lengths}
    assert_same(evaluate(made, given), evaluate(recorded, given))


def test_a_sequence_that_is_walked_and_seen_as_a_whole_stays_whole() -> None:
    first = LAYERS.replace("tanh %5", "add %5, %20", 1)
    first = first.replace("    %6 =", "    %20 = reduce_max %0 {axes=[0, 1], keepdims=false} : f32[2]\n    %6 =")
    second = LAYERS.replace("tanh %12", "add %12, %20").replace("%2, %x", "%2, %2")
    second = second.replace("    %13 =", "    %20 = reduce_max %7 {axes=[0, 1], keepdims=false} : f32[2]\n    %13 =")
    for text in (first, second):
        graph = parse(text)
        made = packed(graph)
        assert made is not graph
        for lengths in LENGTHS:
            given = feeds(5, 5, lengths)
            given["x"] = normal(0, 5, 5, 2)
            assert_same(evaluate(made, given), evaluate(graph, given))


def native(kind: str, direction: str) -> str:
    """A layer of onnxruntime's own with initial states."""
    gates = {"gru": 3, "lstm": 4, "rnn": 1}[kind]
    states = 2 if kind == "lstm" else 1
    activations = {"gru": ["Sigmoid", "Tanh"], "lstm": ["Sigmoid", "Tanh", "Tanh"], "rnn": ["Tanh"]}[kind]
    inputs = ["X", "W", "R", "sequence_lens", "initial_h", *["initial_c"][: states - 1]]
    attrs = f"activations={[[name, 0.0, 0.0] for name in activations]}, direction={direction}, hidden_size=2, "
    attrs += f"inputs={inputs}, linear_before_reset=0"
    results = ", ".join(f"%{8 + number}" for number in range(1 + states))
    weights = normal(3, 2, 1, gates * 2, 2).round(2).tolist()
    return f"""graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {{
  %w = const {weights[0]} : f32[1, {gates * 2}, 2]
  %r = const {weights[1]} : f32[1, {gates * 2}, 2]
  %0 = shape %x : i64[3]
  %1 = const 0 : i64[]
  %2 = gather %0, %1 {{axis=0}} : i64[]
  %3 = cast %2 {{dtype=i32}} : i32[]
  %4 = const 0 : i32[]
  %5 = maximum %n, %4 : i32[B]
  %6 = minimum %5, %3 : i32[B]
  %7 = unsqueeze %h {{axes=[0]}} : f32[1, B, 2]
  {results} = {kind} %x, %w, %r, %6{", %7" * states} {{{attrs}}} : f32[T, 1, B, 2]{", f32[1, B, 2]" * states}
  %12 = squeeze %8 {{axes=[1]}} : f32[T, B, 2]
  return "end" = %{8 + states}, "y" = %12
}}""".replace("'", '"').replace(f"direction={direction}", f'direction="{direction}"')


def quantized(layer: str) -> str:
    """What is NaN behind the lengths is masked, multiplied by int8 weights, walked and multiplied by them again."""
    return f"""graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {{
  %w = const [[50, -30], [20, 127]] : i8[2, 2]
  %s = const [0.01, 0.008] : f32[2]
  %40 = shape %x : i64[3]
  %41 = const 0 : i64[]
  %42 = gather %40, %41 {{axis=0}} : i64[]
  %43 = const 1 : i64[]
  %44 = range %41, %42, %43 : i64[T]
  %45 = unsqueeze %44 {{axes=[1]}} : i64[T, 1]
  %46 = cast %n {{dtype=i64}} : i64[B]
  %47 = unsqueeze %46 {{axes=[0]}} : i64[1, B]
  %48 = less %45, %47 : bool[T, B]
  %49 = unsqueeze %48 {{axes=[2]}} : bool[T, B, 1]
  %50 = const 0.0 : f32[]
  %51 = where %49, %x, %50 : f32[T, B, 2]
{layer}
  %71 = quantized_matmul %61, %w, %s : f32[T, B, 2]
  %72 = where %49, %71, %50 : f32[T, B, 2]
  return "end" = %60, "y" = %72
}}"""


def quantized_body(reverse: str) -> str:
    attrs = f"{{lengths=true, reverse={reverse}, states=1, unmasked=[]}}"
    return quantized(f"""  %55 = quantized_matmul %51, %w, %s : f32[T, B, 2]
  %60, %61 = recur %h, %55, %n {attrs} (%2: f32[B, 2], %3: f32[B, 2]) {{
    %4 = quantized_matmul %2, %w, %s : f32[B, 2]
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  }} : f32[B, 2], f32[T, B, 2]""")


def quantized_layer(direction: str) -> str:
    weights = [np.random.default_rng(seed).integers(-127, 128, (1, 2, 8)).tolist() for seed in (0, 1)]
    activations = [["Sigmoid", 0.0, 0.0], ["Tanh", 0.0, 0.0], ["Tanh", 0.0, 0.0]]
    inputs = ["X", "W", "R", "W_scale", "R_scale", "sequence_lens", "initial_h", "initial_c"]
    attrs = f"activations={activations}, direction=@{direction}@, hidden_size=2, inputs={inputs}"
    attrs = attrs.replace("'", '"').replace("@", '"')
    types = ["f32[T, 1, B, 2]", "f32[1, B, 2]", "f32[1, B, 2]"]
    return quantized(f"""  %52 = const {weights[0]} : i8[1, 2, 8]
  %53 = const {weights[1]} : i8[1, 2, 8]
  %54 = const {np.full((1, 8), 0.01).tolist()} : f32[1, 8]
  %55 = cast %42 {{dtype=i32}} : i32[]
  %56 = const 0 : i32[]
  %57 = maximum %n, %56 : i32[B]
  %58 = minimum %57, %55 : i32[B]
  %59 = unsqueeze %h {{axes=[0]}} : f32[1, B, 2]
  %62, %60, %63 = quantized_lstm %51, %52, %53, %54, %54, %58, %59, %59 {{{attrs}}} : {", ".join(types)}
  %61 = squeeze %62 {{axes=[1]}} : f32[T, B, 2]""")


QUANTIZED = [
    quantized_body("false"),
    quantized_body("true"),
    quantized_layer("forward"),
    quantized_layer("reverse"),
]


@pytest.mark.parametrize("text", QUANTIZED)
def test_int8_weights_give_the_same_up_to_the_rounding(text: str) -> None:
    graph = parse(text)
    for tile in TILES:
        made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
        assert len(kinds(made, "quantized_matmul")) >= 2
        assert len(kinds(made, "top_k")) == 2
        for lengths in LENGTHS:
            given = feeds(5, 5, lengths)
            assert_same(evaluate(made, given), evaluate(graph, given), 0.05)


def test_rows_that_share_a_scale_see_nothing_behind_the_lengths_of_others() -> None:
    # One row's padding is far larger than all else: it would leave nothing of the others.
    for text in QUANTIZED:
        graph = parse(text)
        made = packed(graph, EAGER)
        given = feeds(5, 5, [5, 4, 4, 2, 1])
        huge = {**given, "x": np.nan_to_num(given["x"], nan=1e6)}
        assert_same(evaluate(made, huge), evaluate(made, given))


def test_a_layer_norm_of_rows_runs_on_sorted_rows() -> None:
    text = LAYERS.replace(
        "  %7 = add %2, %x",
        """  %30 = const [1.0, 2.0] : f32[2]
  %31 = const [0.5, -0.5] : f32[2]
  %32 = layer_norm %2, %30, %31 {epsilon=0.001} : f32[T, B, 2]
  %7 = add %32, %x""",
    )
    graph = parse(text)
    made = packed(graph)
    assert len(kinds(made, "layer_norm")) == 2
    assert len(kinds(made, "top_k")) == 2
    for lengths in LENGTHS:
        given = feeds(5, 5, lengths)
        assert_same(evaluate(made, given), evaluate(graph, given))


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_layers_of_the_engine(kind: str, direction: str) -> None:
    graph = parse(native(kind, direction))
    for tile in TILES:
        made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
        assert len(kinds(made, kind)) == 2
        for lengths in LENGTHS:
            given = feeds(5, 5, lengths)
            assert_same(evaluate(made, given), evaluate(graph, given))


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("text", [ONE, LAYERS, native("lstm", "forward"), native("gru", "reverse")])
def test_onnxruntime_computes_the_same(text: str, tile: float) -> None:
    import onnxruntime

    graph = parse(text)
    behind: list[Pass] = [step for step in PIPELINE if step.name in ("unbundle", "lower", "tidy")]
    made, _ = run_passes(graph, [Pack(replace(EAGER, pack_tile=tile, pack_sort=-8 * tile)), *behind])
    session = onnxruntime.InferenceSession(export(made).SerializeToString(), providers=["CPUExecutionProvider"])
    cases = [(5, 5, lengths) for lengths in LENGTHS]
    cases += [(steps, rows, [steps] * rows) for steps, rows in SIZES]
    for steps, rows, lengths in cases:
        given = feeds(steps, rows, lengths)
        found = dict(zip(graph.outputs, session.run(list(graph.outputs), given), strict=True))
        assert_same(found, evaluate(graph, given))


@pytest.mark.parametrize("rows", ["batch", None])
def test_rows_that_meet_a_memory_of_all_rows_stay_together(rows: Any) -> None:
    # A length without a name may turn out to be that of the batch.
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", 3], name="x")
        memory = tf.placeholder(tf.float32, [rows, "places", 2], name="memory")
        n = tf.placeholder(tf.int32, ["batch"], name="n")

        class Cell(tf.nn.rnn_cell.RNNCell):
            state_size = output_size = 2

            def call(self, x: Any, s: Any) -> Any:
                score = tf.layers.dense(tf.tanh(memory + s[:, None]), 1, name="score")
                context = tf.reduce_sum(tf.nn.softmax(score, 1) * memory, 1)
                s = tf.tanh(tf.matmul(tf.concat([x, s, context], 1), tf.get_variable("k", [7, 2])))
                return s, s

        outputs, _ = tf.nn.dynamic_rnn(Cell(), x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, outputs)
    rng = np.random.default_rng(0)
    many, steps = 64, 200
    feed = {
        "x": rng.random((many, steps, 3), np.float32),
        "memory": rng.random((many, 4, 2), np.float32),
        "n": np.where(np.arange(many) == 3, steps, 1).astype(np.int32),
    }
    np.testing.assert_allclose(program.run(feed), program.evaluate(feed), atol=1e-5)


@pytest.mark.parametrize(("text", "kind"), [(native("gru", "forward"), "gru"), (LAYERS, "matmul")])
def test_large_weights_stand_there_once(text: str, kind: str) -> None:
    graph = parse(text)
    made = packed(graph, replace(EAGER, pack_weights=15))
    assert len(kinds(made, kind)) == 1
    assert_means(made, graph)
