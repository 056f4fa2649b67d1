"""``tf.contrib``: what recurrent models use of it."""

from __future__ import annotations

from rnn2onnx.tf.contrib import (
    crf,
    cudnn_rnn,
    framework,
    layers,
    learn,
    legacy_seq2seq,
    rnn,
    seq2seq,
    slim,
    training,
    util,
)
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "crf",
    "cudnn_rnn",
    "framework",
    "layers",
    "learn",
    "legacy_seq2seq",
    "rnn",
    "seq2seq",
    "slim",
    "training",
    "util",
]

__getattr__ = unknown("tf.contrib")
