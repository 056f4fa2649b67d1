"""``tf.contrib.layers``: convolutions and pooling, biases and scores, layers on layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Zeros, xavier_initializer
from rnn2onnx.tf.layers.arg_scope import add_arg_scope
from rnn2onnx.tf.layers.contrib import collected, variable_of
from rnn2onnx.tf.layers.pooling import average_pooling2d, max_pooling2d
from rnn2onnx.tf.ops import activations
from rnn2onnx.tf.ops.activations import relu
from rnn2onnx.tf.ops.array_ops import one_hot, shape, tile
from rnn2onnx.tf.ops.conv_ops import convolution as convolve
from rnn2onnx.tf.ops.math_ops import div, reduce_sum, sqrt, square
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.name_scope import name_scope
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = [
    "avg_pool2d",
    "bias_add",
    "conv1d",
    "conv2d",
    "convolution",
    "max_pool2d",
    "one_hot_encoding",
    "repeat",
    "softmax",
    "stack",
    "unit_norm",
]

_XAVIER, _ZEROS = xavier_initializer(), Zeros()


def _numbers(given: Any, rank: int) -> list[int]:
    return [given] * rank if isinstance(given, int) else [int(each) for each in given]


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    conv_dims: int | None = None,
) -> Tensor:
    """``activation(x * W + b)``, a convolution over the axes between the first and the last.

    Variables ``Conv/weights`` (the windows, then depth and ``num_outputs``) and ``Conv/biases``.

    Args:
        inputs: A tensor of rank 3 or 4.
        num_outputs: The number of output channels.
        kernel_size: The elements of a window: one number, or one for each axis.
        stride: The elements between two windows.
        padding: ``SAME`` or ``VALID``.
        data_format: Channels last, unless it begins with ``NC``.
        rate: The distance of two elements of a window.
        activation_fn: A function; None: none.
        normalizer_fn: Called in place of adding b.
        normalizer_params: Arguments of ``normalizer_fn``.
        weights_initializer: Of W.
        weights_regularizer: A function of W.
        biases_initializer: Of b; None: there is no b.
        biases_regularizer: A function of b.
        reuse: Whether the variables exist.
        variables_collections: Without effect.
        outputs_collections: Collections that list the result.
        trainable: Whether the variables are trainable.
        scope: The name of the scope, or a scope.
        conv_dims: Over how many axes; None: over those there are.

    Raises:
        ArgumentError: The inputs have another rank, or an unknown number of channels.

    Source:
        ``tf.contrib.layers.convolution``.
    """
    x = convert_to_tensor(inputs)
    rank = len(x.dims) - 2
    if conv_dims is not None and conv_dims != rank:
        raise ArgumentError(
            f"Convolution expects input with rank {conv_dims + 2}, got {rank + 2}: {x!r}.", user_location()
        )
    first = data_format is not None and data_format.startswith("NC")
    depth = x.shape[1 if first else -1].value
    if depth is None:
        raise ArgumentError(
            f"tf.contrib.layers.convolution: the number of channels of {x!r} must be known. State it with x.set_shape.",
            user_location(),
        )
    with variable_scope(scope, "Conv", [x], reuse=reuse):
        windows = [*_numbers(kernel_size, rank), depth, num_outputs]
        kernel = variable_of("weights", windows, x.dtype, weights_initializer, weights_regularizer, trainable)
        outputs = convolve(
            x, kernel, padding.upper(), _numbers(stride, rank), _numbers(rate, rank), data_format=data_format
        )
        if normalizer_fn is not None:
            outputs = normalizer_fn(outputs, **(normalizer_params or {}))
        elif biases_initializer is not None:
            bias = variable_of("biases", [num_outputs], x.dtype, biases_initializer, biases_regularizer, trainable)
            outputs = activations.bias_add(outputs, bias, data_format="NCHW" if first else None)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collected(outputs, outputs_collections)


@add_arg_scope
def conv1d(inputs: Any, num_outputs: int, kernel_size: Any, *args: Any, **kwargs: Any) -> Tensor:
    """``convolution`` of ``[batch, time, depth]``. Source: ``tf.contrib.layers.conv1d``."""
    return convolution(inputs, num_outputs, kernel_size, *args, **{**kwargs, "conv_dims": 1})


@add_arg_scope
def conv2d(inputs: Any, num_outputs: int, kernel_size: Any, *args: Any, **kwargs: Any) -> Tensor:
    """``convolution`` of ``[batch, rows, columns, depth]``. Source: ``tf.contrib.layers.conv2d``."""
    return convolution(inputs, num_outputs, kernel_size, *args, **{**kwargs, "conv_dims": 2})


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The greatest element of each window. Source: ``tf.contrib.layers.max_pool2d``."""
    order = "channels_first" if data_format.startswith("NC") else "channels_last"
    with name_scope(scope, "MaxPool2D", [inputs]):
        return collected(max_pooling2d(inputs, kernel_size, stride, padding, order), outputs_collections)


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The mean of each window. Source: ``tf.contrib.layers.avg_pool2d``."""
    order = "channels_first" if data_format.startswith("NC") else "channels_last"
    with name_scope(scope, "AvgPool2D", [inputs]):
        return collected(average_pooling2d(inputs, kernel_size, stride, padding, order), outputs_collections)


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Any = None,
    initializer: Any = _ZEROS,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """``inputs`` plus the variable ``BiasAdd/biases``. Source: ``tf.contrib.layers.bias_add``.

    Raises:
        ArgumentError: The number of channels is unknown.
    """
    x = convert_to_tensor(inputs)
    with variable_scope(scope, "BiasAdd", [x], reuse=reuse):
        depth = x.shape[1 if data_format == "NCHW" else -1].value
        if depth is None:
            raise ArgumentError(f"`C` dimension must be known but is None: {x!r}", user_location())
        bias = variable_of("biases", [depth], x.dtype, initializer, regularizer, trainable)
        outputs = activations.bias_add(x, bias, data_format=data_format)
        return collected(outputs if activation_fn is None else activation_fn(outputs), outputs_collections)


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """A row for each label, ``on_value`` at its place. Source: ``tf.contrib.layers.one_hot_encoding``."""
    with name_scope(scope, "OneHotEncoding", [labels]):
        return collected(one_hot(labels, num_classes, on_value, off_value), outputs_collections)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Tensor:
    """The softmax along the last axis. Source: ``tf.contrib.layers.softmax``."""
    return activations.softmax(convert_to_tensor(logits))


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Tensor:
    """``inputs / sqrt(sum of squares along dim + epsilon)``. Source: ``tf.contrib.layers.unit_norm``.

    Raises:
        ArgumentError: ``dim`` is negative or not below the rank.
    """
    x = convert_to_tensor(inputs)
    if not 0 <= dim < len(x.dims):
        raise ArgumentError("dim must be positive but smaller than the input rank.", user_location())
    lengths = sqrt(epsilon + reduce_sum(square(x), dim, True))
    return div(x, tile(lengths, [shape(x)[axis] if axis == dim else 1 for axis in range(len(x.dims))]))


def _name_of(layer: Any, otherwise: str) -> str:
    name = getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", None)
    return str(name) if name else otherwise


def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A layer applied several times, in the scopes ``Repeat/layer_1`` and so on.

    Source:
        ``tf.contrib.layers.repeat``.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        for number in range(repetitions):
            name = f"{scope or _name_of(layer, 'repeat')}_{number + 1}"
            outputs = layer(outputs, *args, **{**kwargs, "scope": name})
        return outputs


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Any, **kwargs: Any) -> Any:
    """A layer applied once for each of some arguments, in the scopes ``Stack/layer_1`` and so on.

    Raises:
        ArgumentTypeError: The arguments are no list.

    Source:
        ``tf.contrib.layers.stack``.
    """
    if not isinstance(stack_args, list | tuple):
        raise ArgumentTypeError("stack_args need to be a list or tuple", user_location())
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        for number, given in enumerate(stack_args):
            name = f"{scope or _name_of(layer, 'stack')}_{number + 1}"
            listed = given if isinstance(given, list | tuple) else [given]
            outputs = layer(outputs, *listed, **{**kwargs, "scope": name})
        return outputs
