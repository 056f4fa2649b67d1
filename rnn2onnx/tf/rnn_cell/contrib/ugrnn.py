"""The cell with an update gate only: ``UGRNNCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats, input_depth
from rnn2onnx.tf.variables.variable_scope import get_variable_scope, variable_scope


class UGRNNCell(RNNCell):
    """``g, c = [x, s] W + b``; ``s' = σ(g + forget_bias) s + (1 - σ(g + forget_bias)) act(c)``; the output is s'.

    Variables ``kernel`` ``[depth + units, 2 units]`` and ``bias``, at first 0.

    Args:
        num_units: The number of units.
        initializer: Initial values of the kernel.
        forget_bias: Added to g besides the bias.
        activation: A function or the name of one.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: The depth of the inputs is unknown.

    Source:
        ``tf.contrib.rnn.UGRNNCell``; Collins et al., 2017.
    """

    def __init__(
        self,
        num_units: Any,
        initializer: Any = None,
        forget_bias: Any = 1.0,
        activation: Any = tanh,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        x = floats(inputs)
        input_depth(x.shape)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            g, c = split(_linear(concat([x, state], 1), 2 * self._num_units, True), 2, 1)
        g = sigmoid(g + self._forget_bias)
        new_state = g * state + (1.0 - g) * self._activation(c)
        return new_state, new_state
