"""The LSTM in groups that don't see each other: ``GLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope


class GLSTMCell(RNNCell):
    """An LSTM for each group of columns of x and m, with common columns of biases, and one projection of all.

    ``i, j, f, o = [x_g, m_g] W_g`` side by side for all groups g, plus the biases;
    ``c' = c σ(f + forget_bias) + σ(i) tanh(j)``; ``m' = σ(o) act(c') W_p``; the output is m'.

    Variables ``group0/kernel``, ``group1/kernel``, …, then ``bias_i``, ``bias_j``, ``bias_f``, ``bias_o``, at first 0,
    and with a projection ``projection/kernel``.

    Args:
        num_units: The number of units, of all groups together.
        initializer: Initial values of the groups' kernels.
        num_proj: The number of columns of W_p; None for no projection.
        number_of_groups: The number of groups.
        forget_bias: Added to f besides the bias.
        activation: A function of c', or the name of one; that of j is always tanh.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: ``num_units``, ``num_proj`` or the depth of the inputs is not a multiple of
            ``number_of_groups``; the depth is unknown; the state is not of the form (c, m).

    Source:
        ``tf.contrib.rnn.GLSTMCell``; Kuchaiev and Ginsburg, 2017.
    """

    def __init__(
        self,
        num_units: Any,
        initializer: Any = None,
        num_proj: Any = None,
        number_of_groups: int = 1,
        forget_bias: Any = 1.0,
        activation: Any = tanh,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._initializer = initializer
        self._num_proj = num_proj
        self._number_of_groups = number_of_groups
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)
        for name, columns in (("num_units", num_units), ("num_proj", num_proj or 0)):
            if columns % number_of_groups:
                raise ArgumentError(
                    f"{name} must be divisible by number_of_groups, but {columns} is not by {number_of_groups}.",
                    user_location(),
                )

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, columns of m)``."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> Any:
        """The number of columns of m: of the projection, or of units."""
        return self._num_proj or self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output m', and the new state."""
        c, m = lstm_pair(state, self)
        x = floats(inputs)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            gates = self._gates(x, m)
            i, j, f, o = (
                bias_add(columns, get_variable(f"bias_{name}", [self._num_units], x.dtype, Zeros()))
                for name, columns in zip("ijfo", gates, strict=True)
            )
        c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * tanh(j)
        m = sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            with variable_scope("projection"):
                m = _linear(m, self._num_proj, False)
        return m, LSTMStateTuple(c, m)

    def _gates(self, x: Any, m: Any) -> list[Any]:
        """The columns of each gate, those of all groups side by side."""
        groups = self._number_of_groups
        depth = x.shape[1].value
        if depth is None:
            raise ArgumentError(
                f"input size must be statically known, but the shape of the inputs is {x.shape}. "
                "Give the placeholder a static depth, or state it with x.set_shape.",
                user_location(),
            )
        if depth % groups:
            raise ArgumentError(
                f"input size ({depth}) must be divisible by number_of_groups ({groups})", user_location()
            )
        found = []
        for group, (x_part, m_part) in enumerate(zip(split(x, groups, 1), split(m, groups, 1), strict=True)):
            with variable_scope(f"group{group}"):
                columns = 4 * (self._num_units // groups)
                found.append(split(_linear(concat([x_part, m_part], 1), columns, False), 4, 1))
        return [concat(parts, 1) if groups > 1 else parts[0] for parts in zip(*found, strict=True)]
