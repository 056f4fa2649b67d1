"""``tf.contrib.layers`` of files as they stand: layers at inference; what trains can be made and does nothing."""

from __future__ import annotations

from typing import Any

from rnn2onnx.stand_in.internals.inference import batch_norm
from rnn2onnx.stand_in.internals.inference import contrib_dropout as dropout
from rnn2onnx.tf.recording.inert import InertOperation

__all__ = [
    "batch_norm",
    "dropout",
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
