"""Rebuilds a graph through a builder, with rules that may put something else in an operation's place.

Everything goes through ``Builder.emit``, so a replay infers every type again and merges equal operations; what nothing
uses any more is swept away at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from rnn2onnx.ir.builder import Builder
from rnn2onnx.ir.graph import Block, Graph, Op, Value, walk

Rule: TypeAlias = "Callable[[Builder, Op], Sequence[Value] | None]"
"""Gets an operation whose operands and bodies are of the new graph (its results still of the old one); gives the values
that replace its results, or None: not mine."""


def replay(graph: Graph, rules: Sequence[Rule] = ()) -> Graph:
    """``graph`` rebuilt with ``rules``, its equal and unused operations gone; the same object if nothing changed."""
    result, fired, swept = _copied(graph, lambda builder: Copier(builder, rules))
    same = not fired and not swept and _size(result) == _size(graph)
    return graph if same else result


def rebuild(graph: Graph, make: Callable[[Builder], Copier]) -> Graph:
    """``graph`` copied by a copier of its own kind; the very same object if that has not fired.

    Args:
        graph: The graph.
        make: Gives the copier for a builder.
    """
    result, fired, _ = _copied(graph, make)
    return result if fired else graph


def _copied(graph: Graph, make: Callable[[Builder], Copier]) -> tuple[Graph, bool, bool]:
    """A copy, whether the copier fired, and whether anything was swept away."""
    builder = Builder(graph.name)
    builder.reserve(dims_of(graph))
    copier = make(builder)
    for value in graph.inputs:
        copier.new[value] = builder.input(value.name, value.type)
    copier.ops(graph.block)
    result = builder.finish(
        (name, copier.value(value)) for name, value in zip(graph.outputs, graph.block.results, strict=True)
    )
    return result, copier.fired, sweep(result)


class Copier:
    """Copies operations into a builder's open block.

    Attributes:
        new: For each old value the new one; fill in what stands for parameters before copying what uses them.
        fired: Whether anything was replaced.
        same_dims: Whether the lengths' names mean the same where the copies go; else types are inferred afresh.
    """

    def __init__(
        self,
        builder: Builder,
        rules: Sequence[Rule] = (),
        new: Mapping[Value, Value] | None = None,
        *,
        same_dims: bool = True,
    ) -> None:
        self.builder = builder
        self.same_dims = same_dims
        self.rules = tuple(rules)
        self.new: dict[Value, Value] = dict(new or {})
        self.fired = False

    def value(self, value: Value) -> Value:
        """The new value of an old one; a value of a block that is not being copied stands for itself."""
        return self.new.get(value, value)

    def ops(self, block: Block) -> None:
        """Copies the operations of a block."""
        for op in block.ops:
            self.op(op)

    def op(self, op: Op) -> tuple[Value, ...]:
        """Copies one operation, bodies first, and gives its new results."""
        operands = tuple(self.value(value) for value in op.operands)
        blocks = tuple(self.block(body) for body in op.blocks)
        rebuilt = Op(op.kind, operands, op.attrs, blocks, op.results, op.location)
        results: Sequence[Value] | None = None
        for rule in self.rules:
            results = rule(self.builder, rebuilt)
            if results is not None:
                self.fired = True
                break
        if results is None:
            results = self.builder.emit(
                op.kind,
                operands,
                blocks=blocks,
                location=op.location,
                names=[value.name for value in op.results],
                types=[value.type for value in op.results] if self.same_dims else None,
                **op.attrs,
            )
        self.new.update(zip(op.results, results, strict=True))
        return tuple(results)

    def block(self, body: Block) -> Block:
        """A copy of a body, closed."""
        names = [value.name for value in body.params]
        with self.builder.body([value.type for value in body.params], names) as block:
            self.new.update(zip(body.params, block.params, strict=True))
            self.ops(body)
            block.results = tuple(self.value(value) for value in body.results)
        return block


def sweep(graph: Graph) -> bool:
    """Takes out of a graph that was just built what no result needs; says whether there was anything."""
    live: set[Value] = set()
    before = _size(graph)
    _sweep(graph.block, live)
    return _size(graph) != before


def sweep_block(block: Block) -> None:
    """Takes out of a block that was just built what no result needs."""
    _sweep(block, set())


def _sweep(block: Block, live: set[Value]) -> None:
    live.update(block.results)
    kept: list[Op] = []
    for op in reversed(block.ops):
        if not any(value in live for value in op.results):
            continue
        for body in op.blocks:
            _sweep(body, live)
        live.update(op.operands)
        kept.append(op)
    block.ops[:] = reversed(kept)


def _size(graph: Graph) -> int:
    return sum(1 for _ in walk(graph.block))


def dims_of(graph: Graph) -> set[str]:
    """The names of all lengths in a graph."""
    values = [*graph.inputs]
    for op in walk(graph.block):
        values.extend(op.results)
        for body in op.blocks:
            values.extend(body.params)
    return {dim for value in values for dim in (*value.type.shape, *(value.content or ())) if isinstance(dim, str)}
