"""Readers of trained weights: a file in, arrays by name out. Stands alone."""

from __future__ import annotations

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fitting import Expected, Fit
from rnn2onnx.weights.given import Given
from rnn2onnx.weights.keras_layouts import from_keras
from rnn2onnx.weights.load import entries, load
from rnn2onnx.weights.renaming import Rename, renamed
from rnn2onnx.weights.torch_layouts import from_torch

__all__ = ["Entry", "Expected", "Fit", "Given", "Rename", "entries", "from_keras", "from_torch", "load", "renamed"]
