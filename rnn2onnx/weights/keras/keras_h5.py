"""Keras's ``.h5`` files: weights and whole models, by names (Keras 1 and 2) or by objects (``.weights.h5``).

Source: Keras, ``keras/src/legacy/saving/legacy_h5_format.py`` and ``keras/src/saving/saving_lib.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.keras.cudnn_layouts import without_cudnn
from rnn2onnx.weights.keras.hdf5_file import MAGIC, Dataset, Hdf5File
from rnn2onnx.weights.keras.keras_objects import object_entries
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import BoundedFile

_MODEL, _OPTIMIZER, _LAYERS, _WEIGHTS = "model_weights", "optimizer_weights", "layer_names", "weight_names"
_OUTSIDE_LAYERS = "top_level_model_weights"


def _recognises(place: Place) -> bool:
    return place.head.startswith(MAGIC)


def _entries(place: Place) -> Sequence[Entry]:
    file = Hdf5File(BoundedFile.open(place.path))
    top = file.children(file.root, "the file")
    if _MODEL in top:
        found = _by_layers(file, top[_MODEL], _MODEL)
        if _OPTIMIZER in top:
            found += _of_optimizer(file, top[_OPTIMIZER], {entry.name for entry in found})
        return found
    if _list(file, file.root, _LAYERS, "the file") is not None:
        return _by_layers(file, file.root, "")
    return object_entries(file, None)


def _by_layers(file: Hdf5File, address: int, path: str) -> list[Entry]:
    """The weights of each layer, which attributes name."""
    what = path or "the file"
    groups = file.children(address, what)
    layers = list(_list(file, address, _LAYERS, what) or ())
    if _OUTSIDE_LAYERS in groups and _OUTSIDE_LAYERS not in layers:
        layers.append(_OUTSIDE_LAYERS)
    found: list[tuple[str, Entry]] = []
    for layer in layers:
        inner = f"{path}/{layer}".lstrip("/")
        if layer not in groups:
            raise file.error_at(address, f"the layer {layer!r} is listed and missing")
        for name in _list(file, groups[layer], _WEIGHTS, f"the layer {layer!r}") or ():
            dataset = _dataset(file, groups[layer], inner, name)
            entry = Entry(_variable(name, layer), dataset.dtype, dataset.shape, dataset.read, f"{inner}/{name}")
            found.append((layer, entry))
    counts = Counter(entry.name for _, entry in found)
    # Models inside of a model may have layers of the same name: then the outer one's tells them apart.
    return without_cudnn([_renamed(entry, layer) if counts[entry.name] > 1 else entry for layer, entry in found])


def _renamed(entry: Entry, layer: str) -> Entry:
    return Entry(f"{layer}/{entry.name}", entry.dtype, entry.shape, entry.read, entry.path)


def _variable(name: str, layer: str) -> str:
    """A variable's name in a graph, from how Keras calls a weight: Keras 3 puts the model's name before a layer's."""
    name = re.sub(r":\d+$", "", name)
    parts = name.split("/")
    return "/".join(parts[1:]) if len(parts) > 2 and parts[0] != layer and parts[1] == layer else name


def _of_optimizer(file: Hdf5File, address: int, taken: set[str]) -> list[Entry]:
    found: list[Entry] = []
    for name in _list(file, address, _WEIGHTS, _OPTIMIZER) or ():
        dataset = _dataset(file, address, _OPTIMIZER, name)
        variable = _variable(name, "")
        if variable in taken:
            variable = f"{_OPTIMIZER}/{variable}"
        found.append(Entry(variable, dataset.dtype, dataset.shape, dataset.read, f"{_OPTIMIZER}/{name}", True))
    return found


def _dataset(file: Hdf5File, address: int, path: str, name: str) -> Dataset:
    what = f"the variable {name!r}"
    for part in name.strip("/").split("/"):
        members = file.children(address, what)
        if part not in members:
            raise file.error_at(address, f"{what} is listed in {path!r} and missing")
        address = members[part]
    dataset = file.dataset(address, what)
    if dataset is None:
        raise file.error_at(address, f"{what} is no array")
    return dataset


def _list(file: Hdf5File, address: int, name: str, what: str) -> list[str] | None:
    """The texts of an attribute, or of the numbered ones that Keras cuts a long one into; None if there are none."""
    whole = file.texts(address, name, what)
    if whole is not None:
        return whole
    pieces = list(_pieces(file, address, name, what))
    return [text for piece in pieces for text in piece] if pieces else None


def _pieces(file: Hdf5File, address: int, name: str, what: str) -> Iterator[list[str]]:
    index = 0
    while (piece := file.texts(address, f"{name}{index}", what)) is not None:
        yield piece
        index += 1


KERAS_H5 = Format("Keras HDF5", "an .h5 file of Keras's", _recognises, _entries)
