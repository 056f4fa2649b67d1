"""Layers of files as they stand, at inference. Source: ``tf.layers``."""

from __future__ import annotations

from rnn2onnx.stand_in.internals.inference import BatchNormalization, Dropout, batch_normalization
from rnn2onnx.stand_in.internals.inference import layers_dropout as dropout

__all__ = ["BatchNormalization", "Dropout", "batch_normalization", "dropout"]
