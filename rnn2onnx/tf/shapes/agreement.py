"""Lengths that TensorFlow demands to be equal become one length, or an error that shows both shapes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir import Dim, user_location
from rnn2onnx.tf.recording.tensor import Tensor


def shown(dims: Sequence[Dim]) -> str:
    """A shape as TensorFlow's messages write it, such as ``[2,?,3]``."""
    return f"[{','.join(str(dim) if isinstance(dim, int) else '?' for dim in dims)}]"


def agree(a: Tensor, b: Tensor, skip: Collection[int] = ()) -> None:
    """Makes the lengths of two tensors equal on every axis but those of ``skip``.

    Raises:
        ShapeError: Ranks or known lengths differ.
    """
    if len(a.dims) != len(b.dims):
        raise ShapeError(
            f"Shapes must be equal rank, but are {len(a.dims)} and {len(b.dims)}. "
            f"Shapes are {shown(a.dims)} and {shown(b.dims)}.",
            user_location(),
        )
    for axis in range(len(a.dims)):
        if axis not in skip:
            agree_lengths(a, axis, b, axis)


def agree_lengths(a: Tensor, axis: int, b: Tensor, other: int, what: str = "") -> None:
    """Makes the length of one axis of ``a`` equal to that of another of ``b``.

    Args:
        a: A tensor.
        axis: Its axis.
        b: Another tensor.
        other: The axis of that one.
        what: The operation that demands it, for the message.

    Raises:
        ShapeError: Both lengths are known, and differ.
    """
    x, y = a.dims[axis], b.dims[other]
    if isinstance(x, int) and isinstance(y, int) and x != y:
        which = "Dimensions" if what else f"Dimension {axis} in both shapes"
        raise ShapeError(
            f"{which} must be equal, but are {x} and {y}{f' for {what}' if what else ''}. "
            f"Shapes are {shown(a.dims)} and {shown(b.dims)}.",
            user_location(),
        )
    a.graph.builder.unify(x, y)


def same_dtype(tensors: Sequence[Tensor], what: str) -> None:
    """Returns when all tensors have one dtype.

    Raises:
        DTypeError: They differ.
    """
    names = [tensor.dtype.name for tensor in tensors]
    if len(set(names)) > 1:
        raise DTypeError(
            f"Tensors in list passed to {what} have types [{', '.join(names)}] that don't all match. "
            "Cast them to one dtype with tf.cast.",
            user_location(),
        )
