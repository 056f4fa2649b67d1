"""Parts of ``dynamic_rnn`` that files with loops of their own import. Source: ``tensorflow.python.ops.rnn``."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, user_location
from rnn2onnx.stand_in.internals.cells import _like_rnncell
from rnn2onnx.tf.ops.array_ops import reverse_sequence, stack, unstack, where
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn.batch_and_time import best_effort_input_batch_size, transpose_batch_time
from rnn2onnx.tf.shapes.shape import TensorShape, unknown_shape
from rnn2onnx.tf.shapes.static_value import constant_value

__all__: list[str] = []


_transpose_batch_time = transpose_batch_time
_best_effort_input_batch_size = best_effort_input_batch_size


def _infer_state_dtype(explicit_dtype: Any, state: Any) -> Any:
    """The dtype given, or the one that all tensors of a state have.

    Raises:
        ArgumentError: The state has no tensors, or their dtypes differ.
    """
    if explicit_dtype is not None:
        return explicit_dtype
    if not nest.is_nested(state):
        return state.dtype
    dtypes = {leaf.dtype for leaf in nest.flatten(state)}
    if len(dtypes) != 1:
        raise ArgumentError(
            "State has tensors of different inferred_dtypes. Unable to infer a single representative dtype."
            if dtypes
            else "Unable to infer dtype from empty state.",
            user_location(),
        )
    return dtypes.pop()


def _maybe_tensor_shape_from_tensor(shape: Any) -> Any:
    """A vector of lengths as a shape, of which those are known that are constant."""
    if isinstance(shape, TensorShape) or not hasattr(shape, "op"):
        return shape
    known = constant_value(shape, partial=True)
    return unknown_shape(shape.shape[0].value) if known is None else TensorShape([*known])


def _reverse_seq(input_seq: Any, lengths: Any) -> Any:
    """A list of tensors ``[batch, …]`` in reverse order, or each row reversed up to its length."""
    if lengths is None:
        return list(reversed(input_seq))
    flat = [nest.flatten(step) for step in input_seq]
    columns = [
        unstack(reverse_sequence(stack(column), lengths, seq_axis=0, batch_axis=1), len(flat))
        for column in zip(*flat, strict=True)
    ]
    steps = zip(input_seq, zip(*columns, strict=True), strict=True)
    return [nest.pack_sequence_as(like, list(leaves)) for like, leaves in steps]


def _rnn_step(
    time: Any,
    sequence_length: Any,
    min_sequence_length: Any,
    max_sequence_length: Any,
    zero_output: Any,
    state: Any,
    call_cell: Any,
    state_size: Any,
    skip_conditionals: bool = False,
) -> tuple[Any, Any]:
    """One step of a loop over time: past a row's length the output is ``zero_output`` and the state stays.

    Args:
        time: The number of the step.
        sequence_length: The lengths ``[batch]``.
        min_sequence_length: Without effect.
        max_sequence_length: Without effect.
        zero_output: A nest like the output.
        state: The state before the step.
        call_cell: Gives the output and the new state.
        state_size: Without effect.
        skip_conditionals: Without effect.
    """
    output, new_state = call_cell()
    past = time >= sequence_length

    def kept(old: Any, new: Any) -> Any:
        old = convert_to_tensor(old)
        if len(old.shape) == 0:
            return new
        return where(past, old, new)

    flat = [kept(zero, leaf) for zero, leaf in zip(nest.flatten(zero_output), nest.flatten(output), strict=True)]
    frozen = [kept(old, new) for old, new in zip(nest.flatten(state), nest.flatten(new_state), strict=True)]
    return nest.pack_sequence_as(output, flat), nest.pack_sequence_as(state, frozen)


def _should_cache() -> bool:
    return False


def _is_keras_rnn_cell(rnn_cell: Any) -> bool:
    return not _like_rnncell(rnn_cell) and hasattr(rnn_cell, "get_initial_state")
