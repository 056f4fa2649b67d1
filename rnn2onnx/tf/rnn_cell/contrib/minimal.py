"""Two cells that project the input before they gate it: ``MinimalRNNCell`` and ``CFNCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import get as initializer_of
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.rnn_cell.activation import activation_function, linear
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import UnitsCell


class _ProjectingCell(UnitsCell):
    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "ones",
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(units, name=name, dtype=dtype, **kwargs)
        self.units = units
        # Keras reads None as no activation, where the other cells take their default.
        self.activation = linear if activation is None else activation_function(activation)
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)


class MinimalRNNCell(_ProjectingCell):
    """``z = act(x W_x)``; ``u = σ([z, h] W + b)``; ``h' = u h + (1 - u) z``; the output is h'.

    Variables ``kernel`` ``[depth + 2 units, units]``, the rows of W_x and then of W, and ``bias``.

    Args:
        units: The number of units.
        activation: A function or the name of one; None for none.
        kernel_initializer: An initializer or the Keras name of one.
        bias_initializer: Likewise.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentError: The depth of the inputs is unknown; a name is.

    Source:
        ``MinimalRNNCell`` of ``tensorflow.contrib.rnn.python.ops.rnn_cell``; Chen et al., 2018.
    """

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        rows = self._depth(inputs_shape) + 2 * self.units
        self.kernel = self.add_weight("kernel", [rows, self.units], initializer=self.kernel_initializer)
        self.bias = self.add_weight("bias", [self.units], initializer=self.bias_initializer)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        of_inputs, of_gate = split(self.kernel, [self._depth(inputs.shape), 2 * self.units], 0)
        z = self.activation(matmul(inputs, of_inputs))
        u = sigmoid(affine([z, state], of_gate, self.bias))
        new_h = u * state + (1 - u) * z
        return new_h, new_h


class CFNCell(_ProjectingCell):
    """``θ, η = σ(h U + x V + b)``; ``h' = θ act(h) + (1 - η) act(x W)``; the output is h'.

    Variables ``kernel`` ``[depth, 3 units]``, the columns of V and then of W, ``recurrent_kernel`` ``[units, 2 units]``
    and ``bias`` ``[2 units]``.

    Args:
        units: The number of units.
        activation: A function or the name of one; None for none.
        kernel_initializer: An initializer or the Keras name of one, for both kernels.
        bias_initializer: Likewise, for the bias.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentError: The depth of the inputs is unknown; a name is.

    Source:
        ``CFNCell`` of ``tensorflow.contrib.rnn.python.ops.rnn_cell``; Laurent and von Brecht, 2017.
    """

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        units, start = self.units, self.kernel_initializer
        self.kernel = self.add_weight("kernel", [self._depth(inputs_shape), 3 * units], initializer=start)
        self.recurrent_kernel = self.add_weight("recurrent_kernel", [units, 2 * units], initializer=start)
        self.bias = self.add_weight("bias", [2 * units], initializer=self.bias_initializer)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        of_gates, of_inputs = split(self.kernel, [2 * self.units, self.units], 1)
        gates = bias_add(matmul(state, self.recurrent_kernel) + matmul(inputs, of_gates), self.bias)
        theta, eta = split(sigmoid(gates), 2, 1)
        new_h = theta * self.activation(state) + (1 - eta) * self.activation(matmul(inputs, of_inputs))
        return new_h, new_h
