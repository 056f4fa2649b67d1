"""Cells of files as they stand, at inference. Source: ``tf.nn.rnn_cell``, ``tf.contrib.rnn``."""

from __future__ import annotations

from rnn2onnx.stand_in.internals.inference import DropoutWrapper, LayerNormBasicLSTMCell

__all__ = ["DropoutWrapper", "LayerNormBasicLSTMCell"]
