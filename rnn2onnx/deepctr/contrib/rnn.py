"""``deepctr.contrib.rnn.dynamic_rnn``: a cell run over time, with an attention score for every step."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.filling import range as range_
from rnn2onnx.tf.ops.gather_ops import gather
from rnn2onnx.tf.ops.reshaping import tile, transpose
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn import dynamic_rnn as tf_rnn
from rnn2onnx.tf.variables.variable_scope import AUTO_REUSE, variable_scope

__all__ = ["dynamic_rnn"]


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    att_scores: Any = None,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """``tf.nn.dynamic_rnn`` of a cell that may take an attention score in every step.

    One difference from deepctr: a state without rows, such as a scalar that counts steps, goes on up to the longest
    length, as in ``tf.nn.dynamic_rnn``, and not always up to T.

    Args:
        cell: One step: ``cell(x[B, …], state, score[B, k]) -> (output, state)``; without ``att_scores`` that of
            ``tf.nn.dynamic_rnn``.
        inputs: A nest of tensors [B, T, …]; [T, B, …] if ``time_major``.
        att_scores: [B, T, k], k being 1 or what the cell makes of it; batch comes first even if ``time_major``. Scores
            past T are left out; scores of fewer steps are an error when the program runs.
        sequence_length: Integers [B], any values. Past it outputs are zero and the state stays. None: T for every row.
        initial_state: A nest like ``cell.state_size``; zeros if None.
        dtype: Of the initial state and the outputs; needed without ``initial_state``.
        parallel_iterations: No meaning here.
        swap_memory: No meaning here.
        time_major: Whether time comes before batch in inputs and outputs.
        scope: The variable scope, "rnn" by default; its variables are made, or found where they exist.

    Returns:
        outputs, a nest like ``cell.output_size`` of [B, T, …] (or [T, B, …]), and the state, a nest like
        ``cell.state_size``.

    Raises:
        TypeError: ``cell`` is no cell, or does not take a score that is there, or is not given one that it takes.
        ValueError: Shapes don't fit; no dtype and no state; lengths are not a vector.

    Source:
        ``deepctr.contrib.rnn.dynamic_rnn``.
    """
    if isinstance(cell, type) or not callable(cell) or not all(hasattr(cell, name) for name in _Scored.NEEDED):
        raise ArgumentTypeError(
            f"cell must be an instance of RNNCell, with {', '.join(_Scored.NEEDED)}, not {cell!r}.", user_location()
        )
    flat = [convert_to_tensor(leaf) for leaf in nest.flatten(inputs)]
    for tensor in flat:
        if len(tensor.dims) < 2:
            raise ShapeError(
                f"Expected input tensor {tensor!r} to have rank at least 2, but saw shape: {tensor.shape}. Inputs are "
                f"{'[time, batch, depth]' if time_major else '[batch, time, depth]'}.",
                user_location(),
            )
    lengths = None if sequence_length is None else convert_to_tensor(sequence_length)
    if lengths is not None and len(lengths.dims) != 1:
        raise ShapeError(
            f"sequence_length must be a vector of length batch_size, but saw shape: {lengths.shape}", user_location()
        )
    if initial_state is None and not dtype:
        raise ArgumentError(
            "If there is no initial_state, you must give a dtype. Add dtype=tf.float32, say.", user_location()
        )
    with variable_scope(scope or "rnn", reuse=AUTO_REUSE) as opened:
        walked: Any = nest.pack_sequence_as(inputs, flat)
        if att_scores is not None and flat:
            walked = walked, _scores(convert_to_tensor(att_scores), flat[0], time_major)
        return tf_rnn.dynamic_rnn(
            _Scored(cell, att_scores is not None),
            walked,
            lengths,
            initial_state,
            dtype,
            parallel_iterations,
            swap_memory,
            time_major,
            opened,
        )


class _Scored:
    """A cell whose input is the pair of an input and its score, as the cell of one walk over both."""

    NEEDED = "output_size", "state_size", "zero_state"

    def __init__(self, cell: Any, scored: bool) -> None:
        self._cell = cell
        self._has_scores = scored
        self.output_size = cell.output_size
        self.state_size = cell.state_size
        self.zero_state = cell.zero_state

    def __call__(self, inputs: Any, state: Any) -> Any:
        return self._cell(*((inputs[0], state, inputs[1]) if self._has_scores else (inputs, state)))


def _scores(scores: Tensor, first: Tensor, time_major: bool) -> Tensor:
    """The scores of the steps of ``first``, time and batch in its order."""
    rank = len(scores.dims)
    if rank < 3:
        raise ShapeError(
            f"Index out of range using input dim {rank}; input has only {rank} dims: att_scores are {scores.shape}, "
            "but each step reads att_scores[:, time, :]. Give [batch, time, 1] or [batch, time, units].",
            user_location(),
        )
    time, batch = (0, 1) if time_major else (1, 0)
    if scores.dims[1] != first.dims[time]:
        # A gather, unlike a slice, fails when steps are missing.
        scores = gather(scores, range_(shape(first)[time]), axis=1)
    if scores.dims[0] == 1 and first.dims[batch] != 1:
        # The cell's arithmetic would take one row of scores for every row, but what is walked together has equal rows.
        scores = tile(scores, [shape(first)[batch], *[1] * (rank - 1)])
    return transpose(scores, [1, 0, *range(2, rank)]) if time_major else scores
