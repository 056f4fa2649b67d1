"""Activations by name, as the cells of TensorFlow take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    selu,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
)
from rnn2onnx.tf.ops.elementwise import exp, sigmoid, tanh
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import emit

Activation = Callable[[Any], Any]


def activation_function(identifier: Any) -> Activation:
    """The function that an ``activation`` argument stands for.

    Args:
        identifier: A function, the name of one, or nothing (None, ``""``): tanh.

    Raises:
        ArgumentError: No function has this name.
        ArgumentTypeError: It is neither a name nor a function.

    Source:
        ``keras.activations.get`` as the cells of ``tf.nn.rnn_cell`` call it.
    """
    if not identifier:
        return tanh
    if callable(identifier):
        function: Activation = identifier
        return function
    if not isinstance(identifier, str):
        raise ArgumentTypeError(
            f"Could not interpret activation function identifier: {identifier}. Give a function or a name.",
            user_location(),
        )
    if identifier not in _BY_NAME:
        raise ArgumentError(
            f"Unknown activation function '{identifier}' cannot be deserialized. "
            f"Give a function, or one of {', '.join(sorted(_BY_NAME))}.",
            user_location(),
        )
    return _BY_NAME[identifier]


def linear(x: Any) -> Any:
    """``x`` as it is."""
    return x


def hard_sigmoid(x: Any) -> Any:
    """``0.2 x + 0.5`` between 0 and 1. Source: ``keras.activations.hard_sigmoid`` of Keras 2."""
    return emit("hard_sigmoid", convert_to_tensor(x), alpha=0.2, beta=0.5)


def mish(x: Any) -> Any:
    """``x tanh(softplus(x))``."""
    return x * tanh(softplus(x))


_BY_NAME: dict[str, Activation] = {
    "elu": elu,
    "exponential": exp,
    "gelu": gelu,
    "hard_sigmoid": hard_sigmoid,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "swish": swish,
    "tanh": tanh,
}
