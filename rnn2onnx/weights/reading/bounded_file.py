"""A file's bytes behind checks: no length that the file claims is believed."""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError

SLACK = 48 << 20
"""The bytes that reading a file may allocate beyond the file's own size."""


def most_entries(size: int) -> int:
    """How many arrays files of ``size`` bytes may have: each takes more than a kilobyte that is not in the file."""
    return 36_000 + size // 2048


@dataclass(frozen=True, slots=True)
class BoundedFile:
    """A mapped file, or a part of one: every access is checked against its end, and only what is touched is read.

    Attributes:
        path: As error messages name the file.
        data: The mapped bytes, read-only.
        start: Where ``data`` begins in the file, for error messages.
    """

    path: str
    data: memoryview
    start: int = 0

    @staticmethod
    def open(path: str) -> BoundedFile:
        """The file at ``path``.

        Raises:
            WeightsError: It cannot be opened.
        """
        try:
            with open(path, "rb") as file:
                # An empty file cannot be mapped.
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if os.fstat(file.fileno()).st_size else b""
        except (OSError, ValueError) as error:
            raise WeightsError(f"the file {path!r} cannot be read: {error}.") from None
        return BoundedFile(path, memoryview(data))

    def __len__(self) -> int:
        return len(self.data)

    def error(self, offset: int, problem: str) -> WeightsError:
        """The error that says that the file is broken, at an offset within this part of it."""
        return WeightsError(f"{self.path!r} is broken at byte {self.start + offset}: {problem}.")

    def at(self, offset: int, size: int, what: str) -> memoryview:
        """The ``size`` bytes at ``offset``, not copied; ``what`` they are, as an error says it.

        Raises:
            WeightsError: They are not all inside.
        """
        if offset < 0 or size < 0 or offset + size > len(self.data):
            raise self.error(
                min(max(offset, 0), len(self.data)),
                f"{what} would take {size} bytes at {self.start + offset}, but there are bytes only up to "
                f"{self.start + len(self.data)}",
            )
        return self.data[offset : offset + size]

    def part(self, offset: int, size: int, what: str) -> BoundedFile:
        """The same bytes as ``at`` gives, as a file of their own."""
        return BoundedFile(self.path, self.at(offset, size, what), self.start + offset)

    def array(self, offset: int, dtype: np.dtype[Any], shape: Sequence[int], what: str) -> NDArray[Any]:
        """A read-only array over the bytes at ``offset``, not copied.

        Raises:
            WeightsError: The bytes are not all inside, or there is no array of that shape.
        """
        size = self.nbytes(offset, dtype, shape, what)
        try:
            return np.frombuffer(self.at(offset, size, what), np.uint8).view(dtype).reshape(tuple(shape))
        except ValueError as error:
            raise self.error(offset, f"{what} has the shape {list(shape)}: {error}") from None

    def nbytes(self, offset: int, dtype: np.dtype[Any], shape: Sequence[int], what: str) -> int:
        """The size of an array of that dtype and shape.

        Raises:
            WeightsError: There is no such array.
        """
        if len(shape) > 32 or any(size < 0 or size >= 1 << 48 for size in shape):
            raise self.error(offset, f"{what} has the shape {list(shape)[:40]}, which no array has")
        return math.prod(shape) * dtype.itemsize
