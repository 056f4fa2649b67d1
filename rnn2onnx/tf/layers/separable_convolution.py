"""``tf.layers``: convolutions of each channel by itself, whose outputs are then mixed."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.layers.windows import ConvolutionLayer, tensorflow_format
from rnn2onnx.tf.ops.conv_ops import separable_conv2d as separable_convolution
from rnn2onnx.tf.ops.reshaping import expand_dims, squeeze
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = ["SeparableConv1D", "SeparableConv2D", "separable_conv1d", "separable_conv2d"]

_ZEROS = Zeros()


class _SeparableConvolution(ConvolutionLayer):
    """The layer over any number of axes.

    Args:
        filters: The number of output channels.
        kernel_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid``, ``same``, or over time ``causal``: no window looks ahead.
        data_format: ``channels_last`` or ``channels_first``.
        dilation_rate: The distance of two elements of a window.
        depth_multiplier: How many outputs each channel gives before they are mixed.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is a bias.
        depthwise_initializer: Of the first kernel; None: the scope's, or Glorot uniform.
        pointwise_initializer: Of the second kernel; likewise.
        bias_initializer: Of the bias.
        depthwise_regularizer: A function of the first kernel.
        pointwise_regularizer: A function of the second kernel.
        bias_regularizer: A function of the bias.
        activity_regularizer: Without effect.
        depthwise_constraint: Kept, without effect.
        pointwise_constraint: Kept, without effect.
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
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
        self.depth_multiplier = int(depth_multiplier)
        self._each = (depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._mixed = (pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self.depthwise_kernel: Any = None
        self.pointwise_kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        channels = self._known_channels(input_shape)
        for name, shape, (initializer, regularizer, constraint) in (
            ("depthwise_kernel", [*self.kernel_size, channels, self.depth_multiplier], self._each),
            ("pointwise_kernel", [1] * self.rank + [self.depth_multiplier * channels, self.filters], self._mixed),
        ):
            weight = self.add_weight(
                name, shape=shape, initializer=initializer, regularizer=regularizer, constraint=constraint
            )
            setattr(self, name, weight)
        self._make_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        """``activation`` of the convolution and the bias."""
        x, padding = self._padded(inputs)
        each, mixed = self.depthwise_kernel, self.pointwise_kernel
        strides, rate = list(self.strides), list(self.dilation_rate)
        place = 2 if self.data_format == "channels_first" else 1
        if self.rank == 1:
            # A sequence is an image of one row.
            x, each, mixed = expand_dims(x, place), expand_dims(each, 0), expand_dims(mixed, 0)
            strides, rate = strides * 2, [1, *rate]
        strides = [1, 1, *strides] if place == 2 else [1, *strides, 1]
        outputs = separable_convolution(
            x, each, mixed, strides, padding, rate, data_format=tensorflow_format(self.data_format, 2)
        )
        return self._finished(squeeze(outputs, [place]) if self.rank == 1 else outputs)


class SeparableConv1D(_SeparableConvolution):
    """A convolution of each channel by itself over time, then a mixing of the channels.

    Variables ``depthwise_kernel`` ``[size, channels, multiplier]``, ``pointwise_kernel``
    ``[1, channels * multiplier, filters]`` and ``bias``. Source: ``tf.layers.SeparableConv1D``.
    """

    rank = 1


class SeparableConv2D(_SeparableConvolution):
    """A convolution of each channel by itself over images, then a mixing of the channels.

    Variables ``depthwise_kernel`` ``[height, width, channels, multiplier]``, ``pointwise_kernel``
    ``[1, 1, channels * multiplier, filters]`` and ``bias``. Source: ``tf.layers.SeparableConv2D``.
    """

    rank = 2


def separable_conv1d(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
    depth_multiplier: int = 1,
    activation: Any = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``SeparableConv1D`` layer gives. Source: ``tf.layers.separable_conv1d``."""
    layer = SeparableConv1D(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        depth_multiplier=depth_multiplier,
        activation=activation,
        use_bias=use_bias,
        depthwise_initializer=depthwise_initializer,
        pointwise_initializer=pointwise_initializer,
        bias_initializer=bias_initializer,
        depthwise_regularizer=depthwise_regularizer,
        pointwise_regularizer=pointwise_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        depthwise_constraint=depthwise_constraint,
        pointwise_constraint=pointwise_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs)
    return result


def separable_conv2d(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    depth_multiplier: int = 1,
    activation: Any = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``SeparableConv2D`` layer gives. Source: ``tf.layers.separable_conv2d``."""
    layer = SeparableConv2D(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
        depth_multiplier=depth_multiplier,
        activation=activation,
        use_bias=use_bias,
        depthwise_initializer=depthwise_initializer,
        pointwise_initializer=pointwise_initializer,
        bias_initializer=bias_initializer,
        depthwise_regularizer=depthwise_regularizer,
        pointwise_regularizer=pointwise_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        depthwise_constraint=depthwise_constraint,
        pointwise_constraint=pointwise_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs)
    return result
