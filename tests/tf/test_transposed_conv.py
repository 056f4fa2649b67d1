"""Transposed convolutions: channels first, dilations, what is refused, and how they undo a convolution's shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ShapeError
from tests.tf.recording import values

RNG = np.random.default_rng(0)
X, W = RNG.standard_normal([2, 3, 4, 3]), RNG.standard_normal([3, 2, 5, 3])


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("dilations", [1, 2])
@pytest.mark.parametrize("strides", [1, 2])
def test_it_is_the_transposed_map_of_a_convolution(strides: int, dilations: int, padding: str) -> None:
    # <conv(y), x> = <y, transposed(x)> for every y.
    y = RNG.standard_normal([2, 7, 8, 5])
    kernel = tf.constant(W)
    forward = tf.nn.conv2d(tf.constant(y), kernel, strides, padding, dilations=dilations)
    x = RNG.standard_normal(forward.shape.as_list())
    back = tf.nn.conv2d_transpose(tf.constant(x), kernel, y.shape, strides, padding, dilations=dilations)
    assert back.shape.as_list() == list(y.shape)
    a, b = values([forward, back], float64=True)
    np.testing.assert_allclose((a * x).sum(), (b * y).sum(), rtol=1e-9)


def test_channels_may_come_first() -> None:
    last = tf.nn.conv2d_transpose(X, W, [2, 6, 8, 5], 2)
    first = tf.nn.conv2d_transpose(np.moveaxis(X, 3, 1), W, [2, 5, 6, 8], [1, 1, 2, 2], data_format="NCHW")
    a, b = values([last, first])
    np.testing.assert_allclose(np.moveaxis(a, 3, 1), b, atol=1e-12)


def test_layers_take_channels_first() -> None:
    x = tf.constant(np.float32(X))
    last = tf.layers.conv2d_transpose(x, 5, 3, 2, name="a", bias_initializer=tf.ones_initializer())
    first = tf.layers.conv2d_transpose(
        tf.transpose(x, [0, 3, 1, 2]), 5, 3, 2, data_format="channels_first", name="a", reuse=True
    )
    a, b = values([last, first])
    np.testing.assert_allclose(np.moveaxis(a, 3, 1), b, atol=1e-5)


def test_lengths_that_only_the_program_knows(graph: Any) -> None:
    x = tf.placeholder(tf.float32, [None, None, None, 3], "x")
    shape = tf.concat([2 * tf.shape(x)[:1] // 2, 2 * tf.shape(x)[1:3], [5]], 0)
    y = tf.nn.conv2d_transpose(x, np.float32(W), shape, 2)
    program = rnn2onnx.compile(graph, {"y": y})
    for size in ((2, 3, 4), (1, 1, 1), (3, 2, 5)):
        feeds = {"x": RNG.standard_normal([*size, 3]).astype(np.float32)}
        got, want = program.run(feeds)["y"], program.evaluate(feeds, float64=False)["y"]
        assert got.shape == (size[0], 2 * size[1], 2 * size[2], 5)
        np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        ([2, 6, 10, 5], ShapeError, "makes 5 elements of 10, not 4"),
        ([2, 6, 8, 4], ShapeError, "output_shape does not match filter's output channels, 4 != 5"),
        ([6, 8], ArgumentError, "output_shape must have 4 lengths"),
    ],
)
def test_shapes_that_no_convolution_has(shape: list[int], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        tf.nn.conv2d_transpose(X, W, shape, 2)
    assert "test_transposed_conv.py" in str(caught.value)
