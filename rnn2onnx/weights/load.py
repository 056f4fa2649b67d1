"""Reads the weights that a path holds, whatever format it is in."""

from __future__ import annotations

import os
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError


def load(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """The arrays of a weights file, by name.

    Args:
        path: An ``.npz`` file, as ``numpy.savez`` writes it.

    Raises:
        WeightsError: There is no such file, it is of another format, or it is broken. Objects that numpy would unpickle
            are refused.
    """
    file = os.fspath(path)
    if not os.path.isfile(file):
        raise WeightsError(f"there is no weights file {file!r}; give the path of an .npz file.")
    if not zipfile.is_zipfile(file):
        raise WeightsError(
            f"{file!r} is not an .npz file (a zip archive of .npy arrays), the one format of weights that is read."
        )
    arrays: dict[str, NDArray[Any]] = {}
    name = ""
    try:
        with np.load(file, allow_pickle=False) as archive:
            for name in archive.files:
                arrays[name] = archive[name]
    except Exception as error:
        # Whatever a broken archive makes numpy raise, it is the file that is wrong.
        at = f", at the array {name!r}" if name else ""
        raise WeightsError(f"{file!r} is broken{at}: {error}") from None
    return arrays
