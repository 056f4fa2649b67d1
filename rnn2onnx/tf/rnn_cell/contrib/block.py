"""The cells that TensorFlow computes by one kernel a step: ``LSTMBlockCell``, ``GRUBlockCell``, ``GRUBlockCellV2``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, DTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import UnitsCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple
from rnn2onnx.tf.shapes.shape import TensorShape


class LSTMBlockCell(UnitsCell):
    """An LSTM with peepholes and a clip, each at will.

    ``i, j, f, o = [x, h] W + b``; ``c' = clip(σ(f + forget_bias + w_f c) c + σ(i + w_i c) tanh(j))``; ``h' = σ(o +
    w_o c') tanh(c')``; the output is h'. Variables ``kernel`` ``[depth + units, 4 units]``, ``bias``, at first 0,
    and with peepholes ``w_i_diag``, ``w_f_diag``, ``w_o_diag``, in this order, which is not LSTMCell's.

    Graphs from TensorFlow 1.3 and earlier clipped c' at 3 where no bound was given: give ``cell_clip=3.0`` for them.

    Args:
        num_units: The number of units.
        forget_bias: Added to f besides the bias.
        cell_clip: The bound of c'; None, 0 or less for no bound.
        use_peephole: Whether the gates see c by w_f, w_i and w_o.
        dtype: The dtype of its variables; by default that of the first input.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables; by default LSTMCell's.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, h).
        DTypeError: Inputs are neither float16 nor float32.

    Source:
        ``tf.contrib.rnn.LSTMBlockCell``; Zaremba et al., 2014.
    """

    def __init__(
        self,
        num_units: Any,
        forget_bias: Any = 1.0,
        cell_clip: Any = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: Any = None,
        name: Any = "lstm_cell",
    ) -> None:
        super().__init__(num_units, reuse, name, dtype)
        self._forget_bias = forget_bias
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self._use_peephole = use_peephole

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, units)``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        units = self._num_units
        rows = _rows(inputs_shape, "Expecting inputs_shape[1] to be set:") + units
        self._kernel = self.add_weight("kernel", [rows, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=Constant(0.0))
        if self._use_peephole:
            self._w_i_diag = self.add_weight("w_i_diag", [units])
            self._w_f_diag = self.add_weight("w_f_diag", [units])
            self._w_o_diag = self.add_weight("w_o_diag", [units])
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output h', and the new state."""
        if len(state) != 2:
            raise ArgumentError(
                f"Expecting state to be a tuple with length 2. It is (c, h), but received {state}.", user_location()
            )
        _check_dtype(inputs, "float16", "float32")
        c, h = state
        i, j, f, o = split(affine([inputs, h], self._kernel, self._bias), 4, 1)
        f = f + self._forget_bias
        if self._use_peephole:
            i, f = i + self._w_i_diag * c, f + self._w_f_diag * c
        c = sigmoid(f) * c + sigmoid(i) * tanh(j)
        if self._cell_clip > 0:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peephole:
            o = o + self._w_o_diag * c
        h = sigmoid(o) * tanh(c)
        return h, LSTMStateTuple(c, h)


class GRUBlockCell(UnitsCell):
    """``r, u = σ([x, h] w_ru + b_ru)``; ``c = tanh([x, r h] w_c + b_c)``; ``h' = u h + (1 - u) c``; the output is h'.

    Variables ``w_ru`` ``[depth + units, 2 units]``, ``b_ru``, at first 1, ``w_c`` ``[depth + units, units]`` and
    ``b_c``, at first 0.

    Args:
        num_units: The number of units.
        cell_size: The old name of ``num_units``.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables; by default GRUCell's.

    Raises:
        ArgumentError: Not exactly one of ``num_units`` and ``cell_size`` is given; the depth of the inputs is unknown;
            the state has another width.
        DTypeError: Inputs are not float32.

    Source:
        ``tf.contrib.rnn.GRUBlockCell``.
    """

    _names = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(self, num_units: Any = None, cell_size: Any = None, reuse: Any = None, name: Any = "gru_cell") -> None:
        if (num_units is None) == (cell_size is None):
            raise ArgumentError(
                "Exactly one of num_units or cell_size must be provided. "
                f"Got num_units={num_units}, cell_size={cell_size}.",
                user_location(),
            )
        super().__init__(cell_size if num_units is None else num_units, reuse, name)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        rows, units = (
            _rows(inputs_shape, "Expecting input_size to be set. The shape of the inputs is") + self._num_units,
            self._num_units,
        )
        gate_kernel, gate_bias, candidate_kernel, candidate_bias = self._names
        self._gate_kernel = self.add_weight(gate_kernel, [rows, 2 * units])
        self._gate_bias = self.add_weight(gate_bias, [2 * units], initializer=Constant(1.0))
        self._candidate_kernel = self.add_weight(candidate_kernel, [rows, units])
        self._candidate_bias = self.add_weight(candidate_bias, [units], initializer=Constant(0.0))
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the same as the new state."""
        h = convert_to_tensor(state)
        width = h.shape.with_rank(2)[1].value
        if width not in (None, self._num_units):
            raise ArgumentError(
                f"Shape of h_prev[1] incorrect: cell_size {self._num_units} vs {width}", user_location()
            )
        _check_dtype(inputs, "float32")
        r, u = split(sigmoid(affine([inputs, h], self._gate_kernel, self._gate_bias)), 2, 1)
        c = tanh(affine([inputs, r * h], self._candidate_kernel, self._candidate_bias))
        h = u * h + (1 - u) * c
        return h, h


class GRUBlockCellV2(GRUBlockCell):
    """A GRUBlockCell with GRUCell's variables: ``gates/{kernel, bias}``, ``candidate/{kernel, bias}``.

    Source:
        ``tf.contrib.rnn.GRUBlockCellV2``.
    """

    _names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


def _rows(inputs_shape: Any, problem: str) -> int:
    depth = TensorShape(inputs_shape).as_list()[1]
    if not depth:
        raise ArgumentError(
            f"{problem} {TensorShape(inputs_shape)}. "
            "Give the placeholder a static depth, or state it with x.set_shape.",
            user_location(),
        )
    return depth


def _check_dtype(inputs: Any, *allowed: str) -> None:
    found = convert_to_tensor(inputs).dtype.base_dtype.name
    if found not in allowed:
        raise DTypeError(
            f"Value passed to parameter 'x' has DataType {found} not in list of allowed values: {', '.join(allowed)}. "
            "Cast the inputs, or take the cell of tf.nn.rnn_cell, which computes the same in other dtypes.",
            user_location(),
        )
