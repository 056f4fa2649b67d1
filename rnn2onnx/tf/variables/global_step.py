"""The global step: a variable that training counts up, and that some models read."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int64
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.recording.graph import Graph, GraphKeys, get_default_graph
from rnn2onnx.tf.variables.variable_scope import get_variable

__all__ = ["create_global_step", "get_global_step", "get_or_create_global_step"]


def get_global_step(graph: Graph | None = None) -> Any:
    """The global step, or None if there is none. Source: ``tf.train.get_global_step``."""
    graph = graph or get_default_graph()
    listed = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(listed) > 1:
        raise ArgumentTypeError(f"Existing global step has several variables: {listed}.", user_location())
    return listed[0] if listed else graph.variables.get("global_step")


def create_global_step(graph: Graph | None = None) -> Any:
    """A new variable ``global_step``: an int64 scalar, at first 0, not trainable.

    Raises:
        ArgumentError: There is one.

    Source:
        ``tf.train.create_global_step``.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ArgumentError(
            '"global_step" already exists. Use tf.train.get_or_create_global_step() to have it.', user_location()
        )
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=int64,
            initializer=Zeros(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    """The global step, made if there is none. Source: ``tf.train.get_or_create_global_step``."""
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found
