"""The values of a ``TensorProto``: as raw bytes, or as lists of numbers of which the last stands for all that follow.

Source: TensorFlow, core/framework/tensor.proto.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.packed_varints import blocks, decoded
from rnn2onnx.weights.reading.protobuf import FIXED32, FIXED64, LENGTH, VARINT, Field, fields

_CONTENT = 4

_LISTS: dict[int, tuple[int, np.dtype[Any] | None]] = {
    1: (5, np.dtype("<f4")),
    2: (6, np.dtype("<f8")),
    8: (9, np.dtype("<f4")),
    9: (10, None),
    10: (11, None),
    14: (13, None),
    17: (7, None),
    18: (12, np.dtype("<f8")),
    19: (13, None),
    22: (16, None),
    23: (17, None),
    **{number: (18, np.dtype("u1")) for number in range(24, 29)},
}
"""By the number of a dtype: the field that lists its values, and what a list is made of (None: varints). A complex
number is two of them. Where there is no row the field is 7, ``int_val``."""


class TensorValues:
    """The values in a ``TensorProto``, of which nothing is read at first."""

    def __init__(self, message: BoundedFile, number: int, dtype: np.dtype[Any], shape: tuple[int, ...], what: str):
        """Args: the message; TensorFlow's number of the dtype; the dtype and shape; what errors call it."""
        self._message, self._dtype, self._shape, self._what = message, dtype, shape, what
        self._field, self._unit = _LISTS.get(number, (7, None))
        self._nbytes = message.nbytes(0, dtype, shape, what)

    def allocates(self) -> int:
        """How many bytes of memory ``read`` takes.

        Raises:
            WeightsError: There are more or fewer values than the shape says.
        """
        content = self._content()
        if content is not None:
            if len(content) != self._nbytes:
                raise content.error(
                    0,
                    f"{self._what} of {list(self._shape)} {self._dtype} takes {self._nbytes} bytes, not {len(content)}",
                )
            return 0
        count, size = self._count(), math.prod(self._shape)
        if count > size:
            raise self._message.error(0, f"{self._what} of {list(self._shape)} has {count} values")
        return 0 if count <= 1 else self._nbytes

    def read(self) -> NDArray[Any]:
        """The values: read-only views of the file, or of one number that is repeated, where that is possible."""
        self.allocates()
        content = self._content()
        if content is not None:
            return content.array(0, self._dtype, self._shape, self._what)
        count, size = self._count(), math.prod(self._shape)
        given = self._listed(count)
        if count == size:
            array = given.reshape(self._shape)
        elif count <= 1:
            one = given if count else np.zeros(1, self._dtype)
            try:
                return np.broadcast_to(one.reshape(()), self._shape)
            except ValueError as error:
                raise self._message.error(0, f"{self._what} has the shape {list(self._shape)}: {error}") from None
        else:
            array = np.empty(size, self._dtype)
            array[:count] = given
            array[count:] = given[-1]
            array = array.reshape(self._shape)
        array.setflags(write=False)
        return array

    def _content(self) -> BoundedFile | None:
        found = [field.data for field in fields(self._message) if field.number == _CONTENT and field.wire == LENGTH]
        return found[-1] if found and len(found[-1]) else None

    def _lists(self) -> Iterator[Field]:
        """The lists, or single values of a list that was not packed."""
        for field in fields(self._message):
            if field.number == self._field:
                kinds = (LENGTH, VARINT) if self._unit is None else (LENGTH, FIXED32, FIXED64)
                if field.wire not in kinds:
                    raise self._message.error(0, f"the values of {self._what} are of another kind than its dtype")
                if self._unit is not None and len(field.data) % self._unit.itemsize:
                    raise field.data.error(0, f"the values of {self._what} end within one")
                yield field

    def _count(self) -> int:
        """How many values are listed."""
        if self._unit is not None:
            size = sum(len(field.data) for field in self._lists())
            if size % self._dtype.itemsize:
                raise self._message.error(0, f"the values of {self._what} end within one")
            return size // self._dtype.itemsize
        return sum(1 if f.wire == VARINT else sum(len(ends) for _, ends in blocks(f.data)) for f in self._lists())

    def _listed(self, count: int) -> NDArray[Any]:
        """The values that are listed, flat."""
        lists = iter(self._lists())
        if self._unit is not None:
            first = next(lists, None)
            if first is not None and len(first.data) == count * self._dtype.itemsize:
                return first.data.array(0, self._dtype, (count,), self._what)
            out = np.empty(count * self._dtype.itemsize, np.uint8)
            at = 0
            for field in self._lists():
                out[at : at + len(field.data)] = field.data.data
                at += len(field.data)
            return out.view(self._dtype)
        numbers = np.empty(count, self._dtype)
        # half_val holds the bits of a half; every other list holds the number itself, of which the low bits are kept.
        bits = numbers.view(f"u{self._dtype.itemsize}") if self._dtype.itemsize else numbers
        at = 0
        for field in lists:
            for values in [np.array([field.value], np.uint64)] if field.wire == VARINT else decoded(field.data):
                if self._dtype.kind == "b":
                    values = values != 0
                bits[at : at + len(values)] = values.astype(bits.dtype)
                at += len(values)
        return numbers
