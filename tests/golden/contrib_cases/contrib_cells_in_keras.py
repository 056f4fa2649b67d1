"""Cells of tf.contrib.rnn in keras.layers.RNN."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal

CELLS = {
    "sru": lambda tf: tf.contrib.rnn.SRUCell(3),
    "nas": lambda tf: tf.contrib.rnn.NASCell(3),
    "indrnn": lambda tf: tf.contrib.rnn.IndRNNCell(3),
}


def over_cells(name, make):
    @case(lambda rng: {"x": normal(rng, 2, 4, 3)}, name="%s_in_a_layer" % name)
    def in_a_layer(tf):
        x = tf.placeholder(tf.float32, [2, 4, 3], "x")
        return tf.keras.layers.RNN(make(tf), return_sequences=True, return_state=True)(x)


for name, make in CELLS.items():
    over_cells(name, make)


@case(lambda rng: {"x": normal(rng, 2, 4, 3), "m": np.array([[1, 0, 1, 0], [0, 1, 1, 1]], bool)})
def masked_nas(tf):
    x, m = tf.placeholder(tf.float32, [2, 4, 3], "x"), tf.placeholder(tf.bool, [2, 4], "m")
    return tf.keras.layers.RNN(tf.contrib.rnn.NASCell(3), return_state=True)(x, mask=m)
