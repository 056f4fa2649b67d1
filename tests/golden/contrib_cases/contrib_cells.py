"""The cells of ``tf.contrib.rnn`` and ``tf.contrib.cudnn_rnn``, a step at a time and in dynamic_rnn."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal


def sequences(rng):
    """Runs with lengths of every kind."""
    lengths = ([5, 2, 3], [0, 9, 1], [1, 1, 1])
    return [{"x": normal(rng, 3, 5, 2), "n": np.array(n, "int32")} for n in lengths]


def over_sequence(tf, cell):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)


@case(sequences)
def cudnn_compatible_gru(tf):
    return over_sequence(tf, tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4))


@case(sequences)
def cudnn_compatible_lstm(tf):
    return over_sequence(tf, tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(4))
