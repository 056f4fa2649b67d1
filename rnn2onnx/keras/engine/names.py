"""Names of layers, unique in the graph they are made in."""

from __future__ import annotations

import re
from collections import Counter
from weakref import WeakKeyDictionary

from rnn2onnx.tf.layers.layer_counts import count_layer, forget_layers
from rnn2onnx.tf.recording.graph import Graph, get_default_graph

_COUNTS: WeakKeyDictionary[Graph, Counter[str]] = WeakKeyDictionary()


def layer_name(class_name: str) -> str:
    """The name of a layer that was given none: ``dense``, then ``dense_1`` and so on."""
    own = _snake_case(class_name)
    number = count_layer(own)
    return f"{own}_{number - 1}" if number > 1 else own


def _snake_case(name: str) -> str:
    """``ConvLSTM2D`` is ``conv_lstm2d`` in Keras 2.15; in TensorFlow 1, digits begin a word."""
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
    return f"private{snake}" if snake.startswith("_") else snake


def get_uid(prefix: str = "") -> int:
    """How often a prefix was asked for in the default graph, this time included. Source: ``keras.backend.get_uid``."""
    counts = _COUNTS.setdefault(get_default_graph(), Counter())
    counts[prefix] += 1
    return counts[prefix]


def reset_uids() -> None:
    """Starts all numbers again. Source: ``keras.backend.reset_uids``."""
    _COUNTS.clear()
    forget_layers()
