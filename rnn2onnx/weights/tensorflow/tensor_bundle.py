"""Reads tensor bundles, in which TensorFlow keeps checkpoints and the variables of SavedModels.

``PREFIX.index`` says what there is; the bytes of the tensors lie in ``PREFIX.data-00000-of-00001`` and so on.

Source: TensorFlow, core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.crc32c import masked_crc32c
from rnn2onnx.weights.reading.protobuf import FIXED32, LENGTH, VARINT, fields, varint
from rnn2onnx.weights.tensorflow.object_graph import OBJECT_GRAPH, Named, parse_names
from rnn2onnx.weights.tensorflow.sorted_table import read_table
from rnn2onnx.weights.tensorflow.tensor_shape import parse_shape
from rnn2onnx.weights.tensorflow.tensor_slices import TensorSlice, covers, parse_slice
from rnn2onnx.weights.tensorflow.tensor_types import DTYPES, NOT_NUMERIC, STRING

_VERSION = 1


def bundle_entries(prefix: str) -> list[Entry]:
    """The numeric tensors of the bundle ``PREFIX.index`` and its shards, partitioned variables joined.

    Raises:
        WeightsError: A file is missing, cut or changed, or does not agree with the index.
    """
    return list(_Bundle(prefix).entries())


@dataclass(frozen=True, slots=True)
class _Tensor:
    """What the index says of a tensor, or of one slice of it.

    Attributes:
        where: The bytes that say it, for messages.
        name: With its extents, for a slice.
        dtype: TensorFlow's number.
        shape: As the file says it.
        shard: The number of the file that has the bytes.
        offset: Of the bytes in that file.
        size: Of the bytes.
        crc: The masked checksum of the bytes.
        slices: Where the bytes are kept in slices, and there are none here.
    """

    where: BoundedFile
    name: str
    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    slices: tuple[TensorSlice, ...]


class _Bundle:
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._index = BoundedFile.open(prefix + ".index")
        shards = glob.iglob(glob.escape(prefix) + ".data-*")
        self._table = read_table(self._index, sum(os.path.getsize(path) for path in shards))
        header = self._table.pop(b"", None)
        if header is None:
            raise self._index.error(0, "the table is no tensor bundle: it has no header")
        self._shards = self._read_header(header)
        self._open: dict[int, BoundedFile] = {}

    def _read_header(self, header: BoundedFile) -> int:
        shards = 0
        for field in fields(header):
            if field.number == 1 and field.wire == VARINT:
                shards = field.value
            elif field.number == 2 and field.wire == VARINT and field.value != 0:
                raise header.error(0, "the tensors are big-endian; save the checkpoint on a little-endian machine")
            elif field.number == 3 and field.wire == LENGTH:
                oldest = next((v.value for v in fields(field.data) if v.number == 2 and v.wire == VARINT), 0)
                if oldest > _VERSION:
                    raise header.error(0, f"it asks for readers of version {oldest}; this one is of {_VERSION}")
        return shards

    def entries(self) -> Iterator[Entry]:
        tensors = {key: _parse(key, value) for key, value in self._table.items()}
        whole = {tensor.name: tensor for key, tensor in tensors.items() if not key.startswith(b"\0")}
        self._check_places(tensor for tensor in tensors.values() if not tensor.slices)
        names = self._names(whole)
        for tensor in whole.values():
            if tensor.dtype in NOT_NUMERIC:
                continue
            dtype = DTYPES.get(tensor.dtype)
            if dtype is None:
                raise tensor.where.error(0, f"the variable {tensor.name!r} has TensorFlow's dtype {tensor.dtype}")
            size = tensor.where.nbytes(0, dtype, tensor.shape, f"the variable {tensor.name!r}")
            if tensor.slices:
                parts = self._parts(tensor, dtype, tensors)
                read = partial(self._join, tensor, dtype, parts)
            else:
                if size != tensor.size:
                    raise tensor.where.error(
                        0,
                        f"the variable {tensor.name!r} of {list(tensor.shape)} {dtype} takes {size} bytes, and the "
                        f"file has {tensor.size} for it",
                    )
                read = partial(self._whole, tensor, dtype)
            named = names.get(tensor.name, Named(tensor.name))
            yield Entry(named.name, dtype, tensor.shape, read, named.path, named.optimizer)

    def _names(self, tensors: Mapping[str, _Tensor]) -> Mapping[str, Named]:
        """What the variables are called, by their keys, where the file has a graph of objects."""
        graph = tensors.get(OBJECT_GRAPH)
        if graph is None or graph.dtype != STRING or graph.slices or graph.shape:
            return {}
        data = self._data(graph)
        length, offset = varint(data, 0)
        text = data.part(offset + 4, length, "the graph of objects")
        crc = masked_crc32c(memoryview(length.to_bytes(8, "little"))[:4], data.data[offset : offset + 4], text.data)
        self._compare(crc, graph, data)
        return parse_names(text, tensors)

    def _parts(
        self, tensor: _Tensor, dtype: np.dtype[Any], tensors: Mapping[bytes, _Tensor]
    ) -> list[tuple[tuple[slice, ...], _Tensor]]:
        """The slices of a partitioned variable and where they go, which is everywhere once."""
        parts = []
        for box in tensor.slices:
            name = f"{tensor.name}{box.text}"
            part, index = tensors.get(box.key(tensor.name)), box.within(tensor.shape)
            if index is None:
                raise tensor.where.error(0, f"the slice {name!r} is outside of the shape {list(tensor.shape)}")
            if part is None:
                raise tensor.where.error(0, f"the slice {name!r} is missing")
            shape = tuple(side.stop - side.start for side in index)
            if part.slices or part.dtype != tensor.dtype or part.shape != shape:
                raise part.where.error(0, f"the slice {name!r} has another dtype or shape than its variable says")
            if part.size != part.where.nbytes(0, dtype, shape, f"the slice {name!r}"):
                raise part.where.error(0, f"the slice {name!r} has {part.size} bytes, which are not those of {shape}")
            parts.append((index, part))
        if not covers([index for index, _ in parts], tensor.shape):
            raise tensor.where.error(0, f"the slices of the variable {tensor.name!r} overlap or leave a part of it out")
        return parts

    def _check_places(self, tensors: Iterator[_Tensor]) -> None:
        """Refuses tensors outside of their files, and such that share bytes: joined, they could fill any memory."""
        end: tuple[int, int] = (-1, 0)
        for tensor in sorted((t for t in tensors if t.size), key=lambda t: (t.shard, t.offset)):
            size = len(self._shard(tensor))
            if tensor.offset + tensor.size > size:
                raise self._shard(tensor).error(
                    size,
                    f"the variable {tensor.name!r} takes the bytes {tensor.offset} to {tensor.offset + tensor.size}, "
                    "and the file ends before that: it is cut short",
                )
            if (tensor.shard, tensor.offset) < end:
                raise tensor.where.error(0, f"the variable {tensor.name!r} has bytes of another one")
            end = (tensor.shard, tensor.offset + tensor.size)

    def _shard(self, tensor: _Tensor) -> BoundedFile:
        """The file that has a tensor's bytes."""
        if tensor.shard not in self._open:
            path = f"{self._prefix}.data-{tensor.shard:05}-of-{self._shards:05}"
            if tensor.shard >= self._shards:
                raise tensor.where.error(
                    0, f"the variable {tensor.name!r} is in file {tensor.shard} of {self._shards}, which cannot be"
                )
            if not os.path.isfile(path):
                raise WeightsError(
                    f"{self._index.path!r} has the variable {tensor.name!r} at byte {tensor.offset} of the file "
                    f"{path!r}, and there is no such file; all files of a checkpoint lie in one folder."
                )
            self._open[tensor.shard] = BoundedFile.open(path)
        return self._open[tensor.shard]

    def _data(self, tensor: _Tensor) -> BoundedFile:
        return self._shard(tensor).part(tensor.offset, tensor.size, f"the variable {tensor.name!r}")

    def _compare(self, crc: int, tensor: _Tensor, data: BoundedFile) -> None:
        if crc != tensor.crc:
            raise data.error(
                0, f"the checksum of the variable {tensor.name!r} is wrong: some of its bytes have changed"
            )

    def _whole(self, tensor: _Tensor, dtype: np.dtype[Any]) -> NDArray[Any]:
        data = self._data(tensor)
        self._compare(masked_crc32c(data.data), tensor, data)
        return data.array(0, dtype, tensor.shape, f"the variable {tensor.name!r}")

    def _join(
        self, tensor: _Tensor, dtype: np.dtype[Any], parts: list[tuple[tuple[slice, ...], _Tensor]]
    ) -> NDArray[Any]:
        if len(parts) == 1:
            return self._whole(parts[0][1], dtype)
        joined = np.empty(tensor.shape, dtype)
        for index, part in parts:
            joined[index] = self._whole(part, dtype)
        return joined


def _parse(key: bytes, value: BoundedFile) -> _Tensor:
    """The ``BundleEntryProto`` of a key."""
    numbers = {1: 0, 3: 0, 4: 0, 5: 0}
    shape: tuple[int, ...] = ()
    crc, slices = 0, []
    for field in fields(value):
        if field.wire == VARINT and field.number in numbers:
            numbers[field.number] = field.value
        elif field.wire == LENGTH and field.number == 2:
            shape = parse_shape(field.data)
        elif field.wire == FIXED32 and field.number == 6:
            crc = int.from_bytes(field.data.data, "little")
        elif field.wire == LENGTH and field.number == 7:
            slices.append(parse_slice(field.data))
    try:
        # The key of a slice is no text; its name is only shown.
        name = key.decode(errors="backslashreplace" if key.startswith(b"\0") else "strict")
    except UnicodeDecodeError:
        raise value.error(0, f"the name {key[:200]!r} is no UTF-8 text") from None
    return _Tensor(value, name, numbers[1], shape, numbers[3], numbers[4], numbers[5], crc, tuple(slices))
