"""Tensors made from a rule: constants in a shape, ranges, masks, identities, grids, one-hot rows."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import constant as constant_of
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.dtypes import DType, float32
from rnn2onnx.tf.dtypes import bool as tf_bool
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.pairs import pair
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import dtype_of, element_dtype
from rnn2onnx.tf.shapes.shape_argument import as_int64, lengths_of, shape_vector, static_shape, vector_of

__all__ = [
    "eye",
    "fill",
    "lin_space",
    "linspace",
    "meshgrid",
    "one_hot",
    "ones",
    "ones_like",
    "range",
    "sequence_mask",
    "zeros",
    "zeros_like",
]

_SMALL = 64


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of one element repeated. Source: ``tf.fill``."""
    element = convert_to_tensor(value)
    if element.dims:
        raise ShapeError(f"The value to fill with must be a scalar, not {element!r}.", user_location())
    return _filled(shape_vector(dims), element, name)


def _filled(shape: Tensor, element: Tensor, name: str | None) -> Tensor:
    lengths, array = constant_of(shape.recorded), constant_of(element.recorded)
    if lengths is not None and array is not None and (lengths >= 0).all() and np.prod(lengths) <= _SMALL:
        return constant_array(np.full(lengths, array), name)
    return emit("expand", element, shape, name=name)


def _of(shape: Any, number: int, dtype: Any, name: str | None) -> Tensor:
    return _filled(shape_vector(shape), constant_array(np.array(number, element_dtype(dtype))), name)


def zeros(shape: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """A tensor of zeros (of False for bool). Source: ``tf.zeros``."""
    return _of(shape, 0, dtype, name)


def ones(shape: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """A tensor of ones (of True for bool). Source: ``tf.ones``."""
    return _of(shape, 1, dtype, name)


def _like(tensor: Any, number: int, dtype: Any, name: str | None) -> Tensor:
    x = convert_to_tensor(tensor)
    kind = x.dtype if dtype is None else dtype_of(dtype)
    return _filled(lengths_of(x), constant_array(np.array(number, element_dtype(kind))), name)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros in the shape, and the dtype if none is given, of a tensor. Source: ``tf.zeros_like``."""
    return _like(tensor, 0, dtype, name)


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones in the shape, and the dtype if none is given, of a tensor. Source: ``tf.ones_like``."""
    return _like(tensor, 1, dtype, name)


_WIDTHS = [np.dtype(kind) for kind in (np.int32, np.int64, np.float32, np.float64)]


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """Numbers from ``start`` up to, not including, ``limit`` in steps of ``delta``; from 0 if one number is given.

    Raises:
        ArgumentTypeError: The arguments are no numbers.

    Source:
        ``tf.range``.
    """
    if limit is None:
        start, limit = 0, start
    parts = [convert_to_tensor(part) for part in (start, limit, delta)]
    for part in parts:
        if part.dims:
            raise ShapeError(f"tf.range takes scalars, not {part!r}.", user_location())
        if part.recorded.type.dtype not in _WIDTHS:
            raise ArgumentTypeError(f"tf.range takes int32, int64, float32 or float64, not {part!r}.", user_location())
    widest = max((part.recorded.type.dtype for part in parts), key=_WIDTHS.index)
    # Whole numbers are counted as such and cast: their number is then known by name.
    counted = emit("range", *(emit("cast", p, dtype=widest) if p.recorded.type.dtype != widest else p for p in parts))
    wanted = widest if dtype is None else element_dtype(dtype)
    return counted if wanted == widest else emit("cast", counted, name=name, dtype=wanted)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Tensor:
    """``num`` numbers from ``start`` to ``stop``, both included, in equal steps. Source: ``tf.linspace``."""
    first, last = pair(start, stop)
    if is_integer(first.recorded.type.dtype):
        first, last = (emit("cast", end, dtype=np.dtype(np.float64)) for end in (first, last))
    kind, count = first.recorded.type.dtype, as_int64(num)
    steps = emit("cast", emit("range", as_int64(0), count, as_int64(1)), dtype=kind)
    gaps = emit("cast", emit("maximum", emit("sub", count, as_int64(1)), as_int64(1)), dtype=kind)
    inner = first + steps * ((last - first) / gaps)
    # The last number is exactly ``stop``; where there is but one, it is ``start``.
    at_end = emit("and", emit("equal", steps, gaps), emit("greater", count, as_int64(1)))
    return emit("where", at_end, last, inner, name=name)


lin_space = linspace


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """``on_value`` at the position of each index on a new axis of length ``depth``, ``off_value`` elsewhere.

    Args:
        indices: Whole numbers; one outside of 0 to depth-1 gives a row of ``off_value``.
        depth: The length of the new axis.
        on_value: 1 if not given.
        off_value: 0 if not given.
        axis: Where the new axis comes; the last one by default.
        dtype: Of the result; by default that of the two values, or float32.
        name: The result's name.

    Source:
        ``tf.one_hot``.
    """
    ids = convert_to_tensor(indices)
    kind = _one_hot_dtype(on_value, off_value, dtype)
    on = convert_to_tensor(_cast_number(1 if on_value is None else on_value, kind), kind)
    off = convert_to_tensor(_cast_number(0 if off_value is None else off_value, kind), kind)
    place = -1 if axis is None else int(axis)
    if not -1 <= place <= len(ids.dims):
        raise ArgumentError(
            f"Expected axis to be -1 or between [0, {len(ids.dims) + 1}), but is {place}.", user_location()
        )
    place = -1 if place == len(ids.dims) else place
    return emit("one_hot", ids, as_int64(depth), on, off, name=name, axis=place)


def _cast_number(value: Any, kind: DType) -> Any:
    return bool(value) if kind is tf_bool and value in (0, 1) and not isinstance(value, Tensor) else value


def _one_hot_dtype(on_value: Any, off_value: Any, dtype: Any) -> DType:
    given = [convert_to_tensor(value).dtype for value in (on_value, off_value) if isinstance(value, Tensor)]
    plain = [convert_to_tensor(value).dtype for value in (on_value, off_value) if value is not None]
    wanted = dtype_of(dtype) if dtype is not None else (given or plain or [float32])[0]
    for found in given:
        if found is not wanted:
            raise ArgumentTypeError(
                f"dtype {found} of on_value or off_value does not match dtype parameter {wanted}", user_location()
            )
    return wanted


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = tf_bool, name: str | None = None) -> Tensor:
    """For each length a row that is True in its first ``length`` places and False behind.

    Args:
        lengths: Numbers of any shape; fractions don't count.
        maxlen: The length of the rows; by default the greatest of ``lengths``.
        dtype: Of the result.
        name: The result's name.

    Source:
        ``tf.sequence_mask``.
    """
    counts = emit("cast", convert_to_tensor(lengths), dtype=np.dtype(np.int64))
    if maxlen is None:
        axes = tuple(i for i, _ in enumerate(counts.dims))
        most = emit("reduce_max", counts, axes=axes, keepdims=False) if axes else counts
        limit = emit("maximum", most, as_int64(0))
    else:
        limit = as_int64(maxlen)
    if limit.dims:
        raise ShapeError("maxlen must be scalar for sequence_mask", user_location())
    steps = emit("range", as_int64(0), limit, as_int64(1))
    mask = emit("less", steps, emit("unsqueeze", counts, axes=(len(counts.dims),)))
    kind = element_dtype(dtype)
    return mask if kind == np.dtype(bool) else emit("cast", mask, name=name, dtype=kind)


def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere. Source: ``tf.eye``."""
    rows, columns = as_int64(num_rows), as_int64(num_rows if num_columns is None else num_columns)
    sizes, kind = static_shape([rows, columns]), element_dtype(dtype)
    if sizes is not None and np.prod(sizes) <= _SMALL:
        square = constant_array(np.eye(*sizes, dtype=kind), name)
    else:
        zero, one = as_int64(0), as_int64(1)
        down = emit("unsqueeze", emit("range", zero, rows, one), axes=(1,))
        square = emit("cast", emit("equal", down, emit("range", zero, columns, one)), name=name, dtype=kind)
    if batch_shape is None:
        return square
    return emit("expand", square, emit("concat", shape_vector(batch_shape), vector_of([rows, columns]), axis=0))


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Each vector broadcast over the grid of all of them; the first two axes exchanged for ``indexing="xy"``.

    Source:
        ``tf.meshgrid``.
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs or indexing not in ("xy", "ij"):
        raise ArgumentError(f"tf.meshgrid takes indexing='xy' or 'ij', not {kwargs or indexing!r}.", user_location())
    vectors = [convert_to_tensor(arg) for arg in args]
    order = list(builtins.range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        order[:2] = [1, 0]
    places = [order.index(i) for i in builtins.range(len(vectors))]
    lengths = emit("concat", *(lengths_of(_flat(vectors[i])) for i in order), axis=0) if vectors else None
    out = []
    for vector, place in zip(vectors, places, strict=True):
        ones_around = [1] * len(vectors)
        ones_around[place] = -1
        assert lengths is not None
        out.append(emit("expand", emit("reshape", vector, vector_of(ones_around)), lengths))
    return out


def _flat(x: Tensor) -> Tensor:
    return emit("reshape", x, vector_of([-1]))
