"""TensorFlow's first checkpoint format: one sorted table with the tensors in it (the default until TensorFlow 0.11).

Source: TensorFlow, core/util/saved_tensor_slice.proto.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, fields
from rnn2onnx.weights.tensorflow.sorted_table import MAGIC, read_table
from rnn2onnx.weights.tensorflow.tensor_proto import TensorValues
from rnn2onnx.weights.tensorflow.tensor_shape import parse_shape
from rnn2onnx.weights.tensorflow.tensor_slices import TensorSlice, covers, parse_slice
from rnn2onnx.weights.tensorflow.tensor_types import DTYPES, NOT_NUMERIC

_Parts = list[tuple[tuple[slice, ...], TensorValues]]


def _recognises(place: Place) -> bool:
    return place.tail.endswith(MAGIC)


def table_entries(path: str) -> list[Entry]:
    """The variables in the table at ``path``, partitioned ones joined.

    Raises:
        WeightsError: The file is cut or changed, or is no checkpoint.
    """
    file = BoundedFile.open(path)
    table = read_table(file)
    slices = table.pop(b"", None)
    meta = _part(slices, 1) if slices is not None else None
    if meta is None:
        raise file.error(0, "the table is no checkpoint: it does not say which variables there are")
    room = len(file) + SLACK
    found: list[Entry] = []
    for field in fields(meta):
        if field.number == 1 and field.wire == LENGTH:
            variable = _variable(field.data, table)
            if variable is not None:
                found.append(variable[0])
                room -= variable[1]
                if room < 0:
                    raise field.data.error(
                        0, f"with the variable {variable[0].name!r} it unpacks to more than the file's size"
                    )
    return found


def _part(message: BoundedFile, number: int) -> BoundedFile | None:
    """The message in a field of a message."""
    return next((field.data for field in fields(message) if field.number == number and field.wire == LENGTH), None)


def _variable(meta: BoundedFile, table: dict[bytes, BoundedFile]) -> tuple[Entry, int] | None:
    """The variable that a ``SavedSliceMeta`` describes and the memory that reading it takes; None where no number."""
    name, number = "", 0
    shape: tuple[int, ...] = ()
    boxes: list[TensorSlice] = []
    for field in fields(meta):
        if field.wire == VARINT and field.number == 3:
            number = field.value
        elif field.wire == LENGTH and field.number == 1:
            name = field.text
        elif field.wire == LENGTH and field.number == 2:
            shape = parse_shape(field.data)
        elif field.wire == LENGTH and field.number == 4:
            boxes.append(parse_slice(field.data))
    if number in NOT_NUMERIC:
        return None
    if number not in DTYPES:
        raise meta.error(0, f"the variable {name!r} has TensorFlow's dtype {number}")
    dtype = DTYPES[number]
    size = meta.nbytes(0, dtype, shape, f"the variable {name!r}")
    parts: _Parts = []
    allocates = 0
    for box in boxes:
        what = f"the slice '{name}{box.text}'"
        # Taken out: two variables cannot fill memory with one slice.
        value, index = table.pop(box.key(name), None), box.within(shape)
        data = _part(value, 2) if value is not None else None
        tensor = _part(data, 3) if data is not None else None
        if tensor is None or index is None:
            raise meta.error(0, f"{what} is missing" if index is not None else f"{what} is outside of {list(shape)}")
        values = TensorValues(tensor, number, dtype, tuple(side.stop - side.start for side in index), what)
        allocates += values.allocates()
        parts.append((index, values))
    if not covers([index for index, _ in parts], shape):
        raise meta.error(0, f"the slices of the variable {name!r} overlap or leave a part of it out")
    if len(parts) > 1:
        allocates += size
    return Entry(name, dtype, shape, partial(_read, dtype, shape, parts)), allocates


def _read(dtype: np.dtype[Any], shape: tuple[int, ...], parts: _Parts) -> NDArray[Any]:
    if len(parts) == 1:
        return parts[0][1].read()
    joined = np.empty(shape, dtype)
    for index, values in parts:
        joined[index] = values.read()
    return joined


def _entries(place: Place) -> Sequence[Entry]:
    return table_entries(place.path)


CHECKPOINT_V1 = Format(
    "TensorFlow checkpoint V1", "a TensorFlow checkpoint of one file (before 0.12)", _recognises, _entries
)
