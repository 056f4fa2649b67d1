"""``tf.layers``: dense layers, dropout at inference, flattening."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.layers.inference import check_inference
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.joining import stack
from rnn2onnx.tf.ops.products import tensordot
from rnn2onnx.tf.ops.reshaping import reshape, transpose
from rnn2onnx.tf.ops.shape_ops import shape as shape_of
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.activation import Activation, activation_function
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["Dense", "Dropout", "Flatten", "dense", "dropout", "flatten", "optional_activation"]


def optional_activation(identifier: Any) -> Activation | None:
    """The function of an ``activation`` argument; None for none."""
    return None if identifier is None else activation_function(identifier)


class Dense(Layer):
    """``activation(x W + b)`` over the last axis. Variables ``kernel`` ``[depth, units]`` and ``bias`` ``[units]``.

    Args:
        units: The number of outputs.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is b.
        kernel_initializer: Of W; None: the scope's, or Glorot uniform.
        bias_initializer: Of b.
        kernel_regularizer: A function of W.
        bias_regularizer: A function of b.
        activity_regularizer: Without effect.
        kernel_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        trainable: Whether its variables are trainable.
        name: The name of its scope.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In the first call: the depth of the inputs is unknown, or they have fewer than two axes.
        ArgumentTypeError: In the first call: they are not floating point.

    Source:
        ``tf.layers.Dense``.
    """

    def __init__(
        self,
        units: Any,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = Zeros(),  # noqa: B008 (stateless)
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.units = int(units)
        if self.units < 0:
            raise ArgumentError(f"`units` must not be negative. Received: units={units}", user_location())
        self.activation = optional_activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        if self.dtype is not None and not as_dtype(self.dtype).is_floating:
            raise ArgumentTypeError(
                f"A Dense layer can only be built with a floating-point dtype. Received: dtype={self.dtype}. "
                "Cast the input with tf.cast.",
                user_location(),
            )
        depth = TensorShape(input_shape).as_list()[-1]
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
        outputs = tensordot(inputs, self.kernel, [[len(inputs.dims) - 1], [0]])
        if self.bias is not None:
            outputs = bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the inputs with ``units`` columns."""
        return TensorShape(input_shape).with_rank_at_least(2)[:-1].concatenate([self.units])


def dense(
    inputs: Any,
    units: Any,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = Zeros(),  # noqa: B008 (stateless)
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Dense`` layer gives; ``reuse`` says whether its variables exist. Source: ``tf.layers.dense``."""
    layer = Dense(
        units,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs)
    return result


class Dropout(Layer):
    """Its inputs: what is dropped at random in training is kept at inference.

    Args:
        rate: The share that training drops.
        noise_shape: Without effect.
        seed: Without effect.
        name: The layer's name.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: ``rate`` is not between 0 and 1.
        TrainingError: In a call: ``training`` is on, and ``rate`` not 0.

    Source:
        ``tf.layers.Dropout``.
    """

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        if isinstance(rate, int | float) and not 0 <= rate <= 1:
            raise ArgumentError(
                f"Invalid value {rate} received for `rate`, expected a number in [0, 1].", user_location()
            )
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs."""
        if not isinstance(self.rate, int | float) or self.rate > 0:
            check_inference(training, "tf.layers.dropout(training=...)", "drops values at random")
        return inputs


def dropout(
    inputs: Any, rate: Any = 0.5, noise_shape: Any = None, seed: Any = None, training: Any = False, name: Any = None
) -> Tensor:
    """``inputs``; see ``Dropout``. Source: ``tf.layers.dropout``."""
    result: Tensor = Dropout(rate, noise_shape=noise_shape, seed=seed, name=name)(inputs, training=training)
    return result


class Flatten(Layer):
    """Its inputs as a matrix: all axes but the first become one.

    Args:
        data_format: ``channels_last``; or ``channels_first``, where the second axis goes last before.
        **kwargs: As of ``Layer``.

    Source:
        ``tf.layers.Flatten``.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The matrix."""
        x = convert_to_tensor(inputs)
        rank = len(x.dims)
        if self.data_format == "channels_first" and rank > 2:
            x = transpose(x, [0, *range(2, rank), 1])
        if rank == 1:
            return reshape(x, [-1, 1])
        width = x.shape[1:].num_elements()
        rows = x.shape[0].value
        return reshape(x, stack([shape_of(x)[0] if rows is None else rows, -1 if width is None else width]))


def flatten(inputs: Any, name: Any = None, data_format: str = "channels_last") -> Tensor:
    """``inputs`` as a matrix; see ``Flatten``. Source: ``tf.layers.flatten``."""
    result: Tensor = Flatten(name=name, data_format=data_format)(inputs)
    return result
