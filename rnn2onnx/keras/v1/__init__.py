"""Keras as TensorFlow 1 has it, ``tf.keras``: the recurrent layers have other defaults."""

from __future__ import annotations

from rnn2onnx.keras import activations, backend, constraints, initializers, models, regularizers, utils
from rnn2onnx.keras.engine.input_layer import Input
from rnn2onnx.keras.engine.model import Model
from rnn2onnx.keras.engine.sequential import Sequential
from rnn2onnx.keras.v1 import layers
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "backend",
    "constraints",
    "initializers",
    "layers",
    "models",
    "regularizers",
    "utils",
]

__getattr__ = unknown("tf.keras")
