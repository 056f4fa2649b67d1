"""``recognise``: what computes a native layer becomes one however it is written, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import evaluate, parse, walk
from rnn2onnx.passes import run_passes
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, NARROW, assert_keeps, normal, quick
from tests.random_graphs import random_graph

H, D = 3, 2
Step = Callable[[Any, Any], Any]


class Cell(tf.nn.rnn_cell.RNNCell):
    """A cell written as a function: ``step(x, state)`` gives the output and the new state."""

    def __init__(self, step: Step, state_size: Any, output_size: int = H) -> None:
        super().__init__()
        self._step, self._sizes = step, (state_size, output_size)

    @property
    def state_size(self) -> Any:
        return self._sizes[0]

    @property
    def output_size(self) -> int:
        return self._sizes[1]

    def call(self, inputs: Any, state: Any) -> Any:
        return self._step(inputs, state)


def matrix(name: str, rows: int, columns: int = H) -> Any:
    return tf.get_variable(name, [rows, columns], initializer=tf.random_normal_initializer(0.0, 0.6, seed=len(name)))


def bias(name: str, columns: int = H) -> Any:
    return tf.get_variable(name, [columns], initializer=tf.random_normal_initializer(0.0, 0.5, seed=len(name) + 7))


def gate(name: str, x: Any, h: Any, act: Any = tf.sigmoid, columns: int = H) -> Any:
    return act(
        tf.matmul(x, matrix(f"{name}/x", D, columns)) + tf.matmul(h, matrix(f"{name}/h", H, columns)) + bias(name)
    )


def compiled(cell: Any, *, lengths: bool = True, states: bool = True) -> Any:
    """A program of dynamic_rnn over the cell; its results are checked against its own meaning in float64."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", D], name="x")
        n = tf.placeholder(tf.int32, ["batch"], name="n") if lengths else None
        initial = None
        if states:
            start = tf.placeholder(tf.float32, ["batch", 1], name="start")
            initial = rnn2onnx.nest.map_structure(lambda size: tf.tile(start, [1, size]), cell.state_size)
        outputs, state = tf.nn.dynamic_rnn(cell, x, n, initial, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"y": outputs, "s": state})
    feeds = {"x": normal(1, 4, 5, D)}
    if lengths:
        feeds["n"] = np.array([2, 5, 0, 9])
    if states:
        feeds["start"] = normal(2, 4, 1)
    wanted = rnn2onnx.nest.flatten(program.evaluate(feeds, float64=True))
    for found in (rnn2onnx.nest.flatten(program.run(feeds)), list(evaluate(program.lowered, feeds).values())):
        for have, want in zip(found, wanted, strict=True):
            np.testing.assert_allclose(have, want, rtol=2e-5, atol=2e-5)
    return program


def became(program: Any) -> list[str]:
    return [decision.became for decision in program.report]


# -- what computes a native layer --------------------------------------------------------------------------------------


def lstm_of_four_products(order: str) -> Step:
    def step(x: Any, state: Any) -> Any:
        c, h = state
        gates = {name: gate(name, x, h, tf.tanh if name == "j" else tf.sigmoid) for name in order}
        c = gates["f"] * c + gates["i"] * gates["j"]
        h = gates["o"] * tf.tanh(c)
        return h, (c, h)

    return step


def gru(blend: Callable[[Any, Any, Any], Any]) -> Step:
    def step(x: Any, h: Any) -> Any:
        u, r = gate("u", x, h), gate("r", x, h)
        h = blend(u, h, gate("c", x, r * h, tf.tanh))
        return h, h

    return step


def gru_of_one_product(x: Any, h: Any) -> Any:
    both = tf.sigmoid(tf.matmul(tf.concat([h, x], 1), matrix("gates/kernel", D + H, 2 * H)) + bias("gates", 2 * H))
    u, r = tf.split(both, 2, 1)
    c = tf.tanh(tf.matmul(tf.concat([r * h, x], 1), matrix("c/kernel", D + H)) + bias("c"))
    h = (1 - u) * c + u * h
    return h, h


def reset_after(x: Any, h: Any) -> Any:
    u, r = gate("u", x, h), gate("r", x, h)
    c = tf.tanh(tf.matmul(x, matrix("c/x", D)) + r * (tf.matmul(h, matrix("c/h", H)) + bias("inner")) + bias("c"))
    h = u * h + (1 - u) * c
    return h, h


def peepholes(x: Any, state: Any) -> Any:
    c, h = state
    joined = tf.matmul(tf.concat([x, h], 1), matrix("kernel", D + H, 4 * H)) + bias("bias", 4 * H)
    i, f, o, g = tf.split(joined, 4, 1)
    c = tf.sigmoid(f + bias("pf") * c) * c + tf.sigmoid(i + c * bias("pi")) * tf.tanh(g)
    h = tf.sigmoid(o + bias("po_again") * c) * tf.tanh(c)
    return h, (c, h)


def rnn(act: Any) -> Step:
    def step(x: Any, h: Any) -> Any:
        h = gate("a", x, h, act)
        return h, h

    return step


def update_gate_only(x: Any, h: Any) -> Any:
    """A minimal gated unit without a reset: a GRU whose reset gate is open."""
    u = gate("u", x, h)
    h = u * h + (1 - u) * gate("c", x, h, tf.tanh)
    return h, h


def coupled(x: Any, state: Any) -> Any:
    """An input gate with the forget gate's weights, negated."""
    c, h = state
    f = tf.matmul(x, matrix("f/x", D)) + tf.matmul(h, matrix("f/h", H)) + bias("f")
    c = tf.sigmoid(f) * c + tf.sigmoid(-f) * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def scaled(x: Any, state: Any) -> Any:
    """Weights that are computed from others, and a doubled sum."""
    c, h = state
    kernel = matrix("kernel", D + H, 4 * H) * 0.5
    joined = (tf.matmul(tf.concat([x, h], 1), kernel) + bias("bias", 4 * H)) * 2.0
    i, g, f, o = tf.split(joined, 4, 1)
    c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(g)
    h = tf.tanh(c) * tf.sigmoid(o)
    return h, (c, h)


def shared_column(x: Any, state: Any) -> Any:
    """One forget gate for all units, through a broadcast of an activation."""
    c, h = state
    one = tf.sigmoid(tf.matmul(x, matrix("f/x", D, 1)) + tf.matmul(h, matrix("f/h", H, 1)))
    c = one * c + gate("i", x, h) * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def forgets_what_it_writes(x: Any, state: Any) -> Any:
    """The memory moves towards the candidate by the input gate."""
    c, h = state
    c = c + gate("i", x, h) * (gate("g", x, h, tf.tanh) - c)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def tiled(x: Any, h: Any) -> Any:
    """Independent units: each gate sees its own unit only, through a vector of weights."""
    pre = tf.matmul(x, matrix("kernel", D, 2 * H)) + tf.tile(h, [1, 2]) * bias("u", 2 * H)
    z, r = tf.split(tf.sigmoid(pre), 2, 1)
    c = tf.tanh(tf.matmul(x, matrix("c", D, H)) + r * h * bias("uc", H))
    h = z * h + (1.0 - z) * c
    return h, h


PAIR = (H, H)
NATIVE: dict[str, tuple[str, Callable[[], Any]]] = {
    "lstm i j f o": ("LSTM", lambda: Cell(lstm_of_four_products("ijfo"), PAIR)),
    "lstm o f j i": ("LSTM", lambda: Cell(lstm_of_four_products("ofji"), PAIR)),
    "lstm of a joint state": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, state_is_tuple=False)),
    "peepholes by hand": ("LSTM", lambda: Cell(peepholes, PAIR)),
    "peepholes": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, use_peepholes=True)),
    "negated forget gate": ("LSTM", lambda: Cell(coupled, PAIR)),
    "input gate 1 - f": ("LSTM", lambda: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(H)),
    "input gate 1 - f, peepholes": (
        "LSTM",
        lambda: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(H, use_peepholes=True),
    ),
    "forget gate 1 - i": ("LSTM", lambda: Cell(forgets_what_it_writes, PAIR)),
    "one vector tiled for three gates": ("GRU", lambda: Cell(tiled, H)),
    "scaled weights": ("LSTM", lambda: Cell(scaled, PAIR)),
    "one forget gate for all units": ("LSTM", lambda: Cell(shared_column, PAIR)),
    "relu lstm": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, activation=tf.nn.relu)),
    "softsign lstm": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, activation=tf.nn.softsign)),
    "identity lstm": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, activation=tf.identity)),
    "elu lstm": ("LSTM", lambda: tf.nn.rnn_cell.LSTMCell(H, activation=tf.nn.elu)),
    "sigmoid lstm": ("LSTM", lambda: tf.nn.rnn_cell.BasicLSTMCell(H, activation=tf.sigmoid)),
    "gru": ("GRU", lambda: tf.nn.rnn_cell.GRUCell(H)),
    "gru of one product": ("GRU", lambda: Cell(gru_of_one_product, H)),
    "u*h + (1-u)*c": ("GRU", lambda: Cell(gru(lambda u, h, c: u * h + (1 - u) * c), H)),
    "c + u*(h-c)": ("GRU", lambda: Cell(gru(lambda u, h, c: c + u * (h - c)), H)),
    "h + z*(c-h)": ("GRU", lambda: Cell(gru(lambda z, h, c: h + z * (c - h)), H)),
    "(1-z)*h + z*c": ("GRU", lambda: Cell(gru(lambda z, h, c: (1.0 - z) * h + z * c), H)),
    "c - u*c + h*u": ("GRU", lambda: Cell(gru(lambda u, h, c: c - u * c + h * u), H)),
    "reset after": ("GRU", lambda: Cell(reset_after, H)),
    "cudnn gru": ("GRU", lambda: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(H)),
    "cudnn lstm": ("LSTM", lambda: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(H)),
    "no reset gate": ("GRU", lambda: Cell(update_gate_only, H)),
    "relu gru": ("GRU", lambda: tf.nn.rnn_cell.GRUCell(H, activation=tf.nn.relu)),
    "tanh rnn": ("RNN", lambda: tf.nn.rnn_cell.BasicRNNCell(H)),
    "relu rnn": ("RNN", lambda: Cell(rnn(tf.nn.relu), H)),
    "softplus rnn": ("RNN", lambda: Cell(rnn(tf.nn.softplus), H)),
    "linear rnn": ("RNN", lambda: Cell(rnn(tf.identity), H)),
}


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


# -- what does not -----------------------------------------------------------------------------------------------------


def swapped(x: Any, h: Any) -> Any:
    """Another gate for the candidate than 1 minus that of the old state."""
    u, v = gate("u", x, h), gate("v_again", x, h)
    h = u * h + (1 - v) * gate("c", x, h, tf.tanh)
    return h, h


def over_full(x: Any, h: Any) -> Any:
    u = gate("u", x, h)
    h = u * h + (2 - u) * gate("c", x, h, tf.tanh)
    return h, h


def reads_the_new_state(x: Any, state: Any) -> Any:
    c, h = state
    c = gate("f", x, h) * c + gate("i", x, h) * gate("g", x, h, tf.tanh)
    h = gate("o", x, tf.tanh(c)) * tf.tanh(c)
    return h, (c, h)


def zoneout(x: Any, state: Any) -> Any:
    _, (c, h) = lstm_of_four_products("ijfo")(x, state)
    c, h = 0.9 * c + 0.1 * state[0], 0.9 * h + 0.1 * state[1]
    return h, (c, h)


def shrinking(x: Any, state: Any) -> Any:
    y, (c, h) = lstm_of_four_products("ijfo")(x, state)
    return y, (c, h * 0.5)


def sigmoid_twice(x: Any, state: Any) -> Any:
    c, h = state
    c = tf.sigmoid(gate("f", x, h)) * c + gate("i", x, h) * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def mean_gate(x: Any, h: Any) -> Any:
    u = tf.reduce_mean(gate("u", x, h), axis=1, keepdims=True)
    h = u * h + (1 - u) * gate("c", x, h, tf.tanh)
    return h, h


def reset_on_input(x: Any, h: Any) -> Any:
    r = tf.sigmoid(tf.matmul(x, matrix("r/x", D, D)) + tf.matmul(h, matrix("r/h", H, D)))
    u = gate("u", x, h)
    h = u * h + (1 - u) * tf.tanh(tf.matmul(r * x, matrix("c/x", D)) + tf.matmul(h, matrix("c/h", H)))
    return h, h


def two_resets(x: Any, h: Any) -> Any:
    u, r, q = gate("u", x, h), gate("r", x, h), gate("q_again", x, h)
    h = u * h + (1 - u) * tf.tanh(tf.matmul(x, matrix("c/x", D)) + tf.matmul(r * q * h, matrix("c/h", H)))
    return h, h


def other_activation(x: Any, state: Any) -> Any:
    c, h = state
    c = gate("f", x, h) * c + gate("i", x, h, tf.tanh) * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def other_gru_gates(x: Any, h: Any) -> Any:
    u, r = gate("u", x, h), gate("r", x, h, tf.nn.relu)
    h = u * h + (1 - u) * gate("c", x, r * h, tf.tanh)
    return h, h


def emits_the_memory(x: Any, state: Any) -> Any:
    y, (c, h) = lstm_of_four_products("ijfo")(x, state)
    return tf.concat([y, c], 1), (c, h)


def full_peepholes(x: Any, state: Any) -> Any:
    c, h = state
    i = tf.sigmoid(tf.matmul(x, matrix("i/x", D)) + tf.matmul(h, matrix("i/h", H)) + tf.matmul(c, matrix("i/c", H)))
    c = gate("f", x, h) * c + i * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def old_memory_peephole(x: Any, state: Any) -> Any:
    """The output gate looks at the memory before the step, where ONNX's looks at the one behind it."""
    c, h = state
    old = c
    c = gate("f", x, h) * c + gate("i", x, h) * gate("g", x, h, tf.tanh)
    o = tf.sigmoid(tf.matmul(x, matrix("o/x", D)) + tf.matmul(h, matrix("o/h", H)) + old * bias("po"))
    h = o * tf.tanh(c)
    return h, (c, h)


def new_memory_peephole(x: Any, state: Any) -> Any:
    """The input gate looks at the memory with half of the step done."""
    c, h = state
    c = gate("f", x, h) * c
    i = tf.sigmoid(tf.matmul(x, matrix("i/x", D)) + tf.matmul(h, matrix("i/h", H)) + c * bias("pi"))
    c = c + i * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def squared(x: Any, state: Any) -> Any:
    c, h = state
    f = gate("f", x, h)
    c = f * f * c + gate("i", x, h) * gate("g", x, h, tf.tanh)
    h = gate("o", x, h) * tf.tanh(c)
    return h, (c, h)


def scaled_rnn(x: Any, h: Any) -> Any:
    h = 0.5 * gate("a", x, h, tf.tanh)
    return h, h


def old_output(x: Any, h: Any) -> Any:
    return h, gate("a", x, h, tf.tanh)


NOT_NATIVE: dict[str, Callable[[], Any]] = {
    "cell_clip": lambda: tf.nn.rnn_cell.LSTMCell(H, cell_clip=0.3),
    "projection": lambda: tf.nn.rnn_cell.LSTMCell(H, num_proj=H),
    "projection to another width": lambda: tf.nn.rnn_cell.LSTMCell(H, num_proj=2),
    "projection clipped": lambda: tf.nn.rnn_cell.LSTMCell(H, num_proj=H, proj_clip=0.2),
    "selu": lambda: tf.nn.rnn_cell.LSTMCell(H, activation=tf.nn.selu),
    "another gate for the candidate": lambda: Cell(swapped, H),
    "gates that add up to two": lambda: Cell(over_full, H),
    "a gate of the new state": lambda: Cell(reads_the_new_state, PAIR),
    "zoneout": lambda: Cell(zoneout, PAIR),
    "a scaled state": lambda: Cell(shrinking, PAIR),
    "sigmoid twice": lambda: Cell(sigmoid_twice, PAIR),
    "a mean gate": lambda: Cell(mean_gate, H),
    "reset of the input": lambda: Cell(reset_on_input, H),
    "two reset gates": lambda: Cell(two_resets, H),
    "an input gate with tanh": lambda: Cell(other_activation, PAIR),
    "a reset gate with relu": lambda: Cell(other_gru_gates, H),
    "peepholes between units": lambda: Cell(full_peepholes, PAIR),
    "a peephole at the old memory": lambda: Cell(old_memory_peephole, PAIR),
    "a peephole at half the memory": lambda: Cell(new_memory_peephole, PAIR),
    "a squared gate": lambda: Cell(squared, PAIR),
    "a halved output": lambda: Cell(scaled_rnn, H),
}


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
