"""Cells that look like a native layer and compute something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import tf
from tests.passes.cells_by_hand import PAIR, Cell, D, H, bias, gate, matrix
from tests.passes.native_cells import lstm_of_four_products


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
