"""Operations under the names of TensorFlow's internal modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.tf.initializers import Identity
from rnn2onnx.tf.loops.control_flow import cond
from rnn2onnx.tf.ops.array_ops import concat as concat_v2
from rnn2onnx.tf.ops.array_ops import rank as rank_internal
from rnn2onnx.tf.ops.array_ops import shape as shape_internal
from rnn2onnx.tf.ops.array_ops import size as size_internal
from rnn2onnx.tf.ops.array_ops import split as split_v
from rnn2onnx.tf.ops.math_ops import add as add_v2
from rnn2onnx.tf.ops.math_ops import add as math_add
from rnn2onnx.tf.ops.math_ops import floormod as floor_mod
from rnn2onnx.tf.ops.math_ops import matmul as batch_mat_mul
from rnn2onnx.tf.ops.math_ops import matmul as mat_mul
from rnn2onnx.tf.ops.math_ops import realdiv as real_div
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.conversion import convert_to_tensor as convert_to_tensor_or_indexed_slices
from rnn2onnx.tf.recording.conversion import convert_to_tensor as internal_convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.refusals.settings import is_tensor as is_dense_tensor_like
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.shapes.static_value import constant_value as smart_constant_value

__all__ = [
    "Defun",
    "EagerTensor",
    "EnableControlFlowV2",
    "GetContainingWhileContext",
    "GetContainingXLAContext",
    "GraphOrParentsInXlaContext",
    "InXlaContext",
    "IsInXLAContext",
    "NoGradient",
    "NotDifferentiable",
    "PartitionedVariable",
    "add_v2",
    "batch_mat_mul",
    "concat_v2",
    "constant_value",
    "convert_n_to_tensor",
    "convert_n_to_tensor_or_indexed_slices",
    "convert_to_tensor_or_indexed_slices",
    "floor_mod",
    "identity_initializer",
    "internal_convert_to_tensor",
    "is_dense_tensor_like",
    "mat_mul",
    "math_add",
    "rank_internal",
    "real_div",
    "register_tensor_conversion_function",
    "shape_internal",
    "size_internal",
    "smart_cond",
    "smart_constant_value",
    "split_v",
]


class EagerTensor:
    """No value is of this class: everything is recorded."""


class PartitionedVariable:
    """No variable is of this class: a partitioned one is a ``tf.Variable`` here."""


class Defun:
    """The decorated function records where it is called. Source: ``tensorflow.python.framework.function.Defun``."""

    def __init__(self, *input_types: Any, **kwargs: Any) -> None:
        self.options = kwargs

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """``func`` as it is."""
        return func


def GetContainingWhileContext(ctxt: Any, stop_ctxt: Any = None) -> None:  # noqa: N802
    """None: a recorded loop is no context."""


GetContainingXLAContext = GetContainingWhileContext


def IsInXLAContext(op: Any) -> bool:  # noqa: N802
    """False."""
    return False


GraphOrParentsInXlaContext = EnableControlFlowV2 = InXlaContext = IsInXLAContext


def smart_cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: str | None = None) -> Any:
    """One of two functions' results, chosen while recording where the condition is known then."""
    known = constant_value(pred) if isinstance(pred, Tensor) else pred
    if known is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if known else false_fn()


def convert_n_to_tensor(values: Any, dtype: Any = None, name: str | None = None) -> list[Any]:
    """A list of values as tensors."""
    return [convert_to_tensor(value, dtype) for value in values]


def convert_n_to_tensor_or_indexed_slices(values: Any, dtype: Any = None, name: str | None = None) -> list[Any]:
    """A list of values as tensors, None as it is."""
    return [None if value is None else convert_to_tensor(value, dtype) for value in values]


def register_tensor_conversion_function(base_type: Any, conversion_func: Any, priority: int = 100) -> None:
    """Nothing: a class says itself how it is made a tensor."""


def NotDifferentiable(op_type: str) -> None:  # noqa: N802
    """Nothing: gradients are needed by training only."""


NoGradient = NotDifferentiable
identity_initializer = Identity
