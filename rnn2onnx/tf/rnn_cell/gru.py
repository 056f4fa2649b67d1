"""The gated recurrent unit: ``GRUCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Constant, Zeros
from rnn2onnx.tf.initializers import get as initializer_of
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.rnn_cell.acceptance import check_floating_tensors
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import MatrixCell


class GRUCell(MatrixCell):
    """``r, u = σ([x, h] W_g + b_g)``; ``c = act([x, r h] W_c + b_c)``; ``h' = u h + (1 - u) c``; the output is h'.

    Variables ``gates/kernel`` ``[depth + units, 2 units]``, ``gates/bias``, at first 1, ``candidate/kernel``
    ``[depth + units, units]`` and ``candidate/bias``, at first 0.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        kernel_initializer: Initial values of both kernels.
        bias_initializer: Initial values of both biases.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown.

    Source:
        ``tf.nn.rnn_cell.GRUCell``; Cho et al., 2014.
    """

    def __init__(
        self,
        num_units: Any,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, reuse, name, dtype, **kwargs)
        self._activation = activation_function(activation)
        self._kernel_initializer = initializer_of(kernel_initializer)
        self._bias_initializer = initializer_of(bias_initializer)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        rows, units = self._depth(inputs_shape) + self._num_units, self._num_units
        self._gate_kernel = self._kernel_weight("gates/kernel", [rows, 2 * units])
        self._gate_bias = self._bias_weight("gates/bias", 2 * units, Constant(1.0))
        self._candidate_kernel = self._kernel_weight("candidate/kernel", [rows, units])
        self._candidate_bias = self._bias_weight("candidate/bias", units, Zeros())
        self.built = True

    def _kernel_weight(self, name: str, shape: Any) -> Any:
        return self.add_weight(name, shape=shape, initializer=self._kernel_initializer)

    def _bias_weight(self, name: str, size: Any, default: Any) -> Any:
        given = self._bias_initializer
        return self.add_weight(name, shape=[size], initializer=default if given is None else given)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        check_floating_tensors(inputs, state)
        r, u = split(sigmoid(affine([inputs, state], self._gate_kernel, self._gate_bias)), 2, 1)
        c = self._activation(affine([inputs, r * state], self._candidate_kernel, self._candidate_bias))
        new_h = u * state + (1 - u) * c
        return new_h, new_h
