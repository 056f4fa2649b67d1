"""Names that users import from TensorFlow's files of cells besides the cells. Source: ``rnn_cell_impl``."""

from __future__ import annotations

import collections
from typing import Any

from rnn2onnx.stand_in.module import stand_in
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.ops.array_ops import concat
from rnn2onnx.tf.ops.math_ops import sigmoid, tanh
from rnn2onnx.tf.rnn_cell import DeviceWrapper as DeviceWrapperBase
from rnn2onnx.tf.rnn_cell import DropoutWrapper as DropoutWrapperBase
from rnn2onnx.tf.rnn_cell import LSTMStateTuple, RNNCellWrapper
from rnn2onnx.tf.rnn_cell import ResidualWrapper as ResidualWrapperBase
from rnn2onnx.tf.rnn_cell.acceptance import check_floating as _check_supported_dtypes
from rnn2onnx.tf.rnn_cell.acceptance import check_floating_tensors as _check_rnn_cell_input_dtypes
from rnn2onnx.tf.rnn_cell.zero_state import _concat
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope

_BIAS_VARIABLE_NAME = "bias"
_WEIGHTS_VARIABLE_NAME = "kernel"
_LSTMStateTuple = LSTMStateTuple
_RNNCellWrapperV1 = RNNCellWrapper
_MODULES = {
    "base_layer": "python.layers.base",
    "control_flow_ops": "python.ops.control_flow_ops",
    "constant_op": "python.framework.constant_op",
    "context": "python.eager.context",
    "dtypes": "python.framework.dtypes",
    "embedding_ops": "python.ops.embedding_ops",
    "function": "python.framework.function",
    "functional_ops": "python.ops.functional_ops",
    "linalg_ops": "python.ops.linalg_ops",
    "array_ops": "python.ops.array_ops",
    "clip_ops": "python.ops.clip_ops",
    "init_ops": "python.ops.init_ops",
    "logging": "python.platform.tf_logging",
    "math_ops": "python.ops.math_ops",
    "nest": "python.util.nest",
    "nn_impl": "python.ops.nn_impl",
    "nn_ops": "python.ops.nn_ops",
    "ops": "python.framework.ops",
    "partitioned_variables": "python.ops.partitioned_variables",
    "random_ops": "python.ops.random_ops",
    "rnn": "python.ops.rnn",
    "rnn_cell": "python.ops.rnn_cell",
    "rnn_cell_impl": "python.ops.rnn_cell_impl",
    "tensor_array_ops": "python.ops.tensor_array_ops",
    "tensor_shape": "python.framework.tensor_shape",
    "tensor_util": "python.framework.tensor_util",
    "tf_logging": "python.platform.tf_logging",
    "tf_variables": "python.ops.variables",
    "variable_scope": "python.ops.variable_scope",
    "vs": "python.ops.variable_scope",
}
"""Modules that these files import, and that whoever says ``import *`` of them therefore has."""

__all__ = [
    *_MODULES,
    "DeviceWrapperBase",
    "DropoutWrapperBase",
    "ResidualWrapperBase",
    "_check_rnn_cell_input_dtypes",
    "_check_supported_dtypes",
    "_concat",
    "collections",
    "concat",
    "get_variable",
    "sigmoid",
    "tanh",
]
collections = collections


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return stand_in(f"tensorflow.{_MODULES[name]}")
    raise AttributeError(name)


def _like_rnncell(cell: Any) -> bool:
    """Whether something is used as a cell: it is called, and says the sizes and the zero state of its state."""
    return callable(cell) and all(hasattr(cell, name) for name in ("output_size", "state_size", "zero_state"))


def _hasattr(obj: Any, attr_name: str) -> bool:
    return hasattr(obj, attr_name)


def _state_size_with_prefix(state_size: Any, prefix: Any = None) -> list[Any]:
    """The lengths of a state: those of ``prefix``, which may be unknown, and the state's own."""
    sizes = list(state_size) if isinstance(state_size, list | tuple) else [state_size]
    return [*(prefix or ()), *sizes]


def _get_concat_variable(name: str, shape: Any, dtype: Any, num_shards: int) -> Any:
    """A variable, or parts of one that are joined along the first axis."""
    parts = _get_sharded_variable(name, shape, dtype, num_shards)
    return parts[0] if len(parts) == 1 else concat(parts, 0)


def _get_sharded_variable(name: str, shape: Any, dtype: Any, num_shards: int) -> list[Any]:
    """The parts ``name_0``, ``name_1``… of a variable along its first axis, the first ones longer by one at most."""
    size, left = divmod(int(shape[0]), num_shards)
    return [
        get_variable(f"{name}_{i}", [size + (i < left), *shape[1:]], dtype=as_dtype(dtype)) for i in range(num_shards)
    ]


def _checked_scope(cell: Any, scope: Any, reuse: Any = None, **kwargs: Any) -> Any:
    """The scope of a cell's variables; the cell keeps it. Source: ``rnn_cell_impl`` of TensorFlow 1.1."""
    return variable_scope(scope if scope is not None else get_variable_scope(), reuse=reuse, **kwargs)
