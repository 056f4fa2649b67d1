"""A cell that attends to its own last outputs: ``AttentionCellWrapper``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import flatten, is_nested
from rnn2onnx.tf.ops.activations import softmax
from rnn2onnx.tf.ops.elementwise import tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.ops.reshaping import expand_dims, reshape
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.affine import _Linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope


class AttentionCellWrapper(RNNCell):
    """The cell inside, with a weighted sum of its last ``attn_length`` outputs beside its inputs and outputs.

    ``out, s' = cell([x, a] W_1 + b_1, s)``; with H the last outputs, ``[attn_length, attn_size]``,
    ``p = softmax(Σ v tanh(H K + [s'] W_2 + b_2))`` and ``a' = Σ p H``; the output is ``[out, a'] W_3 + b_3``, which
    also becomes the last row of H'. The state is ``(s, a, H as one row)``.

    Variables in this order: ``kernel``, ``bias`` (W_1, b_1), those of the cell, ``attention/attn_w`` (K),
    ``attention/attn_v``, ``attention/kernel``, ``attention/bias`` (W_2, b_2), ``attn_output_projection/kernel``,
    ``attn_output_projection/bias``.

    Args:
        cell: The cell inside.
        attn_length: How many outputs are kept.
        attn_size: The size of a and of the output; None: the cell's output size.
        attn_vec_size: The number of columns of K; None: ``attn_size``.
        input_size: The size of the inputs of the cell; None: that of the inputs.
        state_is_tuple: States are tuples, else one tensor with the columns of all three.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.
        ArgumentError: ``attn_length`` is not positive; or the cell's state is a nest and ``state_is_tuple`` is False.

    Source:
        ``tf.contrib.rnn.AttentionCellWrapper``; Cheng et al., 2016.
    """

    def __init__(
        self,
        cell: Any,
        attn_length: Any,
        attn_size: Any = None,
        attn_vec_size: Any = None,
        input_size: Any = None,
        state_is_tuple: bool = True,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        if is_nested(cell.state_size) and not state_is_tuple:
            raise ArgumentError(
                "Cell returns tuple of states, but the flag state_is_tuple is not set. "
                f"State size is: {cell.state_size}",
                user_location(),
            )
        if attn_length <= 0:
            raise ArgumentError(f"attn_length should be greater than zero, got {attn_length}", user_location())
        self._cell = cell
        self._attn_length = attn_length
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._input_size = input_size
        self._state_is_tuple = state_is_tuple
        self._to_inputs: _Linear | None = None
        self._to_query: _Linear | None = None
        self._to_output: _Linear | None = None

    @property
    def state_size(self) -> Any:
        """The state size of the cell, the size of a, and that of H; or their sum."""
        sizes = (self._cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """The size of a."""
        return self._attn_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output, and the new state, a and H."""
        if self._state_is_tuple:
            cell_state, attended, kept = state
        else:
            size, length = self._attn_size, self._attn_length
            cell_state, attended, kept = split(state, [self._cell.state_size, size, size * length], 1)
        kept = reshape(kept, [-1, self._attn_length, self._attn_size])
        if self._to_inputs is None:
            size = inputs.shape.as_list()[1] if self._input_size is None else self._input_size
            self._to_inputs = _Linear([inputs, attended], size, True)
        output, cell_state = self._cell(self._to_inputs([inputs, attended]), cell_state)
        with variable_scope("attention"):
            attended = self._attention(concat(flatten(cell_state), 1), kept)
        with variable_scope("attn_output_projection"):
            if self._to_output is None:
                self._to_output = _Linear([output, attended], self._attn_size, True)
            output = self._to_output([output, attended])
        kept = reshape(concat([kept[:, 1:], expand_dims(output, 1)], 1), [-1, self._attn_length * self._attn_size])
        new_state = (cell_state, attended, kept)
        return output, new_state if self._state_is_tuple else concat(new_state, 1)

    def _attention(self, query: Tensor, kept: Tensor) -> Tensor:
        """The sum of the kept outputs ``[batch, length, size]``, weighted by how well they answer the query."""
        size, columns = self._attn_size, self._attn_vec_size
        kernel = get_variable("attn_w", [1, 1, size, columns])
        v = get_variable("attn_v", [columns])
        if self._to_query is None:
            self._to_query = _Linear(query, columns, True)
        features = matmul(kept, reshape(kernel, [size, columns]))
        scores = reduce_sum(v * tanh(features + expand_dims(self._to_query(query), 1)), 2)
        return reduce_sum(expand_dims(softmax(scores), 2) * kept, 1)
