"""``tf.TensorArray``: rows written and read by index, kept as one tensor whose first axis is the index.

Before the first write the shape of a row may be unknown. Outside loops the rows then simply don't exist yet; inside a
body they are a parameter that the body gets when the first row is written.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError, ShapeError
from rnn2onnx.ir import Dim, constant, user_location
from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype
from rnn2onnx.tf.ops import array_ops, math_ops
from rnn2onnx.tf.ops.array_ops import concat, reshape, shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.shapes.shape import TensorShape


class Rows(Protocol):
    """Where the rows of an array come from."""

    def rows(self, row_shape: tuple[Dim, ...] | None) -> Tensor | None:
        """The rows [N, …]; made for rows of this shape if they don't exist, None if the shape isn't known either."""

    def size(self) -> Tensor:
        """i32[]: how many rows there are."""


class Present:
    """Rows that exist."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def rows(self, row_shape: tuple[Dim, ...] | None) -> Tensor | None:
        """The rows."""
        return self.tensor

    def size(self) -> Tensor:
        """i32[]: how many rows there are."""
        graph = self.tensor.graph
        count = graph.builder.shape_of(self.tensor.recorded)
        first = graph.builder.emit("gather", (count, graph.builder.const(np.array(0, np.int64))), axis=0)[0]
        return emit("cast", Tensor(first, graph), dtype=np.dtype(np.int32))


class Promised:
    """Rows of zeros that are made when the shape of a row is known."""

    def __init__(self, dtype: DType, size: Tensor) -> None:
        self.dtype = dtype
        self._size = size
        self._made: Tensor | None = None

    def rows(self, row_shape: tuple[Dim, ...] | None) -> Tensor | None:
        """Zeros [N, …] for rows of ``row_shape``."""
        if self._made is not None or row_shape is None:
            return self._made
        made = zero_rows(self.dtype, self._size, row_shape)
        if made.dims[1:] == row_shape:
            self._made = made
        return made

    def size(self) -> Tensor:
        """i32[]: how many rows there are."""
        return self._size


def zero_rows(dtype: DType, size: Tensor, row_shape: tuple[Dim, ...]) -> Tensor:
    """Zeros [size, *row_shape]; a length that is known only inside a body that is closed is 0."""
    graph = get_default_graph()
    builder = graph.builder
    zero = builder.const(np.zeros((), numpy_dtype(dtype)))
    count = builder.emit("cast", (size.recorded,), dtype=np.dtype(np.int64))[0]
    parts = [builder.emit("reshape", (count, builder.const(np.array([1]))))[0]]
    for dim in row_shape:
        length = builder.dim_value(dim)
        if length is None:
            length = builder.const(np.array(0, np.int64))
        parts.append(builder.emit("reshape", (length, builder.const(np.array([1]))))[0])
    shape = builder.emit("concat", parts, axis=0)[0]
    return Tensor(builder.emit("expand", (zero, shape))[0], graph)


def filled_up(rows: Tensor, row_shape: tuple[Dim, ...]) -> Tensor:
    """Rows of ``row_shape``: those given, or zeros where these have no elements yet."""
    builder = rows.graph.builder
    missing = [Tensor(builder.const(np.array(0, np.int64)), rows.graph)]
    lengths = [array_ops.shape(rows, out_type=np.int64)[0]]
    for old, new in zip(rows.dims[1:], row_shape, strict=True):
        before, after = builder.dim_value(old), builder.dim_value(new)
        assert before is not None
        assert after is not None
        lengths.append(Tensor(after, rows.graph))
        missing.append(lengths[-1] - Tensor(before, rows.graph))
    widths = array_ops.stack([array_ops.zeros_like(array_ops.stack(missing)), array_ops.stack(missing)], 1)
    return reshape(array_ops.pad(rows, widths), array_ops.stack(lengths))


class TensorArray:
    """An array of tensors of one dtype and shape, written and read by index. Source: ``tf.TensorArray``.

    Args:
        dtype: Of the elements.
        size: i32[], rows; needed unless ``flow`` is given.
        dynamic_size: Whether a write past the end makes it longer.
        clear_after_read: No meaning here: a row may be read any number of times.
        tensor_array_name: No meaning here.
        handle: Another TensorArray to continue.
        flow: The same.
        infer_shape: Whether all rows must have one shape; they must, here.
        element_shape: What is known of a row's shape.
        colocate_with_first_write_call: No meaning here.
        name: A hint.
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        self._dtype = as_dtype(dtype).base_dtype
        self._dynamic = bool(dynamic_size)
        self._element_shape = TensorShape(element_shape)
        self._name = name
        source = handle if handle is not None else flow
        if isinstance(source, TensorArray):
            self._rows: Rows = source._rows
        elif size is None:
            raise ArgumentError("Size must be provided if flow is not provided", user_location())
        else:
            count = convert_to_tensor(size)
            if count.dims != ():
                raise ShapeError(f"the size of a TensorArray is a scalar, not {count!r}", user_location())
            self._rows = Promised(self._dtype, emit("cast", count, dtype=np.dtype(np.int32)))

    def _with(self, rows: Rows, row_shape: TensorShape | None = None) -> TensorArray:
        other = TensorArray.__new__(TensorArray)
        other._dtype, other._dynamic, other._name = self._dtype, self._dynamic, self._name
        other._element_shape = self._element_shape if row_shape is None else row_shape
        other._rows = rows
        return other

    @property
    def dtype(self) -> DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """Whether a write past the end makes it longer."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """What is known of a row's shape."""
        rows = self._rows.rows(None)
        return self._element_shape if rows is None else rows.shape[1:]

    @property
    def flow(self) -> TensorArray:
        """The array itself: what code may hand to another TensorArray."""
        return self

    @property
    def handle(self) -> TensorArray:
        """The array itself: what code may hand to another TensorArray."""
        return self

    def identity(self) -> TensorArray:
        """The same array."""
        return self._with(self._rows)

    def close(self, name: str | None = None) -> None:
        """Nothing to free."""

    def grad(self, source: Any, flow: Any = None, name: str | None = None) -> TensorArray:
        """Always an error: gradients are training's."""
        raise refuse("TensorArray.grad")

    def size(self, name: str | None = None) -> Tensor:
        """i32[]: how many rows there are."""
        return self._rows.size()

    def _known(self, what: str) -> Tensor:
        shape: tuple[Dim, ...] | None = None
        if self._element_shape.is_fully_defined():
            shape = tuple(dim for dim in self._element_shape.as_list() if dim is not None)
        rows = self._rows.rows(shape)
        if rows is None:
            raise ArgumentError(
                f"{what} of a TensorArray that nothing was written to, whose rows have an unknown shape. "
                "Write to it first, or give it an `element_shape`.",
                user_location(),
            )
        return rows

    def _for(self, row: Tensor) -> Tensor:
        if row.dtype != self._dtype:
            raise DTypeError(
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype {row.dtype.name}.",
                user_location(),
            )
        if not self._element_shape.is_compatible_with(row.shape):
            raise ShapeError(
                f"Inconsistent shapes: saw {row.shape} but expected {self._element_shape} (and infer_shape=True)",
                user_location(),
            )
        rows = self._rows.rows(row.dims)
        assert rows is not None
        if not rows.shape[1:].is_compatible_with(row.shape):
            raise ShapeError(
                f"Inconsistent shapes: saw {row.shape} but expected {rows.shape[1:]} (and infer_shape=True)",
                user_location(),
            )
        return rows

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The row at ``index``, i32[] or i64[]."""
        return emit("gather", self._known("read"), convert_to_tensor(index), axis=0)

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with ``value`` as the row at ``index``."""
        row = convert_to_tensor(value, self._dtype)
        rows = self._for(row)
        at = emit("cast", convert_to_tensor(index), dtype=np.dtype(np.int64))
        return self._with(Present(emit("row_write", rows, at, row, grow=self._dynamic)), row.shape)

    def stack(self, name: str | None = None) -> Tensor:
        """All rows as one tensor [N, …]."""
        return self._known("stack")

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows at ``indices``, an integer vector, as one tensor."""
        return emit("gather", self._known("gather"), convert_to_tensor(indices), axis=0)

    def concat(self, name: str | None = None) -> Tensor:
        """The rows one after the other along their first axis."""
        rows = self._known("concat")
        if len(rows.dims) < 2:
            raise ShapeError("concat joins rows along their first axis, but these rows are scalars.", user_location())
        return reshape(rows, concat([[-1], shape(rows)[2:]], 0))

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """The array whose rows are those of ``value`` [N, …]."""
        tensor = convert_to_tensor(value, self._dtype)
        if not tensor.dims:
            raise ShapeError("unstack takes a tensor with a first axis, not a scalar.", user_location())
        if not self._element_shape.is_compatible_with(tensor.shape[1:]):
            raise ShapeError(
                f"Inconsistent shapes: saw {tensor.shape[1:]} but expected {self._element_shape} (and "
                f"infer_shape=True)",
                user_location(),
            )
        return self._with(Present(tensor), tensor.shape[1:])

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of ``value`` at ``indices``, an integer vector."""
        tensor, where = convert_to_tensor(value, self._dtype), convert_to_tensor(indices)
        known = constant(where.recorded)
        count = self.size()
        if (
            known is not None
            and count.recorded.content == (len(known),)
            and (np.sort(known) == np.arange(len(known))).all()
        ):
            return self.unstack(emit("gather", tensor, convert_to_tensor(np.argsort(known)), axis=0))
        rows = self._for(tensor[0])
        if self._dynamic:
            more = math_ops.maximum(math_ops.cast(math_ops.reduce_max(where), np.int32) + 1 - count, 0)
            widths = [[0, more]] + [[0, 0]] * (len(rows.dims) - 1)
            rows = array_ops.pad(rows, widths)
        ids = math_ops.cast(array_ops.expand_dims(where, 1), np.int64)
        shape = math_ops.cast(array_ops.shape(rows), np.int64)
        placed = emit("scatter_nd", shape, ids, tensor)
        ones = array_ops.ones_like(math_ops.cast(where, np.int32))
        written = emit("scatter_nd", shape[:1], ids, ones) > 0
        column = array_ops.reshape(written, [-1] + [1] * (len(rows.dims) - 1))
        return self._with(Present(emit("where", column, placed, rows)), tensor.shape[1:])

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """The array whose rows are consecutive parts of ``value``; every length must be the same constant."""
        tensor, sizes = convert_to_tensor(value, self._dtype), constant(convert_to_tensor(lengths).recorded)
        if sizes is None or len(set(sizes.tolist())) != 1:
            raise ArgumentError(
                f"split of a TensorArray into parts of lengths {lengths!r}: rows here have one shape, so the "
                f"lengths must be "
                "equal and constant. Use tf.split for parts that differ.",
                user_location(),
            )
        shape = [len(sizes), int(sizes[0]), *tensor.shape.as_list()[1:]]
        if None in shape:
            raise ShapeError(f"split needs the lengths of {tensor!r} besides the first to be known.", user_location())
        return self.unstack(reshape(tensor, shape))
