"""Summaries of training, which a compiled program has no use for. Source: ``tf.summary``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.recording.inert import InertOperation
from rnn2onnx.tf.refusals.training import refuse

__all__ = [
    "FileWriter",
    "audio",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "scalar",
    "tensor_summary",
    "text",
]


def _summary(*args: Any, **kwargs: Any) -> InertOperation:
    """An operation that no compiled program has."""
    return InertOperation("Summary")


scalar = histogram = image = audio = text = tensor_summary = merge = merge_all = _summary


class FileWriter:
    """A writer can be made, but there is nothing to write. Source: ``tf.summary.FileWriter``."""

    def __init__(self, logdir: Any, *args: Any, **kwargs: Any) -> None:
        self.logdir = logdir

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Always an error.

        Raises:
            TrainingError: Here.
        """
        raise refuse("tf.summary.FileWriter.add_summary")

    def add_graph(self, graph: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing: no file is written."""

    def flush(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
