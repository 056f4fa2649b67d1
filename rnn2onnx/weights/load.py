"""Reads the weights that a path holds, whatever format it is in."""

from __future__ import annotations

import os
from typing import Any

from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.formats import FORMATS
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.selection import select


def load(path: str | os.PathLike[str], *, keep: str | None = None, ema: bool = False) -> dict[str, NDArray[Any]]:
    """The trained arrays that a path holds, by name.

    Args:
        path: A file or folder of any format that is read, told by its content.
        keep: A regular expression: names it matches somewhere are given even though only an optimizer needs them.
            ``""`` keeps all.
        ema: Whether a variable's ``ExponentialMovingAverage`` is given in its place, where the file has one.

    Returns:
        Read-only views of the mapped file wherever the format allows it, so that what is not used is not read.

    Raises:
        WeightsError: There is nothing at the path, its format is unknown, or it is broken. Nothing is executed that a
            file asks for, and nothing half loaded is given.
    """
    return {
        name: entry.read() for name, entry in select(entries(path), keep=keep, ema=ema, path=os.fspath(path)).items()
    }


def entries(path: str | os.PathLike[str]) -> dict[str, Entry]:
    """Everything that a path holds, by name, and none of it read yet.

    Args:
        path: A file or folder of any format that is read, told by its content.

    Raises:
        WeightsError: As for ``load``.
    """
    place = Place(os.fspath(path))
    row = next((row for row in FORMATS if row.recognises(place)), None)
    if row is None:
        if not place.is_file and not place.is_folder:
            raise WeightsError(f"there is no weights file {place.path!r}; give the path of {_KNOWN}.")
        raise WeightsError(f"{place.path!r} is in no format that is read; give the path of {_KNOWN}.")
    found: dict[str, Entry] = {}
    for entry in row.entries(place):
        if entry.name in found:
            raise WeightsError(f"{place.path!r} is broken: it has the name {entry.name!r} twice.")
        found[entry.name] = entry
    return found


_KNOWN = ", or ".join(row.paths for row in FORMATS if row.paths)
