"""The linear part of cells: one matrix product of arguments side by side, and a bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import is_nested
from rnn2onnx.tf.initializers import Constant, Zeros
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.variable_scope import VariableScope, get_variable, get_variable_scope, variable_scope


def affine(args: Sequence[Any], kernel: Any, bias: Any = None) -> Tensor:
    """``concat(args, 1) @ kernel + bias``.

    Args:
        args: Tensors ``[batch, depth_i]``.
        kernel: ``[sum of the depths, units]``.
        bias: ``[units]``, or None.
    """
    product = matmul(concat(args, 1) if len(args) > 1 else args[0], kernel)
    return product if bias is None else bias_add(product, bias)


class _Linear:
    """An affine map of some arguments, its variables made in the current scope.

    Args:
        args: A tensor ``[batch, depth]`` or a list of them.
        output_size: The number of columns of the result.
        build_bias: Whether to add a bias.
        bias_initializer: By default zeros.
        kernel_initializer: By default the scope's.

    Raises:
        ArgumentError: No argument, or one of another rank than 2, or of unknown depth.

    Source:
        ``tensorflow.contrib.rnn.python.ops.core_rnn_cell._Linear``.
    """

    def __init__(
        self,
        args: Any,
        output_size: Any,
        build_bias: bool,
        bias_initializer: Any = None,
        kernel_initializer: Any = None,
    ) -> None:
        tensors = _tensors(args)
        depth = sum(_depth(tensor, tensors) for tensor in tensors)
        dtype = tensors[0].dtype
        self._weights = get_variable("kernel", [depth, output_size], dtype=dtype, initializer=kernel_initializer)
        self._biases: Any = None
        if build_bias:
            with variable_scope(get_variable_scope()) as inner:
                inner.set_partitioner(None)
                initializer = Zeros() if bias_initializer is None else bias_initializer
                self._biases = get_variable("bias", [output_size], dtype=dtype, initializer=initializer)

    def __call__(self, args: Any) -> Tensor:
        """The map of arguments like those it was made for."""
        return affine(_tensors(args), self._weights, self._biases)


def _linear(
    args: Any,
    output_size: Any,
    bias: bool,
    bias_initializer: Any = None,
    kernel_initializer: Any = None,
    scope: Any = None,
    bias_start: float = 0.0,
) -> Tensor:
    """``concat(args, 1) @ kernel (+ bias)`` with variables ``kernel`` and ``bias`` of the current scope.

    Args:
        args: A tensor ``[batch, depth]`` or a list of them.
        output_size: The number of columns of the result.
        bias: Whether to add a bias.
        bias_initializer: By default zeros.
        kernel_initializer: By default the scope's.
        scope: The name of a scope for the variables, or a scope; by default the current one.
        bias_start: What the bias is at first.

    Raises:
        ArgumentError: No argument, or one of another rank than 2, or of unknown depth.

    Source:
        ``tensorflow.python.ops.rnn_cell_impl._linear`` (TensorFlow 1.2 and later). Before, it was (args, output_size,
        bias, bias_start, scope): a number in the fourth place, or a name in the fifth, are understood as these.
    """
    if isinstance(bias_initializer, int | float):
        bias_initializer, bias_start = None, bias_initializer
    if isinstance(kernel_initializer, str | VariableScope):
        kernel_initializer, scope = None, kernel_initializer
    if bias_initializer is None and bias_start:
        bias_initializer = Constant(bias_start)
    if scope is None:
        return _Linear(args, output_size, bias, bias_initializer, kernel_initializer)(args)
    with variable_scope(scope):
        return _Linear(args, output_size, bias, bias_initializer, kernel_initializer)(args)


def _tensors(args: Any) -> list[Tensor]:
    if args is None or (is_nested(args) and not args):
        raise ArgumentError("`args` must be specified: a tensor or a list of tensors.", user_location())
    return [convert_to_tensor(arg) for arg in args] if is_nested(args) else [convert_to_tensor(args)]


def _depth(tensor: Tensor, tensors: Sequence[Tensor]) -> int:
    shapes = [t.shape for t in tensors]
    if len(tensor.dims) != 2:
        raise ArgumentError(f"linear is expecting 2D arguments: {shapes}", user_location())
    depth = tensor.dims[1]
    if not isinstance(depth, int):
        raise ArgumentError(
            f"linear expects shape[1] to be provided for shape {tensor.shape}, but it is unknown in {shapes}. "
            "Give the placeholder a static depth, or state it with x.set_shape.",
            user_location(),
        )
    return depth
