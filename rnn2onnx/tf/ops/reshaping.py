"""The same elements in another arrangement: reshaped, axes moved, added, dropped, repeated, reversed, padded."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.old_orders import axes_of_flags
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of, shape_vector, vector_of
from rnn2onnx.tf.shapes.static_value import axes_of, axis_of, constant_value, one_of, static_ints

__all__ = [
    "broadcast_to",
    "depth_to_space",
    "expand_dims",
    "identity",
    "matrix_transpose",
    "pad",
    "repeat",
    "reshape",
    "reverse",
    "reverse_sequence",
    "reverse_v2",
    "roll",
    "space_to_depth",
    "squeeze",
    "tile",
    "transpose",
]


def identity(input: Any, name: str | None = None) -> Tensor:
    """The tensor itself, under a name of its own. Source: ``tf.identity``."""
    tensor = convert_to_tensor(input)
    return tensor if name is None else emit("identity", tensor, name=name)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The elements in the same order in another shape, one length of which may be -1.

    Raises:
        ShapeError: The number of elements is another one.

    Source:
        ``tf.reshape``.
    """
    return emit("reshape", convert_to_tensor(tensor), shape_vector(shape), name=name)


def transpose(a: Any, perm: Any = None, name: str | None = "transpose", conjugate: bool = False) -> Tensor:
    """The axes in another order; in reversed order for ``perm`` None. Source: ``tf.transpose``.

    Raises:
        ShapeError: ``perm`` is not an order of all axes.
    """
    tensor = convert_to_tensor(a)
    rank = len(tensor.dims)
    order = list(range(rank))[::-1] if perm is None else static_ints(perm, "perm")
    if len(order) != rank:
        raise ShapeError(
            f"Dimension must be {rank} but is {len(order)}: perm {order} for a tensor of shape {shown(tensor.dims)}.",
            user_location(),
        )
    places = tuple(axis_of(axis, rank, "perm") for axis in order)
    return tensor if places == tuple(range(rank)) else emit("transpose", tensor, name=name, perm=places)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """The last two axes exchanged. Source: ``tf.matrix_transpose``.

    Raises:
        ShapeError: There are fewer than two axes.
    """
    tensor = convert_to_tensor(a)
    rank = len(tensor.dims)
    if rank < 2:
        raise ShapeError(
            f"Argument `a` should be a (batch) matrix with rank >= 2. Received `a` = {a!r} with shape: {tensor.shape}",
            user_location(),
        )
    return transpose(tensor, [*range(rank - 2), rank - 1, rank - 2], name)


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """A new axis of length 1 at ``axis``. Source: ``tf.expand_dims``.

    Raises:
        ArgumentError: No axis was given, or one outside [-1 - rank, rank].
    """
    tensor = convert_to_tensor(input)
    where = one_of(axis, dim, "axis", "dim")
    if where is None:
        raise ArgumentError("Must specify an axis argument to tf.expand_dims()", user_location())
    place = axis_of(where, len(tensor.dims) + 1, "dim")
    return emit("unsqueeze", tensor, name=name, axes=(place,))


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """Axes of length 1 dropped: those of ``axis``, or all of them.

    Raises:
        ArgumentError: ``axis`` is None and a length is unknown: the rank of the result would be unknown.
        ShapeError: An axis of ``axis`` is longer.

    Source:
        ``tf.squeeze``.
    """
    tensor = convert_to_tensor(input)
    chosen = one_of(axis, squeeze_dims, "axis", "squeeze_dims")
    if chosen is None or (isinstance(chosen, list | tuple) and not chosen):
        if not tensor.recorded.type.static:
            raise ArgumentError(
                f"tf.squeeze of a tensor of shape {tensor.shape} without axes: whether an unknown length is 1 is known "
                "only when the program runs. Name the axes.",
                user_location(),
            )
        axes = [axis for axis, dim in enumerate(tensor.dims) if dim == 1]
    else:
        axes = axes_of(chosen, len(tensor.dims))
    for place in axes:
        dim = tensor.dims[place]
        if isinstance(dim, int) and dim != 1:
            raise ShapeError(f"Can not squeeze dim[{place}], expected a dimension of 1, got {dim}.", user_location())
    return emit("squeeze", tensor, name=name, axes=tuple(sorted(axes))) if axes else tensor


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """The tensor repeated ``multiples[i]`` times along each axis i.

    Raises:
        ShapeError: There is not one number for each axis.

    Source:
        ``tf.tile``.
    """
    return emit("tile", convert_to_tensor(input), shape_vector(multiples), name=name)


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """The tensor broadcast to ``shape`` as numpy does. Source: ``tf.broadcast_to``."""
    return emit("expand", convert_to_tensor(input), shape_vector(shape), name=name)


def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Each element along ``axis`` repeated in place; the flattened tensor's for axis None. Source: ``tf.repeat``."""
    from rnn2onnx.tf.ops.filling import sequence_mask
    from rnn2onnx.tf.ops.selecting import where

    tensor, counts = convert_to_tensor(input), convert_to_tensor(repeats)
    if axis is None:
        tensor, axis = reshape(tensor, [-1]), 0
    place = axis_of(axis, len(tensor.dims))
    known = constant_value(counts)
    if counts.dims in ((), (1,)):
        return _repeated(tensor, reshape(counts, []), place, name)
    agree_lengths(counts, 0, tensor, place, "tf.repeat")
    if known is None:
        ids = where(sequence_mask(counts))[:, 0]
    else:
        ids = constant_array(np.repeat(np.arange(len(known)), known))
    return emit("gather", tensor, ids, name=name, axis=place)


def _repeated(tensor: Tensor, count: Tensor, axis: int, name: str | None) -> Tensor:
    """Each element along an axis so many times: a new axis behind it, tiled and joined with it."""
    times: list[Any] = [1] * (len(tensor.dims) + 1)
    times[axis + 1] = count
    lengths: list[Any] = [length_of(tensor, i) for i in range(len(tensor.dims))]
    lengths[axis] = 0 if constant_value(count) == 0 else emit("mul", lengths[axis], as_int64(count))
    return emit("reshape", tile(expand_dims(tensor, axis + 1), times), vector_of(lengths), name=name)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements along each of the axes in reversed order. Source: ``tf.reverse``.

    As before TensorFlow 1.0, the axes may also be marked by one bool for each axis.
    """
    x = convert_to_tensor(tensor)
    axes = axes_of(axes_of_flags(axis), len(x.dims))
    return emit("reverse", x, name=name, axes=tuple(sorted(axes))) if axes else identity(x, name)


reverse_v2 = reverse


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
    name: str | None = None,
    seq_dim: Any = None,
    batch_dim: Any = None,
) -> Tensor:
    """The first ``seq_lengths[i]`` steps of row i in reversed order, the others where they were.

    Args:
        input: The sequences.
        seq_lengths: i32[batch] or i64[batch].
        seq_axis: The axis of the steps.
        batch_axis: The axis of the rows; 0 if not given.
        name: The result's name.
        seq_dim: The old name of ``seq_axis``.
        batch_dim: The old name of ``batch_axis``.

    Source:
        ``tf.reverse_sequence``.
    """
    x, lengths = convert_to_tensor(input), convert_to_tensor(seq_lengths)
    steps = one_of(seq_axis, seq_dim, "seq_axis", "seq_dim")
    if steps is None:
        raise ArgumentTypeError("reverse_sequence needs seq_axis, the axis of the steps.", user_location())
    rows = one_of(batch_axis, batch_dim, "batch_axis", "batch_dim")
    place, row = axis_of(steps, len(x.dims)), axis_of(0 if rows is None else rows, len(x.dims))
    if len(lengths.dims) != 1:
        raise ShapeError(f"seq_lengths must be a vector, not {lengths!r}.", user_location())
    agree_lengths(lengths, 0, x, row, "tf.reverse_sequence")
    return emit("reverse_sequence", x, as_int64(lengths), name=name, seq_axis=place, batch_axis=row)


def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Square blocks of an image as channels. Source: ``tf.space_to_depth``."""
    x = _image(input, data_format)
    rows, columns = (emit("floor_div", length_of(x, axis), as_int64(block_size)) for axis in (1, 2))
    lengths = [length_of(x, 0), rows, block_size, columns, block_size, length_of(x, 3)]
    split = emit("transpose", emit("reshape", x, vector_of(lengths)), perm=(0, 1, 3, 2, 4, 5))
    channels = emit("mul", length_of(x, 3), as_int64(block_size**2))
    out = emit("reshape", split, vector_of([length_of(x, 0), rows, columns, channels]), name=name)
    return out if data_format == "NHWC" else emit("transpose", out, perm=(0, 3, 1, 2))


def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Channels of an image as square blocks. Source: ``tf.depth_to_space``."""
    x = _image(input, data_format)
    channels = emit("floor_div", length_of(x, 3), as_int64(block_size**2))
    lengths = [*(length_of(x, axis) for axis in (0, 1, 2)), block_size, block_size, channels]
    split = emit("transpose", emit("reshape", x, vector_of(lengths)), perm=(0, 1, 3, 2, 4, 5))
    rows, columns = (emit("mul", length_of(x, axis), as_int64(block_size)) for axis in (1, 2))
    out = emit("reshape", split, vector_of([length_of(x, 0), rows, columns, channels]), name=name)
    return out if data_format == "NHWC" else emit("transpose", out, perm=(0, 3, 1, 2))


def _image(input: Any, data_format: str) -> Tensor:
    """[N, H, W, C]."""
    x = convert_to_tensor(input)
    if len(x.dims) != 4 or data_format not in ("NHWC", "NCHW"):
        raise ShapeError(f"An image is [N, H, W, C] or, for NCHW, [N, C, H, W]; not {shown(x.dims)}.", user_location())
    return x if data_format == "NHWC" else emit("transpose", x, perm=(0, 2, 3, 1))


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements shifted along axes, those that leave one end coming in at the other. Source: ``tf.roll``."""
    x = convert_to_tensor(input)
    shifts = list(shift) if isinstance(shift, list | tuple) else [shift]
    for amount, place in zip(shifts, static_ints(axis, "axis"), strict=True):
        x = _rolled(x, amount, axis_of(place, len(x.dims)))
    return identity(x, name)


def _rolled(x: Tensor, shift: Any, axis: int) -> Tensor:
    zero, one = as_int64(0), as_int64(1)
    length = length_of(x, axis)
    # An empty axis would make the remainder a division by zero.
    some = emit("maximum", length, one)
    cut = emit("sub", length, emit("floor_mod", as_int64(shift), some))
    cut = emit("minimum", emit("maximum", cut, zero), length)
    at = emit("unsqueeze", cut, axes=(0,))
    first = emit("slice", x, vector_of([0]), at, axes=(axis,), steps=(1,))
    last = emit("slice", x, at, vector_of([np.iinfo(np.int64).max]), axes=(axis,), steps=(1,))
    return with_type_of(x, "concat", last, first, axis=axis)


def with_type_of(x: Tensor, kind: str, *operands: Tensor, name: str | None = None, **attrs: Any) -> Tensor:
    """The result of an operation that is known to have the type of ``x``."""
    builder = x.graph.builder
    values = [operand.recorded for operand in operands]
    result = builder.emit(kind, values, types=[x.recorded.type], names=[name] if name else (), **attrs)[0]
    return Tensor(result, x.graph, x.graph.unique_name(name) if name else None)


_MODES = {"CONSTANT": "constant", "REFLECT": "reflect", "SYMMETRIC": "symmetric"}


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """The tensor with ``paddings[i] = [before, after]`` more elements around each axis i.

    Args:
        tensor: What to pad.
        paddings: [rank, 2] whole numbers.
        mode: CONSTANT, REFLECT (the edge elements not repeated) or SYMMETRIC (repeated).
        name: The result's name.
        constant_values: The element of CONSTANT.

    Raises:
        ArgumentError: The mode is another one. ShapeError: The paddings are not [rank, 2].

    Source:
        ``tf.pad``.
    """
    x = convert_to_tensor(tensor)
    kind = _MODES.get(str(mode).upper())
    if kind is None:
        raise ArgumentError(
            f"Value of argument `mode` expected to be one of {tuple(_MODES)}. Received `mode` = {mode}", user_location()
        )
    widths = _paddings(paddings, len(x.dims))
    if kind == "symmetric":
        return _symmetric(x, paddings, name)
    fill = convert_to_tensor(constant_values, x.dtype) if kind == "constant" else convert_to_tensor(0, x.dtype)
    return emit("pad", x, widths, fill, name=name, mode=kind)


def _paddings(given: Any, rank: int) -> Tensor:
    """i64[2 rank]: the amounts before all axes, then those behind."""
    if isinstance(given, list | tuple) and all(isinstance(p, list | tuple) and len(p) == 2 for p in given):
        before, after = ([pair[side] for pair in given] for side in (0, 1))
        if len(given) == rank:
            return vector_of([*map(_amount, before), *map(_amount, after)])
    tensor = as_int64(given)
    if len(tensor.dims) != 2 or tensor.dims[1] != 2 or (isinstance(tensor.dims[0], int) and tensor.dims[0] != rank):
        raise ShapeError(
            f"The paddings must be [{rank}, 2], a pair for each axis, but are {shown(tensor.dims)}.", user_location()
        )
    known = constant_value(tensor)
    if known is not None:
        return constant_array(np.ascontiguousarray(known.T.reshape(-1), np.int64))
    return emit("reshape", emit("transpose", tensor, perm=(1, 0)), vector_of([2 * rank]))


def _amount(item: Any) -> Any:
    return int(item) if isinstance(item, np.integer) else item


def _symmetric(x: Tensor, paddings: Any, name: str | None) -> Tensor:
    """Mirrored with the edge elements repeated: on each axis, the reversed ends before and behind."""
    widths = constant_value(_paddings(paddings, len(x.dims)))
    if widths is None:
        raise ArgumentError(
            "The paddings of the mode SYMMETRIC must be known when the graph is recorded.", user_location()
        )
    rank = len(x.dims)
    for axis in range(rank):
        before, after = int(widths[axis]), int(widths[rank + axis])
        dim = x.dims[axis]
        if isinstance(dim, int) and max(before, after) > dim:
            raise ShapeError(f"{dim} elements can't be mirrored over {max(before, after)}.", user_location())
        parts = [_mirrored(x, axis, before - 1, -before - 1)] if before else []
        parts.append(x)
        if after:
            parts.append(_mirrored(x, axis, -1, -after - 1))
        x = emit("concat", *parts, axis=axis) if len(parts) > 1 else x
    return identity(x, name)


def _mirrored(x: Tensor, axis: int, start: int, end: int) -> Tensor:
    """The elements from ``start`` backwards to before ``end``."""
    if start >= 0:
        end = int(np.iinfo(np.int64).min)
    return emit("slice", x, vector_of([start]), vector_of([end]), axes=(axis,), steps=(-1,))
