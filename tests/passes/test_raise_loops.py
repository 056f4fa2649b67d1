"""``raise_loops``: loops whose steps can be counted become recurrences, and no others."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import Graph, walk
from tests.passes.counted_loops import (
    NEAR_MISSES,
    RAISED,
    Build,
    greedy_decoder,
    raw_rnn_of_dynamic_rnn,
    raw_rnn_that_feeds_itself,
    reads_what_it_wrote,
    rows_that_wake_up_again,
    sequence,
    until_it_is_large,
    walk_of_known_lengths,
    writes_every_other_row,
)
from tests.passes.running import after, assert_keeps


def traced(build: Build) -> Graph:
    """The graph that a function records."""
    return recorded(build).graph


def recorded(build: Build) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        out = build()
    return rnn2onnx.compile(graph, out)


def kinds(graph: Graph) -> set[str]:
    return {op.kind.name for op in walk(graph.block)}


def inputs(steps: int, rows: int, lengths: Any = None) -> dict[str, Any]:
    rng = np.random.default_rng(steps * 7 + rows)
    n = rng.integers(0, steps + 1, rows) if lengths is None else lengths
    return {"x": rng.standard_normal((steps, rows, 3)).astype(np.float32), "n": np.array(n, np.int32)}


def test_a_counted_walk_over_an_array_becomes_a_recurrence_over_it() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0 = shape %x : i64[3]
  %1 = const 0 : i64[]
  %2 = gather %0, %1 {axis=0} : i64[]
  %3 = const 1 : i64[]
  %4 = less %1, %2 : bool[]
  %5, %6, %7 = loop %4, %1, %h, %x (%8: i64[], %9: i64[], %10: f32[B, 2], %11: f32[T, B, 2]) {
    %12 = gather %x, %9 {axis=0} : f32[B, 2]
    %13 = add %12, %10 : f32[B, 2]
    %14 = row_write %11, %9, %13 {grow=false} : f32[T, B, 2]
    %15 = add %9, %3 : i64[]
    %16 = less %15, %2 : bool[]
    return %16, %15, %13, %14
  } : i64[], f32[B, 2], f32[T, B, 2]
  return "h" = %6, "y" = %7
}"""
    assert (
        after("raise_loops distribute", text)
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = add %3, %2 : f32[B, 2]
    return %4, %4
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %0, "y" = %1
}"""
    )


@pytest.mark.parametrize("build", RAISED, ids=lambda build: build.__name__)
def test_a_counted_loop_is_raised_and_means_the_same(build: Build) -> None:
    graph = traced(build)
    assert "loop" in kinds(graph)
    for steps, rows in itertools.product((5, 1, 0), (3, 1, 0)):
        feeds = {name: value for name, value in inputs(steps, rows).items() if name in [v.name for v in graph.inputs]}
        if build is raw_rnn_that_feeds_itself and not steps:
            continue
        made = assert_keeps(graph, feeds, "fold", "raise_loops")
        assert "loop" not in kinds(made)
        assert_keeps(graph, feeds, "fold", "raise_loops", "distribute", "recognise", "lower", "tidy")


@pytest.mark.parametrize("build", RAISED, ids=lambda build: build.__name__)
def test_a_raised_loop_runs(build: Build) -> None:
    program = recorded(build)
    names = [value.name for value in program.graph.inputs]
    for steps, rows in ((5, 3), (1, 1), (0, 2), (4, 0)):
        if build is raw_rnn_that_feeds_itself and not steps:
            continue
        feeds = {name: value for name, value in inputs(steps, rows).items() if name in names}
        got, want = program.run(feeds), program.evaluate(feeds)
        for a, b in zip(rnn2onnx.nest.flatten(got), rnn2onnx.nest.flatten(want), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_the_raw_rnn_form_of_dynamic_rnn_is_a_native_layer_with_lengths() -> None:
    def dynamic() -> Any:
        x, n = sequence()
        return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, n, time_major=True, dtype=tf.float32)

    raw, plain = recorded(raw_rnn_of_dynamic_rnn), recorded(dynamic)
    assert [d.became for d in raw.report] == [d.became for d in plain.report] == ["LSTM"]
    assert "native lengths" in raw.report[0].why
    feeds = inputs(6, 4, [2, 0, 5, 1])
    (rows, state), (all_rows, all_state) = raw.run(feeds), plain.run(feeds)
    assert rows.shape == (5, 4, 4)
    np.testing.assert_array_equal(rows, all_rows[:5])
    np.testing.assert_array_equal(state.h, all_state.h)
    np.testing.assert_array_equal(state.c, all_state.c)


def test_the_raw_rnn_form_of_dynamic_rnn_is_its_file_but_for_where_it_ends() -> None:
    """The rows of raw_rnn end with the longest of a batch, and one that is longer than the sequence is an error."""

    def dynamic() -> Any:
        x, n = sequence()
        return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, n, time_major=True, dtype=tf.float32)

    def nodes(build: Build) -> Counter[str]:
        return Counter(op.kind.name for op in walk(recorded(build).lowered.block) if op.kind.name != "const")

    more = nodes(raw_rnn_of_dynamic_rnn) - nodes(dynamic)
    shapes = {"cast", "shape", "gather", "reshape"}
    assert set(more) - shapes <= {"concat", "reduce_max", "add", "less", "range", "unsqueeze", "slice"}
    assert sum(more.values()) <= 16


def test_rows_written_into_an_array_of_unknown_shape_are_rows_that_a_scan_gives() -> None:
    program = recorded(greedy_decoder)
    assert [d.became for d in program.report] == ["Scan"]
    scan = next(node for node in program.model.graph.node if node.op_type == "Scan")
    body = {node.op_type for node in scan.attribute[0].g.node}
    assert not body & {"Shape", "Pad", "Reshape", "Expand", "ScatterND", "Transpose", "Where"}


def test_a_loop_that_would_read_past_the_end_fails_as_before() -> None:
    program = recorded(raw_rnn_of_dynamic_rnn)
    with pytest.raises(Rnn2OnnxError):
        program.run(inputs(3, 2, [2, 4]))


def test_a_loop_that_would_write_past_the_end_fails_as_before() -> None:
    def build() -> Any:
        x, n = sequence()
        array = tf.TensorArray(tf.float32, size=n[0])
        steps = tf.shape(x)[0]
        return tf.while_loop(lambda i, _: i < steps, lambda i, a: (i + 1, a.write(i, x[i])), [0, array])[1].stack()

    program = recorded(build)
    assert program.run(inputs(2, 1, [3])).shape == (3, 1, 3)
    with pytest.raises(Rnn2OnnxError):
        program.run(inputs(3, 1, [2]))


# -- near misses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("build", [*NEAR_MISSES, rows_that_wake_up_again], ids=lambda build: build.__name__)
def test_what_cannot_be_counted_stays_a_loop(build: Build) -> None:
    graph = traced(build)
    feeds = {k: v for k, v in inputs(4, 3, [1, 2, 2]).items() if k in [value.name for value in graph.inputs]}
    made = assert_keeps(graph, feeds, "fold", "raise_loops")
    assert "loop" in kinds(made)


@pytest.mark.parametrize(("rows", "first", "all_of_them"), [(3, 2, True), (4, 2, False), (4, 3, False), (3, 1, False)])
def test_rows_written_from_the_end_are_rows_in_turn_only_where_all_are(
    rows: int, first: int, all_of_them: bool
) -> None:
    """Three steps into an array that is longer, or whose place before the first is its last one."""

    def build() -> Any:
        x = tf.placeholder(tf.float32, [3, 2], "x")
        array = tf.TensorArray(tf.float32, size=rows, element_shape=[2])
        body = lambda i, array: (i + 1, array.write(first - i, x[i]))  # noqa: E731
        return tf.while_loop(lambda i, _: i < 3, body, [0, array])[1].stack()

    graph = traced(build)
    made = assert_keeps(graph, {"x": np.arange(6, dtype=np.float32).reshape(3, 2)}, "fold", "raise_loops")
    assert ("row_write" not in kinds(made)) == all_of_them


@pytest.mark.parametrize("size", [6, 3, None])
def test_rows_written_by_a_loop_that_stays_are_its_rows(size: int | None) -> None:
    graph, program = traced(until_it_is_large(size)), recorded(until_it_is_large(size))
    assert "row_write" not in kinds(program.lowered)
    assert "loop" in kinds(program.lowered)
    for start in (1.0, 2.0, 9.0):
        feeds = {"x": np.full((1, 3), start, np.float32)}
        assert_keeps(graph, feeds, "fold", "raise_loops", "lower", "tidy")
        for got, want in zip(program.run(feeds), program.evaluate(feeds), strict=True):
            np.testing.assert_array_equal(got, want)


def test_a_loop_that_stays_and_writes_past_the_end_fails_as_before() -> None:
    program = recorded(until_it_is_large(2))
    assert program.run({"x": np.full((1, 3), 2.0, np.float32)})[2] == 2
    with pytest.raises(Rnn2OnnxError):
        program.run({"x": np.full((1, 3), 0.5, np.float32)})


@pytest.mark.parametrize("build", [reads_what_it_wrote, writes_every_other_row], ids=lambda build: build.__name__)
def test_an_array_that_is_more_than_rows_in_turn_stays_one(build: Build) -> None:
    graph = traced(build)
    assert "row_write" in kinds(assert_keeps(graph, {"x": inputs(2, 1)["x"]}, "fold", "raise_loops"))


def test_a_loop_that_starts_otherwise_than_it_goes_on_is_not_raised() -> None:
    text = """graph g(%x: f32[3], %go: bool[]) {
  %0 = const 1 : i64[]
  %1 = const 4 : i64[]
  %2, %3 = loop %go, %x (%4: i64[], %5: f32[3]) {
    %6 = add %5, %5 : f32[3]
    %7 = add %4, %0 : i64[]
    %8 = less %7, %1 : bool[]
    return %8, %6, %6
  } : f32[3], f32[n, 3]
  return "y" = %3
}"""
    assert "loop" in after("raise_loops", text)


def test_a_state_that_one_step_skips_is_not_masked_by_lengths() -> None:
    """The select of one state is another than that of the rest: the steps are counted, the selects stay."""

    def build() -> Any:
        x, n = sequence()
        steps = tf.shape(x)[0]

        def body(i: Any, a: Any, b: Any) -> Any:
            one, two = tf.expand_dims(i < n, 1), tf.expand_dims(i < n - 1, 1)
            a = tf.where(one & tf.ones_like(a, tf.bool), a + x[i], a)
            return i + 1, a, tf.where(two & tf.ones_like(b, tf.bool), b * 0.5 + a, b)

        zero = tf.zeros([tf.shape(x)[1], 3])
        return tf.while_loop(lambda i, *_: i < steps, body, [0, zero, zero])[1:]

    graph = traced(build)
    for lengths in ([0, 5, 3], [1, 1, 4]):
        made = assert_keeps(graph, inputs(5, 3, lengths), "fold", "raise_loops")
        assert all(not op.attrs["lengths"] for op in walk(made.block) if op.kind.name == "recur")
        assert_keeps(graph, inputs(5, 3, lengths), "fold", "raise_loops", "distribute", "recognise", "lower", "tidy")


@pytest.mark.parametrize("lengths", [[2, 1, 2], [1, 1, 1], [0, 0, 0]])
def test_known_lengths_up_to_all_steps(lengths: list[int]) -> None:
    graph = traced(lambda: walk_of_known_lengths(lengths))
    feeds = {"x": np.random.default_rng(1).standard_normal((2, 3, 4)).astype(np.float32)}
    assert "loop" not in kinds(assert_keeps(graph, feeds, "fold", "raise_loops"))


def test_known_lengths_past_the_end_fail_when_they_are_run() -> None:
    program = recorded(lambda: walk_of_known_lengths([3, 3, 3]))
    with pytest.raises(Rnn2OnnxError):
        program.run({"x": np.zeros((2, 3, 4), np.float32)})


@pytest.mark.parametrize("lengths", [[2], [0, 0], [1, 2]])
def test_a_state_that_takes_a_number_for_all_rows_is_one_of_rows(lengths: list[int]) -> None:
    """The lengths that a decoder counts: ``where(finished, length, time + 1)``."""

    def build() -> Any:
        seq2seq = tf.contrib.seq2seq
        x = tf.placeholder(tf.float32, [len(lengths), None, 3], "x")
        cell = tf.nn.rnn_cell.GRUCell(3)
        helper = seq2seq.TrainingHelper(x, tf.constant(lengths))
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(len(lengths), tf.float32))
        outputs, _, counted = seq2seq.dynamic_decode(decoder, impute_finished=True)
        return outputs.rnn_output, counted

    graph = traced(build)
    feeds = {"x": np.random.default_rng(1).standard_normal((len(lengths), 3, 3)).astype(np.float32)}
    assert "loop" not in kinds(assert_keeps(graph, feeds, "fold", "raise_loops"))
    assert_keeps(graph, feeds, "fold", "raise_loops", "distribute", "recognise", "lower", "tidy")


@pytest.mark.parametrize("dtype", [tf.uint8, tf.uint16, tf.int8, tf.int64])
def test_steps_up_to_lengths_of_any_integers(dtype: Any) -> None:
    """A row takes one step more than its length: what stands for no rows is a negative number of steps."""

    def build() -> Any:
        x, n = tf.placeholder(tf.float32, ["time", "batch", 3], "x"), tf.placeholder(dtype, ["batch"], "n")
        cell = tf.nn.rnn_cell.GRUCell(3)
        steps = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)

        def loop_fn(time: Any, output: Any, state: Any, _: Any) -> Any:
            done = time > tf.cast(n, tf.int32)
            zeros = cell.zero_state(tf.shape(x)[1], tf.float32)
            row = tf.cond(tf.reduce_all(done), lambda: zeros, lambda: steps.read(time))
            return done, row, zeros if output is None else state, output, None

        return tf.nn.raw_rnn(cell, loop_fn)[0].stack()

    program = recorded(build)
    assert [decision.became for decision in program.report] == ["GRU"]
    feeds = {**inputs(4, 2), "n": np.array([2, 3], dtype.as_numpy_dtype)}
    np.testing.assert_allclose(program.run(feeds), program.evaluate(feeds), atol=1e-6)
