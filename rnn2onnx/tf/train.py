"""``tf.train``: the global step; what else is there trains models or runs sessions."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.variables.global_step import create_global_step, get_global_step, get_or_create_global_step

__all__ = [
    "create_global_step",
    "get_global_step",
    "get_or_create_global_step",
]

__getattr__ = unknown("tf.train")
