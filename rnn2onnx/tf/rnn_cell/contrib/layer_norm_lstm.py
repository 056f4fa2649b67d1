"""LSTMs that normalise each gate: ``LayerNormBasicLSTMCell`` and ``LayerNormLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.activation import activation_function
from rnn2onnx.tf.rnn_cell.affine import _linear, affine
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import floats, input_depth
from rnn2onnx.tf.rnn_cell.contrib.normalised import normalised
from rnn2onnx.tf.rnn_cell.dropout import drops
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope


class LayerNormBasicLSTMCell(RNNCell):
    """A BasicLSTMCell whose gates and c' are normalised.

    ``i, j, f, o = [x, h] W``, each normalised; ``c' = norm(c σ(f + forget_bias) + σ(i) act(j))``; ``h' = act(c')
    σ(o)``; the output is h'. Variables ``kernel`` ``[depth + units, 4 units]``, then ``gamma`` and ``beta`` in the
    scopes ``input``, ``transform``, ``forget``, ``output`` and ``state``. Without ``layer_norm`` there are only
    ``kernel`` and ``bias``, both with the scope's initializer.

    In training, act(j) is dropped at random. That is refused here, unless ``inference=True`` says that the trained
    model is to be compiled, in which nothing is.

    Args:
        num_units: The number of units.
        forget_bias: Added to f.
        input_size: Without effect.
        activation: A function or the name of one.
        layer_norm: Whether to normalise.
        norm_gain: The initial value of every gamma.
        norm_shift: The initial value of every beta.
        dropout_keep_prob: The probability that an element of act(j) is kept: a number or scalar tensor.
        dropout_prob_seed: Without effect, as nothing is drawn.
        reuse: Whether to use variables that exist.
        inference: rnn2onnx's own, TensorFlow has no such argument: take any keep probability as 1.

    Raises:
        ArgumentError: ``dropout_keep_prob`` is less than 1 or not known while recording, and ``inference`` is False;
            the depth of the inputs is unknown; the state is not of the form (c, h).

    Source:
        ``tf.contrib.rnn.LayerNormBasicLSTMCell``; Ba et al., 2016; Semeniuta et al., 2016.
    """

    def __init__(
        self,
        num_units: Any,
        forget_bias: Any = 1.0,
        input_size: Any = None,
        activation: Any = tanh,
        layer_norm: bool = True,
        norm_gain: Any = 1.0,
        norm_shift: Any = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: Any = None,
        reuse: Any = None,
        *,
        inference: bool = False,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift
        kept = constant_value(convert_to_tensor(dropout_keep_prob))
        if not inference and (kept is None or kept < 1):
            raise drops("LayerNormBasicLSTMCell", "dropout_keep_prob", dropout_keep_prob)

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, units)``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output h', and the new state."""
        c, h = lstm_pair(state, self)
        args = concat([floats(inputs), h], 1)
        columns = 4 * self._num_units
        product = matmul(args, get_variable("kernel", [input_depth(args.shape), columns], args.dtype))
        if not self._layer_norm:
            product = bias_add(product, get_variable("bias", [columns], args.dtype))
        i, j, f, o = split(product, 4, 1)
        i, j = self._norm(i, "input"), self._norm(j, "transform")
        f, o = self._norm(f, "forget"), self._norm(o, "output")
        new_c = self._norm(c * sigmoid(f + self._forget_bias) + sigmoid(i) * self._activation(j), "state")
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _norm(self, inputs: Any, scope: str) -> Any:
        if not self._layer_norm:
            return inputs
        return normalised(inputs, scope, self._norm_gain, self._norm_shift, inputs.dtype)


class LayerNormLSTMCell(RNNCell):
    """LSTMCell, whose ``i, j, f, o = [x, m] W + b`` and c' can be normalised; c' is normalised and then clipped.

    Variables ``kernel`` ``[depth + m, 4 units]`` and ``bias``, at first 0; with ``layer_norm``, which does not add the
    bias, ``gamma`` and ``beta`` in the scopes ``input``, ``transform``, ``forget``, ``output`` and ``state``; with
    peepholes ``w_f_diag``, ``w_i_diag``, ``w_o_diag``, which come before ``state``; ``projection/kernel``.

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c by w_f, w_i and w_o.
        cell_clip: The bound of c'; None for no bound.
        initializer: Initial values of the variables that are not said to have others.
        num_proj: The number of columns of the projection; None for none.
        proj_clip: The bound of the projected m'; None for no bound.
        forget_bias: Added to f besides the bias.
        activation: A function or the name of one; by default tanh.
        layer_norm: Whether to normalise.
        norm_gain: The initial value of every gamma.
        norm_shift: The initial value of every beta.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, m); with ``layer_norm``,
            inputs are not of the scope's dtype, float32.

    Source:
        ``LayerNormLSTMCell`` of ``tensorflow.contrib.rnn.python.ops.rnn_cell``; Ba et al., 2016.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_proj: Any = None,
        proj_clip: Any = None,
        forget_bias: Any = 1.0,
        activation: Any = None,
        layer_norm: bool = False,
        norm_gain: Any = 1.0,
        norm_shift: Any = 0.0,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift

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
        c, m = (convert_to_tensor(part) for part in lstm_pair(state, self))
        x = floats(inputs)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            i, j, f, o = self._gates(x, m)
            f = f + self._forget_bias
            if self._use_peepholes:
                w_f_diag, w_i_diag, w_o_diag = (
                    get_variable(f"w_{gate}_diag", [self._num_units], x.dtype) for gate in "fio"
                )
                f, i = f + w_f_diag * c, i + w_i_diag * c
            c = self._norm(sigmoid(f) * c + sigmoid(i) * self._activation(j), "state")
            if self._cell_clip is not None:
                c = clip_by_value(c, -self._cell_clip, self._cell_clip)
            if self._use_peepholes:
                o = o + w_o_diag * c
            m = sigmoid(o) * self._activation(c)
            if self._num_proj is not None:
                with variable_scope("projection"):
                    m = _linear(m, self._num_proj, False)
                if self._proj_clip is not None:
                    m = clip_by_value(m, -self._proj_clip, self._proj_clip)
        return m, LSTMStateTuple(c, m)

    def _gates(self, x: Any, m: Any) -> tuple[Any, ...]:
        rows = input_depth(x.shape) + input_depth(m.shape)
        kernel = get_variable("kernel", [rows, 4 * self._num_units], x.dtype)
        bias = get_variable("bias", [4 * self._num_units], x.dtype, Zeros())
        i, j, f, o = split(affine([x, m], kernel, None if self._layer_norm else bias), 4, 1)
        return self._norm(i, "input"), self._norm(j, "transform"), self._norm(f, "forget"), self._norm(o, "output")

    def _norm(self, inputs: Any, scope: str) -> Any:
        return normalised(inputs, scope, self._norm_gain, self._norm_shift) if self._layer_norm else inputs
