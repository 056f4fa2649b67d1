"""Decoders over a list of steps that attend to the states of an encoder."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.legacy_seq2seq.decoders import LoopFunction, embedded_choice, walked
from rnn2onnx.tf.ops.array_ops import concat, expand_dims, reshape, shape, squeeze, stack, zeros
from rnn2onnx.tf.ops.math_ops import cast, matmul, reduce_sum, tanh
from rnn2onnx.tf.ops.nn_ops import embedding_lookup, softmax
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.static_rnn import static_rnn
from rnn2onnx.tf.rnn_cell.affine import _linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope


class _AttendingCell(RNNCell):
    """A cell that also reads what it attended to a step before, and whose output is projected with what it reads now.

    Its variables are in the scope that is open.
    """

    def __init__(self, cell: Any, memory: Tensor, num_heads: int, output_size: Any, dtype: Any) -> None:
        super().__init__()
        self._cell, self._memory, self._output_size, self._dtype_used = cell, memory, output_size, dtype
        size = memory.shape[2].value
        self._attention_size = int(size) if size is not None else 0
        self._heads = []
        for head in range(num_heads):
            kernel = get_variable(f"AttnW_{head}", [1, 1, size, size], dtype=dtype)
            scores = get_variable(f"AttnV_{head}", [size], dtype=dtype)
            # A window of one element over the memory is one product for each of its rows.
            keys = reshape(matmul(reshape(memory, [-1, size]), reshape(kernel, [size, size])), shape(memory))
            self._heads.append((keys, scores))
        self.attended_before = False

    @property
    def state_size(self) -> Any:
        return self._cell.state_size, [self._attention_size] * len(self._heads)

    @property
    def output_size(self) -> Any:
        return self._output_size

    def attend(self, query: Any) -> list[Tensor]:
        """What each head reads for a query, a tensor or a nest of them."""
        leaves = nest.flatten(query)
        joined = concat(leaves, 1) if len(leaves) > 1 else leaves[0]
        read = []
        for head, (keys, scores) in enumerate(self._heads):
            with variable_scope(f"Attention_{head}"):
                asked = cast(_linear(joined, self._attention_size, True), self._dtype_used)
                weights = softmax(reduce_sum(scores * tanh(keys + expand_dims(asked, 1)), 2))
                read.append(squeeze(matmul(expand_dims(weights, 1), self._memory), 1))
        return read

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        inner, attended = state
        given = [cast(each, self._dtype_used) for each in (inputs, *attended)]
        output, inner = self._cell(_linear(given, inputs.shape[1].value, True), inner)
        with variable_scope(get_variable_scope(), reuse=True if self.attended_before else None):
            attended = self.attend(inner)
        with variable_scope("AttnOutputProjection"):
            output = _linear([cast(output, self._dtype_used), *attended], self._output_size, True)
        return output, (inner, attended)


def attention_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    output_size: Any = None,
    num_heads: int = 1,
    loop_function: LoopFunction | None = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """The outputs of a cell over a list of inputs that attends to a memory, and its last state.

    Args:
        decoder_inputs: Tensors ``[batch, depth]``.
        initial_state: The state of the cell before the first.
        attention_states: The memory ``[batch, length, size]``.
        cell: The cell.
        output_size: The width of the outputs; that of the cell's by default.
        num_heads: How often it attends.
        loop_function: Gives the input of a step, but not of the first, for the output of the step before.
        dtype: Of the variables; the scope's by default.
        scope: The scope of the variables; ``attention_decoder`` by default.
        initial_state_attention: Whether the first step reads what the initial state attends to; zeros otherwise.

    Raises:
        ArgumentError: There are no inputs or heads, or the size of the memory or of the inputs is unknown.

    Source:
        ``tf.contrib.legacy_seq2seq.attention_decoder``; Vinyals et al., 2014.
    """
    # Only the first step needs an input where a function gives the others.
    fed = loop_function is not None
    inputs = [each if fed and each is None else convert_to_tensor(each) for each in decoder_inputs]
    if not inputs:
        raise ArgumentError("Must provide at least 1 input to attention decoder.", user_location())
    if num_heads < 1:
        raise ArgumentError("With less than 1 heads, use a non-attention decoder.", user_location())
    memory = convert_to_tensor(attention_states)
    if memory.shape[2].value is None:
        raise ArgumentError(f"Shape[2] of attention_states must be known: {memory.shape}", user_location())
    for each in inputs:
        if each is not None and each.shape[1].value is None:
            raise ArgumentError(f"Could not infer input size from input: {each.name}", user_location())
    with variable_scope(scope or "attention_decoder", dtype=dtype) as opened:
        size = cell.output_size if output_size is None else output_size
        step = _AttendingCell(cell, memory, num_heads, size, opened.dtype)
        if initial_state_attention:
            attended = step.attend(initial_state)
            step.attended_before = True
        else:
            rows = stack([shape(inputs[0])[0], memory.shape[2].value])
            attended = [zeros(rows, dtype=opened.dtype) for _ in range(num_heads)]
            for each in attended:
                each.set_shape([None, memory.shape[2].value])
        start = (initial_state, attended)
        if loop_function is None:
            outputs, state = static_rnn(step, inputs, start, scope=opened)
        else:
            outputs, state = walked(step, inputs, start, loop_function)
        return outputs, state[0]


def embedding_attention_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: Any = None,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """``attention_decoder`` of symbols, which are looked up in the variable ``embedding``.

    Args:
        decoder_inputs: Integer tensors ``[batch]``.
        initial_state: The state of the cell before the first.
        attention_states: The memory ``[batch, length, size]``.
        cell: The cell.
        num_symbols: The rows of the table.
        embedding_size: Its columns.
        num_heads: How often it attends.
        output_size: The width of the outputs; that of the cell's by default.
        output_projection: A pair (weights, biases) that makes an output scores of symbols, or None.
        feed_previous: Whether each step but the first is fed the symbol that the one before found likeliest.
        update_embedding_for_previous: Whether training changes the table by those.
        dtype: Of the variables; the scope's by default.
        scope: The scope of the variables; ``embedding_attention_decoder`` by default.
        initial_state_attention: As in ``attention_decoder``.

    Raises:
        ValueError: The biases of the projection have another size.

    Source:
        ``tf.contrib.legacy_seq2seq.embedding_attention_decoder``.
    """
    if output_projection is not None:
        convert_to_tensor(output_projection[1]).shape.assert_is_compatible_with([num_symbols])
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        feed = embedded_choice(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        inputs = [embedding_lookup(embedding, ids) for ids in decoder_inputs]
        return attention_decoder(
            inputs,
            initial_state,
            attention_states,
            cell,
            output_size=cell.output_size if output_size is None else output_size,
            num_heads=num_heads,
            loop_function=feed,
            initial_state_attention=initial_state_attention,
        )
