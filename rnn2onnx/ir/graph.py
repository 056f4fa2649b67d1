"""What a program is made of: values, operations, blocks, graphs.

A body is a block, and a body that uses an outer value simply refers to it. Graphs are built by a builder and rebuilt by
passes; nothing edits them in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.ir.types import Dim, Type

Array: TypeAlias = "NDArray[Any]"
Attrs: TypeAlias = "Mapping[str, Any]"
Location: TypeAlias = "tuple[str, int] | None"
Content: TypeAlias = "tuple[Dim | None, ...]"
"""What is known of the elements of a small integer value: numbers, lengths by name, None for unknown."""


@dataclass(eq=False, slots=True)
class Value:
    """One tensor of a program. Its identity is the object; ``name`` is a hint for people.

    Attributes:
        type: Element type and shape.
        name: A hint; need not be unique.
        op: The operation that gives it; None for a parameter of a block.
        block: The block it belongs to.
        content: For integers of rank 0 or 1: what is known of the elements.
    """

    type: Type
    name: str = ""
    op: Op | None = None
    block: Block | None = None
    content: Content | None = None

    def __repr__(self) -> str:
        return f"%{self.name or '_'}: {self.type}"


@dataclass(frozen=True)
class Kind:
    """One row of the language: what an operation is called, gives and means.

    Attributes:
        name: snake_case.
        infer: The types of the results, from operands (with their contents), attributes and bodies. Raises ShapeError
            or DTypeError with a message that says what does not fit; the builder adds kind, types and location.
        evaluate: The numpy meaning: ``evaluate(attrs, *arrays)`` gives an array or a tuple of arrays. A kind with
            bodies gets ``evaluate(run, op, arrays)``, where ``run(block, arrays)`` gives the results of a body.
        blocks: How many bodies it has.
        content: What is known of an integer result's elements, from attributes and operands.
        total: Whether it is defined for every element value (a gather is not: an index may be out of range), so that
            running it where the program would not have is harmless.
        reusable: Whether two equal operations may be one.
        elementwise: Whether each result element depends on the operands' elements at that place only.
    """

    name: str
    infer: Callable[[Sequence[Value], Attrs, Sequence[Block]], Sequence[Type]]
    evaluate: Callable[..., Any]
    blocks: int = 0
    content: Callable[[Sequence[Value], Attrs], Content | None] | None = None
    total: bool = True
    reusable: bool = True
    elementwise: bool = False


@dataclass(eq=False, slots=True)
class Op:
    """One application of a kind."""

    kind: Kind
    operands: tuple[Value, ...]
    attrs: Attrs
    blocks: tuple[Block, ...]
    results: tuple[Value, ...]
    location: Location = None

    def __repr__(self) -> str:
        return f"{self.kind.name}({', '.join(map(repr, self.operands))})"


@dataclass(eq=False, slots=True)
class Block:
    """A list of operations with parameters and results: the whole program, or a body in it."""

    params: tuple[Value, ...] = ()
    ops: list[Op] = field(default_factory=list)
    results: tuple[Value, ...] = ()
    parent: Block | None = None


@dataclass(eq=False, slots=True, repr=False)
class Graph:
    """A program: its block's parameters are the inputs (by name), its results the outputs, named by ``outputs``."""

    name: str
    block: Block
    outputs: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The inputs, whose names are the names of the feeds."""
        return self.block.params

    def __str__(self) -> str:
        from rnn2onnx.ir.text import print_graph

        return print_graph(self)

    __repr__ = __str__


def constant(value: Value) -> Array | None:
    """The array of a value that is a constant; None for any other value."""
    if value.op is not None and value.op.kind.name == "const":
        array: Array = value.op.attrs["value"]
        return array
    return None


def walk(block: Block) -> Iterator[Op]:
    """Every operation of a block and of the bodies in it, each before those of its bodies."""
    for op in block.ops:
        yield op
        for body in op.blocks:
            yield from walk(body)


def captures(block: Block) -> list[Value]:
    """The outer values a body refers to, in order of first use, those of the bodies in it included."""
    inside: set[Value] = set()
    found: dict[Value, None] = {}

    def visit(body: Block) -> None:
        inside.update(body.params)
        for op in body.ops:
            for value in op.operands:
                if value not in inside:
                    found[value] = None
            for inner in op.blocks:
                visit(inner)
            inside.update(op.results)
        for value in body.results:
            if value not in inside:
                found[value] = None

    visit(block)
    return list(found)


def uses(block: Block) -> dict[Value, int]:
    """How often each value is used in a block and the bodies in it, results of blocks included."""
    count: dict[Value, int] = {}
    for value in block.results:
        count[value] = count.get(value, 0) + 1
    for op in walk(block):
        for value in op.operands:
            count[value] = count.get(value, 0) + 1
        for body in op.blocks:
            for value in body.results:
                count[value] = count.get(value, 0) + 1
    return count


def freeze(attr: Any) -> Any:
    """A hashable stand-in for an attribute, equal where the attributes are equal (NaN equals itself)."""
    if isinstance(attr, np.ndarray):
        return (attr.dtype.str, attr.shape, attr.tobytes())
    if isinstance(attr, tuple | list):
        return tuple(freeze(item) for item in attr)
    if isinstance(attr, float):
        return ("float", np.float64(attr).tobytes())
    if isinstance(attr, bool):
        return ("bool", attr)
    return attr
