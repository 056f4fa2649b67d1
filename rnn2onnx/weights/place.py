"""What lies at a path, so that a format can tell whether it is its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from rnn2onnx.errors import WeightsError

_HEAD = 4096


@dataclass(frozen=True)
class Place:
    """A path as the user gave it: of a file, a folder, or the common beginning of several files' names."""

    path: str

    @cached_property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return os.path.isfile(self.path)

    @cached_property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return os.path.isdir(self.path)

    @cached_property
    def size(self) -> int:
        """The file's size in bytes; 0 where there is no file."""
        return os.path.getsize(self.path) if self.is_file else 0

    @cached_property
    def head(self) -> bytes:
        """The file's first bytes, at most 4096; empty where there is no file."""
        return self._bytes(0)

    @cached_property
    def tail(self) -> bytes:
        """The file's last bytes, at most 4096."""
        return self._bytes(max(self.size - _HEAD, 0))

    def _bytes(self, offset: int) -> bytes:
        if not self.is_file:
            return b""
        try:
            with open(self.path, "rb") as file:
                file.seek(offset)
                return file.read(_HEAD)
        except OSError as error:
            raise WeightsError(f"the file {self.path!r} cannot be read: {error}.") from None

    def holds(self, name: str) -> bool:
        """Whether it is a folder with a file ``name`` in it."""
        return self.is_folder and os.path.isfile(os.path.join(self.path, name))
