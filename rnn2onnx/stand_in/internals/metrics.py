"""Metrics, which are computed over many runs of a session. Source: ``tf.metrics``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.recording.inert import InertOperation
from rnn2onnx.tf.recording.unlearned import unlearned

__all__ = ["accuracy", "auc", "mean", "mean_squared_error", "precision", "recall", "root_mean_squared_error"]


def _metric(*args: Any, **kwargs: Any) -> tuple[Any, InertOperation]:
    """A number of which no output may depend, and an operation that no compiled program has."""
    return unlearned("metric"), InertOperation("NoOp", "update_op")


accuracy = auc = mean = mean_squared_error = precision = recall = root_mean_squared_error = _metric
