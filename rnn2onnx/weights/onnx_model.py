"""The initializers of ONNX models, in the file itself or in files beside it.

Source: github.com/onnx/onnx, onnx/onnx.proto; docs/ExternalData.md.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.reading.packed_varints import blocks, decoded
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, Field, fields, varint

_GRAPH, _INITIALIZER, _SPARSE_INITIALIZER = 7, 5, 15
_DIMS, _TYPE, _SEGMENT, _NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 3, 8, 9, 13, 14
_STRING = 8
_DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("u1"),
    3: np.dtype("i1"),
    4: np.dtype("<u2"),
    5: np.dtype("<i2"),
    6: np.dtype("<i4"),
    7: np.dtype("<i8"),
    9: np.dtype("?"),
    10: np.dtype("<f2"),
    11: np.dtype("<f8"),
    12: np.dtype("<u4"),
    13: np.dtype("<u8"),
    14: np.dtype("<c8"),
    15: np.dtype("<c16"),
    16: np.dtype(ml_dtypes.bfloat16),
    17: np.dtype(ml_dtypes.float8_e4m3fn),
    18: np.dtype(ml_dtypes.float8_e4m3fnuz),
    19: np.dtype(ml_dtypes.float8_e5m2),
    20: np.dtype(ml_dtypes.float8_e5m2fnuz),
    21: np.dtype(ml_dtypes.uint4),
    22: np.dtype(ml_dtypes.int4),
    23: np.dtype(ml_dtypes.float4_e2m1fn),
    24: np.dtype(ml_dtypes.float8_e8m0fnu),
    25: np.dtype(ml_dtypes.uint2),
    26: np.dtype(ml_dtypes.int2),
}
"""By the numbers of ``TensorProto.DataType``."""

_BITS = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2}
"""The bits of values of which several lie in a byte."""

_SIGNED = (22, 26)

_LISTS: dict[int, np.dtype[Any] | None] = {
    4: np.dtype("<f4"),
    5: None,
    7: None,
    10: np.dtype("<f8"),
    11: None,
}
"""What the lists of values hold by the number of the field: numbers of that dtype, or varints."""

_LIST_OF = {1: 4, 14: 4, 7: 7, 2: 5, 11: 10, 15: 10, 12: 11, 13: 11}
"""By the number of a dtype, the field that lists its values; 5, ``int32_data``, where there is no row."""

_TOP = {1: VARINT, 2: LENGTH, 3: LENGTH, 4: LENGTH, 5: VARINT, 6: LENGTH, 8: LENGTH, 14: LENGTH, 20: LENGTH, 25: LENGTH}
"""The fields of a model that may stand before its graph."""

_MOST_TENSORS = 1 << 17
_MOST_AXES = 32


def _recognises(place: Place) -> bool:
    head, offset = BoundedFile(place.path, memoryview(place.head)), 0
    seen: set[int] = set()
    try:
        while offset < len(head):
            tag, offset = varint(head, offset)
            number, wire = tag >> 3, tag & 7
            if number == _GRAPH and wire == LENGTH:
                return 1 in seen
            if _TOP.get(number) != wire:
                return False
            seen.add(number)
            value, offset = varint(head, offset)
            offset += value if wire == LENGTH else 0
    except WeightsError:
        return False
    # Long texts may hide where the graph begins; a SavedModel, which also begins so, has no other fields than 1 and 2.
    return 1 in seen and bool(seen - {1, 2})


def _entries(place: Place) -> Sequence[Entry]:
    file = BoundedFile.open(place.path)
    graphs = [field.data for field in fields(file) if field.number == _GRAPH and field.wire == LENGTH]
    if len(graphs) != 1:
        raise file.error(0, f"an ONNX model has one graph, and here are {len(graphs)}")
    folder = os.path.dirname(os.path.abspath(place.path))
    found: list[Entry] = []
    open_files: dict[str, BoundedFile] = {}
    room = len(file) + SLACK
    for field in fields(graphs[0]):
        if field.wire != LENGTH or field.number not in (_INITIALIZER, _SPARSE_INITIALIZER):
            continue
        if field.number == _SPARSE_INITIALIZER:
            raise field.data.error(0, "the model has a sparse initializer, which is not read; store it densely")
        tensor = _Tensor(field.data, folder, open_files)
        if tensor.number == _STRING:
            continue
        room -= tensor.allocates
        if room < 0 or len(found) == _MOST_TENSORS:
            raise field.data.error(0, f"with {tensor.what} it unpacks to more than the file's size")
        found.append(Entry(tensor.name, tensor.dtype, tensor.shape, tensor.read))
    return found


class _Tensor:
    """A ``TensorProto``, its numbers not read yet."""

    def __init__(self, message: BoundedFile, folder: str, open_files: dict[str, BoundedFile]) -> None:
        self._message = message
        self.name, self.number, dims, outside = "", 0, list[int](), False
        external: dict[str, str] = {}
        self._raw: BoundedFile | None = None
        for field in fields(message):
            number = field.number
            if number == _DIMS:
                dims += _lengths(field)
                if len(dims) > _MOST_AXES:
                    raise message.error(0, "an initializer has more axes than an array can have")
            elif number == _TYPE:
                self.number = field.value
            elif number == _NAME:
                self.name = field.text
            elif number == _RAW:
                self._raw = field.data
            elif number == _EXTERNAL:
                key, value = _pair(field.data)
                external[key] = value
            elif number == _LOCATION:
                outside = field.value == 1
            elif number == _SEGMENT:
                raise message.error(0, f"the initializer {self.name!r} is in segments, which is not read")
        self.what = f"the initializer {self.name!r}"
        if self.number == _STRING:
            return
        if self.number not in _DTYPES:
            raise message.error(0, f"{self.what} has the data type {self.number}, which is not read")
        self.dtype, self.shape = _DTYPES[self.number], tuple(dims)
        # An array of half bytes takes a byte a number.
        self._nbytes = message.nbytes(0, self.dtype, self.shape, self.what)
        if outside:
            self._raw = self._beside(external, folder, open_files)
        in_a_byte = 8 // _BITS.get(self.number, 8)
        if self._raw is not None:
            needed = -(-self._nbytes // in_a_byte)
            if len(self._raw) != needed:
                raise self._raw.error(
                    0, f"{self.what} of {list(self.shape)} {self.dtype} takes {needed} bytes, not {len(self._raw)}"
                )
            self.allocates = self._nbytes if in_a_byte > 1 else 0
            return
        self._check_lists(-(-math.prod(dims) // in_a_byte))
        self.allocates = self._nbytes

    def _lists(self) -> Iterator[Field]:
        """The lists of values, or single values of a list that was not packed."""
        for field in fields(self._message):
            if field.number in _LISTS:
                if field.number != _LIST_OF.get(self.number, 5):
                    raise self._message.error(0, f"the values of {self.what} are of another kind than its dtype")
                yield field

    def _check_lists(self, values: int) -> None:
        count = 0
        for field in self._lists():
            unit = _LISTS[field.number]
            if unit is None:
                count += 1 if field.wire == VARINT else sum(len(ends) for _, ends in blocks(field.data))
            else:
                count += len(field.data)
        needed = values if _LISTS[_LIST_OF.get(self.number, 5)] is None else self._nbytes
        if count != needed:
            raise self._message.error(
                0, f"{self.what} of {list(self.shape)} {self.dtype} has another number of values than its shape says"
            )

    def _beside(self, external: dict[str, str], folder: str, open_files: dict[str, BoundedFile]) -> BoundedFile:
        """The numbers in another file of the model's folder."""
        location = external.get("location", "")
        path = os.path.realpath(os.path.join(folder, location))
        parts = location.replace("\\", "/").split("/")
        home = os.path.realpath(folder)
        if not location or "\0" in location or ".." in parts or os.path.commonpath([home, path]) != home:
            raise self._message.error(
                0, f"{self.what} lies in the file {location!r}, a path that leaves the folder of the model"
            )
        try:
            offset = int(external.get("offset", "0"))
            length = int(external["length"]) if "length" in external else None
        except ValueError:
            raise self._message.error(0, f"{self.what} lies at an offset that is no number") from None
        if path not in open_files:
            if not os.path.isfile(path):
                raise self._message.error(0, f"{self.what} lies in the file {location!r}, which is not there")
            open_files[path] = BoundedFile.open(path)
        file = open_files[path]
        return file.part(offset, len(file) - offset if length is None else length, self.what)

    def read(self) -> NDArray[Any]:
        """The numbers: a view of the file where they lie in it as they are."""
        if self.number in _BITS:
            array = self._unpacked(_BITS[self.number])
        elif self._raw is not None:
            return self._raw.array(0, self.dtype, self.shape, self.what)
        else:
            array = self._values(self.dtype, math.prod(self.shape))
        array = array.reshape(self.shape)
        array.setflags(write=False)
        return array

    def _unpacked(self, size: int) -> NDArray[Any]:
        """Numbers of ``size`` bits, the first of each byte in its lowest ones."""
        count = math.prod(self.shape)
        if self._raw is not None:
            packed = np.frombuffer(self._raw.data, np.uint8)
        else:
            packed = self._values(np.dtype("u1"), -(-count * size // 8))
        bits = np.empty((len(packed), 8 // size), np.uint8)
        for place in range(8 // size):
            bits[:, place] = packed >> place * size & (1 << size) - 1
        numbers = bits.reshape(-1)[:count]
        if self.number in _SIGNED:
            # The highest bit is the sign.
            return ((numbers << 8 - size).view(np.int8) >> 8 - size).astype(self.dtype)
        return numbers.view(self.dtype)

    def _values(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        """The listed values; those of small dtypes are the low bits of a varint."""
        out = np.empty(count, dtype)
        bits = (
            out.view(np.uint8) if _LISTS[_LIST_OF.get(self.number, 5)] is not None else out.view(f"u{dtype.itemsize}")
        )
        at = 0
        for field in self._lists():
            pieces: Iterable[NDArray[Any]]
            if _LISTS[field.number] is not None:
                pieces = [np.frombuffer(field.data.data, np.uint8)]
            else:
                pieces = [np.array([field.value], np.uint64)] if field.wire == VARINT else decoded(field.data)
            for piece in pieces:
                bits[at : at + len(piece)] = piece != 0 if dtype.kind == "b" else piece.astype(bits.dtype)
                at += len(piece)
        return out


def _pair(message: BoundedFile) -> tuple[str, str]:
    texts = {field.number: field.text for field in fields(message) if field.wire == LENGTH}
    return texts.get(1, ""), texts.get(2, "")


def _lengths(field: Field) -> list[int]:
    """The lengths of axes, packed or one by one."""
    if field.wire == VARINT:
        return [field.value]
    if len(field.data) > _MOST_AXES * 10:
        raise field.data.error(0, "an initializer has more axes than an array can have")
    found, offset = [], 0
    while offset < len(field.data):
        value, offset = varint(field.data, offset)
        found.append(value)
    return found


ONNX = Format("ONNX", "an .onnx model", _recognises, _entries)
