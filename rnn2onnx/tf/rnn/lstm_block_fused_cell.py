"""``tf.contrib.rnn.LSTMBlockFusedCell``: a layer that is a whole LSTM over time, and what layers like it share."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.ops.filling import range as tf_range
from rnn2onnx.tf.ops.filling import sequence_mask, zeros
from rnn2onnx.tf.ops.gather_ops import gather_nd
from rnn2onnx.tf.ops.joining import concat, stack, unstack
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.reshaping import expand_dims, transpose
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.dynamic_rnn import over_time
from rnn2onnx.tf.rnn_cell.contrib.block import LSTMBlockCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of
from rnn2onnx.tf.variables.variable_scope import get_variable_scope

__all__ = ["LSTMBlockFusedCell", "LSTMBlockWrapper"]


class LSTMBlockWrapper(Layer):
    """An LSTM over a whole sequence as a layer; a subclass says ``num_units`` and computes all steps in ``_call_cell``.

    Source:
        ``tf.contrib.rnn.LSTMBlockWrapper``.
    """

    @property
    def num_units(self) -> int:
        """The number of units."""
        raise self._abstract("num_units")

    def _call_cell(
        self, inputs: Any, initial_cell_state: Any, initial_output: Any, dtype: Any, sequence_length: Any
    ) -> tuple[Any, Any]:
        """The memory and the output of every step, [T, B, units] each."""
        raise self._abstract("_call_cell")

    def _abstract(self, name: str) -> UnsupportedError:
        return UnsupportedError(
            f"{type(self).__name__} is an LSTMBlockWrapper but has no {name}. Define it in the class.", user_location()
        )

    def call(self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None) -> Any:
        """Every output, and the state after each row's last step.

        Args:
            inputs: A tensor [T, B, depth], or a list of T tensors [B, depth].
            initial_state: (c, h), [B, units] each; zeros if None.
            dtype: Of the zeros; needed without ``initial_state``.
            sequence_length: Integers [B], steps; any value. Past it outputs are zero and the state stays.

        Returns:
            Outputs [T, B, units], or a list of T; ``LSTMStateTuple(c, h)``.

        Raises:
            ValueError: The depth is unknown; neither state nor dtype, or a state of other than two parts, was given.
        """
        listed = isinstance(inputs, list)
        x = stack(inputs) if listed else convert_to_tensor(inputs)
        if x.shape.with_rank(3)[2].value is None:
            raise ArgumentError(f"Expecting inputs_shape[2] to be set: {x.shape}", user_location())
        if initial_state is None:
            if dtype is None:
                raise ArgumentError("Either initial_state or dtype needs to be specified", user_location())
            zero = zeros(stack([shape(x)[1], self.num_units]), dtype)
            zero.set_shape([x.shape[1], self.num_units])
            initial_state = zero, zero
        elif len(initial_state) != 2:
            raise ArgumentError(
                f"Expecting initial_state to be a tuple with length 2 or None, not {initial_state!r}", user_location()
            )
        c, h = (convert_to_tensor(part) for part in initial_state)
        lengths = None if sequence_length is None else convert_to_tensor(sequence_length)
        outputs, state = self._over_time(x, LSTMStateTuple(c, h), c.dtype if dtype is None else dtype, lengths)
        return (unstack(outputs) if listed else outputs), state

    def _over_time(self, x: Tensor, state: LSTMStateTuple, dtype: Any, lengths: Tensor | None) -> Any:
        memory, outputs = self._call_cell(x, state.c, state.h, dtype, lengths)
        if lengths is None:
            return outputs, LSTMStateTuple(memory[-1], outputs[-1])
        steps = length_of(x, 0)
        ends = clip_by_value(as_int64(lengths), 0, steps)
        alive = transpose(sequence_mask(ends, steps), [1, 0])
        outputs = where_v2(expand_dims(alive, 2), outputs, convert_to_tensor(0, outputs.dtype))
        # What stands before the first step is what a row without steps ends with.
        places = stack([ends, tf_range(length_of(ends, 0))], 1)
        last = [
            gather_nd(concat([expand_dims(first, 0), rows], 0), places)
            for first, rows in zip(state, (memory, outputs), strict=True)
        ]
        return outputs, LSTMStateTuple(*last)


class LSTMBlockFusedCell(LSTMBlockWrapper):
    """``LSTMBlockCell`` over a whole sequence, time first.

    Variables ``kernel`` ``[depth + units, 4 units]``, ``bias``, at first 0, and with peepholes ``w_i_diag``,
    ``w_f_diag``, ``w_o_diag``.

    Lengths below 0 count as 0 and those above T as T, and what stands behind a row's end has no effect; TensorFlow
    fails when it runs, and lets NaN through.

    Args:
        num_units: The number of units.
        forget_bias: Added to f besides the bias.
        cell_clip: The bound of c; None, 0 or less for no bound.
        use_peephole: Whether the gates see c.
        reuse: Whether to use variables that exist.
        dtype: The dtype of its variables; by default that of the first input.
        name: The name of the scope of its variables.

    Source:
        ``tf.contrib.rnn.LSTMBlockFusedCell``; Zaremba et al., 2014.
    """

    def __init__(
        self,
        num_units: Any,
        forget_bias: Any = 1.0,
        cell_clip: Any = None,
        use_peephole: bool = False,
        reuse: Any = None,
        dtype: Any = None,
        name: Any = "lstm_fused_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._cell_clip = cell_clip
        self._use_peephole = use_peephole
        self.input_spec = InputSpec(ndim=3)

    @property
    def num_units(self) -> int:
        """The number of units."""
        return int(self._num_units)

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        depth, units = TensorShape(input_shape)[2].value, self._num_units
        if depth is None:
            raise ArgumentError(f"Expecting inputs_shape[2] to be set: {input_shape}", user_location())
        weights = {
            "kernel": self.add_weight("kernel", [depth + units, 4 * units]),
            "bias": self.add_weight("bias", [4 * units], initializer=Constant(0.0)),
        }
        if self._use_peephole:
            weights.update((name, self.add_weight(name, [units])) for name in ("w_i_diag", "w_f_diag", "w_o_diag"))
        self._step = _Step(weights, units, self._forget_bias, self._cell_clip, self._use_peephole)
        self.built = True

    def _over_time(self, x: Tensor, state: LSTMStateTuple, dtype: Any, lengths: Tensor | None) -> Any:
        return over_time(self._step, x, lengths, state, dtype, None, True, get_variable_scope())


class _Step(LSTMBlockCell):
    """One step of a fused cell, with the variables of that."""

    def __init__(self, weights: dict[str, Any], *args: Any) -> None:
        super().__init__(*args)
        for name, weight in weights.items():
            setattr(self, f"_{name}", weight)
        self.built = True
