"""Packed lists of varints, decoded some at a time with numpy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.reading.bounded_file import BoundedFile

_BLOCK = 1 << 18


def blocks(data: BoundedFile) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Packed varints, some whole ones at a time: their bytes, and where each ends."""
    at = 0
    while at < len(data):
        block = np.frombuffer(data.data[at : at + _BLOCK], np.uint8)
        ends = np.flatnonzero(block < 0x80)
        if not len(ends):
            raise data.error(at, "a number of a list has no end")
        yield block[: ends[-1] + 1], ends
        at += int(ends[-1]) + 1


def decoded(data: BoundedFile) -> Iterator[NDArray[np.uint64]]:
    """The numbers of packed varints, some at a time."""
    for block, ends in blocks(data):
        starts = np.concatenate([[0], ends[:-1] + 1])
        sizes = ends - starts + 1
        if sizes.max() > 10:
            raise data.error(0, "a number of a list has more than ten bytes")
        values = np.zeros(len(ends), np.uint64)
        for index in range(int(sizes.max())):
            longer = sizes > index
            byte = (block[starts[longer] + index] & 0x7F).astype(np.uint64)
            values[longer] |= byte << np.uint64(7 * index)
        yield values
