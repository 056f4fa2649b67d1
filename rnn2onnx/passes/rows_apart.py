"""Whether a body keeps the rows of a batch apart, so that what stands in one row reaches no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rnn2onnx.ir import Block, Dim, Op, Value, constant
from rnn2onnx.passes.dependence import inputs_of

_BY_AXES = {"reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min", "reduce_any", "reduce_all"}
_BY_AXES |= {"squeeze", "unsqueeze", "slice", "reverse"}
_BY_AXIS = {"concat", "softmax", "log_softmax", "cumsum", "argmax", "argmin"}
_BY_FIRST_OPERAND = {"conv", "max_pool", "average_pool"}


def keeps_rows_apart(op: Op, rows: Collection[Value]) -> bool:
    """Whether each row of the results depends on the same row of ``rows`` only.

    Args:
        op: An operation of a body.
        rows: Those of its operands whose first axis is the batch; numbers without axes may be among them.
    """
    name = op.kind.name
    if name == "shape":
        return True
    if op.kind.elementwise:
        rank = op.results[0].type.rank
        return all(value.type.rank in (0, rank) for value in op.operands if value in rows)
    if op.blocks or any(value.type.rank == 0 for value in op.operands if value in rows):
        return False
    if name == "einsum":
        return _einsum(op, rows)
    first = op.operands[0]
    if name in _BY_AXIS:
        return bool(op.attrs["axis"] % first.type.rank)
    if any(value in rows for value in op.operands[1:]):
        return name == "gather" and first not in rows and op.attrs["axis"] == 0
    return _by_first(op, first)


def _by_first(op: Op, first: Value) -> bool:
    """The same where only the first operand has rows."""
    name, result = op.kind.name, op.results[0].type
    if name in _BY_AXES:
        return 0 not in op.attrs["axes"]
    if name in _BY_FIRST_OPERAND:
        return True
    if name == "matmul":
        return first.type.rank == result.rank
    if name == "transpose":
        return bool(op.attrs["perm"][0] == 0)
    if name == "reshape":
        return result.rank > 0 and result.shape[0] == first.type.shape[0]
    if name == "expand":
        return result.rank == first.type.rank
    if name == "pad":
        pads = constant(op.operands[1])
        return pads is not None and not pads[0] and not pads[result.rank]
    if name == "gather":
        return bool(op.attrs["axis"] > 0)
    if name == "one_hot":
        return bool(op.attrs["axis"] != 0)
    return name in ("top_k", "layer_norm") and first.type.rank > 1


def _einsum(op: Op, rows: Collection[Value]) -> bool:
    left, right = op.attrs["equation"].replace(" ", "").split("->")
    words = left.split(",")
    return all(
        word[:1] == right[:1] and word.count(word[0]) == 1
        for word, value in zip(words, op.operands, strict=True)
        if value in rows
    )


def mixed_in(body: Block, batch: Dim, *, but_for_scales: bool = False) -> Op | None:
    """The first operation of a body by which rows of a batch reach other rows; None if every row goes its own way.

    Args:
        body: The body of a recurrence.
        batch: The length of the axis of rows.
        but_for_scales: Whether rows of a product with int8 weights, which share the scale they are rounded by, count as
            apart.
    """
    rows: set[Value] = set(body.params)
    if any(not value.type.rank or value.type.shape[0] != batch for value in rows):
        return body.ops[0] if body.ops else None
    for op in body.ops:
        given = [value for value in inputs_of(op) if value in rows]
        only_scale = but_for_scales and op.kind.name == "quantized_matmul" and given == [op.operands[0]]
        if given and not only_scale and not keeps_rows_apart(op, given):
            return op
        if given:
            rows.update(op.results)
    return None


def mixing(ops: Collection[Op], home: Mapping[Op, int], deps: Mapping[Value, Collection[int]], batch: Dim) -> Op | None:
    """The first operation by which rows of one recurrence that is cut from a body reach other rows of another.

    Past a row's length the rows that a recurrence gives are zero, where in the whole body they were whatever the cell
    gives for a state that stays: one row may not see that of another.

    Args:
        ops: The operations of the body, in order.
        home: For those that stay in a recurrence its number; the others run for all steps at once.
        deps: For each value of the body the states it is computed from, by the recurrence they belong to.
        batch: The length of the lengths.
    """
    foreign: set[Value] = set()
    maker = {value: number for op, number in home.items() for value in op.results}

    def is_foreign(value: Value, here: int | None) -> bool:
        """Whether a value holds what another recurrence gives, seen from recurrence ``here``."""
        if not deps.get(value):
            return False
        own = maker.get(value) == here if value.op is not None else set(deps[value]) == {here}
        return value in foreign if here is not None and own else True

    for op in ops:
        rows = [value for value in inputs_of(op) if is_foreign(value, home.get(op))]
        if not rows:
            continue
        if any(value.type.rank and value.type.shape[0] != batch for value in rows) or not keeps_rows_apart(op, rows):
            return op
        foreign.update(op.results)
    return None
