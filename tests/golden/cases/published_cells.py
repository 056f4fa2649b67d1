"""Recurrent cells as papers of their time published them, in the style of the code that came with them."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, normal


def sequences(rng):
    return [
        {"x": normal(rng, rows, steps, 4), "n": np.array(n, "int32")}
        for rows, steps, n in ((3, 6, [6, 2, 4]), (2, 1, [0, 7]), (1, 3, [-1]), (4, 5, [1, 1, 1, 1]))
    ]


def over_time(tf, cell, **options):
    """dynamic_rnn of a cell over x up to n."""
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    n = tf.placeholder(tf.int32, [None], name="n")
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=n, **({"dtype": tf.float32} | options))
    return outputs, state


def sized(tf, state_size, output_size, step):
    """A cell of the given sizes whose ``call`` is ``step(inputs, state)``."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return state_size

        @property
        def output_size(self):
            return output_size

        def call(self, inputs, state):
            return step(inputs, state)

    return Cell()


@case(sequences)
def independently_recurrent(tf):
    def step(inputs, state):
        weights = tf.get_variable("W", [4, 5])
        recurrent = tf.get_variable("u", [5])
        new = tf.nn.relu(tf.matmul(inputs, weights) + state * tf.clip_by_value(recurrent, -1.0, 1.0) + 0.1)
        return new, new

    return over_time(tf, sized(tf, 5, 5, step))


@case(sequences)
def gru_with_separate_kernels(tf):
    class GRU(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super().__init__(name="my_gru")
            self.units = units

        state_size = property(lambda self: self.units)
        output_size = property(lambda self: self.units)

        def build(self, shape):
            depth = shape[1].value
            for gate in "zrh":
                setattr(self, "W" + gate, self.add_variable("W" + gate, [depth, self.units]))
                setattr(self, "U" + gate, self.add_variable("U" + gate, [self.units, self.units]))
                setattr(self, "b" + gate, self.add_variable("b" + gate, [self.units]))
            self.built = True

        def call(self, x, h):
            z = tf.sigmoid(tf.matmul(x, self.Wz) + tf.matmul(h, self.Uz) + self.bz)
            r = tf.sigmoid(tf.matmul(x, self.Wr) + tf.matmul(h, self.Ur) + self.br)
            candidate = tf.tanh(tf.matmul(x, self.Wh) + tf.matmul(r * h, self.Uh) + self.bh)
            h = h + z * (candidate - h)
            return h, h

    return over_time(tf, GRU(3))


@case(sequences)
def lstm_with_eight_matrices(tf):
    def step(x, state):
        c, h = state
        gates = {}
        for name in ("input", "forget", "output", "update"):
            with tf.variable_scope(name):
                w = tf.get_variable("W", [4, 3])
                u = tf.get_variable("U", [3, 3])
                gates[name] = tf.nn.bias_add(tf.matmul(x, w) + tf.matmul(h, u), tf.get_variable("b", [3]))
        c = tf.add(
            tf.multiply(tf.nn.sigmoid(gates["forget"]), c),
            tf.multiply(tf.nn.sigmoid(gates["input"]), tf.nn.tanh(gates["update"])),
        )
        h = tf.multiply(tf.nn.sigmoid(gates["output"]), tf.nn.tanh(c))
        return h, (c, h)

    return over_time(tf, sized(tf, (3, 3), 3, step))


@case(sequences)
def lstm_of_dense_layers(tf):
    def step(x, state):
        both = tf.concat([x, state.h], axis=-1)
        f = tf.layers.dense(both, 3, activation=tf.sigmoid, name="f")
        i = tf.layers.dense(both, 3, activation=tf.sigmoid, name="i")
        o = tf.layers.dense(both, 3, activation=tf.nn.sigmoid, name="o")
        c = state.c * f + i * tf.layers.dense(both, 3, activation=tf.nn.tanh, name="g")
        h = o * tf.tanh(c)
        return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    return over_time(tf, sized(tf, tf.nn.rnn_cell.LSTMStateTuple(3, 3), 3, step))


@case(sequences)
def multiplicative_lstm(tf):
    def step(x, state):
        c, h = tf.split(state, 2, axis=1)
        wx = tf.get_variable("wx", [4, 12])
        wh = tf.get_variable("wh", [3, 12])
        wmx = tf.get_variable("wmx", [4, 3])
        wmh = tf.get_variable("wmh", [3, 3])
        m = tf.matmul(x, wmx) * tf.matmul(h, wmh)
        z = tf.matmul(x, wx) + tf.matmul(m, wh) + tf.get_variable("b", [12])
        i, f, o, u = tf.split(z, 4, 1)
        c = tf.nn.sigmoid(f) * c + tf.nn.sigmoid(i) * tf.tanh(u)
        h = tf.nn.sigmoid(o) * tf.tanh(c)
        return h, tf.concat([c, h], 1)

    return over_time(tf, sized(tf, 6, 3, step))


@case(sequences)
def neural_architecture_search(tf):
    def step(inputs, state):
        c, m = state
        parts_m = tf.split(tf.matmul(m, tf.get_variable("recurrent_kernel", [3, 24])), 8, axis=1)
        parts_x = tf.split(tf.matmul(inputs, tf.get_variable("kernel", [4, 24])), 8, axis=1)
        first = [
            tf.sigmoid(parts_x[0] + parts_m[0]),
            tf.nn.relu(parts_x[1] + parts_m[1]),
            tf.sigmoid(parts_x[2] + parts_m[2]),
            tf.nn.relu(parts_x[3] * parts_m[3]),
            tf.tanh(parts_x[4] + parts_m[4]),
            tf.sigmoid(parts_x[5] + parts_m[5]),
            tf.tanh(parts_x[6] + parts_m[6]),
            tf.sigmoid(parts_x[7] + parts_m[7]),
        ]
        second = [
            tf.tanh(first[0] * first[1]),
            tf.tanh(first[2] + first[3]),
            tf.tanh(first[4] * first[5]),
            tf.sigmoid(first[6] + first[7]),
        ]
        second[0] = tf.tanh(second[0] + c)
        c = second[0] * second[1]
        m = tf.tanh(c * tf.tanh(second[2] + second[3]))
        return m, (c, m)

    return over_time(tf, sized(tf, (3, 3), 3, step))


@case(lambda rng: {"x": normal(rng, 2, 5, 4), "t": np.cumsum(rng.random((2, 5, 1)), 1).astype("float32")})
def phased_lstm(tf):
    inner = tf.nn.rnn_cell.LSTMCell(3)

    class Phased(tf.nn.rnn_cell.RNNCell):
        state_size = inner.state_size
        output_size = 3

        def call(self, inputs, state):
            time, x = inputs
            period = tf.exp(tf.get_variable("period", [3]))
            shift = tf.get_variable("phase", [3])
            ratio = tf.get_variable("ratio", [3], initializer=tf.constant_initializer(0.05), trainable=False)
            phase = tf.mod(tf.mod(time - shift, period) / period, 1.0)
            ratio = tf.abs(ratio) + 0.05
            rising, falling = 2 * phase / ratio, 2 - 2 * phase / ratio
            k = tf.where(phase < ratio, falling, 0.001 * phase)
            k = tf.where(phase < 0.5 * ratio, rising, k)
            _, new = inner(x, state)
            c = k * new.c + (1 - k) * state.c
            h = k * new.h + (1 - k) * state.h
            return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    t = tf.placeholder(tf.float32, [None, None, 1], "t")
    return tf.nn.dynamic_rnn(Phased(), (t, x), dtype=tf.float32)


@case(sequences)
def hyper_lstm(tf):
    hyper = tf.nn.rnn_cell.LSTMCell(2, name="hyper")
    state_type = collections.namedtuple("HyperState", ["c", "h", "hyper"])

    def norm(x, scope):
        with tf.variable_scope(scope):
            mean, variance = tf.nn.moments(x, [1], keep_dims=True)
            gain = tf.get_variable("gain", [x.shape[-1].value], initializer=tf.ones_initializer())
            return gain * (x - mean) / tf.sqrt(variance + 1e-5)

    def step(x, state):
        signal, hyper_state = hyper(tf.concat([x, state.h], 1), state.hyper)
        gates = []
        for gate in "ijfo":
            with tf.variable_scope(gate):
                d = tf.layers.dense(tf.layers.dense(signal, 2, name="z"), 3, use_bias=False, name="d")
                pre = tf.matmul(x, tf.get_variable("wx", [4, 3])) * d + tf.matmul(
                    state.h, tf.get_variable("wh", [3, 3])
                )
                gates.append(norm(pre, "ln"))
        i, j, f, o = gates
        c = state.c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(norm(c, "ln_c")) * tf.sigmoid(o)
        return h, state_type(c, h, hyper_state)

    return over_time(tf, sized(tf, state_type(3, 3, hyper.state_size), 3, step))


@case(lambda rng: [{"x": normal(rng, rows, 3, 5, 6, 2)} for rows in (2, 1)])
def convolutional_lstm_of_images(tf):
    class ConvLSTM(tf.nn.rnn_cell.RNNCell):
        def __init__(self, shape, filters, kernel, activation=tf.tanh, normalize=True, peephole=True):
            super().__init__()
            self._shape, self._kernel, self._filters = shape, kernel, filters
            self._activation, self._normalize, self._peephole = activation, normalize, peephole
            self._size = tf.TensorShape([*shape, filters])

        @property
        def state_size(self):
            return tf.nn.rnn_cell.LSTMStateTuple(self._size, self._size)

        @property
        def output_size(self):
            return self._size

        def call(self, x, state):
            c, h = state
            x = tf.concat([x, h], axis=3)
            n, m = x.shape[-1].value, 4 * self._filters
            w = tf.get_variable("kernel", [*self._kernel, n, m])
            y = tf.nn.convolution(x, w, "SAME")
            if not self._normalize:
                y += tf.get_variable("bias", [m], initializer=tf.zeros_initializer())
            j, i, f, o = tf.split(y, 4, axis=3)
            if self._peephole:
                i += tf.get_variable("W_ci", c.shape[1:]) * c
                f += tf.get_variable("W_cf", c.shape[1:]) * c
            c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * self._activation(j)
            if self._peephole:
                o += tf.get_variable("W_co", c.shape[1:]) * c
            h = tf.sigmoid(o) * self._activation(c)
            return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    x = tf.placeholder(tf.float32, [None, 3, 5, 6, 2], "x")
    outputs, state = tf.nn.dynamic_rnn(ConvLSTM([5, 6], 3, [3, 3]), x, dtype=x.dtype)
    return outputs, state, tf.reduce_mean(outputs, [2, 3])


@case(sequences)
def layer_normalised_gru(tf):
    def norm(x, scope):
        with tf.variable_scope(scope):
            scale = tf.get_variable("scale", [x.get_shape()[1]], initializer=tf.ones_initializer())
            shift = tf.get_variable("shift", [x.get_shape()[1]], initializer=tf.zeros_initializer())
            m, v = tf.nn.moments(x, axes=[1], keep_dims=True)
            return tf.nn.batch_normalization(x, m, v, shift, scale, 1e-5)

    def step(x, h):
        with tf.variable_scope("gates"):
            value = tf.layers.dense(tf.concat([x, h], 1), 6, bias_initializer=tf.ones_initializer(), name="value")
            r, u = tf.split(value=tf.sigmoid(norm(value, "ln")), num_or_size_splits=2, axis=1)
        with tf.variable_scope("candidate"):
            c = tf.nn.tanh(norm(tf.layers.dense(tf.concat([x, r * h], 1), 3, name="value"), "ln"))
        h = u * h + (1 - u) * c
        return h, h

    return over_time(tf, sized(tf, 3, 3, step))


@case(sequences)
def recurrent_highway_of_depth_four(tf):
    def step(x, s):
        for depth in range(4):
            with tf.variable_scope(f"depth_{depth}"):
                seen = tf.concat([x, s], 1) if depth == 0 else s
                h = tf.layers.dense(seen, 3, tf.tanh, name="h")
                t = tf.layers.dense(seen, 3, tf.sigmoid, bias_initializer=tf.constant_initializer(-2.0), name="t")
                s = (h - s) * t + s
        return s, s

    return over_time(tf, sized(tf, 3, 3, step))


@case(sequences)
def quasi_recurrent_pooling(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    padded = tf.pad(x, [[0, 0], [1, 0], [0, 0]])
    gates = tf.layers.conv1d(padded, 9, 2, padding="valid", name="conv")
    z, f, o = tf.split(gates, 3, axis=2)

    class Pool(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def __call__(self, inputs, state, scope=None):
            z, f, o = inputs
            c = f * state + (1.0 - f) * z
            return o * c, c

    return tf.nn.dynamic_rnn(Pool(), (tf.tanh(z), tf.sigmoid(f), tf.sigmoid(o)), n, dtype=tf.float32)


@case(sequences)
def simple_recurrent_unit_with_highway(tf):
    class SRU(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super().__init__()
            self._units = units

        state_size = property(lambda self: self._units)
        output_size = property(lambda self: self._units)

        def call(self, x, c):
            u = self._units
            kernel = tf.get_variable("kernel", [4, 3 * u])
            v = tf.get_variable("v", [2, u])
            xt, f, r = tf.split(tf.matmul(x, kernel), 3, 1)
            f = tf.sigmoid(f + v[0] * c + tf.get_variable("bf", [u]))
            r = tf.sigmoid(r + v[1] * c + tf.get_variable("br", [u]))
            c = f * c + (1.0 - f) * xt
            return r * tf.nn.tanh(c) + (1.0 - r) * x, c

    return over_time(tf, SRU(4))


@case(sequences)
def zoneout_wrapper(tf):
    class Zoneout(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell, zoneout, is_training=False):
            super().__init__()
            self._cell, self._zoneout, self._training = cell, zoneout, is_training

        @property
        def state_size(self):
            return self._cell.state_size

        @property
        def output_size(self):
            return self._cell.output_size

        def __call__(self, inputs, state, scope=None):
            output, new = self._cell(inputs, state, scope)
            new = type(new)(*(z * s + (1 - z) * n for n, s, z in zip(new, state, self._zoneout, strict=True)))
            return output, new

    return over_time(tf, Zoneout(tf.nn.rnn_cell.LSTMCell(3), (0.1, 0.2)))


@case(sequences)
def time_gap_lstm(tf):
    def step(inputs, state):
        x, gap = inputs[:, :3], inputs[:, 3:]
        c, h = state
        short = tf.nn.tanh(tf.layers.dense(c, 3, name="decompose"))
        discount = 1.0 / tf.log(np.e + tf.square(gap))
        c = c - short + short * discount
        i, j, f, o = tf.split(tf.layers.dense(tf.concat([x, h], 1), 12, name="gates"), 4, 1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, tf.nn.rnn_cell.LSTMStateTuple(c=c, h=h)

    return over_time(tf, sized(tf, tf.nn.rnn_cell.LSTMStateTuple(3, 3), 3, step))


@case(sequences)
def decayed_gru_for_missing_values(tf):
    """GRU-D: inputs are values, masks and gaps side by side."""

    def step(inputs, state):
        h, last = state
        value, mask, gap = inputs[:, 0:2], tf.cast(inputs[:, 2:3] > 0, tf.float32), tf.abs(inputs[:, 3:4])
        decay_x = tf.exp(-tf.maximum(0.0, tf.matmul(gap, tf.get_variable("wx", [1, 2]))))
        decay_h = tf.exp(-tf.nn.relu(tf.matmul(gap, tf.get_variable("wh", [1, 3]))))
        mean = tf.constant([0.5, -0.5])
        x = mask * value + (1 - mask) * (decay_x * last + (1 - decay_x) * mean)
        h = decay_h * h
        cell = tf.nn.rnn_cell.GRUCell(3, name="inner", reuse=tf.AUTO_REUSE)
        out, h = cell(tf.concat([x, mask], 1), h)
        return out, (h, tf.where(tf.tile(mask > 0, [1, 2]), value, last))

    return over_time(tf, sized(tf, (3, 2), 3, step))
