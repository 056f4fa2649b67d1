"""Cells with states of any structure, rank and dtype, and with control flow inside."""

from __future__ import annotations

import collections

from tests.golden.cases.custom_cells import linear, run, sequences
from tests.golden.registry import case, normal


@case(sequences)
def cond_inside_a_cell(tf):
    class Clockwork(tf.nn.rnn_cell.RNNCell):
        state_size = (3, tf.TensorShape([]))
        output_size = 3

        def call(self, inputs, state):
            slow, tick = state
            candidate = tf.tanh(linear(tf, tf.concat([inputs, slow], 1), 3, "slow"))
            slow = tf.cond(tf.equal(tick % 2, 0), lambda: candidate, lambda: tf.identity(slow))
            return slow, (slow, tick + 1)

    return run(tf, Clockwork(), initial_state=(tf.zeros([3, 3]), tf.constant(0)))


@case(sequences)
def dict_of_states(tf):
    class Parts(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return {"fast": 4, "slow": 2}

        @property
        def output_size(self):
            return {"sum": 4, "parts": (2, 4)}

        def call(self, inputs, state):
            fast = tf.nn.relu(inputs + 0.5 * state["fast"])
            slow = 0.9 * state["slow"] + 0.1 * linear(tf, fast, 2, "slow")
            return {"sum": fast + inputs, "parts": (slow, fast)}, {"slow": slow, "fast": fast}

    return run(tf, Parts())


@case(sequences)
def deep_namedtuples(tf):
    inner = collections.namedtuple("Inner", ["mean", "count"])
    outer = collections.namedtuple("Outer", ["stats", "hidden"])

    class Running(tf.nn.rnn_cell.RNNCell):
        state_size = outer(inner(4, 1), 3)
        output_size = outer(4, 3)

        def call(self, inputs, state):
            count = state.stats.count + 1.0
            mean = state.stats.mean + (inputs - state.stats.mean) / count
            hidden = tf.tanh(linear(tf, tf.concat([mean, state.hidden], 1), 3, "hidden"))
            return outer(mean, hidden), outer(inner(mean, count), hidden)

    return run(tf, Running())


@case(lambda rng: {"x": normal(rng, 2, 5, 6, 4)})
def convolutional_lstm(tf):
    class ConvLSTM(tf.nn.rnn_cell.RNNCell):
        def __init__(self):
            super().__init__()
            size = tf.TensorShape([6, 2])
            self._size = tf.nn.rnn_cell.LSTMStateTuple(size, size)

        @property
        def state_size(self):
            return self._size

        @property
        def output_size(self):
            return self._size.h

        def call(self, inputs, state):
            stacked = tf.concat([inputs, state.h], 2)
            kernel = tf.get_variable("kernel", [3, 6, 8])
            i, j, f, o = tf.split(tf.nn.conv1d(stacked, kernel, 1, "SAME"), 4, axis=2)
            c = tf.sigmoid(f + 1.0) * state.c + tf.sigmoid(i) * tf.tanh(j)
            h = tf.sigmoid(o) * tf.tanh(c)
            return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    x = tf.placeholder(tf.float32, [None, None, 6, 4], "x")
    return tf.nn.dynamic_rnn(ConvLSTM(), x, [3, 5], dtype=tf.float32)


@case(sequences)
def integer_automaton(tf):
    class Automaton(tf.nn.rnn_cell.RNNCell):
        state_size = (1, 3)
        output_size = 3

        def call(self, inputs, state):
            place, hidden = state
            place = (place * 2 + tf.cast(inputs[:, :1] > 0.0, tf.int32)) % 5
            table = tf.get_variable("table", [5, 3])
            hidden = 0.5 * hidden + tf.gather(table, place[:, 0])
            return hidden, (place, hidden)

    return run(tf, Automaton(), initial_state=(tf.ones([3, 1], tf.int32), tf.zeros([3, 3])))


@case(sequences)
def boolean_state(tf):
    class Latch(tf.nn.rnn_cell.RNNCell):
        state_size = (1, 4)
        output_size = 4

        def call(self, inputs, state):
            seen, total = state
            seen = tf.logical_or(seen, tf.reduce_max(inputs, 1, keepdims=True) > 1.5)
            total = tf.where(tf.tile(seen, [1, 4]), total + inputs, total)
            return total, (seen, total)

    return run(tf, Latch(), initial_state=(tf.zeros([3, 1], tf.bool), tf.zeros([3, 4])))


@case(sequences)
def two_scalar_counters_of_different_dtypes(tf):
    class Clock(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([]), tf.TensorShape([]), 4)
        output_size = 4

        def call(self, inputs, state):
            ticks, phase, last = state
            phase = phase + 0.25
            output = inputs * tf.cos(phase) + tf.cast(ticks, tf.float32) * last
            return output, (ticks + 1, phase, inputs)

    return run(tf, Clock(), initial_state=(tf.constant(0, tf.int64), tf.constant(0.0), tf.zeros([3, 4])))


@case(sequences)
def queue_of_the_last_three_inputs(tf):
    class Window(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([3, 4])
        output_size = 4

        def call(self, inputs, state):
            state = tf.concat([state[:, 1:], inputs[:, None]], 1)
            return tf.reduce_mean(state, 1), state

    return run(tf, Window())


@case(sequences)
def matrix_memory(tf):
    class FastWeights(tf.nn.rnn_cell.RNNCell):
        state_size = (3, tf.TensorShape([3, 3]))
        output_size = 3

        def call(self, inputs, state):
            hidden, weights = state
            weights = 0.9 * weights + 0.5 * tf.expand_dims(hidden, 2) * tf.expand_dims(hidden, 1)
            drive = linear(tf, tf.concat([inputs, hidden], 1), 3, "drive")
            hidden = tf.tanh(drive + tf.squeeze(tf.matmul(tf.expand_dims(hidden, 1), weights), 1))
            return hidden, (hidden, weights)

    return run(tf, FastWeights())


@case(sequences)
def running_extremes(tf):
    class Extremes(tf.nn.rnn_cell.RNNCell):
        state_size = (4, 4)
        output_size = 8

        def call(self, inputs, state):
            high, low = tf.maximum(state[0], inputs), tf.minimum(state[1], inputs)
            return tf.concat([high, low], 1), (high, low)

    return run(tf, Extremes())


@case(sequences)
def loop_inside_a_cell(tf):
    class Pondering(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            kernel = tf.get_variable("kernel", [4, 4])

            def body(n, value):
                return n + 1, tf.tanh(tf.matmul(value, kernel) + inputs)

            _, state = tf.while_loop(lambda n, value: n < 3, body, (0, state))
            return state, state

    return run(tf, Pondering())


@case(sequences)
def a_cell_whose_output_is_not_its_state(tf):
    class Mealy(tf.nn.rnn_cell.RNNCell):
        state_size = 2
        output_size = 6

        def call(self, inputs, state):
            new = tf.nn.elu(linear(tf, tf.concat([inputs, state], 1), 2, "state"))
            return tf.concat([inputs, state - new], 1), new

    return run(tf, Mealy())


@case(lambda rng: {"x": normal(rng, 3, 5, 2, 4)})
def one_cell_over_the_channels(tf):
    class PerChannel(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([2, 3])
        output_size = tf.TensorShape([2, 3])

        def call(self, inputs, state):
            kernel = tf.get_variable("kernel", [7, 3])
            both = tf.concat([inputs, state], 2)
            new = tf.tanh(tf.tensordot(both, kernel, [[2], [0]]))
            new.set_shape(state.shape)
            return new, new

    x = tf.placeholder(tf.float32, [None, None, 2, 4], "x")
    return tf.nn.dynamic_rnn(PerChannel(), x, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 5, 4)})
def einsum_inside_a_cell(tf):
    class Bilinear(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            tensor = tf.get_variable("tensor", [4, 3, 3])
            new = tf.tanh(tf.einsum("bi,ijk,bj->bk", inputs, tensor, state + 1.0))
            return new, new

    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    return tf.nn.dynamic_rnn(Bilinear(), x, dtype=tf.float32)


@case(sequences)
def tensor_array_of_scores_as_a_state(tf):
    class Scored(tf.nn.rnn_cell.RNNCell):
        state_size = (3, (tf.TensorShape([]), ()))
        output_size = 3

        def call(self, inputs, state):
            hidden, (time, scores) = state
            hidden = tf.tanh(linear(tf, tf.concat([inputs, hidden], 1), 3, "hidden"))
            scores = scores.write(time, tf.reduce_sum(hidden, 1))
            return hidden, (hidden, (time + 1, scores))

    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[None])
    start = (tf.zeros([3, 3]), (tf.constant(0), array))
    outputs, (hidden, (time, scores)) = run(tf, Scored(), initial_state=start)
    return outputs, hidden, time, scores.stack()


@case(sequences)
def conditions_on_the_row(tf):
    class Sparse(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            silent = tf.reduce_sum(inputs, 1) < 0.0
            moved = tf.nn.relu6(linear(tf, state, 4, "move")) + inputs
            new = tf.where(silent, state, moved)
            return tf.where(silent, tf.zeros_like(new), new), new

    return run(tf, Sparse())


@case(sequences)
def sorted_and_gathered_states(tf):
    class Beam(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            scores, order = tf.nn.top_k(state + inputs, 4)
            rows = tf.range(tf.shape(inputs)[0])
            picked = tf.gather_nd(inputs, tf.stack([rows, order[:, 0]], 1))
            return tf.reverse(scores, [1]), 0.5 * scores + picked[:, None]

    return run(tf, Beam())
