"""A model written to disk, whole or not at all."""

from __future__ import annotations

import os
import tempfile

import onnx
import onnx_ir

from rnn2onnx.errors import ExportError

NEAR_2_GIB = 2**31 - 2**27
"""Bytes of weights from which they go into a file of their own: a model file ends at 2 GiB."""


def save(model: onnx.ModelProto, path: str | os.PathLike[str], *, external_from: int = NEAR_2_GIB) -> None:
    """Writes ``model`` to ``path``, with the weights in ``path`` + ``.data`` where they are large.

    The files appear under their names when they are complete; on an error whatever was there before stays.

    Args:
        model: The model; it is not changed.
        path: The file to write.
        external_from: Bytes of weights from which they are written beside the model.

    Raises:
        ExportError: The folder does not exist or cannot be written.
    """
    target = os.path.abspath(os.fspath(path))
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise ExportError(f"the model was to be written to {target}, but there is no folder {folder}; make it first")
    if os.path.isdir(target):
        raise ExportError(f"the model was to be written to {target}, which is a folder; name a file in it")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=folder) as scratch:
            _write(model, os.path.join(scratch, name), external_from)
            # Weights first: a model file never stands beside weights that are not there yet.
            for part in sorted(os.listdir(scratch), key=lambda part: part == name):
                os.replace(os.path.join(scratch, part), os.path.join(folder, part))
    except OSError as error:
        raise ExportError(f"the model could not be written to {target}: {error.strerror or error}") from None


def size_of(model: onnx.ModelProto) -> int:
    """Bytes of the file that ``save`` writes, or of the weights alone where they go into one beside it."""
    weights = _weights(model)
    return model.ByteSize() if weights < NEAR_2_GIB else weights


def _weights(model: onnx.ModelProto) -> int:
    return sum(len(tensor.raw_data) for tensor in model.graph.initializer)


def _write(model: onnx.ModelProto, path: str, external_from: int) -> None:
    if _weights(model) < external_from:
        with open(path, "wb") as file:
            file.write(model.SerializeToString())
    else:
        onnx_ir.save(onnx_ir.from_proto(model), path, external_data=os.path.basename(path) + ".data")
