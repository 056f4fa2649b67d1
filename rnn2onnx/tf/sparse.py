"""``tf.sparse``: matrices given by their non-zero elements."""

from __future__ import annotations

from rnn2onnx.tf.ops.sparse_tensors import SparseTensor
from rnn2onnx.tf.ops.sparse_tensors import sparse_placeholder as placeholder
from rnn2onnx.tf.ops.sparse_tensors import sparse_reorder as reorder
from rnn2onnx.tf.ops.sparse_tensors import sparse_tensor_dense_matmul as matmul
from rnn2onnx.tf.ops.sparse_tensors import sparse_tensor_dense_matmul as sparse_dense_matmul
from rnn2onnx.tf.ops.sparse_tensors import sparse_tensor_to_dense as to_dense
from rnn2onnx.tf.ops.sparse_tensors import sparse_transpose as transpose
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["SparseTensor", "matmul", "placeholder", "reorder", "sparse_dense_matmul", "to_dense", "transpose"]

__getattr__ = unknown("tf.sparse")
