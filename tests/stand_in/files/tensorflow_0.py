# ruff: noqa
"""A file for TensorFlow 0.8: the axis comes first, operations have shorter names, a cell is its ``__call__``."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import tensorflow as tf
from tensorflow.models.rnn import rnn, rnn_cell
from tensorflow.models.rnn import linear as rnn_linear
from tensorflow.python.ops import array_ops, init_ops, math_ops
from tensorflow.python.ops import variable_scope as vs
from tensorflow.python.ops.math_ops import sigmoid, tanh
from tensorflow.python.ops.rnn_cell import RNNCell, _linear as linear


class HighwayLSTMCell(rnn_cell.RNNCell):
    def __init__(self, num_units, forget_bias=1.0, input_size=None):
        self._num_units = num_units
        self._input_size = num_units if input_size is None else input_size
        self._forget_bias = forget_bias

    @property
    def input_size(self):
        return self._input_size

    @property
    def output_size(self):
        return self._num_units

    @property
    def state_size(self):
        return 2 * self._num_units

    def __call__(self, inputs, state, scope=None):
        with vs.variable_scope(scope or type(self).__name__):
            c, h = array_ops.split(1, 2, state)
            concat = linear([inputs, h], 4 * self._num_units, True)
            i, j, f, o = array_ops.split(1, 4, concat)
            new_c = tf.add(tf.mul(c, sigmoid(f + self._forget_bias)), tf.mul(sigmoid(i), tanh(j)))
            with tf.variable_scope("Transform"):
                t = sigmoid(linear([inputs], self._num_units, True, self._forget_bias))
            new_h = tf.sub(tanh(new_c) * sigmoid(o), tf.neg(tf.mul(t, h)))
            return new_h, array_ops.concat(1, [new_c, new_h])


def model(batch=2, steps=4, size=3):
    x = tf.placeholder(tf.float32, [batch, steps, size], name="x")
    inputs = [tf.squeeze(step, [1]) for step in tf.split(1, steps, x)]
    cell = HighwayLSTMCell(size)
    outputs, state = rnn.rnn(cell, inputs, initial_state=cell.zero_state(batch, tf.float32))
    packed = tf.transpose(tf.pack(outputs), [1, 0, 2])
    backwards = tf.reverse(packed, [False, True, False])
    attention = tf.nn.softmax(tf.reduce_sum(packed * backwards, reduction_indices=[2], keep_dims=False))
    read = tf.squeeze(tf.batch_matmul(tf.expand_dims(attention, dim=1), packed), squeeze_dims=[1])
    best = tf.argmax(attention, dimension=1)
    chosen = tf.select(tf.greater(read, 0.0), read, tf.zeros_like(read))
    parts = tf.unpack(tf.concat(concat_dim=1, values=[read, chosen]))
    halves = tf.split(split_dim=1, num_split=size, value=read)
    return packed, state, attention, best, chosen, tf.pack(parts), halves
