"""``tf.layers``: convolutions over sequences, images and volumes."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.layers.windows import ConvolutionLayer
from rnn2onnx.tf.ops.conv_ops import convolution
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = ["Conv1D", "Conv2D", "Conv3D", "conv1d", "conv2d", "conv3d"]

_ZEROS = Zeros()


class _Convolution(ConvolutionLayer):
    """The layer over any number of axes.

    Args:
        filters: The number of output channels.
        kernel_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid``, ``same``, or over time ``causal``: no window looks ahead.
        data_format: ``channels_last`` or ``channels_first``.
        dilation_rate: The distance of two elements of a window.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is a bias.
        kernel_initializer: Of the kernel; None: the scope's, or Glorot uniform.
        bias_initializer: Of the bias.
        kernel_regularizer: A function of the kernel.
        bias_regularizer: A function of the bias.
        activity_regularizer: Without effect.
        kernel_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        trainable: Whether its variables are trainable.
        name: The name of its scope.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A number or word is not possible; in the first call: the channels are unknown.
    """

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )
        self.kernel_initializer = kernel_initializer
        self.kernel_regularizer = kernel_regularizer
        self.kernel_constraint = kernel_constraint
        self.kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self.kernel = self.add_weight(
            "kernel",
            shape=[*self.kernel_size, self._known_channels(input_shape), self.filters],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._make_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        """``activation(x * W + b)``."""
        x, padding = self._padded(inputs)
        return self._finished(
            convolution(
                x,
                self.kernel,
                strides=list(self.strides),
                padding=padding,
                dilations=list(self.dilation_rate),
                data_format=self._format,
            )
        )


class Conv1D(_Convolution):
    """A convolution over time. Variables ``kernel`` ``[size, channels, filters]`` and ``bias``.

    Source: ``tf.layers.Conv1D``.
    """

    rank = 1


class Conv2D(_Convolution):
    """A convolution over images. Variables ``kernel`` ``[height, width, channels, filters]`` and ``bias``.

    Source: ``tf.layers.Conv2D``.
    """

    rank = 2


class Conv3D(_Convolution):
    """A convolution over volumes. Variables ``kernel`` ``[depth, height, width, channels, filters]`` and ``bias``.

    Source: ``tf.layers.Conv3D``.
    """

    rank = 3


def conv1d(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Conv1D`` layer gives; ``reuse`` says whether its variables exist. Source: ``tf.layers.conv1d``."""
    layer = Conv1D(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
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


def conv2d(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Conv2D`` layer gives; ``reuse`` says whether its variables exist. Source: ``tf.layers.conv2d``."""
    layer = Conv2D(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
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


def conv3d(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1, 1),
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Conv3D`` layer gives; ``reuse`` says whether its variables exist. Source: ``tf.layers.conv3d``."""
    layer = Conv3D(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
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
