"""What a step of a recurrence must be given and must give: initial states, outputs, states that stay what they are."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import DType, as_dtype
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape


def initial_state_of(cell: Any, initial_state: Any, batch: Any, dtype: Any) -> Any:
    """``initial_state``, or the zero state of a cell where it is None.

    Raises:
        ValueError: Neither a state nor a dtype was given.
    """
    if initial_state is not None:
        return initial_state
    if not dtype:
        raise ArgumentError("If no initial_state is provided, argument `dtype` must be specified", user_location())
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch, dtype=as_dtype(dtype))
    return cell.zero_state(batch, as_dtype(dtype))


def output_dtype(dtype: Any, state: Any) -> DType:
    """The dtype of outputs: ``dtype``, or else the one dtype that all of ``state`` has.

    Raises:
        ValueError: Neither says it.
    """
    if dtype is not None:
        return as_dtype(dtype)
    dtypes = [leaf.dtype for leaf in nest.flatten(state)]
    if not dtypes:
        raise ArgumentError(
            f"Unable to infer dtype from argument state={state}: it is empty. Give `dtype`.", user_location()
        )
    if any(found != dtypes[0] for found in dtypes):
        raise ArgumentError(
            f"Argument state={state} has tensors of different inferred dtypes. Unable to infer a single representative "
            f"dtype. Dtypes received: {[found.name for found in dtypes]}",
            user_location(),
        )
    found: DType = dtypes[0]
    return found


def leaves_of(state: Any) -> list[Tensor | TensorArray]:
    """The flat leaves of a state: tensors and TensorArrays."""
    return [leaf if isinstance(leaf, TensorArray) else convert_to_tensor(leaf) for leaf in nest.flatten(state)]


def same_rows(found: Any, batch: Any, what: str) -> None:
    """Makes one of two numbers of rows.

    Raises:
        ValueError: They are known, and differ.
    """
    try:
        get_default_graph().builder.unify(batch, found)
    except ShapeError:
        raise ShapeError(
            f"Dimension 0 in both shapes must be equal, but are {found} and {batch}: {what} has {found} rows, "
            f"the inputs have "
            f"{batch}.",
            user_location(),
        ) from None


def checked_output(output: Tensor, size: Any, dtype: DType, selected: bool) -> Tensor:
    """A step's output, of the dtype and the width that were said.

    Raises:
        TypeError: It has another dtype.
        ValueError: It has another width.
    """
    if output.dtype != dtype:
        raise DTypeError(
            f"Input 'e' of 'Select' Op has type {output.dtype.name} that does not match type {dtype.name} of "
            f"argument 't': "
            f"the cell's output {output!r} is not of the dtype that dynamic_rnn was told. Cast it in the cell, "
            f"or say `dtype`.",
            user_location(),
        )
    features = TensorShape(size) if isinstance(size, list | tuple | TensorShape) else TensorShape([size])
    found = output.shape
    if found.ndims and not found[1:].is_compatible_with(features):
        expected = TensorShape([found[0]]).concatenate(features)
        if selected and found.ndims == expected.ndims:
            axis = next(
                i
                for i, (a, b) in enumerate(zip(found.as_list(), expected.as_list(), strict=True))
                if None not in (a, b) and a != b
            )
            raise ShapeError(
                f"Dimension {axis} in both shapes must be equal, but are {expected.as_list()[axis]} and "
                f"{found.as_list()[axis]}. "
                f"Shapes are {expected} (the cell's output_size) and {found} (its output).",
                user_location(),
            )
        raise ShapeError(
            f"Inconsistent shapes: saw {found} but expected {expected} (the cell's output_size says so).",
            user_location(),
        )
    return output


def check_state(old: Any, new: Any, *, selected: bool = True) -> None:
    """Refuses a state that is not one after a step.

    Args:
        old: The state inside.
        new: What it becomes.
        selected: Whether rows of the two are chosen from, so that all their lengths must be equal. Otherwise only the
            batch is taken for the same, and another length that is unknown may grow.
    """
    if isinstance(old, TensorArray) or isinstance(new, TensorArray):
        if isinstance(old, TensorArray) != isinstance(new, TensorArray):
            raise ArgumentTypeError(f"the state {old!r} becomes {new!r} after a step.", user_location())
        return
    if old.dtype != new.dtype:
        raise DTypeError(
            f"Input 'e' of 'Select' Op has type {new.dtype.name} that does not match type {old.dtype.name} of "
            f"argument 't': "
            f"the state {old!r} becomes {new!r} after a step.",
            user_location(),
        )
    builder = get_default_graph().builder
    if len(old.dims) != len(new.dims):
        raise ShapeError(
            f"Shapes must be equal rank, but are {len(old.dims)} and {len(new.dims)}: the state {old!r} "
            f"becomes {new!r} after a step.",
            user_location(),
        )
    for axis, (a, b) in enumerate(zip(old.dims, new.dims, strict=True)):
        if isinstance(a, int) and isinstance(b, int) and a != b:
            raise ShapeError(
                f"Dimension {axis} in both shapes must be equal, but are {a} and {b}: the state {old!r} "
                f"becomes {new!r} after a step.",
                user_location(),
            )
        if selected or not axis or isinstance(a, int):
            builder.unify(old.dims[axis], new.dims[axis])
