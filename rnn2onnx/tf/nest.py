"""``tf.nest``: nested structures."""

from __future__ import annotations

from rnn2onnx.nest import (
    assert_same_structure,
    assert_shallow_structure,
    flatten,
    flatten_up_to,
    is_nested,
    is_sequence,
    map_structure,
    map_structure_up_to,
    pack_sequence_as,
    yield_flat_paths,
)
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "assert_same_structure",
    "assert_shallow_structure",
    "flatten",
    "flatten_up_to",
    "is_nested",
    "is_sequence",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "yield_flat_paths",
]


__getattr__ = unknown("tf.nest")
