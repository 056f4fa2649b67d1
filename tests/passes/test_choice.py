"""Where lengths are open: one form that is nowhere much slower than the best one, or a branch that is less so."""

from __future__ import annotations

from typing import Any

import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.passes import Decision
from rnn2onnx.passes.choice import ALLOWED, ROWS, STEPS
from rnn2onnx.passes.report import Alternative

CELLS = {"GRU": tf.nn.rnn_cell.GRUCell, "RNN": tf.nn.rnn_cell.BasicRNNCell}


def decided(cell: Any, units: int, batch: Any, steps: Any) -> Decision:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, steps, 16], "x")
        outputs, _ = tf.nn.dynamic_rnn(cell(units), x, dtype=tf.float32)
    (decision,) = (each for each in rnn2onnx.compile(graph, outputs).report if each.alternatives)
    return decision


def is_taken(form: Alternative, batch: int, steps: int) -> bool:
    """What the report says of when a form is taken: "always", or "batch >= 8 and steps <= 29"."""
    if form.taken in ("always", "never"):
        return form.taken == "always"
    return bool(eval(form.taken, {"batch": batch, "steps": steps}))


def regret(decision: Decision, taken: Any) -> float:
    """How many times as long as the best form the one that is taken takes, where that is worst."""
    first, own = decision.alternatives
    costs = [(sizes, first.costs[sizes], own.costs[sizes]) for sizes in first.costs]
    return max((one if taken(*sizes) else other) / min(one, other) for sizes, one, other in costs)


@pytest.mark.parametrize("units", [8, 24, 64, 100, 128, 300, 512])
@pytest.mark.parametrize("name", CELLS)
def test_over_the_range_a_form_is_near_the_best_or_a_branch_is_nearer(name: str, units: int) -> None:
    decision = decided(CELLS[name], units, None, None)
    first, own = decision.alternatives
    assert set(first.costs) == {(batch, steps) for batch in ROWS for steps in STEPS}
    chosen = regret(decision, lambda *sizes: is_taken(first, *sizes))
    always, never = regret(decision, lambda *_: True), regret(decision, lambda *_: False)
    assert chosen <= min(always, never)
    if {first.taken, own.taken} == {"always", "never"}:
        assert chosen <= ALLOWED
    else:
        assert own.taken == "else"
        assert min(always, never) > ALLOWED


@pytest.mark.parametrize("batch", [1, 16, 256])
@pytest.mark.parametrize("name", CELLS)
def test_where_lengths_are_known_the_best_form_is_taken(name: str, batch: int) -> None:
    decision = decided(CELLS[name], 128, batch, 50)
    first, own = decision.alternatives
    assert {first.taken, own.taken} == {"always", "never"}
    assert regret(decision, lambda *_: first.taken == "always") == 1.0


def test_both_happen() -> None:
    taken = {decided(cell, units, None, None).alternatives[0].taken for cell in CELLS.values() for units in (8, 128)}
    assert taken & {"always", "never"}
    assert taken - {"always", "never"}
