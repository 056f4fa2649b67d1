"""The LSTM whose weights have norms of their own: ``WeightNormLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.norms import clip_by_value, l2_normalize
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats, input_depth
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope


class WeightNormLSTMCell(RNNCell):
    """LSTMCell, whose kernels have columns of learned lengths: ``W = norm_k V / |V|`` for the rows of each argument.

    Variables in the scope ``wn_lstm_cell/wn_lstm_cell``: ``kernel`` ``[depth + m, 4 units]``, ``norm_0`` of the rows
    for x, ``norm_1`` of those for m, ``bias``, at first 0, with peepholes ``w_f_diag``, ``w_i_diag``, ``w_o_diag``,
    with a projection ``projection/kernel`` and ``projection/norm_0``.

    Args:
        num_units: The number of units.
        norm: Whether columns are normalised; else the kernels are V and there are no lengths.
        use_peepholes: Whether the gates see c by w_f, w_i and w_o.
        cell_clip: The bound of c'; None for no bound.
        initializer: Initial values of all variables except the bias.
        num_proj: The number of columns of the projection; None for none.
        proj_clip: The bound of the projected m'; None for no bound.
        forget_bias: Added to f besides the bias.
        activation: A function or the name of one; by default tanh.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, m).

    Source:
        ``WeightNormLSTMCell`` of ``tensorflow.contrib.rnn.python.ops.rnn_cell``; Salimans and Kingma, 2016.
    """

    def __init__(
        self,
        num_units: Any,
        norm: bool = True,
        use_peepholes: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_proj: Any = None,
        proj_clip: Any = None,
        forget_bias: Any = 1,
        activation: Any = None,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._norm = norm
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, columns of m)``."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> Any:
        """The number of columns of m: of the projection, or of units."""
        return self._num_proj or self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output m', and the new state."""
        x = floats(inputs)
        input_depth(x.shape)
        c, m = (convert_to_tensor(part) for part in lstm_pair(state, self))
        with variable_scope("wn_lstm_cell", initializer=self._initializer):
            kernel = self._kernel([x, m], 4 * self._num_units)
            bias = get_variable("bias", [4 * self._num_units], x.dtype, Zeros())
            i, j, f, o = split(affine([x, m], kernel, bias), 4, 1)
            f = f + self._forget_bias
            if self._use_peepholes:
                w_f_diag, w_i_diag, w_o_diag = (
                    get_variable(f"w_{gate}_diag", [self._num_units], x.dtype) for gate in "fio"
                )
                f, i = f + w_f_diag * c, i + w_i_diag * c
            c = c * sigmoid(f) + sigmoid(i) * self._activation(j)
            if self._cell_clip is not None:
                c = clip_by_value(c, -self._cell_clip, self._cell_clip)
            if self._use_peepholes:
                o = o + w_o_diag * c
            m = sigmoid(o) * self._activation(c)
            if self._num_proj is not None:
                with variable_scope("projection"):
                    m = affine([m], self._kernel([m], self._num_proj))
                if self._proj_clip is not None:
                    m = clip_by_value(m, -self._proj_clip, self._proj_clip)
        return m, LSTMStateTuple(c, m)

    def _kernel(self, args: list[Any], columns: int) -> Any:
        """The weights of some arguments side by side, those of each with columns of their own lengths."""
        depths = [input_depth(arg.shape) for arg in args]
        kernel = get_variable("kernel", [sum(depths), columns], args[0].dtype)
        if not self._norm:
            return kernel
        parts = split(kernel, depths, 0)
        lengths = [get_variable(f"norm_{k}", [columns], args[0].dtype) for k in range(len(args))]
        return concat([l2_normalize(part, 0) * length for part, length in zip(parts, lengths, strict=True)], 0)

    def _set_scope(self, scope: Any) -> None:
        # TensorFlow's cell is always in this scope, below the one that it is called with.
        if self._scope is None:
            with variable_scope("wn_lstm_cell") as captured:
                self._scope = captured
