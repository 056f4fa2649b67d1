"""Whether two bodies, or two values, are computed alike: by the same operations on the same values.

The builder makes one of two equal operations, but never of operations with bodies. What a body does is a key that can
be compared and hashed: its operations with their operands by number, values from outside by the order in which they are
met. Equal keys over the same values from outside are bodies that give equal results for equal parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rnn2onnx.ir.graph import Block, Op, Value, captures, constant, freeze
from rnn2onnx.ir.types import Type

Key: TypeAlias = "tuple[object, ...]"


def key_of(body: Block) -> tuple[Key, tuple[Value, ...]]:
    """What a body does, and the outer values that it does it with.

    What no result needs is left out of account, and so are the names of unknown lengths, which each trace makes anew.
    """
    numbering = _Numbering()
    return numbering.body(body), tuple(numbering.outside)


def bodies_alike(first: Block, second: Block) -> bool:
    """Whether two bodies give equal results for equal parameters, which must be of equal types."""
    if [value.type for value in first.params] != [value.type for value in second.params]:
        return False
    (one, given), (other, taken) = key_of(first), key_of(second)
    return one == other and all(_same(a, b) for a, b in zip(given, taken, strict=True))


def computed_alike(a: Value, b: Value) -> bool:
    """Whether two values are computed alike, by operations with bodies too."""
    return _Pairs().alike(a, b)


def type_key(type: Type) -> Key:
    """A type without the names of its unknown lengths."""
    return (type.dtype, *(dim if isinstance(dim, int) else None for dim in type.shape))


def attrs_key(op: Op) -> Key:
    """The attributes of an operation."""
    return tuple((name, freeze(op.attrs[name])) for name in sorted(op.attrs))


def _same(a: Value, b: Value) -> bool:
    if a is b:
        return True
    left, right = constant(a), constant(b)
    return left is not None and right is not None and bool(freeze(left) == freeze(right))


class _Numbering:
    """Numbers for the values of a body, in the order in which its results need them."""

    def __init__(self) -> None:
        self.numbers: dict[Value, int] = {}
        self.outside: dict[Value, int] = {}
        self.open: list[Block] = []

    def body(self, body: Block) -> Key:
        self.open.append(body)
        for param in body.params:
            self.numbers[param] = len(self.numbers)
        lines = [self._line(op) for op in self._needed(body)]
        results = tuple(map(self._number, body.results))
        self.open.pop()
        return (tuple(type_key(param.type) for param in body.params), tuple(lines), results)

    def _line(self, op: Op) -> Key:
        operands = tuple(map(self._number, op.operands))
        blocks = tuple(self.body(block) for block in op.blocks)
        for value in op.results:
            self.numbers[value] = len(self.numbers)
        types = tuple(type_key(value.type) for value in op.results)
        return (op.kind.name, attrs_key(op), operands, blocks, types)

    def _number(self, value: Value) -> int:
        """Numbers of values inside count up from 0, those of values from outside down from -1."""
        if value in self.numbers:
            return self.numbers[value]
        return -1 - self.outside.setdefault(value, len(self.outside))

    def _needed(self, body: Block) -> list[Op]:
        """The operations that a body's results need, those first that the first result needs."""
        done: set[Op] = set()
        order: list[Op] = []
        todo = [value.op for value in reversed(body.results) if value.block is body and value.op is not None]
        while todo:
            op = todo[-1]
            if op in done:
                todo.pop()
                continue
            before = [v.op for v in _inputs(op) if v.block is body and v.op is not None and v.op not in done]
            if before:
                todo.extend(reversed(before))
            else:
                done.add(op)
                order.append(op)
                todo.pop()
        return order


def _inputs(op: Op) -> Sequence[Value]:
    return [*op.operands, *(value for block in op.blocks for value in captures(block))] if op.blocks else op.operands


class _Pairs:
    """Pairs of values that are known to be computed alike."""

    def __init__(self) -> None:
        self.known: dict[Value, Value] = {}

    def alike(self, a: Value, b: Value) -> bool:
        if a is b or self.known.get(a) is b:
            return True
        if a.op is None or b.op is None or a.op.kind is not b.op.kind or not a.op.kind.reusable:
            return False
        if a.op.results.index(a) != b.op.results.index(b) or attrs_key(a.op) != attrs_key(b.op):
            return False
        (one, given), (other, taken) = _bodies(a.op), _bodies(b.op)
        if one != other or len(given) != len(taken):
            return False
        if not all(self.alike(x, y) for x, y in zip(given, taken, strict=True)):
            return False
        self.known[a] = b
        return True


def _bodies(op: Op) -> tuple[Key, tuple[Value, ...]]:
    """What the bodies of an operation do; what it is given, and what they take from outside."""
    found = [key_of(block) for block in op.blocks]
    return tuple(key for key, _ in found), (*op.operands, *(value for _, outer in found for value in outer))
