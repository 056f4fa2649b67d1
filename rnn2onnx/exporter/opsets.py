"""The opsets that can be asked for, and the version of the file format that goes with each."""

from __future__ import annotations

from rnn2onnx.errors import ExportError

OPSETS = range(13, 27)
"""13 to 26: what the rows are written for and onnxruntime 1.31 loads."""

DEFAULT_OPSET = 17

_IR_VERSIONS = {
    7: range(13, 15),
    8: range(15, 19),
    9: range(19, 21),
    10: range(21, 23),
    11: range(23, 25),
    12: range(25, 27),
}


def ir_version_of(opset: int) -> int:
    """The IR version that goes with an opset.

    Raises:
        ExportError: The opset is not one of 13 to 26.
    """
    for version, opsets in _IR_VERSIONS.items():
        if opset in opsets:
            return version
    raise ExportError(f"opset {opset} was asked for; this exporter writes opset {OPSETS[0]} to {OPSETS[-1]}")
