"""Matrices given by their non-zero elements: code that makes them runs, and what is computed with them is dense.

Cells of graph networks multiply their state with the constant matrix of a graph. It becomes a dense constant, which is
what engines multiply with.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import DType, int64
from rnn2onnx.tf.ops.gather_ops import gather, scatter_nd, sparse_to_dense
from rnn2onnx.tf.ops.math_ops import matmul
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = [
    "SparseTensor",
    "SparseTensorValue",
    "sparse_placeholder",
    "sparse_reorder",
    "sparse_tensor_dense_matmul",
    "sparse_tensor_to_dense",
    "sparse_transpose",
]


class SparseTensorValue(NamedTuple):
    """The parts of a sparse tensor, as arrays. Source: ``tf.SparseTensorValue``."""

    indices: Any
    values: Any
    dense_shape: Any


class SparseTensor:
    """A tensor that is zero but for some elements. Source: ``tf.SparseTensor``.

    Args:
        indices: Where they are: int64[elements, axes].
        values: What they are: [elements].
        dense_shape: The shape of the whole: int64[axes].

    Raises:
        ShapeError: The parts have other ranks.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self.indices = convert_to_tensor(indices, int64)
        self.values = convert_to_tensor(values)
        self.dense_shape = convert_to_tensor(dense_shape, int64)
        for part, rank, name in ((self.indices, 2, "indices"), (self.values, 1, "values"), (self.dense_shape, 1, "")):
            if len(part.shape) != rank:
                raise ShapeError(
                    f"Shape {part.shape} must have rank {rank}: it is for the {name or 'dense_shape'} of a "
                    "tf.SparseTensor, which takes indices [elements, axes], values [elements] and dense_shape [axes].",
                    user_location(),
                )

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """One made of the parts of another, or of arrays."""
        return cls(*(getattr(sparse_tensor_value, part) for part in SparseTensorValue._fields))

    @property
    def dtype(self) -> DType:
        """Of its elements."""
        return self.values.dtype

    @property
    def graph(self) -> Graph:
        """Where it is recorded."""
        return self.values.graph

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole, as far as it is known."""
        known = constant_value(self.dense_shape)
        return TensorShape([None] * (self.dense_shape.shape[0].value or 0) if known is None else known.tolist())

    def get_shape(self) -> TensorShape:
        """The shape of the whole, as far as it is known."""
        return self.shape

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape!r})"


def _sparse(given: Any) -> SparseTensor:
    return given if isinstance(given, SparseTensor) else SparseTensor.from_value(given)


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor whose parts are placeholders: ``name/indices``, ``name/values`` and ``name/shape``.

    Args:
        dtype: Of its elements.
        shape: Of the whole; None where even the number of its axes is unknown.
        name: Of the placeholders.

    Source:
        ``tf.sparse_placeholder``.
    """
    axes = TensorShape(shape).rank
    known = axes is not None and TensorShape(shape).is_fully_defined()
    under = f"{name}/" if name else "SparsePlaceholder/"
    whole = TensorShape(shape).as_list() if known else placeholder(int64, [axes], f"{under}shape")
    values = placeholder(dtype, [None], f"{under}values")
    return SparseTensor(placeholder(int64, [None, axes], f"{under}indices"), values, whole)


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The tensor as it is: nothing here depends on the order of its elements. Source: ``tf.sparse_reorder``."""
    return _sparse(sp_input)


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The tensor with its axes in another order, by default reversed. Source: ``tf.sparse_transpose``."""
    given = _sparse(sp_input)
    order = list(range(given.indices.shape[1].value or 0))[::-1] if perm is None else perm
    return SparseTensor(gather(given.indices, order, axis=1), given.values, gather(given.dense_shape, order))


def sparse_tensor_to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """All of its elements.

    Args:
        sp_input: A sparse tensor.
        default_value: What the elements are that it has not; zero by default.
        validate_indices: Without effect.
        name: The name of the result.

    Source:
        ``tf.sparse_tensor_to_dense``.
    """
    given = _sparse(sp_input)
    if default_value is None:
        return scatter_nd(given.indices, given.values, given.dense_shape, name=name)
    return sparse_to_dense(given.indices, given.dense_shape, given.values, default_value, name=name)


def sparse_tensor_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The product of a sparse matrix and a dense one.

    Args:
        sp_a: The sparse matrix.
        b: The dense matrix.
        adjoint_a: Whether the first is transposed.
        adjoint_b: Whether the second is transposed.
        name: The name of the result.

    Source:
        ``tf.sparse_tensor_dense_matmul``.
    """
    return matmul(sparse_tensor_to_dense(sp_a), b, transpose_a=adjoint_a, transpose_b=adjoint_b, name=name)
