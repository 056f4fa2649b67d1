"""Takes apart states that are several in one: a concatenation of which each step reads and writes the parts.

``LSTMCell(state_is_tuple=False)`` carries ``[c, h]`` as one tensor; as two states it is an LSTM like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Type, Value, captures, replay
from rnn2onnx.passes.recognising.affine import columns_of


def split_states(graph: Graph) -> Graph:
    """``graph`` with concatenated states of its recurrences as states of their own, and the parts of those too."""
    while (after := replay(graph, (_split,))) is not graph:
        graph = after
    return graph


def _split(builder: Builder, op: Op) -> Sequence[Value] | None:
    if op.kind.name != "recur" or op.attrs["unmasked"]:
        return None
    (body,) = op.blocks
    count: int = op.attrs["states"]
    parts = {index: found for index in range(count) if (found := _parts(body, index))}
    if not parts:
        return None
    operands: list[Value] = []
    slots: list[int] = []
    for index in range(count):
        slots.append(len(operands))
        operands.extend(_columns(builder, op.operands[index], parts.get(index)))
    total = len(operands)
    operands.extend(op.operands[count:])
    values = builder.emit(
        op.kind,
        operands,
        blocks=(_rebuilt(builder, body, count, parts),),
        location=op.location,
        **{**op.attrs, "states": total},
    )
    finals = []
    for index in range(count):
        width = len(parts.get(index, ())) or 1
        ends = values[slots[index] : slots[index] + width]
        finals.append(ends[0] if width == 1 else builder.emit("concat", ends, axis=1)[0])
    return [*finals, *values[total:]]


def _parts(body: Block, index: int) -> tuple[tuple[int, int], ...]:
    """The columns of the parts of a state; nothing if it is not made of parts."""
    param, new = body.params[index], body.results[index]
    if param.type.rank != 2 or new.op is None or new.op.kind.name != "concat" or new.op.attrs["axis"] != 1:
        return ()
    if new.op not in body.ops or len(new.op.operands) < 2 or param in body.results:
        return ()
    bounds, start = [], 0
    for part in new.op.operands:
        width = part.type.shape[1]
        if not isinstance(width, int):
            return ()
        bounds.append((start, start + width))
        start += width
    for op in body.ops:
        if param in op.operands and (op.kind.name != "slice" or columns_of(op) not in bounds):
            return ()
        if any(param in captures(inner) for inner in op.blocks):
            return ()
    return tuple(bounds)


def _columns(builder: Builder, value: Value, parts: tuple[tuple[int, int], ...] | None) -> list[Value]:
    if parts is None:
        return [value]
    return [
        builder.emit(
            "slice", (value, builder.const(np.array([a])), builder.const(np.array([b]))), axes=(1,), steps=(1,)
        )[0]
        for a, b in parts
    ]


def _rebuilt(builder: Builder, body: Block, count: int, parts: dict[int, tuple[tuple[int, int], ...]]) -> Block:
    types: list[Type] = []
    results: list[Value] = []
    for index in range(count):
        type = body.params[index].type
        types.extend([type.with_shape((type.shape[0], b - a)) for a, b in parts[index]] if index in parts else [type])
    with builder.body([*types, *(p.type for p in body.params[count:])]) as block:
        fresh = iter(block.params)
        copier = Copier(builder)
        columns: dict[Value, dict[tuple[int, int], Value]] = {}
        for index, param in enumerate(body.params):
            if index in parts:
                columns[param] = {bounds: next(fresh) for bounds in parts[index]}
            else:
                copier.new[param] = next(fresh)
        for op in body.ops:
            if op.operands and op.operands[0] in columns:
                bounds = columns_of(op)
                assert bounds is not None
                copier.new[op.results[0]] = columns[op.operands[0]][bounds]
            else:
                copier.op(op)
        for index, value in enumerate(body.results):
            if index in parts:
                assert value.op is not None
                results.extend(copier.value(part) for part in value.op.operands)
            else:
                results.append(copier.value(value))
        block.results = tuple(results)
    return block
