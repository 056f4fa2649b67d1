"""Graphs as ONNX models and files; the only place that knows ONNX."""

from __future__ import annotations

from rnn2onnx.exporter.export import export
from rnn2onnx.exporter.files import save, size_of
from rnn2onnx.exporter.opsets import DEFAULT_OPSET, OPSETS, ir_version_of

__all__ = ["DEFAULT_OPSET", "OPSETS", "export", "ir_version_of", "save", "size_of"]
