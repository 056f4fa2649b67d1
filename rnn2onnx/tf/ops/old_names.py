"""Operations under the names they had before TensorFlow 1.0."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.ops.array_ops import matrix_band_part as batch_matrix_band_part
from rnn2onnx.tf.ops.array_ops import matrix_diag as batch_matrix_diag
from rnn2onnx.tf.ops.array_ops import matrix_diag_part as batch_matrix_diag_part
from rnn2onnx.tf.ops.array_ops import matrix_set_diag as batch_matrix_set_diag
from rnn2onnx.tf.ops.array_ops import matrix_transpose as batch_matrix_transpose
from rnn2onnx.tf.ops.array_ops import stack as pack
from rnn2onnx.tf.ops.array_ops import unstack as unpack
from rnn2onnx.tf.ops.array_ops import where
from rnn2onnx.tf.ops.math_ops import matmul
from rnn2onnx.tf.ops.math_ops import multiply as mul
from rnn2onnx.tf.ops.math_ops import negative as neg
from rnn2onnx.tf.ops.math_ops import reciprocal as inv
from rnn2onnx.tf.ops.math_ops import subtract as sub
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = [
    "batch_matmul",
    "batch_matrix_band_part",
    "batch_matrix_diag",
    "batch_matrix_diag_part",
    "batch_matrix_set_diag",
    "batch_matrix_transpose",
    "inv",
    "mul",
    "neg",
    "pack",
    "select",
    "sub",
    "unpack",
]


def select(condition: Any, t: Any, e: Any, name: str | None = None) -> Tensor:
    """Elements of ``t`` where ``condition`` holds, else of ``e``. Source: ``tf.select``."""
    return where(condition, t, e, name)


def batch_matmul(x: Any, y: Any, adj_x: bool = False, adj_y: bool = False, name: str | None = None) -> Tensor:
    """The products of matrices along the last two axes. Source: ``tf.batch_matmul``."""
    return matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)
