"""Layers over the same inputs: several of them, one in two directions, and only some of what they give is read.

Converters of finished graphs find layers by the operations that are left of them, so each of these is another graph.
"""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal

LENGTHS = [[4, 1, 3], [0, 2, 4]]


def sequences(rng):
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def inputs(tf):
    return tf.placeholder(tf.float32, [None, None, 2], "x"), tf.placeholder(tf.int32, [None], "n")


CELLS = {
    "lstm": lambda tf, units: tf.nn.rnn_cell.LSTMCell(units),
    "joined_lstm": lambda tf, units: tf.nn.rnn_cell.LSTMCell(units, state_is_tuple=False),
    "lstm_block": lambda tf, units: tf.contrib.rnn.LSTMBlockCell(units, use_peephole=True),
    "gru": lambda tf, units: tf.nn.rnn_cell.GRUCell(units),
    "gru_block": lambda tf, units: tf.contrib.rnn.GRUBlockCell(units),
    "cudnn_gru": lambda tf, units: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(units),
}


def over_cells(cell_name, make):
    @case(lambda rng: {"x": normal(rng, 3, 4, 2)}, name="%s_of_constant_lengths" % cell_name)
    def constant_lengths(tf):
        x = tf.placeholder(tf.float32, [3, 4, 2], "x")
        found = []
        for dtype in ("int32", "int64", "float32"):
            lengths = np.array([4, 3, 1], dtype)
            found.append(tf.nn.dynamic_rnn(make(tf, 3), x, lengths, dtype=tf.float32, scope=dtype))
        return found

    @case(sequences, name="%s_of_two_layers_from_the_zero_state" % cell_name)
    def two_layers(tf):
        x, n = inputs(tf)
        layers = [make(tf, size) for size in (3, 2)]
        stack = tf.nn.rnn_cell.MultiRNNCell(layers, state_is_tuple=cell_name != "joined_lstm")
        zero = stack.zero_state(tf.shape(x)[0], tf.float32)
        masked = tf.nn.dynamic_rnn(stack, x, n, initial_state=zero, scope="masked")
        layers = [make(tf, size) for size in (3, 2)]
        stack = tf.nn.rnn_cell.MultiRNNCell(layers, state_is_tuple=cell_name != "joined_lstm")
        return masked, tf.nn.dynamic_rnn(stack, x, initial_state=zero, scope="plain")

    @case(sequences, name="%s_only_the_outputs" % cell_name)
    def only_outputs(tf):
        x, n = inputs(tf)
        outputs, _ = tf.nn.dynamic_rnn(make(tf, 3), x, n, dtype=tf.float32)
        return tf.identity(outputs, name="outputs")

    @case(sequences, name="%s_only_the_state" % cell_name)
    def only_state(tf):
        x, n = inputs(tf)
        _, state = tf.nn.dynamic_rnn(make(tf, 3), x, n, dtype=tf.float32)
        return state

    def both_ways(name, read, one_cell=False, lengths=False):
        @case(sequences, name="%s_%s" % (cell_name, name))
        def both(tf):
            x, n = inputs(tf)
            forward = make(tf, 3)
            backward = forward if one_cell else make(tf, 3)
            options = {"sequence_length": n} if lengths else {}
            outputs, states = tf.nn.bidirectional_dynamic_rnn(forward, backward, x, dtype=tf.float32, **options)
            return read(outputs, states), n + 0

    both_ways("in_both_directions", lambda outputs, states: (outputs, states))
    both_ways("in_both_directions_only_the_outputs", lambda outputs, states: outputs)
    both_ways("in_both_directions_only_the_states", lambda outputs, states: states, lengths=True)
    both_ways("in_both_directions_partly", lambda outputs, states: (outputs[0], states[0]))
    both_ways("twice", lambda outputs, states: (outputs, states), True)
    both_ways("twice_only_the_outputs", lambda outputs, states: outputs, True, True)
    both_ways("twice_only_the_states", lambda outputs, states: states, True)

    @case(
        lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array([4, 1, 3], "int32"), "m": np.array([2, 4, 0], "int32")},
        name="%s_several_in_both_directions" % cell_name,
    )
    def several(tf):
        x, n = inputs(tf)
        m = tf.placeholder(tf.int32, [None], "m")
        found = []
        for index, (units, lengths) in enumerate([(3, n), (2, n), (3, m), (3, None)]):
            found.append(
                tf.nn.bidirectional_dynamic_rnn(
                    make(tf, units), make(tf, units), x, lengths, dtype=tf.float32, scope="both_%d" % index
                )
            )
        return found


for cell_name, make in CELLS.items():
    over_cells(cell_name, make)
