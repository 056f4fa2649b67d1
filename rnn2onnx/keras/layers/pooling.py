"""The greatest or mean element of windows, or of all steps."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.tf.layers.windows import numbers_of, padding_of, tensorflow_format

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AvgPool1D",
    "AvgPool2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPooling1D",
    "MaxPooling2D",
]


class _Pooling(Layer):
    """What pooling layers share; a subclass says over how many axes, and which kind.

    Args:
        pool_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows; None: as many as a window has.
        padding: ``valid`` or ``same``.
        data_format: ``channels_last`` or ``channels_first``.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A number or word is not possible.
    """

    _arguments_are_attributes = True
    _axes: int
    _kind: str

    def __init__(
        self, pool_size: Any = 2, strides: Any = None, padding: Any = "valid", data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = numbers_of(pool_size, self._axes, "pool_size")
        self.strides = self.pool_size if strides is None else numbers_of(strides, self._axes, "strides")
        self.padding = padding_of(padding, ("valid", "same"))
        self.data_format = data_format or "channels_last"
        self._format = tensorflow_format(self.data_format, self._axes)
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def call(self, inputs: Any) -> Any:
        """The greatest or mean element of each window."""
        return tf.nn.pool(
            inputs,
            list(self.pool_size),
            self._kind,
            self.padding.upper(),
            strides=list(self.strides),
            data_format=self._format,
        )


class MaxPooling1D(_Pooling):
    """The greatest element of windows of steps. Source: ``keras.layers.MaxPooling1D``."""

    _axes, _kind = 1, "MAX"


class MaxPooling2D(_Pooling):
    """The greatest element of windows of images. Source: ``keras.layers.MaxPooling2D``."""

    _axes, _kind = 2, "MAX"


class AveragePooling1D(_Pooling):
    """The mean of windows of steps, padding left out. Source: ``keras.layers.AveragePooling1D``."""

    _axes, _kind = 1, "AVG"


class AveragePooling2D(_Pooling):
    """The mean of windows of images, padding left out. Source: ``keras.layers.AveragePooling2D``."""

    _axes, _kind = 2, "AVG"


class _GlobalPooling(Layer):
    """What is pooled over all steps or places.

    Args:
        data_format: ``channels_last`` or ``channels_first``.
        keepdims: Whether pooled axes stay, with length 1.
        **kwargs: As of ``Layer``.
    """

    _arguments_are_attributes = True
    _axes: int

    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"
        tensorflow_format(self.data_format, self._axes)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def _pooled_axes(self) -> list[int]:
        first = 2 if self.data_format == "channels_first" else 1
        return list(range(first, first + self._axes))


class GlobalMaxPooling1D(_GlobalPooling):
    """The greatest element of all steps. Source: ``keras.layers.GlobalMaxPooling1D``."""

    _axes = 1

    def call(self, inputs: Any) -> Any:
        """The greatest elements."""
        return tf.reduce_max(inputs, self._pooled_axes(), keepdims=self.keepdims)


class GlobalMaxPooling2D(GlobalMaxPooling1D):
    """The greatest element of images. Source: ``keras.layers.GlobalMaxPooling2D``."""

    _axes = 2


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of all steps that the mask leaves. Source: ``keras.layers.GlobalAveragePooling1D``."""

    _axes = 1

    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The means."""
        axes = self._pooled_axes()
        if mask is None:
            return tf.reduce_mean(inputs, axes, keepdims=self.keepdims)
        counted = tf.expand_dims(tf.cast(mask, inputs.dtype), 1 if self.data_format == "channels_first" else 2)
        total = tf.reduce_sum(inputs * counted, axes, keepdims=self.keepdims)
        return total / tf.reduce_sum(counted, axes, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None: there are no steps left."""
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of images. Source: ``keras.layers.GlobalAveragePooling2D``."""

    _axes = 2

    def call(self, inputs: Any) -> Any:
        """The means."""
        return tf.reduce_mean(inputs, self._pooled_axes(), keepdims=self.keepdims)


AvgPool1D, AvgPool2D, MaxPool1D, MaxPool2D = AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
