"""A recorded value with TensorFlow's face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError, TraceError
from rnn2onnx.ir import Block, Value, user_location
from rnn2onnx.ir.types import Dim
from rnn2onnx.tf.dtypes import DType, as_dtype
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.recording.operators import operate
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.shapes.shape import TensorShape


class Operation:
    """The name of what made a tensor, for code that asks for ``tensor.op.name``."""

    def __init__(self, name: str, tensor: Tensor) -> None:
        self.name = name
        self.graph = tensor.graph
        self.outputs = [tensor]

    @property
    def type(self) -> str:
        """The kind of operation in the recorded graph."""
        op = self.outputs[0].recorded.op
        return "Placeholder" if op is None else op.kind.name

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors it was made from."""
        op = self.outputs[0].recorded.op
        return [] if op is None else [Tensor(value, self.graph) for value in op.operands]


class Tensor:
    """One recorded value. Source: ``tf.Tensor``.

    Attributes:
        recorded: The value in the graph of the compiler.
        graph: The graph it was recorded in.
    """

    __array_priority__ = 100

    def __init__(self, value: Value, graph: Graph, name: str | None = None) -> None:
        self.recorded = value
        self.graph = graph
        self._name = name
        self._shape: TensorShape | None = None

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name with ``:0`` behind it."""
        if self._name is None:
            kind = self.recorded.op.kind.name if self.recorded.op else "param"
            self._name = self.graph.unique_name(self.recorded.name or kind)
        return f"{self._name}:0"

    @property
    def op(self) -> Operation:
        """What made it."""
        return Operation(self.name[:-2], self)

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return as_dtype(self.recorded.type.dtype)

    @property
    def shape(self) -> TensorShape:
        """Its shape as far as it is known; a named length is unknown to TensorFlow code."""
        return TensorShape([dim if isinstance(dim, int) else None for dim in self.recorded.type.shape])

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Its shape in the compiler's own terms: numbers and names."""
        return self.recorded.type.shape

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
        raise refuse("Tensor.eval")

    # -- operators --------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        return _operated("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _operated("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _operated("sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _operated("sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _operated("mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _operated("mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _operated("truediv", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _operated("truediv", other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return _operated("floor_div", self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return _operated("floor_div", other, self)

    def __mod__(self, other: Any) -> Tensor:
        return _operated("floor_mod", self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return _operated("floor_mod", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _operated("pow", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _operated("pow", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _operated("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _operated("matmul", other, self)

    def __lt__(self, other: Any) -> Tensor:
        return _operated("less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return _operated("less_equal", self, other)

    def __gt__(self, other: Any) -> Tensor:
        return _operated("greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return _operated("greater_equal", self, other)

    def __and__(self, other: Any) -> Tensor:
        return _operated("and", self, other)

    def __rand__(self, other: Any) -> Tensor:
        return _operated("and", other, self)

    def __or__(self, other: Any) -> Tensor:
        return _operated("or", self, other)

    def __ror__(self, other: Any) -> Tensor:
        return _operated("or", other, self)

    def __xor__(self, other: Any) -> Tensor:
        return _operated("xor", self, other)

    def __rxor__(self, other: Any) -> Tensor:
        return _operated("xor", other, self)

    def __invert__(self) -> Tensor:
        return emit("not", self)

    def __neg__(self) -> Tensor:
        return emit("neg", self)

    def __abs__(self) -> Tensor:
        return emit("abs", self)

    def __getitem__(self, item: Any) -> Tensor:
        return _operated("getitem", self, item)


def _operated(name: str, *operands: Any) -> Tensor:
    tensor: Tensor = operate(name, *operands)
    return tensor


class TensorBoolError(TraceError, TypeError):
    """A tensor used as a Python bool. TensorFlow raises TypeError there."""


def emit(kind: str, *operands: Tensor, name: str | None = None, **attrs: Any) -> Tensor:
    """The one result of an operation on tensors, recorded in their graph."""
    return emit_all(kind, *operands, name=name, **attrs)[0]


def emit_all(
    kind: str, *operands: Tensor, name: str | None = None, blocks: Sequence[Block] = (), **attrs: Any
) -> list[Tensor]:
    """The results of an operation on tensors, recorded in their graph."""
    graph = graph_of(operands)
    results = graph.builder.emit(
        kind, [t.recorded for t in operands], blocks=blocks, names=[name] if name else (), **attrs
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
