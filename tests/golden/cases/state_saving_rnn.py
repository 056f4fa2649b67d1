"""static_state_saving_rnn with savers as people write them."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal


class Saver:
    """Starts from placeholders or zeros and keeps what is saved."""

    def __init__(self, tf, sizes, zeros=False):
        self.tf, self.sizes, self.zeros = tf, sizes, zeros
        self.saved = {}

    def state(self, name):
        if self.zeros:
            return self.tf.zeros([3, self.sizes[name]])
        return self.tf.placeholder(self.tf.float32, [3, self.sizes[name]], name)

    def save_state(self, name, value):
        self.saved[name] = value
        return self.tf.identity(value)


def steps(tf):
    return tf.unstack(tf.placeholder(tf.float32, [3, 4, 2], "x"), axis=1)


def runs(rng, **sizes):
    states = {name: normal(rng, 3, size) for name, size in sizes.items()}
    return [
        {"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32"), **states} for n in ([2, 4, 1], [9, 0, -1], [0, 0, 0])
    ]


@case(lambda rng: runs(rng, s=3))
def one_state(tf):
    saver = Saver(tf, {"s": 3})
    n = tf.placeholder(tf.int32, [3], "n")
    found = tf.nn.static_state_saving_rnn(tf.nn.rnn_cell.GRUCell(3), steps(tf), saver, "s", n)
    return found, saver.saved


@case(lambda rng: runs(rng, c=3, m=3))
def two_states(tf):
    saver = Saver(tf, {"c": 3, "m": 3})
    n = tf.placeholder(tf.int32, [3], "n")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    found = tf.nn.static_state_saving_rnn(cell, steps(tf), saver, ("c", "m"), sequence_length=n)
    return found, saver.saved


@case(lambda rng: [{"x": normal(rng, 3, 4, 2)}])
def a_saver_that_starts_with_zeros(tf):
    saver = Saver(tf, {"s": 6}, zeros=True)
    cell = tf.nn.rnn_cell.LSTMCell(3, state_is_tuple=False)
    found = tf.nn.static_state_saving_rnn(cell, steps(tf), state_saver=saver, state_name="s", scope="saving")
    return found, saver.saved


@case(lambda rng: [{"x": normal(rng, 3, 4, 2), **{f"s{i}": normal(rng, 3, 3 + i // 2) for i in range(8)}}])
def four_layers_with_nested_names(tf):
    sizes = {f"s{i}": 3 + i // 2 for i in range(8)}
    saver = Saver(tf, sizes)
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3 + i) for i in range(4)])
    names = tuple((f"s{2 * i}", f"s{2 * i + 1}") for i in range(4))
    found = tf.nn.static_state_saving_rnn(cell, steps(tf), saver, state_name=names)
    return found, saver.saved


@case(lambda rng: [{"x": normal(rng, 3, 4, 2), **{f"s{i}": normal(rng, 3, 3) for i in range(4)}}])
def two_layers_with_flat_names(tf):
    saver = Saver(tf, {f"s{i}": 3 for i in range(4)})
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3) for i in range(2)])
    found = tf.nn.static_state_saving_rnn(cell, steps(tf), saver, ("s0", "s1", "s2", "s3"))
    return found, saver.saved


@case(lambda rng: runs(rng, c=3, m=3))
def two_chunks_of_one_graph(tf):
    class Chain:
        def __init__(self, start):
            self.now = dict(start)

        def state(self, name):
            return self.now[name]

        def save_state(self, name, value):
            self.now[name] = value
            return value

    xs = steps(tf)
    n = tf.placeholder(tf.int32, [3], "n")
    saver = Chain({name: tf.placeholder(tf.float32, [3, 3], name) for name in "cm"})
    cell = tf.nn.rnn_cell.LSTMCell(3)
    first, _ = tf.nn.static_state_saving_rnn(cell, xs[:2], saver, ("c", "m"), n)
    second, state = tf.nn.static_state_saving_rnn(cell, xs[2:], saver, ("c", "m"), n - 2)
    return first + second, state
