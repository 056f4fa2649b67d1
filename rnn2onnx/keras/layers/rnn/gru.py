"""``keras.layers.GRUCell`` and the layer of it: gates z, r, h."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.layers.rnn.configuration import arguments_of, keep, kept_rate, number_of_units, shows_cell
from rnn2onnx.keras.layers.rnn.dropout_masks import DropoutRNNCellMixin
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.simple_rnn import make_bias, make_kernels
from rnn2onnx.keras.layers.rnn.states import zero_state_of_cell
from rnn2onnx.tf.ops.joining import split, unstack
from rnn2onnx.tf.ops.products import matmul

_ARGUMENTS = (
    "units",
    "activation",
    "recurrent_activation",
    "use_bias",
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "recurrent_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "recurrent_constraint",
    "bias_constraint",
    "dropout",
    "recurrent_dropout",
    "implementation",
    "reset_after",
)


class GRUCell(DropoutRNNCellMixin, Layer):
    """``z, r = g(x K + h R + b)``; ``h' = z h + (1 - z) act(x K_h + b_h + …)``; the output is h'.

    The gates stand in the order z, r, h. The rest of the candidate is ``r (h R_h + b'_h)`` if ``reset_after``, where
    ``bias`` is ``[2, 3 units]``, of inputs and of states; else ``(r h) R_h``, where it is ``[3 units]``. Variables
    ``kernel`` K ``[depth, 3 units]``, ``recurrent_kernel`` R ``[units, 3 units]`` and ``bias``.

    Args:
        units: The number of units.
        activation: Of the candidate, a function or the name of one; None: none.
        recurrent_activation: g, of z and r.
        use_bias: Whether there is a bias.
        kernel_initializer: Of K.
        recurrent_initializer: Of R.
        bias_initializer: Of the bias.
        kernel_regularizer: A function of K.
        recurrent_regularizer: A function of R.
        bias_regularizer: A function of the bias.
        kernel_constraint: Kept, without effect.
        recurrent_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        dropout: Without effect: nothing is dropped from a compiled program.
        recurrent_dropout: Likewise.
        reset_after: Whether r multiplies the state after R does.
        **kwargs: As of ``Layer``; ``implementation``, without effect.

    Raises:
        ArgumentError: ``units`` is not positive.

    Source:
        ``keras.layers.GRUCell``; Cho et al., 2014.
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
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        reset_after: bool = True,
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
            dropout=kept_rate(dropout),
            recurrent_dropout=kept_rate(recurrent_dropout),
            reset_after=reset_after,
        )
        self.state_size: Any = units
        self.output_size: Any = units

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        columns = 3 * self.units
        make_kernels(self, input_shape, columns)
        self.bias = None
        if self.use_bias:
            self.bias = make_bias(self, (2, columns) if self.reset_after else (columns,), self.bias_initializer)
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """One step: the output h', and the new state, in a list if the state was."""
        h = states[0] if nest.is_nested(states) else states
        of_inputs = of_states = None
        if self.use_bias:
            of_inputs, of_states = unstack(self.bias) if self.reset_after else (self.bias, None)
        fed = matmul(inputs, self.kernel)
        if of_inputs is not None:
            fed = fed + of_inputs
        x_z, x_r, x_h = split(fed, 3, -1)
        if self.reset_after:
            back = matmul(h, self.recurrent_kernel)
            if of_states is not None:
                back = back + of_states
            h_z, h_r, h_h = split(back, 3, -1)
        else:
            h_z, h_r = split(matmul(h, self.recurrent_kernel[:, : 2 * self.units]), 2, -1)
        z = self.recurrent_activation(x_z + h_z)
        r = self.recurrent_activation(x_r + h_r)
        h_h = r * h_h if self.reset_after else matmul(r * h, self.recurrent_kernel[:, 2 * self.units :])
        new = z * h + (1.0 - z) * self.activation(x_h + h_h)
        return new, [new] if nest.is_nested(states) else new

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros, for the batch of ``inputs``, or for a batch size and a dtype."""
        return zero_state_of_cell(self, inputs, batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal cell."""
        return {**super().get_config(), **arguments_of(self, _ARGUMENTS)}


def implementation_of(kwargs: dict[str, Any], recurrent_dropout: Any, default: int = 2) -> int:
    """Takes ``implementation`` and ``enable_caching_device`` out of the options: neither changes a value."""
    kwargs.pop("enable_caching_device", None)
    implementation: int = kwargs.pop("implementation", default)
    return 1 if kept_rate(recurrent_dropout) != 0 else implementation


@shows_cell(_ARGUMENTS)
class GRU(RNN):
    """A layer of a ``GRUCell``: its arguments, then those of ``RNN``.

    Source:
        ``keras.layers.GRU`` of TensorFlow 2.
    """

    _refuses_unknown_time = False
    _cell_class: Any = GRUCell
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
        unroll: bool = False,
        time_major: bool = False,
        reset_after: bool = True,
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
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            implementation=kwargs.pop("implementation", self._implementation),
            reset_after=reset_after,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
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
