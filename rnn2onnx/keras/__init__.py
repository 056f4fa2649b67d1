"""Keras's layers and cells, recorded: ``from rnn2onnx import keras`` in place of ``from tensorflow import keras``."""

from __future__ import annotations

from rnn2onnx.keras import (
    activations,
    backend,
    constraints,
    initializers,
    layers,
    models,
    regularizers,
    utils,
)
from rnn2onnx.keras.engine.input_layer import Input
from rnn2onnx.keras.engine.model import Model
from rnn2onnx.keras.engine.sequential import Sequential
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

__getattr__ = unknown("keras")
