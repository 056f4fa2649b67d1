"""Activations by name are the functions of that name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf.rnn_cell import activation_function
from tests.tf.recording import values

X = np.array([-7.0, -2.5, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 7.0])


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


FUNCTIONS = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": sigmoid,
    "linear": lambda x: x,
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum()),
    "exponential": np.exp,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "gelu": lambda x: 0.5 * x * (1 + np.array([math.erf(v / math.sqrt(2)) for v in x])),
    "swish": lambda x: x * sigmoid(x),
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_named(name: str) -> None:
    with tf.Graph().as_default():
        y = activation_function(name)(tf.placeholder(tf.float64, [9], name="x"))
        np.testing.assert_allclose(values(y, {"x": X}), FUNCTIONS[name](X), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_tanh(nothing: str | None) -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float64, [9], name="x")
        np.testing.assert_allclose(values(activation_function(nothing)(x), {"x": X}), np.tanh(X))


def test_a_function_is_itself() -> None:
    assert activation_function(math.tanh) is math.tanh
