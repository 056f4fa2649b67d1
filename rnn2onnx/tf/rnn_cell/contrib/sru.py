"""The simple recurrent unit: ``SRUCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.cell import UnitsCell


class SRUCell(UnitsCell):
    """A cell without a product of its state: two gates, through time and through depth, see the input only.

    ``z, f, r, y = x W``; ``c' = g c + (1 - g) z`` with ``g = σ(f + b_f)``; the output is ``s act(c') + (1 - s) y``
    with ``s = σ(r + b_r)``. The state is c. Variables ``kernel`` ``[depth, 4 units]`` and ``bias`` ``[2 units]``,
    b_f and b_r, at first 0.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentError: The depth of the inputs is unknown.

    Source:
        ``tf.contrib.rnn.SRUCell``; Lei et al., 2017.
    """

    def __init__(
        self, num_units: Any, activation: Any = None, reuse: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(num_units, reuse, name, **kwargs)
        self._activation = activation_function(activation)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self._kernel = self.add_weight("kernel", [self._depth(inputs_shape), 4 * self._num_units])
        self._bias = self.add_weight("bias", [2 * self._num_units], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the new c."""
        z, f, r, y = split(matmul(inputs, self._kernel), 4, 1)
        f, r = split(sigmoid(bias_add(concat([f, r], 1), self._bias)), 2, 1)
        c = f * state + (1.0 - f) * z
        return r * self._activation(c) + (1.0 - r) * y, c
