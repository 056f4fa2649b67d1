"""``.keras`` files: zip archives of a model's configuration and its variables.

Source: Keras, ``keras/src/saving/saving_lib.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.keras.cudnn_layouts import without_cudnn
from rnn2onnx.weights.keras.hdf5_file import Hdf5File
from rnn2onnx.weights.keras.keras_objects import object_entries
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.json_text import parse_json
from rnn2onnx.weights.reading.zip_archive import names_of_zip, zip_files

_CONFIG, _METADATA, _VARIABLES = "config.json", "metadata.json", "model.weights.h5"


def _recognises(place: Place) -> bool:
    names = names_of_zip(place)
    return any(name in names for name in (_CONFIG, _METADATA, _VARIABLES))


def _entries(place: Place) -> Sequence[Entry]:
    archive = BoundedFile.open(place.path)
    files = zip_files(archive)
    if _VARIABLES not in files or _CONFIG not in files:
        raise WeightsError(
            f"{place.path!r} is broken: a .keras file has {_CONFIG!r} and {_VARIABLES!r}, and this has "
            f"{', '.join(sorted(files)[:8])}."
        )
    config = parse_json(files[_CONFIG].checked, f"the configuration {_CONFIG!r}")
    return without_cudnn(
        object_entries(Hdf5File(files[_VARIABLES].checked), config if isinstance(config, dict) else None)
    )


KERAS_ARCHIVE = Format("Keras", "a .keras file", _recognises, _entries)
