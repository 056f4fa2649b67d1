"""``tf.contrib.cudnn_rnn``: cuDNN's layers, and the cells that compute the same."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.rnn.cudnn_layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh
from rnn2onnx.tf.rnn_cell.contrib.cudnn_compatible import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell

__all__ = [
    "CudnnCompatibleGRUCell",
    "CudnnCompatibleLSTMCell",
    "CudnnGRU",
    "CudnnLSTM",
    "CudnnRNNRelu",
    "CudnnRNNTanh",
]

__getattr__ = unknown("tf.contrib.cudnn_rnn")
