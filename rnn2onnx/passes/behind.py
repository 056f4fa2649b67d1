"""What is computed behind a branch from its rows and from a product that the branch reads too.

A gate of what is given, ``o * h``, is a part of the product that all gates are. While it stands behind the branch, the
product has to stand before it; in the branch each side may compute the product as it likes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rnn2onnx.ir import Block, Op, Value, captures, walk
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.sink import is_projection


def gated_behind(block: Block, cond: Op) -> list[Op]:
    """The elementwise operations behind a branch that may stand in it, in order: they alone use the rows they take."""
    if not any(op.kind.name == "recur" for body in cond.blocks for op in walk(body)):
        return []
    within = _products(value for body in cond.blocks for value in captures(body))
    if not within:
        return []
    moved = _elementwise(block, cond)
    while (fewer := _gates(cond, _alone(block, cond, moved), within)) != moved:
        moved = fewer
    return moved


def _gates(cond: Op, moved: Sequence[Op], within: Collection[Op]) -> list[Op]:
    """Those of some operations that take a projection of some products, and what is only made for these."""
    needed: set[Value] = set()
    kept: list[Op] = []
    for op in reversed(moved):
        inner = {value for value in op.operands if value.op is cond or value.op in moved}
        outer = _products(value for value in op.operands if value not in inner)
        if op.results[0] in needed or not outer.isdisjoint(within):
            needed.update(inner)
            kept.append(op)
    return kept[::-1]


def _elementwise(block: Block, cond: Op) -> list[Op]:
    """The operations that are elementwise on results of a branch, and otherwise on what does not depend on it."""
    reached = set(cond.results)
    given = set(cond.results)
    found: list[Op] = []
    for op in block.ops:
        inputs = set(inputs_of(op))
        if op is cond or inputs.isdisjoint(reached):
            continue
        reached.update(op.results)
        shape = op.results[0].type.shape
        taken = [value for value in inputs if value in given]
        fits = op.kind.elementwise and op.kind.reusable and op.kind.total and inputs & reached == set(taken)
        if fits and all(value.type.shape == shape for value in taken):
            found.append(op)
            given.update(op.results)
    return found


def _alone(block: Block, cond: Op, found: Collection[Op]) -> list[Op]:
    """Those of some operations that nothing outside them shares what they take with."""
    kept = dict.fromkeys(found)
    while True:
        used = set(block.results)
        for op in block.ops:
            if op not in kept:
                used.update(inputs_of(op))
        inside = set(cond.results).union(*(op.results for op in kept))
        shared = [op for op in kept if not used.isdisjoint(inside.intersection(op.operands))]
        shared += [op for op in kept if any(v.op in found and v.op not in kept for v in op.operands)]
        if not shared:
            return list(kept)
        for op in shared:
            kept.pop(op, None)


def _products(values: Iterable[Value]) -> set[Op]:
    """The products that values are projections of."""
    found: set[Op] = set()
    seen: set[Op] = set()
    waiting = list(values)
    while waiting:
        op = waiting.pop().op
        if op is None or op in seen or not is_projection(op):
            continue
        seen.add(op)
        if op.kind.name == "matmul":
            found.add(op)
        else:
            waiting.extend(op.operands)
    return found
