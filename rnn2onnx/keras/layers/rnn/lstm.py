"""``keras.layers.LSTMCell`` and the layer of it: gates i, f, c, o; states [h, c]."""

from __future__ import annotations

from typing import Any

from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.layers.rnn.configuration import arguments_of, keep, kept_rate, number_of_units, shows_cell
from rnn2onnx.keras.layers.rnn.dropout_masks import DropoutRNNCellMixin
from rnn2onnx.keras.layers.rnn.gru import implementation_of
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.simple_rnn import make_bias, make_kernels
from rnn2onnx.keras.layers.rnn.states import zero_state_of_cell
from rnn2onnx.tf.initializers import Ones
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.products import matmul

_ARGUMENTS = (
    "units",
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
    "implementation",
)


class LSTMCell(DropoutRNNCellMixin, Layer):
    """``i, f, c~, o = x K + h R + b``; ``c' = g(f) c + g(i) act(c~)``; ``h' = g(o) act(c')``; the output is h'.

    Variables ``kernel`` K ``[depth, 4 units]``, ``recurrent_kernel`` R ``[units, 4 units]`` and ``bias`` b.

    Args:
        units: The number of units.
        activation: Of the candidate and the cell, a function or the name of one; None: none.
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
        **kwargs: As of ``Layer``; ``implementation``, without effect.

    Raises:
        ArgumentError: ``units`` is not positive.

    Source:
        ``keras.layers.LSTMCell``; Hochreiter and Schmidhuber, 1997.
    """

    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        self.units = number_of_units(units)
        self.implementation = implementation_of(kwargs, recurrent_dropout)
        super().__init__(**kwargs)
        keep(
            self,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            unit_forget_bias=unit_forget_bias,
            dropout=kept_rate(dropout),
            recurrent_dropout=kept_rate(recurrent_dropout),
        )
        self.state_size: Any = [units, units]
        self.output_size: Any = units

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        make_kernels(self, input_shape, 4 * self.units)
        self.bias = None
        if self.use_bias:
            initializer = self.bias_initializer
            if self.unit_forget_bias:
                initializer = ones_within(initializer, self.units, self.units, 2 * self.units)
            self.bias = make_bias(self, (4 * self.units,), initializer)
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """One step: the output h', and the new states [h', c']."""
        h, c = states[0], states[1]
        gates = matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel)
        if self.bias is not None:
            gates = gates + self.bias
        i, f, candidate, o = split(gates, 4, 1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(candidate)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros [h, c], for the batch of ``inputs``, or for a batch size and a dtype."""
        return list(zero_state_of_cell(self, inputs, batch_size, dtype))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal cell."""
        return {**super().get_config(), **arguments_of(self, _ARGUMENTS)}


def ones_within(initializer: Any, before: int, ones: int, behind: int) -> Any:
    """An initializer of a vector: what another one gives, with ones in the middle."""

    def initial_value(shape: Any, dtype: Any = None) -> Any:
        return concat(
            [initializer([before], dtype=dtype), Ones()([ones], dtype), initializer([behind], dtype=dtype)], 0
        )

    return initial_value


@shows_cell(_ARGUMENTS)
class LSTM(RNN):
    """A layer of an ``LSTMCell``: its arguments, then those of ``RNN``. Its states are h and c.

    Source:
        ``keras.layers.LSTM`` of TensorFlow 2.
    """

    _refuses_unknown_time = False
    _cell_class: Any = LSTMCell
    _implementation = 2

    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        time_major: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("return_runtime", None)
        kwargs.pop("enable_caching_device", None)
        cell = self._cell_class(
            units,
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
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            implementation=kwargs.pop("implementation", self._implementation),
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            time_major=time_major,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = [InputSpec(ndim=3)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return self._config_with(_ARGUMENTS)
