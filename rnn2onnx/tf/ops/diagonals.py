"""Matrices by their diagonals: taken, made, set, and bands around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.reshaping import pad
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of, lengths_of, vector_of
from rnn2onnx.tf.shapes.static_value import static_int

__all__ = ["diag", "diag_part", "matrix_band_part", "matrix_diag", "matrix_diag_part", "matrix_set_diag", "trace"]

_END = int(np.iinfo(np.int64).max)


def _matrix(input: Any, what: str) -> Tensor:
    x = convert_to_tensor(input)
    if len(x.dims) < 2:
        raise ShapeError(f"{what} takes a matrix or a batch of them, not {x!r}.", user_location())
    return x


def _grid(rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
    """i64[M, 1] and i64[N]: the number of each row and each column."""
    zero, one = as_int64(0), as_int64(1)
    return emit("unsqueeze", emit("range", zero, rows, one), axes=(1,)), emit("range", zero, columns, one)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """The matrices with zeros outside a band around the diagonal.

    Args:
        input: [..., M, N].
        num_lower: How many diagonals below the main one are kept; all if negative.
        num_upper: How many above it are kept; all if negative.
        name: The result's name.

    Source:
        ``tf.matrix_band_part``.
    """
    x = _matrix(input, "tf.matrix_band_part")
    down, across = _grid(length_of(x, -2), length_of(x, -1))
    below = emit("sub", down, across)
    kept = emit("and", _within(below, num_lower), _within(emit("neg", below), num_upper))
    return emit("where", kept, x, _zero(x), name=name)


def _within(distance: Tensor, limit: Any) -> Tensor:
    most = as_int64(limit)
    return emit("or", emit("less", most, as_int64(0)), emit("less_equal", distance, most))


def _zero(x: Tensor) -> Tensor:
    return convert_to_tensor(np.zeros((), x.recorded.type.dtype))


def _on_diagonal(rows: Tensor, columns: Tensor, shift: int = 0) -> Tensor:
    down, across = _grid(rows, columns)
    return emit("equal", emit("add", down, as_int64(shift)) if shift else down, across)


def _only(found: Any, wanted: Any, what: str) -> None:
    """Returns when an argument has the one value that is supported."""
    if found != wanted:
        raise ArgumentError(
            f"{what} other than {wanted} is not supported here, and {found!r} was given.", user_location()
        )


def matrix_diag(
    diagonal: Any,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Square matrices with ``diagonal`` [..., N] on one of their diagonals.

    Args:
        diagonal: The diagonals.
        name: The result's name.
        k: Which diagonal it is: above the main one if positive.
        num_rows: -1: as few as hold the diagonal, as many as columns.
        num_cols: The same.
        padding_value: The other elements.
        align: No meaning for one diagonal.

    Source:
        ``tf.matrix_diag``.
    """
    x = convert_to_tensor(diagonal)
    if not x.dims:
        raise ShapeError("A diagonal is a vector, not a scalar.", user_location())
    _only((num_rows, num_cols), (-1, -1), "(num_rows, num_cols)")
    shift = static_int(k, "k")
    padded = pad(x, [[0, 0]] * (len(x.dims) - 1) + [[max(shift, 0), max(-shift, 0)]]) if shift else x
    length = length_of(padded, -1)
    rows = emit("unsqueeze", padded, axes=(len(x.dims) - 1,))
    fill = convert_to_tensor(bool(padding_value) if x.dtype.name == "bool" else padding_value, x.dtype)
    return emit("where", _on_diagonal(length, length, shift), rows, fill, name=name)


def matrix_diag_part(
    input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """One diagonal of matrices [..., M, N].

    Args:
        input: The matrices.
        name: The result's name.
        k: Which diagonal: above the main one if positive.
        padding_value: No meaning for one diagonal.
        align: The same.

    Source:
        ``tf.matrix_diag_part``.
    """
    x = _matrix(input, "tf.matrix_diag_part")
    rank, shift = len(x.dims), static_int(k, "k")
    if shift:
        axis = rank - 1 if shift > 0 else rank - 2
        x = emit("slice", x, vector_of([abs(shift)]), vector_of([_END]), axes=(axis,), steps=(1,))
    if x.dims[-1] != x.dims[-2]:
        least = emit("minimum", length_of(x, -2), length_of(x, -1))
        x = emit("slice", x, vector_of([0, 0]), vector_of([least, least]), axes=(rank - 2, rank - 1), steps=(1, 1))
        x.graph.builder.unify(x.dims[-1], x.dims[-2])
    masked = emit("where", _on_diagonal(length_of(x, -1), length_of(x, -1)), x, _zero(x))
    kind = "reduce_any" if x.dtype.name == "bool" else "reduce_sum"
    return emit(kind, masked, name=name, axes=(rank - 1,), keepdims=False)


def matrix_set_diag(input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT") -> Tensor:
    """The matrices [..., M, N] with their main diagonals replaced. Source: ``tf.matrix_set_diag``."""
    _only(k, 0, "k")
    x = _matrix(input, "tf.matrix_set_diag")
    line = convert_to_tensor(diagonal, x.dtype)
    rows, columns = x.dims[-2:]
    wide = isinstance(rows, int) and isinstance(columns, int) and columns < rows
    if rows != columns and not (isinstance(rows, int) and isinstance(columns, int)):
        agree_lengths(x, -2, x, -1, "tf.matrix_set_diag")
    agree_lengths(line, -1, x, -1 if wide else -2, "tf.matrix_set_diag")
    placed = emit("unsqueeze", line, axes=(len(line.dims) - 1 if wide else len(line.dims),))
    return emit("where", _on_diagonal(length_of(x, -2), length_of(x, -1)), placed, x, name=name)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """The tensor of twice as many axes with ``diagonal`` where both halves of the index agree. Source: ``tf.diag``."""
    x = convert_to_tensor(diagonal)
    flat = emit("reshape", x, vector_of([-1]))
    lengths = lengths_of(x)
    square = matrix_diag(flat)
    return square if len(x.dims) == 1 else emit("reshape", square, emit("concat", lengths, lengths, axis=0), name=name)


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The elements where both halves of the index agree. Source: ``tf.diag_part``.

    Raises:
        ShapeError: The halves of the shape differ.
    """
    x = convert_to_tensor(input)
    half, odd = divmod(len(x.dims), 2)
    if odd or not half:
        raise ShapeError(f"tf.diag_part takes an even number of axes, not {x!r}.", user_location())
    for axis in range(half):
        agree_lengths(x, axis, x, half + axis, "tf.diag_part")
    if half == 1:
        return matrix_diag_part(x)
    lengths = emit("slice", lengths_of(x), vector_of([0]), vector_of([half]), axes=(0,), steps=(1,))
    count = emit("reduce_prod", lengths, axes=(0,), keepdims=False)
    square = emit("reshape", x, vector_of([count, count]))
    return emit("reshape", matrix_diag_part(square), lengths, name=name)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sums of the diagonals of matrices. Source: ``tf.trace``."""
    line = matrix_diag_part(x)
    return emit("reduce_sum", line, name=name, axes=(len(line.dims) - 1,), keepdims=False)
