"""``tf.layers``: the greatest or mean element of windows of sequences and images."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.layers.windows import numbers_of, padding_of, tensorflow_format
from rnn2onnx.tf.ops.pooling import pool
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "average_pooling1d",
    "average_pooling2d",
    "max_pooling1d",
    "max_pooling2d",
]


class _Pooling(Layer):
    """What pooling layers share; a subclass says over how many axes, and which kind.

    Args:
        pool_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid`` or ``same``.
        data_format: ``channels_last`` or ``channels_first``.
        name: The layer's name.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A number or word is not possible.
    """

    _axes: int
    _kind: str

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: Any = "valid",
        data_format: str = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = numbers_of(pool_size, self._axes, "pool_size")
        self.strides = self.pool_size if strides is None else numbers_of(strides, self._axes, "strides")
        self.padding = padding_of(padding, ("valid", "same"))
        self.data_format = data_format
        self._format = tensorflow_format(data_format, self._axes)
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def call(self, inputs: Any) -> Any:
        """The greatest or mean element of each window."""
        return pool(
            inputs,
            list(self.pool_size),
            self._kind,
            self.padding.upper(),
            strides=list(self.strides),
            data_format=self._format,
        )


class MaxPooling1D(_Pooling):
    """The greatest element of windows of steps. Source: ``tf.layers.MaxPooling1D``."""

    _axes, _kind = 1, "MAX"


class MaxPooling2D(_Pooling):
    """The greatest element of windows of images. Source: ``tf.layers.MaxPooling2D``."""

    _axes, _kind = 2, "MAX"


class AveragePooling1D(_Pooling):
    """The mean of windows of steps, padding left out. Source: ``tf.layers.AveragePooling1D``."""

    _axes, _kind = 1, "AVG"


class AveragePooling2D(_Pooling):
    """The mean of windows of images, padding left out. Source: ``tf.layers.AveragePooling2D``."""

    _axes, _kind = 2, "AVG"


def max_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: Any = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Tensor:
    """What a ``MaxPooling1D`` layer gives. Source: ``tf.layers.max_pooling1d``."""
    result: Tensor = MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)
    return result


def max_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: Any = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Tensor:
    """What a ``MaxPooling2D`` layer gives. Source: ``tf.layers.max_pooling2d``."""
    result: Tensor = MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)
    return result


def average_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: Any = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Tensor:
    """What an ``AveragePooling1D`` layer gives. Source: ``tf.layers.average_pooling1d``."""
    result: Tensor = AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)
    return result


def average_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: Any = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Tensor:
    """What an ``AveragePooling2D`` layer gives. Source: ``tf.layers.average_pooling2d``."""
    result: Tensor = AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)
    return result
