"""Convolutions over volumes: tf.nn.conv3d and tf.layers.conv3d."""

from __future__ import annotations

from tests.golden.registry import case, error_case, facts, normal


def volumes(rng):
    return {"x": normal(rng, 2, 5, 4, 3, 2)}


def volume(tf, dims=(None, None, 4, None, 2)):
    return tf.placeholder(tf.float32, list(dims), "x")


@case(volumes)
def conv3d(tf):
    x = volume(tf)
    k = tf.get_variable("k", [2, 3, 1, 2, 3])
    return {
        "same": tf.nn.conv3d(x, k, [1, 1, 1, 1, 1], "SAME"),
        "valid": tf.nn.conv3d(x, filter=k, strides=[1, 1, 1, 1, 1], padding="VALID"),
        "strides": tf.nn.conv3d(x, k, strides=[1, 2, 1, 2, 1], padding="SAME"),
        "strides_valid": tf.nn.conv3d(x, filters=k, strides=[1, 2, 2, 1, 1], padding="VALID", name="out"),
        "any_number_of_axes": tf.nn.convolution(x, k, "SAME", dilation_rate=[2, 1, 1]),
    }


@case(lambda rng: {"x": normal(rng, 2, 3, 3, 4, 5)})
def a_kernel_of_one_element(tf):
    return tf.nn.conv3d(volume(tf, (2, 3, 3, 4, 5)), tf.get_variable("k", [1, 1, 1, 5, 2]), [1, 2, 2, 2, 1], "SAME")


@case(volumes)
def layers(tf):
    x = volume(tf)
    return {
        "valid": tf.layers.conv3d(x, 2, 2),
        "same": tf.layers.conv3d(x, 3, (2, 1, 3), padding="same", activation=tf.nn.relu),
        "strides": tf.layers.conv3d(x, 2, 2, strides=2, use_bias=False, name="strided"),
        "twice": tf.layers.Conv3D(2, 2, name="shared")(x),
    }


@case(volumes)
def over_time(tf):
    x = volume(tf, (None, 5, 4, 3, 2))
    cell = tf.nn.rnn_cell.GRUCell(3)
    hidden = tf.layers.flatten(tf.layers.conv3d(x, 1, 2, name="c"))
    return cell(hidden, cell.zero_state(2, tf.float32))


@facts()
def static_shapes(tf):
    x = volume(tf, (None, 5, 4, None, 2))
    k = tf.zeros([2, 2, 2, 2, 6])
    found = [tf.nn.conv3d(x, k, [1, s, s, s, 1], p) for s in (1, 2) for p in ("SAME", "VALID")]
    return [y.shape.as_list() for y in found]


@error_case()
def channels_that_do_not_fit(tf):
    tf.nn.conv3d(tf.zeros([1, 3, 3, 3, 4]), tf.zeros([2, 2, 2, 3, 1]), [1, 1, 1, 1, 1], "SAME")


@error_case()
def a_window_longer_than_the_volume(tf):
    tf.nn.conv3d(tf.zeros([1, 3, 3, 3, 4]), tf.zeros([2, 5, 2, 4, 1]), [1, 1, 1, 1, 1], "VALID")


@error_case()
def inputs_of_rank_4(tf):
    tf.layers.conv3d(tf.zeros([1, 3, 3, 4]), 2, 2)
