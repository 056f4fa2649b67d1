# ruff: noqa
"""Cells as files for TensorFlow 1.4 and later have them."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import tensorflow as tf
from tensorflow.contrib import rnn
from tensorflow.contrib.rnn.python.ops.core_rnn_cell import _Linear
from tensorflow.python.framework import constant_op
from tensorflow.python.framework import dtypes
from tensorflow.python.framework import tensor_shape
from tensorflow.python.layers import base as base_layer
from tensorflow.python.ops import array_ops
from tensorflow.python.ops import clip_ops
from tensorflow.python.ops import init_ops
from tensorflow.python.ops import math_ops
from tensorflow.python.ops import nn_ops
from tensorflow.python.ops import partitioned_variables
from tensorflow.python.ops import rnn_cell_impl
from tensorflow.python.ops import variable_scope as vs
from tensorflow.python.platform import tf_logging as logging
from tensorflow.python.util import nest

try:
    from tensorflow.python.ops.rnn_cell_impl import _linear
except ImportError:
    from tensorflow.contrib.rnn.python.ops.core_rnn_cell import _linear

_BIAS_VARIABLE_NAME = rnn_cell_impl._BIAS_VARIABLE_NAME
_WEIGHTS_VARIABLE_NAME = rnn_cell_impl._WEIGHTS_VARIABLE_NAME

_LeakyState = collections.namedtuple("LeakyState", ("h", "trace"))


class LeakyState(_LeakyState):
    __slots__ = ()

    @property
    def dtype(self):
        (h, trace) = self
        if not h.dtype == trace.dtype:
            raise TypeError("Inconsistent internal state: %s vs %s" % (str(h.dtype), str(trace.dtype)))
        return h.dtype


class LeakyTraceCell(rnn_cell_impl.LayerRNNCell):
    """A matrix of outer products that fades, read by the state that wrote it."""

    def __init__(self, num_units, fade=0.9, activation=None, reuse=None, name=None):
        super(LeakyTraceCell, self).__init__(_reuse=reuse, name=name)
        self.input_spec = base_layer.InputSpec(ndim=2)
        self._num_units = num_units
        self._fade = fade
        self._activation = activation or math_ops.tanh

    @property
    def state_size(self):
        return LeakyState(self._num_units, tensor_shape.TensorShape([self._num_units, self._num_units]))

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        if inputs_shape[1].value is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % inputs_shape)
        depth = inputs_shape[1].value
        self._kernel = self.add_variable(
            _WEIGHTS_VARIABLE_NAME,
            shape=[depth + self._num_units, self._num_units],
            initializer=init_ops.orthogonal_initializer(),
        )
        self._bias = self.add_variable(
            _BIAS_VARIABLE_NAME, shape=[self._num_units], initializer=init_ops.zeros_initializer(dtype=self.dtype)
        )
        self.built = True

    def call(self, inputs, state):
        h, trace = state
        new_h = math_ops.matmul(array_ops.concat([inputs, h], 1), self._kernel)
        new_h = self._activation(nn_ops.bias_add(new_h, self._bias))
        column = array_ops.expand_dims(new_h, 2)
        new_trace = math_ops.add(
            math_ops.scalar_mul(self._fade, trace), math_ops.matmul(column, array_ops.expand_dims(new_h, 1))
        )
        read = array_ops.squeeze(math_ops.matmul(new_trace, column), axis=[2])
        one = constant_op.constant(1, dtype=dtypes.int32)
        read = array_ops.concat(array_ops.split(value=read, num_or_size_splits=2, axis=one), 1)
        return clip_ops.clip_by_value(read, -3.0, 3.0), LeakyState(new_h, new_trace)


class CoupledCell(rnn.RNNCell):
    """One gate keeps and lets in; the affine maps are made once."""

    def __init__(self, num_units, input_size=None, reuse=None):
        super(CoupledCell, self).__init__(_reuse=reuse)
        if input_size is not None:
            logging.warn("%s: The input_size parameter is deprecated.", self)
        self._num_units = num_units
        self._gate = None

    @property
    def state_size(self):
        return rnn.LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        c, h = state
        if self._gate is None:
            with vs.variable_scope("gate"):
                self._gate = _Linear(
                    [inputs, h], self._num_units, True, bias_initializer=init_ops.constant_initializer(1.0)
                )
        keep = math_ops.sigmoid(self._gate([inputs, h]))
        with vs.variable_scope("candidate"):
            new = math_ops.tanh(_linear([inputs, keep * h], self._num_units, False))
        c = keep * c + (1 - keep) * new
        return nn_ops.softsign(c), rnn.LSTMStateTuple(c, nn_ops.softsign(c))


class ZoneoutWrapper(tf.nn.rnn_cell.RNNCell):
    """The expected state of units that are kept at random."""

    def __init__(self, cell, zoneout_prob, is_training):
        self._cell = cell
        self._zoneout_prob = zoneout_prob
        self._is_training = is_training

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or type(self).__name__):
            output, new_state = self._cell(inputs, state)

            def mixed(new, old):
                kept = 1 - self._zoneout_prob
                return tf.cond(
                    self._is_training,
                    lambda: kept * tf.nn.dropout(new - old, kept) + old,
                    lambda: kept * new + self._zoneout_prob * old,
                )

            flat = [mixed(n, o) for n, o in zip(nest.flatten(new_state), nest.flatten(state))]
            return output, nest.pack_sequence_as(structure=state, flat_sequence=flat)
