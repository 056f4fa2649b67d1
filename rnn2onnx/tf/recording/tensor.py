"""A recorded value with TensorFlow's face, and how Python values become one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError, TraceError
from rnn2onnx.ir import Block, Value, user_location
from rnn2onnx.ir.types import Dim, is_float, is_integer
from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.shapes.shape import Dimension, TensorShape


class Operation:
    """The name of what made a tensor, for code that asks for ``tensor.op.name``."""

    def __init__(self, name: str, tensor: Tensor) -> None:
        self.name = name
        self.graph = tensor.graph
        self.outputs = [tensor]

    @property
    def type(self) -> str:
        """The kind of operation in the recorded graph."""
        op = self.outputs[0].value.op
        return "Placeholder" if op is None else op.kind.name

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors it was made from."""
        op = self.outputs[0].value.op
        return [] if op is None else [Tensor(value, self.graph) for value in op.operands]


class Tensor:
    """One recorded value. Source: ``tf.Tensor``.

    Attributes:
        value: The value in the graph of the compiler.
        graph: The graph it was recorded in.
    """

    __array_priority__ = 100

    def __init__(self, value: Value, graph: Graph, name: str | None = None) -> None:
        self.value = value
        self.graph = graph
        self._name = name
        self._shape: TensorShape | None = None

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name with ``:0`` behind it."""
        if self._name is None:
            kind = self.value.op.kind.name if self.value.op else "param"
            self._name = self.graph.unique_name(self.value.name or kind)
        return f"{self._name}:0"

    @property
    def op(self) -> Operation:
        """What made it."""
        return Operation(self.name[:-2], self)

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return as_dtype(self.value.type.dtype)

    @property
    def shape(self) -> TensorShape:
        """Its shape as far as it is known; a named length is unknown to TensorFlow code."""
        return TensorShape([dim if isinstance(dim, int) else None for dim in self.value.type.shape])

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Its shape in the compiler's own terms: numbers and names."""
        return self.value.type.shape

    def get_shape(self) -> TensorShape:
        """Its shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """States what is known of its shape besides.

        Raises:
            ValueError: The shape contradicts what is known.
        """
        try:
            merged = self.shape.merge_with(TensorShape(shape)).as_list()
        except ShapeError as error:
            raise ShapeError(error.message, user_location()) from None
        for have, want in zip(self.dims, merged, strict=True):
            if want is not None and have != want:
                self.graph.builder.unify(have, want)

    @property
    def device(self) -> str:
        """Nothing: where a program runs is decided when it runs."""
        return ""

    def consumers(self) -> list[Operation]:
        """Nothing is kept of what uses a tensor."""
        return []

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    # -- what it can't do while it is recorded ------------------------------------------------------------------------

    def __bool__(self) -> bool:
        raise TensorBoolError(
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Its value is known only when the program runs: "
            "use `tf.cond` or `tf.where` instead of `if`, and `is not None` to test whether there is a tensor.",
            user_location(),
        )

    def __iter__(self) -> Iterator[Tensor]:
        if not self.dims:
            raise ArgumentTypeError("Cannot iterate over a scalar tensor.", user_location())
        raise ArgumentTypeError(
            f"Iterating over a symbolic tf.Tensor is not allowed ({self!r}). Use `tf.unstack` where the length "
            f"is known, "
            "`tf.map_fn` or `tf.while_loop` where it is not.",
            user_location(),
        )

    def __len__(self) -> int:
        raise ArgumentTypeError(
            f"len is not well defined for a symbolic Tensor ({self.name}). Please call `x.shape` rather than "
            f"`len(x)` for shape information.",
            user_location(),
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise DTypeError(
            f"Cannot convert a symbolic tf.Tensor ({self.name}) to a numpy array: its value is known only when "
            f"the program runs.",
            user_location(),
        )

    def __float__(self) -> float:
        raise ArgumentTypeError(
            "float() of a symbolic tf.Tensor: its value is known only when the program runs.", user_location()
        )

    def __int__(self) -> int:
        raise ArgumentTypeError(
            "int() of a symbolic tf.Tensor: its value is known only when the program runs.", user_location()
        )

    def __index__(self) -> int:
        raise ArgumentTypeError(
            f"{self!r} was used where Python needs a number; its value is known only when the program runs.",
            user_location(),
        )

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Always an error: values come from compiled programs."""
        from rnn2onnx.tf.refusals.training import refuse

        raise refuse("Tensor.eval")

    # -- operators --------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        return binary("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return binary("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return binary("sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return binary("sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return binary("mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return binary("mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return true_divide(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return true_divide(other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return binary("floor_div", self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return binary("floor_div", other, self)

    def __mod__(self, other: Any) -> Tensor:
        return binary("floor_mod", self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return binary("floor_mod", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return binary("pow", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return binary("pow", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        from rnn2onnx.tf.ops.math_ops import matmul

        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        from rnn2onnx.tf.ops.math_ops import matmul

        return matmul(other, self)

    def __lt__(self, other: Any) -> Tensor:
        return binary("less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return binary("less_equal", self, other)

    def __gt__(self, other: Any) -> Tensor:
        return binary("greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return binary("greater_equal", self, other)

    def __and__(self, other: Any) -> Tensor:
        return binary("and", self, other)

    def __rand__(self, other: Any) -> Tensor:
        return binary("and", other, self)

    def __or__(self, other: Any) -> Tensor:
        return binary("or", self, other)

    def __ror__(self, other: Any) -> Tensor:
        return binary("or", other, self)

    def __xor__(self, other: Any) -> Tensor:
        return binary("xor", self, other)

    def __rxor__(self, other: Any) -> Tensor:
        return binary("xor", other, self)

    def __invert__(self) -> Tensor:
        return emit("not", self)

    def __neg__(self) -> Tensor:
        return emit("neg", self)

    def __abs__(self) -> Tensor:
        return emit("abs", self)

    def __getitem__(self, item: Any) -> Tensor:
        from rnn2onnx.tf.ops.slicing import getitem

        return getitem(self, item)


class TensorBoolError(TraceError, TypeError):
    """A tensor used as a Python bool. TensorFlow raises TypeError there."""


class MixedDTypesError(DTypeError, ArgumentError):
    """Two tensors of different dtypes: a TypeError to TensorFlow's functions, a ValueError to its old operators."""


def emit(kind: str, *operands: Tensor, name: str | None = None, **attrs: Any) -> Tensor:
    """The one result of an operation on tensors, recorded in their graph."""
    return emit_all(kind, *operands, name=name, **attrs)[0]


def emit_all(
    kind: str, *operands: Tensor, name: str | None = None, blocks: Sequence[Block] = (), **attrs: Any
) -> list[Tensor]:
    """The results of an operation on tensors, recorded in their graph."""
    graph = graph_of(operands)
    results = graph.builder.emit(
        kind, [t.value for t in operands], blocks=blocks, names=[name] if name else (), **attrs
    )
    full = graph.unique_name(name) if name else None
    return [Tensor(value, graph, full if i == 0 else None) for i, value in enumerate(results)]


def graph_of(operands: Sequence[Tensor]) -> Graph:
    """The graph that some tensors belong to; the default graph for none.

    Raises:
        ValueError: They belong to different graphs.
    """
    if not operands:
        return get_default_graph()
    graph = operands[0].graph
    for tensor in operands[1:]:
        if tensor.graph is not graph:
            raise ArgumentError(f"{tensor!r} must be from the same graph as {operands[0]!r}.", user_location())
    return graph


def wrap(value: Value) -> Tensor:
    """A value of the default graph's builder as a tensor."""
    return Tensor(value, get_default_graph())


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Tensor:
    """``value`` as a tensor: a tensor as it is; numbers, arrays, nested lists, shapes as constants.

    Raises:
        ValueError: None was given, or a tensor of another dtype.
        TypeError: The value is of no kind that can be a tensor, or doesn't fit ``dtype``.

    Source: ``tf.convert_to_tensor``.
    """
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if isinstance(value, Tensor):
        if wanted is not None and value.dtype != wanted:
            raise ArgumentError(
                f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {value.dtype.name}: "
                f"{value!r}. Cast it with tf.cast.",
                user_location(),
            )
        return value
    if value is None:
        raise ArgumentError("None values not supported.", user_location())
    as_tensor = getattr(value, "_as_tensor", None)
    if as_tensor is not None:
        return convert_to_tensor(as_tensor(), dtype, name)
    if isinstance(value, Dimension):
        value = _known(value)
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ArgumentError(
                f"Cannot convert a partially known TensorShape {value} to a Tensor. Use tf.shape(x) for "
                f"lengths that are known only at run time.",
                user_location(),
            )
        value = np.array(value.as_list(), numpy_dtype(wanted) if wanted else np.int32)
    if isinstance(value, list | tuple) and _has_tensor(value):
        return _stacked(value, wanted)
    array = _as_array(value, wanted, preferred_dtype or dtype_hint)
    return constant_array(_kept(array) if array is value else array, name)


def _known(dim: Dimension) -> int:
    if dim.value is None:
        raise ArgumentError(
            "Cannot convert an unknown Dimension to a Tensor: ? Use tf.shape(x)[axis] for a length that is "
            "known only at run time.",
            user_location(),
        )
    return int(dim.value)


def constant_array(array: Any, name: str | None = None) -> Tensor:
    """A constant of the default graph."""
    graph = get_default_graph()
    return Tensor(graph.builder.const(array), graph, graph.unique_name(name) if name else None)


_KEPT: WeakKeyDictionary[Graph, dict[Any, Any]] = WeakKeyDictionary()


def _kept(array: Any) -> Any:
    """A copy of a user's array, who may go on writing to it; one copy per graph of equal arrays."""
    copies = _KEPT.setdefault(get_default_graph(), {})
    key = (array.dtype.name, array.shape, hashlib.sha256(array.tobytes()).digest())
    if key not in copies:
        copies[key] = array.copy()
    return copies[key]


def _has_tensor(items: Any) -> bool:
    if isinstance(items, list | tuple):
        return any(_has_tensor(item) for item in items)
    return isinstance(items, Tensor) or hasattr(items, "_as_tensor")


def _stacked(items: Any, dtype: DType | None) -> Tensor:
    from rnn2onnx.tf.ops.array_ops import stack

    def first(item: Any) -> DType | None:
        if isinstance(item, list | tuple):
            return next((found for part in item if (found := first(part)) is not None), None)
        return item.dtype if isinstance(item, Tensor) else None

    common = dtype or first(items)
    return stack([convert_to_tensor(item, common) for item in items])


def _as_array(value: Any, wanted: DType | None, preferred: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
    else:
        plain = _plain(value)
        try:
            array = np.array(plain)
        except ValueError as error:
            raise ArgumentError(
                f"Can't convert non-rectangular Python sequence to Tensor: {error}.", user_location()
            ) from None
        if array.dtype == np.float64 or array.size == 0:
            array = array.astype(np.float32)
        elif array.dtype == np.int64 and np.abs(array).max(initial=0) <= np.iinfo(np.int32).max:
            array = array.astype(np.int32)
    if array.dtype.kind in "OUSc" or (array.dtype.kind == "V" and array.dtype.name != "bfloat16"):
        raise ArgumentTypeError(
            f"Failed to convert {value!r} of class {type(value).__name__} to a tensor of numbers.", user_location()
        )
    if wanted is None and preferred is not None and not isinstance(value, np.ndarray):
        hint = numpy_dtype(preferred)
        if is_float(hint) or array.dtype.kind == hint.kind:
            array = array.astype(hint)
    if wanted is None:
        return array
    target = numpy_dtype(wanted)
    if array.dtype == target:
        return array
    if array.size and is_integer(target) and is_float(array.dtype):
        raise ArgumentTypeError(
            f"Expected {wanted.name}, but got {value!r} of type '{type(value).__name__}'.", user_location()
        )
    if array.size and (array.dtype.kind == "b") != (target.kind == "b"):
        raise ArgumentTypeError(
            f"Expected {wanted.name}, but got {value!r} of type '{type(value).__name__}'.", user_location()
        )
    return array.astype(target)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _known(value) if isinstance(value, Dimension) else value


def pair(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Two operands as tensors of one dtype: a Python number takes the dtype of the tensor beside it.

    Raises:
        MixedDTypesError: Two tensors differ in dtype.
    """
    x, y = (convert_to_tensor(side) if hasattr(side, "_as_tensor") else side for side in (x, y))
    if isinstance(x, Tensor) or not isinstance(y, Tensor):
        a = convert_to_tensor(x)
        if isinstance(y, Tensor) and a.dtype != y.dtype:
            raise MixedDTypesError(
                f"the operands have dtypes {a.dtype.name} and {y.dtype.name}: {a!r} and {y!r}. Cast one with tf.cast.",
                user_location(),
            )
        b = convert_to_tensor(y, a.dtype)
        return a, b
    return convert_to_tensor(x, y.dtype), y


def binary(kind: str, x: Any, y: Any, name: str | None = None) -> Tensor:
    """An elementwise operation of two operands, broadcast as numpy does.

    Raises:
        ValueError: Shapes or dtypes differ. TypeError: a Python value does not fit the tensor's dtype.
    """
    a, b = pair(x, y)
    return _broadcast_checked(lambda: emit(kind, a, b, name=name), kind, a, b)


def _broadcast_checked(record: Callable[[], Tensor], kind: str, a: Tensor, b: Tensor) -> Tensor:
    try:
        return record()
    except ShapeError as error:
        raise ShapeError(
            f"Dimensions must be equal, but are {' and '.join(_unequal(a, b))} for {kind} of shapes {a.shape} "
            f"and {b.shape}.",
            error.location,
        ) from None


def _unequal(a: Tensor, b: Tensor) -> tuple[str, str]:
    for x, y in zip(reversed(a.dims), reversed(b.dims), strict=False):
        if isinstance(x, int) and isinstance(y, int) and x != y and 1 not in (x, y):
            return str(x), str(y)
    return str(a.shape), str(b.shape)


def true_divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Division that gives floating point: int8 and int16 become float32, int32 and int64 float64, as in TensorFlow."""
    a, b = pair(x, y)
    dtype = a.value.type.dtype
    if is_integer(dtype):
        wide = np.dtype(np.float32 if dtype.itemsize <= 2 else np.float64)
        a, b = emit("cast", a, dtype=wide), emit("cast", b, dtype=wide)
    return _broadcast_checked(lambda: emit("div", a, b, name=name), "div", a, b)
