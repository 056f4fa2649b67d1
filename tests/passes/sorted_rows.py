"""Recurrences over rows of different lengths, with and without what is around them, and what they mean in tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnn2onnx.ir import Graph, evaluate
from rnn2onnx.passes import run_passes
from rnn2onnx.passes.tiling.pack import Pack
from rnn2onnx.targets import ONNXRUNTIME
from tests.passes.running import normal
from tests.random_graphs import assert_same

EAGER = replace(ONNXRUNTIME, pack_rows=2, pack_share=0.01, pack_sort=0.0, pack_tile=0.01)
"""Sorts rows however little that saves, in tiles of one step."""


TILES = [0.01, 0.2, 1e3]
"""What a tile costs, so that it is of one step, of some, or of all."""


LAYERS = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %0 = matmul %x, %w : f32[T, B, 2]
  %1, %2 = recur %h, %0, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%3: f32[B, 2], %4: f32[B, 2]) {
    %5 = add %3, %4 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  } : f32[B, 2], f32[T, B, 2]
  %7 = add %2, %x : f32[T, B, 2]
  %8, %9 = recur %h, %7, %n {lengths=true, reverse=true, states=1, unmasked=[]} (%10: f32[B, 2], %11: f32[B, 2]) {
    %12 = mul %10, %11 : f32[B, 2]
    %13 = tanh %12 : f32[B, 2]
    return %13, %13
  } : f32[B, 2], f32[T, B, 2]
  %14 = transpose %9 {perm=[1, 0, 2]} : f32[B, T, 2]
  return "first" = %1, "last" = %8, "y" = %14
}"""


ONE = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {
  %0, %1 = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = add %2, %3 : f32[B, 2]
    %5 = tanh %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[T, B, 2]
  return "end" = %0, "y" = %1
}"""


PLACES = """graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2], %c: i64[B]) {
  %t = const [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8], [0.9, 1.0]] : f32[5, 2]
  %one = const 1 : i64[]
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %z = matmul %x, %w : f32[T, B, 2]
  %0, %1, %2, %9 = recur %h, %c, %z, %n {lengths=true, reverse=false, states=2, unmasked=[]}
    (%3: f32[B, 2], %4: i64[B], %5: f32[B, 2]) {
    %6 = gather %t, %4 {axis=0} : f32[B, 2]
    %7 = mul %6, %3 : f32[B, 2]
    %10 = add %5, %7 : f32[B, 2]
    %8 = add %4, %one : i64[B]
    return %10, %8, %10, %4
  } : f32[B, 2], i64[B], f32[T, B, 2], i64[T, B]
  %11 = gather %t, %9 {axis=0} : f32[T, B, 2]
  %12, %13 = recur %h, %11, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%14: f32[B, 2], %15: f32[B, 2]) {
    %16 = add %14, %15 : f32[B, 2]
    return %16, %16
  } : f32[B, 2], f32[T, B, 2]
  return "end" = %0, "count" = %1, "y" = %2, "z" = %13
}"""
"""A step looks up its own number in a table that has as many rows as there are steps; and so does what lies behind."""


def native(kind: str, direction: str) -> str:
    """A layer of onnxruntime's own with initial states."""
    gates = {"gru": 3, "lstm": 4, "rnn": 1}[kind]
    states = 2 if kind == "lstm" else 1
    activations = {"gru": ["Sigmoid", "Tanh"], "lstm": ["Sigmoid", "Tanh", "Tanh"], "rnn": ["Tanh"]}[kind]
    inputs = ["X", "W", "R", "sequence_lens", "initial_h", *["initial_c"][: states - 1]]
    attrs = f"activations={[[name, 0.0, 0.0] for name in activations]}, direction={direction}, hidden_size=2, "
    attrs += f"inputs={inputs}, linear_before_reset=0"
    results = ", ".join(f"%{8 + number}" for number in range(1 + states))
    weights = normal(3, 2, 1, gates * 2, 2).round(2).tolist()
    return f"""graph g(%x: f32[T, B, 2], %n: i32[B], %h: f32[B, 2]) {{
  %w = const {weights[0]} : f32[1, {gates * 2}, 2]
  %r = const {weights[1]} : f32[1, {gates * 2}, 2]
  %0 = shape %x : i64[3]
  %1 = const 0 : i64[]
  %2 = gather %0, %1 {{axis=0}} : i64[]
  %3 = cast %2 {{dtype=i32}} : i32[]
  %4 = const 0 : i32[]
  %5 = maximum %n, %4 : i32[B]
  %6 = minimum %5, %3 : i32[B]
  %7 = unsqueeze %h {{axes=[0]}} : f32[1, B, 2]
  {results} = {kind} %x, %w, %r, %6{", %7" * states} {{{attrs}}} : f32[T, 1, B, 2]{", f32[1, B, 2]" * states}
  %12 = squeeze %8 {{axes=[1]}} : f32[T, B, 2]
  return "end" = %{8 + states}, "y" = %12
}}""".replace("'", '"').replace(f"direction={direction}", f'direction="{direction}"')


BROADCAST = [("[1, 2, 0]", "[[0.5], [2.0]]", "2, 1"), ("[1, 2, 0]", "[[[0.5], [2.0]]]", "1, 2, 1")]
BROADCAST += [("[2, 0, 1]", "[[[0.5]], [[2.0]]]", "2, 1, 1"), ("[2, 1, 0]", "[[[0.5]], [[2.0]]]", "2, 1, 1")]
"""Axes in another order, and a constant with axes of length 1 for steps or rows, or both."""


def turned(text: str, perm: str, array: str, shape: str) -> str:
    """Behind a program its rows with axes in another order, times a constant."""
    dims = ", ".join(["T", "B", "2"][axis] for axis in (int(word) for word in perm.strip("[]").split(",")))
    return text.replace(
        '  return "end"',
        f"""  %30 = const {array} : f32[{shape}]
  %31 = transpose %2 {{perm={perm}}} : f32[{dims}]
  %32 = mul %31, %30 : f32[{dims}]
  return "turned" = %32, "end\"""",
    )


def packed(graph: Graph, target: Any = EAGER) -> Graph:
    return run_passes(graph, [Pack(target)])[0]


def feeds(steps: int, rows: int, lengths: Any, **more: Any) -> dict[str, Any]:
    """An input whose padding is not a number, and the rest."""
    x = normal(0, steps, rows, 2)
    x[np.arange(steps)[:, None] >= np.maximum(lengths, 0)[None]] = np.nan
    return {"x": x, "n": np.array(lengths, np.int32).reshape(rows), "h": normal(1, rows, 2), **more}


SIZES = [(0, 5), (5, 0), (1, 3), (3, 1), (0, 0)]


LENGTHS = [[5, 1, 3, 4, 2], [0, 0, 0, 0, 5], [5, 5, 5, 5, 5], [0] * 5, [-3, 9, 2, 2, 7], [1, 1, 1, 5, 1], [-1] * 5]


def cases(sizes: Sequence[tuple[int, int]] = SIZES) -> list[dict[str, Any]]:
    """Lengths of all sorts, and sizes."""
    return [feeds(5, 5, lengths) for lengths in LENGTHS] + [feeds(*each, [each[0]] * each[1]) for each in sizes]


def assert_means(made: Graph, graph: Graph, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Fails if two programs differ on any of ``cases``."""
    for fed in cases(sizes):
        assert_same(evaluate(made, fed), evaluate(graph, fed))
