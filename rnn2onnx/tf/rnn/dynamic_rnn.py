"""``tf.nn.dynamic_rnn``: a cell run over time, recorded as one ``recur``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.loops.bodies import trace
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.rnn.step_checks import (
    check_state,
    checked_output,
    initial_state_of,
    leaves_of,
    output_dtype,
    same_rows,
)
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["dynamic_rnn"]


class EmptyInputsError(ArgumentError, IndexError):
    """No inputs at all: a ValueError as documented, and the IndexError that TensorFlow raises."""


class ParallelIterationsError(ArgumentError, AssertionError):
    """``parallel_iterations`` is no int: the AssertionError that TensorFlow raises."""


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """Every output of ``cell`` run over time, and the state after each row's last step.

    Args:
        cell: One step: ``cell(x[B, …], state) -> (output, state)``.
        inputs: A nest of tensors [B, T, …]; [T, B, …] if ``time_major``. All lengths from the third on are known.
        sequence_length: Integers [B], steps; any value: below 1 no step is taken, above T all are. Past it outputs are
            zero and the state stays. None: T for every row.
        initial_state: A nest like ``cell.state_size``; zeros if None.
        dtype: Of the initial state and the outputs; needed without ``initial_state``.
        parallel_iterations: No meaning here.
        swap_memory: No meaning here.
        time_major: Whether time comes before batch in inputs and outputs.
        scope: The variable scope, "rnn" by default.

    Returns:
        outputs, a nest like ``cell.output_size`` of [B, T, …] (or [T, B, …]), and the state, a nest like
        ``cell.state_size``.

    Raises:
        TypeError: ``cell`` is no cell; structures or dtypes change from step to step.
        ValueError: Shapes don't fit; no dtype and no state; lengths are not a vector.

    Source:
        ``tf.nn.dynamic_rnn``.
    """
    assert_like_rnncell("cell", cell)
    return over_time(
        cell, inputs, sequence_length, initial_state, dtype, parallel_iterations, time_major, scope or "rnn"
    )


def over_time(
    cell: Any,
    inputs: Any,
    sequence_length: Any,
    initial_state: Any,
    dtype: Any,
    parallel_iterations: int | None,
    time_major: bool,
    scope: Any,
    *,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """As ``dynamic_rnn``; if ``reverse``, each row is read and written from its last step before its length back."""
    with variable_scope(scope):
        flat = [convert_to_tensor(leaf) for leaf in nest.flatten(inputs)]
        if not flat:
            raise EmptyInputsError(
                "dynamic_rnn was given no inputs (tuple index out of range): give a tensor or a nest of them.",
                user_location(),
            )
        if not time_major:
            flat = [_time_first(tensor) for tensor in flat]
        if parallel_iterations and not isinstance(parallel_iterations, int):
            raise ParallelIterationsError(
                f"parallel_iterations must be int, not {parallel_iterations!r}.", user_location()
            )
        if parallel_iterations and parallel_iterations < 1:
            raise ArgumentTypeError("'parallel_iterations' must be a positive integer.", user_location())
        lengths = None if sequence_length is None else _lengths(sequence_length)
        state = initial_state_of(cell, initial_state, _batch(flat), dtype)
        _check_inputs(flat)
        outputs, final = recurrence(cell, nest.pack_sequence_as(inputs, flat), flat, lengths, state, dtype, reverse)
        if not time_major:
            outputs = nest.map_structure(_swapped, outputs)
        return outputs, final


def _time_first(tensor: Tensor) -> Tensor:
    if len(tensor.dims) < 2:
        raise ShapeError(
            f"Input tensor should have rank >= 2. Received input={tensor!r} of rank {len(tensor.dims)}", user_location()
        )
    return _swapped(tensor)


def _swapped(tensor: Tensor) -> Tensor:
    return emit("transpose", tensor, perm=(1, 0, *range(2, len(tensor.dims))))


def _lengths(sequence_length: Any) -> Tensor:
    given = convert_to_tensor(sequence_length)
    lengths = emit("cast", given, dtype=np.dtype(np.int32))
    if len(lengths.dims) != 1:
        raise ShapeError(
            f"Argument sequence_length must be a vector of length batch_size. Received "
            f"sequence_length={given!r} of shape: "
            f"{lengths.shape}",
            user_location(),
        )
    return lengths


def _batch(flat: Sequence[Tensor]) -> Any:
    """The batch size: a number if any input says it, else that of the first input when the program runs."""
    for tensor in flat:
        if len(tensor.dims) > 1 and isinstance(tensor.dims[1], int):
            return tensor.dims[1]
    graph = get_default_graph()
    if len(flat[0].dims) < 2:
        return None
    value = graph.builder.dim_value(flat[0].dims[1])
    assert value is not None
    return emit("cast", Tensor(value, graph), dtype=np.dtype(np.int32))


def _check_inputs(flat: Sequence[Tensor]) -> None:
    shapes = [tensor.shape.with_rank_at_least(3) for tensor in flat]
    steps, batch = shapes[0].as_list()[:2]
    builder = get_default_graph().builder
    for tensor, shape in zip(flat, shapes, strict=True):
        if not shape[2:].is_fully_defined():
            raise ShapeError(
                "Input size (depth of inputs) must be accessible via shape inference, but saw value None for "
                f"input={tensor!r}. Say the lengths of all axes but batch and time in its shape.",
                user_location(),
            )
        for axis, first, what, named in (
            (
                0,
                steps,
                "Time steps is not the same for all the elements in the input in a batch. Received time steps",
                steps,
            ),
            (1, batch, "Batch_size is not the same for all the elements in the input. Received batch size", batch),
        ):
            found = shape.as_list()[axis]
            if first is not None and found is not None and first != found:
                raise ShapeError(f"{what}={found}, not {named} as in the first input.", user_location())
            builder.unify(flat[0].dims[axis], tensor.dims[axis])


def recurrence(
    cell: Any,
    inputs: Any,
    flat: Sequence[Tensor],
    lengths: Tensor | None,
    state: Any,
    dtype: Any,
    reverse: bool,
) -> tuple[Any, Any]:
    """The outputs of a cell for every step and its final state, recorded as one ``recur`` whose body is one call of it.

    Args:
        cell: One step.
        inputs: The nest of tensors [T, B, …].
        flat: Its leaves.
        lengths: i32[B], or None.
        state: The initial state: a nest of tensors and TensorArrays.
        dtype: Of the outputs; that of the state if None.
        reverse: Each row is read and written from its last step before its length back.
    """
    graph = get_default_graph()
    builder = graph.builder
    if isinstance(state, Tensor) and nest.is_nested(cell.state_size):
        raise ArgumentTypeError(
            f"Iterating over a symbolic tf.Tensor is not allowed: the state {state!r} is one tensor, but the "
            f"cell's state is "
            f"{cell.state_size}.",
            user_location(),
        )
    wanted = output_dtype(dtype, state)
    batch = flat[0].dims[1]
    if lengths is not None:
        same_rows(lengths.dims[0], batch, "sequence_length")
        batch = flat[0].dims[1]
    leaves = leaves_of(state)
    masked = [lengths is not None and isinstance(leaf, Tensor) and bool(leaf.dims) for leaf in leaves]
    outs: list[Tensor] = []

    def step(inside: list[Any], xs: list[Tensor]) -> list[Any]:
        output, after = cell(nest.pack_sequence_as(inputs, xs), nest.pack_sequence_as(state, inside))
        if lengths is not None:
            nest.assert_same_structure(cell.output_size, nest.map_structure(lambda _: 0, output), check_types=False)
        nest.assert_same_structure(state, after)
        for found, size in zip(nest.flatten(output), nest.flatten(cell.output_size), strict=False):
            outs.append(checked_output(convert_to_tensor(found), size, wanted, lengths is not None))
        new = leaves_of(after)
        for old, now in zip(inside, new, strict=True):
            check_state(old, now, selected=lengths is not None)
        return new

    for leaf, is_masked in zip(leaves, masked, strict=True):
        # Certainly where rows are masked, and where nothing is known: zeros of one row, say, may yet be spread.
        if isinstance(leaf, Tensor) and (is_masked or (len(leaf.dims) > 1 and isinstance(leaf.dims[0], str))):
            same_rows(leaf.dims[0], batch, "the initial state")
    trailing = [tensor.recorded.type.with_shape(tensor.dims[1:]) for tensor in flat]
    with graph.name_scope("while"):
        # Where a loop stands in TensorFlow's names: of variables that are named by name scopes, as those of Keras are.
        body = trace(leaves, step, trailing=trailing)
    body.block.results = (*body.block.results, *(tensor.recorded for tensor in outs))
    carried = [index for index, leaf in enumerate(body.leaves) if leaf.param is not None]
    operands = [*body.initials(), *(tensor.recorded for tensor in flat)]
    if lengths is not None:
        operands.append(lengths.recorded)
    values = builder.emit(
        "recur",
        operands,
        blocks=(body.block,),
        states=len(carried),
        lengths=lengths is not None,
        reverse=reverse,
        unmasked=tuple(at for at, index in enumerate(carried) if lengths is not None and not masked[index]),
    )
    final = nest.pack_sequence_as(state, body.finals(values[: len(carried)]))
    rows = [Tensor(value, graph) for value in values[len(carried) :]]
    return nest.pack_sequence_as(cell.output_size, rows), final
