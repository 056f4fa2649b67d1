"""Layers that normalise: by trained statistics, or by those of each row."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, TrainingError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.tf.layers.inference import check_inference

__all__ = ["BatchNormalization", "LayerNormalization"]


class _Normalization(Layer):
    _arguments_are_attributes = True
    axis: Any
    gamma: Any = None
    beta: Any = None

    def _keep_arguments(
        self, axis: Any, epsilon: float, center: bool, scale: bool, of_beta: Any, of_gamma: Any
    ) -> None:
        if isinstance(axis, bool) or not isinstance(axis, int | list | tuple):
            raise ArgumentTypeError(
                "Expected an int or a list/tuple of ints for the argument 'axis', but received: " + repr(axis),
                user_location(),
            )
        self.axis = list(axis) if isinstance(axis, list | tuple) else axis
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self.beta_initializer, self.gamma_initializer = initializers.get(of_beta[0]), initializers.get(of_gamma[0])
        self.beta_regularizer, self.gamma_regularizer = regularizers.get(of_beta[1]), regularizers.get(of_gamma[1])
        self.beta_constraint, self.gamma_constraint = constraints.get(of_beta[2]), constraints.get(of_gamma[2])
        self.supports_masking = True

    def _known_axes(self, input_shape: Any) -> dict[int, int]:
        """The axes and their lengths; the attribute ``axis`` becomes a list of them."""
        lengths = tf.TensorShape(input_shape).as_list()
        rank = len(lengths)
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        axes = [axis + rank if axis < 0 else axis for axis in given]
        if any(not 0 <= axis < rank for axis in axes):
            raise ArgumentError(
                f"Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank (with inputs.rank={rank}). "
                f"Received: axis={tuple(given)}",
                user_location(),
            )
        if len(set(axes)) != len(axes):
            raise ArgumentError(f"Duplicate axis: {tuple(given)}", user_location())
        found: dict[int, int] = {}
        for axis in axes:
            length = lengths[axis]
            if length is None:
                raise ArgumentError(
                    f"Input has undefined `axis` dimension. Received input with shape {tuple(lengths)} and axis="
                    f"{tuple(axes)}. State it with x.set_shape.",
                    user_location(),
                )
            found[axis] = length
        self.axis = axes
        return found

    def _make_scale_and_offset(self, shape: list[int]) -> None:
        if self.scale:
            self.gamma = self.add_weight(
                "gamma",
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                "beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def _along(self, variable: Any, inputs: Any) -> Any:
        """A variable with its lengths at the places of the axes."""
        rank = len(inputs.dims)
        if variable is None or len(variable.dims) == rank or self.axis == [rank - 1]:
            return variable
        return tf.reshape(variable, [inputs.shape[a].value if a in self.axis else 1 for a in range(rank)])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs."""
        return tf.TensorShape(input_shape)


class BatchNormalization(_Normalization):
    """``gamma (x - moving_mean) / sqrt(moving_variance + epsilon) + beta`` along one axis, or several.

    Variables, in this order: ``gamma``, ``beta``, ``moving_mean``, ``moving_variance``; the last two are not trainable.

    Args:
        axis: The axis, or axes, whose places have statistics of their own.
        momentum: Without effect at inference.
        epsilon: Added to the variance.
        center: Whether there is beta.
        scale: Whether there is gamma.
        beta_initializer: Of beta.
        gamma_initializer: Of gamma.
        moving_mean_initializer: Of the mean.
        moving_variance_initializer: Of the variance.
        beta_regularizer: A function of beta.
        gamma_regularizer: A function of gamma.
        beta_constraint: Kept, without effect.
        gamma_constraint: Kept, without effect.
        synchronized: Without effect.
        renorm: Refused: it changes which variables there are.
        renorm_clipping: Without effect.
        renorm_momentum: Without effect.
        fused: Without effect.
        virtual_batch_size: Refused.
        adjustment: Refused.
        **kwargs: As of ``Layer``.

    Raises:
        TrainingError: A feature of training is asked for; in a call: ``training`` is on.
        ArgumentError: In the first call: there is no such axis, or its length is unknown.

    Source:
        ``keras.layers.BatchNormalization``; Ioffe and Szegedy, 2015.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: Any = 0.99,
        fused: bool | None = None,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for argument, given in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size),
            ("adjustment", adjustment),
        ):
            if given:
                raise TrainingError(
                    f"BatchNormalization({argument}={given}) is not supported: it belongs to training. Record the "
                    "layer without it.",
                    user_location(),
                )
        of_beta = (beta_initializer, beta_regularizer, beta_constraint)
        of_gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        self._keep_arguments(axis, epsilon, center, scale, of_beta, of_gamma)
        self.momentum = momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.moving_mean: Any = None
        self.moving_variance: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        axes = self._known_axes(input_shape)
        rank = len(tf.TensorShape(input_shape).as_list())
        self.input_spec = InputSpec(ndim=rank, axes=axes)
        shape = list(axes.values()) if len(axes) == 1 else [axes.get(axis, 1) for axis in range(rank)]
        self._make_scale_and_offset(shape)
        self.moving_mean = self.add_weight(
            "moving_mean", shape=shape, initializer=self.moving_mean_initializer, trainable=False
        )
        self.moving_variance = self.add_weight(
            "moving_variance", shape=shape, initializer=self.moving_variance_initializer, trainable=False
        )
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The normalized inputs."""
        if self.trainable:
            check_inference(training, "BatchNormalization's training=...", "normalizes by the statistics of the batch")
        mean, variance, beta, gamma = (
            self._along(variable, inputs)
            for variable in (self.moving_mean, self.moving_variance, self.beta, self.gamma)
        )
        return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)


class LayerNormalization(_Normalization):
    """``gamma (x - mean) / sqrt(variance + epsilon) + beta``, mean and variance of each row along one axis, or several.

    Args:
        axis: The axis, or axes, that mean and variance are of.
        epsilon: Added to the variance.
        center: Whether there is beta.
        scale: Whether there is gamma.
        beta_initializer: Of beta.
        gamma_initializer: Of gamma.
        beta_regularizer: A function of beta.
        gamma_regularizer: A function of gamma.
        beta_constraint: Kept, without effect.
        gamma_constraint: Kept, without effect.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In the first call: there is no such axis, or its length is unknown.
        ArgumentTypeError: ``axis`` is no number.

    Source:
        ``keras.layers.LayerNormalization``; Ba et al., 2016.
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        of_beta = (beta_initializer, beta_regularizer, beta_constraint)
        of_gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        self._keep_arguments(axis, epsilon, center, scale, of_beta, of_gamma)

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self._make_scale_and_offset(list(self._known_axes(input_shape).values()))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        mean, variance = tf.nn.moments(inputs, self.axis, keepdims=True)
        beta, gamma = self._along(self.beta, inputs), self._along(self.gamma, inputs)
        return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)
