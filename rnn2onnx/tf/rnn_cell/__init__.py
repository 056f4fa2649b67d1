"""Recurrent cells: ``tf.nn.rnn_cell``. A cell is its formula."""

from __future__ import annotations

from rnn2onnx.tf.rnn_cell.acceptance import ASSERT_LIKE_RNNCELL_ERROR_REGEXP, assert_like_rnncell
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _Linear, _linear, affine
from rnn2onnx.tf.rnn_cell.basic import BasicRNNCell
from rnn2onnx.tf.rnn_cell.cell import LayerRNNCell, MatrixCell, RNNCell
from rnn2onnx.tf.rnn_cell.dropout import DropoutWrapper
from rnn2onnx.tf.rnn_cell.gru import GRUCell
from rnn2onnx.tf.rnn_cell.lstm import BasicLSTMCell, LSTMCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple
from rnn2onnx.tf.rnn_cell.multi import MultiRNNCell
from rnn2onnx.tf.rnn_cell.wrappers import DeviceWrapper, ResidualWrapper, RNNCellWrapper
from rnn2onnx.tf.rnn_cell.zero_state import _concat, _zero_state_tensors, zero_state_of

__all__ = [
    "ASSERT_LIKE_RNNCELL_ERROR_REGEXP",
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "LayerRNNCell",
    "MatrixCell",
    "MultiRNNCell",
    "RNNCell",
    "RNNCellWrapper",
    "ResidualWrapper",
    "_Linear",
    "_concat",
    "_linear",
    "_zero_state_tensors",
    "activation_function",
    "affine",
    "assert_like_rnncell",
    "zero_state_of",
]
