"""SavedModel folders: their variables are a tensor bundle."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.tensorflow.tensor_bundle import bundle_entries

_FILES = ("saved_model.pb", "saved_model.pbtxt")


def _recognises(place: Place) -> bool:
    if place.is_folder:
        return any(place.holds(name) for name in _FILES)
    return place.is_file and os.path.basename(place.path) in _FILES


def _entries(place: Place) -> Sequence[Entry]:
    folder = place.path if place.is_folder else os.path.dirname(place.path)
    prefix = os.path.join(folder, "variables", "variables")
    if not os.path.isfile(prefix + ".index"):
        raise WeightsError(
            f"the SavedModel {folder!r} has no variables: there is no file {prefix + '.index'!r}; if it was saved "
            "frozen, export it as a frozen GraphDef."
        )
    return bundle_entries(prefix)


SAVED_MODEL = Format("SavedModel", "a SavedModel folder", _recognises, _entries)
