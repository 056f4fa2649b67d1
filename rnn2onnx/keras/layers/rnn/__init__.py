"""Keras's recurrent layers, cells and wrappers."""

from rnn2onnx.keras.layers.rnn.abstract_rnn_cell import AbstractRNNCell
from rnn2onnx.keras.layers.rnn.bidirectional import Bidirectional
from rnn2onnx.keras.layers.rnn.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from rnn2onnx.keras.layers.rnn.gru import GRU, GRUCell
from rnn2onnx.keras.layers.rnn.lstm import LSTM, LSTMCell
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.simple_rnn import SimpleRNN, SimpleRNNCell
from rnn2onnx.keras.layers.rnn.stacked_rnn_cells import StackedRNNCells

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AbstractRNNCell",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
]
