"""``.pt``, ``.pth`` and ``.bin`` files as ``torch.save`` wrote them before PyTorch 1.6: pickles, then the numbers.

Source: PyTorch, torch/serialization.py, ``_legacy_save``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.torch.nested_tensors import named
from rnn2onnx.weights.torch.pickle_machine import PickleMachine
from rnn2onnx.weights.torch.torch_tensor import NAMES, Storage
from rnn2onnx.weights.torch.torch_zip import identified

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001


def _recognises(place: Place) -> bool:
    # Whatever else is a pickle is refused in the same words.
    return place.head[:1] == b"\x80" and place.head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _entries(place: Place) -> Sequence[Entry]:
    file = BoundedFile.open(place.path)
    storages: dict[str, Storage] = {}
    room = len(file) + SLACK

    def persistent(identification: Any) -> Storage:
        kind, key, count = identified(identification)
        if len(identification) == 6 and identification[5] is not None:
            raise ValueError("a storage that is a view of another")
        known = storages.setdefault(key, Storage(key, kind, count, lambda: _unplaced(file, key)))
        if (known.dtype, known.count) != (kind, count):
            raise ValueError(f"the storage {key!r} is of two dtypes or lengths")
        return known

    def refused(_: Any) -> Storage:
        raise ValueError("it refers to a storage where none is")

    magic = PickleMachine(file, NAMES, refused, 0, room)
    if magic.run() != _MAGIC:
        raise WeightsError(
            f"{place.path!r} is a pickle, and not one that torch.save wrote; pickles may run code and are not loaded. "
            f"Save the arrays with numpy.savez, or a state_dict with torch.save."
        )
    protocol = PickleMachine(file, NAMES, refused, magic.end, room)
    if protocol.run() != _PROTOCOL:
        raise file.error(magic.end, f"it is not of the protocol {_PROTOCOL} of torch.save")
    system = PickleMachine(file, NAMES, refused, protocol.end, room)
    about = system.run()
    if not isinstance(about, dict) or about.get("little_endian") is not True:
        raise file.error(protocol.end, "its numbers are big-endian; only little-endian ones are read")
    content = PickleMachine(file, NAMES, persistent, system.end, room)
    root = content.run()
    keys = PickleMachine(file, NAMES, refused, content.end, room)
    _place(file, keys.run(), keys.end, storages)
    return [
        Entry(name, tensor.dtype, tensor.shape, tensor.read, optimizer=optimizer)
        for name, tensor, optimizer in named(root, file)
    ]


def _place(file: BoundedFile, keys: Any, offset: int, storages: dict[str, Storage]) -> None:
    """Finds the numbers of each storage: they follow each other in the order of the keys."""
    if (
        not isinstance(keys, list)
        or len(keys) != len(storages)
        or {key for key in keys if isinstance(key, str)} != set(storages)
    ):
        raise file.error(offset, "the list of storages names other storages than the tensors")
    for key in keys:
        storage = storages[key]
        what = f"the storage {key!r}"
        count = int.from_bytes(file.at(offset, 8, what), "little")
        if count != storage.count:
            raise file.error(offset, f"{what} has {count} numbers, not {storage.count}")
        part = file.part(offset + 8, storage.nbytes, what)
        storage.content = _same(part)
        offset += 8 + storage.nbytes
    if offset != len(file):
        raise file.error(offset, f"the storages end there, and the file at {len(file)}")


def _same(part: BoundedFile) -> Any:
    return lambda: part


def _unplaced(file: BoundedFile, key: str) -> BoundedFile:
    raise file.error(len(file), f"the storage {key!r} is missing")


TORCH_STREAM = Format("PyTorch before 1.6", "one of PyTorch before 1.6", _recognises, _entries)
