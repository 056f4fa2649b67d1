"""``sink``: what only one branch of a condition needs is computed in that branch.

Where a recurrence has two forms, and the lengths decide which one runs, each has work of its own before the loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Value, captures
from rnn2onnx.ir.replay import dims_of, sweep
from rnn2onnx.passes.report import Report

Place = tuple[Op, int]
"""A condition and the number of one of its branches."""


@dataclass(frozen=True)
class Sink:
    """Operations that only one branch needs move into it."""

    name: ClassVar[str] = "sink"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with operations in the branches that need them."""
        builder = Builder(graph.name)
        builder.reserve(dims_of(graph))
        copier = _Sinker(builder)
        for value in graph.inputs:
            copier.new[value] = builder.input(value.name, value.type)
        copier.ops(graph.block)
        if not copier.moved:
            return graph
        results = [copier.new[value] for value in graph.block.results]
        made = builder.finish(zip(graph.outputs, results, strict=True))
        sweep(made)
        return made


class _Sinker(Copier):
    moved = False

    def __init__(self, builder: Builder) -> None:
        super().__init__(builder)
        self._waiting: dict[int, list[Op]] = {}

    def ops(self, block: Block) -> None:
        places = _places(block)
        for op in block.ops:
            place = places.get(op)
            if place is not None:
                self.moved = True
                branch = place[0].blocks[place[1]]
                self._waiting.setdefault(id(branch), []).append(op)
                continue
            self.op(op)

    def block(self, body: Block) -> Block:
        with self.builder.body([value.type for value in body.params], [value.name for value in body.params]) as block:
            self.new.update(zip(body.params, block.params, strict=True))
            self.ops(Block(body.params, [*self._waiting.pop(id(body), ()), *body.ops], body.results))
            block.results = tuple(self.value(value) for value in body.results)
        return block


def _places(block: Block) -> Mapping[Op, Place]:
    """For each operation that only one branch needs, that branch."""
    needed: dict[Value, set[Place | None]] = {value: {None} for value in block.results}
    found: dict[Op, Place] = {}
    for op in reversed(block.ops):
        wanted: set[Place | None] = set().union(*(needed.get(value, set()) for value in op.results))
        place = next(iter(wanted)) if len(wanted) == 1 else None
        if place is not None and op.kind.reusable and op.kind.name not in ("const", "variable"):
            found[op] = place
        else:
            place = None
        for value in op.operands:
            needed.setdefault(value, set()).add(place)
        for number, body in enumerate(op.blocks):
            # What a loop needs in its body it needs in every step: it stays before the loop.
            inner: Place | None = (op, number) if op.kind.name == "cond" and place is None else place
            for value in captures(body):
                needed.setdefault(value, set()).add(inner)
    return found
