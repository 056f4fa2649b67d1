"""The table of formats: a row each, asked in this order."""

from __future__ import annotations

from rnn2onnx.weights.format import Format
from rnn2onnx.weights.npz import NPZ

FORMATS: tuple[Format, ...] = (NPZ,)
