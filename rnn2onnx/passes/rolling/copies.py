"""Which operations of a block are copies of each other: the same operation, done again in the next of several steps.

A step that a program writes out again and again leaves a chain of copies for each of its operations. One chain is found
by a weight that all of them use; the others are what stands at the same operand of each copy, and so on.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rnn2onnx.ir import Array, Block, Op, Value, constant
from rnn2onnx.ir.alike import attrs_key, key_of

HEAVY = frozenset({"matmul", "einsum", "conv"})
"""Operations whose constants are weights, so that steps with others are other steps."""

_BY_NUMBERS = frozenset({"slice", "reshape", "expand", "pad", "tile", "one_hot", "top_k"})
"""Operations whose constants say what they do."""

_LARGE = 1 << 16
"""Elements of a constant that is a weight, so that steps with another one are other steps."""

_NEVER = frozenset({"const", "variable"})


class Written:
    """A block as it is written.

    Attributes:
        index: The place of each operation.
        inputs: The operands of an operation, and the outer values that its bodies refer to.
        users: For each value the operations that use it, and at which input.
        marks: Equal numbers for operations that may be copies; those that are no part of any step have none.
        results: The results of the block.
        taken: The operations that are known to be steps of something, and of what.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.index = {op: place for place, op in enumerate(block.ops)}
        self.inputs: dict[Op, tuple[Value, ...]] = {}
        self.users: dict[Value, list[tuple[Op, int]]] = defaultdict(list)
        self.marks: dict[Op, int] = {}
        self.results = set(block.results)
        self.taken: dict[Op, Any] = {}
        numbers: dict[object, int] = {}
        for op in block.ops:
            keys, outer = zip(*(key_of(body) for body in op.blocks), strict=True) if op.blocks else ((), ())
            inputs = (*op.operands, *(value for values in outer for value in values))
            self.inputs[op] = inputs
            for place, value in enumerate(inputs):
                self.users[value].append((op, place))
            if op.kind.name in _NEVER or not op.kind.reusable or _is_element(op):
                continue
            fixed = tuple((place, id(value)) for place, value in enumerate(inputs) if _is_weight(op, value))
            types = tuple(value.type for value in op.results)
            key = (op.kind.name, attrs_key(op), types, len(inputs), fixed, keys)
            self.marks[op] = numbers.setdefault(key, len(numbers))

    def is_copy(self, a: Value, b: Value) -> bool:
        """Whether two values may be the same result of two copies."""
        if a.op is None or b.op is None or a.op is b.op:
            return False
        mark = self.marks.get(a.op)
        if mark is None or mark != self.marks.get(b.op) or a.op in self.taken or b.op in self.taken:
            return False
        return a.op.results.index(a) == b.op.results.index(b)

    def groups(self) -> list[list[Op]]:
        """Operations that use a constant, or are products of one value: candidates for copies, in order."""
        found: dict[object, list[Op]] = defaultdict(list)
        for op, mark in self.marks.items():
            fixed = [id(value) for value in op.operands if constant(value) is not None]
            if op.kind.name in HEAVY:
                for place, value in enumerate(op.operands):
                    found[mark, place, id(value)].append(op)
            elif fixed:
                found[mark, -1, tuple(fixed)].append(op)
        return [group for group in found.values() if len(group) > 1]


class Copies:
    """Chains of copies that hang together.

    Args:
        written: The block.
        anchors: The first chain that is known.

    Attributes:
        next: For each operation its copy in the next step.
        before: The other way round.
    """

    def __init__(self, written: Written, anchors: Sequence[Op]) -> None:
        self.written = written
        self.next: dict[Op, Op] = {}
        self.before: dict[Op, Op] = {}
        self._first: dict[Op, Op] = {}
        """For the last copy of each chain its first one."""
        self._last: dict[Op, Op] = {}
        for a, b in itertools.pairwise(anchors):
            self._link(a, b)
        self._complete()

    def chains(self) -> list[list[Op]]:
        """The chains, each from its first copy on."""
        out = []
        for op in self.next:
            if op not in self.before:
                chain = [op]
                while (after := self.next.get(chain[-1])) is not None:
                    chain.append(after)
                out.append(chain)
        return out

    def _link(self, a: Op, b: Op) -> list[Op]:
        """Makes ``b`` the next copy of ``a``, and the operands of ``b`` the next copies of those of ``a``.

        Gives all operations that are the next copy of another now.
        """
        todo, found = [(a, b)], []
        while todo:
            a, b = todo.pop()
            if a in self.next or b in self.before:
                continue
            first, last = self._first.pop(a, a), self._last.pop(b, b)
            if first is b:
                # No step comes before itself. A first state that is masked like the outputs looks like one of them.
                self._first[a], self._last[b] = first, last
                continue
            self._first[last], self._last[first] = first, last
            self.next[a], self.before[b] = b, a
            found.append(b)
            for x, y in zip(self.written.inputs[a], self.written.inputs[b], strict=True):
                if x is not y and self.written.is_copy(x, y):
                    assert x.op is not None
                    assert y.op is not None
                    todo.append((x.op, y.op))
        return found

    def _complete(self) -> None:
        """Finds the last copies: what the last step does with its values is no operand of a further step."""
        index = self.written.index
        ends = [(index[op], op) for op in self.before if op not in self.next]
        heapq.heapify(ends)
        seen: set[Op] = set()
        while ends:
            _, op = heapq.heappop(ends)
            if op in self.next or op in seen:
                continue
            seen.add(op)
            found = self._follower(op)
            if found is not None:
                for new in self._link(op, found):
                    if new not in self.next:
                        heapq.heappush(ends, (index[new], new))

    def _follower(self, op: Op) -> Op | None:
        """The one operation that does with the next copies of an operation's operands what it does with them."""
        inputs = self.written.inputs[op]
        for place, value in enumerate(inputs):
            after = self._next_value(value)
            if after is None:
                continue
            found = [
                user
                for user, at in self.written.users[after]
                if at == place and user not in self.before and self._follows(op, user)
            ]
            if len(found) > 1:
                found = [user for user in found if self._is_exact(op, user)]
            return found[0] if len(found) == 1 else None
        return None

    def _is_exact(self, a: Op, b: Op) -> bool:
        """Whether an operation does with the next copies of its operands, and with nothing else, what another does."""
        pairs = zip(self.written.inputs[a], self.written.inputs[b], strict=True)
        return all(x is y or self._next_value(x) is y for x, y in pairs)

    def _follows(self, a: Op, b: Op) -> bool:
        marks = self.written.marks
        if a is b or marks.get(a) != marks.get(b, -1) or b in self.written.taken:
            return False
        for x, y in zip(self.written.inputs[a], self.written.inputs[b], strict=True):
            after = self._next_value(x)
            if after is not None and after is not y:
                return False
        return True

    def _next_value(self, value: Value) -> Value | None:
        if value.op is None or value.op not in self.next:
            return None
        return self.next[value.op].results[value.op.results.index(value)]


def element(value: Value) -> tuple[Value, int, int] | None:
    """The array that a value is one element of, along which axis, and which one; None if it is no such thing."""
    op = value.op
    if op is None:
        return None
    if op.kind.name == "gather":
        return _picked(op.operands[0], op.attrs["axis"], constant(op.operands[1]))
    if op.kind.name not in ("squeeze", "reshape"):
        return None
    cut = op.operands[0].op
    if cut is None or cut.kind.name != "slice" or len(cut.attrs["axes"]) != 1 or cut.attrs["steps"] != (1,):
        return None
    (axis,), inner = cut.attrs["axes"], cut.results[0].type.shape
    if inner[axis] != 1 or value.type.shape != inner[:axis] + inner[axis + 1 :]:
        return None
    if op.kind.name == "squeeze" and op.attrs["axes"] != (axis,):
        return None
    if any(isinstance(dim, str) and inner.count(dim) > 1 for dim in inner):
        return None
    start = constant(cut.operands[1])
    return None if start is None else _picked(cut.operands[0], axis, start.reshape(()))


def _picked(array: Value, axis: int, at: Array | None) -> tuple[Value, int, int] | None:
    length = array.type.shape[axis]
    if at is None or at.ndim or not isinstance(length, int) or not array.type.rank > 1:
        return None
    return array, axis, int(at) % length


def _is_element(op: Op) -> bool:
    return len(op.results) == 1 and element(op.results[0]) is not None


def _is_weight(op: Op, value: Value) -> bool:
    if value.op is None or value.op.kind.name not in _NEVER:
        return False
    if op.kind.name in HEAVY or op.kind.name in _BY_NUMBERS:
        return True
    array = constant(value)
    return bool(value.op.attrs["name"]) or array is None or array.size > _LARGE
