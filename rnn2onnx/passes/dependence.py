"""Which states of a recurrence each value of its body depends on, and which states depend on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rnn2onnx.ir import Block, Op, Value, captures


def inputs_of(op: Op) -> list[Value]:
    """The operands of an operation and the outer values its bodies refer to."""
    return [*op.operands, *(value for body in op.blocks for value in captures(body))]


def state_sets(body: Block, states: int) -> dict[Value, frozenset[int]]:
    """For each value of a body the states that it is computed from, by number; outer values are not in it."""
    found: dict[Value, frozenset[int]] = {}
    for index, param in enumerate(body.params):
        found[param] = frozenset([index]) if index < states else frozenset()
    for op in body.ops:
        joint: frozenset[int] = frozenset().union(*(found.get(value, frozenset()) for value in inputs_of(op)))
        for value in op.results:
            found[value] = joint
    return found


def components(edges: Mapping[int, Iterable[int]]) -> list[tuple[int, ...]]:
    """The strongly connected components of a graph, each after those it has edges to (Tarjan's algorithm)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    out: list[tuple[int, ...]] = []

    def visit(node: int) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            out.append(tuple(sorted(stack[at:])))
            del stack[at:]

    for node in edges:
        if node not in index:
            visit(node)
    return out


def slice_of(results: Sequence[Value], available: Iterable[Value], body: Block) -> list[Op]:
    """The operations of a body that ``results`` need, in order, when ``available`` values are given."""
    given = set(available)
    needed = {value for value in results if value not in given}
    kept: list[Op] = []
    for op in reversed(body.ops):
        if not any(value in needed for value in op.results):
            continue
        kept.append(op)
        needed.update(value for value in inputs_of(op) if value not in given)
    return kept[::-1]


def depths(block: Block, counted: set[Op]) -> dict[Op, int]:
    """For each operation how many of some stand one after the other before it, with itself: equal ones don't wait."""
    found: dict[Op, int] = {}
    makers = {value: op for op in block.ops for value in op.results}
    for op in block.ops:
        before = [found[makers[value]] for value in inputs_of(op) if value in makers]
        found[op] = max(before, default=0) + (op in counted)
    return found
