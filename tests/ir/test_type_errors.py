"""What does not fit is refused where it is recorded: the kind, the types, what disagrees, the user's line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import DTypeError, Rnn2OnnxError, ShapeError
from rnn2onnx.ir import Builder, Type
from rnn2onnx.ir.types import dtype_of

V = np.array
S, D = ShapeError, DTypeError

WRONG: list[tuple[str, list[Any], dict[str, Any], type[Rnn2OnnxError], str]] = [
    ("add", ["f32[B, 4]", "f32[5]"], {}, S, "4 is not 5"),
    ("add", ["f32[4]", "i32[4]"], {}, D, "f32 and i32"),
    ("add", ["bool[4]", "bool[4]"], {}, D, "numbers, not bool"),
    ("add", ["f32[4]"], {}, S, "2 operands, not 1"),
    ("exp", ["i32[4]"], {}, D, "floats, not i32"),
    ("div", ["i32[4]", "i32[4]"], {}, D, "floats, not i32"),
    ("trunc_div", ["f32[4]", "f32[4]"], {}, D, "integers, not f32"),
    ("and", ["i32[4]", "i32[4]"], {}, D, "bools, not i32"),
    ("where", ["i32[4]", "f32[4]", "f32[4]"], {}, D, "condition is bool, not i32"),
    ("where", ["bool[4]", "f32[4]", "i32[4]"], {}, D, "f32 and i32"),
    ("clip", ["i32[4]", "i32[4]", "i32[]"], {}, S, "the limits are numbers"),
    ("clip", ["f32[4]", "f32[]", "f32[]"], {}, D, "integers, not f32"),
    ("clip", ["i32[4]", "i32[]", "i64[]"], {}, D, "i32 and i32 and i64"),
    ("reduce_sum", ["f32[4]"], {"axes": (1,), "keepdims": False}, S, "axis 1 is not one of the 1 axes"),
    ("reduce_sum", ["f32[4, 5]"], {"axes": (1, 1), "keepdims": False}, S, "one axis twice"),
    ("reduce_any", ["f32[4]"], {"axes": (0,), "keepdims": False}, D, "takes bools"),
    ("top_k", ["f32[4]", V(5)], {}, S, "5 elements were asked for, of 4"),
    ("top_k", ["f32[4]", V(2, np.int32)], {}, D, "k is i64"),
    ("reshape", ["f32[2, 3]", V([4])], {}, S, "6 elements do not fit"),
    ("reshape", ["f32[2, 3]", V([4, -1])], {}, S, "6 elements do not divide into rows of 4"),
    ("reshape", ["f32[2, 3]", V([-1, -1])], {}, S, "one length may be -1"),
    ("reshape", ["f32[2, 3]", "i64[n]"], {}, S, "rank must be known"),
    ("transpose", ["f32[2, 3]"], {"perm": (0, 0)}, S, "not an order of the axes"),
    ("expand", ["f32[2]", V([3])], {}, S, "2 elements do not broadcast to 3"),
    ("concat", ["f32[2, 3]", "f32[3, 4]"], {"axis": 1}, S, "axis 0 is 2 and 3; only axis 1 may differ"),
    ("concat", ["f32[2, 3]", "f32[3]"], {"axis": 1}, S, "different numbers of axes"),
    ("squeeze", ["f32[2, 3]"], {"axes": (1,)}, S, "axis 1 has 3 elements"),
    ("slice", ["f32[4]", V([0]), V([2, 3])], {"axes": (0,), "steps": (1,)}, S, "the ends must be i64[1]"),
    ("slice", ["f32[4]", V([0]), V([2])], {"axes": (0,), "steps": (0,)}, S, "none 0"),
    ("gather", ["f32[4]", V([4])], {"axis": 0}, S, "no element 4 among 4"),
    ("gather", ["f32[4]", "f32[2]"], {"axis": 0}, D, "positions are integers"),
    ("gather_nd", ["f32[4]", "i64[2, 2]"], {"batch_dims": 0}, S, "do not fit"),
    ("scatter_nd", [V([4, 2]), "i64[3, 1]", "f32[3, 5]"], {}, S, "the updates must be [3, 2]"),
    ("pad", ["f32[4]", V([1]), V(0, np.float32)], {"mode": "constant"}, S, "i64[2]"),
    ("pad", ["f32[2]", V([2, 0]), V(0, np.float32)], {"mode": "reflect"}, S, "2 elements can't be reflected over 2"),
    ("pad", ["f32[2]", V([1, 0]), V(0)], {"mode": "edge"}, D, "to pad with is f32"),
    ("tile", ["f32[4]", V([-1])], {}, S, "repeated -1 times"),
    ("range", [V(0), V(5), V(0)], {}, S, "step by 0"),
    ("reverse_sequence", ["f32[T, 4]", "i64[3]"], {"seq_axis": 0, "batch_axis": 1}, S, "3 lengths do not fit 4 rows"),
    ("one_hot", ["f32[4]", V(3), V(1), V(0)], {"axis": -1}, D, "ids are integers"),
    ("non_zero", ["f32[]"], {}, S, "no axes"),
    ("row_write", ["f32[4, 3]", V(0), "f32[2]"], {"grow": False}, S, "2 is not 3"),
    ("matmul", ["f32[B, 4]", "f32[5, 8]"], {}, S, "4 columns do not meet 5 rows"),
    ("matmul", ["f32[4]", "f32[4, 8]"], {}, S, "two axes at least"),
    ("einsum", ["f32[2, 3]", "f32[4, 5]"], {"equation": "ij,jk->ik"}, S, "the axis 'j' is 3 and 4"),
    ("einsum", ["f32[2, 3]"], {"equation": "ij"}, S, "one '->'"),
    ("einsum", ["f32[2, 3]"], {"equation": "ijk->i"}, S, "names 3 axes"),
    ("conv", ["f32[1, 4, 9]", "f32[2, 3, 3]"], {"strides": (1,), "pads": (0, 0), "dilations": (1,), "group": 1}, S,
     "4 channels are not 1 groups of 3"),
    ("conv", ["f32[1, 3, 2]", "f32[2, 3, 3]"], {"strides": (1,), "pads": (0, 0), "dilations": (1,), "group": 1}, S,
     "a window of 3 does not fit in 2"),
    ("max_pool", ["f32[1, 3, 5]"], {"kernel": (2,), "strides": (1,), "pads": (2, 0)}, S, "less than the window"),
]  # fmt: skip


def operand(b: Builder, spec: Any, name: str) -> Any:
    if not isinstance(spec, str):
        return b.const(spec)
    dtype, _, rest = spec.partition("[")
    dims = [int(dim) if dim.isdigit() else dim for dim in rest.rstrip("]").split(", ") if dim]
    return b.input(name, Type(dtype_of(dtype), tuple(dims)))


@pytest.mark.parametrize(("kind", "operands", "attrs", "error", "message"), WRONG)
def test_what_does_not_fit_is_refused_where_it_is_recorded(
    kind: str, operands: list[Any], attrs: dict[str, Any], error: type[Rnn2OnnxError], message: str
) -> None:
    b = Builder()
    values = [operand(b, spec, f"x{i}") for i, spec in enumerate(operands)]
    with pytest.raises(error) as caught:
        b.emit(kind, values, **attrs)
    assert message in caught.value.message
    assert caught.value.message.startswith(f"{kind} of {values[0].type}")
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__
