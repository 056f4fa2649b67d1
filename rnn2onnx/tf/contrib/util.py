"""``tf.contrib.util``: constants known while the graph is recorded."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = [
    "constant_value",
]

__getattr__ = unknown("tf.contrib.util")
