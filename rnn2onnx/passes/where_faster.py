"""A recurrence that has a faster form for some lengths only: a branch decides while the program runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnn2onnx.ir import Builder, Copier, Op, Value


def where_faster(builder: Builder, op: Op, condition: Value, faster: Callable[[], Sequence[Value]]) -> Sequence[Value]:
    """The results of a ``recur``: by its faster form where the condition holds, else by the recurrence as it is.

    Args:
        builder: Where to.
        op: The recurrence.
        condition: bool[], before it.
        faster: Emits the faster form; gives the same results.
    """
    with builder.body([]) as then:
        then.results = tuple(faster())
    with builder.body([]) as otherwise:
        body = Copier(builder).block(op.blocks[0])
        otherwise.results = builder.emit(op.kind, op.operands, blocks=(body,), location=op.location, **op.attrs)
    types = [value.type for value in otherwise.results]
    return builder.emit("cond", (condition,), blocks=(then, otherwise), location=op.location, types=types)
