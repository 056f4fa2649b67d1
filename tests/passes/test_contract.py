"""``contract``: sums of products are matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Builder, Type, walk
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import after, assert_keeps, normal, quick

CONTEXT = """graph g(%p: f32[B, S], %memory: f32[B, S, 4]) {
  %0 = unsqueeze %p {axes=[2]} : f32[B, S, 1]
  %1 = mul %0, %memory : f32[B, S, 4]
  %2 = reduce_sum %1 {axes=[1], keepdims=false} : f32[B, 4]
  return "y" = %2
}"""

SCORES = """graph g(%q: f32[B, 4], %keys: f32[B, S, 4]) {
  %0 = unsqueeze %q {axes=[1]} : f32[B, 1, 4]
  %1 = mul %keys, %0 : f32[B, S, 4]
  %2 = reduce_sum %1 {axes=[2], keepdims=false} : f32[B, S]
  return "y" = %2
}"""


def test_rows_weighted_and_summed_are_a_product_for_each_batch() -> None:
    assert (
        after("contract", CONTEXT)
        == """graph g(%p: f32[B, S], %memory: f32[B, S, 4]) {
  %0 = unsqueeze %p {axes=[1]} : f32[B, 1, S]
  %1 = matmul %0, %memory : f32[B, 1, 4]
  %2 = squeeze %1 {axes=[1]} : f32[B, 4]
  return "y" = %2
}"""
    )


def test_rows_times_one_row_summed_along_it_are_a_product_with_a_column() -> None:
    assert (
        after("contract", SCORES)
        == """graph g(%q: f32[B, 4], %keys: f32[B, S, 4]) {
  %0 = unsqueeze %q {axes=[2]} : f32[B, 4, 1]
  %1 = matmul %keys, %0 : f32[B, S, 1]
  %2 = squeeze %1 {axes=[2]} : f32[B, S]
  return "y" = %2
}"""
    )


def test_a_column_of_constants_is_multiplied_with_the_transposed_rows() -> None:
    text = """graph g(%x: f32[2, 3, 2]) {
  %v = const [[1.0], [2.0]] : f32[2, 1]
  %0 = matmul %x, %v : f32[2, 3, 1]
  %1 = squeeze %0 {axes=[2]} : f32[2, 3]
  return "y" = %1
}"""
    assert (
        after("contract tidy", text)
        == """graph g(%x: f32[2, 3, 2]) {
  %0 = const [2, 3] : i64[2]
  %1 = const [-1, 2] : i64[2]
  %2 = reshape %x, %1 : f32[6, 2]
  %3 = const [[1.0, 2.0]] : f32[1, 2]
  %4 = transpose %2 {perm=[1, 0]} : f32[2, 6]
  %5 = matmul %3, %4 : f32[1, 6]
  %6 = reshape %5, %0 : f32[2, 3]
  return "y" = %6
}"""
    )


def test_rows_flattened_for_a_column_tell_which_lengths_are_one() -> None:
    """Scores as they are written before tensordot: their shape is that of the mask, whose rows are the memory's."""
    text = """graph g(%x: f32[B, S, 2], %mask: f32[N, S]) {
  %v = const [[1.0], [2.0]] : f32[2, 1]
  %0 = const [-1, 2] : i64[2]
  %1 = reshape %x, %0 : f32[d0, 2]
  %2 = matmul %1, %v : f32[d0, 1]
  %3 = shape %mask : i64[2]
  %4 = reshape %2, %3 : f32[N, S]
  %5 = add %4, %mask : f32[N, S]
  %6 = unsqueeze %5 {axes=[2]} : f32[N, S, 1]
  %7 = mul %6, %x : f32[B, S, 2]
  %8 = reduce_sum %7 {axes=[1], keepdims=false} : f32[B, 2]
  return "y" = %8
}"""
    made = after("contract", text)
    assert "transpose" in made
    assert "mul %" not in made.replace("matmul", "")


NEAR_MISSES = {
    "another use of the product": CONTEXT.replace('"y" = %2', '"y" = %2, "z" = %1'),
    "half floats": CONTEXT.replace("f32", "f16"),
    "whole numbers": CONTEXT.replace("f32", "i32"),
    "rows of other names": CONTEXT.replace("%p: f32[B, S]", "%p: f32[C, S]").replace("f32[B, S, 1]", "f32[C, S, 1]"),
    "kept axes": CONTEXT.replace("keepdims=false} : f32[B, 4]", "keepdims=true} : f32[B, 1, 4]"),
    "no side is thin": SCORES.replace("%q: f32[B, 4]", "%q: f32[B, S, 4]").replace(
        "  %0 = unsqueeze %q {axes=[1]} : f32[B, 1, 4]\n", "  %0 = tanh %q : f32[B, S, 4]\n"
    ),
    "a sum over the batch": """graph g(%p: f32[B, 1, 4], %memory: f32[B, S, 4]) {
  %0 = mul %p, %memory : f32[B, S, 4]
  %1 = reduce_sum %0 {axes=[0], keepdims=false} : f32[S, 4]
  return "y" = %1
}""",
    "two columns": """graph g(%x: f32[2, 3, 2]) {
  %0 = const [[1.0, 2.0], [3.0, 4.0]] : f32[2, 2]
  %1 = matmul %x, %0 : f32[2, 3, 2]
  return "y" = %1
}""",
}


@pytest.mark.parametrize("text", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_what_is_no_product_of_matrices_stays(text: str) -> None:
    assert after("contract", text).count("matmul") == text.count("matmul")
    assert "transpose" not in after("contract", text)


@st.composite
def weighted(draw: Any) -> tuple[Any, dict[str, Any]]:
    """A sum over the last or last but one axis of a product with one thin side, the lengths named or not."""
    shape = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=3, max_size=4)))
    over = draw(st.sampled_from([len(shape) - 1, len(shape) - 2]))
    thin = shape[over:] if over == len(shape) - 1 and draw(st.booleans()) else list(shape)
    if len(thin) > 1:
        thin[2 * len(shape) - 3 - over] = 1
    names = dict(zip(range(4), "ABCD", strict=True)) if draw(st.booleans()) else {}
    builder = Builder("random")
    full_dims = [names.get(axis, length) for axis, length in enumerate(shape)]
    thin_dims = [1 if length == 1 else full_dims[axis] for axis, length in enumerate(thin)]
    if len(thin) == 1:
        thin_dims = full_dims[over:]
    values = [
        builder.input(name, Type(np.dtype(np.float32), tuple(dims)))
        for name, dims in (("full", full_dims), ("thin", thin_dims))
    ]
    product = builder.emit("mul", values[:: draw(st.sampled_from([1, -1]))])[0]
    made = builder.emit("reduce_sum", (product,), axes=(over,), keepdims=False)[0]
    graph = builder.finish([("y", made)])
    return graph, {"full": normal(1, *shape), "thin": normal(2, *thin)}


@quick
@given(weighted())
def test_a_contraction_keeps_the_meaning(case: tuple[Any, dict[str, Any]]) -> None:
    graph, feeds = case
    assert_keeps(graph, feeds, "contract", "tidy")


@settings(quick, max_examples=25)
@given(random_recurrence())
def test_contracted_recurrences_keep_the_meaning(case: tuple[Any, dict[str, Any]]) -> None:
    assert_keeps(*case, "fold", "distribute", "contract")


def attention() -> Any:
    """Additive and multiplicative attention over a memory in each step of a walk."""
    x = tf.placeholder(tf.float32, ["time", "batch", 3], "x")
    memory = tf.placeholder(tf.float32, ["batch", "length", 4], "memory")
    v = tf.constant([[1.0], [-2.0], [0.5], [1.5]])

    def step(state: Any, row: Any) -> Any:
        query = tf.layers.dense(tf.concat([state, row], 1), 4, name="query", reuse=tf.AUTO_REUSE)
        hidden = tf.tanh(memory + query[:, None])
        scores = tf.tensordot(hidden, v, 1)[:, :, 0] + tf.reduce_sum(memory * query[:, None], 2)
        return tf.reduce_sum(tf.nn.softmax(scores)[:, :, None] * memory, 1)

    return tf.scan(step, x, tf.zeros([tf.shape(x)[1], 4]))


def test_attention_in_a_loop_runs_whatever_is_empty() -> None:
    graph, outputs = rnn2onnx.trace(attention)
    program = rnn2onnx.compile(graph, outputs)
    scan = next(op for op in walk(program.lowered.block) if op.kind.name == "scan")
    assert "reduce_sum" not in {op.kind.name for op in scan.blocks[0].ops}
    for steps, rows, length in ((3, 2, 5), (2, 1, 1), (2, 0, 3), (2, 3, 0), (0, 2, 3)):
        feeds = {"x": normal(1, steps, rows, 3), "memory": normal(2, rows, length, 4)}
        np.testing.assert_allclose(program.run(feeds), program.evaluate(feeds), atol=1e-5)
