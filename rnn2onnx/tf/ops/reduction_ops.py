"""Elements joined along axes: sums, means, extremes, where they are, running sums and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.dtypes import int64
from rnn2onnx.tf.ops.elementwise import is_finite, number, square
from rnn2onnx.tf.ops.reshaping import transpose
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import element_dtype
from rnn2onnx.tf.shapes.shape_argument import as_int64, lengths_of
from rnn2onnx.tf.shapes.static_value import axes_of, axis_of, one_of

__all__ = [
    "arg_max",
    "arg_min",
    "argmax",
    "argmin",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "reduce_all",
    "reduce_any",
    "reduce_euclidean_norm",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_std",
    "reduce_sum",
    "reduce_variance",
    "zero_fraction",
]


def _axes(x: Tensor, axis: Any, keepdims: Any, reduction_indices: Any, keep_dims: Any) -> tuple[tuple[int, ...], bool]:
    chosen = one_of(axis, reduction_indices, "axis", "reduction_indices")
    keep = one_of(keepdims, keep_dims, "keepdims", "keep_dims")
    return tuple(sorted(axes_of(chosen, len(x.dims)))), bool(keep)


def _reduced(kind: str, x: Tensor, axes: tuple[int, ...], keep: bool, name: str | None = None) -> Tensor:
    return emit(kind, x, name=name, axes=axes, keepdims=keep) if axes else x


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The sum over ``axis``, or over all axes. Source: ``tf.reduce_sum``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_sum", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The product over ``axis``, or over all axes. Source: ``tf.reduce_prod``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_prod", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The greatest element over ``axis``, or over all axes. Source: ``tf.reduce_max``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_max", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The least element over ``axis``, or over all axes. Source: ``tf.reduce_min``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_min", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether any element over ``axis``, or over all axes, is True. Source: ``tf.reduce_any``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_any", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether every element over ``axis``, or over all axes, is True. Source: ``tf.reduce_all``."""
    x = convert_to_tensor(input_tensor)
    return _reduced("reduce_all", x, *_axes(x, axis, keepdims, reduction_indices, keep_dims), name)


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The mean over ``axis``, or over all axes; of integers cut off towards 0. Source: ``tf.reduce_mean``."""
    x = convert_to_tensor(input_tensor)
    axes, keep = _axes(x, axis, keepdims, reduction_indices, keep_dims)
    if not is_integer(x.recorded.type.dtype):
        return _reduced("reduce_mean", x, axes, keep, name)
    total = _reduced("reduce_sum", x, axes, keep)
    return emit("trunc_div", total, _count(x, axes), name=name)


def _count(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """How many elements are joined, in the dtype of ``x``."""
    picked = emit("gather", lengths_of(x), convert_to_tensor(np.array(axes, np.int64)), axis=0)
    count = emit("reduce_prod", picked, axes=(0,), keepdims=False) if axes else as_int64(1)
    return emit("cast", count, dtype=x.recorded.type.dtype)


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """log(sum(exp(x))) over ``axis``, or over all axes, without overflow. Source: ``tf.reduce_logsumexp``."""
    x = convert_to_tensor(input_tensor)
    axes, keep = _axes(x, axis, keepdims, reduction_indices, keep_dims)
    most = _reduced("reduce_max", x, axes, True)
    most = emit("where", is_finite(most), most, number(0, x))
    total = emit("log", _reduced("reduce_sum", emit("exp", emit("sub", x, most)), axes, keep))
    return emit("add", total, most if keep or not axes else emit("squeeze", most, axes=axes), name=name)


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: Any = False, name: str | None = None
) -> Tensor:
    """The root of the sum of squares over ``axis``, or over all axes. Source: ``tf.math.reduce_euclidean_norm``."""
    return emit("sqrt", reduce_sum(square(input_tensor), axis, keepdims), name=name)


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: Any = False, name: str | None = None) -> Tensor:
    """The mean squared distance from the mean over ``axis``, or over all axes. Source: ``tf.math.reduce_variance``."""
    x = convert_to_tensor(input_tensor)
    return reduce_mean(square(emit("sub", x, reduce_mean(x, axis, True))), axis, keepdims, name)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: Any = False, name: str | None = None) -> Tensor:
    """The root of the variance over ``axis``, or over all axes. Source: ``tf.math.reduce_std``."""
    return emit("sqrt", reduce_variance(input_tensor, axis, keepdims), name=name)


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: Any = None,
    dtype: Any = int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
    input: Any = None,
) -> Tensor:
    """How many elements over ``axis``, or over all axes, are not zero. Source: ``tf.count_nonzero``."""
    x = convert_to_tensor(one_of(input_tensor, input, "input_tensor", "input"))
    some = x if x.dtype.name == "bool" else emit("not", emit("equal", x, number(0, x)))
    ones = emit("cast", some, dtype=np.dtype(np.int64))
    total = reduce_sum(ones, axis, keepdims, None, reduction_indices, keep_dims)
    kind = element_dtype(dtype)
    return total if kind == np.int64 else emit("cast", total, name=name, dtype=kind)


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of elements that are zero, float32. Source: ``tf.nn.zero_fraction``."""
    x = convert_to_tensor(value)
    zero = emit("equal", x, number(0, x))
    return reduce_mean(emit("cast", zero, dtype=np.dtype(np.float32)), name=name)


def _arg(kind: str, input: Any, axis: Any, dimension: Any, output_type: Any, name: str | None) -> Tensor:
    x = convert_to_tensor(input)
    chosen = one_of(axis, dimension, "axis", "dimension")
    place = axis_of(0 if chosen is None else chosen, len(x.dims))
    found, wanted = emit(kind, x, name=name, axis=place, keepdims=False), element_dtype(output_type)
    return found if wanted == np.int64 else emit("cast", found, dtype=wanted)


def argmax(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = int64
) -> Tensor:
    """Where the greatest element along ``axis`` is, the first of equal ones. Source: ``tf.argmax``."""
    return _arg("argmax", input, axis, dimension, output_type, name)


def argmin(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = int64
) -> Tensor:
    """Where the least element along ``axis`` is, the first of equal ones. Source: ``tf.argmin``."""
    return _arg("argmin", input, axis, dimension, output_type, name)


def arg_max(input: Any, dimension: Any, output_type: Any = int64, name: str | None = None) -> Tensor:
    """Where the greatest element along an axis is. Source: ``tf.arg_max``."""
    return _arg("argmax", input, dimension, None, output_type, name)


def arg_min(input: Any, dimension: Any, output_type: Any = int64, name: str | None = None) -> Tensor:
    """Where the least element along an axis is. Source: ``tf.arg_min``."""
    return _arg("argmin", input, dimension, None, output_type, name)


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The running sum along ``axis``, each element included unless ``exclusive``. Source: ``tf.cumsum``."""
    tensor = convert_to_tensor(x)
    place = axis_of(axis, len(tensor.dims))
    return emit("cumsum", tensor, name=name, axis=place, exclusive=bool(exclusive), reverse=bool(reverse))


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The running product along ``axis``, each element included unless ``exclusive``. Source: ``tf.cumprod``."""
    tensor = convert_to_tensor(x)
    place = axis_of(axis, len(tensor.dims))
    order = [place, *(i for i in range(len(tensor.dims)) if i != place)]
    rows = transpose(tensor, order, None)
    product = _running_product(rows, bool(exclusive), bool(reverse), name)
    return transpose(product, [order.index(i) for i in range(len(order))], None)


def _running_product(rows: Tensor, exclusive: bool, reverse: bool, name: str | None) -> Tensor:
    """Along the first axis, as a recurrence: exact for zeros and negative numbers, which logarithms are not."""
    builder = rows.graph.builder
    step = rows.recorded.type.with_shape(rows.dims[1:])
    inner = emit("slice", lengths_of(rows), *map(_vector, (1, len(rows.dims))), axes=(0,), steps=(1,))
    first = emit("expand", number(1, rows), inner)
    with builder.body([step, step], ("product", "x")) as block:
        total = builder.emit("mul", block.params)[0]
        block.results = (total, block.params[0] if exclusive else total)
    results = builder.emit(
        "recur",
        [first.recorded, rows.recorded],
        blocks=[block],
        names=("", name or ""),
        states=1,
        lengths=False,
        reverse=reverse,
        unmasked=(),
    )
    return Tensor(results[1], rows.graph)


def _vector(item: int) -> Tensor:
    return convert_to_tensor(np.array([item], np.int64))
