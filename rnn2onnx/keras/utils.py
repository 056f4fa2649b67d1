"""``keras.utils``: classes of one's own that layers are found by, and what prepares arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnn2onnx.keras.engine.serialization import CUSTOM_OBJECTS, deserialize, serialize
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "register_keras_serializable",
    "serialize_keras_object",
    "to_categorical",
]


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions that names in configurations stand for besides Keras's own; it may be changed."""
    return CUSTOM_OBJECTS


@contextmanager
def custom_object_scope(*custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """Makes names in configurations stand for some classes and functions, inside the ``with``."""
    before = dict(CUSTOM_OBJECTS)
    for objects in custom_objects:
        CUSTOM_OBJECTS.update(objects)
    try:
        yield
    finally:
        CUSTOM_OBJECTS.clear()
        CUSTOM_OBJECTS.update(before)


CustomObjectScope = custom_object_scope


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Makes a name in configurations stand for the class or function behind the decorator."""

    def register(one: Any) -> Any:
        CUSTOM_OBJECTS[name or one.__name__] = one
        return one

    return register


serialize_keras_object = serialize
deserialize_keras_object = deserialize


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> Any:
    """Numbers of classes as an array of zeros and ones. Source: ``keras.utils.to_categorical``."""
    numbers = np.asarray(y, int)
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    return np.eye(numbers.max() + 1 if num_classes is None else num_classes, dtype=dtype)[numbers]


__getattr__ = unknown("keras.utils")
