"""``tf.contrib.seq2seq``: decoders, attention and beam search at inference."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.seq2seq.attention_mechanism import AttentionMechanism, hardmax
from rnn2onnx.tf.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from rnn2onnx.tf.seq2seq.attentions import BahdanauAttention, LuongAttention
from rnn2onnx.tf.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from rnn2onnx.tf.seq2seq.beam_search_decoder import BeamSearchDecoder, FinalBeamSearchDecoderOutput
from rnn2onnx.tf.seq2seq.beam_search_step import BeamSearchDecoderOutput, BeamSearchDecoderState
from rnn2onnx.tf.seq2seq.decoder import Decoder
from rnn2onnx.tf.seq2seq.dynamic_decode import dynamic_decode
from rnn2onnx.tf.seq2seq.gather_tree import gather_tree
from rnn2onnx.tf.seq2seq.loss import sequence_loss
from rnn2onnx.tf.seq2seq.monotonic_attention import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    monotonic_attention,
    safe_cumprod,
)
from rnn2onnx.tf.seq2seq.random_sampling import (
    SampleEmbeddingHelper,
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
)
from rnn2onnx.tf.seq2seq.sampling import CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper
from rnn2onnx.tf.seq2seq.tile_batch import tile_batch
from rnn2onnx.tf.seq2seq.training_helper import TrainingHelper

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "BasicDecoder",
    "BasicDecoderOutput",
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "CustomHelper",
    "Decoder",
    "FinalBeamSearchDecoderOutput",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "LuongAttention",
    "LuongMonotonicAttention",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "dynamic_decode",
    "gather_tree",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
    "sequence_loss",
    "tile_batch",
]

__getattr__ = unknown("tf.contrib.seq2seq")
