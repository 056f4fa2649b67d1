"""Long short-term memory: ``BasicLSTMCell`` and ``LSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.initializers import get as initializer_of
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.rnn_cell.acceptance import check_floating_tensors
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import MatrixCell
from rnn2onnx.tf.rnn_cell.lstm_state import joined_state, lstm_pair, lstm_size, lstm_state


class BasicLSTMCell(MatrixCell):
    """``i, j, f, o = [x, h] W + b``; ``c' = c σ(f + forget_bias) + σ(i) act(j)``; ``h' = act(c') σ(o)``.

    The output is h'. Variables ``kernel`` ``[depth + units, 4 units]`` and ``bias``, at first 0.

    Args:
        num_units: The number of units.
        forget_bias: Added to f besides the bias.
        state_is_tuple: States are ``LSTMStateTuple(c, h)``, else one tensor ``[batch, 2 units]``.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown; the state is not
            of the form that ``state_is_tuple`` says.

    Source:
        ``tf.nn.rnn_cell.BasicLSTMCell``.
    """

    def __init__(
        self,
        num_units: Any,
        forget_bias: Any = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, reuse, name, dtype, **kwargs)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation_function(activation)

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, units)``, or their sum."""
        return lstm_size(self._num_units, self._num_units, self._state_is_tuple)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        rows, columns = self._depth(inputs_shape) + self._num_units, 4 * self._num_units
        self._kernel = self.add_weight("kernel", shape=[rows, columns])
        self._bias = self.add_weight("bias", shape=[columns], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output h', and the new state."""
        check_floating_tensors(inputs, state)
        if self._state_is_tuple:
            c, h = lstm_pair(state, self)
        else:
            c, h = split(joined_state(state, self), 2, 1)
        i, j, f, o = split(affine([inputs, h], self._kernel, self._bias), 4, 1)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * self._activation(j)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, lstm_state(new_c, new_h, self._state_is_tuple)


class LSTMCell(MatrixCell):
    """An LSTM with peepholes, clips and a projection, each at will.

    ``i, j, f, o = [x, m] W + b``; ``c' = clip(σ(f + forget_bias + w_f c) c + σ(i + w_i c) act(j))``;
    ``m' = clip(σ(o + w_o c') act(c') W_p)``; the output is m'. Variables in this order: ``kernel``
    ``[depth + m, 4 units]``, ``bias``, at first 0, ``w_f_diag``, ``w_i_diag``, ``w_o_diag``, ``projection/kernel``.

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c by w_f, w_i and w_o.
        cell_clip: The bound of c'; None for no bound. 0.0 is a bound.
        initializer: Initial values of all variables except the bias.
        num_proj: The number of columns of W_p; None for no projection.
        proj_clip: The bound of the projected m'; None for no bound.
        num_unit_shards: Without effect; TensorFlow would store the kernel in this many parts.
        num_proj_shards: Likewise for W_p.
        forget_bias: Added to f besides the bias.
        state_is_tuple: States are ``LSTMStateTuple(c, m)``, else one tensor with the columns of both.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.

    Raises:
        ArgumentError: Inputs or states are not floating point; the depth of the inputs is unknown; the state is not
            of the form that ``state_is_tuple`` says.

    Source:
        ``tf.nn.rnn_cell.LSTMCell``; Sak et al., 2014.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_proj: Any = None,
        proj_clip: Any = None,
        num_unit_shards: Any = None,
        num_proj_shards: Any = None,
        forget_bias: Any = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, reuse, name, dtype, **kwargs)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer_of(initializer)
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation_function(activation)

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, columns of m)``, or their sum."""
        return lstm_size(self._num_units, self._columns, self._state_is_tuple)

    @property
    def output_size(self) -> Any:
        """The number of columns of m: of the projection, or of units."""
        return self._columns

    @property
    def _columns(self) -> Any:
        # Apart from output_size, which a subclass may define by its state_size.
        return self._num_proj if self._num_proj else self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        units = self._num_units
        rows = self._depth(inputs_shape) + (units if self._num_proj is None else self._num_proj)
        self._kernel = self._weight("kernel", [rows, 4 * units])
        self._bias = self.add_weight("bias", shape=[4 * units], initializer=Zeros())
        if self._use_peepholes:
            self._w_f_diag = self._weight("w_f_diag", [units])
            self._w_i_diag = self._weight("w_i_diag", [units])
            self._w_o_diag = self._weight("w_o_diag", [units])
        if self._num_proj is not None:
            self._proj_kernel = self._weight("projection/kernel", [units, self._num_proj])
        self.built = True

    def _weight(self, name: str, shape: Any) -> Any:
        return self.add_weight(name, shape=shape, initializer=self._initializer)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output m', and the new state."""
        check_floating_tensors(inputs, state)
        if self._state_is_tuple:
            c, m = lstm_pair(state, self)
        else:
            whole = joined_state(state, self)
            c = slice(whole, [0, 0], [-1, self._num_units])
            m = slice(whole, [0, self._num_units], [-1, self.output_size])
        i, j, f, o = split(affine([inputs, m], self._kernel, self._bias), 4, 1)
        f = f + self._forget_bias
        if self._use_peepholes:
            f = f + self._w_f_diag * c
            i = i + self._w_i_diag * c
        c = sigmoid(f) * c + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            o = o + self._w_o_diag * c
        m = sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            m = matmul(m, self._proj_kernel)
            if self._proj_clip is not None:
                m = clip_by_value(m, -self._proj_clip, self._proj_clip)
        return m, lstm_state(c, m, self._state_is_tuple)
