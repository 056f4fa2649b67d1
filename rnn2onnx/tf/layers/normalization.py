"""``tf.layers``: batch normalization with the statistics that training has left."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, TrainingError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Ones, Zeros
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.layers.inference import check_inference
from rnn2onnx.tf.ops.elementwise import cast
from rnn2onnx.tf.ops.normalisation import batch_normalization as normalized
from rnn2onnx.tf.ops.reshaping import reshape
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["BatchNormalization", "batch_normalization"]

_ZEROS, _ONES = Zeros(), Ones()


class BatchNormalization(Layer):
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
        renorm: Refused: it changes which variables there are.
        renorm_clipping: Without effect.
        renorm_momentum: Without effect.
        fused: Without effect.
        trainable: Whether gamma and beta are trainable.
        virtual_batch_size: Refused.
        adjustment: Refused.
        name: The name of its scope.
        **kwargs: As of ``Layer``.

    Raises:
        TrainingError: A feature of training is asked for; in a call: ``training`` is on.
        ArgumentError: In the first call: there is no such axis, or its length is unknown.

    Source:
        ``tf.layers.BatchNormalization``; Ioffe and Szegedy, 2015.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = _ZEROS,
        gamma_initializer: Any = _ONES,
        moving_mean_initializer: Any = _ZEROS,
        moving_variance_initializer: Any = _ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: Any = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        for argument, given in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size),
            ("adjustment", adjustment),
        ):
            if given:
                raise TrainingError(
                    f"tf.layers.batch_normalization({argument}={given}) is not supported: it belongs to "
                    f"training. Record "
                    "the layer without it.",
                    user_location(),
                )
        self.axis = list(axis) if isinstance(axis, list | tuple) else axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = beta_initializer
        self.gamma_initializer = gamma_initializer
        self.moving_mean_initializer = moving_mean_initializer
        self.moving_variance_initializer = moving_variance_initializer
        self.beta_regularizer = beta_regularizer
        self.gamma_regularizer = gamma_regularizer
        self.beta_constraint = beta_constraint
        self.gamma_constraint = gamma_constraint
        self.gamma: Any = None
        self.beta: Any = None
        self.moving_mean: Any = None
        self.moving_variance: Any = None
        self._axes: list[int] = []

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        lengths = TensorShape(input_shape).as_list()
        rank = len(lengths)
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        self._axes = sorted(axis + rank if axis < 0 else axis for axis in given)
        if len(set(self._axes)) != len(given) or not all(0 <= axis < rank for axis in self._axes):
            raise ArgumentError(f"Invalid axis {self.axis} for input of shape {input_shape}.", user_location())
        known = {axis: lengths[axis] for axis in self._axes}
        if None in known.values():
            raise ArgumentError(
                f"Input has undefined `axis` dimension. Received input with shape {input_shape} and axis={self.axis}. "
                "State the length with x.set_shape.",
                user_location(),
            )
        self.input_spec = InputSpec(ndim=rank, axes=known)
        if len(known) == 1:
            shape = [length for length in known.values() if length is not None]
        else:
            shape = [known.get(axis) or 1 for axis in range(rank)]
        # TensorFlow keeps the statistics of half precision inputs in single precision.
        dtype = "float32" if self.dtype in (None, "float16", "bfloat16") else self.dtype

        def weight(name: str, initializer: Any, regularizer: Any = None, constraint: Any = None) -> Any:
            return self.add_weight(
                name,
                shape=shape,
                dtype=dtype,
                initializer=initializer,
                regularizer=regularizer,
                constraint=constraint,
                trainable=not name.startswith("moving"),
            )

        if self.scale:
            self.gamma = weight("gamma", self.gamma_initializer, self.gamma_regularizer, self.gamma_constraint)
        if self.center:
            self.beta = weight("beta", self.beta_initializer, self.beta_regularizer, self.beta_constraint)
        self.moving_mean = weight("moving_mean", self.moving_mean_initializer)
        self.moving_variance = weight("moving_variance", self.moving_variance_initializer)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The normalized inputs."""
        check_inference(
            training, "tf.layers.batch_normalization(training=...)", "normalizes by the statistics of the batch"
        )
        statistics = self.moving_mean.dtype

        def along(variable: Any) -> Any:
            if variable is None or self._axes == [len(inputs.dims) - 1]:
                return variable
            return reshape(variable, [inputs.shape[a].value if a in self._axes else 1 for a in range(len(inputs.dims))])

        x = inputs if inputs.dtype == statistics else cast(inputs, statistics)
        outputs = normalized(
            x,
            along(self.moving_mean),
            along(self.moving_variance),
            along(self.beta),
            along(self.gamma),
            self.epsilon,
        )
        return outputs if inputs.dtype == statistics else cast(outputs, inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the inputs."""
        return TensorShape(input_shape)


def batch_normalization(
    inputs: Any,
    axis: Any = -1,
    momentum: Any = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = _ZEROS,
    gamma_initializer: Any = _ONES,
    moving_mean_initializer: Any = _ZEROS,
    moving_variance_initializer: Any = _ONES,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: Any = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Any = None,
) -> Tensor:
    """What a ``BatchNormalization`` layer gives at inference. Source: ``tf.layers.batch_normalization``."""
    layer = BatchNormalization(
        axis=axis,
        momentum=momentum,
        epsilon=epsilon,
        center=center,
        scale=scale,
        beta_initializer=beta_initializer,
        gamma_initializer=gamma_initializer,
        moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer,
        beta_regularizer=beta_regularizer,
        gamma_regularizer=gamma_regularizer,
        beta_constraint=beta_constraint,
        gamma_constraint=gamma_constraint,
        renorm=renorm,
        renorm_clipping=renorm_clipping,
        renorm_momentum=renorm_momentum,
        fused=fused,
        trainable=trainable,
        virtual_batch_size=virtual_batch_size,
        adjustment=adjustment,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs, training=training)
    return result
