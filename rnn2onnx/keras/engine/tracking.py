"""The layers that a layer holds as attributes, whose variables are its own, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rnn2onnx.tf.variables.variables import Variable


def is_layer_like(value: Any) -> bool:
    """Whether something has variables of its own: a layer of Keras or of TensorFlow 1, a cell, a model."""
    kind = type(value)
    return not isinstance(value, type) and hasattr(kind, "trainable_weights") and hasattr(kind, "non_trainable_weights")


def may_hold_layers(value: Any) -> bool:
    """Whether an attribute is, or may come to hold, a layer."""
    return is_layer_like(value) or isinstance(value, list | tuple | Mapping)


def layers_in(value: Any) -> Iterator[Any]:
    """The layers in an attribute: itself, or those of a list, tuple or mapping, in order."""
    if is_layer_like(value):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from layers_in(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from layers_in(item)


def variables_in(value: Any) -> Iterator[Variable]:
    """The variables in an attribute."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from variables_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from variables_in(item)


def without_repetition(items: Any) -> list[Any]:
    """The items, each object once."""
    return list({id(item): item for item in items}.values())
