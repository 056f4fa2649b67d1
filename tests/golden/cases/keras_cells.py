"""Keras's cells alone, in the tf.nn functions, and TensorFlow 1's cells in keras.layers.RNN; convolutional cells."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, normal

CELLS = ("SimpleRNNCell", "GRUCell", "LSTMCell")
LENGTHS = np.array([2, 0, 4], "int32")


def steps(rng):
    return {"x": normal(rng, 3, 4, 2)}


def with_lengths(rng):
    return {"x": normal(rng, 3, 4, 2), "n": LENGTHS}


def one_step(rng):
    return {"x": normal(rng, 3, 2), "s0": normal(rng, 3, 5), "s1": normal(rng, 3, 5)}


def holder(tf, name, *shape, dtype="float32"):
    return tf.placeholder(dtype, shape, name)


def sequence(tf):
    return holder(tf, "x", 3, 4, 2)


OPTIONS = {
    "alone": {},
    "without_bias": {"use_bias": False},
    "of_relu": {"activation": "relu"},
    "with_dropout_that_rests": {"dropout": 0.5, "recurrent_dropout": 0.25},
    "named": {"name": "own"},
}


def over_versions(kind, name, options, version):
    @case(one_step, name=f"{version}_{kind}_{name}")
    def called(tf, keras):
        layers = keras.layers if version == "v2" else tf.keras.layers
        s0, s1 = holder(tf, "s0", 3, 5), holder(tf, "s1", 3, 5)
        states = [s0, s1] if kind == "LSTMCell" else [s0 + 0 * s1]
        return getattr(layers, kind)(5, **options)(holder(tf, "x", 3, 2), states)


for kind in CELLS:
    for name, options in OPTIONS.items():
        over_versions(kind, name, options, "v2")
    over_versions(kind, "alone", {}, "v1")
for implementation in (1, 2):
    for kind in CELLS[1:]:
        over_versions(kind, f"of_implementation_{implementation}", {"implementation": implementation}, "v2")
        over_versions(kind, f"of_implementation_{implementation}", {"implementation": implementation}, "v1")
over_versions("GRUCell", "resets_before", {"reset_after": False}, "v2")
over_versions("GRUCell", "resets_before_in_parts", {"reset_after": False, "implementation": 1}, "v2")
over_versions("GRUCell", "resets_after", {"reset_after": True}, "v1")
over_versions("GRUCell", "resets_after_without_bias", {"reset_after": True, "use_bias": False}, "v1")


@case(one_step)
def state_that_is_no_list(tf, keras):
    s0, s1 = holder(tf, "s0", 3, 5), holder(tf, "s1", 3, 5)
    x = holder(tf, "x", 3, 2)
    return keras.layers.GRUCell(5)(x, s0), keras.layers.SimpleRNNCell(5)(x, s1)


@case(lambda rng: {"x": normal(rng, 3, 2)})
def first_states(tf, keras):
    x = holder(tf, "x", None, 2)
    cells = [keras.layers.GRUCell(4), keras.layers.LSTMCell(5)]
    stack = keras.layers.StackedRNNCells(cells)
    sized = [cell.get_initial_state(batch_size=3, dtype=tf.float32) for cell in (*cells, stack)]
    return sized, [cell.get_initial_state(x) for cell in (*cells, stack)]


@facts()
def sizes(tf, keras):
    cells = [keras.layers.GRUCell(4), keras.layers.LSTMCell(5), keras.layers.SimpleRNNCell(2)]
    stack = keras.layers.StackedRNNCells(cells)
    backwards = keras.layers.StackedRNNCells(cells, reverse_state_order=True)
    return [
        [list(cell.state_size) if isinstance(cell.state_size, (list, tuple)) else cell.state_size for cell in cells],
        tf.nest.flatten(stack.state_size),
        stack.output_size,
        tf.nest.flatten(backwards.state_size),
        [cell.name for cell in (*cells, stack)],
    ]


# -- Keras's cells in the functions of tf.nn -----------------------------------------------------------------------


def made(kind, keras):
    if kind == "StackedRNNCells":
        return keras.layers.StackedRNNCells([keras.layers.LSTMCell(4), keras.layers.GRUCell(5)])
    return getattr(keras.layers, kind)(5)


def over_functions(kind):
    @case(steps, name=f"{kind}_in_dynamic_rnn")
    def dynamic(tf, keras):
        return tf.nn.dynamic_rnn(made(kind, keras), sequence(tf), dtype=tf.float32)

    @case(with_lengths, name=f"{kind}_in_dynamic_rnn_with_lengths")
    def lengths(tf, keras):
        x, n = holder(tf, "x", None, None, 2), holder(tf, "n", None, dtype="int32")
        return tf.nn.dynamic_rnn(made(kind, keras), x, n, dtype=tf.float32)

    @case(steps, name=f"{kind}_in_static_rnn")
    def static(tf, keras):
        return tf.nn.static_rnn(made(kind, keras), tf.unstack(sequence(tf), axis=1), dtype=tf.float32)

    @case(steps, name=f"{kind}_in_bidirectional_dynamic_rnn")
    def both(tf, keras):
        return tf.nn.bidirectional_dynamic_rnn(made(kind, keras), made(kind, keras), sequence(tf), dtype=tf.float32)


for kind in (*CELLS, "StackedRNNCells"):
    over_functions(kind)


@case(steps)
def keras_layer_gives_what_dynamic_rnn_gives(tf, keras):
    cell, x = keras.layers.LSTMCell(5), sequence(tf)
    layer = keras.layers.RNN(cell, return_sequences=True, return_state=True)
    return layer(x), tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)


@case(steps)
def custom_cell_in_dynamic_rnn(tf, keras):
    class Adding(keras.layers.AbstractRNNCell):
        state_size, output_size = 5, 5

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 5), name="kernel")
            self.built = True

        def call(self, inputs, states):
            output = tf.matmul(inputs, self.kernel) + states
            return output, output

    return tf.nn.dynamic_rnn(Adding(), sequence(tf), dtype=tf.float32)


@case(steps)
def simple_cell_gives_what_the_basic_one_gives(tf, keras):
    """The same formula; the initial weights are equal numbers."""
    ones = tf.constant_initializer(0.25)
    simple = keras.layers.SimpleRNNCell(5, kernel_initializer=ones, recurrent_initializer=ones)
    x = sequence(tf)
    with tf.variable_scope("basic", initializer=ones):
        basic = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32)
    return keras.layers.RNN(simple, return_sequences=True, return_state=True)(x), basic


@case(steps)
def keras_cell_in_raw_rnn(tf, keras):
    cell, x = keras.layers.GRUCell(5), tf.transpose(sequence(tf), [1, 0, 2])
    inputs = tf.TensorArray(tf.float32, 4).unstack(x)

    def loop_fn(time, output, state, loop_state):
        done = tf.fill([3], time >= 4)
        after = cell.get_initial_state(batch_size=3, dtype=tf.float32) if output is None else state
        following = tf.cond(tf.reduce_all(done), lambda: tf.zeros([3, 2]), lambda: inputs.read(time))
        return done, following, after, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


# -- TensorFlow 1's cells in keras.layers.RNN ----------------------------------------------------------------------

TF_CELLS = {
    "basic_rnn": lambda tf: tf.nn.rnn_cell.BasicRNNCell(5),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(5),
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(5, use_peepholes=True),
    "projected_lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(5, num_proj=3),
    "basic_lstm": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(5),
    "joined_lstm": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(5, state_is_tuple=False),
}


def over_tf_cells(name, make):
    @case(steps, name=f"{name}_in_a_layer")
    def in_a_layer(tf, keras):
        return keras.layers.RNN(make(tf), return_sequences=True, return_state=True)(sequence(tf))

    @case(
        lambda rng: {"x": normal(rng, 3, 4, 2), "m": np.array([[1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]], bool)},
        name=f"{name}_in_a_layer_with_a_mask",
    )
    def masked(tf, keras):
        layer = keras.layers.RNN(make(tf), return_sequences=True, return_state=True)
        return layer(sequence(tf), mask=holder(tf, "m", 3, 4, dtype="bool"))


for name, make in TF_CELLS.items():
    over_tf_cells(name, make)


@case(steps)
def cells_of_both_kinds_in_a_stack(tf, keras):
    cells = [tf.nn.rnn_cell.GRUCell(5), keras.layers.LSTMCell(4), tf.nn.rnn_cell.BasicLSTMCell(3)]
    return keras.layers.RNN(cells, return_state=True)(sequence(tf))


# -- convolutions --------------------------------------------------------------------------------------------------

CONVOLUTIONS = {
    "alone": {},
    "of_all": {"return_sequences": True, "return_state": True},
    "same": {"padding": "same", "return_sequences": True},
    "strided": {"strides": 2, "return_state": True},
    "dilated": {"dilation_rate": 2, "padding": "same"},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "without_bias": {"use_bias": False, "activation": "relu", "recurrent_activation": "sigmoid"},
    "with_dropout_that_rests": {"dropout": 0.5, "recurrent_dropout": 0.5},
}


def over_convolutions(name, options):
    @case(lambda rng: {"x": normal(rng, 2, 3, 5, 4, 2)}, name=f"conv_lstm2d_{name}")
    def two(tf, keras):
        return keras.layers.ConvLSTM2D(3, 2, **options)(holder(tf, "x", 2, 3, 5, 4, 2))


for name, options in CONVOLUTIONS.items():
    over_convolutions(name, options)


@case(lambda rng: {"x": normal(rng, 2, 3, 5, 4, 2), "m": np.array([[1, 0, 1], [0, 1, 0]], bool)})
def conv_lstm2d_with_a_mask(tf, keras):
    layer = keras.layers.ConvLSTM2D(3, 2, return_sequences=True, return_state=True)
    return layer(holder(tf, "x", None, None, 5, 4, 2), mask=holder(tf, "m", None, None, dtype="bool"))


@case(lambda rng: {"x": normal(rng, 2, 3, 5, 4, 2), "h": normal(rng, 2, 4, 3, 3), "c": normal(rng, 2, 4, 3, 3)})
def conv_lstm2d_from_states(tf, keras):
    states = [holder(tf, "h", 2, 4, 3, 3), holder(tf, "c", 2, 4, 3, 3)]
    return keras.layers.ConvLSTM2D(3, [2, 2])(holder(tf, "x", 2, 3, 5, 4, 2), initial_state=states)


@case(lambda rng: {"x": normal(rng, 2, 3, 6, 2)})
def conv_lstm1d(tf, keras):
    return keras.layers.ConvLSTM1D(3, 3, return_sequences=True, return_state=True)(holder(tf, "x", 2, 3, 6, 2))


@case(lambda rng: {"x": normal(rng, 2, 2, 4, 3, 3, 1)})
def conv_lstm3d(tf, keras):
    return keras.layers.ConvLSTM3D(2, 2, return_state=True)(holder(tf, "x", 2, 2, 4, 3, 3, 1))


@facts()
def conv_lstm_shapes(tf, keras):
    found = []
    for options in ({}, {"return_sequences": True, "padding": "same"}, {"return_state": True, "strides": (2, 1)}):
        layer = keras.layers.ConvLSTM2D(3, (2, 3), **options)
        shape = layer.compute_output_shape((None, 7, 5, 6, 2))
        shapes = shape if isinstance(shape, list) else [shape]
        found.append([tf.TensorShape(one).as_list() for one in shapes])
    return found
