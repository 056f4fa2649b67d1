"""Builds a graph one operation at a time: types inferred, equal operations reused, errors at the user's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import rnn2onnx.ir.kinds  # noqa: F401  (fills the table)
from rnn2onnx.errors import DTypeError, ShapeError, TraceError, user_location
from rnn2onnx.ir.graph import Array, Attrs, Block, Content, Graph, Kind, Location, Op, Value, constant, freeze
from rnn2onnx.ir.table import kind as find_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Type, fits

_KNOWN_ELEMENTS = 64


class Builder:
    """A graph in the making, and the block that operations are appended to.

    ``emit`` appends an operation to the innermost open block, or gives the results of an equal one that is in scope.
    """

    def __init__(self, name: str = "graph") -> None:
        self.root = Block()
        self.name = name
        self._open: list[Block] = [self.root]
        self._known: dict[int, dict[Any, tuple[Value, ...]]] = {id(self.root): {}}
        self._by_dim: dict[str, list[Value]] = {}
        self._fresh = 0
        self._reserved: set[str] = set()
        self._given: set[str] = set()
        self._unified: dict[str, Dim] = {}

    @property
    def block(self) -> Block:
        """The innermost open block."""
        return self._open[-1]

    # -- values -----------------------------------------------------------------------------------------------------

    def values(self) -> Iterator[Value]:
        """Every value that has a named length."""
        for values in self._by_dim.values():
            yield from values

    def reserve(self, dims: Iterable[str]) -> None:
        """Keeps these names from being given to fresh lengths."""
        self._reserved.update(dims)

    def fresh_dim(self, hint: str = "d") -> str:
        """A name no length has yet."""
        while True:
            name = f"{hint}{self._fresh}"
            self._fresh += 1
            if name not in self._by_dim and name not in self._reserved:
                self._given.add(name)
                return name

    def _adopt(self, value: Value, block: Block) -> Value:
        value.block = block
        if UNKNOWN in value.type.shape:
            self.reserve(dim for dim in value.type.shape if isinstance(dim, str))
            value.type = value.type.with_shape(self.fresh_dim() if d == UNKNOWN else d for d in value.type.shape)
        for dim in value.type.shape:
            if isinstance(dim, str):
                self._by_dim.setdefault(dim, []).append(value)
        for known in value.content or ():
            if isinstance(known, str):
                self._by_dim.setdefault(known, []).append(value)
        return value

    def input(self, name: str, type: Type) -> Value:
        """A new input of the graph; a length it names is another than one that was given that name here."""
        for dim in type.shape:
            if isinstance(dim, str) and dim in self._given and dim in self._by_dim:
                self._rename(dim, self.fresh_dim())
            self._given.discard(str(dim))
            self._unified.pop(str(dim), None)
        value = self._adopt(Value(type, name), self.root)
        self.root.params += (value,)
        return value

    def const(self, array: Any, name: str = "") -> Value:
        """A constant; a named one (a weight) is never merged with another."""
        array = np.asarray(array)
        return self.emit("const", (), value=array, name=name)[0]

    def shape_of(self, value: Value) -> Value:
        """i64[rank]: the lengths of ``value``, a constant where all are numbers."""
        if value.type.static:
            return self.const(np.array(value.type.shape, np.int64))
        return self.emit("shape", (value,))[0]

    def dim_value(self, dim: Dim) -> Value | None:
        """i64[]: a length, computed from a value in scope that has it; None if there is none."""
        if isinstance(dim, int):
            return self.const(np.array(dim, np.int64))
        for value in self._by_dim.get(dim, ()):
            if value.block in self._open and dim in value.type.shape:
                axis = value.type.shape.index(dim)
                return self.emit("gather", (self.shape_of(value), self.const(np.array(axis, np.int64))), axis=0)[0]
        for value in self._by_dim.get(dim, ()):
            if value.block in self._open and value.content == (dim,) and value.type.rank == 0:
                return (
                    value if value.type.dtype == np.int64 else self.emit("cast", (value,), dtype=np.dtype(np.int64))[0]
                )
        return None

    def known_before(self, dim: Dim, block: Block) -> bool:
        """Whether a length is known where an open block starts: it is a number, or a value in scope there has it."""
        outside = self._open[: self._open.index(block)]
        return isinstance(dim, int) or any(
            value.block in outside and (dim in value.type.shape or (value.content == (dim,) and value.type.rank == 0))
            for value in self._by_dim.get(dim, ())
        )

    def unify(self, a: Dim, b: Dim) -> Dim:
        """Makes one of two lengths that are equal whenever the program runs without an error.

        Raises:
            ShapeError: Both are numbers, and differ.
        """
        if a == b:
            return a
        if isinstance(a, int) and isinstance(b, int):
            raise ShapeError(f"{a} is not {b}", user_location())
        keep, drop = (a, b) if isinstance(a, int) else (b, a) if isinstance(b, int) else self._older(a, b)
        assert isinstance(drop, str)
        self._rename(drop, keep)
        return keep

    def _today(self, type: Type) -> Type:
        """A type that somebody kept, with the names that its lengths have by now."""
        if self._unified.keys().isdisjoint(type.shape):
            return type
        return type.with_shape(map(self._name, type.shape))

    def _name(self, dim: Dim) -> Dim:
        """The name that a length has by now, or the number it is."""
        while isinstance(dim, str) and dim in self._unified:
            dim = self._unified[dim]
        return dim

    def _rename(self, old: str, new: Dim) -> None:
        self._unified[old] = new
        values = self._by_dim.pop(old, [])
        for value in values:
            if old in value.type.shape:
                value.type = value.type.with_shape(new if dim == old else dim for dim in value.type.shape)
            if value.content is not None:
                value.content = tuple(new if dim == old else dim for dim in value.content)
        if isinstance(new, str):
            self._by_dim.setdefault(new, []).extend(values)

    def _older(self, a: str, b: str) -> tuple[str, str]:
        for dim in self._by_dim:
            if dim == a:
                return a, b
            if dim == b:
                return b, a
        return a, b

    # -- operations -------------------------------------------------------------------------------------------------

    def emit(
        self,
        kind: str | Kind,
        operands: Iterable[Value],
        *,
        blocks: Sequence[Block] = (),
        location: Location = None,
        names: Sequence[str] = (),
        types: Sequence[Type] | None = None,
        **attrs: Any,
    ) -> tuple[Value, ...]:
        """The results of an operation, appended to the innermost open block or found in scope.

        Args:
            kind: The word, or its name.
            operands: Values in scope.
            blocks: Closed bodies.
            location: The user's line; by default that of the call.
            names: Hints for the results' names.
            types: What is known of the results' types besides what the kind infers.
            **attrs: The kind's attributes; ``name`` of a const is one.

        Raises:
            ShapeError, DTypeError: The operands don't fit the kind.
            TraceError: An operand is not in scope: it left the body it was made in.
        """
        row = kind if isinstance(kind, Kind) else find_kind(kind)
        inputs = tuple(operands)
        for value in inputs:
            self._check_scope(value, row)
        home = self.root if row.name in ("const", "variable") else self.block
        key: Any = None
        if row.name == "const" and attrs["value"].size > _KNOWN_ELEMENTS:
            key = ("const", id(attrs["value"]), attrs["name"])
        elif row.reusable and not blocks:
            key = (row.name, tuple(map(id, inputs)), tuple((n, freeze(attrs[n])) for n in sorted(attrs)))
        if key is not None:
            for scope in self._open:
                found = self._known[id(scope)].get(key)
                if found is not None:
                    return found
        where = location or user_location()
        inferred = self._infer(row, inputs, attrs, blocks, where)
        if types is not None:
            inferred = [self._agreed(row, have, want) for have, want in zip(inferred, types, strict=True)]
        contents = _content(row, inputs, attrs, inferred)
        results = tuple(
            Value(type, names[i] if i < len(names) else "", content=contents if i == 0 else None)
            for i, type in enumerate(inferred)
        )
        op = Op(row, inputs, dict(attrs), tuple(blocks), results, where)
        for value in results:
            value.op = op
            self._adopt(value, home)
        home.ops.append(op)
        if key is not None:
            self._known[id(home)][key] = results
        return results

    def _agreed(self, row: Kind, have: Type, want: Type) -> Type:
        """An inferred type with what else is known of it; two names for one of its lengths are one from now on."""
        want = self._today(want)
        if have == want:
            return have
        if len(have.shape) == len(want.shape):
            for found, said in zip(have.shape, want.shape, strict=True):
                if isinstance(found, str) and isinstance(said, str) and UNKNOWN not in (found, said):
                    self.unify(self._name(found), self._name(said))
        return _refined(row, self._today(have), self._today(want))

    def _infer(
        self, row: Kind, inputs: Sequence[Value], attrs: Attrs, blocks: Sequence[Block], where: Location
    ) -> list[Type]:
        try:
            return list(row.infer(inputs, attrs, blocks))
        except (ShapeError, DTypeError) as error:
            given = ", ".join(str(value.type) for value in inputs)
            raise type(error)(f"{row.name} of {given}: {error.message}", where) from None

    def _check_scope(self, value: Value, row: Kind) -> None:
        if value.block in self._open:
            return
        made = f" (made at {value.op.location[0]}:{value.op.location[1]})" if value.op and value.op.location else ""
        raise TraceError(
            f"{row.name} uses {value!r}{made}, which belongs to a body that is closed, or to another graph. "
            "Return it from that body (as state, output or loop variable) instead of keeping it in a Python variable.",
            user_location(),
        )

    # -- bodies -----------------------------------------------------------------------------------------------------

    def parameter(self, block: Block, type: Type, name: str = "") -> Value:
        """A further parameter of an open body; the caller puts it into ``block.params``."""
        return self._adopt(Value(type, name), block)

    @contextmanager
    def body(self, params: Iterable[Type], names: Sequence[str] = ()) -> Iterator[Block]:
        """An open block with parameters of these types; set its ``results`` before it closes."""
        block = Block(parent=self.block)
        block.params = tuple(
            self._adopt(Value(self._today(type), names[i] if i < len(names) else ""), block)
            for i, type in enumerate(params)
        )
        self._open.append(block)
        self._known[id(block)] = {}
        try:
            yield block
        finally:
            self._open.pop()
            del self._known[id(block)]
        for value in block.results:
            if value.block is not block:
                self._check_scope(value, find_kind("identity"))

    def finish(self, results: Iterable[tuple[str, Value]]) -> Graph:
        """The graph of everything recorded, with these outputs."""
        pairs = list(results)
        self.root.results = tuple(value for _, value in pairs)
        return Graph(self.name, self.root, tuple(name for name, _ in pairs))


def _refined(row: Kind, have: Type, want: Type) -> Type:
    if not fits(want, have):
        raise ShapeError(f"{row.name} gives {have}, where {want} was said")
    shape: list[Dim] = []
    for found, said in zip(have.shape, want.shape, strict=True):
        shape.append(found if isinstance(found, int) or said == UNKNOWN else said)
    return have.with_shape(shape)


def _content(row: Kind, inputs: Sequence[Value], attrs: Attrs, types: Sequence[Type]) -> Content | None:
    if len(types) != 1 or types[0].rank > 1 or types[0].dtype.kind not in "iu":
        return None
    if row.content is not None:
        return row.content(inputs, attrs)
    length = types[0].shape[0] if types[0].rank else 1
    if not isinstance(length, int) or length > _KNOWN_ELEMENTS or row.blocks:
        return None
    arrays: list[Array] = []
    for value in inputs:
        array = constant(value)
        if array is None and value.content is not None and all(isinstance(d, int) for d in value.content):
            array = np.array(value.content, value.type.dtype).reshape([len(value.content)] if value.type.rank else [])
        if array is None or array.size > _KNOWN_ELEMENTS:
            return None
        arrays.append(array)
    if not inputs:
        return None
    with np.errstate(all="ignore"):
        result = np.asarray(row.evaluate(attrs, *arrays))
    return tuple(int(item) for item in result.reshape(-1))
