"""Readers of trained weights: a file in, arrays by name out. Stands alone."""

from __future__ import annotations

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.fitting import Expected, Fit
from rnn2onnx.weights.fit.given import Given
from rnn2onnx.weights.fit.renaming import Rename, renamed
from rnn2onnx.weights.layouts.keras_layouts import from_keras
from rnn2onnx.weights.layouts.torch_layouts import from_torch
from rnn2onnx.weights.load import entries, load

__all__ = ["Entry", "Expected", "Fit", "Given", "Rename", "entries", "from_keras", "from_torch", "load", "renamed"]
