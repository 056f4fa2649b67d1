"""``quantize``: weights in int8, each number rounded alike in numpy and on onnxruntime, and nothing of the padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.exporter import export
from rnn2onnx.ir import Array, Graph, Value, evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, Decision, Pass, Report, run_passes
from rnn2onnx.passes.quantizing import int8_units
from rnn2onnx.passes.quantizing.quantize import Quantize, rounded
from rnn2onnx.passes.tiling.pack import Pack
from rnn2onnx.runtime.quantization import with_int8
from rnn2onnx.targets import ONNXRUNTIME
from tests.exporter.running import assert_close, run
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import quick
from tests.random_graphs import random_graph

NEAR = 0.06
"""How far 8 bits may move what is of size 1: several steps of 1/127."""


@pytest.fixture(scope="module")
def any_size() -> Iterator[None]:
    """Products of few weights are quantized too."""
    patch = pytest.MonkeyPatch()
    patch.setattr(int8_units, "LEAST", 1)
    yield
    patch.undo()


def weights(*shape: int, dtype: Any = np.float32) -> Array:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(dtype)


def quantized(text: str, **named: Array) -> str:
    graph = parse(text, named)
    made = Quantize()(graph, Report())
    return "unchanged" if made is graph else str(made)


PACK = Pack(replace(ONNXRUNTIME, pack_rows=2, pack_share=0.01, pack_sort=0.0, pack_tile=0.01))
"""Sorts rows however little that saves."""
PACKED = [PACK if step.name == "pack" else step for step in PIPELINE]
UNPACKED = [step for step in PIPELINE if step.name not in ("pack", "strip_mine")]
"""Each recurrence is there once."""


def compiled(model: Any, *back: int, passes: Sequence[Pass] = PIPELINE) -> tuple[Graph, Graph, tuple[Decision, ...]]:
    """A program as recorded and with int8 weights, and what is said of it."""
    graph, outputs = rnn2onnx.trace(model)
    recorded = graph.program(outputs, None)
    return recorded, *run_passes(recorded, with_int8(passes, frozenset(back)))


def products(graph: Graph) -> list[str]:
    """The kinds of the products with weights, in order."""
    names = ("matmul", "quantized_matmul", "lstm", "gru", "rnn", "quantized_lstm")
    return [op.kind.name for op in walk(graph.block) if op.kind.name in names]


def fed() -> tuple[Any, Any]:
    return tf.placeholder(tf.float32, ["batch", "time", 70], "x"), tf.placeholder(tf.int32, ["batch"], "n")


def layers(*cells: Callable[[], Any], lengths: bool = True) -> Any:
    def model() -> Any:
        x, n = fed()
        cell = tf.nn.rnn_cell.MultiRNNCell([cell() for cell in cells])
        return tf.nn.dynamic_rnn(cell, x, n if lengths else None, dtype=tf.float32)

    return model


def lstm() -> Any:
    return tf.nn.rnn_cell.LSTMCell(70)


def gru() -> Any:
    return tf.nn.rnn_cell.GRUCell(70)


def padded(rows: int, steps: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Inputs with NaN, infinities and large numbers behind the end of rows, and the same with zeros there."""
    rng = np.random.default_rng(1)
    lengths = rng.integers(0, steps + 2, rows).astype(np.int32)
    x = rng.uniform(-1, 1, (rows, steps, 70)).astype(np.float32)
    behind = np.arange(steps)[None] >= lengths[:, None]
    x[behind] = rng.choice(np.array([np.nan, np.inf, -np.inf, 1e30], np.float32), x[behind].shape)
    return {"x": x, "n": lengths}, {"x": np.where(behind[..., None], np.float32(0), x), "n": lengths}


def assert_near(model: Any, passes: Sequence[Pass] = PIPELINE) -> Graph:
    """The program with int8 weights only; fails unless it is near the recorded one, whatever the padding."""
    recorded, made, _ = compiled(model, passes=passes)
    assert {name.partition("_")[0] for name in products(made)} == {"quantized"}
    exported = export(made)
    for rows, steps in ((4, 9), (1, 3), (3, 0), (0, 3)):
        dirty, clean = padded(rows, steps)
        exact, found, engine = evaluate(recorded, clean, float64=True), evaluate(made, dirty), run(exported, dirty)
        for name, array in exact.items():
            assert found[name].shape == array.shape
            assert np.abs(found[name] - array).max(initial=0) <= NEAR
            assert_close(engine[name], found[name], name)
    return made


# -- weights and products ----------------------------------------------------------------------------------------------


def test_weights_are_rounded_to_the_scale_of_their_column() -> None:
    whole, scales = rounded(np.array([[1.27, -0.0101, 0, 1e-45], [0.636, 0.02, 0, 0]], np.float32))
    np.testing.assert_array_equal(whole, [[127, -64, 0, 0], [64, 127, 0, 0]])
    np.testing.assert_allclose(scales, [0.01, 0.02 / 127, 1, 1], rtol=1e-6)
    random = weights(2, 30, 7)
    whole, scales = rounded(random)
    assert (whole.shape, scales.shape, whole.dtype) == ((2, 30, 7), (2, 7), np.int8)
    assert (np.abs(whole * scales[:, None] - random) <= scales[:, None] * 0.5001).all()


def test_a_product_before_and_after() -> None:
    text = """graph g(%x: f32[B, 64]) {
  %w = const "w" : f32[64, 64]
  %0 = matmul %x, %w : f32[B, 64]
  %1 = tanh %0 : f32[B, 64]
  return "y" = %1
}"""
    assert (
        quantized(text, w=weights(64, 64))
        == """graph g(%x: f32[B, 64]) {
  %w/int8 = const "w/int8" : i8[64, 64]
  %w/scale = const "w/scale" : f32[64]
  %0 = quantized_matmul %x, %w/int8, %w/scale : f32[B, 64]
  %1 = tanh %0 : f32[B, 64]
  return "y" = %1
}"""
    )


@pytest.mark.parametrize(
    ("dtype", "x", "w"),
    [
        ("f32", "[B, 63]", (63, 64)),
        ("f64", "[B, 64]", (64, 64)),
        ("f16", "[B, 64]", (64, 64)),
        ("f32", "[2, B, 64]", (2, 64, 64)),
    ],
)
def test_products_that_stay(dtype: str, x: str, w: tuple[int, ...]) -> None:
    result = f"{x.rpartition(',')[0]}, 64]"
    text = f"""graph g(%x: {dtype}{x}) {{
  %w = const "w" : {dtype}[{", ".join(map(str, w))}]
  %0 = matmul %x, %w : {dtype}{result}
  return "y" = %0
}}"""
    assert quantized(text, w=weights(*w, dtype=f"float{dtype[1:]}")) == "unchanged"


def test_weights_that_are_not_finite_or_not_constant_stay() -> None:
    text = """graph g(%x: f32[B, 64], %v: f32[64, 64]) {
  %w = const "w" : f32[64, 64]
  %0 = matmul %x, %w : f32[B, 64]
  %1 = matmul %0, %v : f32[B, 64]
  return "y" = %1
}"""
    holed = weights(64, 64)
    holed[3, 4] = np.inf
    assert quantized(text, w=holed) == "unchanged"
    assert quantized(text, w=weights(64, 64)).count("quantized_matmul") == 1


RECUR = """graph g(%x: f32[T, B, 3], %n: i64[B], %h: f32[B, 2]) {
  %w = const "w" : f32[3, 2]
  %r = const "r" : f32[2, 2]
  %0 = matmul %x, %w : f32[T, B, 2]
  %1, %2 = recur %h, %0, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = matmul %3, %r : f32[B, 2]
    %6 = add %5, %4 : f32[B, 2]
    %7 = relu %6 : f32[B, 2]
    return %7, %7
  } : f32[B, 2], f32[T, B, 2]
  return "h" = %1, "y" = %2
}"""


def test_what_is_behind_the_end_of_a_row_is_zero_before_it_is_rounded(any_size: None) -> None:
    made = quantized(RECUR, w=weights(3, 2), r=weights(2, 2))
    lines = [line.strip() for line in made.split("\n")]
    (where,) = [line for line in lines if " = where " in line]
    (before,) = [line for line in lines if line.endswith(": f32[T, B, 2]") and "quantized_matmul" in line]
    (inside,) = [line for line in lines if line.endswith(": f32[B, 2]") and "quantized_matmul" in line]
    assert ", %x, " in where
    assert where.endswith(" : f32[T, B, 3]")
    assert f"quantized_matmul {where.split()[0]}, %w/int8, %w/scale" in before
    assert "%r/int8, %r/scale" in inside
    assert lines.index(where) < lines.index(before) < lines.index(inside)


# -- programs ----------------------------------------------------------------------------------------------------------


def test_lstms_and_the_layer_behind_them() -> None:
    def model() -> Any:
        outputs, state = layers(lstm, lstm)()
        return tf.layers.dense(outputs, 80), state

    made = assert_near(model, UNPACKED)
    assert products(made) == ["quantized_lstm", "quantized_lstm", "quantized_matmul"]


@pytest.mark.parametrize("cell", [lstm, gru])
def test_rows_sorted_by_length(cell: Any) -> None:
    made = assert_near(layers(cell, cell), PACKED)
    assert any(op.kind.name == "top_k" for op in walk(made.block))


def test_the_layer_before_an_lstm_is_masked_in_its_own_order_of_axes() -> None:
    def model() -> Any:
        x, n = fed()
        return tf.nn.dynamic_rnn(lstm(), tf.layers.dense(x, 70, tf.nn.relu), n, dtype=tf.float32)

    assert_near(model)


def test_grus_are_spelled_out() -> None:
    assert len(products(assert_near(layers(gru)))) >= 5


@pytest.mark.parametrize("cell", [lstm, gru])
def test_both_directions(cell: Any) -> None:
    def model() -> Any:
        x, n = fed()
        return tf.nn.bidirectional_dynamic_rnn(cell(), cell(), x, n, dtype=tf.float32)

    assert_near(model)


def test_cells_of_other_kinds() -> None:
    assert_near(layers(lambda: tf.contrib.rnn.LayerNormBasicLSTMCell(70)))
    assert_near(layers(lambda: tf.contrib.rnn.NASCell(70)))


def test_a_product_whose_padding_cannot_be_told_stays() -> None:
    def model() -> Any:
        x, n = fed()
        flat = tf.layers.dense(tf.reshape(x, [-1, 70]), 70)
        inner = tf.reshape(flat, [tf.shape(x)[0], tf.shape(x)[1], 70])
        outputs, _ = tf.nn.dynamic_rnn(lstm(), inner, n, dtype=tf.float32)
        return outputs, tf.layers.dense(x, 70)

    recorded, made, said = compiled(model, passes=UNPACKED)
    assert sorted(products(made)) == ["matmul", "matmul", "quantized_lstm"]
    (why,) = [decision.why for decision in said if decision.became == "MatMul"]
    assert why == "not in int8, since what it multiplies may hold what is behind the end of shorter rows"
    dirty, clean = padded(4, 6)
    found, exact = evaluate(made, dirty)["0"], evaluate(recorded, clean)["0"]
    np.testing.assert_allclose(found, exact, atol=NEAR)


def test_what_a_recurrence_sees_of_other_rows_is_no_padding(any_size: None) -> None:
    mixing = RECUR.replace(
        "    %7 = relu %6 : f32[B, 2]\n",
        "    %8 = reduce_sum %6 {axes=[0], keepdims=true} : f32[1, 2]\n    %7 = add %6, %8 : f32[B, 2]\n",
    )
    assert quantized(RECUR, w=weights(3, 2), r=weights(2, 2)).count("quantized_matmul") == 2
    assert quantized(mixing, w=weights(3, 2), r=weights(2, 2)) == "unchanged"


def test_without_lengths_there_is_no_padding() -> None:
    _, made, _ = compiled(layers(lstm, gru, lengths=False))
    assert "where" not in {op.kind.name for op in walk(made.block) if op.results[0].type.rank == 3}
    assert {"gru", "lstm", "matmul"}.isdisjoint(products(made))


def test_parts_that_are_taken_back_stay_as_they_are() -> None:
    _, first, said = compiled(layers(lstm, lstm, lengths=False), 0, passes=UNPACKED)
    assert products(first) == ["lstm", "quantized_lstm"]
    assert sorted(decision.became for decision in said) == ["DynamicQuantizeLSTM", "LSTM"]
    _, second, _ = compiled(layers(lstm, lstm, lengths=False), 1, passes=UNPACKED)
    assert products(second) == ["quantized_lstm", "lstm"]
    _, none, _ = compiled(layers(lstm, gru), 0, 1)
    plain, _ = run_passes(none, [])
    graph, outputs = rnn2onnx.trace(layers(lstm, gru))
    assert products(plain) == products(run_passes(graph.program(outputs, None), PIPELINE)[0])


def test_what_became_of_each_part_is_said() -> None:
    _, _, said = compiled(layers(lstm, gru))
    assert [decision.became for decision in said] == ["DynamicQuantizeLSTM", "Scan"]
    assert said[0].what.startswith("lstm of 70 units")
    assert "int8" in said[0].why
    assert "its products are int8" in said[1].why


# -- files -------------------------------------------------------------------------------------------------------------


def tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from tensors(attribute.g)


@pytest.mark.parametrize("cell", [lstm, gru])
def test_the_file_is_about_a_quarter_as_large(cell: Any) -> None:
    recorded, made, _ = compiled(layers(cell, lengths=False), passes=UNPACKED)
    model = export(made)
    whole = sum(len(t.raw_data) for t in tensors(model.graph) if t.data_type == onnx.TensorProto.INT8)
    count = sum(op.attrs["value"].size for op in walk(recorded.block) if op.kind.name == "const" and op.attrs["name"])
    assert whole == pytest.approx(count, rel=0.03)
    assert model.ByteSize() < 0.36 * 4 * count


def weights_two_bodies_down(graph: onnx.GraphProto, depth: int = 0) -> Iterator[tuple[str, set[str]]]:
    """The weights of products two bodies down or further, and what is made in the same body."""
    here = {name for node in graph.node for name in node.output} | {t.name for t in graph.initializer}
    for node in graph.node:
        if node.op_type in ("DynamicQuantizeMatMul", "DynamicQuantizeLSTM") and depth > 1:
            yield node.input[1], here
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from weights_two_bodies_down(attribute.g, depth + 1)


@pytest.mark.parametrize("cell", [lstm, gru])
def test_weights_two_bodies_down_are_constants_of_their_body_and_in_the_file_once(cell: Any) -> None:
    _, made, _ = compiled(layers(cell), passes=PACKED)
    # Far away they would be packed again in each step.
    graph = export(made).graph
    found = list(weights_two_bodies_down(graph))
    assert found
    assert all(name in here for name, here in found)
    whole = [t.raw_data for t in tensors(graph) if t.data_type == onnx.TensorProto.INT8]
    assert len(whole) == len(set(whole))


# -- random programs ---------------------------------------------------------------------------------------------------


@given(random_recurrence())
@settings(quick, max_examples=12)
def test_random_recurrences_stay_near_whatever_is_behind_the_end_of_rows(
    any_size: None, case: tuple[Graph, dict[str, Any]]
) -> None:
    graph, feeds = case
    made, _ = run_passes(graph, with_int8(PIPELINE))
    exact, found, engine = evaluate(graph, feeds), evaluate(made, feeds), run(export(made), feeds)
    for name, array in exact.items():
        assert (found[name].shape, found[name].dtype) == (array.shape, array.dtype)
        if array.dtype.kind == "f" and np.isfinite(array).all():
            assert (np.abs(found[name] - array) / (1 + np.abs(array))).max(initial=0) <= NEAR
        if np.isfinite(found[name]).all():
            assert_close(engine[name], found[name], name)


@given(random_graph())
@settings(quick, max_examples=60)
def test_random_programs_keep_their_types(any_size: None, case: tuple[Graph, dict[str, Any]]) -> None:
    graph, feeds = case
    made, _ = run_passes(graph, with_int8(PIPELINE))
    found = evaluate(made, feeds)
    for name, array in evaluate(graph, feeds).items():
        assert (found[name].shape, found[name].dtype) == (array.shape, array.dtype)


def test_values_that_are_made_later_than_what_they_mask(any_size: None) -> None:
    text = RECUR.replace("%n: i64[B]", "%m: i64[B]").replace(
        "  %1, %2 = recur", "  %n = neg %m : i64[B]\n  %1, %2 = recur"
    )
    assert isinstance(parse(text, {"w": weights(3, 2), "r": weights(2, 2)}).inputs[1], Value)
    assert quantized(text, w=weights(3, 2), r=weights(2, 2)).count("quantized_matmul") == 2
