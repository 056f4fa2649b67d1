"""``normalise``: layer normalisation that is written out becomes one operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.ir import Graph, parse, walk
from rnn2onnx.passes import Report
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, after, assert_keeps, normal, quick

TEXT = """graph g(%x: f32[B, 4]) {
  %e = const 0.5 : f32[]
  %s = const [1.0, 2.0, 3.0, 4.0] : f32[4]
  %b = const [5.0, 6.0, 7.0, 8.0] : f32[4]
  %0 = reduce_mean %x {axes=[1], keepdims=true} : f32[B, 1]
  %1 = sub %x, %0 : f32[B, 4]
  %2 = mul %1, %1 : f32[B, 4]
  %3 = reduce_mean %2 {axes=[1], keepdims=true} : f32[B, 1]
  %4 = add %3, %e : f32[B, 1]
  %5 = sqrt %4 : f32[B, 1]
  %6 = reciprocal %5 : f32[B, 1]
  %7 = mul %1, %6 : f32[B, 4]
  %8 = mul %7, %s : f32[B, 4]
  %9 = add %8, %b : f32[B, 4]
  return "y" = %9
}"""
WIDTH = 5


def test_a_formula_becomes_one_operation() -> None:
    assert (
        after("normalise", TEXT)
        == """graph g(%x: f32[B, 4]) {
  %s = const [1.0, 2.0, 3.0, 4.0] : f32[4]
  %b = const [5.0, 6.0, 7.0, 8.0] : f32[4]
  %0 = layer_norm %x, %s, %b {epsilon=0.5} : f32[B, 4]
  return "y" = %0
}"""
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("axes=[1]", "axes=[0]"),
        ("mul %1, %1", "mul %x, %x"),
        ("mul %1, %1", "mul %1, %x"),
        ("const 0.5", "const -0.5"),
        ("add %3, %e", "maximum %3, %e"),
        ("sqrt %4", "exp %4"),
        ("sub %x, %0", "add %x, %0"),
        ("mul %1, %6", "mul %x, %6"),
        ("reduce_mean %2", "reduce_max %2"),
        ("reduce_mean %x", "reduce_max %x"),
        ("reduce_mean %2", "reduce_mean %1"),
    ],
)
def test_what_only_looks_like_it_stays(old: str, new: str) -> None:
    text = TEXT.replace(old, new)
    assert text != TEXT
    text = text.replace("f32[B, 1]", "f32[1, 4]") if "axes=[0]" in text else text
    assert "layer_norm" not in after("normalise", text)


def test_a_root_that_something_is_added_to_is_another_formula() -> None:
    text = TEXT.replace("add %3, %e", "add %3, %z").replace(
        "%6 = reciprocal %5", "%p = add %5, %e : f32[B, 1]\n  %6 = reciprocal %p"
    )
    text = text.replace("  %e = ", "  %z = const 0.0 : f32[]\n  %e = ")
    assert "layer_norm" not in after("normalise", text)


def test_the_mean_of_squares_less_the_square_of_the_mean_has_other_rounding_errors() -> None:
    text = TEXT.replace("mul %1, %1", "mul %x, %x").replace("add %3, %e", "add %v, %e")
    text = text.replace("  %4 = ", "  %q = mul %0, %0 : f32[B, 1]\n  %v = sub %3, %q : f32[B, 1]\n  %4 = ")
    assert "layer_norm" not in after("normalise", text)


def test_what_differs_from_row_to_row_is_multiplied_afterwards() -> None:
    text = TEXT.replace("%x: f32[B, 4]", "%x: f32[B, 4], %g: f32[B, 4]").replace("mul %7, %s", "mul %7, %g")
    made = after("normalise", text)
    assert "layer_norm %x" in made
    assert "sqrt" not in made
    assert_keeps(parse(text), {"x": normal(1, 3, 4), "g": normal(2, 3, 4)}, "normalise")


def test_columns_of_several_groups_are_scaled_afterwards() -> None:
    text = (
        TEXT.replace("f32[B, 4]", "f32[B, 2, 4]").replace("f32[B, 1]", "f32[B, 2, 1]").replace("axes=[1]", "axes=[2]")
    )
    text = text.replace("const [1.0, 2.0, 3.0, 4.0] : f32[4]", "const [[1.0], [2.0]] : f32[2, 1]")
    made = after("normalise", text)
    assert "layer_norm %x" in made
    assert_keeps(parse(text), {"x": normal(1, 3, 2, 4)}, "normalise")


# -- ways to write it --------------------------------------------------------------------------------------------------


def _moments(x: Any, how: str) -> tuple[Any, Any]:
    if how == "moments":
        return tf.nn.moments(x, [-1], keep_dims=True)
    if how == "dropped":
        mean, variance = tf.nn.moments(x, [-1])
        return tf.expand_dims(mean, -1), tf.expand_dims(variance, -1)
    if how == "sums":
        mean = tf.reduce_sum(x, -1, keepdims=True) / WIDTH
        return mean, tf.reduce_sum(tf.square(x - mean), -1, keepdims=True) * (1 / WIDTH)
    mean = tf.reduce_mean(x, -1, keepdims=True)
    if how == "difference":
        return mean, tf.reduce_mean(tf.squared_difference(mean, x), -1, keepdims=True)
    return mean, tf.reduce_mean(tf.pow(x - mean, 2.0), -1, keepdims=True)


def _normed(x: Any, mean: Any, variance: Any, how: str, scale: Any, offset: Any) -> Any:
    if how == "batch":
        return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)
    wide = variance + 1e-3
    gap = -(mean - x) if how == "power" else x - mean
    if how == "divided":
        out = gap / tf.sqrt(wide)
    elif how == "power":
        out = gap * tf.pow(wide, -0.5)
    elif how == "scale first":
        out = gap if scale is None else scale * gap
        out = out * tf.rsqrt(wide)
    else:
        out = tf.rsqrt(wide) * gap
    if scale is not None and how != "scale first":
        out = scale * out
    return out if offset is None else offset + out


MOMENTS = ("moments", "dropped", "sums", "difference", "power")
FORMULAS = ("batch", "divided", "power", "scale first", "root first")


def _recorded(moments: str, formula: str, scale: bool, offset: bool, rank: int, dtype: Any = np.float32) -> Graph:
    graph, rng = tf.Graph(), np.random.default_rng(3)
    with graph.as_default():
        x = tf.placeholder(tf.as_dtype(dtype), [None] * (rank - 1) + [WIDTH], "x")
        lines = [tf.constant(rng.uniform(0.5, 2, WIDTH).astype(dtype)) if given else None for given in (scale, offset)]
        out = _normed(x, *_moments(x, moments), formula, *lines)
        return graph.program(out, {})


@settings(quick, max_examples=40)
@given(st.data())
def test_every_way_to_write_it_is_found(data: Any) -> None:
    scale, offset, rank = data.draw(st.booleans()), data.draw(st.booleans()), data.draw(st.integers(2, 3))
    graph = _recorded(data.draw(st.sampled_from(MOMENTS)), data.draw(st.sampled_from(FORMULAS)), scale, offset, rank)
    shape = [data.draw(st.integers(0, 3)) for _ in range(rank - 1)]
    made = assert_keeps(graph, {"x": normal(1, *shape, WIDTH)}, "fold", "normalise")
    assert [op.kind.name for op in made.block.ops if op.kind.name != "const"] == ["layer_norm"]


@pytest.mark.parametrize("special", [np.nan, np.inf, 1e25, "constant"])
@pytest.mark.parametrize("opset", [13, 17, 21])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_file_gives_what_the_formula_gives(dtype: Any, opset: int, special: Any) -> None:
    graph = tf.Graph()
    x = np.random.default_rng(0).standard_normal((4, WIDTH)).astype(dtype)
    x[1] = 1000
    if special == "constant":
        x[2] = 0
    else:
        with np.errstate(over="ignore"):
            x[2, 3] = dtype(special)
    with graph.as_default():
        given = tf.placeholder(tf.as_dtype(dtype), [None, WIDTH], "x")
        mean, variance = _moments(given, "difference")
        out = tf.identity(_normed(given, mean, variance, "divided", None, tf.constant(np.ones(WIDTH, dtype))), "y")
    program = rnn2onnx.compile(graph, out, opset=opset)
    assert any(op.kind.name == "layer_norm" for op in walk(program.lowered.block))
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        gap = wide - wide.mean(1, keepdims=True)
        wanted = gap / np.sqrt((gap * gap).mean(1, keepdims=True) + dtype(1e-3)) + 1
        overflows = np.isinf(np.square(gap.astype(dtype if dtype != np.float16 else np.float32))).any(1)
    near = {2: 5e-3, 4: 1e-5, 8: 1e-9}[np.dtype(dtype).itemsize]
    found = program.run({"x": x})
    assert found.dtype == dtype
    # A square that is beyond float32 is infinite there.
    np.testing.assert_allclose(found[~overflows], wanted[~overflows], rtol=near, atol=near)


# -- in recurrences ----------------------------------------------------------------------------------------------------


def _scan_body(out: Any, graph: Any) -> list[str]:
    lowered = rnn2onnx.compile(graph, out).lowered
    scans = [[each.kind.name for each in op.blocks[0].ops] for op in walk(lowered.block) if op.kind.name == "scan"]
    steps = [kinds for kinds in scans if "scan" not in kinds]
    assert all(sorted(kinds) == sorted(steps[0]) for kinds in steps), "tile by tile, or all at once"
    return steps[0]


def test_a_cell_normalises_each_gate_by_one_operation() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [4, None, 3], "x")
        out = tf.nn.dynamic_rnn(tf.contrib.rnn.LayerNormBasicLSTMCell(4), x, dtype=tf.float32)
    kinds = _scan_body(out, graph)
    assert kinds.count("layer_norm") == 5
    assert not {"reduce_mean", "sqrt", "slice", "sub"} & set(kinds)


def test_inputs_are_normalised_before_the_loop() -> None:
    class Cell(tf.nn.rnn_cell.BasicRNNCell):  # type: ignore[misc]
        def call(self, inputs: Any, state: Any) -> Any:
            return super().call(keras.layers.LayerNormalization()(inputs), state)

    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [300, None, 3], "x")
        out = tf.nn.dynamic_rnn(Cell(4), x, dtype=tf.float32)
    assert "layer_norm" not in _scan_body(out, graph)
    program = rnn2onnx.compile(graph, out)
    assert any(op.kind.name == "layer_norm" for op in walk(program.lowered.block))
    feeds = {"x": normal(2, 300, 4, 3)}
    for got, want in zip(program.run(feeds), program.evaluate(feeds), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


@settings(quick, max_examples=30)
@given(random_recurrence())
def test_normalise_keeps_the_meaning(case: Any) -> None:
    graph, feeds = case
    assert_keeps(graph, feeds, "fold", "normalise")


def test_a_graph_without_means_is_the_same_object() -> None:
    graph = parse('graph g(%x: f32[2]) {\n  %0 = tanh %x : f32[2]\n  return "y" = %0\n}')
    assert BY_NAME["normalise"](graph, Report()) is graph
