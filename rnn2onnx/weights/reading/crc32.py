"""CRC-32 of large buffers, the checksum of zip archives: parts on all processors at once, then joined.

Source: Adler, zlib, ``crc32_combine``.
"""

from __future__ import annotations

import os
import zlib
from concurrent.futures import ThreadPoolExecutor

_POLYNOMIAL = 0xEDB88320
"""Lowest bit first: without x^32. The highest bit of a number stands for 1."""

_ONE = 1 << 31
_PART = 1 << 22


def crc32(data: memoryview) -> int:
    """The checksum of a buffer."""
    if len(data) < 2 * _PART:
        return zlib.crc32(data)
    parts = min(len(data) // _PART, os.cpu_count() or 1)
    size = -(-len(data) // parts)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    with ThreadPoolExecutor(parts) as pool:
        crcs = list(pool.map(zlib.crc32, pieces))
    crc = crcs[0]
    for piece, following in zip(pieces[1:], crcs[1:], strict=True):
        crc = joined(crc, following, len(piece))
    return crc


def joined(first: int, second: int, size: int) -> int:
    """The checksum of two buffers, from the checksum of each and the size of the second in bytes."""
    # The second moves the first up by as many powers of x as it has bits.
    power, square = _ONE, _ONE >> 8
    while size:
        if size & 1:
            power = _product(power, square)
        square = _product(square, square)
        size >>= 1
    return _product(power, first) ^ second


def _product(left: int, right: int) -> int:
    """The product of two polynomials, without what the checksum's polynomial divides."""
    product = 0
    while left:
        if left & _ONE:
            product ^= right
        left = left << 1 & 0xFFFFFFFF
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return product
