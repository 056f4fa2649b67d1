"""What ``CuDNNLSTM`` and ``CuDNNGRU`` share: variables of the layer itself, and a bias for inputs and for states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import InputSpec
from rnn2onnx.keras.layers.rnn.configuration import keep
from rnn2onnx.keras.layers.rnn.rnn import RNN
from rnn2onnx.keras.layers.rnn.simple_rnn import make_bias, make_kernels
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.reshaping import reshape, transpose
from rnn2onnx.tf.shapes.shape import TensorShape


class CuDNNRNN(RNN):
    """A layer with the weights of a cuDNN kernel: ``kernel``, ``recurrent_kernel`` and a flat ``bias``.

    Args:
        cell: The cell that computes the same; it gets the variables.
        arguments: The names of the layer's own arguments.
        units: The number of units.
        gates: How many blocks of ``units`` columns the kernels have.
        return_sequences: As of ``RNN``, as are the next ones.
        return_state: As of ``RNN``.
        go_backwards: As of ``RNN``.
        stateful: As of ``RNN``.
        **kwargs: Initializers, regularizers and constraints; ``time_major``; options of ``Layer``.
    """

    def __init__(
        self,
        cell: Any,
        arguments: Sequence[str],
        units: Any,
        gates: int,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        stateful: bool,
        **kwargs: Any,
    ) -> None:
        own = {name: kwargs.pop(name) for name in arguments if name in kwargs}
        super().__init__(_States(cell.state_size), return_sequences, return_state, go_backwards, stateful, **kwargs)
        keep(self, units=units, **own)
        self._arguments = ("units", *arguments)
        self._gates = gates
        self._computing = _Held(cell)
        self.supports_masking = False
        self.input_spec = [InputSpec(ndim=3)]

    def _bias_initializer(self) -> Any:
        return self.bias_initializer

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        columns = self._gates * self.units
        make_kernels(self, TensorShape(input_shape[0] if isinstance(input_shape, list) else input_shape), columns)
        self.bias = make_bias(self, (2 * columns,), self._bias_initializer())
        super().build(input_shape)

    def call(
        self, inputs: Any, mask: Any = None, training: Any = None, initial_state: Any = None, constants: Any = None
    ) -> Any:
        """What the layer gives; see ``RNN``.

        Raises:
            ArgumentError: There is a mask.
        """
        if mask is not None:
            raise ArgumentError(
                "Masking is not supported for CuDNN RNNs. Use the layer without CuDNN in its name: it has the same "
                "meaning, and computes as fast here.",
                user_location(),
            )
        cell = self._computing.cell
        cell.kernel, cell.recurrent_kernel, cell.built = (
            self._turned(self.kernel),
            self._turned(self.recurrent_kernel),
            True,
        )
        cell.bias = self._bias_of_cell(reshape(self.bias, [2, self._gates * self.units]))
        return super().call(inputs, training=training, initial_state=initial_state, constants=constants)

    def _turned(self, kernel: Any) -> Any:
        """A kernel as the cell has it: cuDNN reads a gate's numbers as a matrix ``[units, depth]``, row by row."""
        gates = [transpose(reshape(gate, [self.units, -1])) for gate in split(kernel, self._gates, 1)]
        return concat(gates, 1)

    def _bias_of_cell(self, both: Any) -> Any:
        """The cell's bias from those of inputs and states."""
        return both

    def _step(self, training: Any, with_constants: bool) -> Any:
        self._check_constants(with_constants)
        return lambda x, states: self._computing.cell.call(x, list(states))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        config = self._config_with(self._arguments)
        del config["unroll"]
        return config

    def _cell_config(self) -> Any:
        return None


class _States:
    """What ``cell`` is of these layers: it only says the sizes of the states."""

    def __init__(self, state_size: Any) -> None:
        self.state_size = state_size if isinstance(state_size, int) else tuple(state_size)

    def call(self, inputs: Any, states: Any) -> Any:
        """Refused: the layer computes by itself.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError(
            "the cell of a cuDNN layer has no step of its own; call the layer, or use LSTMCell or GRUCell.",
            user_location(),
        )


class _Held:
    """A cell that is held without being one of the layers inside: the variables are the layer's."""

    def __init__(self, cell: Any) -> None:
        self.cell = cell
