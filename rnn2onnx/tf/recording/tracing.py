"""``rnn2onnx.trace``: runs model code under a fresh graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.tf.recording.graph import Graph


def trace(function: Callable[..., Any], *args: Any) -> tuple[Graph, Any]:
    """A fresh graph, and what ``function(*args)`` gives when it records into it."""
    graph = Graph()
    with graph.as_default():
        return graph, function(*args)
