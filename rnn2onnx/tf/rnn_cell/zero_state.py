"""States filled with zeros, of the sizes that a cell says."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import map_structure
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.reshaping import reshape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value


def _concat(prefix: Any, suffix: Any, static: bool = False) -> Any:
    """The shape that begins with ``prefix`` and goes on with ``suffix``.

    Args:
        prefix: An int, TensorShape, or tensor that is a scalar or a vector of integers; mostly the batch size.
        suffix: Likewise; mostly the size of a state.
        static: Give a list of ints, None where unknown, or None for an unknown rank; else an integer vector.

    Raises:
        ArgumentError: A tensor of rank 2 or more; or a length is unknown where a tensor is asked for.

    Source:
        ``tensorflow.python.ops.rnn_cell_impl._concat``.
    """
    if static:
        known = _static(prefix, "Prefix").concatenate(_static(suffix, "suffix"))
        return None if known.ndims is None else known.as_list()
    sizes = [value for value in (prefix, suffix) if isinstance(value, Tensor)]
    dtype = sizes[0].dtype if sizes else "int32"
    parts = [_vector(value, name, dtype) for value, name in ((prefix, "Prefix"), (suffix, "suffix"))]
    if any(part is None for part in parts):
        raise ArgumentError(
            f"Prefix or suffix can't be None. Received prefix = {prefix} and suffix = {suffix}. "
            "Use tf.shape(x)[axis] for a length that is known only when the model runs.",
            user_location(),
        )
    return concat(parts, 0)


def _vector(value: Any, name: str, dtype: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        _check_rank(value, name)
        return reshape(value, [1]) if not value.dims else value
    shape = TensorShape(value)
    return convert_to_tensor(shape.as_list(), dtype) if shape.is_fully_defined() else None


def _static(value: Any, name: str) -> TensorShape:
    if not isinstance(value, Tensor):
        return TensorShape(value)
    _check_rank(value, name)
    known = constant_value(value)
    if known is not None:
        return TensorShape([int(length) for length in known.reshape(-1)])
    rank = value.dims[0] if value.dims else 1
    return TensorShape([None] * rank if isinstance(rank, int) else None)


def _check_rank(value: Tensor, name: str) -> None:
    if len(value.dims) > 1:
        raise ArgumentError(
            f"{name} tensor must be either a scalar or vector, but received tensor: {value}", user_location()
        )


def _zero_state_tensors(state_size: Any, batch_size: Any, dtype: Any) -> Any:
    """Zeros of shape ``[batch_size] + size`` for each leaf of a nest of sizes.

    Args:
        state_size: A nest of ints, Dimensions and TensorShapes.
        batch_size: An int, Dimension or integer tensor.
        dtype: The dtype of all of them.

    Raises:
        ArgumentError: A length of a size is unknown.

    Source:
        ``tensorflow.python.ops.rnn_cell_impl._zero_state_tensors``.
    """

    def leaf(size: Any) -> Tensor:
        state = zeros(_concat(batch_size, size), dtype)
        state.set_shape(_concat(batch_size, size, static=True))
        return state

    return map_structure(leaf, state_size)


def zero_state_of(cell: Any, batch_size: Any, dtype: Any) -> Any:
    """The zero state of any object that is like a cell: by ``zero_state``, else by ``get_initial_state``."""
    if hasattr(cell, "zero_state"):
        return cell.zero_state(batch_size, dtype)
    return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
