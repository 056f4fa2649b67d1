"""Layers that disturb their inputs in training, and give them as they are at inference."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.tf.layers.inference import check_inference

__all__ = [
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
]


class _Disturbance(Layer):
    _arguments_are_attributes = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The inputs.

        Raises:
            TrainingError: ``training`` is on.
        """
        if self._disturbs():
            check_inference(training, f"{type(self).__name__}'s training=...", "changes values at random")
        return tf.identity(inputs)

    def _disturbs(self) -> bool:
        return True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs."""
        return tf.TensorShape(input_shape)


class Dropout(_Disturbance):
    """Its inputs: what is dropped at random in training is kept at inference.

    Args:
        rate: The share that training drops.
        noise_shape: Without effect.
        seed: Without effect.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: ``rate`` is not between 0 and 1.
        TrainingError: In a call: ``training`` is on, and ``rate`` not 0.

    Source:
        ``keras.layers.Dropout``.
    """

    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(rate, int | float) and not 0 <= rate <= 1:
            raise ArgumentError(
                f"Invalid value {rate} received for `rate`, expected a value between 0 and 1.", user_location()
            )
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def _disturbs(self) -> bool:
        return not isinstance(self.rate, int | float) or self.rate > 0


class SpatialDropout1D(Dropout):
    """Its inputs, sequences; training drops whole channels. Source: ``keras.layers.SpatialDropout1D``."""

    def __init__(self, rate: Any, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.input_spec = InputSpec(ndim=3)


class SpatialDropout2D(Dropout):
    """Its inputs, images; training drops whole channels. Source: ``keras.layers.SpatialDropout2D``."""

    def __init__(self, rate: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(ndim=4)


class GaussianNoise(_Disturbance):
    """Its inputs; training adds noise. Source: ``keras.layers.GaussianNoise``."""

    def __init__(self, stddev: Any, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev, self.seed = stddev, seed


class GaussianDropout(_Disturbance):
    """Its inputs; training multiplies by noise. Source: ``keras.layers.GaussianDropout``."""

    def __init__(self, rate: Any, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.seed = rate, seed


class AlphaDropout(_Disturbance):
    """Its inputs; training drops some and keeps mean and variance. Source: ``keras.layers.AlphaDropout``."""

    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed


class ActivityRegularization(_Disturbance):
    """Its inputs; training adds a loss of them. Source: ``keras.layers.ActivityRegularization``."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.l1, self.l2 = l1, l2

    def _disturbs(self) -> bool:
        return False
