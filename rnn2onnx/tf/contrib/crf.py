"""``tf.contrib.crf``: conditional random fields over the tags of a sequence."""

from __future__ import annotations

from rnn2onnx.tf.crf.cells import CrfDecodeBackwardRnnCell, CrfDecodeForwardRnnCell, CrfForwardRnnCell
from rnn2onnx.tf.crf.decoding import crf_decode, viterbi_decode
from rnn2onnx.tf.crf.scores import (
    crf_binary_score,
    crf_log_likelihood,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
)
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "CrfDecodeBackwardRnnCell",
    "CrfDecodeForwardRnnCell",
    "CrfForwardRnnCell",
    "crf_binary_score",
    "crf_decode",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
    "viterbi_decode",
]

__getattr__ = unknown("tf.contrib.crf")
