"""``tf.contrib.rnn.stack_bidirectional_rnn`` and ``…_dynamic_rnn``: each layer reads both directions of the last."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.rnn.bidirectional_rnn import bidirectional_dynamic_rnn
from rnn2onnx.tf.rnn.static_rnn import static_bidirectional_rnn
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn"]


def stack_bidirectional_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Layers of ``static_bidirectional_rnn``, each over the joined outputs of the one before.

    Args:
        cells_fw: A list of cells that run forwards, one for each layer.
        cells_bw: As many cells that run backwards.
        inputs: A list of T nests of tensors [B, …].
        initial_states_fw: A list of the forward cells' initial states; zeros if None.
        initial_states_bw: A list of the backward cells' initial states; zeros if None.
        dtype: Of the initial states; needed unless all are given.
        sequence_length: Integers [B], steps. Past it outputs are zero and the state stays. None: T for every row.
        scope: The variable scope, "stack_bidirectional_rnn" by default; layer i is in ``cell_i`` inside it.

    Returns:
        The list of T outputs of the last layer; the final states forwards, one for each layer; those backwards.

    Raises:
        TypeError: A cell is no cell.
        ValueError: Cells or states are no lists, or not as many as there are layers; as ``static_bidirectional_rnn``.

    Source:
        ``tf.contrib.rnn.stack_bidirectional_rnn``; Graves, Jaitly, Mohamed, "Hybrid speech recognition with deep
        bidirectional LSTM", 2013.
    """
    _check(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    ends: list[tuple[Any, Any]] = []
    layer = inputs
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for index, (forward, backward) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{index}") as opened:
                layer, *states = static_bidirectional_rnn(
                    forward,
                    backward,
                    layer,
                    _of_layer(initial_states_fw, index),
                    _of_layer(initial_states_bw, index),
                    dtype,
                    sequence_length,
                    opened,
                )
            ends.append((states[0], states[1]))
    return layer, tuple(fw for fw, _ in ends), tuple(bw for _, bw in ends)


def stack_bidirectional_dynamic_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Layers of ``bidirectional_dynamic_rnn``, each over the joined outputs of the one before.

    Args:
        cells_fw: A list of cells that run forwards, one for each layer.
        cells_bw: As many cells that run backwards.
        inputs: A nest of tensors [B, T, …]; [T, B, …] if ``time_major``.
        initial_states_fw: A list of the forward cells' initial states; zeros if None.
        initial_states_bw: A list of the backward cells' initial states; zeros if None.
        dtype: Of the initial states; needed unless all are given.
        sequence_length: Integers [B], steps. Past it outputs are zero and the state stays. None: T for every row.
        parallel_iterations: No meaning here.
        time_major: Whether time comes before batch in inputs and outputs.
        scope: The variable scope, "stack_bidirectional_rnn" by default; layer i is in ``cell_i/bidirectional_rnn``
            inside it.
        swap_memory: No meaning here.

    Returns:
        The outputs of the last layer [B, T, both widths]; the final states forwards, one for each layer; those
        backwards.

    Raises:
        TypeError: A cell is no cell.
        ValueError: Cells or states are no lists, or not as many as there are layers; as ``bidirectional_dynamic_rnn``.

    Source:
        ``tf.contrib.rnn.stack_bidirectional_dynamic_rnn``; Graves, Jaitly, Mohamed, "Hybrid speech recognition with
        deep bidirectional LSTM", 2013.
    """
    _check(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    ends: list[tuple[Any, Any]] = []
    layer = inputs
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for index, (forward, backward) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{index}"):
                outputs, states = bidirectional_dynamic_rnn(
                    forward,
                    backward,
                    layer,
                    sequence_length,
                    _of_layer(initial_states_fw, index),
                    _of_layer(initial_states_bw, index),
                    dtype,
                    parallel_iterations,
                    swap_memory,
                    time_major,
                )
                layer = concat(list(outputs), 2)
            ends.append(states)
    return layer, tuple(fw for fw, _ in ends), tuple(bw for _, bw in ends)


def _check(cells_fw: Any, cells_bw: Any, states_fw: Any, states_bw: Any) -> None:
    for which, cells in (("fw", cells_fw), ("bw", cells_bw)):
        if not cells:
            raise ArgumentError(f"Must specify at least one {which} cell for BidirectionalRNN.", user_location())
    for which, cells in (("fw", cells_fw), ("bw", cells_bw)):
        if not isinstance(cells, list):
            raise ArgumentError(
                f"cells_{which} must be a list of RNNCells (one per layer). Received {cells!r}.", user_location()
            )
    if len(cells_fw) != len(cells_bw):
        raise ArgumentError(
            f"Forward and Backward cells must have the same depth. There are {len(cells_fw)} and {len(cells_bw)}.",
            user_location(),
        )
    for which, states in (("fw", states_fw), ("bw", states_bw)):
        if states is not None and (not isinstance(states, list) or len(states) != len(cells_fw)):
            raise ArgumentError(
                f"initial_states_{which} must be a list of state tensors (one per layer). There are {len(cells_fw)} "
                f"layers; received {states!r}.",
                user_location(),
            )


def _of_layer(states: Any, index: int) -> Any:
    return states[index] if states else None
