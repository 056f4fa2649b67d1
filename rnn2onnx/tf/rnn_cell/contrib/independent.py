"""Cells whose units see no state but their own: ``IndRNNCell``, ``IndyGRUCell``, ``IndyLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Constant, RandomUniform, Zeros
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.cell import UnitsCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair


class _IndependentCell(UnitsCell):
    def __init__(
        self,
        num_units: Any,
        activation: Any,
        reuse: Any,
        kernel_initializer: Any,
        bias_initializer: Any,
        name: Any,
        dtype: Any,
    ) -> None:
        super().__init__(num_units, reuse, name, dtype)
        self._activation = activation_function(activation)
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def _weights(self, kernel: str, recurrent: str, bias: str, depth: int, gates: int, start: Any) -> tuple[Any, ...]:
        """A kernel, the weight of each unit's own state, and a bias."""
        columns = gates * self._num_units
        given = self._bias_initializer
        return (
            self.add_weight(kernel, [depth, columns], initializer=self._kernel_initializer),
            self.add_weight(recurrent, [1, columns], initializer=RandomUniform(-1.0, 1.0)),
            self.add_weight(bias, [columns], initializer=start if given is None else given),
        )


def _sums(x: Any, states: Any, weights: tuple[Any, ...]) -> Any:
    kernel, recurrent, bias = weights
    return bias_add(matmul(x, kernel) + states * recurrent, bias)


class IndRNNCell(_IndependentCell):
    """``h' = act(x W + u h + b)``; the output is h'.

    Variables ``kernel_w`` ``[depth, units]``, ``kernel_u`` ``[1, units]``, at first uniform within 1, and ``bias``, at
    first 0.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: The depth of the inputs is unknown.

    Source:
        ``tf.contrib.rnn.IndRNNCell``; Li et al., 2018.
    """

    def __init__(
        self, num_units: Any, activation: Any = None, reuse: Any = None, name: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(num_units, activation, reuse, None, None, name, dtype)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self._own = self._weights("kernel_w", "kernel_u", "bias", self._depth(inputs_shape), 1, Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        output = self._activation(_sums(inputs, state, self._own))
        return output, output


class IndyGRUCell(_IndependentCell):
    """``r, u = σ(x W_g + u_g h + b_g)``; ``c = act(x W_c + u_c r h + b_c)``; ``h' = u h + (1 - u) c``.

    The output is h'. Variables ``gates/kernel_w`` ``[depth, 2 units]``, ``gates/kernel_u`` ``[1, 2 units]``,
    ``gates/bias``, at first 1, ``candidate/kernel`` ``[depth, units]``, ``candidate/kernel_u`` ``[1, units]`` and
    ``candidate/bias``, at first 0.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        kernel_initializer: Initial values of the kernels for x.
        bias_initializer: Initial values of both biases.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: The depth of the inputs is unknown.

    Source:
        ``tf.contrib.rnn.IndyGRUCell``.
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
    ) -> None:
        super().__init__(num_units, activation, reuse, kernel_initializer, bias_initializer, name, dtype)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        depth = self._depth(inputs_shape)
        self._gates = self._weights("gates/kernel_w", "gates/kernel_u", "gates/bias", depth, 2, Constant(1.0))
        self._candidate = self._weights("candidate/kernel", "candidate/kernel_u", "candidate/bias", depth, 1, Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        r, u = split(sigmoid(_sums(inputs, concat([state] * 2, 1), self._gates)), 2, 1)
        c = self._activation(_sums(inputs, r * state, self._candidate))
        new_h = u * state + (1 - u) * c
        return new_h, new_h


class IndyLSTMCell(_IndependentCell):
    """``i, j, f, o = x W + u h + b``; ``c' = c σ(f + forget_bias) + σ(i) act(j)``; ``h' = act(c') σ(o)``.

    The output is h'. Variables ``kernel_w`` ``[depth, 4 units]``, ``kernel_u`` ``[1, 4 units]``, at first uniform
    within 1, and ``bias``, at first 0.

    Args:
        num_units: The number of units.
        forget_bias: Added to f besides the bias.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        kernel_initializer: Initial values of the kernel for x.
        bias_initializer: Initial values of the bias.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, h).

    Source:
        ``tf.contrib.rnn.IndyLSTMCell``; Gonnet and Deselaers, 2019.
    """

    def __init__(
        self,
        num_units: Any,
        forget_bias: Any = 1.0,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_units, activation, reuse, kernel_initializer, bias_initializer, name, dtype)
        self._forget_bias = forget_bias

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, units)``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self._own = self._weights("kernel_w", "kernel_u", "bias", self._depth(inputs_shape), 4, Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output h', and the new state."""
        c, h = lstm_pair(state, self)
        i, j, f, o = split(_sums(inputs, concat([h] * 4, 1), self._own), 4, 1)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * self._activation(j)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)
