"""What layers that walk windows over sequences and images share: arguments, padding, bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.layers.dense import optional_activation
from rnn2onnx.tf.ops.reshaping import pad, reshape
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["ConvolutionLayer", "numbers_of", "padding_of", "tensorflow_format"]


def numbers_of(given: Any, count: int, name: str) -> tuple[int, ...]:
    """One whole number for each of ``count`` axes, given as one for all or as a list.

    Raises:
        ArgumentError: There are more or fewer, or they are not positive.
    """
    numbers = [given] * count if isinstance(given, int | np.integer) else given
    if not isinstance(numbers, list | tuple) or len(numbers) != count or any(int(n) < 1 for n in numbers):
        raise ArgumentError(
            f"The `{name}` argument must be a tuple of {count} integers, each 1 or more. Received: {given}",
            user_location(),
        )
    return tuple(int(number) for number in numbers)


def padding_of(given: Any, allowed: Sequence[str]) -> str:
    """``valid``, ``same`` or ``causal`` in lower case.

    Raises:
        ArgumentError: It is another word.
    """
    padding = str(given).lower()
    if padding not in allowed:
        raise ArgumentError(
            f"The `padding` argument must be one of {', '.join(allowed)}. Received: {given}", user_location()
        )
    return padding


def tensorflow_format(data_format: Any, axes: int) -> str:
    """``NWC`` and the like for Keras's ``channels_last`` and ``channels_first``.

    Raises:
        ArgumentError: It is another word.
    """
    words = {"channels_last": ("NWC", "NHWC", "NDHWC"), "channels_first": ("NCW", "NCHW", "NCDHW")}
    if data_format not in words:
        raise ArgumentError(
            f"The `data_format` argument must be one of {', '.join(words)}. Received: {data_format}", user_location()
        )
    return words[data_format][axes - 1]


class ConvolutionLayer(Layer):
    """What convolutions share: their windows, bias and activation, and the check of the channels.

    Attributes:
        rank: Over how many axes windows walk.
    """

    rank: int

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        trainable: bool,
        name: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        axes = self.rank
        self.filters = int(filters)
        if self.filters < 1:
            raise ArgumentError(f"`filters` must be a positive number. Received: {filters}", user_location())
        self.kernel_size = numbers_of(kernel_size, axes, "kernel_size")
        self.strides = numbers_of(strides, axes, "strides")
        self.dilation_rate = numbers_of(dilation_rate, axes, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}",
                user_location(),
            )
        self.padding = padding_of(padding, ("valid", "same", "causal") if axes == 1 else ("valid", "same"))
        self.data_format = data_format
        self._format = tensorflow_format(data_format, axes)
        self.activation = optional_activation(activation)
        self.use_bias = use_bias
        self.bias_initializer = bias_initializer
        self.bias_regularizer = bias_regularizer
        self.bias_constraint = bias_constraint
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=axes + 2)

    def _known_channels(self, input_shape: Any) -> int:
        axis = 1 if self.data_format == "channels_first" else -1
        channels = TensorShape(input_shape).as_list()[axis]
        if channels is None:
            raise ArgumentError(
                f"The channel dimension of the inputs should be defined. The input_shape received is {input_shape}, "
                f"where axis {axis} (0-based) is the channel dimension. State it with x.set_shape.",
                user_location(),
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

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
        """The inputs and the padding that is left to do: a causal one puts all of it before the first step."""
        if self.padding != "causal":
            return inputs, self.padding.upper()
        before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        steps = [[before, 0]]
        around = [[0, 0], [0, 0], *steps] if self.data_format == "channels_first" else [[0, 0], *steps, [0, 0]]
        return pad(inputs, around), "VALID"

    def _finished(self, outputs: Any) -> Any:
        if self.bias is not None:
            first = self.data_format == "channels_first"
            outputs = outputs + (reshape(self.bias, [self.filters] + [1] * self.rank) if first else self.bias)
        return outputs if self.activation is None else self.activation(outputs)
