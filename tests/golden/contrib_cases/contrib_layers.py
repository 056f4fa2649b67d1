"""tf.contrib.layers and tf.contrib.slim: convolutions, pooling, layers on layers, defaults; segments, switch_case."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def pictures(rng: np.random.Generator) -> Any:
    return {"x": normal(rng, 2, 5, 6, 3)}


def picture(tf: Any) -> Any:
    return tf.placeholder(tf.float32, [None, 5, 6, 3], "x")


def rows(rng: np.random.Generator) -> Any:
    return {"x": normal(rng, 3, 4)}


def row(tf: Any) -> Any:
    return tf.placeholder(tf.float32, [None, 4], "x")


@case(pictures)
def conv2d(tf: Any) -> Any:
    x, layers = picture(tf), tf.contrib.layers
    return [
        layers.conv2d(x, 2, 3),
        layers.conv2d(x, 2, [3, 2], stride=2, padding="VALID", activation_fn=None, scope="named"),
        layers.convolution2d(x, 2, 3, rate=2, biases_initializer=None),
        layers.conv2d(
            x,
            2,
            1,
            normalizer_fn=layers.batch_norm,
            normalizer_params={"is_training": False, "scale": True},
            weights_regularizer=layers.l2_regularizer(0.1),
        ),
    ]


@case(lambda rng: {"x": normal(rng, 2, 7, 3)})
def convolution_over_time(tf: Any) -> Any:
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    return [tf.contrib.layers.convolution(x, 2, 3, stride=2), tf.contrib.layers.conv1d(x, 2, 3, padding="VALID")]


@case(pictures)
def pooling(tf: Any) -> Any:
    x, layers = picture(tf), tf.contrib.layers
    return [layers.max_pool2d(x, 2), layers.max_pool2d(x, [3, 2], 1, "SAME"), layers.avg_pool2d(x, [2, 2])]


@case(rows)
def small_layers(tf: Any) -> Any:
    x, layers = row(tf), tf.contrib.layers
    ids = tf.constant([[1, 0], [2, 2]])
    return [
        layers.bias_add(x),
        layers.bias_add(x, tf.tanh, scope="named"),
        layers.softmax(x),
        layers.unit_norm(x, 1),
        layers.one_hot_encoding(ids, 3),
        layers.one_hot_encoding(ids, 3, on_value=2.0, off_value=-1.0),
        layers.relu6(x * 9.0, 2),
        layers.elu(x, 2),
    ]


@case(rows)
def layers_on_layers(tf: Any) -> Any:
    x, layers = row(tf), tf.contrib.layers
    return [
        layers.repeat(x, 2, layers.fully_connected, 3),
        layers.stack(x, layers.fully_connected, [3, 2], scope="fc"),
        layers.stack(x, layers.fully_connected, [(3, tf.tanh), (2, None)]),
    ]


@case(rows)
def defaults_of_layers(tf: Any) -> Any:
    slim, x = tf.contrib.slim, row(tf)
    with slim.arg_scope([slim.fully_connected, slim.layer_norm], activation_fn=tf.tanh):
        with slim.arg_scope([slim.fully_connected], biases_initializer=None) as inner:
            a = slim.fully_connected(x, 3, scope="a")
            b = slim.fully_connected(x, 3, activation_fn=None, scope="b")
        c = slim.layer_norm(slim.fully_connected(x, 3, scope="c"))
    with slim.arg_scope(inner):
        d = slim.fully_connected(x, 2, scope="d")
    return [a, b, c, d, slim.fully_connected(x, 2, scope="e")]


@case(rows)
def defaults_of_own_functions(tf: Any) -> Any:
    framework, x = tf.contrib.framework, row(tf)

    @framework.add_arg_scope
    def scaled(value: Any, by: float = 1.0, plus: float = 0.0) -> Any:
        return value * by + plus

    with framework.arg_scope([scaled], by=3.0), framework.arg_scope([scaled], plus=1.0):
        return [scaled(x), scaled(x, by=2.0), scaled(x, plus=5.0)]


@facts()
def what_arg_scope_knows(tf: Any) -> Any:
    framework = tf.contrib.framework

    def plain(x: Any, y: int = 1) -> Any:
        return x

    made = framework.add_arg_scope(plain)
    return [framework.has_arg_scope(made), framework.has_arg_scope(plain), list(framework.arg_scoped_arguments(made))]


@case(lambda rng: {"x": normal(rng, 6, 2), "i": np.array([2, 0, 0, 4, 2, -1], "int32")})
def unsorted_segments(tf: Any) -> Any:
    x, i = tf.placeholder(tf.float32, [None, 2], "x"), tf.placeholder(tf.int32, [None], "i")
    return [
        tf.unsorted_segment_max(x, i, 5),
        tf.unsorted_segment_min(x, i, 5),
        tf.unsorted_segment_prod(x, i, 5),
        tf.unsorted_segment_sqrt_n(x, i, 5),
        tf.math.unsorted_segment_max(x[:, 0], i, 5),
        tf.unsorted_segment_max(tf.cast(x * 9.0, tf.int32), i, 5),
    ]


@case(lambda rng: {"x": normal(rng, 5, 2)})
def sorted_segments(tf: Any) -> Any:
    x = tf.placeholder(tf.float32, [None, 2], "x")
    i = tf.constant([0, 0, 1, 3, 3])
    return [tf.segment_max(x, i), tf.segment_min(x, i), tf.segment_prod(x, i), tf.math.segment_max(x[:, 0], i)]


@case(lambda rng: [{"n": np.int32(n)} for n in (0, 1, 2, 5, -1)])
def switch_case(tf: Any) -> Any:
    n = tf.placeholder(tf.int32, [], "n")
    x = tf.constant([1.0, 2.0])
    return [
        tf.switch_case(n, [lambda: x, lambda: x * 2.0, lambda: x * 3.0]),
        tf.switch_case(n, {1: lambda: x, 0: lambda: x * 2.0}, default=lambda: -x),
    ]


@error_case("must form contiguous range of [0 to 2)")
def switch_case_with_a_gap(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    return tf.switch_case(tf.constant(0), {0: lambda: x, 2: lambda: x})
