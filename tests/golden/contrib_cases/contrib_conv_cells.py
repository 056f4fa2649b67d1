"""LSTM cells whose products are convolutions: Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

SHAPES = {1: [4, 2], 2: [4, 3, 2], 3: [3, 2, 2, 2]}
KERNELS = {1: [3], 2: [3, 2], 3: [3, 2, 1]}


def conv_option(label, axes, **options):
    """A step from a state, and a sequence with lengths of every kind."""
    shape = SHAPES[axes]
    channels = options.get("output_channels", 3)
    options = {"input_shape": shape, "output_channels": channels, "kernel_shape": KERNELS[axes], **options}
    state = [*shape[:-1], channels]

    def made(tf):
        return getattr(tf.contrib.rnn, f"Conv{axes}DLSTMCell")(**options)

    @case(
        lambda rng: {"x": normal(rng, 2, *shape), "c": normal(rng, 2, *state), "h": normal(rng, 2, *state)},
        name=f"step_{axes}d_{label}",
    )
    def step(tf):
        c, h = (tf.placeholder(tf.float32, [None, *state], key) for key in "ch")
        return made(tf)(tf.placeholder(tf.float32, [None, *shape], "x"), tf.nn.rnn_cell.LSTMStateTuple(c, h))

    if options.get("skip_connection"):
        return

    @case(
        lambda rng: [
            {"x": normal(rng, 3, 4, *shape), "n": np.array(n, "int32")} for n in ([4, 2, 0], [9, 1, 3], [1, 1, 1])
        ],
        name=f"sequence_{axes}d_{label}",
    )
    def sequence(tf):
        x = tf.placeholder(tf.float32, [None, None, *shape], "x")
        return tf.nn.dynamic_rnn(made(tf), x, tf.placeholder(tf.int32, [None], "n"), dtype=tf.float32)


for axes in (1, 2, 3):
    conv_option("plain", axes)
    conv_option("no_bias", axes, use_bias=False, forget_bias=0.0)
    conv_option("skip", axes, skip_connection=True)
conv_option("even_kernel", 1, kernel_shape=[2])
conv_option("kernel_longer_than_the_input", 2, kernel_shape=[7, 5], output_channels=1)
conv_option("one_element", 2, kernel_shape=[1, 1], name="my_cell")


@case(lambda rng: {"x": normal(rng, 2, 3, 4, 2)})
def without_a_number_of_axes_in_its_name(tf):
    cell = tf.contrib.rnn.ConvLSTMCell(1, [4, 2], 3, [3], initializers=None)
    return tf.nn.dynamic_rnn(cell, tf.placeholder(tf.float32, [None, None, 4, 2], "x"), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 4, 3, 2)})
def stacked_time_major_from_a_state(tf):
    cells = [
        tf.contrib.rnn.Conv2DLSTMCell(input_shape=[4, 3, c], output_channels=3, kernel_shape=[3, 3]) for c in (2, 3)
    ]
    stack = tf.nn.rnn_cell.MultiRNNCell(cells)
    x = tf.transpose(tf.placeholder(tf.float32, [2, 3, 4, 3, 2], "x"), [1, 0, 2, 3, 4])
    state = tf.contrib.framework.nest.map_structure(lambda s: s + 0.5, stack.zero_state(2, tf.float32))
    return tf.nn.dynamic_rnn(stack, x, initial_state=state, time_major=True)


@case(lambda rng: {"x": normal(rng, 2, 4, 2, dtype="float64")})
def steps_of_float64(tf):
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 2], output_channels=1, kernel_shape=[3])
    x = tf.placeholder(tf.float64, [None, 4, 2], "x")
    _, state = cell(x, cell.zero_state(2, tf.float64))
    return cell(x, state)


def golden(axes, weight):
    """The setting of TensorFlow's own tests."""

    @case(name=f"tensorflows_numbers_{axes}d", initial=True, tolerance=1e-6)
    def numbers(tf):
        shape = [2, 1] if axes == 1 else [2] * axes + [1]
        x = tf.stack([tf.ones(shape), 2.0 * tf.ones(shape)])
        with tf.variable_scope("root", initializer=tf.constant_initializer(weight)):
            make = getattr(tf.contrib.rnn, f"Conv{axes}DLSTMCell")
            cell = make(input_shape=shape, kernel_shape=[3] * axes, output_channels=1)
            return cell(x, tf.nn.rnn_cell.LSTMStateTuple(x, tf.zeros_like(x)))


golden(1, 1 / 2)
golden(2, 1 / 4)
golden(3, 1 / 8)


@facts()
def sizes(tf):
    found = []
    for axes in (1, 2, 3):
        for skip in (False, True):
            make = getattr(tf.contrib.rnn, f"Conv{axes}DLSTMCell")
            cell = make(input_shape=SHAPES[axes], output_channels=5, kernel_shape=KERNELS[axes], skip_connection=skip)
            found.append([[size.as_list() for size in cell.state_size], cell.output_size.as_list()])
            found.append([leaf.shape.as_list() for leaf in cell.zero_state(2, tf.float32)])
    return found


@error_case("Invalid input_shape [4, 3, 2] for conv_ndims=1.")
def another_number_of_axes(tf):
    tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 3, 2], output_channels=3, kernel_shape=[3])


@error_case("Conv Linear expects 3D, 4D or 5D arguments")
def inputs_of_rank_2(tf):
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 2], output_channels=3, kernel_shape=[3])
    cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))


@error_case("Conv Linear expects all args to be of same Dimension")
def inputs_of_other_rank_than_states(tf):
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 2], output_channels=3, kernel_shape=[3])
    cell(tf.zeros([2, 4, 3, 2]), cell.zero_state(2, tf.float32))


@error_case()
def skip_connection_in_dynamic_rnn(tf):
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[4, 2], output_channels=3, kernel_shape=[3], skip_connection=True)
    tf.nn.dynamic_rnn(cell, tf.placeholder(tf.float32, [2, 3, 4, 2]), dtype=tf.float32)
