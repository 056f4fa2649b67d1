"""``deepctr.layers``: the layers of its interest networks, with the variable names that they have there."""

from __future__ import annotations

from rnn2onnx.deepctr.layers import activation, core, sequence
from rnn2onnx.deepctr.layers.activation import Dice
from rnn2onnx.deepctr.layers.bilstm import BiLSTM
from rnn2onnx.deepctr.layers.core import DNN, LocalActivationUnit, PredictionLayer
from rnn2onnx.deepctr.layers.sequence import AttentionSequencePoolingLayer, DynamicGRU

__all__ = [
    "DNN",
    "AttentionSequencePoolingLayer",
    "BiLSTM",
    "Dice",
    "DynamicGRU",
    "LocalActivationUnit",
    "PredictionLayer",
    "activation",
    "core",
    "sequence",
]
