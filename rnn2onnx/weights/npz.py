"""``.npz`` archives, as ``numpy.savez`` writes them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place


def _recognises(place: Place) -> bool:
    return place.head.startswith(b"PK") and (not zipfile.is_zipfile(place.path) or _only_arrays(place.path))


def _only_arrays(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return True


def _entries(place: Place) -> Sequence[Entry]:
    found: list[Entry] = []
    name = ""
    try:
        with open(place.path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            for name in archive.files:
                found.append(_entry(name, archive[name]))
    except Exception as error:
        # Whatever a broken archive makes numpy raise, it is the file that is wrong.
        at = f", at the array {name!r}" if name else ""
        raise WeightsError(f"{place.path!r} is broken{at}: {error}") from None
    return found


def _entry(name: str, array: NDArray[Any]) -> Entry:
    return Entry(name, array.dtype, array.shape, lambda: array)


NPZ = Format("npz", "an .npz file of numpy arrays", _recognises, _entries)
