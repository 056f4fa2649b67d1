"""The variables of an HDF5 file that Keras wrote by objects; and of one that it did not write, by their paths."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.keras.hdf5_file import Dataset, Hdf5File
from rnn2onnx.weights.keras.keras_object_names import Group, object_names

_DEEPEST = 64
_VARS = "vars"
_NOT_THE_MODEL = ("optimizer", "metrics", "loss", "compile_metrics")
_STATE_OF_RANDOMNESS = "seed_generator"


def object_entries(file: Hdf5File, config: Mapping[str, Any] | None) -> list[Entry]:
    """The variables of a file, named as far as the classes are known, else by their paths.

    Args:
        file: The file.
        config: The model's configuration, if there is one.

    Raises:
        WeightsError: The file is broken.
    """
    datasets: dict[str, Dataset] = {}
    root = _group(file, file.root, "", datasets)
    names = object_names(root, config)
    for path in names.keys() & names.values():
        names.pop(path)
    return [
        Entry(names.get(path, path), dataset.dtype, dataset.shape, dataset.read, path, _only_for_training(path))
        for path, dataset in datasets.items()
    ]


def _only_for_training(path: str) -> bool:
    parts = path.split("/")
    return _VARS in parts and (parts[0] in _NOT_THE_MODEL or _STATE_OF_RANDOMNESS in parts)


def _group(file: Hdf5File, address: int, path: str, datasets: dict[str, Dataset]) -> Group:
    """A group and all below it; arrays go into ``datasets`` by their paths."""
    group = Group(path)
    members = file.children(address, path or "the file")
    if path.count("/") > _DEEPEST:
        raise file.error_at(address, f"{path[:200]!r} lies deeper than any variable")
    for name, member in members.items():
        inner = f"{path}/{name}" if path else name
        dataset = file.dataset(member, inner)
        if dataset is not None:
            datasets[inner] = dataset
        else:
            group.members[name] = _group(file, member, inner, datasets)
    variables = group.members.pop(_VARS, None)
    if variables is not None:
        places = (f"{variables.path}/{index}" for index in itertools.count())
        group.variables.extend(itertools.takewhile(datasets.__contains__, places))
        texts = file.texts(members[_VARS], "name", variables.path)
        group.name = texts[0] if texts else None
    return group
