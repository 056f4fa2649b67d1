"""``keras.models``: models of layers."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.model import Model
from rnn2onnx.keras.engine.sequential import Sequential
from rnn2onnx.keras.engine.serialization import clone, deserialize
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_config", "model_from_json"]


def load_model(filepath: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Refused: a model is its code, and a file of weights is given to ``rnn2onnx.compile``."""
    raise UnsupportedError(
        f"keras.models.load_model is not supported: run the code that makes the model, and give the file to the "
        f"compiler, rnn2onnx.compile(graph, outputs, weights={str(filepath)!r}).",
        user_location(),
    )


def model_from_config(config: Any, custom_objects: Any = None) -> Any:
    """The model that a class name and a configuration describe. Source: ``keras.models.model_from_config``."""
    return deserialize(config, custom_objects)


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that Keras 2 wrote as JSON, without its weights.

    Args:
        json_string: What ``Model.to_json`` gave, or a file of weights holds as ``model_config``.
        custom_objects: Classes by name.

    Raises:
        ArgumentError: A layer's class is not known.

    Source:
        ``keras.models.model_from_json``.
    """
    return model_from_config(json.loads(json_string), custom_objects)


def clone_model(model: Any) -> Any:
    """A model of the same layers with variables of its own. Source: ``keras.models.clone_model``."""
    return clone(model)


__getattr__ = unknown("keras.models")
