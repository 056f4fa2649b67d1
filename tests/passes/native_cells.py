"""Cells that compute a native layer, however they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import tf
from tests.passes.cells_by_hand import PAIR, Cell, D, H, Step, bias, gate, matrix


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
