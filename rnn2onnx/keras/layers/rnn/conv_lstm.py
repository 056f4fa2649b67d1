"""``keras.layers.ConvLSTM1D``, ``ConvLSTM2D`` and ``ConvLSTM3D``: an LSTM of images, with convolutions for products."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.layers.rnn.configuration import arguments_of, keep, kept_rate, shows_cell
from rnn2onnx.keras.layers.rnn.dropout_masks import DropoutRNNCellMixin
from rnn2onnx.keras.layers.rnn.lstm import ones_within
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.simple_rnn import make_bias
from rnn2onnx.keras.layers.rnn.stateful import state_placeholders
from rnn2onnx.keras.layers.rnn.states import length_of_axis
from rnn2onnx.tf.layers.windows import numbers_of, padding_of
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.conv_ops import convolution
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import split, stack
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "ConvLSTMCell"]

_ARGUMENTS = (
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "dilation_rate",
    "activation",
    "recurrent_activation",
    "use_bias",
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "unit_forget_bias",
    "kernel_regularizer",
    "recurrent_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "recurrent_constraint",
    "bias_constraint",
    "dropout",
    "recurrent_dropout",
)


class ConvLSTMCell(DropoutRNNCellMixin, Layer):
    """``i, f, c~, o = x * K + b + h * R``; ``c' = g(f) c + g(i) act(c~)``; ``h' = g(o) act(c')``.

    ``* K`` is a convolution with the strides, padding and dilation given; ``* R`` keeps the size. Variables ``kernel``
    K ``[…, channels, 4 filters]``, ``recurrent_kernel`` R ``[…, filters, 4 filters]`` and ``bias`` b.

    Args:
        rank: Over how many axes windows walk.
        filters: The number of channels of the output and the states.
        kernel_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid`` or ``same``.
        data_format: ``channels_last`` or ``channels_first``.
        dilation_rate: The distance of two elements of a window.
        activation: Of the candidate and the cell.
        recurrent_activation: g, of the gates.
        use_bias: Whether there is a bias.
        kernel_initializer: Of K.
        recurrent_initializer: Of R.
        bias_initializer: Of the bias.
        unit_forget_bias: Whether the bias of f is 1 at first.
        kernel_regularizer: A function of K.
        recurrent_regularizer: A function of R.
        bias_regularizer: A function of the bias.
        kernel_constraint: Kept, without effect.
        recurrent_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        dropout: Without effect: nothing is dropped from a compiled program.
        recurrent_dropout: Likewise.
        **kwargs: As of ``Layer``.

    Source:
        The cell of ``keras.layers.ConvLSTM2D``; Shi et al., 2015.
    """

    def __init__(
        self,
        rank: int,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "hard_sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        keep(
            self,
            rank=rank,
            filters=filters,
            kernel_size=numbers_of(kernel_size, rank, "kernel_size"),
            strides=numbers_of(strides, rank, "strides"),
            padding=padding_of(padding, ("valid", "same")),
            data_format=_known_format(data_format),
            dilation_rate=numbers_of(dilation_rate, rank, "dilation_rate"),
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=kept_rate(dropout),
            recurrent_dropout=kept_rate(recurrent_dropout),
        )
        self.state_size: Any = (filters, filters)
        axes = "DHW"[-rank:] if rank > 1 else "W"
        self._format = f"N{axes}C" if self.data_format == "channels_last" else f"NC{axes}"

    @property
    def channel_axis(self) -> int:
        """The axis of the channels of one step."""
        return self.rank + 1 if self.data_format == "channels_last" else 1

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        channels = TensorShape(input_shape).as_list()[self.channel_axis]
        if channels is None:
            raise ArgumentError(
                "The channel dimension of the inputs (last axis) should be defined. Found None. Full input shape "
                f"received: input_shape={input_shape}. State it with x.set_shape.",
                user_location(),
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels, 4 * self.filters),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, 4 * self.filters),
            name="recurrent_kernel",
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            initializer = self.bias_initializer
            if self.unit_forget_bias:
                initializer = ones_within(initializer, self.filters, self.filters, 2 * self.filters)
            self.bias = make_bias(self, (4 * self.filters,), initializer)
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """One step: the output h', and the new states [h', c']."""
        h, c = states[0], states[1]
        fed = convolution(
            inputs,
            self.kernel,
            strides=list(self.strides),
            padding=self.padding.upper(),
            dilations=list(self.dilation_rate),
            data_format=self._format,
        )
        if self.bias is not None:
            fed = bias_add(fed, self.bias, data_format=self._format)
        gates = fed + convolution(h, self.recurrent_kernel, padding="SAME", data_format=self._format)
        i, f, candidate, o = split(gates, 4, self.channel_axis)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(candidate)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]

    def shape_of_state(self, lengths: Any) -> list[Any]:
        """The shape of the states for inputs of these lengths, batch first, without time: numbers, None or scalars."""
        spatial = lengths[1:-1] if self.data_format == "channels_last" else lengths[2:]
        sizes = zip(spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        walked = [_windows(length, size, stride, rate, self.padding) for length, size, stride, rate in sizes]
        if self.data_format == "channels_last":
            return [lengths[0], *walked, self.filters]
        return [lengths[0], self.filters, *walked]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal cell."""
        return {**super().get_config(), **arguments_of(self, ("rank", *_ARGUMENTS))}


def _known_format(data_format: Any) -> str:
    known = str(data_format or "channels_last").lower()
    if known not in ("channels_last", "channels_first"):
        raise ArgumentError(
            f"The `data_format` argument must be one of channels_first, channels_last. Received: {data_format}",
            user_location(),
        )
    return known


def _windows(length: Any, size: int, stride: int, rate: int, padding: str) -> Any:
    """How many windows an axis has."""
    if length is None:
        return None
    reach = (size - 1) * rate + 1
    return (length + stride - 1) // stride if padding == "same" else (length - reach + stride) // stride


class _ConvLSTM(RNN):
    """What the layers share; ``_rank`` says over how many axes windows walk."""

    _rank: int

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "hard_sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("unroll"):
            raise ArgumentTypeError(
                "Unrolling is not possible with convolutional RNNs. Received: unroll=True", user_location()
            )
        cell = ConvLSTMCell(
            self._rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            unit_forget_bias,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            name="conv_lstm_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = [InputSpec(ndim=self._rank + 3)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of what it gives; with ``return_state`` a list of shapes."""
        lengths = TensorShape(input_shape[0] if isinstance(input_shape, list) else input_shape).as_list()
        state = self.cell.shape_of_state([lengths[0], *lengths[2:]])
        output = TensorShape([state[0], lengths[1], *state[1:]] if self.return_sequences else state)
        return [output, TensorShape(state), TensorShape(state)] if self.return_state else output

    def get_initial_state(self, inputs: Any) -> list[Any]:
        """Zeros for both states."""
        lengths = [length_of_axis(inputs, axis) for axis in range(len(inputs.dims)) if axis != 1]
        wanted = self.cell.shape_of_state(lengths)
        known = all(isinstance(length, int) for length in wanted)
        state = zeros(wanted if known else stack(wanted), inputs.dtype)
        return [state, state]

    def build(self, input_shape: Any) -> None:
        """Builds the cell, and makes the states of a stateful layer."""
        shape = TensorShape(input_shape[0] if isinstance(input_shape, list) else input_shape)
        lengths = shape.as_list()
        self.input_spec = [InputSpec(shape=(lengths[0] if self.stateful else None, None, *lengths[2:]))]
        if not self.cell.built:
            # Its variables are named as the layer's own.
            self.cell.build(shape[:1].concatenate(shape[2:]))
        self._check_given(self._given_states)
        if self.stateful:
            self.reset_states()
        self.built = True

    def _check_given(self, states: Any) -> None:
        if states is None:
            return
        shapes = [TensorShape(state.shape) for state in nest.flatten(states)]
        if [shape.as_list()[self.cell.channel_axis] for shape in shapes] != list(self.cell.state_size):
            raise ArgumentError(
                "An `initial_state` was passed that is not compatible with `cell.state_size`. Received state shapes "
                f"{[str(shape) for shape in shapes]}; however `cell.state_size` is {self.cell.state_size}",
                user_location(),
            )

    def _make_states(self) -> None:
        self._rows()
        lengths = list(self.input_spec[0].shape)
        state = TensorShape(self.cell.shape_of_state([lengths[0], *lengths[2:]]))
        self._states = state_placeholders(self.name, [state, state], self.variable_dtype)

    def _own_first_states(self) -> list[Any]:
        return [np.zeros(leaf.dims, leaf.recorded.type.dtype) for leaf in self._states if isinstance(leaf, Tensor)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        config = self._config_with(_ARGUMENTS)
        del config["unroll"]
        return config


@shows_cell(_ARGUMENTS)
class ConvLSTM1D(_ConvLSTM):
    """A layer of convolutional LSTM over inputs [batch, time, length, channels].

    Its arguments are those of ``ConvLSTMCell`` without ``rank``, then those of ``RNN``.

    Source:
        ``keras.layers.ConvLSTM1D``.
    """

    _rank = 1


@shows_cell(_ARGUMENTS)
class ConvLSTM2D(_ConvLSTM):
    """A layer of convolutional LSTM over inputs [batch, time, height, width, channels].

    Its arguments are those of ``ConvLSTMCell`` without ``rank``, then those of ``RNN``.

    Source:
        ``keras.layers.ConvLSTM2D``; Shi et al., 2015.
    """

    _rank = 2


@shows_cell(_ARGUMENTS)
class ConvLSTM3D(_ConvLSTM):
    """A layer of convolutional LSTM over inputs [batch, time, depth, height, width, channels].

    Its arguments are those of ``ConvLSTMCell`` without ``rank``, then those of ``RNN``.

    Source:
        ``keras.layers.ConvLSTM3D``.
    """

    _rank = 3
