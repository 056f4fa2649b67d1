"""How many layers of a kind a graph has: Keras's layers, ``tf.layers`` and TensorFlow's cells are counted together."""

from __future__ import annotations

from collections import Counter
from weakref import WeakKeyDictionary

from rnn2onnx.tf.recording.graph import Graph, get_default_graph

_COUNTS: WeakKeyDictionary[Graph, Counter[str]] = WeakKeyDictionary()


def count_layer(kind: str) -> int:
    """How many layers of a kind, by its name in snake case, the default graph has with this one."""
    counts = _COUNTS.setdefault(get_default_graph(), Counter())
    counts[kind] += 1
    return counts[kind]


def forget_layers() -> None:
    """Starts all numbers again, in all graphs."""
    _COUNTS.clear()
