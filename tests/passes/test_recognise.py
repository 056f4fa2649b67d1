"""``recognise``: what computes a native layer becomes one however it is written, and nothing else does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx import tf
from rnn2onnx.ir import parse, walk
from rnn2onnx.passes import run_passes
from tests.passes.cells_by_hand import PAIR, Cell, D, H, became, compiled, gate, matrix
from tests.passes.native_cells import (
    NATIVE,
)
from tests.passes.near_misses import (
    NOT_NATIVE,
    emits_the_memory,
    old_output,
)
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, assert_keeps, normal, quick
from tests.random_graphs import random_graph


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("name", NATIVE)
def test_what_computes_a_native_layer_becomes_one(name: str, lengths: bool) -> None:
    kind, make = NATIVE[name]
    # Some are the faster form of small states only: a branch has the other one.
    (found,) = became(compiled(make(), lengths=lengths))
    assert found == kind or (kind != "LSTM" and found == f"{kind} or Scan")


def test_a_residual_layer_of_a_stack_stays_native() -> None:
    cells = [tf.nn.rnn_cell.GRUCell(D), tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.LSTMCell(D))]
    assert became(compiled(tf.nn.rnn_cell.MultiRNNCell(cells))) == ["GRU", "LSTM"]


def test_eleven_layers_are_eleven_native_layers_in_order() -> None:
    cells = [tf.nn.rnn_cell.LSTMCell(size) for size in range(2, 13)]
    program = compiled(tf.nn.rnn_cell.MultiRNNCell(cells))
    assert became(program) == ["LSTM"] * 11
    sizes = [op.attrs["hidden_size"] for op in walk(program.lowered.block) if op.kind.name == "lstm"]
    # There are more of them where rows are sorted by length.
    assert sizes[:11] == list(range(2, 13))
    assert set(sizes) == set(range(2, 13))


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("name", NOT_NATIVE)
def test_near_misses_stay_what_they_are(name: str, lengths: bool) -> None:
    program = compiled(NOT_NATIVE[name](), lengths=lengths)
    assert set(became(program)) == {"Scan"}
    assert not [op for op in walk(program.lowered.block) if op.kind.name in ("lstm", "gru", "rnn")]
    assert all(decision.why.startswith("no native operator, since ") for decision in program.report)


@pytest.mark.parametrize("name", ["memory", "old"])
def test_more_rows_than_the_output_are_given(name: str) -> None:
    """The memory or the old state as an output: the layer alone does not give it, and the numbers are right."""
    cell = Cell(emits_the_memory, PAIR, 2 * H) if name == "memory" else Cell(old_output, H)
    assert "Scan" in became(compiled(cell))


@pytest.mark.parametrize("dtype", ["f64", "bf16"])
def test_dtypes_without_a_native_layer(dtype: str) -> None:
    text = """graph g(%x: f32[4, 2, 2], %h: f32[2, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[2, 2], %3: f32[2, 2]) {
    %4 = add %2, %3 : f32[2, 2]
    %5 = tanh %4 : f32[2, 2]
    return %5, %5
  } : f32[2, 2], f32[4, 2, 2]
  return "h" = %0, "y" = %1
}""".replace("f32", dtype)
    _, report = run_passes(parse(text), [BY_NAME["recognise"], BY_NAME["lower"]])
    (decision,) = report
    assert decision.became == "Scan"
    assert "onnxruntime has no native layer of" in decision.why


def test_an_input_of_one_row_for_all_stays_a_broadcast() -> None:
    text = """graph g(%x: f32[4, 1, 2], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[1, 2]) {
    %4 = add %2, %3 : f32[B, 2]
    %5 = tanh %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[4, B, 2]
  return "h" = %0, "y" = %1
}"""
    made = assert_keeps(parse(text), {"x": normal(1, 4, 1, 2), "h": normal(2, 3, 2)}, *BY_NAME)
    assert [op.kind.name for op in walk(made.block) if op.kind.name in ("rnn", "scan")] == ["scan"]


def test_weights_that_are_fed_are_no_native_layer() -> None:
    text = """graph g(%x: f32[4, 3, 2], %h: f32[3, 2], %w: f32[2, 2]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=true, states=1, unmasked=[]} (%2: f32[3, 2], %3: f32[3, 2]) {
    %4 = matmul %2, %w : f32[3, 2]
    %5 = add %4, %3 : f32[3, 2]
    %6 = tanh %5 : f32[3, 2]
    return %6, %6
  } : f32[3, 2], f32[4, 3, 2]
  return "h" = %0, "y" = %1
}"""
    feeds = {"x": normal(1, 4, 3, 2), "h": normal(2, 3, 2), "w": normal(3, 2, 2)}
    made = assert_keeps(parse(text), feeds, *BY_NAME)
    assert [op.kind.name for op in walk(made.block) if op.kind.name in ("rnn", "scan")] == ["scan"]


def test_a_sequence_read_backwards_is_a_native_layer_that_is() -> None:
    text = """graph g(%x: f32[4, 3, 2], %h: f32[3, 2], %n: i64[3]) {
  %0, %1 = recur %h, %x, %n {lengths=true, reverse=true, states=1, unmasked=[]} (%2: f32[3, 2], %3: f32[3, 2]) {
    %5 = add %2, %3 : f32[3, 2]
    %6 = tanh %5 : f32[3, 2]
    return %6, %6
  } : f32[3, 2], f32[4, 3, 2]
  return "h" = %0, "y" = %1
}"""
    feeds = {"x": normal(1, 4, 3, 2), "h": normal(2, 3, 2), "n": np.array([2, 0, 7])}
    made = assert_keeps(parse(text), feeds, "recognise")
    assert [op.attrs["direction"] for op in made.block.ops if op.kind.name == "rnn"] == ["reverse"]


@given(random_graph())
@quick
def test_recognise_keeps_the_meaning(case: Any) -> None:
    assert_keeps(*case, "distribute", "recognise")


@given(random_recurrence())
@settings(quick, max_examples=200)
def test_recognise_keeps_the_meaning_of_cells(case: Any) -> None:
    assert NARROW < 1e-5
    assert_keeps(*case, "distribute", "recognise")


def test_two_products_of_one_sign_are_no_interpolation() -> None:
    def both_added(x: Any, h: Any) -> Any:
        g, c = gate("g", x, h), gate("c", x, h, tf.tanh)
        h = c + g * c + g * h
        return h, h

    assert "GRU" not in became(compiled(Cell(both_added, H)))


def test_units_that_do_not_meet_are_not_brought_together_by_a_product() -> None:
    def summed(x: Any, h: Any) -> Any:
        h = 0.5 * h + tf.matmul(x, matrix("x", D, H))
        return h, h

    assert "RNN" not in became(compiled(Cell(summed, H)))


def test_a_part_without_columns() -> None:
    def rotated(x: Any, h: Any) -> Any:
        h = tf.tanh(tf.concat([h[:, 1:], h[:, :1]], 1) + tf.matmul(x, matrix("x", D, 1)))
        return h, h

    assert became(compiled(Cell(rotated, 1, 1)))
