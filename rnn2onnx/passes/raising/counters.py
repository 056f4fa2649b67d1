"""What a loop's body makes of what it carries, where that is counting, up or down, or a flag that stays up."""

from __future__ import annotations

from rnn2onnx.ir import Value, constant
from rnn2onnx.ir.types import is_integer


def one_more(new: Value, param: Value) -> bool:
    """Whether a value is another one and 1."""
    return _moved(new, param) == 1


def one_less(new: Value, param: Value) -> bool:
    """Whether a value is another one less 1."""
    return _moved(new, param) == -1 and new.type == param.type


def _moved(new: Value, param: Value) -> int | None:
    """By which number a value is above another one."""
    op = new.op
    if op is None or op.kind.name not in ("add", "sub") or param not in op.operands:
        return None
    number = constant(op.operands[0] if op.operands[1] is param else op.operands[1])
    if number is None or number.size != 1:
        return None
    if op.kind.name == "add":
        return int(number.item())
    return -int(number.item()) if op.operands[0] is param else None


def apart_from_numbers(value: Value) -> tuple[Value, int]:
    """An integer without the constants that are added to it or taken away from it, and what they come to."""
    total = 0
    while value.op is not None and value.op.kind.name in ("add", "sub", "cast"):
        if value.op.kind.name == "cast":
            if not is_integer(value.op.operands[0].type.dtype):
                break
        else:
            number = constant(value.op.operands[1])
            if number is None or number.size != 1:
                break
            total += int(number.item()) * (1 if value.op.kind.name == "add" else -1)
        value = value.op.operands[0]
    return value, total


def without(new: Value, param: Value) -> Value | None:
    """What a carried value becomes, ``param or x`` being ``x``: a flag that stays up once it is."""
    op = new.op
    if op is not None and op.kind.name == "or" and param in op.operands:
        a, b = op.operands
        return b if a is param else a
    return new
