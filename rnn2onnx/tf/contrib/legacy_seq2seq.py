"""``tf.contrib.legacy_seq2seq``: encoders and decoders over lists of steps."""

from __future__ import annotations

from rnn2onnx.tf.legacy_seq2seq.attention_decoder import attention_decoder, embedding_attention_decoder
from rnn2onnx.tf.legacy_seq2seq.decoders import embedding_rnn_decoder, rnn_decoder
from rnn2onnx.tf.legacy_seq2seq.encoders_decoders import (
    basic_rnn_seq2seq,
    embedding_attention_seq2seq,
    embedding_rnn_seq2seq,
    embedding_tied_rnn_seq2seq,
    one2many_rnn_seq2seq,
    tied_rnn_seq2seq,
)
from rnn2onnx.tf.legacy_seq2seq.sequence_loss import model_with_buckets, sequence_loss, sequence_loss_by_example
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "attention_decoder",
    "basic_rnn_seq2seq",
    "embedding_attention_decoder",
    "embedding_attention_seq2seq",
    "embedding_rnn_decoder",
    "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq",
    "model_with_buckets",
    "one2many_rnn_seq2seq",
    "rnn_decoder",
    "sequence_loss",
    "sequence_loss_by_example",
    "tied_rnn_seq2seq",
]

__getattr__ = unknown("tf.contrib.legacy_seq2seq")
