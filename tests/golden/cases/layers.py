"""tf.layers at inference."""

from __future__ import annotations

from tests.golden.registry import case, error_case, facts, normal


def floats(*shape):
    return lambda rng: {"x": normal(rng, *shape)}


@case(floats(2, 3))
def dense(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    return {
        "plain": tf.layers.dense(x, 4),
        "second": tf.layers.dense(x, 4, tf.nn.relu),
        "named": tf.layers.dense(x, units=2, activation=tf.tanh, name="named"),
        "no_bias": tf.layers.dense(x, 2, use_bias=False, name="no_bias"),
        "initial": tf.layers.dense(x, 2, kernel_initializer=tf.zeros_initializer(), name="given"),
        "reused": tf.layers.dense(x * 2.0, 2, name="named", reuse=True),
    }


@case(floats(2, 3, 4))
def dense_of_sequences(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    with tf.variable_scope("head"):
        hidden = tf.layers.dense(x, 5, activation="relu")
        return tf.layers.dense(hidden, 2), tf.layers.dense(tf.reshape(x, [-1, 4]), 3, name="flat")


@case(floats(2, 3))
def dense_layer_objects(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    layer = tf.layers.Dense(4, use_bias=False, name="projection")
    first = layer(x)
    return first, layer(x + 1.0), layer.apply(x), layer.kernel * 1.0


@case(floats(4, 3))
def batch_normalization(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    return {
        "plain": tf.layers.batch_normalization(x, training=False),
        "default": tf.layers.batch_normalization(x, epsilon=1e-2, name="bn"),
        "no_scale": tf.layers.batch_normalization(x, scale=False, center=False, name="bare"),
        "rank_3": tf.layers.batch_normalization(tf.reshape(x, [-1, 2, 3]), name="wide"),
        "axis": tf.layers.batch_normalization(tf.reshape(x, [-1, 3, 2]), axis=1, name="first"),
    }


@case(floats(2, 8, 3))
def conv1d(tf):
    x = tf.placeholder(tf.float32, [None, 8, 3], "x")
    return {
        "valid": tf.layers.conv1d(x, 4, 3),
        "same": tf.layers.conv1d(x, filters=2, kernel_size=2, padding="same", activation=tf.nn.relu),
        "stride": tf.layers.conv1d(x, 2, 3, strides=2, padding="SAME", use_bias=False, name="strided"),
        "dilated": tf.layers.conv1d(x, 2, 3, dilation_rate=2, name="dilated"),
    }


@case(floats(2, 6, 7, 3))
def conv2d(tf):
    x = tf.placeholder(tf.float32, [None, 6, 7, 3], "x")
    hidden = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    return {
        "stack": tf.layers.conv2d(hidden, 2, (3, 2), strides=(2, 1)),
        "no_bias": tf.layers.conv2d(x, 2, [2, 2], use_bias=False, name="bare"),
    }


@case(floats(2, 6, 4))
def pooling1d(tf):
    x = tf.placeholder(tf.float32, [None, 6, 4], "x")
    return tf.layers.max_pooling1d(x, 2, 2), tf.layers.average_pooling1d(x, 3, 1, padding="same")


@case(floats(2, 6, 7, 3))
def pooling2d(tf):
    x = tf.placeholder(tf.float32, [None, 6, 7, 3], "x")
    return {
        "max": tf.layers.max_pooling2d(x, 2, 2),
        "same": tf.layers.max_pooling2d(x, (2, 3), (2, 1), padding="same"),
        "average": tf.layers.average_pooling2d(x, pool_size=2, strides=2),
    }


@case(floats(2, 3, 4))
def flatten(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4], "x")
    return tf.layers.flatten(x), tf.layers.flatten(x[:, 0])


@case(floats(2, 8, 6))
def convolutions_before_a_recurrence(tf):
    x = tf.placeholder(tf.float32, [None, 8, 6], "x")
    image = tf.layers.conv2d(tf.expand_dims(x, -1), 3, 3, padding="same", activation=tf.nn.relu, name="conv")
    image = tf.layers.max_pooling2d(image, (1, 2), (1, 2))
    image = tf.layers.batch_normalization(image, training=False, name="norm")
    rows, steps = tf.shape(image)[0], image.shape[1].value
    columns = image.shape[2].value * image.shape[3].value
    frames = tf.reshape(image, [rows, steps, columns])
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), frames, dtype=tf.float32)
    return tf.nn.softmax(tf.layers.dense(outputs, 5, name="logits"))


@facts()
def names_and_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    shapes = [
        tf.layers.dense(x, 4).shape.as_list(),
        tf.layers.dense(x, 5).shape.as_list(),
        tf.layers.batch_normalization(x).shape.as_list(),
    ]
    with tf.variable_scope("deep"):
        tf.layers.dense(x, 2)
        tf.layers.dense(x, 2)
    with tf.variable_scope("deep", reuse=True):
        tf.layers.dense(x, 2)
    tf.layers.conv1d(tf.zeros([1, 5, 3]), 2, 2)
    return shapes, [(v.op.name, v.shape.as_list(), v in tf.trainable_variables()) for v in tf.global_variables()]


@error_case()
def error_dense_of_unknown_depth(tf):
    tf.layers.dense(tf.placeholder(tf.float32, [2, None]), 3)


@error_case()
def error_one_layer_of_two_depths(tf):
    layer = tf.layers.Dense(3)
    layer(tf.zeros([2, 4]))
    layer(tf.zeros([2, 5]))


@error_case()
def error_same_name_twice(tf):
    tf.layers.dense(tf.zeros([2, 4]), 3, name="d")
    tf.layers.dense(tf.zeros([2, 4]), 3, name="d")
