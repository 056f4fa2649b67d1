"""Shapes as TensorFlow serializes them."""

from __future__ import annotations

from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, fields


def parse_shape(message: BoundedFile) -> tuple[int, ...]:
    """The sizes that a ``TensorShapeProto`` gives; no size is checked."""
    return tuple(
        next((field.signed for field in fields(dim.data) if field.number == 1 and field.wire == VARINT), 0)
        for dim in fields(message)
        if dim.number == 2 and dim.wire == LENGTH
    )
