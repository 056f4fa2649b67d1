"""Reads the fields of serialized protocol buffers, without a schema and without believing a length.

Source: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rnn2onnx.weights.reading.bounded_file import BoundedFile

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_SIZES = {FIXED64: 8, FIXED32: 4}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    Attributes:
        number: Its number in the schema.
        wire: VARINT, FIXED64, LENGTH or FIXED32.
        value: The number of a VARINT, else 0.
        data: The bytes of any other field, else empty.
    """

    number: int
    wire: int
    value: int
    data: BoundedFile

    @property
    def signed(self) -> int:
        """The value as an int64 or int32 field holds it."""
        return self.value - (1 << 64) if self.value >> 63 else self.value

    @property
    def text(self) -> str:
        """The bytes as a string field holds them.

        Raises:
            WeightsError: They are no UTF-8.
        """
        try:
            return bytes(self.data.data).decode()
        except UnicodeDecodeError:
            raise self.data.error(0, "a name is no UTF-8 text") from None


def fields(message: BoundedFile) -> Iterator[Field]:
    """The fields of a message, in the order in which they were written.

    Raises:
        WeightsError: A field leaves the message, or is of no kind there is.
    """
    offset, empty = 0, BoundedFile(message.path, message.data[:0], message.start)
    while offset < len(message):
        start = offset
        tag, offset = varint(message, offset)
        number, wire = tag >> 3, tag & 7
        if number == 0 or number >= 1 << 29:
            raise message.error(start, f"there is no field {number} of a protocol buffer")
        if wire == VARINT:
            value, offset = varint(message, offset)
            yield Field(number, wire, value, empty)
            continue
        if wire == LENGTH:
            size, offset = varint(message, offset)
        elif wire in _SIZES:
            size = _SIZES[wire]
        else:
            raise message.error(start, f"field {number} of a protocol buffer is of the kind {wire}, which is not read")
        yield Field(number, wire, 0, message.part(offset, size, f"field {number} of a protocol buffer"))
        offset += size


def varint(message: BoundedFile, offset: int) -> tuple[int, int]:
    """The number that begins at ``offset``, of at most 64 bits, and the offset after it.

    Raises:
        WeightsError: It leaves the message, or is longer.
    """
    value = 0
    for index, byte in enumerate(message.data[offset : offset + 10]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & ((1 << 64) - 1), offset + index + 1
    raise message.error(offset, "a number of a protocol buffer has no end")
