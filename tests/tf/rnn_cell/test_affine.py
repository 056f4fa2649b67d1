"""``_linear`` and ``_Linear``, which older cells are written with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf.rnn_cell import _Linear, _linear
from tests.tf.recording import initial, kinds, values, variables


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def test_linear_of_ones() -> None:
    with tf.variable_scope("root", initializer=tf.constant_initializer(1.0)):
        y = _linear([tf.constant([[1.0, 2.0]])], 2, False)
    np.testing.assert_array_equal(values(y, {}, {"root/kernel": np.ones((2, 2))}), [[3.0, 3.0]])
    assert variables() == {"root/kernel": (2, 2)}


def test_linear_joins_its_arguments_and_adds_a_bias_of_zeros() -> None:
    a, b = tf.placeholder(tf.float32, [None, 2], name="a"), tf.placeholder(tf.float32, [None, 1], name="b")
    y = _linear([a, b], 2, True)
    assert variables() == {"kernel": (3, 2), "bias": (2,)}
    assert kinds(y) == ["concat", "matmul", "add"]
    assert not initial()["bias"].any()
    weights = {"kernel": np.arange(6.0).reshape(3, 2), "bias": [10.0, 20.0]}
    got = values(y, {"a": [[1, 2]], "b": [[3]]}, weights)
    np.testing.assert_array_equal(got, [[1, 2, 3]] @ weights["kernel"] + weights["bias"])


def test_linear_takes_initializers() -> None:
    _linear(tf.ones([1, 2]), 2, True, tf.constant_initializer(3.0), tf.constant_initializer(4.0))
    found = initial()
    assert set(found["bias"].reshape(-1)) == {3.0}
    assert set(found["kernel"].reshape(-1)) == {4.0}


def test_a_linear_object_keeps_its_variables() -> None:
    x = tf.ones([1, 2])
    linear = _Linear([x, x], 3, True)
    first, second = linear([x, x]), linear([x, x])
    assert first.recorded is second.recorded
    assert variables() == {"kernel": (4, 3), "bias": (3,)}


def test_linear_refuses_what_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="`args` must be specified"):
        _linear([], 2, True)
    with pytest.raises(ValueError, match="`args` must be specified"):
        _linear(None, 2, True)
    with pytest.raises(ValueError, match="linear is expecting 2D arguments"):
        _linear(tf.ones([2, 3, 4]), 2, True)
    with pytest.raises(ValueError, match=r"linear expects shape\[1\] to be provided"):
        _linear(tf.placeholder(tf.float32, [2, None]), 2, True)
