"""Gates behind a branch: they stand in it where the branch reads their product too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Builder, Type, parse, walk
from tests.passes.running import after, assert_keeps, normal, quick
from tests.random_graphs import assert_same

F32 = np.dtype(np.float32)
WALK = "{lengths=false, reverse=false, states=1, unmasked=[]}"
TEXT = """graph g(%x: f32[T, B, 3], %h: f32[B, 2], %p: bool[]) {
  %0 = const [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]] : f32[3, 4]
  %1 = const [0] : i64[1]
  %2 = const [2] : i64[1]
  %3 = const [4] : i64[1]
  %4 = matmul %x, %0 : f32[T, B, 4]
  %5 = slice %4, %1, %2 {axes=[2], steps=[1]} : f32[T, B, 2]
  %6, %7 = cond %p () {
    %8, %9 = recur %h, %5 WALK (%10: f32[B, 2], %11: f32[B, 2]) {
      %12 = mul %10, %11 : f32[B, 2]
      return %12, %12
    } : f32[B, 2], f32[T, B, 2]
    return %8, %9
  } () {
    return %h, %5
  } : f32[B, 2], f32[T, B, 2]
  %13 = slice %4, %2, %3 {axes=[2], steps=[1]} : f32[T, B, 2]
  %14 = sigmoid %13 : f32[T, B, 2]
  %15 = tanh %7 : f32[T, B, 2]
  %16 = mul %14, %15 : f32[T, B, 2]
  %17 = exp %16 : f32[T, B, 2]
  return "h" = %6, "y" = %17
}""".replace("WALK", WALK)


def test_a_gate_stands_on_both_sides_and_what_comes_after_it_stays() -> None:
    assert (
        after("join", TEXT)
        == """graph g(%x: f32[T, B, 3], %h: f32[B, 2], %p: bool[]) {
  %0 = const [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]] : f32[3, 4]
  %1 = const [0] : i64[1]
  %2 = const [2] : i64[1]
  %3 = const [4] : i64[1]
  %4 = matmul %x, %0 : f32[T, B, 4]
  %5 = slice %4, %1, %2 {axes=[2], steps=[1]} : f32[T, B, 2]
  %6 = slice %4, %2, %3 {axes=[2], steps=[1]} : f32[T, B, 2]
  %7 = sigmoid %6 : f32[T, B, 2]
  %8, %9 = cond %p () {
    %10, %11 = recur %h, %5 WALK (%12: f32[B, 2], %13: f32[B, 2]) {
      %14 = mul %12, %13 : f32[B, 2]
      return %14, %14
    } : f32[B, 2], f32[T, B, 2]
    %15 = tanh %11 : f32[T, B, 2]
    %16 = mul %7, %15 : f32[T, B, 2]
    return %10, %16
  } () {
    %17 = tanh %5 : f32[T, B, 2]
    %18 = mul %7, %17 : f32[T, B, 2]
    return %h, %18
  } : f32[B, 2], f32[T, B, 2]
  %19 = exp %9 : f32[T, B, 2]
  return "h" = %8, "y" = %19
}""".replace("WALK", WALK)
    )


def test_then_the_product_is_in_the_branches() -> None:
    made = after("join sink", TEXT)
    assert "matmul" not in made.partition("cond")[0]
    assert made.count("matmul") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"y" = %17', '"y" = %17, "rows" = %7'),
        ("%15 = tanh %7 :", "%20 = exp %7 : f32[T, B, 2]\n  %15 = tanh %7 :"),
        ("%13 = slice %4, %2, %3 {axes=[2], steps=[1]}", "%13 = add %x2, %x2"),
        ("%14 = sigmoid %13", "%14 = add %13, %6"),
        ("%16 = mul %14, %15", "%16 = add %15, %15"),
    ],
)
def test_rows_that_others_use_and_other_gates_stay_behind(old: str, new: str) -> None:
    text = TEXT.replace(old, new).replace("%p: bool[]", "%p: bool[], %x2: f32[T, B, 2]")
    text = text.replace('"y" = %17', '"y" = %17, "e" = %20') if "%20" in new else text
    assert old in TEXT
    assert after("join", text) == str(parse(text))


def test_a_branch_without_a_recurrence_takes_no_gates() -> None:
    start, end = TEXT.index("    %8, %9 = recur"), TEXT.index("    return %8, %9")
    text = TEXT[:start] + "    %9 = tanh %5 : f32[T, B, 2]\n" + TEXT[end:].replace("return %8, %9", "return %h, %9")
    assert after("join", text) == str(parse(text))


@settings(quick, max_examples=60)
@given(st.data())
def test_join_and_sink_keep_the_meaning(data: Any) -> None:
    draw = data.draw
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    builder = Builder("random")
    x, h = builder.input("x", Type(F32, ("T", "B", 3))), builder.input("h", Type(F32, ("B", 2)))
    p = builder.input("p", Type(np.dtype(bool), ()))
    matrix = builder.const(rng.uniform(-1, 1, (3, 4)).astype(np.float32))
    product = builder.emit("matmul", (x, matrix))[0]
    ends = [builder.const(np.array([end])) for end in (0, 2, 4)]
    left, right = (builder.emit("slice", (product, *ends[i : i + 2]), axes=(2,), steps=(1,))[0] for i in (0, 1))
    sides = []
    for kind in ("mul", "sub"):
        with builder.body([]) as side:
            step = left.type.with_shape(left.type.shape[1:])
            with builder.body([h.type, step]) as body:
                state = builder.emit(kind, body.params)[0]
                body.results = (state, state, builder.emit("tanh", (state,))[0])
            attrs: Any = {"states": 1, "lengths": False, "reverse": draw(st.booleans()), "unmasked": ()}
            side.results = tuple(builder.emit("recur", (h, left), blocks=(body,), **attrs))
        sides.append(side)
    types = [value.type for value in sides[0].results]
    values = [*builder.emit("cond", (p,), blocks=sides, types=types), right]
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["mul", "add", "tanh"]))
        taken = [draw(st.sampled_from(values)) for _ in range(1 if kind == "tanh" else 2)]
        values += builder.emit(kind, taken)
    given_out = [value for value in values[3:] if draw(st.booleans())] + values[-1:] + values[:1]
    graph = builder.finish((f"y{i}", value) for i, value in enumerate(given_out))
    rows, steps = draw(st.sampled_from([(2, 3), (1, 1), (0, 2), (2, 0)]))
    for which in (True, False):
        feeds = {"x": normal(1, steps, rows, 3), "h": normal(2, rows, 2), "p": np.array(which)}
        assert_keeps(graph, feeds, "join", "sink")


@pytest.mark.parametrize("lengths", [False, True])
def test_a_linear_cell_with_a_gate_gives_the_same_in_all_its_forms(lengths: bool) -> None:
    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 128

        def call(self, inputs: Any, state: Any) -> Any:
            kernel = tf.get_variable("kernel", [5, 384])
            z, f, o = tf.split(tf.matmul(inputs, kernel), 3, axis=1)
            state = tf.sigmoid(f) * state + tf.tanh(z)
            return tf.sigmoid(o) * state, state

    graph = tf.Graph()
    with graph.as_default():
        x, n = tf.placeholder(tf.float32, [None, None, 5], "x"), tf.placeholder(tf.int32, [None], "n")
        out = tf.nn.dynamic_rnn(Cell(), x, sequence_length=n if lengths else None, dtype=tf.float32)
    program = rnn2onnx.compile(graph, out)
    if not lengths:
        # Of many rows the body computes the products and gives what is gated.
        bodies = [op.blocks[0] for op in walk(program.lowered.block) if op.kind.name == "scan"]
        bodies = [body for body in bodies if not any(op.kind.name == "scan" for op in body.ops)]
        assert [sum(op.kind.name == "matmul" for op in body.ops) for body in bodies if len(body.ops) > 4] == [3]
    for rows, steps in ((1, 3), (1, 120), (24, 3), (64, 2), (64, 1), (0, 2), (64, 0)):
        feeds: dict[str, Any] = {"x": normal(rows, rows, steps, 5)}
        if lengths:
            feeds["n"] = np.random.default_rng(rows).integers(-1, steps + 2, rows).astype(np.int32)
        got, want = program.run(feeds), program.evaluate(feeds)
        assert_same(dict(zip("yh", got, strict=True)), dict(zip("yh", want, strict=True)))
