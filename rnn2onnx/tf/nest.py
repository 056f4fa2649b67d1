"""``tf.nest``: nested structures, with the user's line in errors."""

from __future__ import annotations

from rnn2onnx import nest
from rnn2onnx.nest import is_nested, is_sequence, yield_flat_paths
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

assert_same_structure = nest.assert_same_structure
assert_shallow_structure = nest.assert_shallow_structure
flatten = nest.flatten
flatten_up_to = nest.flatten_up_to
map_structure = nest.map_structure
map_structure_up_to = nest.map_structure_up_to
pack_sequence_as = nest.pack_sequence_as

__getattr__ = unknown("tf.nest")
