"""The datatype messages of HDF5 that weights have: numbers, and texts of attributes.

Source: HDF5 File Format Specification 3.0, IV.A.2.d.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import ml_dtypes
import numpy as np

from rnn2onnx.weights.reading.bounded_file import BoundedFile

_FIXED, _FLOAT, _STRING, _OPAQUE, _COMPOUND, _ENUM, _VARIABLE = 0, 1, 3, 5, 6, 8, 9
_BFLOAT16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
_FLOATS: dict[tuple[int, int], np.dtype[Any]] = {
    (5, 10): np.dtype("f2"),
    (8, 7): _BFLOAT16,
    (8, 23): np.dtype("f4"),
    (11, 52): np.dtype("f8"),
}
"""By the bits of exponent and mantissa."""


@dataclass(frozen=True)
class Datatype:
    """What one element is.

    Attributes:
        size: Its bytes in the file.
        dtype: What it is as a number; None if it is a text or something else.
        text: Whether it is a text.
        variable: Whether the text lies in a heap, the element being its length and place there.
        opaque: Whether it is bytes that only an attribute says the meaning of.
    """

    size: int
    dtype: np.dtype[Any] | None = None
    text: bool = False
    variable: bool = False
    opaque: bool = False


def parse_datatype(message: BoundedFile, what: str) -> Datatype:
    """What a datatype message says of ``what``.

    Raises:
        WeightsError: It is broken.
    """
    head = message.at(0, 8, f"the datatype of {what}")
    kind, version, flags = head[0] & 0xF, head[0] >> 4, head[1]
    size = int.from_bytes(head[4:8], "little")
    if version not in (1, 2, 3) or not size:
        raise message.error(0, f"the datatype of {what} is broken")
    if kind == _STRING:
        return Datatype(size, text=True)
    if kind == _VARIABLE:
        return Datatype(size, text=flags & 0xF == 1, variable=True)
    if kind == _OPAQUE:
        return Datatype(size, opaque=True)
    order: Literal[">", "<"] = ">" if flags & 1 else "<"
    if kind == _FIXED:
        place, precision = message.at(8, 2, what), message.at(10, 2, what)
        whole = int.from_bytes(place, "little") == 0 and int.from_bytes(precision, "little") == 8 * size
        if whole and size in (1, 2, 4, 8):
            return Datatype(size, np.dtype(f"{order}{'i' if flags & 8 else 'u'}{size}"))
    if kind == _FLOAT:
        bits = message.at(8, 12, f"the datatype of {what}")
        number = _FLOATS.get((bits[5], bits[7]))
        if number is not None and number.itemsize == size and not (number is _BFLOAT16 and order == ">"):
            return Datatype(size, number if number is _BFLOAT16 else number.newbyteorder(order))
    if kind == _ENUM and size == 1:
        # h5py writes booleans as an enumeration of two.
        return Datatype(size, np.dtype("?"))
    return Datatype(size)
