"""What is turned to int8 together: a recurrence with the products before it that nothing else needs, or one product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn2onnx.ir import Block, Graph, Op, Value, constant, walk
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.quantizing.padding import Padding, sequences_of
from rnn2onnx.passes.quantizing.spelled_out import can_be_spelled_out
from rnn2onnx.passes.report import described, source

LEAST = 4096
"""How many weights it takes: fewer are no smaller and no faster in int8 (measured on onnxruntime 1.31)."""
_OBSTACLE = "what it multiplies may hold what is behind the end of shorter rows"
LAYERS = {"rnn", "gru", "lstm"}
RECURRENCES = LAYERS | {"recur", "scan", "loop"}


@dataclass(frozen=True, eq=False)
class Unit:
    """What is quantized, or left alone, as one.

    Attributes:
        home: The recurrence, or a branch of two forms of it; None for a product by itself.
        members: The products and native layers that are quantized.
        what: What it computes, in words.
        source: The user's file and line, ``file:line``; empty if unknown.
        obstacle: Why none of it can be quantized; empty if some can.
    """

    home: Op | None
    members: tuple[Op, ...]
    what: str
    source: str
    obstacle: str = ""


def units_of(graph: Graph) -> list[Unit]:
    """All units of a program, in order."""
    homes = [op for op in graph.block.ops if _has_recurrence(op)]
    ends = _ends(graph.block, set(homes))
    inside = {home: list(_members(home)) for home in homes}
    alone: list[Op] = []
    for op in graph.block.ops:
        if op in inside:
            continue
        for each in [op, *(inner for body in op.blocks for inner in walk(body))]:
            if not _is_product(each):
                continue
            reached = ends[each.results[0]] if each is op else {None}
            only = next(iter(reached)) if len(reached) == 1 else None
            (alone if only is None else inside[only]).append(each)
    padding = Padding(graph)
    units = [_unit(padding, home, inside[home], _named(home)) for home in homes if inside[home]]
    units += [_unit(padding, None, [op], _product_named(op)) for op in alone]
    place = {op: index for index, op in enumerate(walk(graph.block))}
    return sorted(units, key=lambda unit: place[unit.home or unit.members[0]])


def _unit(padding: Padding, home: Op | None, members: Sequence[Op], what: str) -> Unit:
    """A unit of what can be kept from padding among some operations."""
    walked = [each for each in walk(Block(ops=[home])) if each.kind.name == "recur"] if home is not None else []
    open_ones = [each for each in walked if any(_is_open(padding, each, value) for value in sequences_of(each))]
    inside = {inner for each in open_ones for inner in walk(each.blocks[0])}
    kept = tuple(op for op in members if op not in inside and not _is_open(padding, op, op.operands[0]))
    place = source((home or members[0]).location)
    return Unit(home, kept, what, place) if kept else Unit(home, tuple(members), what, place, _OBSTACLE)


def _is_open(padding: Padding, op: Op, value: Value) -> bool:
    """Whether an operand may hold padding of which can't be told where it is."""
    return padding.may_be_in(value) and padding.of(op, value) is None


def taken_branch(op: Op) -> Block | None:
    """The branch with the form that can be int8, where the compiler put two forms of a recurrence into branches."""
    if op.kind.name != "cond" or op.location is None:
        return None
    inside = [[inner for inner in walk(body) if inner.kind.name in RECURRENCES] for body in op.blocks]
    if not all(inside) or any(inner.location != op.location for each in inside for inner in each):
        return None
    kinds = [{inner.kind.name for inner in each} for each in inside]
    for wanted in ({"lstm"}, {"recur"}):
        taken = [body for body, found in zip(op.blocks, kinds, strict=True) if found == wanted]
        if len(taken) == 1 and (kinds[0] | kinds[1]) & LAYERS:
            return taken[0]
    return None


def _has_recurrence(op: Op) -> bool:
    if op.kind.name == "cond":
        return any(inner.kind.name in RECURRENCES for body in op.blocks for inner in walk(body))
    return op.kind.name in RECURRENCES


def _members(home: Op) -> Iterator[Op]:
    taken = taken_branch(home)
    if home.kind.name in LAYERS:
        yield from [home] if _is_layer(home) else []
    for body in home.blocks if taken is None else [taken]:
        yield from (op for op in walk(body) if _is_product(op) or _is_layer(op))


def _is_product(op: Op) -> bool:
    """Whether an operation is a product with a matrix of weights that is worth it."""
    if op.kind.name != "matmul" or op.operands[0].type.dtype != np.float32 or constant(op.operands[0]) is not None:
        return False
    return op.operands[1].type.rank == 2 and _is_worth_it([op.operands[1]])


def _is_layer(op: Op) -> bool:
    """Whether an operation is a native layer that has a form in int8."""
    if op.kind.name not in LAYERS or op.operands[0].type.dtype != np.float32:
        return False
    given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
    return (op.kind.name == "lstm" or can_be_spelled_out(op)) and _is_worth_it([given["W"], given["R"]])


def _is_worth_it(weights: Sequence[Value]) -> bool:
    arrays = [constant(value) for value in weights]
    size = sum(array.size for array in arrays if array is not None)
    return size >= LEAST and all(array is not None and np.isfinite(array).all() for array in arrays)


def _ends(block: Block, homes: set[Op]) -> dict[Value, set[Op | None]]:
    """For each value the recurrences that it reaches, up to the first on each way; None for an output."""
    found: dict[Value, set[Op | None]] = {value: {None} for value in block.results}
    for op in reversed(block.ops):
        reached: set[Op | None] = {op} if op in homes else set()
        if op not in homes:
            for value in op.results:
                reached |= found.setdefault(value, set())
        for value in inputs_of(op):
            found.setdefault(value, set()).update(reached)
        for value in op.results:
            found.setdefault(value, set())
    return found


def _named(home: Op) -> str:
    if home.kind.name in LAYERS:
        return f"{home.kind.name} of {home.attrs['hidden_size']} units"
    inner = next((op for op in walk(Block(ops=[home])) if op.kind.name in LAYERS), None)
    if inner is not None:
        return _named(inner)
    return described(next(op for op in walk(Block(ops=[home])) if op.kind.name in RECURRENCES))


def _product_named(op: Op) -> str:
    return f"product of {op.operands[0].type} and {op.operands[1].type}"
