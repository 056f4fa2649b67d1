"""Products with int8 weights: what is multiplied is rounded to a byte while the program runs.

All elements of the other operand share one scale: the range from their least to their largest, and zero, is cut into
255 steps, so that what stands in one row has a say in how finely the others are rounded. An operand must be finite: the
engine's result for one that is not is anything. Weights are ``i8 * scale``, a scale for each column.
Source: onnxruntime's DynamicQuantizeMatMul and DynamicQuantizeLSTM.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Value
from rnn2onnx.ir.kinds.control import reverse_rows
from rnn2onnx.ir.kinds.elementwise import check_count
from rnn2onnx.ir.kinds.native import activation, check_shapes
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import Dim, Type, same_dim

INT8: np.dtype[Any] = np.dtype(np.int8)
FLOAT32: np.dtype[Any] = np.dtype(np.float32)


def product(x: Array, weights: Array, scales: Array) -> Array:
    """``x @ (weights * scales)``, with ``x`` rounded to 255 steps of its own range."""
    least, most = x.min(initial=0), x.max(initial=0)
    step = (most - least) / x.dtype.type(255) if most > least else x.dtype.type(1)
    zero = np.rint(-least / step)
    rounded = np.clip(np.rint(x / step) + zero, 0, 255) - zero
    # Whole numbers are exact in float64.
    whole = np.matmul(rounded.astype(np.float64), weights.astype(np.float64))
    return np.asarray((whole * (step * scales)).astype(x.dtype))


def _check(values: Sequence[Value]) -> None:
    check_count(values, 3)
    dtypes = [value.type.dtype for value in values]
    if dtypes != [FLOAT32, INT8, FLOAT32]:
        raise DTypeError(f"the operands are f32, i8 and f32, not {', '.join(map(str, dtypes))}")


def _matmul_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    _check(values)
    x, weights, scales = (value.type for value in values)
    if x.rank < 2 or weights.rank != 2 or scales.shape != weights.shape[1:]:
        raise ShapeError(f"the operands are [..., K], [K, N] and [N], not {x}, {weights} and {scales}")
    if same_dim(x.shape[-1], weights.shape[0]) is None:
        raise ShapeError(f"{x.shape[-1]} columns do not meet {weights.shape[0]} rows")
    return [x.with_shape((*x.shape[:-1], weights.shape[1]))]


def _matmul(attrs: Attrs, x: Array, weights: Array, scales: Array) -> Array:
    return product(x, weights, scales)


def _lstm_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    types = {key: value.type for key, value in zip(attrs["inputs"], values, strict=True)}
    x, hidden = types["X"], attrs["hidden_size"]
    ways = 2 if attrs["direction"] == "bidirectional" else 1
    if x.rank != 3:
        raise ShapeError(f"X is [T, B, I], not {x}")
    time, batch, depth = x.shape
    wanted: dict[str, tuple[Dim, ...]] = {
        "W": (ways, depth, 4 * hidden),
        "R": (ways, hidden, 4 * hidden),
        "W_scale": (ways, 4 * hidden),
        "R_scale": (ways, 4 * hidden),
        "B": (ways, 8 * hidden),
        "P": (ways, 3 * hidden),
        "initial_h": (ways, batch, hidden),
        "initial_c": (ways, batch, hidden),
        "sequence_lens": (batch,),
    }
    check_shapes("quantized_lstm", types, wanted)
    for key, type in types.items():
        dtype = {"W": INT8, "R": INT8, "sequence_lens": np.dtype(np.int32)}.get(key, FLOAT32)
        if type.dtype != dtype:
            raise DTypeError(f"{key} must be {dtype}, not {type}")
    state = Type(FLOAT32, (ways, batch, hidden))
    return [Type(FLOAT32, (time, ways, batch, hidden)), state, state]


def _lstm(attrs: Attrs, *arrays: Array) -> tuple[Array, ...]:
    given = dict(zip(attrs["inputs"], arrays, strict=True))
    direction = attrs["direction"]
    turns = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
    runs = [_direction(attrs, d, given, backwards) for d, backwards in enumerate(turns)]
    return (np.stack([y for y, _, _ in runs], axis=1), *(np.stack([run[k] for run in runs]) for k in (1, 2)))


def _direction(attrs: Attrs, d: int, given: dict[str, Array], backwards: bool) -> tuple[Array, Array, Array]:
    """One direction of an LSTM: the input is rounded as one array, the state anew in each step, for all rows at once.

    A row that has ended takes part in the state's range as zeros.
    """
    x, hidden = given["X"], attrs["hidden_size"]
    total, batch = x.shape[:2]
    lengths = given.get("sequence_lens")
    ends = np.full(batch, total) if lengths is None else lengths.astype(np.int64)
    steps = int(ends.max(initial=0))
    if backwards:
        x = reverse_rows(x, lengths)
    both = given["B"][d].reshape(2, -1) if "B" in given else np.zeros((2, 4 * hidden), x.dtype)
    bias = both[0] + both[1]
    peep = given["P"][d].reshape(3, hidden) if "P" in given else np.zeros((3, hidden), x.dtype)
    zero = np.zeros((batch, hidden), x.dtype)
    h = given["initial_h"][d] if "initial_h" in given else zero
    c = given["initial_c"][d] if "initial_c" in given else zero
    names = attrs["activations"]
    first, second, third = map(activation, names[d * 3 : d * 3 + 3])
    projected = product(x[:steps], given["W"][d], given["W_scale"][d])
    rows: Array = np.zeros((total, batch, hidden), x.dtype)
    final_h, final_c = zero, zero
    for step in range(steps):
        pre = np.split(projected[step] + product(h, given["R"][d], given["R_scale"][d]) + bias, 4, axis=1)
        new_c = first(pre[2] + peep[2] * c) * c + first(pre[0] + peep[0] * c) * second(pre[3])
        new_h = first(pre[1] + peep[1] * new_c) * third(new_c)
        alive = (step < ends)[:, None]
        h, c = np.where(alive, new_h, 0).astype(x.dtype), np.where(alive, new_c, c).astype(x.dtype)
        final_h, final_c = np.where(alive, h, final_h), np.where(alive, c, final_c)
        rows[step] = h
    return reverse_rows(rows, lengths) if backwards else rows, final_h, final_c


add_kind(Kind("quantized_matmul", _matmul_type, _matmul))
add_kind(Kind("quantized_lstm", _lstm_type, _lstm))
