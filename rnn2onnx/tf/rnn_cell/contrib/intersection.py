"""The cell with a gate through time and one through depth: ``IntersectionRNNCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import relu
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats, input_depth
from rnn2onnx.tf.variables.variable_scope import get_variable_scope, variable_scope


class IntersectionRNNCell(RNNCell):
    """A cell with a gate g through time and a gate d through depth.

    ``p, h, q, y = [x, s] W + b``; ``s' = g s + (1 - g) tanh(h)`` with ``g = σ(p + forget_bias)``; the output is ``d
    x + (1 - d) y_activation(y)`` with ``d = σ(q + forget_bias)``.

    Variables ``kernel`` ``[2 units, 4 units]`` and ``bias``, at first 0. Inputs of another width than units are first
    projected by ``in_projection/{kernel, bias}``.

    Args:
        num_units: The number of units.
        num_in_proj: The number of units where inputs of another width are to be projected; None for no projection.
        initializer: Initial values of the kernels.
        forget_bias: Added to p and q besides the bias.
        y_activation: A function or the name of one.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: The depth of the inputs is unknown, or differs from ``num_units`` without ``num_in_proj``.

    Source:
        ``tf.contrib.rnn.IntersectionRNNCell``; Collins et al., 2017.
    """

    def __init__(
        self,
        num_units: Any,
        num_in_proj: Any = None,
        initializer: Any = None,
        forget_bias: Any = 1.0,
        y_activation: Any = relu,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._num_in_proj = num_in_proj
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._y_activation = activation_function(y_activation)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the new state."""
        x = floats(inputs)
        depth = input_depth(x.shape)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            if depth != self._num_units:
                x = self._projected(x, depth)
            p, h, q, y = split(_linear(concat([x, state], 1), 4 * self._num_units, True), 4, 1)
        through_time, through_depth = sigmoid(p + self._forget_bias), sigmoid(q + self._forget_bias)
        new_state = through_time * state + (1.0 - through_time) * tanh(h)
        return through_depth * x + (1.0 - through_depth) * self._y_activation(y), new_state

    def _projected(self, x: Any, depth: int) -> Any:
        if not self._num_in_proj:
            raise ArgumentError(
                "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set to "
                f"num_units at cell init: the inputs have depth {depth}, and num_units is {self._num_units}.",
                user_location(),
            )
        with variable_scope("in_projection"):
            return _linear(x, self._num_units, True)
