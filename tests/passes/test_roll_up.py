"""``roll_up``: steps that a program writes out become recurrences, and nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Builder, Copier, Graph, Op, Value, replay, walk
from rnn2onnx.passes import PIPELINE, run_passes
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import assert_keeps, quick
from tests.passes.steps_written_out import (
    LSTMS,
    NEAR_MISSES,
    ONE,
    SEVERAL,
    STEPS,
    Build,
    masked_by_hand,
    sequence,
    states_that_grow,
)

TO_THE_END = tuple(step.name for step in PIPELINE)


def recorded(build: Build) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        out = build()
    return rnn2onnx.compile(graph, out)


def feeds_of(graph: Graph, seed: int = 1, rows: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    made: dict[str, Any] = {}
    for value in graph.inputs:
        shape = [dim if isinstance(dim, int) else rows for dim in value.type.shape]
        if value.type.dtype.kind == "f":
            made[value.name] = rng.standard_normal(shape).astype(value.type.dtype)
        else:
            made[value.name] = rng.integers(0, STEPS + 1, shape).astype(value.type.dtype)
    return made


def rolled(graph: Graph) -> list[Any]:
    """The recurrences there are behind the pass, which means what it meant before."""
    made = assert_keeps(graph, feeds_of(graph), "fold", "roll_up")
    assert_keeps(graph, feeds_of(graph), *TO_THE_END)
    assert_keeps(graph, feeds_of(graph, rows=1), *TO_THE_END)
    return [op for op in walk(made.block) if op.kind.name == "recur"]


def assert_runs(program: rnn2onnx.Program) -> None:
    for rows in (3, 1, 0):
        feeds = feeds_of(program.graph, rows=rows)
        got, want = program.run(feeds), program.evaluate(feeds)
        for a, b in zip(rnn2onnx.nest.flatten(got), rnn2onnx.nest.flatten(want), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def natives(graph: Graph) -> list[str]:
    """The native layers there are in the end."""
    made, _ = run_passes(graph, PIPELINE)
    return sorted(op.kind.name for op in walk(made.block) if op.kind.name in ("lstm", "gru", "rnn"))


@pytest.mark.parametrize("build", LSTMS, ids=lambda build: build.__name__)
def test_an_lstm_written_out_is_one(build: Build) -> None:
    program = recorded(build)
    (recurrence,) = rolled(program.graph)
    assert recurrence.operands[-1].type.shape[0] == STEPS
    assert natives(program.graph) == ["lstm"]
    assert_runs(program)


@pytest.mark.parametrize("build", SEVERAL, ids=lambda build: build.__name__)
def test_recurrences_written_out(build: Build) -> None:
    program = recorded(build)
    rolled(program.graph)
    assert natives(program.graph) == sorted(SEVERAL[build])
    assert_runs(program)


@pytest.mark.parametrize("build", ONE, ids=lambda build: build.__name__)
def test_other_steps_are_one_recurrence(build: Build) -> None:
    program = recorded(build)
    found = [op for op in rolled(program.graph) if op.attrs["states"]]
    assert len(found) == 1
    assert_runs(program)


def test_a_mask_that_first_selects_between_a_state_and_zero_is_in_the_recurrence() -> None:
    assert len(rolled(recorded(masked_by_hand).graph)) == 1


def test_what_needs_no_step_before_is_one_product() -> None:
    def build() -> Any:
        x, w = sequence(), tf.get_variable("w", [3, 5])
        return tf.stack([tf.nn.relu(tf.matmul(step, w)) for step in tf.unstack(x, axis=1)], 1)

    graph = recorded(build).graph
    (recurrence,) = rolled(graph)
    assert not recurrence.attrs["states"]
    made, _ = run_passes(graph, PIPELINE)
    assert [op.kind.name for op in walk(made.block)].count("matmul") == 1
    assert "scan" not in [op.kind.name for op in walk(made.block)]


@pytest.mark.parametrize("odd", [0, 5, 6, 11])
def test_one_step_with_other_weights_stays_by_itself(odd: int) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, ["batch", 12, 3], "x")
        other = tf.nn.rnn_cell.GRUCell(4, name="other")
        state = tf.zeros([tf.shape(x)[0], 4])
        cell = tf.nn.rnn_cell.GRUCell(4)
        outputs = []
        for t in range(12):
            output, state = (other if t == odd else cell)(x[:, t], state)
            outputs.append(output)
        return tf.stack(outputs, 1)

    program = recorded(build)
    found = [op for op in rolled(program.graph) if op.attrs["states"]]
    counts = [count for count in (odd, 11 - odd) if count]
    assert sorted(op.operands[-1].type.shape[0] for op in found) == sorted(counts)
    assert natives(program.graph) == ["gru"] * len(counts)
    assert_runs(program)


def test_a_step_that_is_left_out_changes_only_what_is_walked() -> None:
    def build() -> Any:
        x = sequence()
        cell = tf.nn.rnn_cell.GRUCell(4)
        state = tf.zeros([tf.shape(x)[0], 4])
        for t in (0, 1, 3, 4, 5):
            _, state = cell(x[:, t], state)
        return state

    program = recorded(build)
    (recurrence,) = rolled(program.graph)
    assert recurrence.operands[-1].type.shape[0] == 5
    assert natives(program.graph) == ["gru"]


# -- near misses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("build", NEAR_MISSES, ids=lambda build: build.__name__)
def test_near_misses_stay(build: Build) -> None:
    assert not rolled(recorded(build).graph)


def test_states_that_grow_mean_the_same() -> None:
    rolled(recorded(states_that_grow).graph)


def test_states_and_outputs_that_are_masked_alike_are_no_circle_of_copies() -> None:
    """The first state is an output too, and every step has a scale of its own, in both directions."""

    def build() -> Any:
        x, n = sequence("batch", 2), tf.placeholder(tf.int32, ["batch"], "n")
        on = [tf.expand_dims(tf.less(t, n), 1) for t in range(STEPS)]
        steps, zero = tf.unstack(x, axis=1), tf.constant(0.0)
        outputs, finals = [], []
        for order in (steps, tf.unstack(tf.reverse(x, [1]), axis=1)):
            state = zero
            for t, step in enumerate(order):
                new = tf.tanh(step + (zero if state is zero else float(t + 1) * state))
                outputs.append(tf.where_v2(on[t], new, zero))
                state = outputs[-1] if state is zero else tf.where_v2(on[t], new, state)
            finals.append(state)
        return tf.stack(outputs, 1), finals

    program = recorded(build)
    rolled(program.graph)
    assert_runs(program)


def test_steps_that_wait_for_something_between_them_stay() -> None:
    """Each step is given what is computed from the step before in another way each time."""

    def build() -> Any:
        x = sequence()
        w = tf.get_variable("w", [4, 4])
        h, between = tf.zeros([tf.shape(x)[0], 4]), [tf.tanh, tf.nn.relu, tf.sigmoid, tf.exp, tf.sin, tf.cos]
        for make in between:
            h = make(tf.matmul(h, w)) + 1.0
        return h

    assert not rolled(recorded(build).graph)


# -- random steps ------------------------------------------------------------------------------------------------------


def written_out(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The steps of a recurrence one after the other, lengths as selects."""
    if op.kind.name != "recur" or builder.block is not builder.root:
        return None
    states, (body,) = op.attrs["states"], op.blocks
    lengths = op.operands[-1] if op.attrs["lengths"] else None
    if lengths is not None and (op.attrs["reverse"] or op.attrs["unmasked"]):
        return None
    sequences = op.operands[states : len(op.operands) - (lengths is not None)]
    count = sequences[0].type.shape[0]
    assert isinstance(count, int)
    carried, rows = list(op.operands[:states]), []
    for step in range(count)[:: -1 if op.attrs["reverse"] else 1]:
        at = builder.const(np.array(step))
        now = [builder.emit("gather", (sequence, at), axis=0)[0] for sequence in sequences]
        copier = Copier(builder, new=dict(zip(body.params, [*carried, *now], strict=True)))
        copier.ops(body)
        given = [copier.value(value) for value in body.results]
        if lengths is not None:
            on = builder.emit("less", (at, builder.emit("cast", (lengths,), dtype=np.dtype(np.int64))[0]))[0]
            stopped = [*carried, *(builder.const(np.zeros((), value.type.dtype)) for value in given[states:])]
            given = [selected(builder, on, new, old) for new, old in zip(given, stopped, strict=True)]
        carried = given[:states]
        rows.append(given[states:])
    if op.attrs["reverse"]:
        rows.reverse()
    stacked = []
    for column in zip(*rows, strict=True):
        parts = [builder.emit("unsqueeze", (value,), axes=(0,))[0] for value in column]
        stacked.append(builder.emit("concat", parts, axis=0)[0])
    return [*carried, *stacked]


def selected(builder: Builder, on: Value, new: Value, old: Value) -> Value:
    if new.type.rank > 1:
        on = builder.emit("unsqueeze", (on,), axes=tuple(range(1, new.type.rank)))[0]
    return builder.emit("where", (on, new, old), types=[new.type])[0] if new.type.rank else new


@settings(quick, max_examples=60)
@given(random_recurrence(dirty=False, known=5))
def test_random_steps_mean_the_same(case: tuple[Graph, dict[str, Any]]) -> None:
    graph, feeds = case
    assert_keeps(replay(graph, (written_out,)), feeds, "fold", "roll_up")


@settings(quick, max_examples=30)
@given(random_recurrence(dirty=False, known=5))
def test_random_steps_mean_the_same_to_the_end(case: tuple[Graph, dict[str, Any]]) -> None:
    graph, feeds = case
    assert_keeps(replay(graph, (written_out,)), feeds, *TO_THE_END)
