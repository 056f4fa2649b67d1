"""rnn2onnx: TensorFlow 1 recurrent code in, an exact and fast ONNX file out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn2onnx import deepctr as deepctr
    from rnn2onnx import keras as keras
    from rnn2onnx import models as models
    from rnn2onnx import tf as tf
    from rnn2onnx import weights as weights
    from rnn2onnx.errors import Rnn2OnnxError as Rnn2OnnxError
    from rnn2onnx.runtime import Program as Program
    from rnn2onnx.runtime import compile as compile
    from rnn2onnx.stand_in import as_tensorflow as as_tensorflow
    from rnn2onnx.tf.recording.tracing import trace as trace

__all__ = [
    "Program",
    "Rnn2OnnxError",
    "as_tensorflow",
    "compile",
    "deepctr",
    "keras",
    "models",
    "tf",
    "trace",
    "weights",
]
__version__ = "0.1.0"

_ROOMS = ("deepctr", "keras", "models", "tf", "weights")
_HOMES = {
    "Program": "rnn2onnx.runtime",
    "Rnn2OnnxError": "rnn2onnx.errors",
    "as_tensorflow": "rnn2onnx.stand_in",
    "compile": "rnn2onnx.runtime",
    "trace": "rnn2onnx.tf.recording.tracing",
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"rnn2onnx.{name}")
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'rnn2onnx' has no attribute {name!r}; it has {', '.join(__all__)}")
