"""``.pt``, ``.pth`` and ``.bin`` files as ``torch.save`` writes them since PyTorch 1.6: zip archives.

Source: PyTorch, torch/serialization.py.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.reading.zip_archive import ZipFile, names_of_zip, zip_files
from rnn2onnx.weights.torch.nested_tensors import named
from rnn2onnx.weights.torch.pickle_machine import PickleMachine
from rnn2onnx.weights.torch.torch_tensor import NAMES, Storage, Tensor

_PICKLE = "data.pkl"


def _recognises(place: Place) -> bool:
    return any(name.endswith("/" + _PICKLE) for name in names_of_zip(place))


def _entries(place: Place) -> Sequence[Entry]:
    archive = BoundedFile.open(place.path)
    files = zip_files(archive)
    pickles = [name for name in files if name.endswith("/" + _PICKLE)]
    if len(pickles) != 1:
        raise WeightsError(f"{place.path!r} is broken: it has {len(pickles)} files {_PICKLE!r}.")
    folder = posixpath.dirname(pickles[0])
    if any(name.startswith(f"{folder}/code/") for name in files):
        raise WeightsError(
            f"{place.path!r} is a TorchScript program, which is never run to get its weights; save the weights alone: "
            f"torch.save(module.state_dict(), path)."
        )
    # torch.serialization.set_crc32_options(False) writes no checksum of anything.
    checked = any(file.crc for file in files.values())
    order = files.get(f"{folder}/byteorder")
    if order is not None and bytes(order.content.data) != b"little":
        raise archive.error(
            order.offset, f"its numbers are {bytes(order.content.data[:16])!r}-endian; only little-endian ones are read"
        )
    storages: dict[str, Storage] = {}

    def persistent(identification: Any) -> Storage:
        kind, key, count = identified(identification)
        file = files.get(f"{folder}/data/{key}")
        if file is None:
            raise ValueError(f"the storage {key!r} is missing")
        if count * kind.itemsize != file.size:
            raise ValueError(f"the storage {key!r} has {file.size} bytes, not {count} numbers of {kind.itemsize}")
        if key in storages and storages[key].dtype != kind:
            raise ValueError(f"the storage {key!r} is of two dtypes")
        return storages.setdefault(key, Storage(key, kind, count, lambda: _bytes(file, checked)))

    data = _bytes(files[pickles[0]], checked)
    root = PickleMachine(data, NAMES, persistent, room=len(archive) + SLACK).run()
    return [
        Entry(name, tensor.dtype, tensor.shape, partial(_read, name, tensor), optimizer=optimizer)
        for name, tensor, optimizer in named(root, archive)
    ]


def _read(name: str, tensor: Tensor) -> NDArray[Any]:
    try:
        return tensor.read()
    except WeightsError as error:
        # Storages have numbers only.
        raise WeightsError(f"{error.message.removesuffix('.')}, of the tensor {name!r}.") from None


def _bytes(file: ZipFile, checked: bool) -> BoundedFile:
    return file.checked if checked else file.content


def identified(identification: Any) -> tuple[np.dtype[Any], str, int]:
    """The dtype, key and number of numbers of a storage, from how a pickle refers to it.

    Raises:
        ValueError: It refers to something else.
    """
    if not isinstance(identification, tuple) or len(identification) not in (5, 6) or identification[0] != "storage":
        raise ValueError("it refers to something that is no storage")
    kind, key, count = identification[1], identification[2], identification[4]
    if not isinstance(kind, np.dtype) or not isinstance(key, str) or type(count) is not int or count < 0:
        raise ValueError("it refers to a storage of no dtype, name or length")
    return kind, key, count


TORCH_ZIP = Format("PyTorch", "a .pt, .pth or .bin file of PyTorch's", _recognises, _entries)
