"""Files that appear under their names when they are complete, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


@contextmanager
def whole_file(path: str) -> Iterator[IO[bytes]]:
    """A file to write into; it gets its name when the block ends without an error.

    Raises:
        OSError: The folder does not exist or cannot be written.
    """
    folder, name = os.path.split(os.path.abspath(path))
    if os.path.isdir(path):
        raise IsADirectoryError(21, "it is a folder; name a file in it", path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(2, "there is no such folder", folder)
    handle, scratch = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        # mkstemp's files are the owner's alone; a file of one's own making follows the umask.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(scratch, 0o666 & ~mask)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
