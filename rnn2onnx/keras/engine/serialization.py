"""Layers and functions as data: a class name and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location

_SPACES = ("rnn2onnx.keras.layers", "rnn2onnx.keras.v1.layers")


def serialize(layer: Any) -> dict[str, Any]:
    """The class name and the configuration of a layer or cell. Source: ``keras.layers.serialize``."""
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A layer or cell from what ``serialize`` gives.

    Args:
        config: The class name and the configuration.
        custom_objects: Classes by name, which come before Keras's own.

    Raises:
        ArgumentError: There is no such class.

    Source:
        ``keras.layers.deserialize``.
    """
    name = config["class_name"]
    found = (custom_objects or {}).get(name)
    for space in _SPACES:
        found = found or getattr(import_module(space), name, None)
    if found is None:
        raise ArgumentError(
            f"Unknown layer: {name}. Give its class in custom_objects={{{name!r}: ...}}.", user_location()
        )
    return found.from_config(dict(config["config"]))


def clone(layer: Any) -> Any:
    """A layer of the same class and configuration, with variables of its own."""
    return type(layer).from_config(layer.get_config())
