"""What random programs gave on TensorFlow and did not give on this project."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def sequences(rng):
    return {"x": normal(rng, 2, 4, 3)}


def inputs(tf):
    return tf.placeholder(tf.float32, [None, None, 3], "x")


@case(sequences)
def dense_layers_of_tensorflow_and_keras_are_counted_together(tf, keras):
    x = inputs(tf)
    for _ in range(2):
        x = tf.layers.dense(x, 2, tf.tanh)
        x = keras.layers.Dense(3)(x)
    return x


@case(sequences)
def normalizations_of_tensorflow_and_keras_are_counted_together(tf, keras):
    x = keras.layers.BatchNormalization()(inputs(tf))
    return keras.layers.BatchNormalization()(tf.layers.batch_normalization(x))


@facts()
def names_of_layers_and_cells_that_were_given_none(tf, keras):
    cells = tf.nn.rnn_cell
    with tf.variable_scope("scope"):
        layers = [
            cells.GRUCell(2),
            cells.GRUCell(2),
            keras.layers.GRUCell(2),
            cells.GRUCell(2, name="given"),
            cells.MultiRNNCell([cells.GRUCell(2)]),
            keras.layers.LSTM(2),
            cells.LSTMCell(2),
            tf.layers.Dense(2),
            keras.layers.Dense(2),
            tf.layers.Dense(2),
            keras.layers.Flatten(),
        ]
    return [layer.name for layer in layers]


def over_cells(build, name):
    @case(sequences, name=f"keras_recurrence_of_{name}")
    def over_cell(tf, keras):
        return build(keras.layers, tf.nn.rnn_cell, inputs(tf))


over_cells(lambda keras, tf, x: keras.Bidirectional(keras.RNN(tf.GRUCell(2)))(x), "a_cell_in_two_directions")
over_cells(
    lambda keras, tf, x: keras.Bidirectional(keras.RNN([tf.GRUCell(2), tf.GRUCell(3)]))(x), "cells_in_two_directions"
)
over_cells(
    lambda keras, tf, x: keras.Bidirectional(keras.RNN([keras.GRUCell(2), tf.LSTMCell(3)]))(x),
    "both_kinds_of_cells_in_two_directions",
)
over_cells(
    lambda keras, tf, x: keras.RNN([tf.GRUCell(2), keras.LSTMCell(3), keras.GRUCell(3)])(x), "both_kinds_of_cells"
)
over_cells(
    lambda keras, tf, x: [keras.RNN(cell(2))(x) for cell in (tf.GRUCell, keras.GRUCell, tf.GRUCell)],
    "a_cell_of_either_kind_after_the_other",
)


def scope_error(call, name, mention):
    @error_case(mention, name=f"{call}_in_the_scope_{name}")
    def refused(tf):
        cell, x = tf.nn.rnn_cell.GRUCell(2), tf.zeros([2, 3, 3])
        if call == "two_directions_of_lists":
            return tf.nn.static_bidirectional_rnn(cell, cell, tf.unstack(x), dtype=tf.float32, scope=SCOPES[name])
        return tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope=SCOPES[name])


SCOPES = {"of_words": "two words", "with_a_colon": "x:0", "that_begins_with_a_line": "_x"}

for scope in SCOPES:
    for call in ("two_directions_of_lists", "dynamic_rnn"):
        scope_error(call, scope, "is not a valid root scope name")


@error_case("is not a valid scope name")
def a_scope_of_words_in_a_scope(tf):
    with tf.variable_scope("outer"), tf.variable_scope("two words"):
        pass


@facts()
def scopes_of_odd_names(tf):
    names = []
    for outer, inner in (("a", "_b"), ("a/b", "-c"), (".a", "b>c"), ("a-b", "/c")):
        with tf.variable_scope(outer), tf.variable_scope(inner):
            names.append(tf.get_variable("v", [1]).op.name)
    return names


@error_case("'parallel_iterations' must be a positive integer.")
def less_than_one_iteration_at_once(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)
    return tf.nn.dynamic_rnn(cell, tf.zeros([2, 3, 3]), dtype=tf.float32, parallel_iterations=-1)


def states_that_trade_places(name, build):
    @case(
        lambda rng: {"x": normal(rng, 2, 3, 3), "a": normal(rng, 3, 2), "b": normal(rng, 3, 2)},
        name=f"fed_states_that_trade_places_in_{name}",
    )
    def traded(tf):
        class Cell(tf.nn.rnn_cell.RNNCell):
            state_size = (2, 2)
            output_size = 2

            def call(self, inputs, state):
                new = tf.sigmoid(inputs[:, :2] - state[0])
                return new, (new * state[1], new)

        x = tf.placeholder(tf.float32, [2 if name == "static_rnn" else None, None, 3], "x")
        state = tuple(tf.placeholder(tf.float32, [None, 2], name) for name in "ab")
        return build(tf, Cell(), x, state)


def raw(tf, cell, x, state):
    array = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)
    zeros = tf.zeros(tf.stack([tf.shape(x)[1], 3]))

    def loop(time, output, after, _):
        finished = tf.fill([tf.shape(x)[1]], time >= tf.shape(x)[0])
        inputs = tf.cond(tf.reduce_all(finished), lambda: zeros, lambda: array.read(time))
        inputs.set_shape([None, 3])
        return finished, inputs, state if after is None else after, output, None

    emitted, final, _ = tf.nn.raw_rnn(cell, loop)
    return emitted.stack(), final


states_that_trade_places(
    "dynamic_rnn", lambda tf, cell, x, state: tf.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)
)
states_that_trade_places("static_rnn", lambda tf, cell, x, state: tf.nn.static_rnn(cell, tf.unstack(x), state))
states_that_trade_places("raw_rnn", raw)


def unrolled_backwards(name, build):
    @case(
        lambda rng: {
            "x": normal(rng, 3, 5, 3),
            "m": np.array([[1, 1, 0, 1, 0], [0, 0, 1, 1, 1], [1, 1, 1, 0, 0]], "bool"),
        },
        name=f"unrolled_and_masked_{name}",
    )
    def unrolled(tf, keras):
        x, mask = tf.placeholder(tf.float32, [3, 5, 3], "x"), tf.placeholder(tf.bool, [3, 5], "m")
        return build(keras.layers)(x, mask=mask)


OPTIONS = {"return_sequences": True, "return_state": True, "unroll": True}

unrolled_backwards("in_two_directions", lambda keras: keras.Bidirectional(keras.LSTM(2, **OPTIONS)))
unrolled_backwards(
    "in_two_directions_from_the_end", lambda keras: keras.Bidirectional(keras.GRU(2, go_backwards=True, **OPTIONS))
)
unrolled_backwards(
    "with_zeros_from_the_end",
    lambda keras: keras.RNN(keras.SimpleRNNCell(2), go_backwards=True, zero_output_for_mask=True, **OPTIONS),
)
unrolled_backwards(
    "last_outputs", lambda keras: keras.Bidirectional(keras.LSTM(2, return_sequences=False, unroll=True))
)
unrolled_backwards(
    "last_zeros_from_the_end",
    lambda keras: keras.RNN(keras.SimpleRNNCell(2), go_backwards=True, zero_output_for_mask=True, unroll=True),
)
