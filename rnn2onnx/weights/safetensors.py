"""``.safetensors`` files: a length, a header of JSON, and the numbers.

They are read here, not by the library: that gives copies where this gives views of the mapped file, lets a name come
twice, says nowhere at which byte a file is broken, and knows no float8 in numpy.

Source: github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.json_text import parse_json

_DTYPES: dict[str, np.dtype[Any]] = {
    "BOOL": np.dtype("?"),
    "U8": np.dtype("u1"),
    "I8": np.dtype("i1"),
    "U16": np.dtype("<u2"),
    "I16": np.dtype("<i2"),
    "U32": np.dtype("<u4"),
    "I32": np.dtype("<i4"),
    "U64": np.dtype("<u8"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "C64": np.dtype("<c8"),
    "F8_E4M3": np.dtype(ml_dtypes.float8_e4m3fn),
    "F8_E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "F8_E4M3FNUZ": np.dtype(ml_dtypes.float8_e4m3fnuz),
    "F8_E5M2FNUZ": np.dtype(ml_dtypes.float8_e5m2fnuz),
    "F8_E8M0": np.dtype(ml_dtypes.float8_e8m0fnu),
}
_LONGEST_HEADER = 100_000_000
"""The library's own limit."""


def _recognises(place: Place) -> bool:
    head = place.head[8:].lstrip(b" ")
    size = int.from_bytes(place.head[:8], "little")
    return len(place.head) > 8 and head[:1] == b"{" and (size <= _LONGEST_HEADER or head[:2] == b'{"')


def _entries(place: Place) -> Sequence[Entry]:
    file = BoundedFile.open(place.path)
    size = int.from_bytes(file.at(0, 8, "the length of the header"), "little")
    if size > min(_LONGEST_HEADER, len(file) - 8):
        raise file.error(0, f"the header would take {size} bytes, and the file has {len(file)}")
    header = _header(file.part(8, size, "the header"))
    start = 8 + size
    found: list[Entry] = []
    for name, row in header.items():
        if name != "__metadata__":
            found.append(_entry(file, start, name, row))
    _check_places(file, start, header)
    return found


def _header(text: BoundedFile) -> dict[str, Any]:
    header = parse_json(text, "the header")
    if not isinstance(header, dict):
        raise text.error(0, "the header is no table")
    return header


def _entry(file: BoundedFile, start: int, name: str, row: Any) -> Entry:
    what = f"the tensor {name!r}"
    place = _numbers(row.get("data_offsets")) if isinstance(row, dict) else None
    shape = _numbers(row.get("shape")) if isinstance(row, dict) else None
    if place is None or len(place) != 2 or shape is None:
        raise file.error(8, f"{what} has no shape and offsets of numbers in the header")
    kind = row.get("dtype")
    if not isinstance(kind, str) or kind not in _DTYPES:
        raise file.error(8, f"{what} has the dtype {str(kind)[:80]!r}, which is none of {', '.join(_DTYPES)}")
    dtype = _DTYPES[kind]
    first, last = place
    if file.nbytes(8, dtype, shape, what) != last - first:
        raise file.error(8, f"{what} of shape {shape} and dtype {kind} lies in {last - first} bytes")
    file.at(start + first, last - first, what)
    return Entry(name, dtype, tuple(shape), partial(file.array, start + first, dtype, shape, what))


def _numbers(values: Any) -> list[int] | None:
    if not isinstance(values, list) or not all(type(value) is int and value >= 0 for value in values):
        return None
    return values


def _check_places(file: BoundedFile, start: int, header: dict[str, Any]) -> None:
    """The tensors fill the file, none over another: the format says so, and a cut or shifted file does not."""
    last, before = 0, ""
    rows = {name: row["data_offsets"] for name, row in header.items() if name != "__metadata__"}
    for name, (first, end) in sorted(rows.items(), key=lambda row: row[1]):
        if first != last:
            raise file.error(start + first, f"the tensor {name!r} does not begin where {before or 'the header'!r} ends")
        last, before = end, name
    if start + last != len(file):
        raise file.error(start + last, f"the tensors end there, and the file at {len(file)}")


SAFETENSORS = Format("safetensors", "a .safetensors file", _recognises, _entries)
