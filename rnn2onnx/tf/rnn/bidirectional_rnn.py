"""``tf.nn.bidirectional_dynamic_rnn``: one cell run forwards and another backwards over the same inputs."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.rnn.dynamic_rnn import over_time
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["bidirectional_dynamic_rnn"]


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Every output of ``cell_fw`` run forwards and ``cell_bw`` run backwards over time, and both states at the ends.

    The backward cell reads each row from its last step before the row's length to its first; its outputs stand where
    their inputs do, and its final state is the one after step 0.

    A length below 0 counts as 0 and one above T as T, in both directions, as in ``dynamic_rnn``; TensorFlow fails there
    when it runs. Nested outputs of the backward cell are reversed leaf by leaf, which TensorFlow gets wrong.

    Args:
        cell_fw: One step forwards: ``cell(x[B, …], state) -> (output, state)``.
        cell_bw: One step backwards; may be of another class and width.
        inputs: A nest of tensors [B, T, …]; [T, B, …] if ``time_major``. All lengths from the third on are known.
        sequence_length: Integers [B], steps. Past it outputs are zero and the state stays. None: T for every row.
        initial_state_fw: A nest like ``cell_fw.state_size``; zeros if None.
        initial_state_bw: A nest like ``cell_bw.state_size``; zeros if None.
        dtype: Of initial states and outputs; needed unless both states are given.
        parallel_iterations: No meaning here.
        swap_memory: No meaning here.
        time_major: Whether time comes before batch in inputs and outputs.
        scope: The variable scope, "bidirectional_rnn" by default; the cells are in ``fw`` and ``bw`` inside it.

    Returns:
        (outputs forwards, outputs backwards), each a nest like the cell's ``output_size`` of [B, T, …] (or [T, B, …]),
        and (state forwards, state backwards).

    Raises:
        TypeError: A cell is no cell; structures or dtypes change from step to step.
        ValueError: Shapes don't fit; no dtype and no state; lengths are not a vector.

    Source:
        ``tf.nn.bidirectional_dynamic_rnn``; Schuster, Paliwal, "Bidirectional recurrent neural networks", 1997.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as opened:
            output_fw, state_fw = over_time(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, parallel_iterations, time_major, opened
            )
        with variable_scope("bw") as opened:
            output_bw, state_bw = over_time(
                cell_bw,
                inputs,
                sequence_length,
                initial_state_bw,
                dtype,
                parallel_iterations,
                time_major,
                opened,
                reverse=True,
            )
    return (output_fw, output_bw), (state_fw, state_bw)
