"""Short ways to write shapes. Source: ``tensorflow.python.framework.tensor_shape``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.shapes.dimension import as_dimension
from rnn2onnx.tf.shapes.shape import TensorShape, as_shape, unknown_shape

__all__ = ["as_dimension", "as_shape", "matrix", "scalar", "unknown_shape", "vector"]


def scalar() -> TensorShape:
    """The shape without axes."""
    return TensorShape([])


def vector(length: Any) -> TensorShape:
    """The shape with one axis."""
    return TensorShape([length])


def matrix(rows: Any, cols: Any) -> TensorShape:
    """The shape with two axes."""
    return TensorShape([rows, cols])
