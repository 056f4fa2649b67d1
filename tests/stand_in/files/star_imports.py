# ruff: noqa
"""A cell on what ``import *`` of TensorFlow's file of cells brings along."""

from tensorflow.python.ops.rnn_cell import *
from tensorflow.python.ops.rnn_cell_impl import _concat, _zero_state_tensors
from tensorflow.contrib.rnn.python.ops.core_rnn_cell import _linear
from tensorflow.python.ops import rnn


class ResetCell(RNNCell):
    def __init__(self, num_units, activation=None):
        super(ResetCell, self).__init__()
        self._num_units = num_units
        self._activation = activation or math_ops.tanh

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def zero_state(self, batch_size, dtype):
        return _zero_state_tensors(self.state_size, batch_size, dtype)

    def call(self, inputs, state):
        with vs.variable_scope("reset"):
            r = math_ops.sigmoid(_linear([inputs, state], self._num_units, True))
        new = self._activation(_linear(array_ops.concat([inputs, r * state], 1), self._num_units, True))
        return new, new


def model(inputs, lengths):
    cell = MultiRNNCell([ResetCell(3), DropoutWrapper(ResetCell(2, nn_ops.relu), output_keep_prob=1.0)])
    rows = _concat(array_ops.shape(inputs)[0], 4)
    outputs, state = rnn.dynamic_rnn(cell, inputs, sequence_length=lengths, dtype=dtypes.float32)
    return outputs, state, rows
