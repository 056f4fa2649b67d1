"""Elements in order: sorted, the order itself, the k largest."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.ops.reshaping import transpose
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit, emit_all
from rnn2onnx.tf.shapes.dtype_argument import element_dtype
from rnn2onnx.tf.shapes.shape_argument import as_int64, length_of
from rnn2onnx.tf.shapes.static_value import axis_of, constant_value

__all__ = ["TopKV2", "argsort", "in_top_k", "sort", "top_k"]

TopKV2 = namedtuple("TopKV2", ["values", "indices"])


def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = int32, name: str | None = None) -> TopKV2:
    """The k largest elements along the last axis and where they are; of equal ones the first comes first.

    Raises:
        ShapeError: There are fewer than k.

    Source:
        ``tf.nn.top_k``.
    """
    x, count = convert_to_tensor(input), as_int64(k)
    if not x.dims:
        raise ShapeError("input must be at least rank 1 but is rank 0.", user_location())
    known, length = constant_value(count), x.dims[-1]
    if known is not None and (known < 0 or (isinstance(length, int) and known > length)):
        raise ShapeError(f"input must have last dimension >= k = {int(known)} but is {length}.", user_location())
    if count.dims:
        raise ShapeError(f"k must be a scalar, not {count!r}.", user_location())
    values, indices = emit_all("top_k", x, count, name=name)
    kind = element_dtype(index_type)
    return TopKV2(values, indices if kind == np.int64 else emit("cast", indices, dtype=kind))


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """For each row whether fewer than k scores are above the target's, a finite one. Source: ``tf.nn.in_top_k``."""
    scores, ids = convert_to_tensor(predictions), as_int64(targets)
    scores.graph.builder.unify(scores.dims[0], ids.dims[0])
    picked = emit("gather_nd", scores, emit("unsqueeze", ids, axes=(1,)), batch_dims=1)
    column = emit("unsqueeze", picked, axes=(1,))
    greater = emit("cast", emit("greater", scores, column), dtype=np.dtype(np.int64))
    ahead = emit("reduce_sum", greater, axes=(1,), keepdims=False)
    finite = emit("equal", emit("sub", picked, picked), convert_to_tensor(0, scores.dtype))
    return emit("and", finite, emit("less", ahead, as_int64(k)), name=name)


def _ordered(values: Any, axis: Any, direction: str, pick: int) -> Tensor:
    x = convert_to_tensor(values)
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ArgumentError(
            f"`direction` should be one of ASCENDING, DESCENDING. Received: {direction!r}", user_location()
        )
    place, rank = axis_of(axis, len(x.dims)), len(x.dims)
    order = [i for i in range(rank) if i != place] + [place]
    turned = transpose(x, order, None)
    turned = emit("neg", turned) if direction == "ASCENDING" else turned
    out: Tensor = top_k(turned, length_of(turned, -1))[pick]
    if pick == 0 and direction == "ASCENDING":
        out = emit("neg", out)
    return transpose(out, [order.index(i) for i in range(rank)], None)


def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """The elements along ``axis`` in order. Source: ``tf.sort``."""
    return _ordered(values, axis, direction, 0)


def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """Where the elements along ``axis`` stand when they are put in order, int32. Source: ``tf.argsort``."""
    return _ordered(values, axis, direction, 1)
