"""The slices that a partitioned variable is kept in: their extents, their keys, and how they join.

Source: TensorFlow, ``TensorSliceProto`` and lib/strings/ordered_code.h.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, fields

_FULL = -1
_MOST_BOXES = 1024


@dataclass(frozen=True, slots=True)
class TensorSlice:
    """A box within a tensor.

    Attributes:
        extents: For each axis the start and the length, a length of -1 standing for the whole axis.
    """

    extents: tuple[tuple[int, int], ...]

    def within(self, shape: Sequence[int]) -> tuple[slice, ...] | None:
        """The box as an index into an array of ``shape``; None where it is not inside."""
        if len(shape) != len(self.extents):
            return None
        index = []
        for (start, length), size in zip(self.extents, shape, strict=True):
            stop = size if length == _FULL else start + length
            if not 0 <= start <= stop <= size:
                return None
            index.append(slice(start, stop))
        return tuple(index)

    @property
    def text(self) -> str:
        """As messages show it: ``[0:4, :]``."""
        return f"[{', '.join(':' if n == _FULL else f'{start}:{start + n}' for start, n in self.extents)}]"

    def key(self, name: str) -> bytes:
        """The key under which a tensor bundle keeps this slice of the variable ``name``."""
        key = _number(0) + _string(name.encode()) + _number(len(self.extents))
        return key + b"".join(_signed(number) for extent in self.extents for number in extent)


def parse_slice(message: BoundedFile) -> TensorSlice:
    """The slice that a ``TensorSliceProto`` describes."""
    extents = []
    for extent in fields(message):
        if extent.number == 1 and extent.wire == LENGTH:
            start, length = 0, _FULL
            for field in fields(extent.data):
                if field.wire == VARINT and field.number == 1:
                    start = field.signed
                elif field.wire == VARINT and field.number == 2:
                    length = field.signed
            extents.append((start, length))
    return TensorSlice(tuple(extents))


def covers(boxes: Sequence[tuple[slice, ...]], shape: Sequence[int]) -> bool:
    """Whether boxes within ``shape`` fill it, none of its elements twice."""
    if sum(math.prod(side.stop - side.start for side in box) for box in boxes) != math.prod(shape):
        return False
    cut = [axis for axis, size in enumerate(shape) if any(box[axis] != slice(0, size) for box in boxes)]
    if len(cut) <= 1:
        sides = sorted((box[axis].start, box[axis].stop) for box in boxes for axis in cut)
        return all(before[1] <= after[0] for before, after in itertools.pairwise(sides))
    return len(boxes) <= _MOST_BOXES and not any(
        all(one[axis].start < other[axis].stop and other[axis].start < one[axis].stop for axis in cut)
        for index, one in enumerate(boxes)
        for other in boxes[:index]
    )


def _number(value: int) -> bytes:
    """The count of its bytes, then the bytes, highest first."""
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _string(text: bytes) -> bytes:
    """The bytes of UTF-8, 0 escaped, and an end that sorts before any other byte."""
    return text.replace(b"\x00", b"\x00\xff") + b"\x00\x01"


def _signed(value: int) -> bytes:
    """Big-endian, the first bits telling the sign and, in unary, the count of bytes: 7 bits of the number a byte."""
    magnitude = ~value if value < 0 else value
    size = max(1, -(-(magnitude.bit_length() + 1) // 7))
    header = ((1 << size) - 1) << 8 * size - size
    return ((value & ((1 << 8 * size) - 1)) ^ header).to_bytes(size, "big")
