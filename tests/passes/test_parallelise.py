"""``parallelise``: a state that is only multiplied and added to is a prefix scan; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Graph, evaluate, walk
from rnn2onnx.passes import Choice, pipeline, run_passes
from rnn2onnx.passes.choice import Offer
from tests.passes.running import assert_keeps
from tests.random_graphs import assert_same

UNITS = 3
Step = Callable[[Any, Any], Any]


class Cell(tf.nn.rnn_cell.RNNCell):
    """A cell that is one formula of its input and state, and gives what another formula makes of both states."""

    state_size = UNITS
    output_size = UNITS

    def __init__(self, step: Step, output: Callable[[Any, Any], Any] = lambda old, new: new) -> None:
        super().__init__()
        self.step, self.output = step, output

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        new = self.step(inputs, state)
        return self.output(state, new), new


def program(cell: Cell, *, lengths: bool, steps: Any = "time", reverse: bool = False) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [steps, "batch", UNITS], "x")
        h = tf.placeholder(tf.float32, ["batch", UNITS], "h")
        n = tf.placeholder(tf.int32, ["batch"], "n") if lengths else None
        x = tf.reverse(x, [0]) if reverse else x
        out = tf.nn.dynamic_rnn(cell, x, n, initial_state=h, time_major=True)
        out = (tf.reverse(out[0], [0]), out[1]) if reverse else out
    return rnn2onnx.compile(graph, out)


def feeds(steps: int, rows: int, *, lengths: bool) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(steps + 100 * rows)
    made = {"x": rng.standard_normal((steps, rows, UNITS)), "h": rng.standard_normal((rows, UNITS))}
    made = {name: value.astype(np.float32) for name, value in made.items()}
    if lengths:
        made["n"] = rng.integers(-1, steps + 3, rows).astype(np.int32)
        past = np.arange(steps)[:, None] >= np.maximum(made["n"], 0)[None]
        made["x"][past] = np.nan
    return made


def kinds(graph: Graph) -> set[str]:
    return {op.kind.name for op in walk(graph.block)}


LINEAR: dict[str, Cell] = {
    "gated": Cell(lambda x, h: tf.sigmoid(x) * h + (1 - tf.sigmoid(x)) * tf.tanh(x)),
    "towards the input": Cell(lambda x, h: h + tf.sigmoid(x) * (x - h)),
    "decay": Cell(lambda x, h: 0.9 * h + x),
    "factors of zero": Cell(lambda x, h: tf.nn.relu(x) * h - x),
    "negative factors": Cell(lambda x, h: x - h * 0.5),
    "a divided state": Cell(lambda x, h: h / (1 + x * x) + x),
    "one factor for a row": Cell(lambda x, h: tf.sigmoid(x[:, :1]) * h + x),
    "chosen": Cell(lambda x, h: tf.where(x > 0, h * 0.5, x)),
    "a product": Cell(lambda x, h: h * tf.sigmoid(x)),
    "negated": Cell(lambda x, h: -h),
    "what was there before": Cell(lambda x, h: 0.5 * h + x, lambda old, new: new - 2 * old),
    "only what was there before": Cell(lambda x, h: 0.5 * h + x, lambda old, new: old),
}


@pytest.mark.parametrize("lengths", [False, True], ids=["full", "lengths"])
@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_state_is_a_prefix_scan(name: str, lengths: bool) -> None:
    made = program(LINEAR[name], lengths=lengths)
    assert any("prefix scan" in decision.became for decision in made.report), made.report
    # Steps on both sides of where the prefix scan is taken, of whole and of broken blocks.
    for steps, rows in ((81, 2), (64, 1), (65, 3), (63, 2), (5, 2), (0, 2), (70, 0), (64, 90)):
        given = feeds(steps, rows, lengths=lengths)
        assert_keeps(made.graph, given, "fold", "distribute", "parallelise")
        got, want = made.run(given), made.evaluate(given)
        for a, b in zip(got, want, strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def test_walked_backwards() -> None:
    made = program(LINEAR["gated"], lengths=False, reverse=True)
    given = feeds(70, 2, lengths=False)
    for a, b in zip(made.run(given), made.evaluate(given), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def test_as_exact_as_the_steps_one_by_one() -> None:
    """Tiny and huge factors: nothing is divided, no logarithm is taken."""
    made = program(Cell(lambda x, h: tf.exp(12 * x) * h + x), lengths=False)
    given = {"x": np.zeros((200, 1, UNITS), np.float32), "h": np.ones((1, UNITS), np.float32)}
    given["x"][:, 0] = np.where(np.arange(200)[:, None] % 2, -5.0, 5.0)
    given["x"][100, 0, 0] = -80
    rows, final = made.run(given)
    want_rows, want_final = made.evaluate(given, float64=True)
    np.testing.assert_allclose(rows, want_rows, rtol=3e-4, atol=1e-5)
    np.testing.assert_allclose(final, want_final, rtol=3e-4, atol=1e-5)


@pytest.mark.parametrize("steps", [81, 70])
def test_a_known_number_of_steps(steps: int) -> None:
    made = program(LINEAR["gated"], lengths=False, steps=steps)
    given = feeds(steps, 2, lengths=False)
    for a, b in zip(made.run(given), made.evaluate(given), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def test_few_steps_or_many_numbers_stay_as_they_are() -> None:
    assert not any("prefix" in d.became for d in program(LINEAR["gated"], lengths=False, steps=10).report)


def test_it_is_an_alternative_that_can_be_forced() -> None:
    made = program(LINEAR["gated"], lengths=False, steps=10)
    (decision,) = made.report
    taken = {each.form: each.taken for each in decision.alternatives}
    assert taken == {"prefix scan": "never", "Scan": "always"}
    offers: dict[str, Offer] = {}
    run_passes(made.graph, pipeline(Choice(offers=offers)))
    (key,) = [key for key, offer in offers.items() if offer == Offer(("prefix scan", "Scan"), "batch", 10, True)]
    forced, decisions = run_passes(made.graph, pipeline(Choice(forced={key: "prefix scan"})))
    assert "prefix scan" in [each.became for each in decisions]
    given = feeds(10, 2, lengths=False)
    assert_same(evaluate(forced, given), evaluate(made.graph, given), 1e-5)


@pytest.mark.parametrize(("rows", "steps", "prefix"), [(1, 1000, True), (40, 1000, True), (4000, 1000, False)])
def test_of_many_numbers_it_is_the_slower_form(rows: int, steps: int, prefix: bool) -> None:
    """What the table says is what was measured: of 128 numbers a third of the time, of 2048 more than the whole."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [steps, rows, UNITS], "x")
        outputs, _ = tf.nn.dynamic_rnn(LINEAR["gated"], x, dtype=tf.float32, time_major=True)
    (first, *_) = rnn2onnx.compile(graph, outputs).report
    costs = {each.form: each.costs[rows, steps] for each in first.alternatives}
    assert (costs["prefix scan"] < costs["Scan"]) == prefix


NOT_LINEAR: dict[str, Cell] = {
    "squared": Cell(lambda x, h: h * h + x),
    "a gate that reads the state": Cell(lambda x, h: tf.sigmoid(x + h) * h + x),
    "tanh": Cell(lambda x, h: tf.tanh(0.5 * h + x)),
    "divides by the state": Cell(lambda x, h: x / h),
    "chosen by the state": Cell(lambda x, h: tf.where(h > 0, h * 0.5, x)),
    "the larger one": Cell(lambda x, h: tf.maximum(h, x)),
    "mixes units": Cell(lambda x, h: tf.matmul(h, tf.ones([UNITS, UNITS]) / 7) + x),
    "mixes units by turning them round": Cell(lambda x, h: 0.5 * tf.reverse(h, [1]) + x),
    "mean of the state": Cell(lambda x, h: 0.5 * h + tf.reduce_mean(h, 1, keepdims=True) + x),
}


@pytest.mark.parametrize("name", NOT_LINEAR)
def test_what_is_not_linear_element_by_element_is_not(name: str) -> None:
    made = program(NOT_LINEAR[name], lengths=True)
    assert not any("prefix scan" in decision.became for decision in made.report)
