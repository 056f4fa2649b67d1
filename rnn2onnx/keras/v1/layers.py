"""``tf.keras.layers``: Keras's layers, those of TensorFlow 1 where they differ."""

from __future__ import annotations

from rnn2onnx.keras import layers
from rnn2onnx.keras.layers import *  # noqa: F403
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = list(layers.__all__)

__getattr__ = unknown("tf.keras.layers")
