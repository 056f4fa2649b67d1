"""Cells as people write them: odd states, odd structures, variables of their own, attention, normalisation."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, normal

LENGTHS = [[5, 2, 3], [0, 9, 1], [1, 1, 1], [-2, 4, 5]]


def sequences(rng):
    return [{"x": normal(rng, 3, 5, 4), "n": np.array(n, "int32")} for n in LENGTHS]


def run(tf, cell, **options):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell, x, n, **({"dtype": tf.float32} | options))


def linear(tf, inputs, width, name, bias=True):
    with tf.variable_scope(name):
        kernel = tf.get_variable("kernel", [inputs.shape[-1].value, width])
        product = tf.matmul(inputs, kernel)
        return product + tf.get_variable("bias", [width]) if bias else product


@case(sequences)
def minimal_gated_unit(tf):
    class MGU(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super().__init__()
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def call(self, inputs, state):
            forget = tf.sigmoid(linear(tf, tf.concat([inputs, state], 1), self._units, "forget"))
            candidate = tf.tanh(linear(tf, tf.concat([inputs, forget * state], 1), self._units, "candidate"))
            new = (1.0 - forget) * state + forget * candidate
            return new, new

    return run(tf, MGU(3))


@case(sequences)
def call_overridden_with_a_scope(tf):
    class OldStyle(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__):
                with tf.variable_scope("gates"):
                    gate = tf.sigmoid(linear(tf, tf.concat([inputs, state], 1), self._units, "linear"))
                new = gate * state + (1.0 - gate) * tf.nn.relu(linear(tf, inputs, self._units, "inputs", bias=False))
            return new, new

    return run(tf, OldStyle(3))


@case(sequences)
def not_a_subclass_at_all(tf):
    class Duck:
        state_size = 3
        output_size = 3

        def zero_state(self, batch_size, dtype):
            return tf.zeros([batch_size, 3], dtype)

        def __call__(self, inputs, state, scope=None):
            kernel = tf.get_variable("duck", [4, 3])
            new = tf.sin(tf.matmul(inputs, kernel) + state)
            return new, new

    return run(tf, Duck())


@case(sequences)
def built_with_add_variable(tf):
    class Built(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units, **options):
            super().__init__(**options)
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def build(self, shape):
            self.kernel = self.add_variable("w", [int(shape[-1]), self._units])
            self.recurrent = self.add_weight("u", shape=[self._units, self._units])
            self.bias = self.add_weight(name="b", shape=[self._units], initializer=tf.zeros_initializer())
            self.built = True

        def call(self, inputs, state):
            new = tf.nn.softsign(tf.matmul(inputs, self.kernel) + tf.matmul(state, self.recurrent) + self.bias)
            return new, new

    return run(tf, Built(3)), run_again(tf, Built(3, name="other"))


def run_again(tf, cell):
    x = tf.reverse(tf.get_default_graph().get_tensor_by_name("x:0"), [1])
    return tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="again")[1]


@case(sequences)
def layer_normalised_lstm(tf):
    class NormLSTM(tf.nn.rnn_cell.RNNCell):
        state_size = tf.nn.rnn_cell.LSTMStateTuple(3, 3)
        output_size = 3

        def norm(self, value, name):
            with tf.variable_scope(name):
                gain = tf.get_variable("gain", [3], initializer=tf.ones_initializer())
                shift = tf.get_variable("shift", [3], initializer=tf.zeros_initializer())
            mean, variance = tf.nn.moments(value, [1], keep_dims=True)
            return (value - mean) / tf.sqrt(variance + 1e-5) * gain + shift

        def call(self, inputs, state):
            c, h = state
            gates = linear(tf, tf.concat([inputs, h], 1), 12, "gates", bias=False)
            i, j, f, o = (self.norm(part, name) for part, name in zip(tf.split(gates, 4, 1), "ijfo", strict=True))
            new_c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
            new_h = tf.tanh(self.norm(new_c, "c")) * tf.sigmoid(o)
            return new_h, tf.nn.rnn_cell.LSTMStateTuple(new_c, new_h)

    return run(tf, NormLSTM())


@case(lambda rng: [{**one, "m": normal(rng, 3, 6, 2)} for one in sequences(rng)])
def attention_over_an_outer_memory(tf):
    memory = tf.placeholder(tf.float32, [None, None, 2], "m")
    keys = tf.layers.dense(memory, 3, use_bias=False, name="keys")

    class Attention(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell):
            super().__init__()
            self._cell = cell

        @property
        def state_size(self):
            return (self._cell.state_size, 2)

        @property
        def output_size(self):
            return self._cell.output_size + 2

        def call(self, inputs, state):
            inner, context = state
            output, inner = self._cell(tf.concat([inputs, context], 1), inner)
            query = tf.layers.dense(output, 3, name="query")
            weights = tf.nn.softmax(tf.reduce_sum(tf.tanh(keys + query[:, None]), 2))
            context = tf.squeeze(tf.matmul(weights[:, None], memory), [1])
            return tf.concat([output, context], 1), (inner, context)

    return run(tf, Attention(tf.nn.rnn_cell.LSTMCell(3)))


@case(sequences)
def zoneout_at_inference(tf):
    class Zoneout(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell, keep):
            super().__init__()
            self._cell, self._keep = cell, keep

        @property
        def state_size(self):
            return self._cell.state_size

        @property
        def output_size(self):
            return self._cell.output_size

        def call(self, inputs, state):
            output, new = self._cell(inputs, state)
            mixed = [self._keep * old + (1.0 - self._keep) * value for old, value in zip(state, new, strict=True)]
            return output, tf.nn.rnn_cell.LSTMStateTuple(*mixed)

    return run(tf, Zoneout(tf.nn.rnn_cell.LSTMCell(3), 0.1))


@case(sequences)
def highway_recurrence(tf):
    class Highway(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            for depth in range(3):
                with tf.variable_scope(f"depth_{depth}"):
                    source = tf.concat([inputs, state], 1) if depth == 0 else state
                    gate = tf.sigmoid(linear(tf, source, 4, "gate") - 1.0)
                    state = gate * tf.tanh(linear(tf, source, 4, "new")) + (1.0 - gate) * state
            return state, state

    return run(tf, Highway())


@case(sequences)
def simple_recurrent_unit(tf):
    class SRU(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            value, forget, reset = tf.split(linear(tf, inputs, 12, "all", bias=False), 3, axis=1)
            forget = tf.sigmoid(forget + tf.get_variable("forget_bias", [4]))
            reset = tf.sigmoid(reset)
            state = forget * state + (1.0 - forget) * value
            return reset * tf.tanh(state) + (1.0 - reset) * inputs, state

    return run(tf, SRU())


@case(sequences)
def exponential_moving_average(tf):
    class Average(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, inputs, state):
            decay = tf.sigmoid(tf.get_variable("decay", [4]))
            state = decay * state + (1.0 - decay) * inputs
            return state, state

    return run(tf, Average())


@case(sequences)
def lstm_written_by_hand(tf):
    class ByHand(tf.nn.rnn_cell.RNNCell):
        state_size = (3, 3)
        output_size = 3

        def call(self, inputs, state):
            h, c = state
            both = tf.concat([inputs, h], 1)
            i, f, o = (tf.sigmoid(linear(tf, both, 3, name)) for name in ("i", "f", "o"))
            c = f * c + i * tf.tanh(linear(tf, both, 3, "c"))
            h = o * tf.tanh(c)
            return h, (h, c)

    return run(tf, ByHand())


@case(sequences)
def gru_that_resets_after_the_product(tf):
    class ResetAfter(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            x = linear(tf, inputs, 9, "input")
            h = linear(tf, state, 9, "recurrent")
            reset = tf.sigmoid(x[:, :3] + h[:, :3])
            update = tf.sigmoid(x[:, 3:6] + h[:, 3:6])
            new = tf.tanh(x[:, 6:] + reset * h[:, 6:])
            state = update * state + (1.0 - update) * new
            return state, state

    return run(tf, ResetAfter())


@case(sequences)
def coupled_gates_and_output_projection(tf):
    class Coupled(tf.nn.rnn_cell.RNNCell):
        state_size = tf.nn.rnn_cell.LSTMStateTuple(3, 3)
        output_size = 2

        def call(self, inputs, state):
            gates = linear(tf, tf.concat([inputs, state.h], 1), 9, "gates")
            f, j, o = tf.split(gates, 3, 1)
            f = tf.sigmoid(f)
            c = f * state.c + (1.0 - f) * tf.tanh(j)
            h = tf.tanh(c) * tf.sigmoid(o)
            return tf.nn.softmax(linear(tf, h, 2, "projection")), tf.nn.rnn_cell.LSTMStateTuple(c, h)

    return run(tf, Coupled())


@case(sequences)
def a_wrapper_with_an_embedded_multi_cell(tf):
    class Projected(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell, width):
            super().__init__()
            self._cell, self._width = cell, width

        @property
        def state_size(self):
            return self._cell.state_size

        @property
        def output_size(self):
            return self._width

        def zero_state(self, batch_size, dtype):
            return self._cell.zero_state(batch_size, dtype)

        def call(self, inputs, state):
            output, state = self._cell(inputs, state)
            return tf.layers.dense(output, self._width, name="projection"), state

    rnn = tf.nn.rnn_cell
    return run(tf, Projected(rnn.MultiRNNCell([rnn.LSTMCell(3), rnn.GRUCell(2)]), 5))


@case(sequences)
def multi_of_custom_cells(tf):
    class Leaky(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units, rate):
            super().__init__()
            self._units, self._rate = units, rate

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def call(self, inputs, state):
            new = tf.tanh(linear(tf, tf.concat([inputs, state], 1), self._units, "step"))
            state = self._rate * state + (1.0 - self._rate) * new
            return state, state

    rnn = tf.nn.rnn_cell
    return run(tf, rnn.MultiRNNCell([Leaky(3, 0.5), rnn.ResidualWrapper(Leaky(3, 0.9)), rnn.LSTMCell(2)]))


@case(sequences)
def scores_that_gate_the_update(tf):
    class Attentive(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            inputs, score = tf.split(inputs, [3, 1], axis=1)
            score = tf.sigmoid(score)
            both = tf.concat([inputs, state], 1)
            reset, update = tf.split(tf.sigmoid(linear(tf, both, 6, "gates")), 2, 1)
            new = tf.tanh(linear(tf, tf.concat([inputs, reset * state], 1), 3, "candidate"))
            update = (1.0 - score) * update
            state = update * state + (1.0 - update) * new
            return state, state

    return run(tf, Attentive())


@case(sequences)
def multiplicative_integration(tf):
    class Multiplicative(tf.nn.rnn_cell.RNNCell):
        state_size = tf.nn.rnn_cell.LSTMStateTuple(3, 3)
        output_size = 3

        def call(self, inputs, state):
            wx = linear(tf, inputs, 12, "x", bias=False)
            uh = linear(tf, state.h, 12, "h", bias=False)
            alpha, beta = tf.get_variable("alpha", [12]), tf.get_variable("beta", [12])
            i, j, f, o = tf.split(alpha * wx * uh + beta * wx + uh + tf.get_variable("b", [12]), 4, 1)
            c = tf.clip_by_value(state.c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j), -0.7, 0.7)
            h = tf.tanh(c) * tf.sigmoid(o)
            return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    return run(tf, Multiplicative())


@case(sequences)
def batch_normalised_inputs(tf):
    class Normalised(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            inputs = tf.layers.batch_normalization(inputs, training=False, name="norm")
            new = tf.tanh(tf.layers.dense(inputs, 3, name="x") + tf.layers.dense(state, 3, use_bias=False, name="h"))
            return new, new

    return run(tf, Normalised())


@error_case("3", "4")
def error_inside_a_custom_cell(tf):
    class Broken(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            return inputs + state, state

    tf.nn.dynamic_rnn(Broken(), tf.zeros([2, 5, 4]), dtype=tf.float32)


@error_case()
def error_cell_that_returns_one_value(tf):
    class Lonely(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            return inputs

    tf.nn.dynamic_rnn(Lonely(), tf.zeros([2, 5, 3]), dtype=tf.float32)


@error_case()
def error_variable_of_another_shape_in_a_cell(tf):
    class Twice(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            first = tf.get_variable("w", [3])
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                return inputs * first + tf.get_variable("w", [4]), state

    tf.nn.dynamic_rnn(Twice(), tf.zeros([2, 5, 3]), dtype=tf.float32)
