"""``join``: branches that decide by the same condition become one branch.

Where each layer of a stack has two forms and the batch says which of them is the faster one, the program decides once,
and each side holds the whole stack: what comes later sees the layers of one side together. So does each side hold what
gates its rows by a product that it reads too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Block, Copier, Graph, Op, Value, rebuild, walk
from rnn2onnx.passes.behind import gated_behind
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.report import Report


@dataclass(frozen=True)
class Join:
    """Branches with one condition become one, with what lies between them."""

    name: ClassVar[str] = "join"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with branches joined."""
        while any(_group(block) is not None for block in _blocks(graph.block)):
            graph = rebuild(graph, _Joiner)
        return graph


def _blocks(block: Block) -> Iterator[Block]:
    """A block and those in it."""
    yield block
    for op in block.ops:
        for body in op.blocks:
            yield from _blocks(body)


class _Joiner(Copier):
    def ops(self, block: Block) -> None:
        group = _group(block)
        if group is None:
            super().ops(block)
            return
        self.fired = True
        for op in block.ops:
            if op not in group.behind:
                self.op(op)
        self._joined(group)
        for op in block.ops:
            if op in group.behind and op not in group.inside:
                self.op(op)

    def _joined(self, group: _Group) -> None:
        """Emits the one branch in place of those of a group."""
        sides = []
        for side in (0, 1):
            with self.builder.body([]) as block:
                copier = Copier(self.builder, new=self.new)
                for op in group.inside:
                    if op in group.members:
                        body = op.blocks[side]
                        copier.ops(body)
                        given = [copier.value(value) for value in body.results]
                        copier.new.update(zip(op.results, given, strict=True))
                    else:
                        copier.op(op)
                block.results = tuple(copier.value(value) for value in group.results)
            sides.append(block)
        first = group.members[0]
        made = self.builder.emit(
            first.kind,
            [self.value(first.operands[0])],
            blocks=sides,
            location=first.location,
            types=[value.type for value in group.results],
        )
        self.new.update(zip(group.results, made, strict=True))


@dataclass(frozen=True)
class _Group:
    """Branches of one block that become one.

    Attributes:
        members: The branches.
        inside: They, what lies between them, and gates of what they give, in order.
        behind: All that depends on any of them, they among it.
        results: What is needed of ``inside`` by others.
    """

    members: Sequence[Op]
    inside: Sequence[Op]
    behind: frozenset[Op]
    results: Sequence[Value]


def _group(block: Block) -> _Group | None:
    """The first branches of a block that can be joined, or the first one with gates behind it."""
    by_condition: dict[Value, list[Op]] = {}
    for op in block.ops:
        if op.kind.name == "cond":
            by_condition.setdefault(op.operands[0], []).append(op)
    for members in by_condition.values():
        if len(members) > 1:
            found = _between(block, members)
            if found is not None:
                return found
    for cond in (op for members in by_condition.values() for op in members):
        gates = gated_behind(block, cond)
        found = _between(block, [cond], gates) if gates else None
        if found is not None:
            return found
    return None


def _between(block: Block, members: Sequence[Op], gates: Sequence[Op] = ()) -> _Group | None:
    behind: dict[Op, None] = {}
    reached: set[Value] = set()
    for op in block.ops:
        if op in members or any(value in reached for value in inputs_of(op)):
            behind[op] = None
            reached.update(op.results)
    needed: set[Value] = set()
    inside: list[Op] = []
    for op in reversed(behind):
        if op in members or op in gates or any(value in needed for value in op.results):
            inside.append(op)
            needed.update(inputs_of(op))
    if any(
        each.kind.name == "random" for op in inside for each in (op, *(o for body in op.blocks for o in walk(body)))
    ):
        return None
    if any(op.kind.name == "cond" and op not in members for op in inside):
        # It would stand on both sides, and so would what lies between it and others of its kind, and so on.
        return None
    inside.reverse()
    kept = set(inside)
    used = set(block.results)
    for op in block.ops:
        if op not in kept:
            used.update(inputs_of(op))
    results = [value for op in inside for value in op.results if value in used]
    return _Group(members, inside, frozenset(behind), results)
