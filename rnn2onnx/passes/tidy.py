"""``tidy``: drops what loops carry or give for nobody, then folds once more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Value, replay, uses
from rnn2onnx.passes.fold import RULES
from rnn2onnx.passes.report import Report


@dataclass(frozen=True)
class Tidy:
    """Unused results of loops and branches are dropped; constants and identities are folded once more."""

    name: ClassVar[str] = "tidy"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` without dead parts."""
        return without_unused(replay(graph, RULES), ("scan", "cond"))


def without_unused(graph: Graph, kinds: Collection[str]) -> Graph:
    """``graph`` without rows of recurrences and results of branches that nothing uses; the same if there are none.

    Args:
        graph: The graph.
        kinds: Of which of ``recur``, ``scan`` and ``cond``.
    """
    while True:
        slim = _slimmed(graph, uses(graph.block), kinds)
        if slim is graph:
            return graph
        graph = slim


def _slimmed(graph: Graph, count: dict[Value, int], kinds: Collection[str]) -> Graph:
    dead = {
        op.results
        for op in _walk(graph.block)
        if op.kind.name in kinds and any(not count.get(value) for value in _droppable(op))
    }
    if not dead:
        return graph

    def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
        if op.results not in dead:
            return None
        keep = [not (value in _droppable(op) and not count.get(value)) for value in op.results]
        if not any(keep):
            return None
        blocks = [_with_results(builder, body, keep) for body in op.blocks]
        types = [value.type for value, kept in zip(op.results, keep, strict=True) if kept]
        made = iter(builder.emit(op.kind, op.operands, blocks=blocks, location=op.location, types=types, **op.attrs))
        slots = [next(made) if kept else None for kept in keep]
        return [slot if slot is not None else op.operands[0] for slot in slots]

    return replay(graph, (rule,))


def _droppable(op: Op) -> tuple[Value, ...]:
    return op.results if op.kind.name == "cond" else op.results[op.attrs["states"] :]


def _with_results(builder: Builder, body: Block, keep: Sequence[bool]) -> Block:
    block = Copier(builder).block(body)
    block.results = tuple(value for value, kept in zip(block.results, keep, strict=True) if kept)
    return block


def _walk(block: Block) -> list[Op]:
    out = []
    for op in block.ops:
        out.append(op)
        for body in op.blocks:
            out.extend(_walk(body))
    return out
