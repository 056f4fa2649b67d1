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
from rnn2onnx.ir import evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, Pass, pipeline, run_passes
from rnn2onnx.passes.choice import Choice
from rnn2onnx.passes.tiling.pack import Pack
from tests.exporter.running import run
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, kinds, normal, quick
from tests.passes.sorted_rows import (
    BROADCAST,
    EAGER,
    LAYERS,
    LENGTHS,
    ONE,
    PLACES,
    SIZES,
    TILES,
    assert_means,
    cases,
    feeds,
    native,
    packed,
    turned,
)
from tests.random_graphs import assert_same


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("text", [ONE, LAYERS])
def test_lengths_of_all_sorts(text: str, tile: float) -> None:
    graph = parse(text)
    made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
    assert made is not graph
    assert_means(made, graph)


@settings(quick, max_examples=60)
@given(random_recurrence(), st.sampled_from(TILES), st.sampled_from([-8.0, 0.0, 0.1]))
def test_random_recurrences(case: Any, tile: float, sort: float) -> None:
    graph, given = case
    for names in ("fold distribute", "fold distribute recognise sink"):
        before, _ = run_passes(graph, [BY_NAME[name] for name in names.split()])
        made = packed(before, replace(EAGER, pack_tile=tile, pack_sort=sort * tile))
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
    assert_means(made, graph)


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


@pytest.mark.parametrize("case", BROADCAST)
def test_what_is_broadcast_stands_where_its_axes_are(case: tuple[str, str, str]) -> None:
    graph = parse(turned(ONE.replace(', "y" = %1', "").replace("%2", "%20").replace("%1 ", "%2 "), *case))
    made = packed(graph)
    assert "mul" in [op.kind.name for op in kinds(made, "scan")[0].blocks[0].ops]
    assert_means(made, graph)


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
    assert_means(made, graph)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_layers_of_the_engine(kind: str, direction: str) -> None:
    graph = parse(native(kind, direction))
    for tile in TILES:
        made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile, small_weights=0))
        assert len(kinds(made, kind)) == 2
        assert_means(made, graph)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_small_layers_of_the_engine_stand_once_more_for_few_steps_of_rows(kind: str) -> None:
    graph = parse(native(kind, "forward"))
    made = packed(graph, replace(EAGER, pack_sort=0.1))
    *_, last = (op for op in made.block.ops if op.kind.name == "cond")
    small, others = last.blocks
    assert [op.kind.name for op in small.ops] == [kind, "squeeze"]
    assert [op.kind.name for op in walk(others)].count(kind) == 2
    assert_means(made, graph, [*SIZES, (2, 3), (3, 3), (30, 3), (3, 30)])


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("text", [ONE, LAYERS, native("lstm", "forward"), native("gru", "reverse")])
def test_onnxruntime_computes_the_same(text: str, tile: float) -> None:
    graph = parse(text)
    behind: list[Pass] = [step for step in PIPELINE if step.name in ("unbundle", "lower", "tidy")]
    made, _ = run_passes(graph, [Pack(replace(EAGER, pack_tile=tile, pack_sort=-8 * tile)), *behind])
    model = export(made)
    for fed in cases():
        assert_same(run(model, fed), evaluate(graph, fed))


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


@pytest.mark.parametrize("cache", [1.0, 8.0 * 14])
@pytest.mark.parametrize("text", [LAYERS, native("lstm", "forward")])
def test_rows_of_one_length_run_in_tiles_where_they_do_not_fit_in_the_cache(text: str, cache: float) -> None:
    graph, target = parse(text), replace(EAGER, pack_sort=1e9, small_weights=0, costs=replace(EAGER.costs, cache=cache))
    made = packed(graph, target)
    model = export(run_passes(made, [BY_NAME["lower"], BY_NAME["tidy"]])[0])
    for fed in [*cases(), feeds(40, 3, [40] * 3), feeds(40, 3, [0] * 3), feeds(40, 3, [1, 40, 0]), feeds(40, 1, [40])]:
        assert_same(evaluate(made, fed), evaluate(graph, fed))
        assert_same(run(model, fed), evaluate(graph, fed))
    condition = str(made).rpartition("\n  %")[2].partition("cond ")[2].partition(" ")[0]
    which = parse(f'{str(made).rpartition("return")[0]}return "tiles" = {condition}\n}}')
    taken = [evaluate(which, feeds(40, rows, [length] * rows))["tiles"] for rows, length in ((3, 40), (3, 1), (1, 40))]
    assert taken == [True, cache == 1.0, False]
