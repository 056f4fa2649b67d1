"""Lists and structures of tensors, as ``tensorflow.python.keras.utils`` has them."""

from __future__ import annotations

from typing import Any

from rnn2onnx.stand_in.internals.layer_arguments import smart_cond
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = ["constant_value", "has_arg", "shape_type_conversion", "smart_cond", "to_list"]


def to_list(x: Any) -> list[Any]:
    """A list as it is, anything else in a list."""
    return x if isinstance(x, list) else [x]


def has_arg(fn: Any, name: str, accept_all: bool = False) -> bool:
    """Whether a function has an argument of a name."""
    import inspect

    parameters = inspect.signature(fn).parameters
    return name in parameters or (accept_all and any(each.kind is each.VAR_KEYWORD for each in parameters.values()))


def shape_type_conversion(fn: Any) -> Any:
    """A method that takes shapes as tuples, made one that takes them as ``TensorShape``."""

    def converted(instance: Any, input_shape: Any) -> Any:
        plain = tuple(input_shape.as_list()) if isinstance(input_shape, TensorShape) else input_shape
        return fn(instance, plain)

    return converted
