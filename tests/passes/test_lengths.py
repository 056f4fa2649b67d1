"""``lengths``: selects by the step and a row's length become lengths, and no others do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Graph, parse, walk
from tests.passes.masked_by_hand import masked_by_hand
from tests.passes.running import BY_NAME, after, assert_keeps, decisions, normal, quick

STEPS = 6
LENGTHS = ([0, 7, 3, -1], [2, 2, 6, 1], [0, 0, 0, 0])
flatten = rnn2onnx.nest.flatten


def text(
    *,
    alive: str = "%4 = less %k, %n : bool[B]",
    news: str = "%6 = where %5, %a, %h : f32[B, 2]\n    %7 = where %5, %b, %c : f32[B, 2]",
    row: str = "%8 = where %5, %a, %zero : f32[B, 2]",
    numbers: str = "%1 = const [0, 1, 2, 3] : i64[4]",
    reverse: str = "false",
) -> str:
    """A recurrence of two states that selects in its steps."""
    return f"""graph g(%x: f32[4, B, 2], %n: i64[B], %m: i64[B], %h0: f32[B, 2]) {{
  %zero = const 0.0 : f32[]
  %one = const 1 : i64[]
  {numbers}
  %10, %11, %12 = recur %h0, %h0, %x, %1 {{lengths=false, reverse={reverse}, states=2, unmasked=[]}} \
(%h: f32[B, 2], %c: f32[B, 2], %s: f32[B, 2], %k: i64[]) {{
    %2 = add %h, %s : f32[B, 2]
    %a = tanh %2 : f32[B, 2]
    %b = add %c, %a : f32[B, 2]
    {alive}
    %5 = unsqueeze %4 {{axes=[1]}} : bool[B, 1]
    {news}
    {row}
    return %6, %7, %8
  }} : f32[B, 2], f32[B, 2], f32[4, B, 2]
  return "h" = %10, "c" = %11, "y" = %12
}}"""


def kept(source: str, rows: int = 4) -> Graph:
    """The graph behind the pass, which means the same for all lengths."""
    graph = parse(source)
    x, h = normal(1, 4, rows, 2), normal(2, rows, 2)
    for lengths in ([1, 2, 2, 3], [0, -1, 0, 0], [4, 4, 4, 4], [0, 4, 9, -3]):
        n = np.array(lengths[:rows], np.int64)
        made = assert_keeps(graph, {"x": x, "n": n, "m": n - 1, "h0": h}, "lengths")
    assert_keeps(graph, {"x": x, "n": n, "m": n - 1, "h0": h}, *BY_NAME)
    return made


def has_lengths(graph: Graph) -> bool:
    return any(op.kind.name == "recur" and op.attrs["lengths"] for op in walk(graph.block))


def test_selects_become_lengths() -> None:
    assert (
        after("lengths", text())
        == """graph g(%x: f32[4, B, 2], %n: i64[B], %m: i64[B], %h0: f32[B, 2]) {
  %0, %1, %2 = recur %h0, %h0, %x, %n {lengths=true, reverse=false, states=2, unmasked=[]} \
(%3: f32[B, 2], %4: f32[B, 2], %5: f32[B, 2]) {
    %6 = add %3, %5 : f32[B, 2]
    %a = tanh %6 : f32[B, 2]
    %b = add %4, %a : f32[B, 2]
    return %a, %b, %a
  } : f32[B, 2], f32[B, 2], f32[4, B, 2]
  return "h" = %0, "c" = %1, "y" = %2
}"""
    )


def test_a_row_that_is_the_state_is_the_final_state_past_the_end() -> None:
    assert (
        after("lengths", text().replace("return %6, %7, %8", "return %6, %7, %6"))
        == """graph g(%x: f32[4, B, 2], %n: i64[B], %m: i64[B], %h0: f32[B, 2]) {
  %one = const 1 : i64[]
  %0 = const 4 : i64[]
  %1, %2, %3 = recur %h0, %h0, %x, %n {lengths=true, reverse=false, states=2, unmasked=[]} \
(%4: f32[B, 2], %5: f32[B, 2], %6: f32[B, 2]) {
    %7 = add %4, %6 : f32[B, 2]
    %a = tanh %7 : f32[B, 2]
    %b = add %5, %a : f32[B, 2]
    return %a, %b, %a
  } : f32[B, 2], f32[B, 2], f32[4, B, 2]
  %8 = unsqueeze %1 {axes=[0]} : f32[1, B, 2]
  %9 = cast %n {dtype=i64} : i64[B]
  %10 = const 0 : i64[]
  %11 = range %10, %0, %one : i64[4]
  %12 = unsqueeze %11 {axes=[1]} : i64[4, 1]
  %13 = unsqueeze %9 {axes=[0]} : i64[1, B]
  %14 = less %12, %13 : bool[4, B]
  %15 = unsqueeze %14 {axes=[2]} : bool[4, B, 1]
  %16 = where %15, %3, %8 : f32[4, B, 2]
  return "h" = %1, "c" = %2, "y" = %16
}"""
    )


FOUND = {
    "less": text(),
    "greater": text(alive="%4 = greater %n, %k : bool[B]"),
    "not strict": text(alive="%4 = less_equal %k, %n : bool[B]"),
    "another step": text(alive="%9 = add %k, %one : i64[]\n    %4 = less %9, %n : bool[B]"),
    "another start": text(numbers="%1 = const [3, 4, 5, 6] : i64[4]"),
    "both": text(alive="%9 = less %k, %n : bool[B]\n    %3 = less %k, %m : bool[B]\n    %4 = and %9, %3 : bool[B]"),
    "inverted": text(
        alive="%4 = less_equal %n, %k : bool[B]",
        news="%6 = where %5, %h, %a : f32[B, 2]\n    %7 = where %5, %c, %b : f32[B, 2]",
        row="%8 = where %5, %zero, %a : f32[B, 2]",
    ),
    "not": text(alive="%9 = greater_equal %k, %n : bool[B]\n    %4 = not %9 : bool[B]"),
    "backwards": text(reverse="true"),
    "the state before": text(row="%8 = exp %h : f32[B, 2]"),
    "another number": text(row="%8 = where %5, %a, %c : f32[B, 2]"),
    "made of states": text(row="%8 = mul %6, %7 : f32[B, 2]"),
    "backwards, made of states": text(row="%8 = mul %6, %h : f32[B, 2]", reverse="true"),
}


@pytest.mark.parametrize("form", FOUND)
def test_forms_that_become_lengths(form: str) -> None:
    made = kept(FOUND[form])
    assert has_lengths(made)
    assert not any(
        op.kind.name == "where"
        for each in walk(made.block)
        if each.kind.name == "recur" and each.attrs["lengths"]
        for op in each.blocks[0].ops
    )
    kept(FOUND[form], rows=0)


LEFT = {
    "one state of two": text(news="%6 = where %5, %a, %h : f32[B, 2]\n    %7 = add %c, %a : f32[B, 2]"),
    "two bounds": text(
        alive="%4 = less %k, %n : bool[B]\n    %3 = less %k, %m : bool[B]\n    "
        "%9 = unsqueeze %3 {axes=[1]} : bool[B, 1]",
        news="%6 = where %5, %a, %h : f32[B, 2]\n    %7 = where %9, %b, %c : f32[B, 2]",
    ),
    "two offsets": text(
        alive="%4 = less %k, %n : bool[B]\n    %3 = less_equal %k, %n : bool[B]\n"
        "    %9 = unsqueeze %3 {axes=[1]} : bool[B, 1]",
        news="%6 = where %5, %a, %h : f32[B, 2]\n    %7 = where %9, %b, %c : f32[B, 2]",
    ),
    "another state": text(news="%6 = where %5, %a, %c : f32[B, 2]\n    %7 = where %5, %b, %h : f32[B, 2]"),
    "rows that begin late": text(alive="%4 = greater_equal %k, %n : bool[B]"),
    "steps in no order": text(numbers="%1 = const [0, 2, 1, 3] : i64[4]"),
    "steps from the last one": text(numbers="%1 = const [3, 2, 1, 0] : i64[4]"),
    "either": text(alive="%9 = less %k, %n : bool[B]\n    %3 = equal %m, %k : bool[B]\n    %4 = or %9, %3 : bool[B]"),
    "backwards, and rows that see each other": text(reverse="true").replace(
        "%2 = add %h, %s : f32[B, 2]",
        "%3 = reduce_sum %h {axes=[0], keepdims=true} : f32[1, 2]\n    %2 = add %3, %s : f32[B, 2]",
    ),
}


@pytest.mark.parametrize("form", LEFT)
def test_forms_that_stay(form: str) -> None:
    assert not has_lengths(kept(LEFT[form]))


def test_a_product_for_rows_that_have_ended_is_not_made_twice() -> None:
    cell = """%2 = add %h, %s : f32[B, 2]
    %9 = matmul %2, %w : f32[B, 2]
    %a = tanh %9 : f32[B, 2]"""
    source = text(row="%8 = neg %a : f32[B, 2]").replace(
        "%2 = add %h, %s : f32[B, 2]\n    %a = tanh %2 : f32[B, 2]", cell
    )
    source = source.replace("%one = const", "%w = const [[1.0, 0.5], [0.25, 1.0]] : f32[2, 2]\n  %one = const")
    assert not has_lengths(kept(source))
    assert "what only its steps compute" in decisions(source, "fold lengths lower")[0].why


def test_it_says_what_stands_in_the_way() -> None:
    passes = "fold lengths lower"
    assert "only some of its states stop" in decisions(LEFT["one state of two"], passes)[0].why
    assert "stop at different lengths" in decisions(LEFT["two bounds"], passes)[0].why
    assert "begin at different steps" in decisions(LEFT["rows that begin late"], passes)[0].why


@given(masked_by_hand())
@settings(quick, max_examples=100)
def test_random_recurrences_keep_their_meaning(case: Any) -> None:
    assert_keeps(*case, "lengths")


# -- programs ----------------------------------------------------------------------------------------------------------

Select = Callable[[Any, Any], Any]


def less(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(t < n, new, old)


def inverted(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.logical_not(tf.less(t, n)), old, new)


def filled(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.less(tf.fill(tf.shape(n), t), n), new, old)


def masked(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.sequence_mask(n, STEPS)[:, t], new, old)


def masked_in_floats(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.cast(tf.sequence_mask(n, STEPS, tf.float32)[:, t], tf.bool), new, old)


def tiled(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.tile(tf.expand_dims(t < n, 1), [1, 4]), new, old)


def spread(n: Any, t: int) -> Select:
    return lambda new, old: tf.where(tf.broadcast_to(t < tf.expand_dims(n, 1), tf.shape(new)), new, old)


def compared_at_once(n: Any, t: int) -> Select:
    alive = tf.range(STEPS)[None, :] < n[:, None]
    return lambda new, old: tf.where(alive[:, t], new, old)


def unrolled(
    select: Callable[[Any, int], Select] = less,
    emit: str = "zero",
    layers: int = 1,
    kind: Any = tf.nn.rnn_cell.LSTMCell,
    back: bool = False,
) -> Any:
    x, n = tf.placeholder(tf.float32, ["batch", STEPS, 3], "x"), tf.placeholder(tf.int32, ["batch"], "n")
    cell = kind(4) if layers == 1 else tf.nn.rnn_cell.MultiRNNCell([kind(4) for _ in range(layers)])
    state, outputs = cell.zero_state(tf.shape(x)[0], tf.float32), []
    steps = list(enumerate(tf.unstack(x, axis=1)))
    for t, step in steps[::-1] if back else steps:
        with tf.variable_scope("rnn", reuse=bool(outputs)):
            output, new = cell(step, state)
        chosen = select(n, t)
        news = [chosen(a, b) for a, b in zip(flatten(new), flatten(state), strict=True)]
        state = rnn2onnx.nest.pack_sequence_as(new, news)
        if emit == "state":
            output = news[-1]
        elif emit == "projected":
            with tf.variable_scope("projected", reuse=bool(outputs)):
                output = tf.matmul(news[-1], tf.get_variable("w", [4, 2]))
        else:
            output = chosen(output, tf.zeros_like(output))
        outputs.append(output)
    return tf.stack(outputs[::-1] if back else outputs, axis=1), state


def looped() -> Any:
    """A loop that writes its state in each step."""
    x, n = tf.placeholder(tf.float32, ["batch", STEPS, 3], "x"), tf.placeholder(tf.int32, ["batch"], "n")
    steps = tf.transpose(x, [1, 0, 2])
    cell = tf.nn.rnn_cell.GRUCell(4)

    def body(t: Any, state: Any, rows: Any) -> Any:
        new = tf.where(t < n, cell(steps[t], state)[1], state)
        return t + 1, new, rows.write(t, new)

    start = (0, cell.zero_state(tf.shape(x)[0], tf.float32), tf.TensorArray(tf.float32, STEPS))
    t, state, rows = tf.while_loop(lambda t, *_: t < STEPS, body, start)
    return rows.stack(), state, t


GRU = tf.nn.rnn_cell.GRUCell
PROGRAMS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    **{
        each.__name__: (lambda each=each: unrolled(each), ["LSTM"])
        for each in (less, inverted, filled, masked, masked_in_floats, tiled, spread, compared_at_once)
    },
    "the state is given": (lambda: unrolled(emit="state"), ["LSTM"]),
    "the state is projected": (lambda: unrolled(emit="projected"), ["LSTM"]),
    "backwards": (lambda: unrolled(back=True), ["LSTM"]),
    "backwards, the state is given": (lambda: unrolled(back=True, emit="state"), ["LSTM"]),
    "two layers": (lambda: unrolled(layers=2), ["LSTM", "LSTM"]),
    "two layers, the state is given": (lambda: unrolled(layers=2, emit="state"), ["LSTM", "LSTM"]),
    "a GRU": (lambda: unrolled(masked, kind=GRU), ["GRU"]),
    "a loop": (looped, ["GRU"]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run_on_native_operators_with_lengths(name: str) -> None:
    build, forms = PROGRAMS[name]
    graph = tf.Graph()
    with graph.as_default():
        out = build()
    program = rnn2onnx.compile(graph, out)
    assert [decision.became for decision in program.report] == forms
    natives = [node for node in program.model.graph.node if node.op_type in ("LSTM", "GRU")]
    for lengths in LENGTHS:
        n = np.array(lengths, np.int32)
        x = np.where((np.arange(STEPS) < n[:, None])[:, :, None], normal(3, 4, STEPS, 3), np.float32("nan"))
        feeds = {"x": x, "n": n}
        for got, want in zip(flatten(program.run(feeds)), flatten(program.evaluate(feeds)), strict=True):
            assert got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    assert all(node.input[4] for node in natives)
