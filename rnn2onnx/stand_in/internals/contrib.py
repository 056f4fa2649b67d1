"""Summaries under the names that TensorFlow 1.0 kept for old files: ``tf.contrib.deprecated``."""

from __future__ import annotations

from types import SimpleNamespace

from rnn2onnx.stand_in.internals import training

__all__ = ["deprecated"]

deprecated = SimpleNamespace(
    scalar_summary=training.scalar_summary,
    histogram_summary=training.histogram_summary,
    image_summary=training.image_summary,
    audio_summary=training.audio_summary,
    merge_summary=training.merge_summary,
    merge_all_summaries=training.merge_all_summaries,
)
