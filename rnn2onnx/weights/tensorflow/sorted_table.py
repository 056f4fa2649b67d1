"""Reads sorted tables of keys and values, as LevelDB lays them out and TensorFlow's checkpoints use them.

Source: LevelDB, doc/table_format.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnn2onnx.weights.reading.bounded_file import BoundedFile, most_entries
from rnn2onnx.weights.reading.crc32c import masked_crc32c
from rnn2onnx.weights.reading.protobuf import varint

MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
"""The last bytes of every such file."""

_FOOTER = 48
_KEYS = 8 << 20
_COMPRESSIONS = {1: "snappy", 2: "zlib", 4: "zstd"}


def read_table(file: BoundedFile, beside: int = 0) -> dict[bytes, BoundedFile]:
    """The values of a table by their keys, in the order of the keys.

    Args:
        file: The table.
        beside: How many bytes the files have that belong to it.

    Raises:
        WeightsError: The file is no such table, is cut or changed, or its blocks are compressed.
    """
    footer = file.part(len(file) - _FOOTER, _FOOTER, "the end of the table") if len(file) >= _FOOTER else None
    if footer is None or footer.data[-8:] != MAGIC:
        raise file.error(len(file), "the file does not end as a table does: it is cut short, or is another file")
    _, _, offset = _handle(footer, 0)
    start, size, _ = _handle(footer, offset)
    found: dict[bytes, BoundedFile] = {}
    last: bytes | None = None
    room = len(file) + _KEYS
    most = most_entries(len(file) + beside)
    for _, where in _entries(_block(file, start, size), room):
        start, size, _ = _handle(where, 0)
        for key, value in _entries(_block(file, start, size), room):
            if last is not None and key <= last:
                problem = "there twice" if key == last else "not in order"
                raise value.error(0, f"the key {_shown(key)} is {problem}")
            room -= len(key)
            if len(found) == most or room < 0:
                raise value.error(0, f"the table has more than {most} keys, or too long ones")
            found[key] = value
            last = key
    return found


def _handle(data: BoundedFile, offset: int) -> tuple[int, int, int]:
    """A block's offset and size, and the offset after them."""
    start, offset = varint(data, offset)
    size, offset = varint(data, offset)
    return start, size, offset


def _block(file: BoundedFile, start: int, size: int) -> BoundedFile:
    """A block's entries, its checksum compared."""
    block = file.part(start, size, "a block of the table")
    trailer = file.at(start + size, 5, "the end of a block of the table")
    if masked_crc32c(block.data, trailer[:1]) != int.from_bytes(trailer[1:], "little"):
        raise block.error(0, f"the checksum of the block of {size} bytes is wrong, so some of its bytes have changed")
    if trailer[0] != 0:
        name = _COMPRESSIONS.get(trailer[0], f"kind {trailer[0]}")
        raise block.error(0, f"the block is compressed ({name}), which TensorFlow does not do and is not read")
    if size < 4:
        raise block.error(0, "the block has no end")
    restarts = int.from_bytes(block.data[-4:], "little")
    return block.part(0, size - 4 - 4 * restarts, f"the entries before {restarts} restart points")


def _entries(block: BoundedFile, room: int) -> Iterator[tuple[bytes, BoundedFile]]:
    """Keys and values of a block; each key begins with some bytes of the one before. ``room`` bounds a key."""
    key, offset = b"", 0
    while offset < len(block):
        start = offset
        shared, offset = varint(block, offset)
        own, offset = varint(block, offset)
        size, offset = varint(block, offset)
        if shared > len(key) or shared + own > room:
            raise block.error(start, f"a key begins with {shared} bytes of one that has {len(key)}")
        key = key[:shared] + bytes(block.at(offset, own, "a key"))
        yield key, block.part(offset + own, size, f"the value of the key {_shown(key)}")
        offset += own + size


def _shown(key: bytes) -> str:
    return repr(key.decode(errors="backslashreplace"))[:200]
