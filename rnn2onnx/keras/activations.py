"""``keras.activations``: functions of a tensor, and how layers find them by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops import activations as nn
from rnn2onnx.tf.ops.elementwise import exp
from rnn2onnx.tf.ops.elementwise import sigmoid as _sigmoid
from rnn2onnx.tf.ops.elementwise import tanh as _tanh
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell import activation as cells

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "linear",
    "mish",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]

Activation = Callable[..., Any]


def linear(x: Any) -> Any:
    """``x`` as it is. Source: ``keras.activations.linear``."""
    return x


def relu(x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Any:
    """``x`` from ``threshold`` on, ``max_value`` at most; below, ``alpha (x - threshold)``.

    Source:
        ``keras.activations.relu``.
    """
    x = convert_to_tensor(x)
    if alpha and max_value is None and not threshold:
        return nn.leaky_relu(x, alpha)
    above = x * tf.cast(tf.greater(x, threshold), x.dtype) if threshold else nn.relu(x)
    if max_value is not None:
        above = tf.clip_by_value(above, convert_to_tensor(0.0, x.dtype), convert_to_tensor(max_value, x.dtype))
    return above - nn.relu(threshold - x if threshold else -x) * alpha if alpha else above


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """``x`` above 0, ``alpha (exp(x) - 1)`` below. Source: ``keras.activations.elu``."""
    x = convert_to_tensor(x)
    if alpha == 1:
        return nn.elu(x)
    positive = tf.cast(tf.greater(x, 0.0), x.dtype)
    return nn.elu(x) * (positive + (1.0 - positive) * alpha)


def selu(x: Any) -> Any:
    """The scaled exponential linear unit. Source: ``keras.activations.selu``."""
    return nn.selu(x)


def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``. Source: ``keras.activations.softplus``."""
    return nn.softplus(x)


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``. Source: ``keras.activations.softsign``."""
    return nn.softsign(x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent. Source: ``keras.activations.tanh``."""
    return _tanh(x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``. Source: ``keras.activations.sigmoid``."""
    return _sigmoid(x)


def exponential(x: Any) -> Any:
    """``exp(x)``. Source: ``keras.activations.exponential``."""
    return exp(x)


def hard_sigmoid(x: Any) -> Any:
    """``0.2 x + 0.5`` between 0 and 1. Source: ``keras.activations.hard_sigmoid``."""
    return cells.hard_sigmoid(x)


def swish(x: Any) -> Any:
    """``x sigmoid(x)``. Source: ``keras.activations.swish``."""
    return nn.swish(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    """``x`` times the normal distribution's probability of less. Source: ``keras.activations.gelu``."""
    return nn.gelu(x, approximate)


def mish(x: Any) -> Any:
    """``x tanh(softplus(x))``. Source: ``keras.activations.mish``."""
    return cells.mish(x)


def softmax(x: Any, axis: Any = -1) -> Any:
    """``exp(x) / sum(exp(x))`` along an axis. Source: ``keras.activations.softmax``.

    Raises:
        ArgumentError: ``x`` is a vector.
    """
    x = convert_to_tensor(x)
    if len(x.dims) < 2:
        raise ArgumentError(
            f"Cannot apply softmax to a tensor that is 1D. Received input: {x!r}. Use tf.nn.softmax.", user_location()
        )
    return nn.softmax(x, axis)


_OWN: dict[str, Activation] = {
    function.__name__: function
    for function in (
        *(elu, exponential, gelu, hard_sigmoid, linear, mish, relu, selu, sigmoid, softmax, softplus, softsign),
        *(swish, tanh),
    )
}
_BY_NAME: dict[str, Activation] = _OWN | {
    "leaky_relu": nn.leaky_relu,
    "log_softmax": nn.log_softmax,
    "relu6": nn.relu6,
    "silu": nn.silu,
}


def get(identifier: Any) -> Activation:
    """The function that something is or names; ``linear`` for None.

    Raises:
        ArgumentError: No function has this name.
        ArgumentTypeError: It is neither a name nor a function.

    Source:
        ``keras.activations.get``.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, dict):
        identifier = identifier.get("config", identifier.get("class_name"))
    if isinstance(identifier, str):
        if identifier in _BY_NAME:
            return _BY_NAME[identifier]
        raise ArgumentError(
            f"Unknown activation function '{identifier}' cannot be deserialized. "
            f"Give a function, or one of {', '.join(sorted(_BY_NAME))}.",
            user_location(),
        )
    if callable(identifier):
        function: Activation = identifier
        return function
    raise ArgumentTypeError(
        f"Could not interpret activation function identifier: {identifier}. Give a function or a name.",
        user_location(),
    )


deserialize = get


def serialize(activation: Any) -> Any:
    """The name of a function of Keras; any other function as it is."""
    return next((name for name, function in _BY_NAME.items() if function is activation), activation)
