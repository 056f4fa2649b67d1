"""``tf.linalg``: products, norms and diagonals."""

from __future__ import annotations

from rnn2onnx.tf.ops.array_ops import diag as tensor_diag
from rnn2onnx.tf.ops.array_ops import diag_part as tensor_diag_part
from rnn2onnx.tf.ops.array_ops import eye, matrix_transpose, trace
from rnn2onnx.tf.ops.array_ops import matrix_band_part as band_part
from rnn2onnx.tf.ops.array_ops import matrix_diag as diag
from rnn2onnx.tf.ops.array_ops import matrix_diag_part as diag_part
from rnn2onnx.tf.ops.array_ops import matrix_set_diag as set_diag
from rnn2onnx.tf.ops.array_ops import matrix_transpose as transpose
from rnn2onnx.tf.ops.math_ops import (
    einsum,
    global_norm,
    l2_normalize,
    matmul,
    matvec,
    norm,
    tensordot,
)
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "band_part",
    "diag",
    "diag_part",
    "einsum",
    "eye",
    "global_norm",
    "l2_normalize",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "set_diag",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
    "transpose",
]

__getattr__ = unknown("tf.linalg")
