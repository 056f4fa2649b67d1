"""Traces a loop's body: what the loop carries becomes parameters, tensors and TensorArrays alike.

The rows of a TensorArray may get their shape only while the body is traced; its parameter is made then. A tensor's
unknown lengths are given new names in the body, which become the outer names when the body turns out to keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Block, Dim, Type, Value, user_location
from rnn2onnx.ir.types import UNKNOWN
from rnn2onnx.tf.dtypes import numpy_dtype
from rnn2onnx.tf.loops.tensor_array import Present, TensorArray, filled_up
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape


class _Carried:
    """One leaf that a body carries: where its parameter comes from, and the parameter once there is one."""

    def __init__(self, block: Block, outer: Tensor | TensorArray) -> None:
        self.block = block
        self.outer = outer
        self.param: Value | None = None
        self.fills = False

    # what a TensorArray inside the body asks for (tensor_array.Rows)

    def rows(self, row_shape: tuple[Dim, ...] | None) -> Tensor | None:
        graph = get_default_graph()
        assert isinstance(self.outer, TensorArray)
        if self.param is None:
            known = self.outer._rows.rows(None)
            shape = known.dims[1:] if known is not None else row_shape
            if shape is None:
                return None
            # A length that only the body knows is 0 until the first row is written.
            outside = [dim if graph.builder.known_before(dim, self.block) else UNKNOWN for dim in shape]
            self.param = graph.builder.parameter(self.block, Type(self._dtype(), (self._count(), *outside)))
            self.fills = UNKNOWN in outside
        rows = Tensor(self.param, graph)
        return filled_up(rows, row_shape) if self.fills and row_shape is not None else rows

    def _count(self) -> Dim:
        """How many rows there are: a number only where no write can change it."""
        assert isinstance(self.outer, TensorArray)
        content = None if self.outer.dynamic_size else self.outer.size().recorded.content
        return content[0] if content and isinstance(content[0], int) else UNKNOWN

    def _dtype(self) -> np.dtype[Any]:
        return numpy_dtype(self.outer.dtype)

    def size(self) -> Tensor:
        assert isinstance(self.outer, TensorArray)
        if self.param is None:
            return self.outer.size()
        return Present(Tensor(self.param, get_default_graph())).size()

    def initial(self) -> Value:
        """The value the parameter starts with; made in the block that is open now."""
        if isinstance(self.outer, Tensor):
            return self.outer.recorded
        assert self.param is not None
        rows = self.outer._rows.rows(self.param.type.shape[1:])
        assert rows is not None
        return rows.recorded


class Body:
    """A traced body.

    Attributes:
        block: The block; its parameters are ``leading`` ones and then those of the carried leaves that have one.
        leaves: What is carried, in order; those of which nothing is known have no parameter.
        after: The leaves after one step, as ``trace``'s function gave them.
    """

    def __init__(self, block: Block, leaves: Sequence[_Carried]) -> None:
        self.block = block
        self.leaves = list(leaves)
        self.after: list[Any] = []

    @property
    def carried(self) -> list[_Carried]:
        """The leaves that have a parameter."""
        return [leaf for leaf in self.leaves if leaf.param is not None]

    def initials(self) -> list[Value]:
        """What the parameters start with, in the block that is open now."""
        return [leaf.initial() for leaf in self.carried]

    def finals(self, values: Sequence[Value]) -> list[Any]:
        """The leaves after the loop, from the values that the loop gives for the carried ones."""
        graph, given = get_default_graph(), iter(values)
        out: list[Any] = []
        for leaf in self.leaves:
            if leaf.param is None:
                out.append(leaf.outer)
            elif isinstance(leaf.outer, TensorArray):
                rows = Tensor(next(given), graph)
                out.append(leaf.outer._with(Present(rows), rows.shape[1:]))
            else:
                out.append(Tensor(next(given), graph))
        return out


def trace(
    leaves: Sequence[Tensor | TensorArray],
    function: Callable[[list[Any], list[Tensor]], list[Any]],
    *,
    leading: Sequence[Type] = (),
    trailing: Sequence[Type] = (),
    types: Sequence[Type] | None = None,
) -> Body:
    """A body traced by calling ``function(leaves inside, other parameters)``, which gives the leaves after one step.

    Args:
        leaves: What the loop carries, outside.
        function: The step.
        leading: Types of parameters before the carried ones.
        trailing: Types of parameters behind them.
        types: The types of the tensors' parameters; by default those of ``leaves``.
    """
    graph = get_default_graph()
    builder = graph.builder
    with builder.body([]) as block:
        before = [builder.parameter(block, type) for type in leading]
        carried = [_Carried(block, leaf) for leaf in leaves]
        inside: list[Any] = []
        for index, leaf in enumerate(carried):
            if isinstance(leaf.outer, TensorArray):
                inside.append(leaf.outer._with(leaf))
                continue
            leaf.param = builder.parameter(block, types[index] if types is not None else leaf.outer.recorded.type)
            inside.append(Tensor(leaf.param, graph))
        behind = [builder.parameter(block, type) for type in trailing]
        body = Body(block, carried)
        body.after = function(inside, [Tensor(value, graph) for value in (*before, *behind)])
        for leaf, new in zip(carried, body.after, strict=True):
            if isinstance(new, TensorArray) and leaf.param is None:
                made = new._rows.rows(None)
                if made is not None:
                    leaf.rows(made.dims[1:])
        block.params = (*before, *(leaf.param for leaf in carried if leaf.param is not None), *behind)
        block.results = tuple(_value_of(new) for leaf, new in zip(carried, body.after, strict=True) if leaf.param)
    return body


def _value_of(leaf: Any) -> Value:
    if isinstance(leaf, Tensor):
        return leaf.recorded
    rows = leaf._rows.rows(None)
    value: Value = rows.recorded
    return value


def step_types(leaves: Sequence[Any], shapes: Sequence[Any]) -> list[Type]:
    """The types of a body's parameters for leaves whose unknown lengths may change from step to step.

    Args:
        leaves: Tensors and TensorArrays; what stands for the latter means nothing.
        shapes: For each leaf the TensorShape that stays true in every step, or None.

    Raises:
        ValueError: A leaf does not have the shape that was said.
    """
    builder = get_default_graph().builder
    types = []
    for leaf, shape in zip(leaves, shapes, strict=True):
        if not isinstance(leaf, Tensor):
            types.append(Type(np.dtype(np.float32), ()))
            continue
        dims = list(leaf.dims) if shape is None else _stated(leaf, TensorShape(shape))
        types.append(
            leaf.recorded.type.with_shape(d if isinstance(d, int) else builder.fresh_dim("step") for d in dims)
        )
    return types


def _stated(leaf: Tensor, stated: TensorShape) -> list[Dim]:
    if not stated.is_compatible_with(leaf.shape):
        raise ArgumentError(
            f"The shape invariant specified for {leaf.name} is not compatible with the initial shape of the loop "
            f"variable. It enters the loop with shape {leaf.shape}, but the specified shape invariant is {stated}.",
            user_location(),
        )
    if stated.ndims is None:
        raise ArgumentError(f"the shape invariant of {leaf.name} must have a rank.", user_location())
    return [UNKNOWN if want is None else want for want in stated.as_list()]


def settle(body: Body, leaves: Sequence[Any], *, invariants_given: bool = False) -> None:
    """Gives lengths that every step keeps their outer names, and refuses a known length that changes.

    Args:
        body: A traced body with the parameter types of ``step_types``.
        leaves: What it carries, outside.
        invariants_given: Whether the user said shape invariants; the error proposes them otherwise.

    Raises:
        ValueError: A length that is known at the start is another one, or unknown, after a step.
    """
    builder = get_default_graph().builder
    hint = (
        " Provide shape invariants using either the `shape_invariants` argument of tf.while_loop or set_shape() on the "
        "loop variables."
    )
    for leaf, carried, after in zip(leaves, body.leaves, body.after, strict=True):
        if not isinstance(leaf, Tensor) or carried.param is None:
            continue
        found, wanted = after.recorded.type.shape, carried.param.type.shape
        if len(found) != len(wanted) or any(isinstance(w, int) and f != w for f, w in zip(found, wanted, strict=True)):
            raise ArgumentError(
                f"The shape for {leaf.name} is not an invariant for the loop. It enters the loop with shape "
                f"{leaf.shape}, but has shape {after.shape} after one iteration.{'' if invariants_given else hint}",
                user_location(),
            )
        for axis, outer in enumerate(leaf.dims):
            inner = carried.param.type.shape[axis]
            # What starts as the outer length and is that again after each step, is that always.
            if isinstance(inner, str) and after.recorded.type.shape[axis] in (inner, outer):
                builder.unify(outer, inner)
    for carried, after in zip(body.leaves, body.after, strict=True):
        if not carried.fills or carried.param is None:
            continue
        # What fills the rows turned out to have lengths that are known outside: they are there from the start.
        found = _value_of(after).type.shape
        if all(builder.dim_value(dim) is not None for dim in found[1:]):
            for inner, dim in zip(carried.param.type.shape[1:], found[1:], strict=True):
                builder.unify(dim, inner)
