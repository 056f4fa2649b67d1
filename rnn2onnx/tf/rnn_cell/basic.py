"""The plain recurrent cell: ``BasicRNNCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.rnn_cell.acceptance import check_floating_tensors
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import MatrixCell


class BasicRNNCell(MatrixCell):
    """``h' = act([x, h] W + b)``; the output is h'.

    Variables ``kernel`` ``[depth + units, units]`` and ``bias``, at first 0.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown.

    Source:
        ``tf.nn.rnn_cell.BasicRNNCell``.
    """

    def __init__(
        self,
        num_units: Any,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, reuse, name, dtype, **kwargs)
        self._activation = activation_function(activation)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        depth = self._depth(inputs_shape)
        self._kernel = self.add_weight("kernel", shape=[depth + self._num_units, self._num_units])
        self._bias = self.add_weight("bias", shape=[self._num_units], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        check_floating_tensors(inputs, state)
        output = self._activation(affine([inputs, state], self._kernel, self._bias))
        return output, output
