"""Compiled programs on onnxruntime; the only place that imports it, when something first runs."""

from __future__ import annotations

from rnn2onnx.runtime.compilation import compile
from rnn2onnx.runtime.program import Program
from rnn2onnx.runtime.session import session

__all__ = ["Program", "compile", "session"]
