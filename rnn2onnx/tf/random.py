"""``tf.random``: random tensors, drawn when a program is recorded, and seeds."""

from __future__ import annotations

from rnn2onnx.tf.ops.random_ops import random_normal as normal
from rnn2onnx.tf.ops.random_ops import random_uniform as uniform
from rnn2onnx.tf.ops.random_ops import truncated_normal
from rnn2onnx.tf.refusals.settings import get_seed, set_random_seed
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "get_seed",
    "normal",
    "set_random_seed",
    "truncated_normal",
    "uniform",
]

__getattr__ = unknown("tf.random")
