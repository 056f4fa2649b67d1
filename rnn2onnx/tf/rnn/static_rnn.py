"""``tf.nn.static_rnn`` and ``tf.nn.static_bidirectional_rnn``: a cell run over a list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.joining import concat, stack, unstack
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.rnn.dynamic_rnn import recurrence
from rnn2onnx.tf.rnn.listed_steps import Masking, run_steps
from rnn2onnx.tf.rnn.step_checks import initial_state_of, output_dtype, same_rows
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["static_bidirectional_rnn", "static_rnn"]


def static_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Every output of ``cell`` run over a list of steps, and the state after each row's last step.

    The cell is called for every step, and recorded as one recurrence as long as its steps are alike.

    Args:
        cell: One step: ``cell(x[B, …], state) -> (output, state)``.
        inputs: A list of T nests of tensors [B, …], of which all lengths but B are known; or of tensors [B].
        initial_state: A nest like ``cell.state_size``; zeros if None.
        dtype: Of the initial state and, with lengths, of the outputs; needed without ``initial_state``.
        sequence_length: Integers [B], steps; any value: below 1 no step is taken, above T all are. Past it outputs are
            zero and the state stays. None: T for every row.
        scope: The variable scope, "rnn" by default.

    Returns:
        A list of T outputs, and the state.

    Raises:
        TypeError: ``cell`` is no cell; ``inputs`` is no list; with lengths, structures or dtypes change.
        ValueError: There are no inputs; shapes don't fit; no dtype and no state; lengths are not a vector.

    Source:
        ``tf.nn.static_rnn``.
    """
    assert_like_rnncell("cell", cell)
    _check_listed(inputs)
    return over_steps(cell, inputs, initial_state, dtype, sequence_length, scope or "rnn")


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any, Any]:
    """The outputs of one cell run forwards and another run backwards over a list of steps, joined, and both states.

    Lengths below 0 count as 0 and those above T as T, as in ``static_rnn``; TensorFlow fails there when it runs.

    Args:
        cell_fw: One step forwards.
        cell_bw: One step backwards; may be of another class and width.
        inputs: A list of T nests of tensors [B, …].
        initial_state_fw: A nest like ``cell_fw.state_size``; zeros if None.
        initial_state_bw: A nest like ``cell_bw.state_size``; zeros if None.
        dtype: Of the initial states; needed unless both are given.
        sequence_length: Integers [B], steps. Past it outputs are zero and the state stays. None: T for every row.
        scope: The variable scope, "bidirectional_rnn" by default; the cells are in ``fw`` and ``bw`` inside it.

    Returns:
        A list of T outputs, each the two cells' side by side on axis 1; the state forwards; the state backwards.

    Raises:
        TypeError: A cell is no cell; ``inputs`` is no list.
        ValueError: There are no inputs; shapes don't fit; no dtype and no state.

    Source:
        ``tf.nn.static_bidirectional_rnn``.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    _check_listed(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as opened:
            forward, state_fw = over_steps(cell_fw, inputs, initial_state_fw, dtype, sequence_length, opened)
        with variable_scope("bw") as opened:
            backward, state_bw = over_steps(
                cell_bw, inputs, initial_state_bw, dtype, sequence_length, opened, reverse=True
            )
    leaves = [zip(*map(nest.flatten, steps), strict=True) for steps in (forward, backward)]
    columns = [_joined(fw, bw) for fw, bw in zip(*leaves, strict=True)]
    rows = [list(row) for row in zip(*columns, strict=True)]
    outputs = [nest.pack_sequence_as(step, row) for step, row in zip(forward, rows, strict=True)]
    return outputs, state_fw, state_bw


def over_steps(
    cell: Any,
    inputs: Any,
    initial_state: Any,
    dtype: Any,
    sequence_length: Any,
    scope: Any,
    *,
    reverse: bool = False,
) -> tuple[list[Any], Any]:
    """As ``static_rnn``; if ``reverse``, each row is read and written from its last step before its length back."""
    with variable_scope(scope) as opened:
        steps = [nest.map_structure(convert_to_tensor, step) for step in inputs]
        flat = nest.flatten(steps)
        first = flat[0]
        # Ids, one for each row, need no width; TensorFlow checks nothing then.
        if len(first.dims) != 1:
            _check_shapes(flat)
        for tensor in flat:
            if tensor.dims:
                same_rows(tensor.dims[0], first.dims[0], "a step of the inputs")
        rows = first.shape[0].value or shape(first)[0]
        state = initial_state_of(cell, initial_state, rows, dtype)
        lengths = None if sequence_length is None else _lengths(sequence_length, rows, first)
        if any(isinstance(leaf, TensorArray) for leaf in nest.flatten(state)):
            return _carrying_arrays(cell, steps, state, dtype, lengths, reverse)
        masking = None
        for leaf in nest.flatten(state):
            dims = convert_to_tensor(leaf).dims
            # Certainly where rows are masked, and where nothing is known: zeros of one row, say, may yet be spread.
            if dims and (lengths is not None or (len(dims) > 1 and isinstance(dims[0], str))):
                same_rows(dims[0], first.dims[0], "the initial state")
        if lengths is not None:
            masking = Masking(lengths, cell.output_size, output_dtype(dtype, state))
        return run_steps(cell, steps, state, masking, opened, reverse=reverse)


def _joined(forward: Sequence[Tensor], backward: Sequence[Tensor]) -> list[Tensor]:
    """Each step's two outputs side by side, those of all steps at once where they are of one type."""
    if any(len({tensor.recorded.type for tensor in steps}) > 1 for steps in (forward, backward)):
        return [concat([fw, bw], 1) for fw, bw in zip(forward, backward, strict=True)]
    return unstack(concat([stack(list(forward)), stack(list(backward))], 2), len(forward))


def _carrying_arrays(
    cell: Any, steps: Sequence[Any], state: Any, dtype: Any, lengths: Tensor | None, reverse: bool
) -> tuple[list[Any], Any]:
    """The same for a state with TensorArrays in it, whose rows get their shape in one body: the steps are alike."""
    flat = [stack(list(parts)) for parts in zip(*map(nest.flatten, steps), strict=True)]
    inputs = nest.pack_sequence_as(steps[0], flat)
    rows, final = recurrence(cell, inputs, flat, lengths, state, dtype, reverse)
    parts = zip(*(unstack(leaf, len(steps)) for leaf in nest.flatten(rows)), strict=True)
    return [nest.pack_sequence_as(rows, list(part)) for part in parts], final


def _check_listed(inputs: Any) -> None:
    if not nest.is_nested(inputs):
        raise ArgumentTypeError(
            f"Argument `inputs` must be a sequence. Received: {inputs}. Take a tensor apart with tf.unstack, or run it "
            "by tf.nn.dynamic_rnn.",
            user_location(),
        )
    if not inputs:
        raise ArgumentError("Argument `inputs` must not be empty. Give one tensor for each step.", user_location())


def _check_shapes(flat: Sequence[Tensor]) -> None:
    first = flat[0].shape.with_rank_at_least(2)
    for tensor in flat:
        found = tensor.shape.with_rank_at_least(2)
        first[0].assert_is_compatible_with(found[0])
        for index, size in enumerate(found.as_list()[1:]):
            if size is None:
                raise ShapeError(
                    f"Input size (dimension {index} of input {tensor!r}) must be accessible via shape inference, but "
                    "saw value None. Say the lengths of all axes but the batch in its shape.",
                    user_location(),
                )


def _lengths(sequence_length: Any, rows: Any, first: Tensor) -> Tensor:
    given = convert_to_tensor(sequence_length)
    if len(given.dims) != 1:
        raise ShapeError(
            f"Argument `sequence_length` must be a vector of length {rows}. Received sequence_length={given!r}.",
            user_location(),
        )
    same_rows(given.dims[0], first.dims[0], "sequence_length")
    return emit("cast", given, dtype=np.dtype(np.int32))
