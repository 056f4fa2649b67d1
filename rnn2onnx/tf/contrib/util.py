"""``tf.contrib.util``: constants known while the graph is recorded."""

from __future__ import annotations

from rnn2onnx.tf.static_value import constant_value
from rnn2onnx.tf.unknown_names import unknown

__all__ = [
    "constant_value",
]

__getattr__ = unknown("tf.contrib.util")
