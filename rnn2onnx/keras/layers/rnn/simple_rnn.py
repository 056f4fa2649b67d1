"""``keras.layers.SimpleRNNCell`` and the layer of it: ``h' = act(x K + b + h R)``."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.layers.rnn.configuration import arguments_of, keep, kept_rate, number_of_units, shows_cell
from rnn2onnx.keras.layers.rnn.dropout_masks import DropoutRNNCellMixin
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.states import zero_state_of_cell
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.shapes.shape import TensorShape

_ARGUMENTS = (
    "units",
    "activation",
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
)


class SimpleRNNCell(DropoutRNNCellMixin, Layer):
    """``h' = act(x K + b + h R)``; the output is h'.

    Variables ``kernel`` K ``[depth, units]``, ``recurrent_kernel`` R ``[units, units]`` and ``bias``.

    Args:
        units: The number of units.
        activation: A function or the name of one; None: none.
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
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: ``units`` is not positive.

    Source:
        ``keras.layers.SimpleRNNCell``.
    """

    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
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
        **kwargs: Any,
    ) -> None:
        self.units = number_of_units(units)
        kwargs.pop("enable_caching_device", None)
        super().__init__(**kwargs)
        keep(
            self,
            activation=activation,
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
        )
        self.state_size: Any = units
        self.output_size: Any = units

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        make_kernels(self, input_shape, self.units)
        self.bias = None
        if self.use_bias:
            self.bias = make_bias(self, (self.units,), self.bias_initializer)
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """One step: the output h', and the new state, in a list if the state was."""
        h = states[0] if nest.is_nested(states) else states
        fed = matmul(inputs, self.kernel)
        if self.bias is not None:
            fed = fed + self.bias
        output = fed + matmul(h, self.recurrent_kernel)
        if self.activation is not None:
            output = self.activation(output)
        return output, [output] if nest.is_nested(states) else output

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros, for the batch of ``inputs``, or for a batch size and a dtype."""
        return zero_state_of_cell(self, inputs, batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal cell."""
        return {**super().get_config(), **arguments_of(self, _ARGUMENTS)}


def make_kernels(cell: Any, input_shape: Any, columns: int) -> None:
    """Makes ``kernel`` ``[depth, columns]`` and ``recurrent_kernel`` ``[units, columns]`` of a cell."""
    cell.kernel = cell.add_weight(
        shape=(depth_of(input_shape), columns),
        name="kernel",
        initializer=cell.kernel_initializer,
        regularizer=cell.kernel_regularizer,
        constraint=cell.kernel_constraint,
    )
    cell.recurrent_kernel = cell.add_weight(
        shape=(cell.units, columns),
        name="recurrent_kernel",
        initializer=cell.recurrent_initializer,
        regularizer=cell.recurrent_regularizer,
        constraint=cell.recurrent_constraint,
    )


def make_bias(cell: Any, shape: Any, initializer: Any) -> Any:
    """The variable ``bias`` of a cell."""
    return cell.add_weight(
        shape=shape,
        name="bias",
        initializer=initializer,
        regularizer=cell.bias_regularizer,
        constraint=cell.bias_constraint,
    )


def depth_of(input_shape: Any) -> Any:
    """The last length of a cell's input.

    Raises:
        ArgumentTypeError: It is not known.
    """
    depth = TensorShape(input_shape).as_list()[-1]
    if depth is None:
        raise ArgumentTypeError(
            f"The last dimension of the inputs of a recurrent cell must be known, but the shape of a step is "
            f"{TensorShape(input_shape)}. Give the placeholder a static depth, or state it with x.set_shape.",
            user_location(),
        )
    return depth


@shows_cell(_ARGUMENTS)
class SimpleRNN(RNN):
    """A layer of a ``SimpleRNNCell``: its arguments, then those of ``RNN``.

    Source:
        ``keras.layers.SimpleRNN``.
    """

    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
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
        **kwargs: Any,
    ) -> None:
        kwargs.pop("implementation", None)
        kwargs.pop("enable_caching_device", None)
        cell = SimpleRNNCell(
            units,
            activation=activation,
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
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="simple_rnn_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = [InputSpec(ndim=3)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return self._config_with(_ARGUMENTS)
