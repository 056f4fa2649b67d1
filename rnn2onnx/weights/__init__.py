"""Readers of trained weights: a file in, arrays by name out. Stands alone."""

from __future__ import annotations

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.load import entries, load

__all__ = ["Entry", "entries", "load"]
