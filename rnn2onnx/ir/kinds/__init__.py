"""The words of the language, a file for each family; importing this package fills the table."""

from __future__ import annotations

from rnn2onnx.ir.kinds import (
    arrays,
    control,
    elementwise,
    indexing,
    linear,
    native,
    normalisation,
    quantized,
    reductions,
    sources,
)

__all__ = [
    "arrays",
    "control",
    "elementwise",
    "indexing",
    "linear",
    "native",
    "normalisation",
    "quantized",
    "reductions",
    "sources",
]
