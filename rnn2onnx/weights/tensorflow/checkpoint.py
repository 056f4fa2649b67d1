"""TensorFlow's checkpoints, by whichever of their names the user gives."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.tensorflow.checkpoint_v1 import table_entries
from rnn2onnx.weights.tensorflow.sorted_table import MAGIC
from rnn2onnx.weights.tensorflow.tensor_bundle import bundle_entries

_STATE = "checkpoint"
_SHARD = re.compile(r"(?P<prefix>.+)\.data-\d{5,}-of-\d{5,}", re.DOTALL)
_LATEST = re.compile(
    rb"""^\s*model_checkpoint_path\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')\s*$""", re.MULTILINE
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|.)", re.DOTALL)
_STATE_SIZE = 1 << 20


def _recognises(place: Place) -> bool:
    if place.is_folder:
        return place.holds(_STATE) or bool(_indexes(place.path))
    return _prefix_of_a_file(place) is not None


def _entries(place: Place) -> Sequence[Entry]:
    prefix = _prefix_in_a_folder(place.path) if place.is_folder else _prefix_of_a_file(place)
    assert prefix is not None
    if Place(prefix).tail.endswith(MAGIC):
        return table_entries(prefix)
    if not os.path.isfile(prefix + ".index"):
        raise WeightsError(
            f"{place.path!r} belongs to a checkpoint whose index {prefix + '.index'!r} is missing; all files of a "
            "checkpoint lie in one folder."
        )
    return bundle_entries(prefix)


def _prefix_of_a_file(place: Place) -> str | None:
    """The prefix that a path names, or is; None where it is of no checkpoint."""
    if place.path.endswith(".index") and place.is_file:
        return place.path.removesuffix(".index")
    shard = _SHARD.fullmatch(place.path)
    if shard is not None:
        return shard["prefix"]
    if place.is_file:
        return None
    return place.path if _exists(place.path) else None


def _has_shards(prefix: str) -> bool:
    folder, name = os.path.split(prefix)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return False
    return bool(name) and any((shard := _SHARD.fullmatch(n)) is not None and shard["prefix"] == name for n in names)


def _indexes(folder: str) -> list[str]:
    """The prefixes of the indexes in a folder."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".index"))
    except OSError as error:
        raise WeightsError(f"the folder {folder!r} cannot be read: {error}.") from None
    places = (Place(os.path.join(folder, name)) for name in names)
    return [place.path.removesuffix(".index") for place in places if place.tail.endswith(MAGIC)]


def _prefix_in_a_folder(folder: str) -> str:
    """The prefix of a folder's newest checkpoint."""
    file = os.path.join(folder, _STATE)
    if not os.path.isfile(file):
        found = _indexes(folder)
        if len(found) > 1:
            names = ", ".join(os.path.basename(prefix) for prefix in found)
            raise WeightsError(
                f"{folder!r} has several checkpoints and no file {_STATE!r} that says which is the newest; give the "
                f"path of one of {names}."
            )
        return found[0]
    text = BoundedFile.open(file)
    if len(text) > _STATE_SIZE:
        raise text.error(_STATE_SIZE, "the file that names the newest checkpoint is longer than a megabyte")
    latest = _LATEST.search(bytes(text.data))
    if latest is None:
        raise text.error(0, "it should name the newest checkpoint in a line 'model_checkpoint_path: \"NAME\"'")
    named = os.fsdecode(_ESCAPE.sub(_unescaped, latest[1] or latest[2] or b""))
    if os.path.isabs(named) and _exists(moved := os.path.join(folder, os.path.basename(named))):
        # Folders are moved and copied with their checkpoints; what the file says is where they once were.
        return moved
    prefix = os.path.join(folder, named)
    root = os.path.realpath(folder)
    if not named or "\0" in named or os.path.commonpath([root, os.path.realpath(prefix)]) != root:
        raise text.error(
            latest.start(),
            f"it names the checkpoint {named!r}, which is outside of the folder and is not opened for that reason; "
            "give the path of the checkpoint itself",
        )
    return prefix


def _exists(prefix: str) -> bool:
    """Whether a checkpoint, whole or not, lies at a prefix."""
    return os.path.isfile(prefix + ".index") or os.path.isfile(prefix) or _has_shards(prefix)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    """What an escape in a protocol buffer's text stands for."""
    code: bytes = escape[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    if code[:1] in b"xX" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(code, code)


CHECKPOINT = Format(
    "TensorFlow checkpoint",
    "a TensorFlow checkpoint (its prefix, its .index file, or a folder with a 'checkpoint' file)",
    _recognises,
    _entries,
)
