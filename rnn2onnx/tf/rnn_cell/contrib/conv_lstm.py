"""LSTMs whose products are convolutions: ``ConvLSTMCell`` and its forms over one, two and three axes."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.conv_ops import convolution
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variable_scope import get_variable


class ConvLSTMCell(RNNCell):
    """``i, j, f, o = [x, h] * K + b``; ``c' = σ(f + forget_bias) c + σ(i) tanh(j)``; ``h' = tanh(c') σ(o)``.

    The convolution pads with zeros, so that lengths stay. Variables ``kernel`` ``[*kernel_shape, channels of x and h,
    4 output_channels]`` and ``biases``, at first 0.

    Args:
        conv_ndims: Over how many axes the kernel walks: 1, 2 or 3.
        input_shape: The shape of an input without the batch axis, channels last.
        output_channels: The number of channels of c and h.
        kernel_shape: The size of the kernel along each axis.
        use_bias: Whether there is b.
        skip_connection: The output is ``[h', x]``. So is then the new state's h, as in TensorFlow, though
            ``state_size`` says otherwise: the cell can take one step only.
        forget_bias: Added to f besides the bias.
        initializers: Without effect.
        name: The name of the scope of its variables.

    Raises:
        ArgumentError: ``input_shape`` has not one length more than ``conv_ndims``. In a call: the ranks are not those.

    Source:
        ``tf.contrib.rnn.ConvLSTMCell``; Shi et al., 2015.
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape: Any,
        output_channels: Any,
        kernel_shape: Any,
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: Any = 1.0,
        initializers: Any = None,
        name: Any = "conv_lstm_cell",
    ) -> None:
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ArgumentError(
                f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}. Give {conv_ndims} lengths and the "
                "number of channels, without the batch size.",
                user_location(),
            )
        self._conv_ndims = conv_ndims
        self._input_shape = list(input_shape)
        self._output_channels = output_channels
        self._kernel_shape = list(kernel_shape)
        self._use_bias = use_bias
        self._skip_connection = skip_connection
        self._forget_bias = forget_bias

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple`` of twice the shape of h without the batch axis."""
        size = TensorShape([*self._input_shape[:-1], self._output_channels])
        return LSTMStateTuple(size, size)

    @property
    def output_size(self) -> Any:
        """The shape of the output without the batch axis."""
        skipped = self._input_shape[-1] if self._skip_connection else 0
        return TensorShape([*self._input_shape[:-1], self._output_channels + skipped])

    def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: the output, and the new c and h."""
        c, h = state
        i, j, f, o = split(self._convolved(inputs, h), 4, self._conv_ndims + 1)
        c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * tanh(j)
        output = tanh(c) * sigmoid(o)
        if self._skip_connection:
            output = concat([output, inputs], -1)
        return output, LSTMStateTuple(c, output)

    def _convolved(self, x: Tensor, h: Tensor) -> Tensor:
        shapes = [x.shape.as_list(), h.shape.as_list()]
        if any(len(shape) not in (3, 4, 5) for shape in shapes):
            raise ArgumentError(f"Conv Linear expects 3D, 4D or 5D arguments: {shapes}", user_location())
        if len(shapes[0]) != len(shapes[1]):
            raise ArgumentError(f"Conv Linear expects all args to be of same Dimension: {shapes}", user_location())
        channels = [length for shape in shapes for length in shape[-1:] if length is not None]
        if len(channels) < 2:
            raise ArgumentError(
                f"The channels, which are last, must be known: {shapes}. State them with x.set_shape.", user_location()
            )
        columns = 4 * self._output_channels
        kernel = get_variable("kernel", [*self._kernel_shape, sum(channels), columns], dtype=x.dtype)
        result = convolution(concat([x, h], -1), kernel, "SAME")
        if self._use_bias:
            result = result + get_variable("biases", [columns], dtype=x.dtype, initializer=Zeros())
        return result


class Conv1DLSTMCell(ConvLSTMCell):
    """The cell over sequences, ``[length, channels]``; the arguments are those of ``ConvLSTMCell``.

    Source: ``tf.contrib.rnn.Conv1DLSTMCell``.
    """

    def __init__(self, name: Any = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """The cell over images, ``[height, width, channels]``; the arguments are those of ``ConvLSTMCell``.

    Source: ``tf.contrib.rnn.Conv2DLSTMCell``.
    """

    def __init__(self, name: Any = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """The cell over volumes, ``[depth, height, width, channels]``; the arguments are those of ``ConvLSTMCell``.

    Source: ``tf.contrib.rnn.Conv3DLSTMCell``.
    """

    def __init__(self, name: Any = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)
