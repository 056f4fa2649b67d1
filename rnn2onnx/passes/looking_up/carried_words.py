"""Carries which row of a table is looked up in place of the row.

A decoder looks up the embedding of a word at the end of a step and carries it to the next one. Looked up there, it is a
row of a table in the step that uses it, and a word is less to carry.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnn2onnx.ir import Builder, Copier, Op, Value, constant


def carried_words(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The results of a ``recur`` or ``loop`` that carries ids, not what they stand for; None if there are none."""
    if op.kind.name not in ("recur", "loop"):
        return None
    (body,), first = op.blocks, int(op.kind.name == "loop")
    count = len(op.operands) - 1 if first else op.attrs["states"]
    found = {
        place: pair
        for place in range(first, first + count)
        if (pair := _ids(op.operands[place], body.results[place])) is not None
        and body.params[place].type == op.operands[place].type
        and not _is_masked_number(op, pair[0])
    }
    if not found:
        return None
    operands, types = list(op.operands), [param.type for param in body.params]
    for place, (initial, _) in found.items():
        operands[place], types[place] = initial, initial.type
    names = ["word" if place in found else param.name for place, param in enumerate(body.params)]
    with builder.body(types, names) as block:
        copier = Copier(builder, new=dict(zip(body.params, block.params, strict=True)))
        for place in found:
            copier.new[body.params[place]] = _looked_up(builder, op, place, block.params[place])
        copier.ops(body)
        results = [copier.value(value) for value in body.results]
        for place, (_, new) in found.items():
            results[place] = copier.value(new)
        block.results = tuple(results)
    values = list(builder.emit(op.kind, operands, blocks=(block,), location=op.location, **op.attrs))
    for place in found:
        values[place - first] = _looked_up(builder, op, place, values[place - first])
    return values


def _looked_up(builder: Builder, op: Op, place: int, ids: Value) -> Value:
    source = op.operands[place].op
    assert source is not None
    return builder.emit(
        "gather", (source.operands[0], ids), axis=0, types=[op.operands[place].type], location=op.location
    )[0]


def _ids(initial: Value, new: Value) -> tuple[Value, Value] | None:
    """The ids of what a state starts with and of what it becomes, where both are rows of one table."""
    a, b = initial.op, new.op
    if a is None or b is None or a.kind.name != "gather" or b.kind.name != "gather":
        return None
    if a.attrs["axis"] or b.attrs["axis"] or a.operands[0] is not b.operands[0] or constant(a.operands[0]) is None:
        return None
    ids, after = a.operands[1], b.operands[1]
    return (ids, after) if ids.type == after.type else None


def _is_masked_number(op: Op, ids: Value) -> bool:
    """Whether ids have no rows that could stop at lengths."""
    return op.kind.name == "recur" and bool(op.attrs["lengths"]) and not ids.type.rank
