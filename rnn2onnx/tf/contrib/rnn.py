"""``tf.contrib.rnn``: recurrent cells and networks."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.rnn_cell import (
    BasicLSTMCell,
    BasicRNNCell,
    DeviceWrapper,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    ResidualWrapper,
    RNNCell,
)
from rnn2onnx.tf.rnn_cell.contrib.attention_cell import AttentionCellWrapper
from rnn2onnx.tf.rnn_cell.contrib.compiled_wrapper import CompiledWrapper
from rnn2onnx.tf.rnn_cell.contrib.conv_lstm import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.embedding_wrapper import EmbeddingWrapper
from rnn2onnx.tf.rnn_cell.contrib.grid_lstm import BidirectionalGridLSTMCell, GridLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.highway_wrapper import HighwayWrapper
from rnn2onnx.tf.rnn_cell.contrib.ntm import NTMCell, NTMControllerState
from rnn2onnx.tf.rnn_cell.contrib.projection_wrappers import InputProjectionWrapper, OutputProjectionWrapper
from rnn2onnx.tf.rnn_cell.contrib.time_freq_lstm import TimeFreqLSTMCell

__all__ = [
    "AttentionCellWrapper",
    "BasicLSTMCell",
    "BasicRNNCell",
    "BidirectionalGridLSTMCell",
    "CompiledWrapper",
    "Conv1DLSTMCell",
    "Conv2DLSTMCell",
    "Conv3DLSTMCell",
    "ConvLSTMCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "EmbeddingWrapper",
    "GRUCell",
    "GridLSTMCell",
    "HighwayWrapper",
    "InputProjectionWrapper",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "NTMCell",
    "NTMControllerState",
    "OutputProjectionWrapper",
    "RNNCell",
    "ResidualWrapper",
    "TimeFreqLSTMCell",
]

__getattr__ = unknown("tf.contrib.rnn")
