"""Convolutions of each channel by itself, whose results are mixed."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.keras import constraints, initializers, regularizers
from rnn2onnx.keras.layers.convolution import Windows
from rnn2onnx.tf.layers.windows import tensorflow_format

__all__ = ["SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D"]


class _SeparableConvolution(Windows):
    """The layer over any number of axes.

    Args:
        filters: See ``Windows``, also for what follows.
        depth_multiplier: How many convolutions each channel has.
        depthwise_initializer: Of the kernel of single channels.
        pointwise_initializer: Of the kernel that mixes them.
        depthwise_regularizer: A function of the first kernel.
        pointwise_regularizer: A function of the second kernel.
        depthwise_constraint: Kept, without effect.
        pointwise_constraint: Kept, without effect.
        **kwargs: As of ``Layer``.
    """

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
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
            activity_regularizer,
            bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = int(depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)
        self.depthwise_kernel: Any = None
        self.pointwise_kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel",
            shape=[*self.kernel_size, channels, self.depth_multiplier],
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            shape=[*([1] * self.rank), self.depth_multiplier * channels, self.filters],
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
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
            x, each, mixed = tf.expand_dims(x, place), tf.expand_dims(each, 0), tf.expand_dims(mixed, 0)
            strides, rate = strides * 2, [1, *rate]
        strides = [1, 1, *strides] if place == 2 else [1, *strides, 1]
        outputs = tf.nn.separable_conv2d(
            x, each, mixed, strides, padding, rate, data_format=tensorflow_format(self.data_format, 2)
        )
        return self._finished(tf.squeeze(outputs, [place]) if self.rank == 1 else outputs)


class SeparableConv1D(_SeparableConvolution):
    """Over time. Variables ``depthwise_kernel``, ``pointwise_kernel``, ``bias``.

    Source: ``keras.layers.SeparableConv1D``.
    """

    rank = 1


class SeparableConv2D(_SeparableConvolution):
    """Over images. Variables ``depthwise_kernel``, ``pointwise_kernel``, ``bias``.

    Source: ``keras.layers.SeparableConv2D``.
    """

    rank = 2


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
