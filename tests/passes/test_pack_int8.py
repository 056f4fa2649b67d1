"""``pack``: rows that share a scale run in tiles of fewer and fewer rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn2onnx.ir import evaluate, parse
from tests.passes.running import kinds
from tests.passes.sorted_rows import (
    EAGER,
    LENGTHS,
    TILES,
    feeds,
    packed,
)
from tests.random_graphs import assert_same


def quantized(layer: str) -> str:
    """What is NaN behind the lengths is masked, multiplied by int8 weights, walked and multiplied by them again."""
    return f"""graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {{
  %w = const [[50, -30], [20, 127]] : i8[2, 2]
  %s = const [0.01, 0.008] : f32[2]
  %40 = shape %x : i64[3]
  %41 = const 0 : i64[]
  %42 = gather %40, %41 {{axis=0}} : i64[]
  %43 = const 1 : i64[]
  %44 = range %41, %42, %43 : i64[T]
  %45 = unsqueeze %44 {{axes=[1]}} : i64[T, 1]
  %46 = cast %n {{dtype=i64}} : i64[B]
  %47 = unsqueeze %46 {{axes=[0]}} : i64[1, B]
  %48 = less %45, %47 : bool[T, B]
  %49 = unsqueeze %48 {{axes=[2]}} : bool[T, B, 1]
  %50 = const 0.0 : f32[]
  %51 = where %49, %x, %50 : f32[T, B, 2]
{layer}
  %71 = quantized_matmul %61, %w, %s : f32[T, B, 2]
  %72 = where %49, %71, %50 : f32[T, B, 2]
  return "end" = %60, "y" = %72
}}"""


def quantized_body(reverse: str) -> str:
    attrs = f"{{lengths=true, reverse={reverse}, states=1, unmasked=[]}}"
    return quantized(f"""  %55 = quantized_matmul %51, %w, %s : f32[T, B, 2]
  %60, %61 = recur %h, %55, %n {attrs} (%2: f32[B, 2], %3: f32[B, 2]) {{
    %4 = quantized_matmul %2, %w, %s : f32[B, 2]
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  }} : f32[B, 2], f32[T, B, 2]""")


def quantized_layer(direction: str) -> str:
    weights = [np.random.default_rng(seed).integers(-127, 128, (1, 2, 8)).tolist() for seed in (0, 1)]
    activations = [["Sigmoid", 0.0, 0.0], ["Tanh", 0.0, 0.0], ["Tanh", 0.0, 0.0]]
    inputs = ["X", "W", "R", "W_scale", "R_scale", "sequence_lens", "initial_h", "initial_c"]
    attrs = f"activations={activations}, direction=@{direction}@, hidden_size=2, inputs={inputs}"
    attrs = attrs.replace("'", '"').replace("@", '"')
    types = ["f32[T, 1, B, 2]", "f32[1, B, 2]", "f32[1, B, 2]"]
    return quantized(f"""  %52 = const {weights[0]} : i8[1, 2, 8]
  %53 = const {weights[1]} : i8[1, 2, 8]
  %54 = const {np.full((1, 8), 0.01).tolist()} : f32[1, 8]
  %55 = cast %42 {{dtype=i32}} : i32[]
  %56 = const 0 : i32[]
  %57 = maximum %n, %56 : i32[B]
  %58 = minimum %57, %55 : i32[B]
  %59 = unsqueeze %h {{axes=[0]}} : f32[1, B, 2]
  %62, %60, %63 = quantized_lstm %51, %52, %53, %54, %54, %58, %59, %59 {{{attrs}}} : {", ".join(types)}
  %61 = squeeze %62 {{axes=[1]}} : f32[T, B, 2]""")


QUANTIZED = [
    quantized_body("false"),
    quantized_body("true"),
    quantized_layer("forward"),
    quantized_layer("reverse"),
]


@pytest.mark.parametrize("text", QUANTIZED)
def test_int8_weights_give_the_same_up_to_the_rounding(text: str) -> None:
    graph = parse(text)
    for tile in TILES:
        made = packed(graph, replace(EAGER, pack_tile=tile, pack_sort=-8 * tile))
        assert len(kinds(made, "quantized_matmul")) >= 2
        assert len(kinds(made, "top_k")) == 2
        for lengths in LENGTHS:
            given = feeds(5, 5, lengths)
            assert_same(evaluate(made, given), evaluate(graph, given), 0.05)


def test_rows_that_share_a_scale_see_nothing_behind_the_lengths_of_others() -> None:
    # One row's padding is far larger than all else: it would leave nothing of the others.
    for text in QUANTIZED:
        graph = parse(text)
        made = packed(graph, EAGER)
        given = feeds(5, 5, [5, 4, 4, 2, 1])
        huge = {**given, "x": np.nan_to_num(given["x"], nan=1e6)}
        assert_same(evaluate(made, huge), evaluate(made, given))
