"""``keras.layers.Dense``: a linear map of the last axis."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import activations, constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer import InputSpec, Layer

__all__ = ["Dense"]


class Dense(Layer):
    """``activation(x W + b)`` over the last axis. Variables ``kernel`` ``[depth, units]`` and ``bias`` ``[units]``.

    Args:
        units: The number of outputs.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is b.
        kernel_initializer: Of W.
        bias_initializer: Of b.
        kernel_regularizer: A function of W.
        bias_regularizer: A function of b.
        activity_regularizer: Without effect.
        kernel_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: ``units`` is not positive; in the first call: the depth of the inputs is unknown.
        ArgumentTypeError: In the first call: the layer's dtype is not floating point.

    Source:
        ``keras.layers.Dense``.
    """

    _arguments_are_attributes = True

    def __init__(
        self,
        units: Any,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        if self.units < 0:
            raise ArgumentError(
                f"Received an invalid value for `units`, expected a positive integer. Received: units={units}",
                user_location(),
            )
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        if not tf.as_dtype(self.dtype).is_floating:
            raise ArgumentTypeError(
                f"A Dense layer can only be built with a floating-point dtype. Received: dtype={self.dtype}",
                user_location(),
            )
        depth = tf.TensorShape(input_shape).as_list()[-1]
        if depth is None:
            raise ArgumentError(
                "The last dimension of the inputs to a Dense layer should be defined. Found None. Full input shape "
                f"received: {input_shape}. State it with x.set_shape.",
                user_location(),
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: depth})
        self.kernel = self.add_weight(
            "kernel",
            shape=[depth, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                shape=[self.units],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """``activation(x W + b)``."""
        x = inputs if inputs.dtype.name == self.dtype else tf.cast(inputs, self.dtype)
        outputs = tf.tensordot(x, self.kernel, [[len(x.dims) - 1], [0]])
        if self.bias is not None:
            outputs = tf.nn.bias_add(outputs, self.bias)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs with ``units`` columns."""
        return tf.TensorShape(input_shape).with_rank_at_least(2)[:-1].concatenate([self.units])
