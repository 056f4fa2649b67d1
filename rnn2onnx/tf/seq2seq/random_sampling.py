"""Helpers that draw at random. No compiled program draws numbers, so they are refused, by name and with a way out."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.seq2seq.sampling import GreedyEmbeddingHelper
from rnn2onnx.tf.seq2seq.training_helper import TrainingHelper

__all__ = ["SampleEmbeddingHelper", "ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper"]


def _refused(name: str, instead: str) -> UnsupportedError:
    return UnsupportedError(
        f"tf.contrib.seq2seq.{name} draws at random, which no compiled program does: {instead}", user_location()
    )


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Always an error: ids are drawn at random. Source: ``tf.contrib.seq2seq.SampleEmbeddingHelper``."""

    def __init__(
        self, embedding: Any, start_tokens: Any, end_token: Any, softmax_temperature: Any = None, seed: Any = None
    ) -> None:
        raise _refused(
            "SampleEmbeddingHelper",
            "use GreedyEmbeddingHelper, or a CustomHelper that adds noise from a placeholder to the outputs (the "
            "argmax of logits and Gumbel noise is a draw).",
        )


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Always an error. Source: ``tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper``."""

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        embedding: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        scheduling_seed: Any = None,
        name: str | None = None,
    ) -> None:
        raise _refused("ScheduledEmbeddingTrainingHelper", "at inference use TrainingHelper or GreedyEmbeddingHelper.")


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Always an error. Source: ``tf.contrib.seq2seq.ScheduledOutputTrainingHelper``."""

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        next_inputs_fn: Any = None,
        auxiliary_inputs: Any = None,
        name: str | None = None,
    ) -> None:
        raise _refused("ScheduledOutputTrainingHelper", "at inference use TrainingHelper or InferenceHelper.")
