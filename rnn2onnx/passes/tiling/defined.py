"""Whether operations are defined for whatever stands past a row's length, or in steps that no row takes."""

from __future__ import annotations

from rnn2onnx.ir import Dim, Op, Value, constant

_KEEP_NUMBERS = {"cast", "reshape", "squeeze", "unsqueeze", "transpose", "identity"}


def may_fail(op: Op) -> bool:
    """Whether it depends on the values that an operation is given whether it has a result."""
    if op.kind.name == "gather":
        table, index = op.operands
        return not _is_in_range(index, table.type.shape[op.attrs["axis"]])
    return not op.kind.total


def _is_in_range(index: Value, length: Dim) -> bool:
    """Whether an index is always in the range, or, as it is known, never."""
    if constant(index) is not None:
        return True
    op = index.op
    if op is None:
        return False
    if op.kind.name in _KEEP_NUMBERS:
        return _is_in_range(op.operands[0], length)
    if op.kind.name not in ("argmax", "argmin"):
        return False
    count = op.operands[0].type.shape[op.attrs["axis"]]
    return count == length or (isinstance(count, int) and isinstance(length, int) and count <= length)
