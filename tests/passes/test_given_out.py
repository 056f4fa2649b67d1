"""What a recurrence takes into its steps from behind it: gates of its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx.ir import Builder, Type, evaluate, parse, verify
from rnn2onnx.passes import Report, TakeIn
from rnn2onnx.targets import ONNXRUNTIME
from tests.passes.running import NARROW, normal, quick
from tests.passes.test_take_in import ALWAYS, MANY, taken
from tests.random_graphs import assert_same

F32 = np.dtype(np.float32)
WALK = "{lengths=false, reverse=true, states=1, unmasked=[]}"
TEXT = """graph g(%x: f32[T, ROWS, 3], %h: f32[ROWS, 2], %v: f32[T, ROWS, 2], %n: i64[ROWS]) {
  %0 = const [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]] : f32[3, 4]
  %1 = const [0] : i64[1]
  %2 = const [2] : i64[1]
  %3 = const [4] : i64[1]
  %4 = matmul %x, %0 : f32[T, ROWS, 4]
  %5 = slice %4, %1, %2 {axes=[2], steps=[1]} : f32[T, ROWS, 2]
  %6 = slice %4, %2, %3 {axes=[2], steps=[1]} : f32[T, ROWS, 2]
  %7, %8 = recur %h, %5 WALK (%9: f32[ROWS, 2], %10: f32[ROWS, 2]) {
    %11 = mul %9, %10 : f32[ROWS, 2]
    return %11, %11
  } : f32[ROWS, 2], f32[T, ROWS, 2]
  %12 = tanh %8 : f32[T, ROWS, 2]
  %13 = mul %6, %12 : f32[T, ROWS, 2]
  %14 = exp %13 : f32[T, ROWS, 2]
  return "h" = %7, "y" = %14
}""".replace("WALK", WALK)


def test_a_gate_is_computed_in_the_steps_and_given_instead_of_the_rows() -> None:
    assert (
        taken(TEXT.replace("ROWS", MANY))
        == """graph g(%x: f32[T, ROWS, 3], %h: f32[ROWS, 2], %v: f32[T, ROWS, 2], %n: i64[ROWS]) {
  %0 = const [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]] : f32[3, 2]
  %1 = const [[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]] : f32[3, 2]
  %2, %3 = recur %h, %x WALK (%4: f32[ROWS, 2], %x_1: f32[ROWS, 3]) {
    %5 = matmul %x_1, %0 : f32[ROWS, 2]
    %6 = mul %4, %5 : f32[ROWS, 2]
    %7 = matmul %x_1, %1 : f32[ROWS, 2]
    %8 = tanh %6 : f32[ROWS, 2]
    %9 = mul %7, %8 : f32[ROWS, 2]
    return %6, %9
  } : f32[ROWS, 2], f32[T, ROWS, 2]
  %10 = exp %3 : f32[T, ROWS, 2]
  return "h" = %2, "y" = %10
}""".replace("WALK", WALK).replace("ROWS", MANY)
    )


def test_where_the_rows_are_open_both_branches_give_what_is_gated() -> None:
    made = taken(TEXT.replace("ROWS", "B"))
    before, _, rest = made.partition("cond")
    then, _, otherwise = rest.partition("} () {")
    assert "matmul" not in before
    assert "recur %h, %x WALK".replace("WALK", WALK) in then
    assert otherwise.index("recur") < otherwise.index("tanh") < otherwise.index("exp")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"y" = %14', '"y" = %14, "rows" = %8'),
        ("recur %h, %5 {lengths=false", "recur %h, %5, %n {lengths=true"),
        ("%13 = mul %6, %12", "%15 = exp %8 : f32[T, ROWS, 2]\n  %13 = mul %15, %12"),
        ("%12 = tanh %8", "%12 = add %8, %v"),
    ],
)  # fmt: skip
def test_a_gate_stays_behind_rows_that_others_use_or_that_end(old: str, new: str) -> None:
    text = TEXT.replace(old, new).replace("ROWS", MANY)
    assert old in TEXT
    assert taken(text) == str(parse(text))


def test_a_sequence_that_is_walked_already_is_added_in_the_steps() -> None:
    text = TEXT.replace(
        "(%9: f32[ROWS, 2], %10: f32[ROWS, 2]) {", "(%9: f32[ROWS, 2], %10: f32[ROWS, 2], %15: f32[ROWS, 2]) {"
    )
    text = text.replace("recur %h, %5 ", "recur %h, %5, %v ").replace("%12 = tanh %8", "%12 = add %8, %v")
    made = taken(text.replace("ROWS", MANY))
    assert "add" in made.partition("recur")[2].partition("return")[0]


def test_rows_are_given_as_they_are_where_no_product_is_taken_in() -> None:
    text = TEXT.replace("ROWS", "2")
    assert taken(text, TakeIn(ONNXRUNTIME)) == str(parse(text))


@settings(quick, max_examples=80)
@given(st.data())
def test_take_in_keeps_the_meaning_of_what_is_behind(data: Any) -> None:
    draw = data.draw
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    dims: Any = draw(st.sampled_from([("T", "B"), (3, 2), (1, "B"), ("T", 1)]))
    builder = Builder("random")
    x, h = builder.input("x", Type(F32, (*dims, 3))), builder.input("h", Type(F32, (dims[1], 2)))
    v, w = builder.input("v", Type(F32, (*dims, 2))), builder.input("w", Type(F32, (dims[1], 2)))
    n = builder.input("n", Type(np.dtype(np.int64), (dims[1],)))
    product = builder.emit("matmul", (x, builder.const(rng.uniform(-1, 1, (3, 4)).astype(np.float32))))[0]
    ends = [builder.const(np.array([end])) for end in (0, 2, 4)]
    left, right = (builder.emit("slice", (product, *ends[i : i + 2]), axes=(2,), steps=(1,))[0] for i in (0, 1))
    sequences = [left, *([v] if draw(st.booleans()) else [])]
    lengths = draw(st.integers(0, 3)) == 0
    with builder.body([h.type, *(each.type.with_shape(each.type.shape[1:]) for each in sequences)]) as body:
        state = builder.emit("mul", body.params[:2])[0]
        body.results = (state, state, builder.emit("tanh", (body.params[-1],))[0])
    attrs: Any = {"states": 1, "lengths": lengths, "reverse": draw(st.booleans()), "unmasked": ()}
    recur = builder.emit("recur", (h, *sequences, *([n] if lengths else [])), blocks=(body,), **attrs)
    one = builder.const(rng.uniform(-1, 1, (1, 1, 2)).astype(np.float32))
    values = [*recur[1:]]
    beside = [right, right, v, w, one, builder.emit("sigmoid", (right,))[0]]
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["mul", "sub", "tanh"]))
        index = draw(st.integers(0, 1))
        operands = [values[index], draw(st.sampled_from([*beside, *recur[1:]]))][: 1 if kind == "tanh" else 2]
        values[index] = builder.emit(kind, operands[:: draw(st.sampled_from([1, -1]))])[0]
    shown = [recur[0], *values, *(value for value in (recur[1], right) if draw(st.integers(0, 4)) == 0)]
    graph = builder.finish((f"y{i}", value) for i, value in enumerate(shown))
    steps, rows = (at if isinstance(at, int) else draw(st.sampled_from([2, 0, 1])) for at in dims)
    feeds = {"x": normal(1, steps, rows, 3), "h": normal(2, rows, 2), "v": normal(3, steps, rows, 2)}
    feeds |= {"w": normal(4, rows, 2), "n": rng.integers(-1, 4, rows)}
    made = ALWAYS(graph, Report())
    verify(made)
    assert_same(evaluate(made, feeds, float64=True), evaluate(graph, feeds, float64=True), NARROW)
