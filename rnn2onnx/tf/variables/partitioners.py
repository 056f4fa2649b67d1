"""Partitioners of variables, which are kept and have no effect: all parts of a variable are one weight here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype, numpy_dtype
from rnn2onnx.tf.shapes.shape import as_shape

__all__ = ["fixed_size_partitioner", "min_max_variable_partitioner", "variable_axis_size_partitioner"]

Partitioner = Callable[..., list[int]]


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """Cuts one axis into a number of parts. Source: ``tf.fixed_size_partitioner``."""

    def partitioner(shape: Any, **unused: Any) -> list[int]:
        parts = [1] * len(as_shape(shape))
        parts[axis] = min(num_shards, int(as_shape(shape)[axis]))
        return parts

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int, axis: int = 0, bytes_per_string_element: int = 16, max_shards: int | None = None
) -> Partitioner:
    """Cuts one axis into parts of a size. Source: ``tf.variable_axis_size_partitioner``.

    Raises:
        ArgumentError: A size or number is less than 1.
    """
    for name, number in (("max_shard_bytes", max_shard_bytes), ("max_shards", max_shards)):
        if number is not None and number < 1:
            raise ArgumentError(f"Argument `{name}` must be >=1. Received: {number}", user_location())

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        lengths = as_shape(shape)
        parts = [1] * len(lengths)
        parts[axis] = _parts(lengths, axis, max_shard_bytes, dtype, max_shards)
        return parts

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1, axis: int = 0, min_slice_size: int = 256 << 10, bytes_per_string_element: int = 16
) -> Partitioner:
    """Cuts one axis into as many parts as are not too small. Source: ``tf.min_max_variable_partitioner``.

    Raises:
        ArgumentError: A size or number is less than 1.
    """
    for name, number in (("max_partitions", max_partitions), ("min_slice_size", min_slice_size)):
        if number < 1:
            raise ArgumentError(f"Argument `{name}` must be >=1. Received: {number}", user_location())

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        lengths = as_shape(shape)
        parts = [1] * len(lengths)
        parts[axis] = max(1, min(max_partitions, int(lengths[axis]), _bytes(lengths, dtype) // min_slice_size))
        return parts

    return partitioner


def _bytes(lengths: Any, dtype: Any) -> int:
    return int(lengths.num_elements()) * numpy_dtype(as_dtype(dtype)).itemsize


def _parts(lengths: Any, axis: int, most_bytes: int, dtype: Any, most_parts: int | None) -> int:
    length = int(lengths[axis])
    rows = max(1, most_bytes // max(1, _bytes(lengths, dtype) // max(1, length)))
    parts = max(1, math.ceil(length / rows))
    return parts if most_parts is None else min(parts, most_parts)
