"""``tf.contrib.rnn``: recurrent cells and networks."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.rnn.batch_and_time import best_effort_input_batch_size, transpose_batch_time
from rnn2onnx.tf.rnn.fused_rnn_cell import FusedRNNCell, FusedRNNCellAdaptor, TimeReversedFusedRNN
from rnn2onnx.tf.rnn.lstm_block_fused_cell import LSTMBlockFusedCell, LSTMBlockWrapper
from rnn2onnx.tf.rnn.stack_bidirectional_rnn import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn
from rnn2onnx.tf.rnn.state_saving_rnn import static_state_saving_rnn
from rnn2onnx.tf.rnn.static_rnn import static_bidirectional_rnn, static_rnn
from rnn2onnx.tf.rnn_cell import (
    BasicLSTMCell,
    BasicRNNCell,
    DeviceWrapper,
    DropoutWrapper,
    GRUCell,
    LayerRNNCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    ResidualWrapper,
    RNNCell,
)
from rnn2onnx.tf.rnn_cell.contrib.attention_cell import AttentionCellWrapper
from rnn2onnx.tf.rnn_cell.contrib.block import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from rnn2onnx.tf.rnn_cell.contrib.compiled_wrapper import CompiledWrapper
from rnn2onnx.tf.rnn_cell.contrib.conv_lstm import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.coupled_lstm import CoupledInputForgetGateLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.embedding_wrapper import EmbeddingWrapper
from rnn2onnx.tf.rnn_cell.contrib.grid_lstm import BidirectionalGridLSTMCell, GridLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.group_lstm import GLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.highway_wrapper import HighwayWrapper
from rnn2onnx.tf.rnn_cell.contrib.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.intersection import IntersectionRNNCell
from rnn2onnx.tf.rnn_cell.contrib.layer_norm_lstm import LayerNormBasicLSTMCell, LayerNormLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.minimal import CFNCell, MinimalRNNCell
from rnn2onnx.tf.rnn_cell.contrib.nas import NASCell
from rnn2onnx.tf.rnn_cell.contrib.ntm import NTMCell, NTMControllerState
from rnn2onnx.tf.rnn_cell.contrib.phased_lstm import PhasedLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.projection_wrappers import InputProjectionWrapper, OutputProjectionWrapper
from rnn2onnx.tf.rnn_cell.contrib.sru import SRUCell
from rnn2onnx.tf.rnn_cell.contrib.time_freq_lstm import TimeFreqLSTMCell
from rnn2onnx.tf.rnn_cell.contrib.ugrnn import UGRNNCell
from rnn2onnx.tf.rnn_cell.contrib.weight_norm_lstm import WeightNormLSTMCell

__all__ = [
    "AttentionCellWrapper",
    "BasicLSTMCell",
    "BasicRNNCell",
    "BidirectionalGridLSTMCell",
    "CFNCell",
    "CompiledWrapper",
    "Conv1DLSTMCell",
    "Conv2DLSTMCell",
    "Conv3DLSTMCell",
    "ConvLSTMCell",
    "CoupledInputForgetGateLSTMCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "EmbeddingWrapper",
    "FusedRNNCell",
    "FusedRNNCellAdaptor",
    "GLSTMCell",
    "GRUBlockCell",
    "GRUBlockCellV2",
    "GRUCell",
    "GridLSTMCell",
    "HighwayWrapper",
    "IndRNNCell",
    "IndyGRUCell",
    "IndyLSTMCell",
    "InputProjectionWrapper",
    "IntersectionRNNCell",
    "LSTMBlockCell",
    "LSTMBlockFusedCell",
    "LSTMBlockWrapper",
    "LSTMCell",
    "LSTMStateTuple",
    "LayerNormBasicLSTMCell",
    "LayerNormLSTMCell",
    "LayerRNNCell",
    "MinimalRNNCell",
    "MultiRNNCell",
    "NASCell",
    "NTMCell",
    "NTMControllerState",
    "OutputProjectionWrapper",
    "PhasedLSTMCell",
    "RNNCell",
    "ResidualWrapper",
    "SRUCell",
    "TimeFreqLSTMCell",
    "TimeReversedFusedRNN",
    "UGRNNCell",
    "WeightNormLSTMCell",
    "best_effort_input_batch_size",
    "stack_bidirectional_dynamic_rnn",
    "stack_bidirectional_rnn",
    "static_bidirectional_rnn",
    "static_rnn",
    "static_state_saving_rnn",
    "transpose_batch_time",
]

__getattr__ = unknown("tf.contrib.rnn")
