"""static_bidirectional_rnn: lengths, states, cells, scopes."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [1, 0, 3]]


def padded(rng):
    """Runs with lengths of every kind that TensorFlow reverses."""
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def steps(tf, batch=None):
    x = tf.placeholder(tf.float32, [batch, 4, 2], "x")
    return tf.unstack(x, 4, 1), tf.placeholder(tf.int32, [batch], "n")


CELLS = {
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(3),
    "clipped_lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3, cell_clip=0.4, num_proj=2),
}


def over_cells(cell_name, make):
    @case(lambda rng: [{"x": normal(rng, n, 4, 2)} for n in (3, 1)], name=f"{cell_name}_without_lengths")
    def plain(tf):
        xs, _ = steps(tf)
        return tf.nn.static_bidirectional_rnn(make(tf), make(tf), xs, dtype=tf.float32)

    @case(padded, name=f"{cell_name}_with_lengths")
    def lengths(tf):
        xs, n = steps(tf)
        return tf.nn.static_bidirectional_rnn(make(tf), make(tf), xs, dtype=tf.float32, sequence_length=n)


for cell_name, make in CELLS.items():
    over_cells(cell_name, make)


@case(
    lambda rng: [{**run, "c": normal(rng, 3, 3), "h": normal(rng, 3, 3), "g": normal(rng, 3, 5)} for run in padded(rng)]
)
def different_cells_widths_and_both_initial_states(tf):
    xs, n = steps(tf, 3)
    c, h = tf.placeholder(tf.float32, [3, 3], "c"), tf.placeholder(tf.float32, [3, 3], "h")
    cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.GRUCell(5)
    states = tf.nn.rnn_cell.LSTMStateTuple(c, h), tf.placeholder(tf.float32, [3, 5], "g")
    return tf.nn.static_bidirectional_rnn(*cells, xs, *states, sequence_length=n)


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array([3, 0, 4], "int64")})
def lengths_of_int64_and_only_the_last_output(tf):
    xs = tf.unstack(tf.placeholder(tf.float32, [3, 4, 2], "x"), axis=1)
    n = tf.placeholder(tf.int64, [3], "n")
    cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)
    outputs, _, backward = tf.nn.static_bidirectional_rnn(*cells, xs, dtype=tf.float32, sequence_length=n)
    return tf.matmul(outputs[-1], tf.get_variable("w", [6, 2])), backward.c


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def scopes(tf):
    xs, _ = steps(tf)

    def run(**options):
        cells = tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.BasicRNNCell(3)
        return tf.nn.static_bidirectional_rnn(*cells, xs, dtype=tf.float32, **options)[1:]

    with tf.variable_scope("given") as given:
        pass
    with tf.variable_scope("outer"):
        found = [run()]
    with tf.variable_scope("outer", reuse=True):
        found.append(run())
    return [*found, run(scope="named"), run(scope=given)]


@case(padded)
def one_cell_in_both_directions(tf):
    xs, n = steps(tf)
    cell = tf.nn.rnn_cell.GRUCell(3)
    return tf.nn.static_bidirectional_rnn(cell, cell, xs, dtype=tf.float32, sequence_length=n)


@case(padded)
def two_layers_taken_together(tf):
    xs, n = steps(tf)
    for layer in range(2):
        cells = tf.nn.rnn_cell.BasicLSTMCell(3), tf.nn.rnn_cell.BasicLSTMCell(3)
        xs, *states = tf.nn.static_bidirectional_rnn(
            *cells, xs, dtype=tf.float32, sequence_length=n, scope=f"layer_{layer}"
        )
    return tf.stack(xs, 1), states


@facts()
def static_shapes(tf):
    found = {}
    for name, batch in {"known": 3, "unknown": None}.items():
        xs = tf.unstack(tf.placeholder(tf.float32, [batch, 2, 2]), 2, 1)
        cells = tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.GRUCell(3)
        outputs, *states = tf.nn.static_bidirectional_rnn(*cells, xs, dtype=tf.float32, scope=name)
        found[name] = [type(outputs).__name__, *(t.shape.as_list() for t in (*outputs, *states))]
    return found
