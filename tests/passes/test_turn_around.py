"""``turn_around``: a recurrence between reversals walks backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Graph, walk
from rnn2onnx.passes import PIPELINE
from tests.passes.running import after, assert_keeps

Build = Callable[[], Any]
TO_THE_END = tuple(step.name for step in PIPELINE)
REVERSALS = ("reverse", "reverse_sequence")


def recorded(build: Build) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        out = build()
    return rnn2onnx.compile(graph, out)


def feeds_of(graph: Graph, steps: int = 4, rows: int = 3, lengths: Any = None) -> dict[str, Any]:
    rng = np.random.default_rng(steps + 9 * rows)
    n = rng.integers(-1, steps + 2, rows) if lengths is None else lengths
    every = {
        "x": rng.standard_normal((rows, steps, 3)).astype(np.float32),
        "ids": rng.integers(0, 7, (rows, steps)).astype(np.int32),
        "n": np.array(n, np.int32),
        "m": np.maximum(np.array(n, np.int32) - 1, 0),
    }
    return {value.name: every[value.name] for value in graph.inputs}


def kinds(graph: Graph) -> list[str]:
    return [op.kind.name for op in walk(graph.block)]


def directions(graph: Graph) -> list[bool]:
    """The direction of each recurrence behind the pass, which means what it meant before."""
    for steps, rows in ((4, 3), (1, 2), (0, 2), (3, 0)):
        made = assert_keeps(graph, feeds_of(graph, steps, rows), "fold", "turn_around")
        assert_keeps(graph, feeds_of(graph, steps, rows), *TO_THE_END)
    return [op.attrs["reverse"] for op in walk(made.block) if op.kind.name == "recur"]


def assert_runs(program: rnn2onnx.Program) -> None:
    for steps, rows in ((4, 3), (1, 2), (0, 2), (3, 0)):
        feeds = feeds_of(program.graph, steps, rows)
        got, want = program.run(feeds), program.evaluate(feeds)
        for a, b in zip(rnn2onnx.nest.flatten(got), rnn2onnx.nest.flatten(want), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_a_recurrence_between_reversals_walks_backwards() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0 = reverse %x {axes=[0]} : f32[T, B, 2]
  %1, %2 = recur %h, %0 {lengths=false, reverse=false, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[T, B, 2]
  %6 = reverse %2 {axes=[0]} : f32[T, B, 2]
  return "h" = %1, "y" = %6
}"""
    assert (
        after("turn_around", text)
        == """graph g(%x: f32[T, B, 2], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=true, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = add %2, %3 : f32[B, 2]
    return %4, %4
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %0, "y" = %1
}"""
    )


def frames() -> Any:
    return tf.placeholder(tf.float32, ["batch", "time", 3], "x")


def given_lengths(name: str = "n") -> Any:
    return tf.placeholder(tf.int32, ["batch"], name)


def run(x: Any, n: Any = None, *, units: int = 4, scope: str = "rnn") -> tuple[Any, Any]:
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(units), x, n, dtype=tf.float32, scope=scope)


def turned(x: Any, n: Any) -> Any:
    return tf.reverse_sequence(x, n, seq_axis=1, batch_axis=0)


def without_lengths() -> Any:
    outputs, state = run(tf.reverse(frames(), [1]))
    return tf.reverse(outputs, [1]), state


def by_slices() -> Any:
    outputs, state = run(frames()[:, ::-1])
    return outputs[:, ::-1], state


def with_lengths() -> Any:
    n = given_lengths()
    outputs, state = run(turned(frames(), n), n)
    return turned(outputs, n), state


def only_the_state() -> Any:
    n = given_lengths()
    return run(turned(frames(), n), n)[1]


def of_embeddings() -> Any:
    """The ids are reversed; the table is read once for both directions."""
    ids, n = tf.placeholder(tf.int32, ["batch", "time"], "ids"), given_lengths()
    table = tf.get_variable("table", [7, 3])
    forward, _ = run(tf.nn.embedding_lookup(table, ids), n, scope="fw")
    backward, _ = run(tf.nn.embedding_lookup(table, turned(ids, n)), n, scope="bw")
    return tf.concat([forward, turned(backward, n)], 2)


def of_what_is_computed_from_it() -> Any:
    x = tf.reverse(frames(), [1])
    outputs, _ = run(tf.tanh(tf.layers.dense(x, 5)) * 2.0)
    return tf.reverse(outputs, [1])


def written_out_backwards() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 5, 3], "x")
    cell, outputs = tf.nn.rnn_cell.GRUCell(4), []
    state = cell.zero_state(tf.shape(x)[0], tf.float32)
    for step in reversed(tf.unstack(x, axis=1)):
        output, state = cell(step, state)
        outputs.append(output)
    return tf.stack(outputs[::-1], 1), state


BACKWARDS = [without_lengths, by_slices, with_lengths, only_the_state, of_what_is_computed_from_it]


@pytest.mark.parametrize("build", BACKWARDS, ids=lambda build: build.__name__)
def test_reversals_become_the_direction(build: Build) -> None:
    program = recorded(build)
    assert directions(program.graph) == [True]
    made = assert_keeps(program.graph, feeds_of(program.graph), "fold", "turn_around")
    assert not {*REVERSALS, "slice"} & {op.kind.name for op in made.block.ops}
    assert_runs(program)


def test_what_is_reversed_before_an_embedding_is_read_once() -> None:
    program = recorded(of_embeddings)
    assert directions(program.graph) == [False, True]
    made = assert_keeps(program.graph, feeds_of(program.graph), "fold", "turn_around")
    assert not set(REVERSALS) & set(kinds(made))
    tables = [op for op in made.block.ops if op.kind.name == "gather" and op.results[0].type.rank == 3]
    assert len(tables) == 1
    assert_runs(program)


def test_steps_written_out_backwards_are_walked_backwards() -> None:
    program = recorded(written_out_backwards)
    feeds = feeds_of(program.graph, 5)
    made = assert_keeps(program.graph, feeds, "fold", "roll_up", "turn_around")
    assert [op.attrs["reverse"] for op in made.block.ops if op.kind.name == "recur"] == [True]
    assert not set(REVERSALS) & set(kinds(made))
    np.testing.assert_allclose(program.run(feeds)[0], program.evaluate(feeds)[0], rtol=1e-5, atol=1e-5)


def test_backwards_between_reversals_is_forwards() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %n: i64[B]) {
  %0 = reverse_sequence %x, %n {batch_axis=1, seq_axis=0} : f32[T, B, 2]
  %1, %2 = recur %h, %0, %n {lengths=true, reverse=true, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %1
}"""
    made = after("turn_around", text)
    assert "reverse=false" in made
    assert "reverse_sequence" not in made


# -- near misses -------------------------------------------------------------------------------------------------------


def rows_as_they_come() -> Any:
    return run(tf.reverse(frames(), [1]))


def rows_used_both_ways() -> Any:
    outputs, _ = run(tf.reverse(frames(), [1]))
    return outputs + tf.reverse(outputs, [1])


def lengths_of_others() -> Any:
    n, m = given_lengths(), given_lengths("m")
    outputs, _ = run(turned(frames(), m), n)
    return turned(outputs, m)


def lengths_only_of_the_reversal() -> Any:
    n = given_lengths()
    outputs, _ = run(turned(frames(), n))
    return turned(outputs, n)


def lengths_only_of_the_recurrence() -> Any:
    outputs, _ = run(tf.reverse(frames(), [1]), given_lengths())
    return tf.reverse(outputs, [1])


def another_axis() -> Any:
    outputs, _ = run(tf.reverse(frames(), [2]))
    return tf.reverse(outputs, [2])


def only_one_of_two_sequences() -> Any:
    x = frames()
    outputs, _ = run(tf.concat([x, tf.reverse(x, [1])], 2))
    return tf.reverse(outputs, [1])


def turned_back_by_other_lengths() -> Any:
    n = given_lengths()
    outputs, _ = run(turned(frames(), n), n)
    return tf.reverse(outputs, [1])


def a_sum_over_the_steps() -> Any:
    outputs, _ = run(tf.cumsum(tf.reverse(frames(), [1]), 1))
    return tf.reverse(outputs, [1])


NEAR_MISSES = [
    rows_as_they_come,
    rows_used_both_ways,
    lengths_of_others,
    lengths_only_of_the_reversal,
    lengths_only_of_the_recurrence,
    another_axis,
    only_one_of_two_sequences,
    turned_back_by_other_lengths,
    a_sum_over_the_steps,
]


@pytest.mark.parametrize("build", NEAR_MISSES, ids=lambda build: build.__name__)
def test_near_misses_stay(build: Build) -> None:
    assert directions(recorded(build).graph) == [False]
