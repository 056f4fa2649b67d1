"""Gated recurrent units that take an attention score in every step: ``QAAttGRUCell`` and ``VecAttGRUCell``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _Linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.variables.variable_scope import variable_scope


class _AttentionGRUCell(RNNCell, ABC):
    """The gates and the candidate that both cells have; variables stand in the scope that is open in the first step.

    Variables ``gates/kernel`` ``[depth + units, 2 units]``, ``gates/bias``, at first 1, ``candidate/kernel``
    ``[depth + units, units]`` and ``candidate/bias``, at first 0. A ``bias_initializer`` is that of both biases.
    """

    def __init__(
        self,
        num_units: Any,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._activation = activation_function(activation)
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer
        self._gate_linear: _Linear | None = None
        self._candidate_linear: _Linear | None = None

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    # The third argument of a step is the score where an ordinary cell has a scope.
    def __call__(self, inputs: Any, state: Any, att_score: Any = None) -> Any:
        """One step.

        Args:
            inputs: ``[batch, depth]``.
            state: ``[batch, units]``.
            att_score: ``[batch, 1]`` or ``[batch, units]``.

        Returns:
            The output, and the same as the new state, ``[batch, units]``.

        Raises:
            TypeError: There is no score.
        """
        return self.call(inputs, state, att_score)

    def call(self, inputs: Any, state: Any, att_score: Any = None) -> Any:
        """One step; see ``__call__``."""
        if att_score is None:
            raise ArgumentTypeError(
                f"{type(self).__name__}.__call__() missing 1 required positional argument: 'att_score'. Give "
                "dynamic_rnn att_scores=..., [batch, time, 1] or [batch, time, units].",
                user_location(),
            )
        if self._gate_linear is None:
            ones = Constant(1.0) if self._bias_initializer is None else self._bias_initializer
            self._gate_linear = self._linear("gates", [inputs, state], 2 * self._num_units, ones)
        r, u = split(sigmoid(self._gate_linear([inputs, state])), 2, 1)
        r_state = r * state
        if self._candidate_linear is None:
            self._candidate_linear = self._linear(
                "candidate", [inputs, r_state], self._num_units, self._bias_initializer
            )
        c = self._activation(self._candidate_linear([inputs, r_state]))
        new_h = self._next(state, u, c, att_score)
        return new_h, new_h

    def _linear(self, scope: str, args: Any, size: Any, bias_initializer: Any) -> _Linear:
        with variable_scope(scope):
            return _Linear(args, size, True, bias_initializer, self._kernel_initializer)

    @abstractmethod
    def _next(self, state: Any, u: Any, c: Any, a: Any) -> Any:
        """The new state, from the old one, the update gate, the candidate and the score."""


class QAAttGRUCell(_AttentionGRUCell):
    """AGRU: the score is the update gate. ``h' = (1 - a) h + a c``, with ``r`` and ``c`` as in ``GRUCell``.

    The gates have columns for an update gate that is not used.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Without effect: the scope that is open in the first step decides.
        kernel_initializer: Initial values of both kernels.
        bias_initializer: Initial values of both biases.

    Source:
        ``deepctr.contrib.utils.QAAttGRUCell``; Zhou et al., 2018, "Deep Interest Evolution Network".
    """

    def _next(self, state: Any, u: Any, c: Any, a: Any) -> Any:
        return (1.0 - a) * state + a * c


class VecAttGRUCell(_AttentionGRUCell):
    """AUGRU: the score scales the update gate. ``u' = (1 - a) u``, ``h' = u' h + (1 - u') c``.

    ``r``, ``u`` and ``c`` are those of ``GRUCell``.

    Args:
        num_units: The number of units.
        activation: A function or the name of one; by default tanh.
        reuse: Without effect: the scope that is open in the first step decides.
        kernel_initializer: Initial values of both kernels.
        bias_initializer: Initial values of both biases.

    Source:
        ``deepctr.contrib.utils.VecAttGRUCell``; Zhou et al., 2018, "Deep Interest Evolution Network".
    """

    def _next(self, state: Any, u: Any, c: Any, a: Any) -> Any:
        u = (1.0 - a) * u
        return u * state + (1 - u) * c
