"""The cells that compute what cuDNN's layers compute: ``CudnnCompatibleGRUCell``, ``CudnnCompatibleLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Constant, Zeros
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.rnn_cell.acceptance import check_floating_tensors
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.gru import GRUCell
from rnn2onnx.tf.rnn_cell.lstm import BasicLSTMCell


class CudnnCompatibleGRUCell(GRUCell):
    """A GRUCell that resets after the product: ``c = tanh(x W_x + b_x + r (h W_h + b_h))``.

    Variables ``gates/{kernel, bias}`` as GRUCell's, then ``candidate/input_projection/kernel`` ``[depth, units]``,
    ``candidate/hidden_projection/kernel`` ``[units, units]`` and the two biases beside them.

    Args:
        num_units: The number of units.
        reuse: Whether to use variables that exist.
        kernel_initializer: Initial values of the kernels.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown.

    Source:
        ``tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell``.
    """

    def __init__(self, num_units: Any, reuse: Any = None, kernel_initializer: Any = None) -> None:
        super().__init__(num_units, reuse=reuse, kernel_initializer=kernel_initializer)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        depth, units = self._depth(inputs_shape), self._num_units
        self._gate_kernel = self._kernel_weight("gates/kernel", [depth + units, 2 * units])
        self._gate_bias = self._bias_weight("gates/bias", 2 * units, Constant(1.0))
        self._candidate_input_kernel = self._kernel_weight("candidate/input_projection/kernel", [depth, units])
        self._candidate_hidden_kernel = self._kernel_weight("candidate/hidden_projection/kernel", [units, units])
        self._candidate_input_bias = self._bias_weight("candidate/input_projection/bias", units, Zeros())
        self._candidate_hidden_bias = self._bias_weight("candidate/hidden_projection/bias", units, Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        check_floating_tensors(inputs, state)
        r, u = split(sigmoid(affine([inputs, state], self._gate_kernel, self._gate_bias)), 2, 1)
        hidden = affine([state], self._candidate_hidden_kernel, self._candidate_hidden_bias)
        c = self._activation(affine([inputs], self._candidate_input_kernel, self._candidate_input_bias) + r * hidden)
        new_h = (1 - u) * c + u * state
        return new_h, new_h


class CudnnCompatibleLSTMCell(BasicLSTMCell):
    """A BasicLSTMCell without forget bias, its variables in the scope ``cudnn_compatible_lstm_cell``.

    Args:
        num_units: The number of units.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown.

    Source:
        ``tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell``.
    """

    def __init__(self, num_units: Any, reuse: Any = None) -> None:
        super().__init__(num_units, forget_bias=0.0, reuse=reuse, name="cudnn_compatible_lstm_cell")
