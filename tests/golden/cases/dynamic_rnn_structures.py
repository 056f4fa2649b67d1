"""dynamic_rnn: nested inputs, outputs and states; counters and TensorArrays as states."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, ints, normal


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "y": normal(rng, 3, 4, 5)})
def two_inputs_as_a_tuple(tf):
    class Both(tf.nn.rnn_cell.RNNCell):
        state_size = 3
        output_size = (3, 5)

        def call(self, inputs, state):
            x, y = inputs
            kernel = tf.get_variable("kernel", [2, 3])
            new = tf.tanh(tf.matmul(x, kernel) + state)
            return (new, y * 2.0), new

    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    y = tf.placeholder(tf.float32, [None, None, 5], "y")
    return tf.nn.dynamic_rnn(Both(), (x, y), sequence_length=[4, 2, 0], dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 2, 4), "y": normal(rng, 2, 3, 5)})
def inputs_of_different_ranks_in_a_dict(tf):
    class Mixed(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return {"grid": tf.TensorShape([2, 4]), "sum": 5}

        @property
        def output_size(self):
            return {"a": tf.TensorShape([2, 4]), "b": 5}

        def call(self, inputs, state):
            new = {"grid": state["grid"] + inputs["x"], "sum": state["sum"] - inputs["y"]}
            return {"a": tf.tanh(new["grid"]), "b": new["sum"] * 0.5}, new

    x = tf.placeholder(tf.float32, [None, None, 2, 4], "x")
    y = tf.placeholder(tf.float32, [None, None, 5], "y")
    return tf.nn.dynamic_rnn(Mixed(), {"x": x, "y": y}, sequence_length=[1, 3], dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 4)})
def namedtuple_states_and_outputs(tf):
    pair = collections.namedtuple("Pair", ["fast", "slow"])

    class Leaky(tf.nn.rnn_cell.RNNCell):
        state_size = pair(4, 4)
        output_size = pair(4, 8)

        def call(self, inputs, state):
            fast = 0.5 * state.fast + inputs
            slow = 0.9 * state.slow + 0.1 * fast
            return pair(fast, tf.concat([fast, slow], 1)), pair(fast, slow)

    x = tf.placeholder(tf.float32, [2, None, 4], "x")
    return tf.nn.dynamic_rnn(Leaky(), x, sequence_length=[3, 2], dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 3, 4, 2)})
def features_of_rank_three(tf):
    class Plus(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([3, 4, 2])
        output_size = tf.TensorShape([3, 4, 2])

        def call(self, inputs, state):
            return inputs + 1.0, state + inputs

    x = tf.placeholder(tf.float32, [2, None, 3, 4, 2], "x")
    return tf.nn.dynamic_rnn(Plus(), x, sequence_length=[2, 3], dtype=tf.float32)


def counting(tf, **options):
    class Counter(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([])
        output_size = 2

        def call(self, inputs, state):
            return inputs + tf.cast(state, tf.float32), state + 1

        def zero_state(self, batch_size, dtype):
            return tf.zeros([], tf.int32)

    return tf.nn.dynamic_rnn(Counter(), tf.placeholder(tf.float32, [2, None, 2], "x"), dtype=tf.float32, **options)


@case(lambda rng: {"x": normal(rng, 2, 4, 2)})
def scalar_counter(tf):
    return counting(tf, initial_state=tf.constant(0))


@case(lambda rng: [{"x": normal(rng, 2, 4, 2), "n": np.array(n, "int32")} for n in ([1, 2], [0, 0], [9, 1], [-3, 3])])
def scalar_counter_stops_at_the_longest_row(tf):
    return counting(tf, initial_state=tf.constant(0), sequence_length=tf.placeholder(tf.int32, [2], "n"))


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def vector_counter_is_masked(tf):
    class Counter(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([])
        output_size = 2

        def call(self, inputs, state):
            return inputs * state[:, None], state + 1.0

    x = tf.placeholder(tf.float32, [3, None, 2], "x")
    return tf.nn.dynamic_rnn(Counter(), x, [1, 2, 0], initial_state=tf.constant([1.0, 2.0, 3.0]))


@case(lambda rng: [{"x": normal(rng, 2, 4, 2), "n": np.array(n, "int32")} for n in ([1, 2], [4, 4], [0, 0], [3, 9])])
def tensor_array_state(tf):
    class Writer(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([]), ())
        output_size = 2

        def call(self, inputs, state):
            step, written = state
            return inputs, (step + 1, written.write(step, tf.cast(step + 1, tf.float32)))

    x = tf.placeholder(tf.float32, [2, None, 2], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    start = (tf.constant(0), tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[]))
    outputs, (step, written) = tf.nn.dynamic_rnn(Writer(), x, n, initial_state=start, dtype=tf.float32)
    return outputs, step, written.stack()


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def heterogeneous_state(tf):
    class Visits(tf.nn.rnn_cell.RNNCell):
        state_size = (3, 1)
        output_size = 3

        def call(self, inputs, state):
            total, seen = state
            return tf.tanh(total), (total + inputs, seen + tf.cast(inputs[:, :1] > 0.0, tf.int32))

    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    start = (tf.zeros([2, 3]), tf.ones([2, 1], tf.int32))
    return tf.nn.dynamic_rnn(Visits(), x, [3, 1], initial_state=start, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 4)})
def empty_state(tf):
    class Stateless(tf.nn.rnn_cell.RNNCell):
        state_size = ()
        output_size = 4

        def call(self, inputs, state):
            return tf.nn.relu(inputs), state

    x = tf.placeholder(tf.float32, [2, None, 4], "x")
    outputs, state = tf.nn.dynamic_rnn(Stateless(), x, sequence_length=[1, 3], dtype=tf.float32)
    return outputs, state


@case(lambda rng: {"ids": ints(rng, 6, 2, 5, 1, dtype="int64"), "n": np.array([5, 3], "int32")})
def ids_embedded_inside_the_cell(tf):
    class Embedding(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell):
            super().__init__()
            self.cell = cell

        @property
        def state_size(self):
            return self.cell.state_size

        @property
        def output_size(self):
            return self.cell.output_size

        def call(self, inputs, state):
            table = tf.get_variable("embedding", [6, 3])
            return self.cell(tf.nn.embedding_lookup(table, tf.reshape(inputs, [-1])), state)

    ids = tf.placeholder(tf.int64, [None, None, 1], "ids")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(Embedding(tf.nn.rnn_cell.GRUCell(4)), ids, n, dtype=tf.float32)
