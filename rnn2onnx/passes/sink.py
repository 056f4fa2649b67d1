"""``sink``: what only the branches of a condition need is computed in these branches.

Where a recurrence has two forms, and the lengths decide which one runs, each has work of its own before the loop. What
both of them read is computed in both, up to the products that their sequences are: each form may then take into its
steps what is better computed there. Only one branch runs, so nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Value, captures, constant, rebuild, walk
from rnn2onnx.passes.recognising.affine import columns_of
from rnn2onnx.passes.report import Report

Place = tuple[Op, int]
"""A condition and the number of one of its branches."""


@dataclass(frozen=True)
class Sink:
    """Operations that only the branches of one condition need move into them."""

    name: ClassVar[str] = "sink"
    works_on: ClassVar[Collection[str]] = ("cond",)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with operations in the branches that need them."""
        return rebuild(graph, _Sinker)


class _Sinker(Copier):
    def __init__(self, builder: Builder) -> None:
        super().__init__(builder)
        self._waiting: dict[int, list[Op]] = {}

    def ops(self, block: Block) -> None:
        places = _places(block)
        for op in block.ops:
            if op not in places:
                self.op(op)
                continue
            self.fired = True
            for cond, number in places[op]:
                self._waiting.setdefault(id(cond.blocks[number]), []).append(op)

    def block(self, body: Block) -> Block:
        with self.builder.body([value.type for value in body.params], [value.name for value in body.params]) as block:
            self.new.update(zip(body.params, block.params, strict=True))
            self.ops(Block(body.params, [*self._waiting.pop(id(body), ()), *body.ops], body.results))
            block.results = tuple(self.value(value) for value in body.results)
        return block


def _places(block: Block) -> Mapping[Op, Sequence[Place]]:
    """For each operation that only branches of one condition need, these branches."""
    needed: dict[Value, set[Place | None]] = {value: {None} for value in block.results}
    found: dict[Op, Sequence[Place]] = {}
    for op in reversed(block.ops):
        wanted: set[Place | None] = set().union(*(needed.get(value, set()) for value in op.results))
        places: Sequence[Place | None] = (None,)
        if None not in wanted and op.kind.reusable and op.kind.name not in ("const", "variable"):
            homes = sorted((place for place in wanted if place is not None), key=lambda place: place[1])
            if len(homes) == 1 or (len(homes) > 1 and _is_one(homes) and is_projection(op)):
                places = found[op] = homes
        ends = len(places) > 1 and op.kind.name in ("matmul", "transpose")
        for value in op.operands:
            # A product is computed in both branches; what it is a product of is not, but for the order of its axes.
            turned = value.op is not None and value.op.kind.name == "transpose" and op.kind.name == "matmul"
            needed.setdefault(value, set()).update((None,) if ends and not turned else places)
        for number, body in enumerate(op.blocks):
            # What a loop needs in its body it needs in every step: it stays before the loop.
            inner = ((op, number),) if op.kind.name == "cond" and places == (None,) else places
            for value in captures(body):
                needed.setdefault(value, set()).update(inner)
    return found


def _is_one(places: Sequence[Place]) -> bool:
    """Whether these are branches of one condition in which recurrences run."""
    cond = places[0][0]
    return all(place[0] is cond for place in places) and any(
        op.kind.name == "recur" for body in cond.blocks for op in walk(body)
    )


def is_projection(op: Op) -> bool:
    """Whether an operation is a product with a matrix, works element by element on one, or turns its axes."""
    if op.kind.name == "matmul":
        return constant(op.operands[1]) is not None
    return (
        op.kind.elementwise or op.kind.name == "transpose" or (op.kind.name == "slice" and columns_of(op) is not None)
    )
