"""Activations, softmaxes, losses, convolutions, pooling and embeddings."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


def activation(name):
    @case(lambda rng: {"x": 3.0 * normal(rng, 3, 5)}, name=f"activation_{name}")
    def build(tf):
        return getattr(tf.nn, name)(tf.placeholder(tf.float32, [None, 5], "x"))


for op in ["relu", "relu6", "elu", "selu", "leaky_relu", "softplus", "softsign", "swish", "crelu", "softmax"]:
    activation(op)
for op in ["log_softmax", "tanh", "sigmoid"]:
    activation(op)


@case(lambda rng: {"x": 3.0 * normal(rng, 2, 3, 4)})
def activations_with_arguments(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4], "x")
    return {
        "leaky": tf.nn.leaky_relu(x, 0.01),
        "leaky_named": tf.nn.leaky_relu(x, alpha=0.3),
        "softmax_axis": tf.nn.softmax(x, axis=1),
        "softmax_dim": tf.nn.softmax(x, dim=0),
        "softmax_negative": tf.nn.softmax(x, -2),
        "softmax_vector": tf.nn.softmax(x[0, 0]),
        "log_softmax_axis": tf.nn.log_softmax(x, axis=1),
        "hard_sigmoid": tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0),
        "gelu": 0.5 * x * (1.0 + tf.erf(x / np.sqrt(2.0))),
        "glu": tf.sigmoid(x[..., :2]) * x[..., 2:],
        "prelu": tf.maximum(0.0, x) + tf.constant([0.1, 0.2, 0.3, 0.4]) * tf.minimum(0.0, x),
    }


@case(lambda rng: {"x": normal(rng, 3, 5), "m": np.array([5, 2, 3], "int32")})
def masked_softmax(tf):
    x = tf.placeholder(tf.float32, [None, None], "x")
    mask = tf.sequence_mask(tf.placeholder(tf.int32, [None], "m"), tf.shape(x)[1])
    padding = tf.ones_like(x) * (-(2**32) + 1)
    weights = tf.nn.softmax(tf.where(mask, x, padding))
    additive = tf.nn.softmax(x + (1.0 - tf.cast(mask, tf.float32)) * -1e9)
    return weights, additive


@case(lambda rng: {"x": normal(rng, 3, 4), "w": normal(rng, 4, 2), "b": normal(rng, 2)})
def affine(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    w = tf.placeholder(tf.float32, [4, 2], "w")
    b = tf.placeholder(tf.float32, [2], "b")
    return {
        "bias": tf.nn.bias_add(tf.matmul(x, w), b),
        "xw_plus_b": tf.nn.xw_plus_b(x, w, b),
        "relu_layer": tf.nn.relu_layer(x, w, b),
        "bias_rank_3": tf.nn.bias_add(tf.reshape(x, [-1, 2, 2]), b),
        "bias_channels_first": tf.nn.bias_add(tf.reshape(x, [1, 2, -1, 2]), b, data_format="NCHW"),
    }


@case(lambda rng: {"x": normal(rng, 4, 3), "ids": ints(rng, 3, 4), "p": rng.random((4, 3)).astype("float32")})
def losses(tf):
    logits = tf.placeholder(tf.float32, [None, 3], "x")
    ids = tf.placeholder(tf.int32, [None], "ids")
    p = tf.placeholder(tf.float32, [None, 3], "p")
    one_hot = tf.one_hot(ids, 3)
    return {
        "sparse": tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits),
        "sparse_int64": tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.to_int64(ids), logits=logits),
        "dense": tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits),
        "v2": tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(p), logits=logits),
        "sigmoid": tf.nn.sigmoid_cross_entropy_with_logits(labels=p, logits=logits),
        "weighted": tf.nn.weighted_cross_entropy_with_logits(labels=p, logits=logits, pos_weight=2.0),
        "l2": tf.nn.l2_loss(logits),
        "mse": tf.losses.mean_squared_error(p, logits),
        "log_loss": tf.losses.log_loss(p, tf.sigmoid(logits)),
        "mean_sparse": tf.losses.sparse_softmax_cross_entropy(ids, logits),
        "absolute": tf.losses.absolute_difference(p, logits, reduction="none"),
        "accuracy": tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1, output_type=tf.int32), ids), tf.float32)),
    }


@case(lambda rng: {"x": normal(rng, 2, 4, 3), "ids": ints(rng, 3, 2, 4), "n": np.array([4, 2], "int32")})
def masked_sequence_loss(tf):
    logits = tf.placeholder(tf.float32, [None, None, 3], "x")
    ids = tf.placeholder(tf.int32, [None, None], "ids")
    mask = tf.sequence_mask(tf.placeholder(tf.int32, [None], "n"), tf.shape(ids)[1], dtype=tf.float32)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits)
    return tf.reduce_sum(each * mask) / tf.reduce_sum(mask), each


@case(lambda rng: {"x": normal(rng, 2, 8, 3), "k": normal(rng, 3, 3, 4)})
def conv1d(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    k = tf.placeholder(tf.float32, [3, 3, 4], "k")
    return {
        "same": tf.nn.conv1d(x, k, 1, "SAME"),
        "valid": tf.nn.conv1d(x, k, stride=1, padding="VALID"),
        "stride": tf.nn.conv1d(x, filters=k, stride=2, padding="SAME"),
        "stride_valid": tf.nn.conv1d(x, k, 3, "VALID"),
        "dilated": tf.nn.conv1d(x, k, 1, "SAME", dilations=2),
        "causal": tf.nn.conv1d(tf.pad(x, [[0, 0], [2, 0], [0, 0]]), k, 1, "VALID"),
    }


@case(lambda rng: {"x": normal(rng, 2, 6, 7, 3), "k": normal(rng, 3, 2, 3, 4), "d": normal(rng, 3, 3, 3, 2)})
def conv2d(tf):
    x = tf.placeholder(tf.float32, [None, 6, 7, 3], "x")
    k = tf.placeholder(tf.float32, [3, 2, 3, 4], "k")
    d = tf.placeholder(tf.float32, [3, 3, 3, 2], "d")
    return {
        "same": tf.nn.conv2d(x, k, [1, 1, 1, 1], "SAME"),
        "valid": tf.nn.conv2d(x, filter=k, strides=[1, 2, 1, 1], padding="VALID"),
        "stride": tf.nn.conv2d(x, k, strides=[1, 2, 2, 1], padding="SAME"),
        "dilated": tf.nn.conv2d(x, k, [1, 1, 1, 1], "VALID", dilations=[1, 2, 2, 1]),
        "depthwise": tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], "SAME"),
        "depthwise_stride": tf.nn.depthwise_conv2d(x, d, [1, 2, 2, 1], "VALID"),
    }


@case(lambda rng: {"x": normal(rng, 2, 5, 6, 3)})
def pooling(tf):
    x = tf.placeholder(tf.float32, [None, 5, 6, 3], "x")
    ones, two = [1, 1, 1, 1], [1, 2, 2, 1]
    return {
        "max": tf.nn.max_pool(x, two, two, "SAME"),
        "max_valid": tf.nn.max_pool(x, ksize=[1, 2, 3, 1], strides=ones, padding="VALID"),
        "avg": tf.nn.avg_pool(x, two, two, "SAME"),
        "avg_valid": tf.nn.avg_pool(x, ksize=two, strides=ones, padding="VALID"),
        "overlapping": tf.nn.avg_pool(x, [1, 3, 3, 1], two, "SAME"),
        "global": tf.reduce_mean(x, [1, 2]),
    }


@case(lambda rng: {"x": normal(rng, 3, 4, 5)})
def moments_and_normalisation(tf):
    x = tf.placeholder(tf.float32, [None, 4, 5], "x")
    mean, variance = tf.nn.moments(x, [-1], keep_dims=True)
    scale, offset = tf.constant([1.0, 2.0, 3.0, 4.0, 5.0]), tf.constant([0.1, 0.2, 0.3, 0.4, 0.5])
    return {
        "moments": tf.nn.moments(x, axes=[0, 1]),
        "keepdims": tf.nn.moments(x, [1], keepdims=True),
        "layer_norm": (x - mean) * tf.rsqrt(variance + 1e-6) * scale + offset,
        "batch_norm": tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3),
        "no_scale": tf.nn.batch_normalization(x, mean, variance, None, None, variance_epsilon=1e-3),
        "normalised": tf.nn.l2_normalize(x, 2),
    }


@case(lambda rng: {"a": ints(rng, 6, 3), "b": ints(rng, 6, 2, 3, dtype="int64"), "c": ints(rng, 6, 2, 3, 2)})
def embedding_lookup(tf):
    table = tf.get_variable("table", [6, 4])
    a = tf.placeholder(tf.int32, [None], "a")
    b = tf.placeholder(tf.int64, [None, None], "b")
    c = tf.placeholder(tf.int32, [None, 3, 2], "c")
    return {
        "rank_1": tf.nn.embedding_lookup(table, a),
        "rank_2": tf.nn.embedding_lookup(table, b),
        "rank_3": tf.nn.embedding_lookup(params=table, ids=c),
        "scalar": tf.nn.embedding_lookup(table, a[0]),
        "list_of_one": tf.nn.embedding_lookup([table], b),
        "tensor": tf.nn.embedding_lookup(tf.nn.relu(table), a),
        "constant": tf.nn.embedding_lookup(table, [0, 5, 0]),
    }


@case(lambda rng: {"x": normal(rng, 3, 4)})
def dropout_that_keeps_everything(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    return {
        "keep": tf.nn.dropout(x, 1.0),
        "keep_named": tf.nn.dropout(x, keep_prob=1),
        "rate": tf.nn.dropout(x, rate=0.0),
        "noise": tf.nn.dropout(x, 1.0, noise_shape=[3, 1]),
        "layer": tf.layers.dropout(x, 0.5, training=False),
        "layer_default": tf.layers.dropout(x),
    }


@case(lambda rng: {"q": normal(rng, 2, 4), "m": normal(rng, 2, 3, 5), "n": np.array([3, 1], "int32")})
def additive_attention(tf):
    query = tf.placeholder(tf.float32, [None, 4], "q")
    memory = tf.placeholder(tf.float32, [None, None, 5], "m")
    mask = tf.sequence_mask(tf.placeholder(tf.int32, [None], "n"), tf.shape(memory)[1], tf.float32)
    keys = tf.tensordot(memory, tf.get_variable("memory_kernel", [5, 6]), [[2], [0]])
    hidden = tf.tanh(keys + tf.expand_dims(tf.matmul(query, tf.get_variable("query_kernel", [4, 6])), 1))
    scores = tf.reduce_sum(tf.get_variable("v", [6]) * hidden, [2]) * mask + (1.0 - mask) * tf.float32.min
    weights = tf.nn.softmax(scores)
    return tf.reduce_sum(tf.expand_dims(weights, -1) * memory, 1), weights


@case(lambda rng: {"x": normal(rng, 2, 3, 8)})
def multi_head_attention(tf):
    x = tf.placeholder(tf.float32, [None, None, 8], "x")
    rows, steps = tf.shape(x)[0], tf.shape(x)[1]

    def heads(name):
        projected = tf.tensordot(x, tf.get_variable(name, [8, 8]), 1)
        return tf.transpose(tf.reshape(projected, [rows, steps, 2, 4]), [0, 2, 1, 3])

    query, key, value = heads("query"), heads("key"), heads("value")
    scores = tf.matmul(query, key, transpose_b=True) / np.sqrt(4.0)
    causal = tf.matrix_band_part(tf.ones([steps, steps]), -1, 0)
    weights = tf.nn.softmax(tf.where(tf.equal(tf.zeros_like(scores) + causal, 0.0), scores - 1e9, scores))
    return tf.reshape(tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3]), [rows, steps, 8])


@facts()
def inferred_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 9, 8, 3])
    ones = [1, 1, 1, 1]
    return {
        "conv_same": tf.nn.conv2d(x, tf.zeros([3, 3, 3, 5]), [1, 2, 2, 1], "SAME").shape.as_list(),
        "conv_valid": tf.nn.conv2d(x, tf.zeros([3, 3, 3, 5]), ones, "VALID").shape.as_list(),
        "conv1d": tf.nn.conv1d(x[:, 0], tf.zeros([3, 3, 7]), 1, "VALID").shape.as_list(),
        "depthwise": tf.nn.depthwise_conv2d(x, tf.zeros([3, 3, 3, 2]), ones, "SAME").shape.as_list(),
        "pool": tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID").shape.as_list(),
        "moments": [part.shape.as_list() for part in tf.nn.moments(x, [0, 1, 2])],
        "softmax": tf.nn.softmax(x).shape.as_list(),
        "lookup": tf.nn.embedding_lookup(tf.zeros([9, 4]), tf.zeros([2, 3], tf.int32)).shape.as_list(),
    }


@error_case(name="error_conv_of_other_channels")
def conv_channels(tf):
    return tf.nn.conv2d(tf.zeros([1, 5, 5, 3]), tf.zeros([2, 2, 4, 5]), [1, 1, 1, 1], "SAME")


@error_case(name="error_bias_of_another_width")
def bias_width(tf):
    return tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([4]))


@error_case(name="error_lookup_by_floats")
def lookup_by_floats(tf):
    return tf.nn.embedding_lookup(tf.zeros([3, 4]), tf.zeros([2]))


@error_case(name="error_integer_softmax")
def integer_softmax(tf):
    return tf.nn.softmax(tf.zeros([2, 3], tf.int32))


@error_case(name="error_dropout_outside_of_zero_and_one")
def dropout_range(tf):
    return tf.nn.dropout(tf.zeros([2, 3]), keep_prob=1.5)
