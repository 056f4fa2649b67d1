"""Layers and functions as data: a class name and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import activations, constraints, initializers, regularizers
from rnn2onnx.keras.engine.tracking import is_layer_like

_SPACES = ("rnn2onnx.keras.layers", "rnn2onnx.keras.models")
_OTHER_NAMES = {"Functional": "Model"}
CUSTOM_OBJECTS: dict[str, Any] = {}
"""Classes and functions by the names that configurations have for them, besides Keras's own."""
_SERIALIZED: dict[str, type] = {}
"""Classes of the user's own that were made data here, by name: such data becomes a layer again without being told."""


def serialize(layer: Any) -> dict[str, Any]:
    """The class name and the configuration of a layer or cell. Source: ``keras.layers.serialize``."""
    kind = type(layer)
    if not kind.__module__.startswith("rnn2onnx."):
        _SERIALIZED[kind.__name__] = kind
    return {"class_name": kind.__name__, "config": layer.get_config(), "module": kind.__module__}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A layer or cell from what ``serialize`` gives.

    Args:
        config: The class name and the configuration.
        custom_objects: Classes by name, which come before those of ``CUSTOM_OBJECTS`` and Keras's own.

    Raises:
        ArgumentError: There is no such class.

    Source:
        ``keras.layers.deserialize``.
    """
    name = _OTHER_NAMES.get(config["class_name"], config["class_name"])
    found = (custom_objects or {}).get(name, CUSTOM_OBJECTS.get(name))
    known = _SERIALIZED.get(name)
    if found is None and known is not None and config.get("module") in (None, known.__module__):
        found = known
    # Layers of TensorFlow 1 have the names of those of TensorFlow 2.
    older = ("rnn2onnx.keras.v1.layers",) if str(config.get("module", "")).endswith("_v1") else ()
    for space in (*older, *_SPACES):
        found = found or getattr(import_module(space), name, None)
    if found is None:
        raise ArgumentError(
            f"Unknown layer: {name}. Give its class in custom_objects={{{name!r}: ...}}.", user_location()
        )
    described = config["config"]
    return found.from_config(dict(described) if isinstance(described, Mapping) else described)


def clone(layer: Any) -> Any:
    """A layer of the same class and configuration, with variables of its own."""
    return type(layer).from_config(layer.get_config())


def as_data(value: Any) -> Any:
    """What a configuration holds of an argument: functions, initializers and layers by their names."""
    if isinstance(value, list | tuple) and any(is_layer_like(item) for item in value):
        return [as_data(item) for item in value]
    if is_layer_like(value):
        return serialize(value)
    if not callable(value):
        return value
    for space in (activations, initializers, regularizers, constraints):
        data = space.serialize(value)
        if data is not value:
            return data
    return value
