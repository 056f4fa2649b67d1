"""Training steps and summaries of ``tf.contrib.layers``, which can be made and do nothing."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.recording.inert import InertOperation

__all__ = [
    "optimize_loss",
    "summarize_activation",
    "summarize_activations",
    "summarize_collection",
    "summarize_tensor",
]


def optimize_loss(*args: Any, **kwargs: Any) -> InertOperation:
    """An operation that no compiled program has."""
    return InertOperation("NoOp", "OptimizeLoss")


def summarize_tensor(*args: Any, **kwargs: Any) -> InertOperation:
    """An operation that no compiled program has."""
    return InertOperation("Summary")


summarize_activation = summarize_activations = summarize_collection = summarize_tensor
