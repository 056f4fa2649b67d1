"""Casts of integers to a dtype that has all of them."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Op, Value
from rnn2onnx.ir.types import DType, is_integer


def holds(narrow: DType, wide: DType) -> bool:
    """Whether ``narrow`` is of integers, all of which ``wide`` has too."""
    # numpy calls it safe to cast int64 to float64, which has none of the odd ones above 2^53.
    is_rounded = narrow.itemsize == 8 and not is_integer(wide)
    return is_integer(narrow) and np.can_cast(narrow, wide) and not is_rounded


def is_widening(op: Op) -> bool:
    """Whether an operation is such a cast."""
    return op.kind.name == "cast" and holds(op.operands[0].type.dtype, op.results[0].type.dtype)


def before_widening(value: Value) -> Value:
    """The integers that became a value by such casts."""
    while value.op is not None and is_widening(value.op):
        (value,) = value.op.operands
    return value
