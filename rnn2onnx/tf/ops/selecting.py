"""Elements chosen by a condition: where, boolean masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.pairs import pair
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree, agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import length_of, vector_of
from rnn2onnx.tf.shapes.static_value import axis_of

__all__ = ["boolean_mask", "where", "where_v2"]

_BOOL = np.dtype(bool)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Elements of ``x`` where ``condition`` holds, else of ``y``; the positions where it holds without the two.

    ``x`` and ``y`` have one shape. ``condition`` has that too, or is a vector that chooses whole rows, or a scalar.

    Raises:
        ArgumentError: Only one of ``x`` and ``y`` was given. ShapeError: The shapes don't fit.

    Source:
        ``tf.where`` of TensorFlow 1; nothing is broadcast.
    """
    chosen = _choice(condition, x, y)
    if chosen is None:
        return _positions(convert_to_tensor(condition), name)
    test, a, b = chosen
    agree(a, b)
    if len(test.dims) == 1 and len(a.dims) > 1:
        agree_lengths(test, 0, a, 0, "tf.where")
        test = emit("unsqueeze", test, axes=(*range(1, len(a.dims)),))
    elif test.dims:
        agree(test, a)
    return emit("where", test, a, b, name=name)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Elements of ``x`` where ``condition`` holds, else of ``y``, all three broadcast. Source: ``tf.where_v2``."""
    chosen = _choice(condition, x, y)
    if chosen is None:
        return _positions(convert_to_tensor(condition), name)
    test, a, b = chosen
    return emit("where", test, a, b, name=name)


def _choice(condition: Any, x: Any, y: Any) -> tuple[Tensor, Tensor, Tensor] | None:
    """The condition and both sides; None if only positions are asked for."""
    if (x is None) != (y is None):
        raise ArgumentError("x and y must both be non-None or both be None.", user_location())
    if x is None:
        return None
    test = convert_to_tensor(condition)
    if test.recorded.type.dtype != _BOOL:
        raise DTypeError(
            f"The condition of tf.where must be bool, not {test!r}. Compare it with zero.", user_location()
        )
    a, b = pair(x, y)
    return test, a, b


def _positions(condition: Tensor, name: str | None) -> Tensor:
    """i64[n, rank]: where the elements are True, or not zero."""
    if not condition.dims:
        raise ShapeError("tf.where of a scalar: it has no positions.", user_location())
    test = condition if condition.recorded.type.dtype == _BOOL else emit("cast", condition, dtype=_BOOL)
    return emit("transpose", emit("non_zero", test), name=name, perm=(1, 0))


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: Any = None) -> Tensor:
    """The elements along the axes that ``mask`` covers for which it is True, as one axis.

    Args:
        tensor: What to choose from.
        mask: bool, or numbers of which 0 counts as False; its shape is that of ``tensor`` from ``axis`` on.
        name: The result's name.
        axis: Where the mask starts; 0 by default.

    Raises:
        ShapeError: The mask is a scalar, or does not fit the tensor.

    Source:
        ``tf.boolean_mask``.
    """
    x, test = convert_to_tensor(tensor), convert_to_tensor(mask)
    test = test if test.recorded.type.dtype == _BOOL else emit("cast", test, dtype=_BOOL)
    if not test.dims:
        raise ShapeError("mask cannot be scalar.", user_location())
    start = 0 if axis is None else axis_of(axis, len(x.dims))
    covered = len(test.dims)
    if start + covered > len(x.dims):
        raise ShapeError(
            f"The mask of shape {shown(test.dims)} covers more axes than {shown(x.dims)} has from axis {start} on.",
            user_location(),
        )
    for index in range(covered):
        agree_lengths(test, index, x, start + index, "tf.boolean_mask")
    if covered > 1:
        lengths = [length_of(x, i) for i in range(len(x.dims)) if not start <= i < start + covered]
        x = emit("reshape", x, vector_of([*lengths[:start], -1, *lengths[start:]]))
        test = emit("reshape", test, vector_of([-1]))
    found = emit("squeeze", emit("non_zero", test), axes=(0,))
    return emit("gather", x, found, name=name, axis=start)
