"""``keras.models``: models of layers."""

from __future__ import annotations

from typing import Any, NoReturn

from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.model import Model
from rnn2onnx.keras.engine.sequential import Sequential
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["Model", "Sequential", "load_model"]


def load_model(filepath: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Refused: a model is its code, and a file of weights is given to ``rnn2onnx.compile``."""
    raise UnsupportedError(
        f"keras.models.load_model is not supported: run the code that makes the model, and give the file to the "
        f"compiler, rnn2onnx.compile(graph, outputs, weights={str(filepath)!r}).",
        user_location(),
    )


__getattr__ = unknown("keras.models")
