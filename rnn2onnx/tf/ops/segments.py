"""The greatest, the least and the product of slices with the same id."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.ops.gather_ops import positions, segments_of, unsorted_segment_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths
from rnn2onnx.tf.shapes.shape_argument import as_int64, lengths_of

__all__ = [
    "segment_max",
    "segment_min",
    "segment_prod",
    "unsorted_segment_max",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
]


def _joined(kind: str, data: Any, segment_ids: Any, num_segments: Any, neutral: Any, name: str | None) -> Tensor:
    """``kind`` over the slices of each id; ``neutral`` for an id without any."""
    x, ids = convert_to_tensor(data), as_int64(positions(segment_ids))
    rank = len(ids.dims)
    for axis in range(rank):
        agree_lengths(x, axis, ids, axis, "segments")
    numbers = emit("range", as_int64(0), as_int64(num_segments), as_int64(1))
    chosen = emit(
        "equal", emit("unsqueeze", numbers, axes=tuple(range(1, rank + 1))), emit("unsqueeze", ids, axes=(0,))
    )
    inner = tuple(range(rank + 1, len(x.dims) + 1))
    chosen = emit("unsqueeze", chosen, axes=inner) if inner else chosen
    other = convert_to_tensor(np.array(neutral, x.recorded.type.dtype))
    kept = emit("where", chosen, emit("unsqueeze", x, axes=(0,)), other)
    return emit(kind, kept, name=name, axes=tuple(range(1, rank + 1)), keepdims=False)


def _limits(data: Any) -> Any:
    dtype = convert_to_tensor(data).recorded.type.dtype
    return np.iinfo(dtype) if is_integer(dtype) else np.finfo(dtype)


def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The greatest of the slices with the same id; the least number there is for an id without any.

    Source:
        ``tf.unsorted_segment_max``.
    """
    return _joined("reduce_max", data, segment_ids, num_segments, _limits(data).min, name)


def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The least of the slices with the same id; the greatest number there is for an id without any.

    Source:
        ``tf.unsorted_segment_min``.
    """
    return _joined("reduce_min", data, segment_ids, num_segments, _limits(data).max, name)


def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The product of the slices with the same id; 1 for an id without any. Source: ``tf.unsorted_segment_prod``."""
    return _joined("reduce_prod", data, segment_ids, num_segments, 1, name)


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sums of the slices with the same id, divided by the root of how many they are.

    Source:
        ``tf.unsorted_segment_sqrt_n``.
    """
    sums = unsorted_segment_sum(data, segment_ids, num_segments)
    ids = positions(segment_ids)
    each = emit("expand", convert_to_tensor(np.array(1, sums.recorded.type.dtype)), lengths_of(ids))
    counts = emit("maximum", unsorted_segment_sum(each, ids, num_segments), convert_to_tensor(1, sums.dtype))
    axes = tuple(range(1, len(sums.dims)))
    roots = emit("sqrt", emit("unsqueeze", counts, axes=axes) if axes else counts)
    return emit("div", sums, roots, name=name)


def _sorted(joined: Tensor, data: Any, segment_ids: Any, empty: int, name: str | None) -> Tensor:
    """What sorted ids give: an id without any slices gives ``empty``."""
    ids = positions(segment_ids)
    each = emit("expand", convert_to_tensor(np.array(1, np.int64)), lengths_of(ids))
    counts = unsorted_segment_sum(each, ids, segments_of(ids))
    there = emit("less", as_int64(0), counts)
    axes = tuple(range(1, len(joined.dims)))
    there = emit("unsqueeze", there, axes=axes) if axes else there
    return emit("where", there, joined, convert_to_tensor(np.array(empty, joined.recorded.type.dtype)), name=name)


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The greatest of the slices with the same id, 0 for an id without any; the ids are sorted.

    Source:
        ``tf.segment_max``.
    """
    return _sorted(unsorted_segment_max(data, segment_ids, segments_of(segment_ids)), data, segment_ids, 0, name)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The least of the slices with the same id, 0 for an id without any; the ids are sorted.

    Source:
        ``tf.segment_min``.
    """
    return _sorted(unsorted_segment_min(data, segment_ids, segments_of(segment_ids)), data, segment_ids, 0, name)


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The product of the slices with the same id, 1 for an id without any; the ids are sorted.

    Source:
        ``tf.segment_prod``.
    """
    return unsorted_segment_prod(data, segment_ids, segments_of(segment_ids), name)
