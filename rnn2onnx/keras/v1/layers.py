"""``tf.keras.layers``: Keras's layers, those of TensorFlow 1 where they differ."""

from __future__ import annotations

from rnn2onnx.keras import layers
from rnn2onnx.keras.layers import *  # noqa: F403
from rnn2onnx.keras.layers.rnn.cudnn_gru import CuDNNGRU
from rnn2onnx.keras.layers.rnn.cudnn_lstm import CuDNNLSTM
from rnn2onnx.keras.layers.rnn.gru_v1 import GRU, GRUCell  # type: ignore[assignment]
from rnn2onnx.keras.layers.rnn.lstm_v1 import LSTM, LSTMCell  # type: ignore[assignment]
from rnn2onnx.tf.refusals.unknown_names import unknown

_OWN = (CuDNNGRU, CuDNNLSTM, GRU, GRUCell, LSTM, LSTMCell)

__all__ = sorted({*layers.__all__, *(own.__name__ for own in _OWN)})

__getattr__ = unknown("tf.keras.layers")
