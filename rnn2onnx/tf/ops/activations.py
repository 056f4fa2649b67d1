"""Activation functions, softmaxes, biases: what stands between layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.ir.types import is_float
from rnn2onnx.tf.ops.elementwise import number
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.static_value import axis_of, one_of

Activation = Callable[..., Tensor]

__all__ = [
    "bias_add",
    "crelu",
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "relu",
    "relu6",
    "relu_layer",
    "selu",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "xw_plus_b",
]


def _activation(kind: str, call: str, gives: str, **attrs: Any) -> Activation:
    """TensorFlow's function for a word of the language that takes one operand."""

    def function(features: Any, name: str | None = None) -> Tensor:
        return emit(kind, convert_to_tensor(features), name=name, **attrs)

    function.__name__ = function.__qualname__ = call
    function.__doc__ = f"{gives}, for each element. Source: ``tf.nn.{call}``."
    return function


elu = _activation("elu", "elu", "The number itself above 0, exp(x) - 1 below", alpha=1.0)
selu = _activation("selu", "selu", "The scaled exponential linear unit")
softplus = _activation("softplus", "softplus", "log(1 + exp(x))")
softsign = _activation("softsign", "softsign", "x / (1 + abs(x))")


def relu(features: Any, name: str | None = None) -> Tensor:
    """The number itself above 0, else 0. Source: ``tf.nn.relu``."""
    x = convert_to_tensor(features)
    return (
        emit("relu", x, name=name) if is_float(x.recorded.type.dtype) else emit("maximum", x, number(0, x), name=name)
    )


def relu6(features: Any, name: str | None = None) -> Tensor:
    """The number itself between 0 and 6, else the nearer of the two. Source: ``tf.nn.relu6``."""
    x = convert_to_tensor(features)
    return emit("minimum", emit("maximum", x, number(0, x)), number(6, x), name=name)


def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """The number itself above 0, ``alpha`` times it below. Source: ``tf.nn.leaky_relu``."""
    x = convert_to_tensor(features)
    x = x if is_float(x.recorded.type.dtype) else emit("cast", x, dtype=np.dtype(np.float32))
    if isinstance(alpha, int | float | np.number):
        return emit("leaky_relu", x, name=name, alpha=float(alpha))
    return emit("maximum", emit("mul", convert_to_tensor(alpha, x.dtype), x), x, name=name)


def swish(features: Any, beta: Any = 1.0) -> Tensor:
    """X * sigmoid(beta * x). Source: ``tf.nn.swish``."""
    x = convert_to_tensor(features)
    plain = isinstance(beta, int | float) and beta == 1
    return emit("mul", x, emit("sigmoid", x if plain else emit("mul", x, convert_to_tensor(beta, x.dtype))))


silu = swish


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Tensor:
    """X times the normal distribution's probability of less than x. Source: ``tf.nn.gelu``."""
    x = convert_to_tensor(features)
    half = emit("mul", x, number(0.5, x))
    if approximate:
        cube = emit("mul", emit("mul", x, x), x)
        inner = emit("add", x, emit("mul", number(0.044715, x), cube))
        share = emit("tanh", emit("mul", number(np.sqrt(2 / np.pi), x), inner))
    else:
        share = emit("erf", emit("mul", x, number(np.sqrt(0.5), x)))
    return emit("mul", half, emit("add", share, number(1, x)), name=name)


def crelu(features: Any, name: str | None = None, axis: Any = -1) -> Tensor:
    """relu(x) and relu(-x) side by side. Source: ``tf.nn.crelu``."""
    x = convert_to_tensor(features)
    return relu(concat([x, emit("neg", x)], axis), name)


def _soft(kind: str, logits: Any, axis: Any, dim: Any, name: str | None) -> Tensor:
    x = convert_to_tensor(logits)
    if not is_float(x.recorded.type.dtype):
        raise DTypeError(
            f"Value passed to parameter 'logits' has DataType {x.dtype.name} not in list of allowed values: float16, "
            "bfloat16, float32, float64. Cast it with tf.cast.",
            user_location(),
        )
    chosen = one_of(axis, dim, "axis", "dim")
    if not x.dims:
        raise ShapeError("A softmax takes a vector at least, not a scalar.", user_location())
    return emit(kind, x, name=name, axis=axis_of(-1 if chosen is None else chosen, len(x.dims), "Dimension"))


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """exp(x) / sum(exp(x)) along ``axis``, the last one by default. Source: ``tf.nn.softmax``."""
    return _soft("softmax", logits, axis, dim, name)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """The logarithm of the softmax along ``axis``, the last one by default. Source: ``tf.nn.log_softmax``."""
    return _soft("log_softmax", logits, axis, dim, name)


def channels_first(data_format: str | None) -> bool:
    """Whether the channels stand behind the batch axis rather than last.

    Raises:
        ArgumentError: The format is neither.
    """
    if data_format is None or (data_format.startswith("N") and data_format.endswith("C")):
        return False
    if data_format.startswith("NC"):
        return True
    raise ArgumentError(
        f"`data_format` must be of the form `N...C` or `NC...`. Received: data_format={data_format}", user_location()
    )


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """A vector added to the channels: the last axis, or axis 1 for ``NC…``. Source: ``tf.nn.bias_add``.

    Raises:
        ShapeError: The bias is no vector, or of another length than the channels.
    """
    x = convert_to_tensor(value)
    b = convert_to_tensor(bias, x.dtype)
    rank = len(x.dims)
    if len(b.dims) != 1 or rank < 2:
        raise ShapeError(
            f"A bias is a vector, added to a tensor of rank 2 at least; not {shown(b.dims)} to {shown(x.dims)}.",
            user_location(),
        )
    channel = 1 if channels_first(data_format) else rank - 1
    agree_lengths(x, channel, b, 0, "BiasAdd")
    if channel != rank - 1:
        b = emit("unsqueeze", b, axes=tuple(range(1, rank - channel)))
    return emit("add", x, b, name=name)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """matmul(x, weights) + biases. Source: ``tf.nn.xw_plus_b``."""
    return bias_add(matmul(x, weights), biases, name=name)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """relu(matmul(x, weights) + biases). Source: ``tf.nn.relu_layer``."""
    return relu(xw_plus_b(x, weights, biases), name)
