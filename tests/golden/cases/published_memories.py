"""Cells with clocks, rotations and memories: what papers published besides gates."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.cases.published_cells import over_time, sequences, sized
from tests.golden.registry import case


@case(sequences)
def chaos_free(tf):
    def step(x, h):
        with tf.variable_scope("cfn", reuse=tf.AUTO_REUSE):
            theta = tf.sigmoid(tf.layers.dense(h, 3, name="u_t") + tf.layers.dense(x, 3, use_bias=False, name="v_t"))
            eta = tf.sigmoid(tf.layers.dense(h, 3, name="u_e") + tf.layers.dense(x, 3, use_bias=False, name="v_e"))
            h = theta * tf.tanh(h) + eta * tf.tanh(tf.layers.dense(x, 3, use_bias=False, name="w"))
        return h, h

    return over_time(tf, sized(tf, 3, 3, step))


@case(sequences)
def nested_lstm(tf):
    inner = tf.nn.rnn_cell.BasicLSTMCell(3, forget_bias=0.0)

    def step(x, state):
        (c_in, h_in), h = state
        i, j, f, o = tf.split(tf.layers.dense(tf.concat([x, h], 1), 12, name="outer"), 4, 1)
        memory = tf.nn.rnn_cell.LSTMStateTuple(c_in, tf.sigmoid(f) * h_in)
        c, memory = inner(tf.sigmoid(i) * tf.tanh(j), memory)
        h = tf.tanh(c) * tf.sigmoid(o)
        return h, (memory, h)

    return over_time(tf, sized(tf, (inner.state_size, 3), 3, step))


@case(sequences)
def clockwork_of_three_speeds(tf):
    def step(x, state):
        h, t = state
        clocks = np.array([1, 1, 2, 2, 4, 4])
        upper = np.array([[1.0 if clocks[i] >= clocks[j] else 0.0 for j in range(6)] for i in range(6)], "float32")
        w_h = tf.get_variable("w_h", [6, 6]) * tf.constant(upper)
        new = tf.tanh(tf.matmul(x, tf.get_variable("w_x", [4, 6])) + tf.matmul(h, w_h))
        active = tf.equal(tf.mod(tf.cast(t, tf.int32), tf.constant(clocks, tf.int32)), 0)
        h = tf.where(active, new, h)
        return h, (h, t + 1.0)

    return over_time(tf, sized(tf, (6, 1), 6, step))


@case(sequences)
def orthogonal_rotation(tf):
    """A unitary-style recurrence with modReLU on pairs."""

    def step(x, state):
        real, imaginary = tf.split(state, 2, 1)
        phase = tf.get_variable("phase", [3])
        turned = tf.cos(phase) * real - tf.sin(phase) * imaginary, tf.sin(phase) * real + tf.cos(phase) * imaginary
        turned = [tf.gather(part, [2, 0, 1], axis=1) for part in turned]
        add = tf.matmul(x, tf.get_variable("V", [4, 6]))
        z = tf.concat(turned, 1) + add
        size = tf.sqrt(tf.square(z[:, :3]) + tf.square(z[:, 3:]) + 1e-5)
        scale = tf.nn.relu(size + tf.get_variable("bias", [3])) / size
        new = tf.concat([scale, scale], 1) * z
        return new, new

    return over_time(tf, sized(tf, 6, 6, step))


@case(sequences)
def memory_augmented_with_content_addressing(tf):
    """A small neural Turing machine: one head, erase and add."""
    slots, width = 4, 3
    controller = tf.nn.rnn_cell.LSTMCell(5)
    state_type = collections.namedtuple("NTM", ["controller", "read", "w", "M"])

    def step(x, state):
        out, ctrl = controller(tf.concat([x, state.read], 1), state.controller)
        params = tf.layers.dense(out, width + 1 + 1 + 3 + 1 + 2 * width, name="heads")
        k, beta, g, s, gamma, erase, add = tf.split(params, [width, 1, 1, 3, 1, width, width], axis=1)
        k = tf.tanh(k)
        inner = tf.matmul(state.M, tf.expand_dims(k, 2))
        k_norm = tf.sqrt(tf.reduce_sum(tf.square(k), axis=1, keepdims=True))
        m_norm = tf.sqrt(tf.reduce_sum(tf.square(state.M), axis=2))
        similarity = tf.squeeze(inner, [2]) / (k_norm * m_norm + 1e-8)
        content = tf.nn.softmax(tf.nn.softplus(beta) * similarity)
        g = tf.sigmoid(g)
        gated = g * content + (1 - g) * state.w
        shift = tf.nn.softmax(s)
        around = tf.concat([gated[:, -1:], gated, gated[:, :1]], 1)
        moved = sum(shift[:, i : i + 1] * around[:, i : i + slots] for i in range(3))
        sharp = tf.pow(moved, tf.nn.softplus(gamma) + 1)
        w = sharp / (tf.reduce_sum(sharp, 1, keepdims=True) + 1e-8)
        read = tf.reduce_sum(tf.expand_dims(w, 2) * state.M, 1)
        w3 = tf.expand_dims(w, 2)
        erased = state.M * (1 - tf.matmul(w3, tf.expand_dims(tf.sigmoid(erase), 1)))
        memory = erased + tf.matmul(w3, tf.expand_dims(tf.tanh(add), 1))
        return tf.concat([out, read], 1), state_type(ctrl, read, w, memory)

    sizes = state_type(controller.state_size, width, slots, tf.TensorShape([slots, width]))
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    batch = tf.shape(x)[0]
    start = state_type(
        controller.zero_state(batch, tf.float32),
        tf.zeros([batch, width]),
        tf.tile(tf.constant([[1.0, 0.0, 0.0, 0.0]]), [batch, 1]),
        tf.tile(tf.get_variable("M0", [1, slots, width]), [batch, 1, 1]),
    )
    return tf.nn.dynamic_rnn(sized(tf, sizes, 5 + width, step), x, n, initial_state=start)
