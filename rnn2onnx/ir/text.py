"""The text of a graph: one line an operation, bodies in braces, types after the colon. ``parse`` reads it back.

Every value gets a name of its own over all bodies, made from its hint, so that the text is unambiguous and printing
what was parsed gives the same text again. Large and named constants appear by name only; ``weights_of`` gives their
data. Names: ``graph = "graph" name "(" inputs ")" "{" line* "return" (name "=" value)* "}"``,
``line = results "=" kind operands attrs? ("(" params ")" "{" line* "return" values "}")* ":" types``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from rnn2onnx.ir.graph import Array, Block, Graph, Location, Op, Value, walk
from rnn2onnx.ir.types import Dim, Type, dtype_name

SMALL = 16
"""Unnamed constants of up to so many elements are written out."""

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
_FOREIGN = re.compile(r"[^A-Za-z0-9_./]")


def print_graph(graph: Graph, *, locations: bool = False) -> str:
    """The text of ``graph``, without a newline at its end.

    Args:
        graph: The program; a broken one is printed as far as it goes.
        locations: Whether each operation's file and line stand behind it as a comment.
    """
    return "\n".join(Printer(graph, locations=locations).lines)


def weights_of(graph: Graph) -> dict[str, Array]:
    """The data of the constants that the text of ``graph`` names but does not write out; what ``parse`` needs."""
    return {key: op.attrs["value"] for op, key in _keys(graph).items()}


def location_text(location: Location) -> str:
    """``file:line``, the file relative to the working folder where it is below it."""
    if location is None:
        return "somewhere"
    file, line = location
    below = os.path.relpath(file) if os.path.isabs(file) else file
    return f"{file if below.startswith(os.pardir) else below}:{line}"


class Printer:
    """The lines of a graph's text, and which line each operation is on.

    Attributes:
        lines: The text, line by line.
        line_of: The index in ``lines`` of each operation's first line.
        names: The name each value has in the text, without the ``%``.
    """

    def __init__(self, graph: Graph, *, locations: bool = False) -> None:
        self.lines: list[str] = []
        self.line_of: dict[Op, int] = {}
        self.names: dict[Value, str] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._unnamed = 0
        self._locations = locations
        self._keys = _keys(graph)
        inputs = ", ".join(map(self._input, graph.inputs))
        self.lines.append(f"graph {_word(graph.name)}({inputs}) {{")
        self._ops(graph.block, 1)
        results = [self.reference(value) for value in graph.block.results]
        names = [json.dumps(name) for name in graph.outputs] + ["?"] * (len(results) - len(graph.outputs))
        outputs = ", ".join(f"{name} = {result}" for name, result in zip(names, results, strict=False))
        self.lines += [f"  return {outputs}".rstrip(), "}"]

    def reference(self, value: Value) -> str:
        """How the text refers to a value: ``%name``."""
        if value not in self.names:
            self.names[value] = self._new_name(value.name or _source_name(value))
        return f"%{self.names[value]}"

    def _new_name(self, hint: str) -> str:
        if not hint:
            name = str(self._unnamed)
            self._unnamed += 1
        else:
            name = hint = _FOREIGN.sub("_", f"_{hint}" if hint.isdigit() else hint)
            while name in self._taken:
                self._numbers[hint] = self._numbers.get(hint, 0) + 1
                name = f"{hint}_{self._numbers[hint]}"
        self._taken.add(name)
        return name

    def _input(self, value: Value) -> str:
        reference = self.reference(value)
        exact = "" if reference == f"%{value.name}" else f" {json.dumps(value.name)}"
        return f"{reference}{exact}: {type_text(value.type)}"

    def _ops(self, block: Block, depth: int) -> None:
        for op in block.ops:
            self._op(op, depth)

    def _op(self, op: Op, depth: int) -> None:
        indent = "  " * depth
        comment = f"  # {location_text(op.location)}" if self._locations and op.location else ""
        results = ", ".join(map(self.reference, op.results))
        line = f"{indent}{results} = {op.kind.name}" if results else f"{indent}{op.kind.name}"
        if op.kind.name == "const":
            line += f" {self._const(op)}"
        else:
            operands = ", ".join(map(self.reference, op.operands))
            line += f" {operands}" if operands else ""
            line += _attrs(op.attrs.items())
        types = ", ".join(type_text(value.type) for value in op.results)
        ending = f" : {types}" if types else ""
        self.line_of[op] = len(self.lines)
        for body in op.blocks:
            params = ", ".join(f"{self.reference(value)}: {type_text(value.type)}" for value in body.params)
            self.lines.append(f"{line} ({params}) {{{comment}")
            self._ops(body, depth + 1)
            values = ", ".join(map(self.reference, body.results))
            self.lines.append(f"{indent}  return {values}".rstrip())
            line, comment = f"{indent}}}", ""
        self.lines.append(f"{line}{ending}{comment}")

    def _const(self, op: Op) -> str:
        if op in self._keys:
            key = self._keys[op]
            return key if key.startswith("@") and not op.attrs["name"] else json.dumps(key)
        return _literal(op.attrs["value"])


def _keys(graph: Graph) -> dict[Op, str]:
    """The name in the text of each constant that is not written out; where the data differ, the names do."""
    keys: dict[Op, str] = {}
    first: dict[str, Array] = {}
    for op in walk(graph.block):
        if op.kind.name != "const":
            continue
        array, name = op.attrs["value"], op.attrs["name"]
        if not name and array.size <= SMALL:
            continue
        if not name:
            name = f"@{_digest(array)}"
        key, count = name, 1
        while key in first and not _same(first[key], array):
            count += 1
            key = f"{name}#{count}"
        first.setdefault(key, array)
        keys[op] = key
    return keys


def _source_name(value: Value) -> str:
    """The name of a weight, for a value without a hint."""
    return str(value.op.attrs.get("name", "")) if value.op is not None else ""


def _same(a: Array, b: Array) -> bool:
    return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())


def _digest(array: Array) -> str:
    return sha256(f"{array.dtype.name}{array.shape}".encode() + array.tobytes()).hexdigest()[:12]


def _word(name: str) -> str:
    return name if _BARE.match(name) else json.dumps(name)


def _dim(dim: Dim) -> str:
    return str(dim) if isinstance(dim, int) or dim == "?" else _word(dim)


def type_text(type: Type) -> str:
    """A type as the text has it: ``f32[T, B, 40]``, lengths with odd names in quotes."""
    return f"{dtype_name(type.dtype)}[{', '.join(map(_dim, type.shape))}]"


def _attrs(items: Iterable[tuple[str, Any]]) -> str:
    pairs = ", ".join(f"{name}={attr_text(value)}" for name, value in sorted(items))
    return f" {{{pairs}}}" if pairs else ""


def attr_text(value: Any) -> str:
    """An attribute as the text has it; tuples in square brackets.

    Raises:
        TypeError: No attribute is of this class.
    """
    if value is None:
        return "none"
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, np.dtype):
        return dtype_name(value)
    if isinstance(value, Type):
        return type_text(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(attr_text, value))}]"
    raise TypeError(f"an attribute can't be a {type(value).__name__}")


def _literal(array: Array) -> str:
    if array.ndim:
        return f"[{', '.join(_literal(np.asarray(row)) for row in array)}]" if array.size else "[]"
    return _element(array[()])


def _element(item: Any) -> str:
    """A number with as few digits as give it back in its own dtype."""
    if isinstance(item, bool | np.bool_ | int | np.integer):
        return attr_text(item)
    short, exact = str(item), float(item)
    same = type(item)(float(short)) == item or exact != exact
    return short if same else repr(exact)


def excerpt(lines: Sequence[str], at: int, around: int) -> str:
    """Some numbered lines of a text, ``around`` before and behind the one at index ``at``, which is marked."""
    start, end = max(0, at - around), min(len(lines), at + around + 1)
    width = len(str(end))
    return "\n".join(f"{'>' if i == at else ' '} {i + 1:>{width}} | {lines[i]}" for i in range(start, end))
