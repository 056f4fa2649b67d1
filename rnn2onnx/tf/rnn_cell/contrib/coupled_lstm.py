"""The LSTM whose input gate is what the forget gate leaves: ``CoupledInputForgetGateLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats, input_depth
from rnn2onnx.tf.rnn_cell.contrib.normalised import normalised
from rnn2onnx.tf.rnn_cell.contrib.sharded_variable import sharded_variable
from rnn2onnx.tf.rnn_cell.lstm_state import joined_state, lstm_pair, lstm_size, lstm_state
from rnn2onnx.tf.variables.variable_scope import get_variable


class CoupledInputForgetGateLSTMCell(RNNCell):
    """An LSTM that takes in as much as it forgets, with peepholes, a projection and normalised gates at will.

    ``j, f, o = [x, m] W + B``; ``g = σ(f + forget_bias + w_f c)``; ``c' = g c + (1 - g) act(j)``; ``m' = clip(σ(o +
    w_o c') act(c') W_P)``; the output is m'. Variables ``W_0``, ``W_1``, … of together ``[depth + m, 3 units]``,
    ``B``, at first 0, with peepholes ``W_F_diag`` and ``W_O_diag``, with a projection ``W_P_0``, … of together
    ``[units, num_proj]``. With ``layer_norm`` B is not added; j, f, o and c' are normalised, with ``gamma`` and
    ``beta`` in the scopes ``transform``, ``forget``, ``output`` and ``state``.

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c by w_f and w_o.
        initializer: Without effect, as in TensorFlow: the initial values are the scope's.
        num_proj: The number of columns of W_P; None for no projection.
        proj_clip: The bound of the projected m'; None for no bound.
        num_unit_shards: The number of variables that W is stored in, a part of its rows each.
        num_proj_shards: Likewise of W_P.
        forget_bias: Added to f besides B.
        state_is_tuple: States are ``LSTMStateTuple(c, m)``, else one tensor with the columns of both.
        activation: A function or the name of one.
        reuse: Whether to use variables that exist.
        layer_norm: Whether to normalise.
        norm_gain: The initial value of every gamma.
        norm_shift: The initial value of every beta.

    Raises:
        ArgumentError: The depth of the inputs is unknown; there are more shards than rows; the state is not of the form
            that ``state_is_tuple`` says; with ``layer_norm``, inputs are not of the scope's dtype, float32.

    Source:
        ``tf.contrib.rnn.CoupledInputForgetGateLSTMCell``; Greff et al., 2015.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        initializer: Any = None,
        num_proj: Any = None,
        proj_clip: Any = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: Any = 1.0,
        state_is_tuple: bool = True,
        activation: Any = tanh,
        reuse: Any = None,
        layer_norm: bool = False,
        norm_gain: Any = 1.0,
        norm_shift: Any = 0.0,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation_function(activation)
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, columns of m)``, or their sum."""
        return lstm_size(self._num_units, self.output_size, self._state_is_tuple)

    @property
    def output_size(self) -> Any:
        """The number of columns of m: of the projection, or of units."""
        return self._num_proj or self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output m', and the new state."""
        units = self._num_units
        width = units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c, m = lstm_pair(state, self)
        else:
            whole = joined_state(state, self)
            c, m = slice(whole, [0, 0], [-1, units]), slice(whole, [0, units], [-1, width])
        x = floats(inputs)
        kernel = sharded_variable("W", [input_depth(x.shape) + width, 3 * units], x.dtype, self._num_unit_shards)
        bias = get_variable("B", [3 * units], x.dtype, Zeros())
        j, f, o = split(affine([x, m], kernel, None if self._layer_norm else bias), 3, 1)
        if self._layer_norm:
            j, f, o = self._norm(j, "transform"), self._norm(f, "forget"), self._norm(o, "output")
        f = f + self._forget_bias
        if self._use_peepholes:
            w_f_diag = get_variable("W_F_diag", [units], x.dtype)
            w_o_diag = get_variable("W_O_diag", [units], x.dtype)
            f = f + w_f_diag * c
        kept = sigmoid(f)
        c = kept * c + (1 - kept) * self._activation(j)
        if self._layer_norm:
            c = self._norm(c, "state")
        if self._use_peepholes:
            o = o + w_o_diag * c
        m = sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            m = matmul(m, sharded_variable("W_P", [units, self._num_proj], x.dtype, self._num_proj_shards))
            if self._proj_clip is not None:
                m = clip_by_value(m, -self._proj_clip, self._proj_clip)
        return m, lstm_state(c, m, self._state_is_tuple)

    def _norm(self, inputs: Any, scope: str) -> Any:
        return normalised(inputs, scope, self._norm_gain, self._norm_shift)
