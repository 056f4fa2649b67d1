"""Readers of trained weights: a file in, arrays by name out. Stands alone."""

from __future__ import annotations

from rnn2onnx.weights.load import load

__all__ = ["load"]
