from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from tests.tf.against_numpy import integers, normal, same
from tests.tf.recording import kinds, values

X = 2 * normal(2, 3, 4)


def softmax(x: Any, axis: int = -1) -> Any:
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + abs(x)),
    "swish": lambda x: x * sigmoid(x),
    "silu": lambda x: x * sigmoid(x),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "crelu": lambda x: np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], -1),
    "softmax": softmax,
    "log_softmax": lambda x: np.log(softmax(x)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    same(getattr(tf.nn, name), lambda x: ACTIVATIONS[name](x).astype(np.float32), X)


def test_activations_take_arguments() -> None:
    same(lambda x: tf.nn.leaky_relu(x, 0.5), lambda x: np.where(x > 0, x, 0.5 * x), X)
    same(lambda x: tf.nn.softmax(x, axis=1), lambda x: softmax(x, 1), X)
    same(lambda x: tf.nn.log_softmax(x, dim=0), lambda x: np.log(softmax(x, 0)), X)
    same(lambda x: tf.nn.softmax(x[0, 0]), lambda x: softmax(x[0, 0]), X)
    same(lambda x: tf.nn.crelu(x, axis=1), lambda x: np.maximum(np.concatenate([x, -x], 1), 0), X)
    same(lambda n: tf.nn.relu(n), lambda n: np.maximum(n, 0), integers(5))


def test_biases_are_added_to_the_channels() -> None:
    same(lambda x: tf.nn.bias_add(x, x[0, 0]), lambda x: x + x[0, 0], X)
    same(lambda x: tf.nn.bias_add(x, x[0, :, 0], "NCW"), lambda x: x + x[0, :, :1], X)
    same(lambda x, w: tf.nn.xw_plus_b(x[0], w, w[0]), lambda x, w: x[0] @ w + w[0], X, normal(4, 5))
    same(lambda x, w: tf.nn.relu_layer(x[0], w, w[0]), lambda x, w: np.maximum(x[0] @ w + w[0], 0), X, normal(4, 5))


def windows(x: Any, size: Any, strides: Any, dilations: Any, padding: str) -> tuple[Any, Any]:
    """For each window of an array [N, ..., C]: where it stands in the result, and its elements (NaN in the padding)."""
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
    spatial = x.shape[1:-1]
    if padding == "SAME":
        counts = [-(-n // s) for n, s in zip(spatial, strides, strict=True)]
        totals = [max((c - 1) * s + r - n, 0) for c, s, r, n in zip(counts, strides, reach, spatial, strict=True)]
        x = np.pad(x, [(0, 0), *((t // 2, t - t // 2) for t in totals), (0, 0)], constant_values=np.nan)
    else:
        counts = [(n - r) // s + 1 for n, r, s in zip(spatial, reach, strides, strict=True)]
    for place in itertools.product(*map(range, counts)):
        cut = [slice(p * s, p * s + r, d) for p, s, r, d in zip(place, strides, reach, dilations, strict=True)]
        yield place, x[(slice(None), *cut)], counts


def convolved(x: Any, w: Any, strides: Any, dilations: Any, padding: str) -> Any:
    out = None
    for place, window, counts in windows(x, w.shape[:-2], strides, dilations, padding):
        out = np.zeros((len(x), *counts, w.shape[-1]), np.float32) if out is None else out
        axes = range(1, x.ndim)
        out[(slice(None), *place)] = np.tensordot(np.nan_to_num(window), w, (list(axes), list(range(x.ndim - 1))))
    return out


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("strides", "dilations"), [((1, 1), (1, 1)), ((2, 3), (1, 1)), ((1, 1), (2, 1)), ((3, 1), (1, 1))]
)
@pytest.mark.parametrize("size", [(3, 2), (1, 4)])
def test_convolution_of_images(padding: str, strides: Any, dilations: Any, size: Any) -> None:
    x, w = normal(2, 7, 6, 3), normal(*size, 3, 5, seed=1)
    want = convolved(x, w, strides, dilations, padding)

    def build(x: Any) -> list[Any]:
        last = tf.nn.conv2d(x, w, [1, *strides, 1], padding, dilations=[1, *dilations, 1])
        images = tf.transpose(x, [0, 3, 1, 2])
        first = tf.nn.conv2d(images, w, strides, padding, data_format="NCHW", dilations=dilations)
        return [last, tf.transpose(first, [0, 2, 3, 1])]

    same(build, lambda x: [want, want], x, tolerance=1e-4)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2)])
@pytest.mark.parametrize("length", [7, 8, 9])
def test_convolution_of_sequences(padding: str, stride: int, dilation: int, length: int) -> None:
    x, w = normal(2, length, 3), normal(4, 3, 5, seed=1)
    want = convolved(x, w, [stride], [dilation], padding)
    same(lambda x: tf.nn.conv1d(x, w, stride, padding, dilations=dilation), lambda x: want, x, tolerance=1e-4)


def test_convolution_by_channel_in_groups_and_padded_by_hand() -> None:
    x, w = normal(2, 5, 6, 4), normal(3, 2, 4, 2, seed=1)
    each = np.concatenate(
        [convolved(x[..., c : c + 1], w[:, :, c : c + 1], (2, 2), (1, 1), "SAME") for c in range(4)], -1
    )
    same(lambda x: tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME"), lambda x: each, x, tolerance=1e-4)
    mix = normal(1, 1, 8, 3, seed=2)
    same(
        lambda x: tf.nn.separable_conv2d(x, w, mix, [1, 2, 2, 1], "SAME"), lambda x: each @ mix[0, 0], x, tolerance=1e-4
    )
    halves = np.concatenate(
        [convolved(x[..., i : i + 2], w[:, :, :2, j : j + 1], (1, 1), (1, 1), "VALID") for i, j in ((0, 0), (2, 1))], -1
    )
    same(lambda x: tf.nn.conv2d(x, w[:, :, :2], 1, "VALID"), lambda x: halves, x, tolerance=1e-4, static_only=True)
    padded = np.pad(x, [(0, 0), (2, 0), (0, 1), (0, 0)])
    explicit = [[0, 0], [2, 0], [0, 1], [0, 0]]
    same(
        lambda x: tf.nn.conv2d(x, w, 1, explicit),
        lambda x: convolved(padded, w, (1, 1), (1, 1), "VALID"),
        x,
        tolerance=1e-4,
    )
    apart = convolved(x, w, (1, 1), (2, 2), "SAME")
    same(lambda x: tf.nn.atrous_conv2d(x, w, 2, "SAME"), lambda x: apart, x, tolerance=1e-4)
    same(lambda x: tf.nn.convolution(x, w, "SAME", dilation_rate=[2, 2]), lambda x: apart, x, tolerance=1e-4)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("size", "strides"), [((2, 2), (2, 2)), ((3, 2), (1, 2)), ((3, 3), (2, 2)), ((1, 2), (3, 3))])
def test_pooling(padding: str, size: Any, strides: Any) -> None:
    x = normal(2, 5, 6, 3)

    def pooled(function: Callable[..., Any]) -> Any:
        out = None
        for place, window, counts in windows(x, size, strides, (1, 1), padding):
            out = np.zeros((2, *counts, 3), np.float32) if out is None else out
            out[(slice(None), *place)] = function(window, axis=(1, 2))
        return out

    largest, mean = pooled(np.nanmax), pooled(np.nanmean)
    window, steps = [1, *size, 1], [1, *strides, 1]
    same(lambda x: tf.nn.max_pool(x, window, steps, padding), lambda x: largest, x)
    same(lambda x: tf.nn.avg_pool(x, ksize=window, strides=steps, padding=padding), lambda x: mean, x)
    same(lambda x: tf.nn.pool(x, size, "AVG", padding, strides=strides), lambda x: mean, x)
    same(lambda x: tf.nn.max_pool1d(x[:, 0], 2, 2, "SAME"), lambda x: x[:, 0].reshape(2, 3, 2, 3).max(2), x)


def test_moments_and_normalisation() -> None:
    same(lambda x: tf.nn.moments(x, [0, 2]), lambda x: [x.mean((0, 2)), x.var((0, 2))], X)
    same(
        lambda x: tf.nn.moments(x, [-1], keep_dims=True),
        lambda x: [x.mean(-1, keepdims=True), x.var(-1, keepdims=True)],
        X,
    )
    weights = abs(normal(2, 3, 4, seed=3))
    mean = (X * weights).sum(1) / weights.sum(1)
    variance = (X * X * weights).sum(1) / weights.sum(1) - mean**2
    same(lambda x: tf.nn.weighted_moments(x, [1], weights), lambda x: [mean, variance], X, tolerance=1e-4)
    line = np.arange(1, 5, dtype=np.float32)

    def batch(x: Any) -> list[Any]:
        fused = tf.nn.fused_batch_norm(x, line, -line, line, line, 0.1, data_format="NWC", is_training=False)
        return [tf.nn.batch_normalization(x, line, line, -line, line, 0.1), fused[0]]

    want = (X - line) / np.sqrt(line + np.float32(0.1)) * line - line
    same(batch, lambda x: [want, want], X)
    same(
        lambda x: tf.nn.batch_normalization(x, line, line, None, None, 0.1),
        lambda x: (x - line) / np.sqrt(line + np.float32(0.1)),
        X,
    )


def test_the_statistics_of_a_batch_are_trainings() -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match="is for training"):
        tf.nn.fused_batch_norm(tf.zeros([1, 2, 2, 3]), tf.ones([3]), tf.ones([3]))


LABELS = np.array([2, 0, 3], np.int32)


def test_cross_entropies() -> None:
    x = normal(3, 4)
    chances = softmax(x)
    picked = -np.log(chances[np.arange(3), LABELS])
    same(
        lambda x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x), lambda x, y: picked, x, LABELS
    )
    target = softmax(normal(3, 4, seed=2))
    dense = -(target * np.log(chances)).sum(-1)
    same(lambda x, t: tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=x), lambda x, t: dense, x, target)
    same(lambda x, t: tf.nn.softmax_cross_entropy_with_logits_v2(t, x, 1), lambda x, t: dense, x, target)
    p = sigmoid(x)
    single = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    same(lambda x, t: tf.nn.sigmoid_cross_entropy_with_logits(labels=t, logits=x), lambda x, t: single, x, target)
    weighted = -(3 * target * np.log(p) + (1 - target) * np.log(1 - p))
    same(lambda x, t: tf.nn.weighted_cross_entropy_with_logits(t, x, 3.0), lambda x, t: weighted, x, target)
    same(lambda x: tf.nn.l2_loss(x), lambda x: np.float32((x * x).sum() / 2), x)


def test_losses_of_a_batch() -> None:
    y, p = normal(3, 4), normal(3, 4, seed=1)
    weights = np.array([[1], [0], [2]], np.float32)
    gap = np.abs(p - y)
    same(lambda y, p: tf.losses.mean_squared_error(y, p), lambda y, p: ((p - y) ** 2).mean(), y, p)
    same(
        lambda y, p: tf.losses.absolute_difference(y, p, weights),
        lambda y, p: (gap * weights).sum() / np.float32(8),
        y,
        p,
    )
    same(
        lambda y, p: tf.losses.absolute_difference(y, p, weights, reduction="weighted_mean"),
        lambda y, p: (gap * weights).sum() / np.float32(12),
        y,
        p,
    )
    same(lambda y, p: tf.losses.absolute_difference(y, p, reduction="none"), lambda y, p: gap, y, p)
    huber = np.where(gap < 1, gap**2 / 2, gap - 0.5)
    same(lambda y, p: tf.losses.huber_loss(y, p), lambda y, p: huber.mean(dtype=np.float32), y, p)
    chance, hit = sigmoid(p), (y > 0).astype(np.float32)
    log = -(hit * np.log(chance + 1e-7) + (1 - hit) * np.log(1 - chance + 1e-7))
    same(lambda y, p: tf.losses.log_loss(y, p), lambda y, p: log.mean(dtype=np.float32), hit, chance)
    hinge = np.maximum(1 - (2 * hit - 1) * p, 0)
    same(lambda y, p: tf.losses.hinge_loss(y, p), lambda y, p: hinge.mean(), hit, p)
    same(lambda y, p: tf.losses.cosine_distance(y, p, axis=1), lambda y, p: (1 - (y * p).sum(1)).mean(), y, p)
    ids = -np.log(softmax(p)[np.arange(3), LABELS])
    same(
        lambda y, p: tf.losses.sparse_softmax_cross_entropy(y, p),
        lambda y, p: ids.mean(),
        LABELS[:, None],
        p,
        static_only=True,
    )
    smooth = np.eye(4)[LABELS] * 0.8 + 0.05
    dense = (-smooth * np.log(softmax(p))).sum(1).mean(dtype=np.float32)
    same(
        lambda y, p: tf.losses.softmax_cross_entropy(tf.one_hot(y, 4), p, label_smoothing=0.2),
        lambda y, p: dense,
        LABELS,
        p,
    )


def test_losses_are_collected() -> None:
    with tf.Graph().as_default():
        x = tf.constant([1.0, 3.0])
        tf.losses.mean_squared_error(x, x * 0.0)
        tf.losses.absolute_difference(x, x * 0.0)
        tf.losses.absolute_difference(x, x, loss_collection=None)
        assert len(tf.losses.get_losses()) == 2
        np.testing.assert_allclose(values([tf.losses.get_total_loss()])[0], 5 + 2)


def test_embeddings_of_one_table_or_its_parts() -> None:
    table, ids = normal(6, 3), np.array([[0, 5], [2, 2]], np.int32)
    lookup = tf.nn.embedding_lookup
    same(lambda t, i: lookup(t, i), lambda t, i: t[i], table, ids)
    same(lambda t, i: lookup([t], tf.to_int64(i)), lambda t, i: t[i], table, ids)
    same(lambda t, i: lookup([t[::2], t[1::2]], i), lambda t, i: t[i], table, ids, static_only=True)
    same(
        lambda t, i: lookup([t[:5][::2], t[:5][1::2]], i * 4 // 5),
        lambda t, i: t[i * 4 // 5],
        table,
        ids,
        static_only=True,
    )
    same(lambda t, i: lookup([t[:2], t[2:]], i, "div"), lambda t, i: t[i], table, ids, static_only=True)
    norms = np.sqrt((table**2).sum(1, keepdims=True))
    same(lambda t, i: lookup(t, i, max_norm=1.0), lambda t, i: (t / np.maximum(norms, 1))[i], table, ids)


def test_dropout_is_nothing_or_an_error() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2, 3])
        assert tf.nn.dropout(x, 1.0) is tf.nn.dropout(x, rate=0.0) is tf.nn.dropout(x, tf.constant(1.0)) is x
        for arguments in ({"keep_prob": 0.5}, {"rate": 0.1}, {"keep_prob": tf.reduce_sum(x)}):
            with pytest.raises(ValueError, match="no randomness"):
                tf.nn.dropout(x, **arguments)


def test_the_largest() -> None:
    x = np.array([[1, 3, 3, 2], [4, 0, 4, 4]], np.float32)
    same(
        lambda x: tf.nn.top_k(x, 2),
        lambda x: [np.array([[3, 3], [4, 4]], "f"), np.array([[1, 2], [0, 2]], np.int32)],
        x,
    )
    same(lambda x, k: tf.nn.top_k(x, k).indices, lambda x, k: np.array([[1], [0]], np.int32), x, np.array(1, np.int32))
    same(lambda x: tf.nn.in_top_k(x, [3, 1], 3), lambda x: np.array([True, False]), x)
    with tf.Graph().as_default():
        best = tf.nn.top_k(tf.zeros([5]), 3, sorted=False)
        assert type(best).__name__ == "TopKV2"
        assert best._fields == ("values", "indices")


def test_softmax_and_activations_are_one_operation() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 4])
        for name in ("softmax", "log_softmax", "relu", "elu", "selu", "softplus", "softsign", "leaky_relu"):
            assert kinds(getattr(tf.nn, name)(x)) == [name]
