"""``strip_mine``: long sequences run in tiles of time, with what is computed around them, and mean the same."""

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
from rnn2onnx.ir import Graph, evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, Pass, run_passes
from rnn2onnx.passes.choice import Choice, Offer
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.strip_mine import AT_ONCE, IN_TILES, StripMine
from rnn2onnx.targets import ONNXRUNTIME, Target
from tests.exporter.running import run
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, kinds, normal, quick
from tests.passes.sorted_rows import BROADCAST, PLACES, turned
from tests.random_graphs import assert_same


def with_cache(bytes_: float, rows: int = 10**6) -> Target:
    """A target of so many bytes, on which products are computed before a loop of fewer rows than that."""
    costs = replace(ONNXRUNTIME.costs, cache=bytes_)
    return replace(ONNXRUNTIME, costs=costs, inside_rows=rows, inside_numbers=1)


# In each step of a row 8 bytes are walked.
TILES = [8.0, 8.0 * 8, 8.0 * 14]
"""Bytes of the cache, so that a tile is of one step, or of some."""

ONE = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %0 = matmul %x, %w : f32[T, B, 2]
  %1, %2 = recur %h, %0 {lengths=false, reverse=REVERSE, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  } : f32[B, 2], f32[T, B, 2]
  %7 = sigmoid %2 : f32[T, B, 2]
  %8 = transpose %7 {perm=[1, 0, 2]} : f32[B, T, 2]
  return "end" = %1, "y" = %8
}"""

BOTH = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %0 = matmul %x, %w : f32[T, B, 2]
  %1, %2 = recur %h, %0 {lengths=false, reverse=false, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    %9 = exp %6 : f32[B, 2]
    return %6, %9
  } : f32[B, 2], f32[T, B, 2]
  %7 = matmul %2, %w : f32[T, B, 2]
  %10, %11 = recur %h, %7 {lengths=false, reverse=true, states=1, unmasked=[]} (%12: f32[B, 2], %13: f32[B, 2]) {
    %14 = mul %12, %13 : f32[B, 2]
    %15 = tanh %14 : f32[B, 2]
    return %15, %15
  } : f32[B, 2], f32[T, B, 2]
  %16 = add %11, %7 : f32[T, B, 2]
  return "first" = %1, "last" = %10, "y" = %16, "steps" = %2
}"""

NATIVE = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %w = const [[[0.5, -0.3], [0.2, 0.4], [0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8], [0.9, 1.0], [0.5, 0.1]]]
  %0 = unsqueeze %h {axes=[0]} : f32[1, B, 2]
  %1, %2, %3 = lstm %x, %w, %w, %0, %0 {ATTRS}
  %4 = squeeze %1 {axes=[1]} : f32[T, B, 2]
  %5 = tanh %4 : f32[T, B, 2]
  return "hidden" = %2, "cell" = %3, "y" = %5
}"""
NATIVE = NATIVE.replace("1]]]", "1]]] : f32[1, 8, 2]").replace(
    "{ATTRS}",
    '{activations=[["Sigmoid", 0.0, 0.0], ["Tanh", 0.0, 0.0], ["Tanh", 0.0, 0.0]], direction="forward", hidden_size=2, '
    'inputs=["X", "W", "R", "initial_h", "initial_c"]} : f32[T, 1, B, 2], f32[1, B, 2], f32[1, B, 2]',
)

TEXTS = [ONE.replace("REVERSE", "false"), ONE.replace("REVERSE", "true"), BOTH, NATIVE]


def mined(graph: Graph, target: Target = with_cache(64.0)) -> Graph:  # noqa: B008 - it is frozen
    return run_passes(graph, [StripMine(target)])[0]


def feeds(steps: int, rows: int) -> dict[str, Any]:
    return {"x": normal(0, steps, rows, 2), "h": normal(1, rows, 2)}


# -- what it makes -----------------------------------------------------------------------------------------------------


def test_products_and_what_comes_behind_are_computed_tile_by_tile() -> None:
    made = mined(parse(TEXTS[0]))
    tiled, plain = made.block.ops[-1].blocks
    (loop,) = (op for op in walk(tiled) if op.kind.name == "scan")
    inside = [op.kind.name for op in loop.blocks[0].ops]
    assert {"matmul", "recur", "sigmoid"} <= set(inside)
    assert [op.kind.name for op in plain.ops] == ["matmul", "recur", "sigmoid", "transpose"]


def test_layers_that_walk_one_way_share_a_loop_and_others_take_turns() -> None:
    assert [op.attrs["reverse"] for op in kinds(mined(parse(BOTH)), "scan")] == [False, True]
    forwards = parse(BOTH.replace("reverse=true", "reverse=false"))
    assert [op.attrs["reverse"] for op in kinds(mined(forwards), "scan")] == [False]


def test_what_does_not_fit_is_known_from_the_sizes() -> None:
    text = TEXTS[0].replace("T,", "64,").replace(", T", ", 64").replace("[B", "[3").replace(" B,", " 3,")
    graph = parse(text)
    # 192 steps of rows of 8 bytes.
    assert mined(graph, with_cache(8.0 * 192)) is graph
    made = mined(graph, with_cache(8.0 * 191))
    assert not kinds(made, "cond")
    assert len(kinds(made, "scan")) == 1


def test_no_guards_are_needed_in_tiles() -> None:
    lower = [each for each in PIPELINE if each.name == "lower"]
    made, _ = run_passes(parse(TEXTS[0]), [StripMine(with_cache(64.0)), *lower])
    tiled, plain = made.block.ops[-1].blocks
    assert [op.kind.name for op in walk(tiled)].count("scan") == 2
    # One that tells whether there are any steps at all.
    assert [op.kind.name for op in walk(tiled)].count("cond") == 1
    assert "cond" not in [op.kind.name for op in plain.ops]


def test_the_report_says_when() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None, 128], name="x")

        class Cell(tf.nn.rnn_cell.RNNCell):
            state_size = output_size = 64

            def call(self, x: Any, s: Any) -> Any:
                s = tf.sigmoid(s) * s + tf.layers.dense(x, 64)
                return s, s

        outputs, _ = tf.nn.dynamic_rnn(Cell(), x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, outputs)
    (decision,) = program.report
    assert "in tiles of time where there are more than 7812 steps of rows, and fewer than 128 rows" in decision.why


# -- what stays --------------------------------------------------------------------------------------------------------


def test_sequences_that_are_given_are_not_computed_again_by_tiles() -> None:
    graph = parse(TEXTS[0].replace("recur %h, %0", "recur %h, %x"))
    assert mined(graph) is graph


def test_many_rows_are_left_to_their_steps() -> None:
    graph = parse(TEXTS[0].replace("[B", "[64").replace(" B,", " 64,"))
    assert mined(graph, with_cache(64.0, rows=64)) is graph
    assert mined(graph, with_cache(64.0, rows=65)) is not graph


def test_recurrences_in_loops_and_with_lengths_stay() -> None:
    with_lengths = (
        TEXTS[0]
        .replace("%h: f32[B, 2])", "%h: f32[B, 2], %n: i32[B])", 1)
        .replace("recur %h, %0 {lengths=false", "recur %h, %0, %n {lengths=true")
    )
    graph = parse(with_lengths)
    assert mined(graph) is graph


def test_a_short_sequence_stays() -> None:
    graph = parse(TEXTS[0].replace("T,", "63,").replace(", T", ", 63"))
    assert mined(graph) is graph


def test_large_weights_are_not_there_twice() -> None:
    graph = parse(TEXTS[0])
    assert mined(graph, replace(with_cache(64.0), twice_weights=15)) is graph
    assert mined(graph, replace(with_cache(64.0), twice_weights=16)) is not graph


def test_a_form_may_be_forced() -> None:
    offers: dict[str, Offer] = {}
    graph, target = parse(TEXTS[0]), with_cache(64.0)
    assert run_passes(graph, [StripMine(target, Choice(target, offers=offers))])[0] is not graph
    ((key, offer),) = offers.items()
    assert offer == Offer((IN_TILES, AT_ONCE), "B", "T", between=False, above=8)
    assert StripMine(target, Choice(target, forced={key: AT_ONCE}))(graph, Report()) is graph
    assert StripMine(target, Choice(target, forced={key: IN_TILES}))(graph, Report()) is not graph


# -- what it means -----------------------------------------------------------------------------------------------------

SIZES = [(5, 3), (7, 1), (1, 4), (6, 2), (0, 3), (5, 0), (0, 0), (13, 2)]


@pytest.mark.parametrize("cache", TILES)
@pytest.mark.parametrize("text", TEXTS)
def test_sizes_of_all_sorts(text: str, cache: float) -> None:
    graph = parse(text)
    made = mined(graph, with_cache(cache))
    assert made is not graph
    for steps, rows in SIZES:
        given = feeds(steps, rows)
        assert_same(evaluate(made, given), evaluate(graph, given))


@pytest.mark.parametrize(("limits", "step"), [((0, 3), 1), ((1, 4), 1), ((-3, -1), 1), ((0, 99), 1), ((-1, -99), -1)])
@pytest.mark.parametrize("text", TEXTS[:2])
def test_a_slice_along_time_picks_steps(text: str, limits: tuple[int, int], step: int) -> None:
    text = text.replace(
        "  %7 = sigmoid %2 : f32[T, B, 2]\n  %8 = transpose %7 {perm=[1, 0, 2]} : f32[B, T, 2]",
        f"""  %20 = const [{limits[0]}] : i64[1]
  %21 = const [{limits[1]}] : i64[1]
  %22 = slice %2, %20, %21 {{axes=[0], steps=[{step}]}} : f32[S, B, 2]
  %7 = sigmoid %22 : f32[S, B, 2]
  %8 = transpose %7 {{perm=[1, 0, 2]}} : f32[B, S, 2]""",
    )
    graph = parse(text)
    made = mined(graph)
    assert "sigmoid" in [op.kind.name for op in walk(kinds(made, "scan")[0].blocks[0])]
    for steps, rows in SIZES:
        given = feeds(steps, rows)
        assert_same(evaluate(made, given), evaluate(graph, given))


@pytest.mark.parametrize("case", BROADCAST)
@pytest.mark.parametrize("text", TEXTS[:2])
def test_what_is_broadcast_stands_where_its_axes_are(text: str, case: tuple[str, str, str]) -> None:
    graph = parse(turned(text, *case))
    made = mined(graph)
    assert "mul" in [op.kind.name for op in walk(kinds(made, "scan")[0].blocks[0])]
    for steps, rows in SIZES:
        given = feeds(steps, rows)
        assert_same(evaluate(made, given), evaluate(graph, given))


def test_a_lookup_that_may_fail_sees_no_step_that_there_is_not() -> None:
    text = PLACES.replace(", %n {lengths=true", " {lengths=false").replace(", %n: i32[B]", "")
    for each, walks in ((text, 1), (text.replace("gather %t, %4 {axis=0}", "sub %5, %3"), 0)):
        graph = parse(each)
        for cache in TILES:
            made = mined(graph, with_cache(cache))
            assert [op.kind.name for op in made.block.ops].count("recur") == walks
            assert kinds(made, "scan")
            for rows in (1, 3):
                given = {**feeds(5, rows), "c": np.zeros(rows, np.int64)}
                assert_same(evaluate(made, given), evaluate(graph, given))


def test_a_sequence_that_is_seen_as_a_whole_is_computed_at_once() -> None:
    text = TEXTS[0].replace("tanh %5", "add %5, %20")
    seen = "    %19 = mul %0, %3 : f32[T, B, 2]\n    %20 = reduce_max %19 {axes=[0], keepdims=false} : f32[B, 2]\n"
    graph = parse(text.replace("    %6 =", f"{seen}    %6 ="))
    assert mined(graph) is graph


@settings(quick, max_examples=40)
@given(random_recurrence(), st.sampled_from([1.0, 64.0, 200.0]))
def test_random_recurrences(case: Any, cache: float) -> None:
    graph, given = case
    before, _ = run_passes(graph, [BY_NAME[name] for name in ("fold", "distribute")])
    made = mined(before, with_cache(cache))
    assert_same(evaluate(made, given, float64=True), evaluate(before, given, float64=True), NARROW)
    assert_same(evaluate(made, given), evaluate(before, given), 1e-4)


@pytest.mark.parametrize("cache", TILES)
@pytest.mark.parametrize("text", TEXTS)
def test_onnxruntime_computes_the_same(text: str, cache: float) -> None:
    graph = parse(text)
    behind: list[Pass] = [step for step in PIPELINE if step.name in ("unbundle", "lower", "sink", "tidy")]
    made, _ = run_passes(graph, [StripMine(with_cache(cache)), *behind])
    model = export(made)
    for steps, rows in SIZES:
        given = feeds(steps, rows)
        assert_same(run(model, given), evaluate(graph, given))


def test_a_program_of_many_steps_gives_the_same() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None, 8], name="x")

        class Cell(tf.nn.rnn_cell.RNNCell):
            state_size = output_size = 8

            def call(self, x: Any, s: Any) -> Any:
                z, f = tf.split(tf.layers.dense(x, 16), 2, 1)
                s = tf.sigmoid(f) * s + tf.tanh(z) * tf.tanh(s)
                return tf.nn.relu(s), s

        outputs, state = tf.nn.bidirectional_dynamic_rnn(Cell(), Cell(), x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, [*outputs, *state])
    for steps in (3, 20011):
        feed = {"x": normal(5, 2, steps, 8)}
        for got, want in zip(program.run(feed), program.evaluate(feed), strict=True):
            np.testing.assert_allclose(got, want, atol=1e-5)
