"""The ONNX form of every kind: one table, a file for each family as in ``rnn2onnx.ir.kinds``."""

from __future__ import annotations

from rnn2onnx.exporter.emission import Row
from rnn2onnx.exporter.rows import (
    arrays,
    control,
    einsum,
    elementwise,
    indexing,
    linear,
    native,
    normalisation,
    quantized,
    reductions,
)

ROWS: dict[str, Row] = {
    **elementwise.ROWS,
    **reductions.ROWS,
    **normalisation.ROWS,
    **arrays.ROWS,
    **indexing.ROWS,
    **linear.ROWS,
    **einsum.ROWS,
    **control.ROWS,
    **native.ROWS,
    **quantized.ROWS,
}

REMOVED: dict[str, Row] = control.REMOVED

__all__ = ["REMOVED", "ROWS"]
