# ruff: noqa
"""A file moved to TensorFlow 2's package without being changed otherwise."""

import tensorflow.compat.v1 as tf
from tensorflow.compat.v1.nn import dynamic_rnn
from tensorflow.compat.v1.nn.rnn_cell import GRUCell, RNNCell

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)


class PrefixCell(RNNCell):
    """A cell that is shown a constant vector beside each input."""

    def __init__(self, units, prefix):
        super(PrefixCell, self).__init__()
        self._cell = GRUCell(units)
        self._prefix = tf.constant(prefix, tf.float32)

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def call(self, inputs, state):
        prefix = tf.tile(self._prefix[tf.newaxis, :], [tf.shape(inputs)[0], 1])
        return self._cell(tf.concat([prefix, inputs], -1), state)


def model():
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    outputs, state = dynamic_rnn(PrefixCell(3, [1.0, -1.0]), x, dtype=tf.float32)
    return {"outputs": outputs, "state": state}
