"""``take_in``: products before a recurrence of many rows are computed in its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Graph, evaluate, parse, verify, walk
from rnn2onnx.passes import Report, TakeIn, run_passes
from rnn2onnx.passes.choice import Choice, Limits, Offer
from rnn2onnx.passes.stepping.take_in import BEFORE_IT, IN_ITS_STEPS
from rnn2onnx.targets import ONNXRUNTIME
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, normal, quick
from tests.random_graphs import assert_same

ALWAYS = TakeIn(replace(ONNXRUNTIME, inside_numbers=1, inside_rows=1))
TEXT = """graph g(%x: f32[T, ROWS, 3], %h: f32[ROWS, 2]) {
  %w = const [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]] : f32[3, 4]
  %b = const [1.0, 2.0, 3.0, 4.0] : f32[4]
  %r = const [[1.0, 2.0], [3.0, 4.0]] : f32[2, 2]
  %0 = const [0] : i64[1]
  %1 = const [2] : i64[1]
  %2 = const [4] : i64[1]
  %3 = matmul %x, %w : f32[T, ROWS, 4]
  %4 = add %3, %b : f32[T, ROWS, 4]
  %5 = slice %4, %0, %1 {axes=[2], steps=[1]} : f32[T, ROWS, 2]
  %6 = slice %4, %1, %2 {axes=[2], steps=[1]} : f32[T, ROWS, 2]
  %7 = sigmoid %6 : f32[T, ROWS, 2]
  %8, %9 = recur %h, %5, %7 {WALK} (%10: f32[ROWS, 2], %11: f32[ROWS, 2], %12: f32[ROWS, 2]) {
    %13 = matmul %10, %r : f32[ROWS, 2]
    %14 = add %11, %13 : f32[ROWS, 2]
    %15 = tanh %14 : f32[ROWS, 2]
    %16 = mul %15, %12 : f32[ROWS, 2]
    return %16, %16
  } : f32[ROWS, 2], f32[T, ROWS, 2]
  return "h" = %8, "y" = %9
}""".replace("WALK", "lengths=false, reverse=false, states=1, unmasked=[]")
MANY = str(ONNXRUNTIME.inside_numbers // 4)
FEW = str(ONNXRUNTIME.inside_numbers // 8 - 1)


def taken(text: str, take: TakeIn = BY_NAME["take_in"]) -> str:  # type: ignore[assignment]
    return str(run_passes(parse(text), [take])[0])


def test_products_of_many_rows_are_computed_in_the_steps() -> None:
    assert (
        taken(TEXT.replace("ROWS", MANY))
        == """graph g(%x: f32[T, ROWS, 3], %h: f32[ROWS, 2]) {
  %0 = const [1.0, 2.0] : f32[2]
  %1 = const [[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]] : f32[3, 2]
  %2 = const [3.0, 4.0] : f32[2]
  %3 = const [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0], [1.0, 2.0], [3.0, 4.0]] : f32[5, 2]
  %4, %5 = recur %h, %x {WALK} (%6: f32[ROWS, 2], %x_1: f32[ROWS, 3]) {
    %7 = matmul %x_1, %1 : f32[ROWS, 2]
    %8 = add %7, %2 : f32[ROWS, 2]
    %9 = sigmoid %8 : f32[ROWS, 2]
    %10 = concat %x_1, %6 {axis=1} : f32[ROWS, 5]
    %11 = matmul %10, %3 : f32[ROWS, 2]
    %12 = add %11, %0 : f32[ROWS, 2]
    %13 = tanh %12 : f32[ROWS, 2]
    %14 = mul %13, %9 : f32[ROWS, 2]
    return %14, %14
  } : f32[ROWS, 2], f32[T, ROWS, 2]
  return "h" = %4, "y" = %5
}""".replace("WALK", "lengths=false, reverse=false, states=1, unmasked=[]").replace("ROWS", MANY)
    )


def test_a_form_may_be_forced_and_a_number_of_rows_too() -> None:
    text, offers = TEXT.replace("ROWS", "B"), dict[str, Offer]()
    with_branch = taken(text, TakeIn(choice=Choice(offers=offers)))
    assert "cond" in with_branch
    ((key, offer),) = offers.items()
    assert offer == Offer((IN_ITS_STEPS, BEFORE_IT), "B", "T", between=True)
    assert taken(text, TakeIn(choice=Choice(forced={key: BEFORE_IT}))) == str(parse(text))
    always = taken(text, TakeIn(choice=Choice(forced={key: IN_ITS_STEPS})))
    assert "cond" not in always
    assert "recur %h, %x" in always
    limits = Limits((0, 7), None)
    assert "less_equal" in taken(text, TakeIn(choice=Choice(forced={key: limits})))
    graph = parse(text)
    for rows in (7, 8):
        feeds = {"x": normal(0, 3, rows, 3), "h": normal(1, rows, 2)}
        made = TakeIn(choice=Choice(forced={key: limits}))(graph, Report())
        assert_same(evaluate(made, feeds), evaluate(graph, feeds), 1e-5)


def test_products_of_few_rows_stay_before_the_loop() -> None:
    text = TEXT.replace("ROWS", FEW)
    assert taken(text) == str(parse(text))


def test_where_the_rows_are_open_a_branch_decides_and_each_has_its_own_work() -> None:
    made = taken(TEXT.replace("ROWS", "B"))
    assert f"const {MANY} : i64[]" in made
    assert made.count("recur") == 2
    before, _, rest = made.partition("cond")
    assert "matmul" not in before
    then, _, otherwise = rest.partition("} () {")
    assert "recur %h, %x " in then
    assert "matmul %x, " in otherwise


@pytest.mark.parametrize(("compared", "known"), [("less_equal %few, %n", "few"), ("less_equal %n, %few", "many")])
def test_a_branch_that_knows_enough_needs_no_other(compared: str, known: str) -> None:
    lines = TEXT.replace("ROWS", "B").splitlines()
    start = next(i for i, line in enumerate(lines) if "recur" in line)
    head = f"""  %shape = shape %x : i64[3]
  %one = const 1 : i64[]
  %few = const {MANY} : i64[]
  %n = gather %shape, %one {{axis=0}} : i64[]
  %p = {compared} : bool[]
  %c = cond %p () {{
    %t = tanh %h : f32[B, 2]
    return %t
  }} () {{"""
    tail = ["    return %8", "  } : f32[B, 2]", '  return "h" = %c', "}"]
    text = "\n".join([*lines[:start], head, *("  " + line for line in lines[start:-2]), *tail])
    made = taken(text)
    assert made.count("cond") == 1
    assert ("recur %h, %x" in made) == (known == "many")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\"y\" = %9", "\"y\" = %9, \"z\" = %4"),
        ("matmul %x, %w", "matmul %x, %v"),
        ("matmul %x, %w", "add %x, %v"),
    ],
)  # fmt: skip
def test_what_something_else_needs_and_what_is_no_product_stays(old: str, new: str) -> None:
    text = TEXT.replace("ROWS", MANY).replace(old, new)
    if "%v" in new:
        text = text.replace("%h: f32", f"%v: f32[{'3, 4' if 'matmul' in new else '3'}], %h: f32", 1)
    if "add %x" in new:
        text = text.replace(", 3]", ", 4]").replace("f32[3]", "f32[4]")
    assert taken(text) == str(parse(text))


def test_large_matrices_are_not_joined() -> None:
    text = str(run_passes(parse(TEXT.replace("ROWS", MANY)), [TakeIn(replace(ONNXRUNTIME, joined_rows=4))])[0])
    assert "concat" not in text
    assert text.count("matmul %x_1") == 2


@pytest.mark.parametrize("lengths", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", ["GRUCell", "LSTMCell"])
def test_cells_give_the_same_at_few_and_at_many_rows(cell: str, reverse: bool, lengths: bool) -> None:
    graph, many = tf.Graph(), 24
    with graph.as_default():
        x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
        made: Any = getattr(tf.nn.rnn_cell, cell)(128, activation=tf.nn.selu)
        step = {"sequence_length": n} if lengths else {}
        if reverse:
            out = tf.nn.bidirectional_dynamic_rnn(made, made, x, dtype=tf.float32, **step)
        else:
            out = tf.nn.dynamic_rnn(made, x, dtype=tf.float32, **step)
    program = rnn2onnx.compile(graph, out)
    kinds = [[op.kind.name for op in scan.blocks[0].ops] for scan in _scans(program.lowered)]
    assert {tuple(sorted(set(each) & {"concat"})) for each in kinds} == {(), ("concat",)}
    for rows, steps in ((1, 3), (many, 3), (many, 1), (0, 2), (many, 0)):
        feeds: dict[str, Any] = {"x": normal(rows, rows, steps, 3)}
        if lengths:
            feeds["n"] = np.random.default_rng(rows).integers(-1, steps + 2, rows).astype(np.int32)
        assert_same(_flat(program.run(feeds)), _flat(program.evaluate(feeds)))


def _scans(graph: Graph) -> list[Any]:
    return [op for op in walk(graph.block) if op.kind.name == "scan"]


def _flat(nest: Any) -> dict[str, Any]:
    if isinstance(nest, np.ndarray):
        return {"": nest}
    return {f"{i}.{path}": array for i, part in enumerate(nest) for path, array in _flat(part).items()}


@settings(quick, max_examples=80)
@given(random_recurrence())
def test_take_in_keeps_the_meaning(case: Any) -> None:
    graph, feeds = case
    before, _ = run_passes(graph, [BY_NAME[name] for name in ("fold", "distribute", "unbundle")])
    made = ALWAYS(before, Report())
    verify(made)
    assert_same(evaluate(made, feeds, float64=True), evaluate(before, feeds, float64=True), NARROW)


def test_a_sequence_of_no_steps_is_no_row_of_each_step() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [600, 0, 30], name="x")
        outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(128), x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, [outputs, state])
    found, meant = (run({"x": np.zeros((600, 0, 30), np.float32)}) for run in (program.run, program.evaluate))
    assert [each.shape for each in found] == [each.shape for each in meant] == [(600, 0, 128), (600, 128)]
