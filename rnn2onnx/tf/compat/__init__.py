"""``tf.compat``: ``tf.compat.v1``, which is ``tf`` itself, and conversions of strings."""

from __future__ import annotations

from typing import Any

import numpy as np

import rnn2onnx.tf as v1
from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.shapes.shape import dimension_at_index, dimension_value

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "dimension_at_index",
    "dimension_value",
    "integral_types",
    "real_types",
    "v1",
]

bytes_or_text_types = (bytes, str)
integral_types = (int, np.integer)
real_types = (int, float, np.integer, np.floating)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes or text as text.

    Raises:
        ArgumentTypeError: It is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise ArgumentTypeError(f"Expected binary or unicode string, got {bytes_or_text!r}", user_location())


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Bytes or text as bytes.

    Raises:
        ArgumentTypeError: It is neither.
    """
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text)
    return as_text(bytes_or_text).encode(encoding)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Anything as text; bytes are decoded."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


__getattr__ = unknown("tf.compat")
