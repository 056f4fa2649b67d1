"""Rows that a loop writes one after the other into an array are rows that it gives.

An array that is carried is copied in every step, so that many steps cost the square of their number. One that is only
written to, at the step, is what the loop's rows are: they are gathered once, behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from rnn2onnx.ir import Copier, Op, Value, uses
from rnn2onnx.passes.raising.steps_of_loops import LoopSteps

_I64 = np.dtype(np.int64)


def arrays_written(loop: LoopSteps) -> dict[Value, Op]:
    """For each array that a loop carries and only writes to, a whole row in each step, the writing."""
    count = uses(loop.body)
    found: dict[Value, Op] = {}
    for param, initial, new in zip(loop.carried, loop.initials, loop.news, strict=True):
        op = new.op
        if op is None or op.kind.name != "row_write" or op.operands[0] is not param:
            continue
        if count[param] == count[new] == 1 and op.operands[2].type.shape == initial.type.shape[1:]:
            found[param] = op
    return found


def rows_given(loop: LoopSteps, wanted: Collection[Value]) -> Sequence[Value] | None:
    """The results of a loop that gives rows in place of writing them; None if it writes none at its steps.

    Args:
        loop: The loop.
        wanted: What it carries that is used behind it.
    """
    written = {param: op for param, op in arrays_written(loop).items() if loop.offset(op.operands[1]) == 0}
    if not written:
        return None
    builder, op, body = loop.builder, loop.op, loop.body
    given = [param for param in written if param in wanted]
    kept = [param for param in loop.carried if param not in written]
    params = [body.params[0], *kept]
    with builder.body([param.type for param in params], [param.name for param in params]) as block:
        copier = Copier(builder, new=dict(zip(params, block.params, strict=True)))
        dead = {value for each in written.values() for value in each.results}
        for each in body.ops:
            if not any(value in dead for value in each.results):
                copier.op(each)
        news = [new for param, new in zip(loop.carried, loop.news, strict=True) if param not in written]
        rows = [*body.results[1 + len(loop.carried) :], *(written[param].operands[2] for param in given)]
        block.results = tuple(copier.value(value) for value in (body.results[0], *news, *rows))
    initials = dict(zip(loop.carried, loop.initials, strict=True))
    operands = (op.operands[0], *(initials[param] for param in kept))
    values = list(builder.emit("loop", operands, blocks=(block,), location=op.location))
    finals = dict(zip(kept, values, strict=False))
    for param, gained in zip(given, values[len(values) - len(given) :], strict=True):
        finals[param] = _array(loop, written[param], initials[param], gained)
    results = [finals.get(param, initials[param]) for param in loop.carried]
    return [*results, *values[len(kept) : len(values) - len(given)]]


def _array(loop: LoopSteps, write: Op, array: Value, rows: Value) -> Value:
    """An array with its first rows written."""
    builder, location = loop.builder, loop.op.location
    if write.attrs["grow"] and array.type.shape[0] == 0:
        return rows
    zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
    count, length = builder.dim_value(rows.type.shape[0]), builder.dim_value(array.type.shape[0])
    assert count is not None
    assert length is not None
    if not write.attrs["grow"]:
        # More rows than there are in the array: running that is an error.
        past = builder.emit("add", (length, one), location=location)[0]
        ends = builder.emit("range", (zero, past, one), location=location)[0]
        count = builder.emit("gather", (ends, count), axis=0, location=location)[0]
    start = builder.emit("unsqueeze", (count,), axes=(0,), location=location)[0]
    far = builder.const(np.array([np.iinfo(np.int64).max]))
    rest = builder.emit("slice", (array, start, far), axes=(0,), steps=(1,), location=location)[0]
    types = None if write.attrs["grow"] else [array.type]
    return builder.emit("concat", (rows, rest), axis=0, location=location, types=types)[0]
