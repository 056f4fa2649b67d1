"""tf.layers and tf.contrib.layers at inference: values against numpy, names and shapes against TensorFlow 2.15."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError, TrainingError
from tests.tf.recording import random_weights, values, variables

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def numbers(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def close(got: Any, want: Any) -> None:
    # Weights are rounded to single precision on their way into the graph.
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def run(outputs: Any, x: np.ndarray, weights: Any) -> Any:
    return values(outputs, {"x": x}, weights, float64=True)


# -- dense, dropout, flatten ------------------------------------------------------------------------------------------


def test_dense_over_the_last_axis_of_any_rank() -> None:
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    y = tf.layers.dense(x, 4, activation="relu")
    assert (variables(), y.shape.as_list()) == ({"dense/kernel": (3, 4), "dense/bias": (4,)}, [None, None, 4])
    weights, fed = random_weights(), numbers(2, 5, 3)
    want = np.maximum(fed @ weights["dense/kernel"] + weights["dense/bias"], 0)
    close(run(y, fed, weights), want)


def test_dense_options() -> None:
    x = tf.ones([2, 3])
    layer = tf.layers.Dense(4, use_bias=False, kernel_initializer=tf.zeros_initializer(), name="d")
    assert layer(x).name is not None
    assert (layer.bias, layer.kernel.name, variables()) == (None, "d/kernel:0", {"d/kernel": (3, 4)})
    assert layer.compute_output_shape([None, 3]).as_list() == [None, 4]
    assert tf.layers.dense(x, 4, use_bias=False, name="d", reuse=True).shape.as_list() == [2, 4]
    assert not tf.get_default_graph().initial_values()["d/kernel"].any()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: tf.layers.dense(tf.placeholder(tf.float32, [2, None]), 3),
            ValueError,
            "should be defined. Found None",
        ),
        (lambda: tf.layers.dense(tf.ones([3]), 3), ValueError, "expected min_ndim=2"),
        (lambda: tf.layers.dense(tf.ones([3, 2], tf.int32), 3), TypeError, "floating-point dtype"),
        (lambda: tf.layers.dense(tf.ones([3, 2]), -1), ValueError, "units"),
        (lambda: tf.layers.dense(tf.ones([3, 2]), 2, activation="nope"), ValueError, "Unknown activation"),
        (lambda: tf.layers.dropout(tf.ones([1]), 2.0), ValueError, "rate"),
        (lambda: tf.layers.conv1d(tf.ones([1, 8, 2]), 3, (2, 2)), ValueError, "tuple of 1 integers"),
        (lambda: tf.layers.conv1d(tf.ones([1, 8, 2]), 0, 2), ValueError, "filters"),
        (lambda: tf.layers.conv2d(tf.ones([1, 8, 9, 2]), 3, 0), ValueError, "kernel_size"),
        (lambda: tf.layers.conv2d(tf.ones([1, 8, 9, 2]), 3, 2, padding="causal"), ValueError, "padding"),
        (lambda: tf.layers.conv2d(tf.ones([1, 8, 9, 2]), 3, 2, data_format="NHWC"), ValueError, "data_format"),
        (
            lambda: tf.layers.conv2d(tf.ones([1, 8, 9, 2]), 3, 2, 2, dilation_rate=2),
            ValueError,
            "not supported in conj",
        ),
        (lambda: tf.layers.conv2d(tf.placeholder(tf.float32, [1, 8, 9, None]), 3, 2), ValueError, "channel dimension"),
        (lambda: tf.layers.conv2d(tf.ones([1, 8, 2]), 3, 2), ValueError, "expected min_ndim=4"),
        (lambda: tf.layers.max_pooling2d(tf.ones([1, 8, 2]), 3, 2), ValueError, "expected ndim=4"),
        (lambda: tf.layers.max_pooling1d(tf.ones([1, 8, 2]), 3, 2, "causal"), ValueError, "padding"),
        (lambda: tf.layers.batch_normalization(tf.ones([2, 3]), axis=7), ValueError, "axis"),
        (
            lambda: tf.layers.batch_normalization(tf.placeholder(tf.float32, [2, None])),
            ValueError,
            "undefined `axis` dimension",
        ),
        (
            lambda: tf.contrib.layers.fully_connected(tf.placeholder(tf.float32, [2, None]), 3),
            ValueError,
            "must be known",
        ),
        (lambda: tf.contrib.layers.layer_norm(tf.ones([2, 3]), begin_norm_axis=2), ValueError, "must be < rank"),
        (lambda: tf.contrib.layers.layer_norm(tf.placeholder(tf.float32, [2, None])), ValueError, "not fully defined"),
        (lambda: tf.contrib.layers.embed_sequence(tf.ones([2], tf.int32)), ValueError, "Must specify vocab size"),
        (lambda: tf.contrib.layers.l2_regularizer(-1.0), ValueError, "less than 0"),
        (lambda: tf.contrib.layers.l2_regularizer("a"), ValueError, "must be a number"),
    ],
)
def test_what_no_layer_can_be(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        make()
    assert isinstance(caught.value, Rnn2OnnxError)
    assert "test_layers.py" in str(caught.value)


def test_dropout_is_the_identity_at_inference() -> None:
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    fed = numbers(2, 3)
    kept = [
        tf.layers.dropout(x),
        tf.layers.dropout(x, 0.5, training=tf.constant(False)),
        tf.layers.dropout(x, rate=0.0, training=True),
        tf.layers.Dropout(0.9)(x, training=None),
        tf.contrib.layers.dropout(x, is_training=False),
        tf.contrib.layers.dropout(x, keep_prob=1.0),
    ]
    for y in kept:
        np.testing.assert_array_equal(values(y, {"x": fed}), fed)


@pytest.mark.parametrize(
    "train",
    [
        lambda x: tf.layers.dropout(x, training=True),
        lambda x: tf.layers.dropout(x, training=tf.placeholder(tf.bool, [])),
        lambda x: tf.layers.dropout(x, rate=tf.constant(0.5), training=1),
        lambda x: tf.layers.batch_normalization(x, training=True),
        lambda x: tf.layers.batch_normalization(x, training=tf.placeholder(tf.bool, [])),
        lambda x: tf.layers.batch_normalization(x, renorm=True),
        lambda x: tf.layers.batch_normalization(x, virtual_batch_size=2),
        lambda x: tf.contrib.layers.batch_norm(x),
        lambda x: tf.contrib.layers.dropout(x),
    ],
)
def test_training_is_refused(train: Any) -> None:
    with pytest.raises(TrainingError) as caught:
        train(tf.ones([2, 3]))
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__


def test_flatten() -> None:
    def shape(*lengths: int | None, **options: Any) -> list[int | None]:
        with tf.Graph().as_default():
            return tf.layers.flatten(tf.placeholder(tf.float32, lengths), **options).shape.as_list()

    assert shape(None, 3, 4) == shape(None, 3, 4, data_format="channels_first") == [None, 12]
    assert (shape(2, 3, 4), shape(None, 3, None), shape(None)) == ([2, 12], [None, None], [None, 1])
    x, fed = tf.placeholder(tf.float32, [None, None, 2], name="x"), numbers(3, 4, 2)
    np.testing.assert_array_equal(values(tf.layers.flatten(x), {"x": fed}), fed.reshape(3, 8))
    turned = tf.layers.flatten(x, data_format="channels_first")
    np.testing.assert_array_equal(values(turned, {"x": fed}), fed.transpose(0, 2, 1).reshape(3, 8))
    np.testing.assert_array_equal(values(tf.contrib.layers.flatten(x), {"x": fed}), fed.reshape(3, 8))


# -- normalization ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("axis", "shape"), [(-1, (1, 1, 5)), (1, (1, 3, 1)), ([1, 2], (1, 3, 5))])
def test_batch_normalization_by_the_moving_statistics(axis: Any, shape: tuple[int, ...]) -> None:
    x = tf.placeholder(tf.float32, [None, 3, 5], name="x")
    y = tf.layers.batch_normalization(x, axis=axis, epsilon=0.01)
    assert list(variables()) == [
        f"batch_normalization/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    assert len(tf.trainable_variables()) == 2
    weights = {name: np.abs(array) for name, array in random_weights().items()}
    gamma, beta, mean, variance = (array.reshape(shape) for array in weights.values())
    fed = numbers(2, 3, 5)
    want = gamma * (fed - mean) / np.sqrt(variance + 0.01) + beta
    close(run(y, fed, weights), want)


def test_batch_normalization_of_half_precision_keeps_single_precision_statistics() -> None:
    y = tf.layers.batch_normalization(tf.ones([2, 3], tf.float16), center=False, scale=False)
    assert [v.dtype for v in tf.global_variables()] == [tf.float32, tf.float32]
    assert y.dtype == tf.float16


def test_contrib_batch_norm() -> None:
    x = tf.placeholder(tf.float32, [None, 3, 5], name="x")
    last = tf.contrib.layers.batch_norm(x, is_training=False, scale=True, activation_fn=tf.nn.relu)
    first = tf.contrib.layers.batch_norm(x, is_training=False, data_format="NCW", scope="first")
    assert list(variables())[:4] == [
        f"BatchNorm/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    assert {name: shape for name, shape in variables().items() if name.startswith("first")} == {
        "first/beta": (3,),
        "first/moving_mean": (3,),
        "first/moving_variance": (3,),
    }
    weights = {name: np.abs(array) for name, array in random_weights().items()}
    fed = numbers(2, 3, 5)
    gamma, beta, mean, variance = list(weights.values())[:4]
    want = np.maximum(gamma * (fed - mean) / np.sqrt(variance + 0.001) + beta, 0)
    close(run(last, fed, weights), want)
    beta, mean, variance = (array[:, None] for array in list(weights.values())[4:])
    close(run(first, fed, weights), (fed - mean) / np.sqrt(variance + 0.001) + beta)


def test_contrib_layer_norm() -> None:
    x = tf.placeholder(tf.float32, [None, 3, 5], name="x")
    whole = tf.contrib.layers.layer_norm(x)
    rows = tf.contrib.layers.layer_norm(x, begin_norm_axis=-1, center=False, scale=False)
    assert variables() == {"LayerNorm/beta": (5,), "LayerNorm/gamma": (5,)}
    weights, fed = random_weights(), numbers(2, 3, 5).astype(np.float64)

    def normal(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
        return (array - array.mean(axes, keepdims=True)) / np.sqrt(array.var(axes, keepdims=True) + 1e-12)

    want = normal(fed, (1, 2)) * weights["LayerNorm/gamma"] + weights["LayerNorm/beta"]
    close(run(whole, fed, weights), want)
    close(run(rows, fed, weights), normal(fed, (2,)))


# -- windows ----------------------------------------------------------------------------------------------------------


def convolved(x: np.ndarray, kernel: np.ndarray, stride: int = 1, dilation: int = 1) -> np.ndarray:
    """Over time, without padding: [batch, time, channels] and [size, channels, filters]."""
    size = kernel.shape[0]
    starts = range(0, x.shape[1] - (size - 1) * dilation, stride)
    taps = [x[:, s : s + (size - 1) * dilation + 1 : dilation] for s in starts]
    return np.stack([np.einsum("btc,tcf->bf", tap, kernel) for tap in taps], axis=1)


@pytest.mark.parametrize(
    ("options", "padding", "arguments"),
    [
        ({}, (0, 0), {}),
        ({"padding": "same"}, (1, 1), {}),
        ({"padding": "SAME", "strides": 2}, (0, 1), {"stride": 2}),
        ({"padding": "causal"}, (2, 0), {}),
        ({"padding": "causal", "dilation_rate": 2}, (4, 0), {"dilation": 2}),
        ({"dilation_rate": [3]}, (0, 0), {"dilation": 3}),
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_conv1d(data_format: str, options: Any, padding: tuple[int, int], arguments: Any) -> None:
    first = data_format == "channels_first"
    x = tf.placeholder(tf.float32, [None, 3, 8] if first else [None, 8, 3], name="x")
    y = tf.layers.conv1d(x, 4, 3, activation=tf.nn.relu, data_format=data_format, **options)
    assert variables() == {"conv1d/kernel": (3, 3, 4), "conv1d/bias": (4,)}
    weights, fed = random_weights(), numbers(2, 8, 3)
    padded = np.pad(fed, [(0, 0), padding, (0, 0)])
    want = np.maximum(convolved(padded, weights["conv1d/kernel"], **arguments) + weights["conv1d/bias"], 0)
    got = run(y, fed.transpose(0, 2, 1) if first else fed, weights)
    close(got.transpose(0, 2, 1) if first else got, want)


def test_conv2d_of_one_row_is_conv1d() -> None:
    x = tf.placeholder(tf.float32, [None, 8, 3], name="x")
    y = tf.layers.conv2d(tf.expand_dims(x, 1), 4, (1, 3), use_bias=False)
    assert (variables(), y.shape.as_list()) == ({"conv2d/kernel": (1, 3, 3, 4)}, [None, 1, 6, 4])
    weights, fed = random_weights(), numbers(2, 8, 3)
    want = convolved(fed, weights["conv2d/kernel"][0])
    close(run(y, fed, weights)[:, 0], want)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_separable_convolutions(data_format: str) -> None:
    first = data_format == "channels_first"
    x = tf.placeholder(tf.float32, [None, 3, 8] if first else [None, 8, 3], name="x")
    y = tf.layers.separable_conv1d(x, 4, 3, depth_multiplier=2, padding="same", data_format=data_format)
    image = tf.expand_dims(x, 2 if first else 1)
    z = tf.layers.separable_conv2d(image, 4, (1, 3), depth_multiplier=2, padding="same", data_format=data_format)
    assert variables() == {
        "separable_conv1d/depthwise_kernel": (3, 3, 2),
        "separable_conv1d/pointwise_kernel": (1, 6, 4),
        "separable_conv1d/bias": (4,),
        "separable_conv2d/depthwise_kernel": (1, 3, 3, 2),
        "separable_conv2d/pointwise_kernel": (1, 1, 6, 4),
        "separable_conv2d/bias": (4,),
    }
    weights, fed = random_weights(), numbers(2, 8, 3)
    for name, layer in (("separable_conv1d", y), ("separable_conv2d", tf.squeeze(z, [2 if first else 1]))):
        each = weights[f"{name}/depthwise_kernel"].reshape(3, 3, 2)
        mixed = weights[f"{name}/pointwise_kernel"].reshape(3, 2, 4)
        kernel = np.einsum("tcm,cmf->tcf", each, mixed)
        want = convolved(np.pad(fed, [(0, 0), (1, 1), (0, 0)]), kernel) + weights[f"{name}/bias"]
        got = run(layer, fed.transpose(0, 2, 1) if first else fed, weights)
        close(got.transpose(0, 2, 1) if first else got, want)


def test_pooling() -> None:
    x = tf.placeholder(tf.float32, [None, 6, 4], name="x")
    fed = numbers(2, 6, 4)
    windows = np.stack([fed[:, s : s + 2] for s in (0, 2, 4)], axis=1)
    image = tf.expand_dims(x, -1)
    pooled = {
        "max": (tf.layers.max_pooling1d(x, 2, 2), windows.max(2)),
        "average": (tf.layers.average_pooling1d(x, 2, 2), windows.mean(2)),
        "images": (tf.layers.max_pooling2d(image, (2, 1), (2, 1))[..., 0], windows.max(2)),
        "means": (tf.layers.average_pooling2d(image, (2, 1), [2, 1])[..., 0], windows.mean(2)),
        "objects": (tf.layers.MaxPooling1D(2, None)(x), windows.max(2)),
    }
    for got, want in pooled.values():
        close(values(got, {"x": fed}), want)
    first = tf.layers.max_pooling1d(tf.ones([2, 8, 3]), 2, 2, data_format="channels_first")
    same = tf.layers.max_pooling2d(tf.ones([2, 8, 9, 3]), (2, 3), 1, padding="same")
    assert (first.shape.as_list(), same.shape.as_list()) == ([2, 8, 1], [2, 8, 9, 3])


# -- contrib ----------------------------------------------------------------------------------------------------------


def test_fully_connected() -> None:
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = layers.fully_connected(x, 4, weights_regularizer=layers.l2_regularizer(0.5), outputs_collections="out")
    z = layers.linear(x, 2, biases_initializer=None, scope="z")
    n = layers.fully_connected(x, 4, None, layers.batch_norm, {"is_training": False}, scope="n")
    assert layers.relu(x, 2, scope="z2").shape.as_list() == [None, 2]
    assert list(variables())[:3] == ["fully_connected/weights", "fully_connected/biases", "z/weights"]
    assert "n/BatchNorm/beta" in variables()
    assert "n/biases" not in variables()
    assert n.shape.as_list() == [None, 4]
    assert tf.get_collection("out") == [y]
    assert tf.model_variables() == tf.global_variables()
    weights, fed = random_weights(), numbers(2, 3)
    kernel = weights["fully_connected/weights"]
    loss = values(tf.losses.get_regularization_loss(), {"x": fed}, weights)
    close(loss, (kernel**2).sum() / 4)
    want = np.maximum(fed @ kernel + weights["fully_connected/biases"], 0)
    close(run(y, fed, weights), want)
    close(run(z, fed, weights), fed @ weights["z/weights"])


def test_embed_sequence() -> None:
    ids = tf.placeholder(tf.int32, [None, None], name="x")
    y = tf.contrib.layers.embed_sequence(ids, 10, 4)
    again = tf.contrib.layers.embed_sequence(ids, scope="EmbedSequence", reuse=True)
    assert (variables(), y.shape.as_list()) == ({"EmbedSequence/embeddings": (10, 4)}, [None, None, 4])
    weights, fed = random_weights(), np.array([[1, 2, 3]], np.int32)
    for rows in (y, again):
        close(run(rows, fed, weights), weights["EmbedSequence/embeddings"][fed])


def test_regularizers() -> None:
    layers = tf.contrib.layers
    w = np.array([1.0, -2.0], np.float32)
    assert values(layers.l1_regularizer(0.5)(w)) == 1.5
    assert values(layers.l2_regularizer(0.5)(w)) == 1.25
    assert values(layers.l1_l2_regularizer(0.5, 0.5)(w)) == 2.75
    assert layers.l1_regularizer(0.0)(w) is None
    assert layers.sum_regularizer([None, layers.l2_regularizer(0.0)]) is None
    total = layers.apply_regularization(layers.l2_regularizer(1.0), [w, w])
    assert values(total) == 5.0
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == [total]
    with pytest.raises(ValueError, match="No weights"):
        layers.apply_regularization(layers.l2_regularizer(1.0))
