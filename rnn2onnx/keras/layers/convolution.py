"""Convolutions over sequences and images."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import activations, constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.layers.reshaping import lengths_of
from rnn2onnx.tf.layers.windows import numbers_of, padding_of, tensorflow_format

__all__ = ["Conv1D", "Conv2D", "Convolution1D", "Convolution2D", "Windows"]


class Windows(Layer):
    """What convolutions share: their windows, bias and activation, and the check of the channels.

    Args:
        filters: The number of output channels.
        kernel_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid``, ``same``, or over time ``causal``: no window looks ahead.
        data_format: ``channels_last`` or ``channels_first``.
        dilation_rate: The distance of two elements of a window.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is a bias.
        bias_initializer: Of the bias.
        bias_regularizer: A function of the bias.
        activity_regularizer: Without effect.
        bias_constraint: Kept, without effect.
        **kwargs: As of ``Layer``.

    Attributes:
        rank: Over how many axes windows walk.

    Raises:
        ArgumentError: A number or word is not possible; in the first call: the channels are unknown.
    """

    _arguments_are_attributes = True
    rank: int

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = int(filters)
        if self.filters <= 0:
            raise ArgumentError(
                "Invalid value for argument `filters`. Expected a strictly positive value. "
                f"Received filters={filters}.",
                user_location(),
            )
        self.kernel_size = numbers_of(kernel_size, self.rank, "kernel_size")
        self.strides = numbers_of(strides, self.rank, "strides")
        self.dilation_rate = numbers_of(dilation_rate, self.rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}",
                user_location(),
            )
        self.padding = padding_of(padding, ("valid", "same", "causal") if self.rank == 1 else ("valid", "same"))
        self.data_format = data_format or "channels_last"
        self._format = tensorflow_format(self.data_format, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    def _channels(self, input_shape: Any) -> int:
        """The number of input channels, which later calls must have, too."""
        axis = -1 - self.rank if self.data_format == "channels_first" else -1
        channels = tf.TensorShape(input_shape).as_list()[axis]
        if channels is None:
            raise ArgumentError(
                f"The channel dimension of the inputs should be defined. The input_shape received is {input_shape}, "
                f"where axis {axis} (0-based) is the channel dimension, which found to be `None`. State it with "
                "x.set_shape.",
                user_location(),
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        return int(channels)

    def _make_bias(self) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                shape=[self.filters],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _padded(self, inputs: Any) -> tuple[Any, str]:
        """The inputs, with zeros before them for ``causal``, and TensorFlow's word for the padding."""
        if self.padding != "causal":
            return inputs, self.padding.upper()
        before, none = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0], [0, 0]
        first = self.data_format == "channels_first"
        return tf.pad(inputs, [none, none, before] if first else [none, before, none]), "VALID"

    def _finished(self, outputs: Any) -> Any:
        if self.bias is not None:
            outputs = tf.nn.bias_add(outputs, self.bias, data_format=self._format)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the outputs."""
        lengths = tf.TensorShape(input_shape).as_list()
        first = self.data_format == "channels_first"
        batch = lengths[: -1 - self.rank]
        walked = lengths[-self.rank :] if first else lengths[-1 - self.rank : -1]
        made: list[int | None] = []
        for length, size, stride, rate in zip(walked, self.kernel_size, self.strides, self.dilation_rate, strict=True):
            reach = rate * (size - 1) + 1 if self.padding == "valid" else 1
            made.append(None if length is None else (length - reach) // stride + 1)
        return tf.TensorShape([*batch, self.filters, *made] if first else [*batch, *made, self.filters])


class _Convolution(Windows):
    """The layer over any number of axes.

    Args:
        filters: See ``Windows``, also for what follows.
        groups: Into how many groups channels are split; only 1.
        kernel_initializer: Of the kernel.
        kernel_regularizer: A function of the kernel.
        kernel_constraint: Kept, without effect.
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
        groups: int = 1,
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
        if groups != 1:
            raise ArgumentError(
                f"{type(self).__name__}(groups={groups}) is not supported: make one layer of each group.",
                user_location(),
            )
        self.groups = groups
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self.kernel = self.add_weight(
            "kernel",
            shape=[*self.kernel_size, self._channels(input_shape), self.filters],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._make_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        """``activation(x * W + b)``; axes before the first walked one are all batch."""
        rank = len(inputs.dims)
        if rank > self.rank + 2:
            inner, lengths = rank - self.rank - 1, lengths_of(inputs)
            outputs = self.call(tf.reshape(inputs, [-1, *lengths[inner:]]))
            return tf.reshape(outputs, [*lengths[:inner], *lengths_of(outputs)[1:]])
        x, padding = self._padded(inputs)
        outputs = tf.nn.convolution(
            x,
            self.kernel,
            strides=list(self.strides),
            padding=padding,
            dilations=list(self.dilation_rate),
            data_format=self._format,
        )
        return self._finished(outputs)


class Conv1D(_Convolution):
    """A convolution over time. Variables ``kernel`` ``[size, channels, filters]`` and ``bias``.

    Source: ``keras.layers.Conv1D``.
    """

    rank = 1


class Conv2D(_Convolution):
    """A convolution over images. Variables ``kernel`` ``[height, width, channels, filters]`` and ``bias``.

    Source: ``keras.layers.Conv2D``.
    """

    rank = 2


Convolution1D, Convolution2D = Conv1D, Conv2D
