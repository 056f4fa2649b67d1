"""Transposed convolutions: tf.nn.conv2d_transpose, its kin, and tf.layers.conv2d_transpose."""

from __future__ import annotations

from tests.golden.registry import case, error_case, facts, normal


def images(rng):
    return {"x": normal(rng, 2, 3, 4, 3)}


def image(tf, dims=(None, None, 4, 3)):
    return tf.placeholder(tf.float32, list(dims), "x")


@case(images)
def conv2d_transpose(tf):
    x = image(tf, (2, 3, 4, 3))
    k = tf.get_variable("k", [3, 2, 5, 3])
    small = tf.get_variable("small", [1, 2, 2, 3])
    spread = tf.nn.conv2d_transpose
    return {
        "plain": spread(x, k, [2, 3, 4, 5], 1),
        "valid": spread(x, k, [2, 5, 5, 5], [1, 1, 1, 1], padding="VALID"),
        "twice_as_many": spread(x, k, [2, 6, 8, 5], [1, 2, 2, 1]),
        "one_less": spread(x, k, output_shape=[2, 5, 7, 5], strides=2),
        "valid_strides": spread(value=x, filter=k, output_shape=[2, 7, 8, 5], strides=[2, 2], padding="VALID"),
        "one_more": spread(x, k, [2, 8, 9, 5], 2, padding="VALID"),
        "window_shorter_than_the_stride": spread(x, small, [2, 9, 12, 2], 3),
        "window_shorter_and_less": spread(x, small, [2, 7, 11, 2], 3, name="less"),
        "window_shorter_valid": spread(input=x, filters=small, output_shape=[2, 8, 12, 2], strides=3, padding="VALID"),
    }


@case(images)
def conv2d_transpose_of_unknown_lengths(tf):
    x = image(tf)
    k = tf.get_variable("k", [3, 4, 2, 3])
    rows, height = tf.shape(x)[0], tf.shape(x)[1]
    return {
        "same": tf.nn.conv2d_transpose(x, k, tf.stack([rows, 2 * height, 8, 2]), [1, 2, 2, 1]),
        "valid": tf.nn.conv2d_transpose(x, k, [rows, 3 * height, 13, 2], [1, 3, 3, 1], "VALID"),
        "rows_only": tf.nn.conv2d_transpose(x[:, 0:3], k, [rows, 6, 8, 2], 2),
    }


@case(lambda rng: {"x": normal(rng, 2, 5, 3)})
def conv1d_transpose(tf):
    x = tf.placeholder(tf.float32, [None, 5, 3], "x")
    k = tf.get_variable("k", [4, 2, 3])
    return tf.nn.conv1d_transpose(x, k, [2, 10, 2], 2), tf.nn.conv1d_transpose(x, k, [2, 12, 2], 2, "VALID")


@case(lambda rng: {"x": normal(rng, 2, 2, 3, 2, 3)})
def conv3d_transpose(tf):
    x = tf.placeholder(tf.float32, [2, 2, 3, 2, 3], "x")
    k = tf.get_variable("k", [3, 2, 1, 2, 3])
    return tf.nn.conv3d_transpose(x, k, [2, 4, 6, 2, 2], [1, 2, 2, 1, 1])


@case(images)
def layers(tf):
    x = image(tf)
    return {
        "valid": tf.layers.conv2d_transpose(x, 2, 3),
        "same": tf.layers.conv2d_transpose(x, 4, (3, 2), strides=2, padding="same", activation=tf.nn.relu),
        "strides": tf.layers.conv2d_transpose(x, 2, 2, (3, 1), use_bias=False, name="strided"),
        "class": tf.layers.Conv2DTranspose(2, [4, 5], strides=(2, 3), name="shared")(x),
    }


@case(lambda rng: {"x": normal(rng, 2, 2, 3, 2, 3)})
def layers_of_volumes(tf):
    x = tf.placeholder(tf.float32, [None, 2, 3, 2, 3], "x")
    return tf.layers.conv3d_transpose(x, 2, 3, 2, "same"), tf.layers.conv3d_transpose(x, 2, (1, 2, 3))


@case(images)
def there_and_back(tf):
    x = image(tf)
    small = tf.layers.conv2d(x, 4, 3, strides=1, padding="same", activation=tf.nn.relu)
    return tf.layers.conv2d_transpose(small, 3, 3, padding="same")


@facts()
def static_shapes(tf):
    x = image(tf, (None, 3, 4, 3))
    k = tf.zeros([3, 2, 5, 3])
    found = [
        tf.nn.conv2d_transpose(x, k, [2, 6, 8, 5], 2),
        tf.nn.conv2d_transpose(x, k, tf.stack([tf.shape(x)[0], 6, 8, 5]), 2),
        tf.layers.conv2d_transpose(x, 7, 3, 2),
        tf.layers.conv2d_transpose(x, 7, 3, 2, "same"),
    ]
    return [y.shape.as_list()[1:] for y in found]


@error_case()
def channels_that_do_not_fit(tf):
    tf.nn.conv2d_transpose(tf.zeros([2, 3, 4, 3]), tf.zeros([3, 2, 5, 4]), [2, 6, 8, 5], 2)


@error_case()
def padding_of_another_name(tf):
    tf.nn.conv2d_transpose(tf.zeros([2, 3, 4, 3]), tf.zeros([3, 2, 5, 3]), [2, 6, 8, 5], 2, padding="BAD")


@error_case()
def a_matrix_as_shape(tf):
    tf.nn.conv2d_transpose(tf.zeros([2, 3, 4, 3]), tf.zeros([3, 2, 5, 3]), [[2, 6], [8, 5]], 2)


@error_case()
def causal_padding(tf):
    tf.layers.conv2d_transpose(tf.zeros([2, 3, 4, 3]), 5, 3, padding="causal")
