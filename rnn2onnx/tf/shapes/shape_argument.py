"""Shapes given as arguments: lists of numbers and tensors, TensorShapes, tensors; all become one vector of i64."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.shape import Dimension, TensorShape

INT64 = np.dtype(np.int64)


def as_int64(given: Any) -> Tensor:
    """Whole numbers as i64."""
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return constant_array(np.array(given, np.int64))
    tensor = convert_to_tensor(given)
    if not is_integer(tensor.recorded.type.dtype):
        raise ArgumentTypeError(f"Whole numbers are expected here, not {given!r}.", user_location())
    return tensor if tensor.recorded.type.dtype == INT64 else emit("cast", tensor, dtype=INT64)


def length_of(tensor: Tensor, axis: int) -> Tensor:
    """i64[]: the length of an axis, a constant where it is a number."""
    dim = tensor.dims[axis]
    if isinstance(dim, int):
        return as_int64(dim)
    return emit("gather", lengths_of(tensor), as_int64(axis), axis=0)


def lengths_of(tensor: Tensor) -> Tensor:
    """i64[rank]: all lengths, constants where they are numbers."""
    return Tensor(tensor.graph.builder.shape_of(tensor.recorded), tensor.graph)


def vector_of(scalars: list[Any]) -> Tensor:
    """i64[n]: whole numbers and scalar tensors side by side."""
    if all(isinstance(item, int) for item in scalars):
        return constant_array(np.array(scalars, np.int64))
    parts: list[Tensor] = []
    run: list[int] = []
    for item in scalars:
        if isinstance(item, int):
            run.append(item)
            continue
        if run:
            parts.append(constant_array(np.array(run, np.int64)))
            run = []
        scalar = as_int64(item)
        if scalar.dims:
            raise ShapeError(f"A length is a scalar, not {scalar!r}.", user_location())
        parts.append(emit("unsqueeze", scalar, axes=(0,)))
    if run:
        parts.append(constant_array(np.array(run, np.int64)))
    return parts[0] if len(parts) == 1 else emit("concat", *parts, axis=0)


def shape_vector(shape: Any) -> Tensor:
    """i64[rank]: a shape given as TensorFlow's calls take it.

    Raises:
        ArgumentError: A length is unknown, or the rank is.
        ArgumentTypeError: It is no shape.
    """
    if isinstance(shape, int | np.integer | Dimension):
        shape = [shape]
    if isinstance(shape, TensorShape):
        shape = list(shape)
    if isinstance(shape, list | tuple) and not any(isinstance(item, list | tuple | np.ndarray) for item in shape):
        return vector_of([_length(item, shape) for item in shape])
    vector = as_int64(shape)
    if len(vector.dims) != 1:
        raise ShapeError(f"A shape is a vector, not {vector!r}.", user_location())
    if not isinstance(vector.dims[0], int):
        raise ArgumentError(
            f"The shape {shape!r} has an unknown number of lengths; the rank of a tensor must be known when the graph "
            "is recorded. Give the shape as a list.",
            user_location(),
        )
    return vector


def _length(item: Any, shape: Any) -> Any:
    length = item.value if isinstance(item, Dimension) else item
    if length is None:
        # TensorFlow tells a shape that is not fully known from a list with None in it.
        kind = ArgumentError if isinstance(item, Dimension) else ArgumentTypeError
        raise kind(
            f"Cannot use the partially known shape {_plain(shape)} here. "
            "Use tf.shape(x)[axis] for a length that is known only at run time.",
            user_location(),
        )
    if isinstance(length, bool | float | str | bytes):
        raise ArgumentTypeError(f"{length!r} is no length: a shape is a list of whole numbers.", user_location())
    return int(length) if isinstance(length, np.integer) else length


def _plain(shape: Any) -> list[Any]:
    return [item.value if isinstance(item, Dimension) else item for item in shape]


def static_shape(shape: Any) -> list[int] | None:
    """The lengths of a shape argument where all are numbers, else None."""
    content = shape_vector(shape).recorded.content
    if content is None or not all(isinstance(item, int) for item in content):
        return None
    return [int(item) for item in content if item is not None]
