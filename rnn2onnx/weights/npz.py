"""``.npz`` archives, as ``numpy.savez`` writes them."""

from __future__ import annotations

import ast
import math
import struct
from collections.abc import Sequence
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.zip_archive import ZipFile, names_of_zip, zip_files

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 16
_BFLOAT16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)


def _recognises(place: Place) -> bool:
    # Every other kind of archive is asked before: what is left, broken ones included, is this.
    return bool(names_of_zip(place))


def _entries(place: Place) -> Sequence[Entry]:
    archive = BoundedFile.open(place.path)
    return [_entry(file) for file in zip_files(archive).values()]


def _entry(file: ZipFile) -> Entry:
    name = file.name.removesuffix(".npy")
    if name == file.name:
        raise file.archive.error(file.offset, f"{name!r} is no array, and an .npz file has nothing else")
    dtype, shape, fortran, start = _header(file, name)
    return Entry(name, dtype, shape, partial(_read, file, dtype, shape, fortran, start))


def _header(file: ZipFile, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """The dtype and shape of an array, whether it lies column by column, and where its numbers begin."""
    content = file.beginning(12 + _LONGEST_HEADER)
    what = f"the header of the array {name!r}"
    head = content.at(0, 10, what)
    wide = head[6] >= 2
    if bytes(head[:6]) != _MAGIC or head[6] not in (1, 2, 3) or head[7] != 0:
        raise content.error(0, f"{name!r} is no array of numpy's format")
    size = struct.unpack_from("<I" if wide else "<H", content.at(8, 4 if wide else 2, what))[0]
    start = (12 if wide else 10) + size
    if size > _LONGEST_HEADER:
        raise content.error(8, f"{what} says that it takes {size} bytes")
    text = bytes(content.at(start - size, size, what)).decode("utf-8" if head[6] == 3 else "latin1", "replace")
    try:
        header = ast.literal_eval(text.strip())
        shape, fortran, kind = header["shape"], header["fortran_order"], header["descr"]
        if not isinstance(shape, tuple) or not all(type(length) is int for length in shape):
            raise ValueError(f"the shape {shape!r}")
        dtype = _dtype(kind)
    except (ValueError, TypeError, KeyError, SyntaxError, MemoryError, RecursionError) as error:
        raise content.error(10, f"{what} cannot be read: {error}") from None
    if dtype.hasobject:
        raise content.error(
            10, f"the array {name!r} holds Python objects, which are never loaded (as with allow_pickle=False)"
        )
    if content.nbytes(10, dtype, shape, what) != file.size - start:
        raise content.error(
            10,
            f"the array {name!r} of shape {list(shape)[:40]} and dtype {dtype} takes other than the "
            f"{file.size - start} bytes that are there",
        )
    return dtype, shape, bool(fortran), start


def _dtype(kind: object) -> np.dtype[Any]:
    if not isinstance(kind, str):
        raise ValueError(f"the dtype {str(kind)[:80]}")
    if kind.removeprefix("<").removeprefix("|") == "V2":
        # What numpy makes of bfloat16, the only number of two bytes that it has no name for.
        return _BFLOAT16
    dtype: np.dtype[Any] = np.dtype(kind)
    if dtype.itemsize == 0 or dtype.kind not in "?biufcO":
        raise ValueError(f"the dtype {kind!r} is no number's")
    return dtype


def _read(file: ZipFile, dtype: np.dtype[Any], shape: tuple[int, ...], fortran: bool, start: int) -> NDArray[Any]:
    content = file.checked
    flat = content.array(start, dtype, (math.prod(shape),), f"the array {file.name!r}")
    return flat.reshape(shape, order="F" if fortran else "C")


NPZ = Format("npz", "an .npz file of numpy arrays", _recognises, _entries)
"""Row of the table of formats; asked after every other format that is a zip archive."""
