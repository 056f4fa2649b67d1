"""Writes tensor bundles, whole or wrong on purpose, so that tests need no TensorFlow for either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.reading.crc32c import masked_crc32c
from rnn2onnx.weights.tensorflow.sorted_table import MAGIC
from rnn2onnx.weights.tensorflow.tensor_types import DTYPES

NUMBERS = {dtype: number for number, dtype in reversed(DTYPES.items())}


def varint(value: int) -> bytes:
    """A varint."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return varint(field << 3) + varint(value)


def chunk(field: int, content: bytes) -> bytes:
    """A field of bytes."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def shape(sizes: Iterable[int]) -> bytes:
    """A ``TensorShapeProto``."""
    return b"".join(chunk(2, number(1, size)) for size in sizes)


def entry(array: NDArray[Any], offset: int, **changes: Any) -> bytes:
    """A ``BundleEntryProto``; ``changes`` replace what it says."""
    content = memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    said = {
        "dtype": NUMBERS[array.dtype],
        "shape": array.shape,
        "shard": 0,
        "offset": offset,
        "size": array.nbytes,
        "crc": None,
    } | changes
    crc = masked_crc32c(content) if said["crc"] is None else said["crc"]
    return (
        number(1, said["dtype"])
        + chunk(2, shape(said["shape"]))
        + number(3, said["shard"])
        + number(4, said["offset"])
        + number(5, said["size"])
        + varint(6 << 3 | 5)
        + crc.to_bytes(4, "little")
    )


def header(shards: int = 1, endianness: int = 0) -> bytes:
    """A ``BundleHeaderProto``."""
    return number(1, shards) + number(2, endianness) + chunk(3, number(1, 1))


def block(entries: Iterable[tuple[bytes, bytes]], **options: Any) -> bytes:
    """A block of a table, with its trailer; no key is shortened."""
    return block_of(b"".join(varint(0) + varint(len(k)) + varint(len(v)) + k + v for k, v in entries), **options)


def block_of(content: bytes, compression: int = 0, restarts: int = 1) -> bytes:
    """A block of a table with these entries."""
    content += bytes(4 * min(restarts, 1)) + restarts.to_bytes(4, "little")
    kind = bytes([compression])
    return content + kind + masked_crc32c(memoryview(content), memoryview(kind)).to_bytes(4, "little")


def table(entries: Iterable[tuple[bytes, bytes]], **options: Any) -> bytes:
    """A table of one block."""
    return table_of(block(entries, **options))


def table_of(data: bytes) -> bytes:
    """A table of this block."""
    meta = block([])
    index = block([(b"\xff", varint(0) + varint(len(data) - 5))])
    handles = varint(len(data)) + varint(len(meta) - 5) + varint(len(data) + len(meta)) + varint(len(index) - 5)
    return data + meta + index + handles.ljust(40, b"\0") + MAGIC


def write_bundle(prefix: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """A whole bundle of one shard."""
    entries = [(b"", header())]
    offset = 0
    with open(f"{prefix}.data-00000-of-00001", "wb") as file:
        for name in sorted(arrays):
            file.write(np.ascontiguousarray(arrays[name]).tobytes())
            entries.append((name.encode(), entry(arrays[name], offset)))
            offset += arrays[name].nbytes
    Path(f"{prefix}.index").write_bytes(table(entries))
