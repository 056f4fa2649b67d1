"""Activation functions as layers."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import activations, constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer import InputSpec, Layer

__all__ = ["ELU", "Activation", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU"]


class Activation(Layer):
    """A function of each element.

    Args:
        activation: The function or its name.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.Activation``.
    """

    _arguments_are_attributes = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """What the function gives."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs."""
        return tf.TensorShape(input_shape)


class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along an axis, or several; what the mask leaves out counts as none.

    Args:
        axis: The axis, or a list of axes.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.Softmax``.
    """

    _arguments_are_attributes = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The shares."""
        if mask is not None:
            lowest = -65504.0 if inputs.dtype.name == "float16" else -1e9
            inputs += (1.0 - tf.cast(mask, inputs.dtype)) * lowest
        if isinstance(self.axis, list | tuple) and len(self.axis) > 1:
            axes = list(self.axis)
            return tf.exp(inputs - tf.reduce_logsumexp(inputs, axis=axes, keepdims=True))
        return activations.softmax(inputs, self.axis[0] if isinstance(self.axis, list | tuple) else self.axis)


class ReLU(Layer):
    """``x`` from ``threshold`` on, ``max_value`` at most; below, ``negative_slope (x - threshold)``.

    Args:
        max_value: The greatest output; None: none is too great.
        negative_slope: The slope below the threshold.
        threshold: Where the slope changes.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A number is negative, or None where it may not be.

    Source:
        ``keras.layers.ReLU``.
    """

    _arguments_are_attributes = True

    def __init__(self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if (value is None and name != "max_value") or (value is not None and value < 0):
                raise ArgumentError(
                    f"{name} of a ReLU layer cannot be a negative value. Received: {value}", user_location()
                )
        self.supports_masking = True
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Any) -> Any:
        """The rectified inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """``x`` above 0, ``alpha x`` below.

    Args:
        alpha: The slope below 0.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: ``alpha`` is None.

    Source:
        ``keras.layers.LeakyReLU`` of Keras 2.
    """

    _arguments_are_attributes = True

    def __init__(self, alpha: Any = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if alpha is None:
            raise ArgumentError(
                "The alpha value of a Leaky ReLU layer cannot be None, Expecting a float. Received: None",
                user_location(),
            )
        self.supports_masking = True
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """The leaky inputs."""
        return activations.relu(inputs, alpha=self.alpha)


class ELU(Layer):
    """``x`` above 0, ``alpha (exp(x) - 1)`` below.

    Args:
        alpha: How far down it goes.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.ELU``.
    """

    _arguments_are_attributes = True

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """The inputs, bent below 0."""
        return activations.elu(inputs, self.alpha)


class ThresholdedReLU(Layer):
    """``x`` above ``theta``, else 0.

    Args:
        theta: The threshold.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.ThresholdedReLU`` of Keras 2.
    """

    _arguments_are_attributes = True

    def __init__(self, theta: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.theta = theta

    def call(self, inputs: Any) -> Any:
        """The inputs above the threshold."""
        return inputs * tf.cast(tf.greater(inputs, self.theta), inputs.dtype)


class PReLU(Layer):
    """``x`` above 0, ``alpha x`` below. Variable ``alpha``: of the shape of the inputs without the batch.

    Args:
        alpha_initializer: Of alpha.
        alpha_regularizer: A function of alpha.
        alpha_constraint: Kept, without effect.
        shared_axes: Axes along which alpha is the same.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.PReLU``.
    """

    _arguments_are_attributes = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes and list(shared_axes)
        self.alpha: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes alpha for inputs of this shape."""
        lengths = tf.TensorShape(input_shape).as_list()[1:]
        for axis in self.shared_axes or ():
            lengths[axis - 1] = 1
        self.alpha = self.add_weight(
            "alpha",
            shape=lengths,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        own = {axis: n for axis, n in enumerate(lengths, 1) if axis not in (self.shared_axes or ())}
        self.input_spec = InputSpec(ndim=len(lengths) + 1, axes=own)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs, sloped below 0."""
        return tf.nn.relu(inputs) - self.alpha * tf.nn.relu(-inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs."""
        return tf.TensorShape(input_shape)
