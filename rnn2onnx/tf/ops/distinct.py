"""The different elements of a vector, found by comparing each with each."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.ops.array_ops import boolean_mask, expand_dims, gather, range, shape
from rnn2onnx.tf.ops.math_ops import argmax, cast, cumsum, equal, reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor

__all__ = ["unique", "unique_with_counts"]


Unique = namedtuple("Unique", ["y", "idx"])
# A field may be called like a method of tuples, as ``count`` is in TensorFlow's.
UniqueWithCounts = namedtuple("UniqueWithCounts", ["y", "idx", "count"])


def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """The different elements of a vector, in the order of their first places, and which of them each element is.

    Args:
        x: The vector [elements].
        out_idx: The dtype of the second.
        name: Without effect.

    Raises:
        ShapeError: It is no vector.

    Source:
        ``tf.unique``.
    """
    y, idx, _ = unique_with_counts(x, out_idx, name)
    return Unique(y, idx)


def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> UniqueWithCounts:
    """As ``tf.unique``, and how often each of them is there. Source: ``tf.unique_with_counts``."""
    given = convert_to_tensor(x)
    if len(given.shape) != 1:
        raise ShapeError(f"Shape {given.shape} must be rank 1: tf.unique is of a vector.", user_location())
    same = cast(equal(expand_dims(given, 1), expand_dims(given, 0)), int32)
    first = cast(argmax(same, 1), int32)
    leads = equal(first, range(shape(given)[0]))
    places = gather(cumsum(cast(leads, int32)) - 1, first)
    counts = boolean_mask(reduce_sum(same, 1), leads)
    return UniqueWithCounts(boolean_mask(given, leads), cast(places, out_idx), cast(counts, out_idx))
