"""Stacks, wrappers and options of cells: activations of any kind, residuals, projections, dtypes."""

from __future__ import annotations

import numpy as np

from tests.golden.cases.published_cells import over_time, sequences, sized
from tests.golden.registry import case, normal


@case(sequences)
def lstm_with_a_swish_and_a_lambda(tf):
    cells = [
        tf.nn.rnn_cell.LSTMCell(3, activation=tf.nn.swish),
        tf.nn.rnn_cell.GRUCell(3, activation=lambda v: tf.minimum(tf.maximum(v, -1.0), 1.0)),
        tf.nn.rnn_cell.BasicRNNCell(3, activation=tf.nn.softplus),
        tf.nn.rnn_cell.LSTMCell(3, activation=tf.nn.leaky_relu, use_peepholes=True, forget_bias=0.5),
    ]
    return over_time(tf, tf.nn.rnn_cell.MultiRNNCell(cells))


@case(sequences)
def eleven_residual_layers(tf):
    rnn = tf.nn.rnn_cell
    cells = [rnn.LSTMCell(3)] + [rnn.ResidualWrapper(rnn.LSTMCell(3)) for _ in range(10)]
    outputs, state = over_time(tf, rnn.MultiRNNCell(cells))
    return outputs, state[0].c, state[10].h


@case(sequences)
def residual_by_a_function_and_dense_between(tf):
    rnn = tf.nn.rnn_cell

    class Projected(rnn.RNNCell):
        def __init__(self, cell, width):
            super().__init__()
            self._cell, self._width = cell, width

        state_size = property(lambda self: self._cell.state_size)
        output_size = property(lambda self: self._width)

        def call(self, inputs, state):
            output, state = self._cell(inputs, state)
            return tf.layers.dense(output, self._width, tf.nn.relu), state

    first = rnn.ResidualWrapper(Projected(rnn.GRUCell(5), 4), residual_fn=lambda i, o: tf.concat([i * 0.5, o], 1))
    second = rnn.DropoutWrapper(Projected(rnn.LSTMCell(3), 2), 1.0, 1.0, 1.0)
    sizes = (first.state_size, second.state_size)

    def step(inputs, state):
        with tf.variable_scope("first"):
            out, one = first(inputs, state[0])
        with tf.variable_scope("second"):
            out, two = second(out, state[1])
        return out, (one, two)

    return over_time(tf, sized(tf, sizes, 2, step))


@case(sequences)
def lstm_that_returns_its_memory_too(tf):
    class Both(tf.nn.rnn_cell.LSTMCell):
        @property
        def output_size(self):
            return self.state_size

        def call(self, inputs, state):
            _, new = super().call(inputs, state)
            return new, new

    return over_time(tf, Both(3))


@case(sequences)
def gru_that_emits_its_gates(tf):
    def step(x, h):
        gates = tf.sigmoid(tf.layers.dense(tf.concat([x, h], 1), 6, name="gates"))
        r, z = gates[:, :3], gates[:, 3:]
        c = tf.tanh(tf.layers.dense(tf.concat([x, r * h], 1), 3, name="candidate"))
        new = tf.add(z * h, (1.0 - z) * c, name="new_h")
        return {"h": new, "gates": gates}, new

    return over_time(tf, sized(tf, 3, {"h": 3, "gates": 6}, step))


@case(lambda rng: [{"x": normal(rng, 5, 2, 4, dtype="float64"), "n": np.array([3, 5], "int64")}])
def double_precision_time_major(tf):
    x = tf.placeholder(tf.float64, [None, None, 4], "x")
    n = tf.placeholder(tf.int64, [None], "n")
    rnn = tf.nn.rnn_cell
    cell = rnn.MultiRNNCell([rnn.LSTMCell(3, use_peepholes=True), rnn.GRUCell(3), rnn.BasicRNNCell(2)])
    return tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float64, time_major=True)


@case(lambda rng: [{"x": normal(rng, 2, 4, 3, dtype="float16")}], tolerance=4e-3)
def half_precision(tf):
    x = tf.placeholder(tf.float16, [None, 4, 3], "x")
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, dtype=tf.float16)
    own = sized(tf, 3, 3, lambda i, s: (tf.nn.elu(i + s) * 0.5,) * 2)
    more, last = tf.nn.dynamic_rnn(own, outputs, [2] * 1 + [4], dtype=tf.float16)
    return outputs, state, more, last
