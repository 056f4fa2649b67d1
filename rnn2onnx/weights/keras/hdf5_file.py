"""Groups, datasets and attributes of HDF5 files, as h5py writes them for Keras.

They are read here because the HDF5 library is no match for a broken file: of 5,000 weights files with changed bytes it
ended the process at one. What Keras writes is a small part of the format: the earliest version, contiguous datasets.

Source: HDF5 File Format Specification 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.keras.hdf5_types import Datatype, parse_datatype
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile

MAGIC = b"\x89HDF\r\n\x1a\n"
_SPACE, _TYPE, _EXTERNAL, _LAYOUT, _FILTERS, _ATTRIBUTE, _CONTINUED, _TABLE = 1, 3, 7, 8, 11, 12, 16, 17
_NEW_LINKS = (2, 6)
_NOWHERE = (1 << 64) - 1
_LONGEST_NAME = 1 << 12
_ROOM_OF_AN_OBJECT = 512


@dataclass(frozen=True)
class Dataset:
    """An array of a file.

    Attributes:
        dtype: Of the array that ``read`` gives, in this machine's byte order.
        shape: Its lengths.
        stored: The dtype in the file.
        content: The numbers' bytes.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    stored: np.dtype[Any]
    content: BoundedFile

    def read(self) -> NDArray[Any]:
        """The numbers: a view of the file where it has this machine's byte order."""
        array = self.content.array(0, self.stored, self.shape, "a dataset")
        if self.stored.isnative:
            return array
        turned = array.astype(self.dtype)
        turned.setflags(write=False)
        return turned


class Hdf5File:
    """One file; objects are known by the address of their header."""

    def __init__(self, file: BoundedFile) -> None:
        """Finds the root group.

        Raises:
            WeightsError: The file is broken or of a version that Keras does not write.
        """
        self._file = file
        self._room = len(file) + SLACK // 2
        self._seen: set[int] = set()
        self._headers: dict[int, list[tuple[int, BoundedFile]]] = {}
        self._groups: dict[int, dict[str, int]] = {}
        self._heaps: dict[int, dict[int, BoundedFile]] = {}
        version = file.at(8, 8, "the superblock")[0]
        if bytes(file.data[:8]) != MAGIC or version > 1:
            raise file.error(
                8,
                f"an HDF5 file of version {version}, which Keras does not write; save it again with libver='earliest'",
            )
        if file.data[13] != 8 or file.data[14] != 8:
            raise file.error(13, "an HDF5 file with offsets of other than 8 bytes")
        start = 28 if version else 24
        if self._number(start) != 0:
            raise file.error(start, "an HDF5 file within another file")
        end = self._number(start + 16)
        if end > len(file):
            raise file.error(len(file), f"the file is cut short: it has {len(file)} of {end} bytes")
        self.root = self._number(start + 40)

    def children(self, address: int, what: str) -> dict[str, int]:
        """The addresses of a group's members by their names, in the order of the names; empty for a dataset.

        Raises:
            WeightsError: The group is broken.
        """
        if address in self._groups:
            return self._groups[address]
        found: dict[str, int] = {}
        for kind, message in self._messages(address, what):
            if kind in _NEW_LINKS:
                raise message.error(0, f"{what} is a group of a kind that Keras does not write")
            if kind == _TABLE:
                names = self._name_heap(self._number_in(message, 8, what), what)
                for name, member in self._members(self._number_in(message, 0, what), names, what, 0):
                    if name in found:
                        raise message.error(0, f"{what} has the name {name!r} twice")
                    found[name] = member
        self._groups[address] = found
        return found

    def texts(self, address: int, name: str, what: str) -> list[str] | None:
        """The texts of an attribute of an object; None if there is none of that name.

        Raises:
            WeightsError: It is broken, or no text.
        """
        for kind, message in self._messages(address, what):
            if kind == _ATTRIBUTE:
                found = self._attribute(message, name, what)
                if found is not None:
                    return found
        return None

    def dataset(self, address: int, what: str) -> Dataset | None:
        """The array at an address; None if it is a group, or an array of texts.

        Raises:
            WeightsError: It is broken, or stored in a way that Keras does not store arrays.
        """
        messages = dict(reversed(self._messages(address, what)))
        if _LAYOUT not in messages or _TYPE not in messages or _SPACE not in messages:
            return None
        datatype = parse_datatype(messages[_TYPE], what)
        shape = self._shape(messages[_SPACE], what)
        layout = messages[_LAYOUT]
        dtype = datatype.dtype
        if datatype.opaque and datatype.size == 2 and self.texts(address, "dtype", what) in (["bfloat16"], None):
            dtype = np.dtype(ml_dtypes.bfloat16)
        if dtype is None:
            if datatype.text:
                return None
            raise messages[_TYPE].error(0, f"{what} is made of something other than numbers")
        if _FILTERS in messages or _EXTERNAL in messages:
            raise layout.error(0, f"{what} is compressed or lies in another file; save it again without that")
        size = layout.nbytes(0, dtype, shape, what)
        head = layout.at(0, 2, f"the place of {what}")
        if head[0] != 3 or head[1] not in (0, 1):
            raise layout.error(0, f"{what} is stored in chunks, which Keras does not do; save it again contiguously")
        if head[1] == 0:
            content = layout.part(4, int.from_bytes(layout.at(2, 2, what), "little"), what)
        else:
            place, length = self._number_in(layout, 2, what), self._number_in(layout, 10, what)
            if place == _NOWHERE and size == 0:
                place = length = 0
            content = self._file.part(place, length, what)
        if len(content) != size:
            raise layout.error(0, f"{what} of shape {list(shape)} and dtype {dtype} lies in {len(content)} bytes")
        return Dataset(dtype.newbyteorder("=") if dtype.kind in "iufc" else dtype, shape, dtype, content)

    def error_at(self, address: int, problem: str) -> WeightsError:
        """The error for an object whose header is at an address."""
        return self._file.error(min(address, len(self._file)), problem)

    def _spend(self, room: int, at: BoundedFile) -> None:
        """Counts memory that the file makes this take.

        Raises:
            WeightsError: It is more than the file's size allows.
        """
        self._room -= room
        if self._room < 0:
            raise at.error(0, "it unpacks to more than the file's size allows")

    def _number(self, offset: int) -> int:
        return int.from_bytes(self._file.at(offset, 8, "an address"), "little")

    def _number_in(self, message: BoundedFile, offset: int, what: str) -> int:
        return int.from_bytes(message.at(offset, 8, f"an address of {what}"), "little")

    def _once(self, address: int, what: str) -> None:
        """Marks a part of the file that belongs to one object only: it cannot be read for another, or again."""
        if address in self._seen:
            raise self._file.error(min(address, len(self._file)), f"{what} shares its place with another object")
        self._seen.add(address)

    def _messages(self, address: int, what: str) -> list[tuple[int, BoundedFile]]:
        """The messages of an object's header, by their kinds."""
        if address in self._headers:
            return self._headers[address]
        header = self._file.at(address, 16, f"the header of {what}")
        if header[0] != 1:
            raise self._file.error(
                address, f"the header of {what} is broken, or of a version that Keras does not write"
            )
        count = int.from_bytes(header[2:4], "little")
        blocks = [self._file.part(address + 16, int.from_bytes(header[8:12], "little"), f"the header of {what}")]
        found: list[tuple[int, BoundedFile]] = []
        read = 0
        for block in blocks:
            self._once(block.start, what)
            offset = 0
            while offset + 8 <= len(block) and read < count:
                head = block.at(offset, 8, f"the header of {what}")
                kind, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
                body = block.part(offset + 8, size, f"the header of {what}")
                if head[4] & 2:
                    raise block.error(offset, f"{what} shares a part of its header with another object")
                if kind == _CONTINUED:
                    place, length = self._number_in(body, 0, what), self._number_in(body, 8, what)
                    blocks.append(self._file.part(place, length, f"the header of {what}"))
                elif kind:
                    found.append((kind, body))
                self._spend(_ROOM_OF_AN_OBJECT, block)
                offset += 8 + size
                read += 1
        if read != count:
            raise self._file.error(address, f"the header of {what} has {read} of {count} messages")
        self._headers[address] = found
        return found

    def _name_heap(self, address: int, what: str) -> BoundedFile:
        """The texts of a group's names."""
        head = self._file.at(address, 32, f"the names in {what}")
        if bytes(head[:4]) != b"HEAP":
            raise self._file.error(address, f"the names in {what} are broken")
        return self._file.part(self._number(address + 24), self._number(address + 8), f"the names in {what}")

    def _members(self, address: int, names: BoundedFile, what: str, level: int) -> Iterator[tuple[str, int]]:
        """The members below a node of a group's tree."""
        self._once(address, what)
        head = self._file.at(address, 8, f"the list of members of {what}")
        count = int.from_bytes(head[6:8], "little")
        if bytes(head[:4]) == b"SNOD":
            for index in range(count):
                entry = self._file.part(address + 8 + 40 * index, 40, f"the list of members of {what}")
                if self._number_in(entry, 16, what) & 0xFFFFFFFF == 2:
                    raise entry.error(0, f"{what} has a member that is a link to another place")
                yield self._name(names, self._number_in(entry, 0, what), what), self._number_in(entry, 8, what)
        elif bytes(head[:4]) == b"TREE" and head[4] == 0 and level < 32:
            count = int.from_bytes(head[6:8], "little")
            for index in range(count):
                yield from self._members(self._number(address + 32 + 16 * index), names, what, level + 1)
        else:
            raise self._file.error(address, f"the list of members of {what} is broken")

    def _name(self, names: BoundedFile, offset: int, what: str) -> str:
        raw = bytes(names.at(offset, min(max(len(names) - offset, 0), _LONGEST_NAME), f"a name in {what}"))
        end = raw.find(b"\0")
        self._spend(_ROOM_OF_AN_OBJECT + 2 * end, names)
        try:
            if end > 0:
                return raw[:end].decode()
        except UnicodeDecodeError:
            pass
        raise names.error(offset, f"a name in {what} is broken")

    def _shape(self, message: BoundedFile, what: str) -> tuple[int, ...]:
        head = message.at(0, 4, f"the shape of {what}")
        version, axes = head[0], head[1]
        if version not in (1, 2) or (version == 2 and head[3] == 2):
            raise message.error(0, f"the shape of {what} is broken")
        start = 8 if version == 1 else 4
        return tuple(self._number_in(message, start + 8 * axis, what) for axis in range(axes))

    def _attribute(self, message: BoundedFile, name: str, what: str) -> list[str] | None:
        """The texts of an attribute message if it has that name."""
        what = f"the attribute {name!r} of {what}"
        head = message.at(0, 8, what)
        version = head[0]
        name_size, type_size, space_size = (int.from_bytes(head[at : at + 2], "little") for at in (2, 4, 6))
        if version not in (1, 2, 3) or (version > 1 and head[1]):
            raise message.error(0, f"{what} is of a version that Keras does not write")
        offset = 9 if version == 3 else 8

        def padded(size: int) -> int:
            return -(-size // 8) * 8 if version == 1 else size

        if bytes(message.at(offset, name_size, what)).rstrip(b"\0") != name.encode():
            return None
        offset += padded(name_size)
        datatype = parse_datatype(message.part(offset, type_size, what), what)
        offset += padded(type_size)
        shape = self._shape(message.part(offset, space_size, what), what)
        offset += padded(space_size)
        if not shape or shape == (1,):
            count = 1
        elif len(shape) == 1 and shape[0] <= len(message):
            count = shape[0]
        else:
            raise message.error(0, f"{what} has the shape {list(shape)[:40]}")
        if 0 in shape:
            return []
        if not datatype.text:
            raise message.error(0, f"{what} is no text")
        values = message.part(offset, count * datatype.size, what)
        return [
            self._text(values.part(index * datatype.size, datatype.size, what), datatype, what)
            for index in range(count)
        ]

    def _text(self, value: BoundedFile, datatype: Datatype, what: str) -> str:
        if datatype.variable:
            length = int.from_bytes(value.at(0, 4, what), "little")
            heap = self._number_in(value, 4, what)
            item = self._heap(heap, what).get(int.from_bytes(value.at(12, 4, what), "little"))
            if length == 0:
                return ""
            if item is None:
                raise value.error(0, f"{what} lies where nothing is")
            value = item.part(0, length, what)
        self._spend(_ROOM_OF_AN_OBJECT + 4 * len(value), value)
        try:
            return bytes(value.data).rstrip(b"\0").decode()
        except UnicodeDecodeError:
            raise value.error(0, f"{what} is no UTF-8 text") from None

    def _heap(self, address: int, what: str) -> dict[int, BoundedFile]:
        """The objects of a heap of texts, by their numbers."""
        if address in self._heaps:
            return self._heaps[address]
        head = self._file.at(address, 16, what)
        if bytes(head[:4]) != b"GCOL":
            raise self._file.error(address, f"{what} lies in a heap that is broken")
        heap = self._file.part(address, self._number(address + 8), what)
        found: dict[int, BoundedFile] = {}
        offset = 16
        while offset + 16 <= len(heap):
            number = int.from_bytes(heap.at(offset, 2, what), "little")
            if number == 0:
                break
            size = self._number_in(heap, offset + 8, what)
            found[number] = heap.part(offset + 16, size, what)
            self._spend(_ROOM_OF_AN_OBJECT, heap)
            offset += 16 + -(-size // 8) * 8
        self._heaps[address] = found
        return found
