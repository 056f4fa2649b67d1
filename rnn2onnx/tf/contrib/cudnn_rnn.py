"""``tf.contrib.cudnn_rnn``: the cells whose variables are those of the fused kernels."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.rnn_cell.contrib.cudnn_compatible import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell

__all__ = [
    "CudnnCompatibleGRUCell",
    "CudnnCompatibleLSTMCell",
]

__getattr__ = unknown("tf.contrib.cudnn_rnn")
