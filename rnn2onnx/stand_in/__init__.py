"""This project under TensorFlow's own name, for files that say ``import tensorflow``: ``rnn2onnx.as_tensorflow``."""

from __future__ import annotations

from rnn2onnx.stand_in.importing import as_tensorflow

__all__ = ["as_tensorflow"]
