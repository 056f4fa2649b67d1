"""keras.layers.Bidirectional: merge modes, states, masks, constants, backward layers of one's own, and names."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, normal

MODES = ("sum", "mul", "ave", "concat", None)


def steps(rng):
    return {"x": normal(rng, 2, 4, 3)}


def masked(rng):
    masks = [[[1, 1, 0, 0], [1, 1, 1, 1]], [[0, 1, 1, 0], [0, 0, 1, 0]], [[0, 0, 0, 0], [1, 0, 1, 1]]]
    return [{"x": normal(rng, 2, 4, 3), "m": np.array(mask, bool)} for mask in masks]


def with_states(rng):
    return {"x": normal(rng, 2, 4, 3), **{f"s{i}": normal(rng, 2, 5) for i in range(4)}}


def holder(tf, name, *shape, dtype="float32"):
    return tf.placeholder(dtype, shape, name)


def x_of(tf):
    return holder(tf, "x", 2, 4, 3)


def over_modes(mode):
    @case(steps, name=f"{mode}_of_sequences")
    def sequences(tf, keras):
        layer = keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True), merge_mode=mode)
        return layer(holder(tf, "x", None, None, 3))

    @case(steps, name=f"{mode}_of_last_outputs")
    def last(tf, keras):
        return keras.layers.Bidirectional(keras.layers.GRU(5), merge_mode=mode)(x_of(tf))

    @case(steps, name=f"{mode}_with_states")
    def states(tf, keras):
        inner = keras.layers.LSTM(5, return_sequences=True, return_state=True)
        return keras.layers.Bidirectional(inner, merge_mode=mode)(x_of(tf))

    @case(masked, name=f"{mode}_with_a_mask")
    def mask(tf, keras):
        inner = keras.layers.GRU(5, return_sequences=True, return_state=True)
        return keras.layers.Bidirectional(inner, mode)(x_of(tf), mask=holder(tf, "m", 2, 4, dtype="bool"))

    @case(masked, name=f"{mode}_last_with_a_mask")
    def last_mask(tf, keras):
        inner = keras.layers.LSTM(5, return_state=True)
        return keras.layers.Bidirectional(inner, mode)(x_of(tf), mask=holder(tf, "m", 2, 4, dtype="bool"))


for mode in MODES:
    over_modes(mode)


@case(with_states)
def from_states(tf, keras):
    layer = keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True, return_state=True))
    return layer(x_of(tf), initial_state=[holder(tf, f"s{i}", 2, 5) for i in range(4)])


@case(with_states)
def from_states_in_its_list_of_inputs(tf, keras):
    layer = keras.layers.Bidirectional(keras.layers.GRU(5))
    s0, s1, s2, s3 = (holder(tf, f"s{i}", 2, 5) for i in range(4))
    return layer([x_of(tf), s0 + s1, s2 + s3])


@case(steps)
def gives_its_states_to_another(tf, keras):
    first = keras.layers.Bidirectional(keras.layers.GRU(5, return_sequences=True, return_state=True))
    outputs, *states = first(x_of(tf))
    return keras.layers.Bidirectional(keras.layers.GRU(5))(outputs, initial_state=states)


@case(with_states)
def from_keras_inputs(tf, keras):
    x = keras.Input(batch_shape=[2, None, 3], name="x")
    states = [keras.Input(batch_shape=[2, 5], name=f"s{i}") for i in range(4)]
    return keras.layers.Bidirectional(keras.layers.LSTM(5, return_state=True))(x, initial_state=states)


@case(steps)
def stacked(tf, keras):
    inner = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True))(x_of(tf))
    return keras.layers.Bidirectional(keras.layers.LSTM(5), name="upper")(inner)


@case(steps)
def of_a_layer_of_cells(tf, keras):
    cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(5)]
    layer = keras.layers.RNN(cells, return_sequences=True, return_state=True)
    return keras.layers.Bidirectional(layer)(x_of(tf))


@case(steps)
def v1_layers(tf):
    layers = tf.keras.layers
    return layers.Bidirectional(layers.LSTM(5, return_sequences=True))(x_of(tf)), layers.Bidirectional(layers.GRU(3))(
        tf.ones([2, 4, 3])
    )


@case(lambda rng: {"x": normal(rng, 4, 2, 3)})
def time_major(tf, keras):
    layer = keras.layers.LSTM(5, return_sequences=True, time_major=True)
    return keras.layers.Bidirectional(layer)(holder(tf, "x", 4, 2, 3))


@case(steps)
def backward_layer_of_another_kind(tf, keras):
    forward = keras.layers.LSTM(5, return_sequences=True)
    backward = keras.layers.GRU(4, activation="relu", return_sequences=True, go_backwards=True, name="own")
    return keras.layers.Bidirectional(forward, backward_layer=backward)(x_of(tf))


@case(steps)
def backward_layer_is_the_one_that_goes_forward(tf, keras):
    backwards = keras.layers.LSTM(5, return_sequences=True, go_backwards=True)
    forwards = keras.layers.LSTM(5, return_sequences=True)
    return keras.layers.Bidirectional(backwards, "sum", backward_layer=forwards)(x_of(tf))


@case(steps)
def of_a_layer_that_goes_backwards(tf, keras):
    return keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True, go_backwards=True))(x_of(tf))


@case(steps)
def dropout_rests(tf, keras):
    return keras.layers.Bidirectional(keras.layers.LSTM(5, dropout=0.4, recurrent_dropout=0.5))(x_of(tf))


def constant_cell(keras, tf):
    class WithConstants(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(3, self.units), name="kernel")
            self.of_constant = self.add_weight(shape=(2, self.units), name="of_constant")
            self.built = True

        def call(self, inputs, states, constants):
            output = tf.matmul(inputs, self.kernel) + 0.5 * states[0] + tf.matmul(constants[0], self.of_constant)
            return output, [output]

        def get_config(self):
            return {"units": self.units, **super().get_config()}

    return WithConstants(5)


@case(lambda rng: {**with_states(rng), "k": normal(rng, 2, 2)})
def constants(tf, keras):
    layer = keras.layers.Bidirectional(keras.layers.RNN(constant_cell(keras, tf), return_sequences=True))
    unused = sum(holder(tf, f"s{i}", 2, 5) for i in range(4))
    return layer(x_of(tf), constants=holder(tf, "k", 2, 2)), unused


@case(lambda rng: {**with_states(rng), "k": normal(rng, 2, 2)})
def constants_and_states(tf, keras):
    layer = keras.layers.Bidirectional(keras.layers.RNN(constant_cell(keras, tf), return_state=True))
    s0, s1, s2, s3 = (holder(tf, f"s{i}", 2, 5) for i in range(4))
    return layer(x_of(tf), initial_state=[s0 + s1, s2 + s3], constants=[holder(tf, "k", 2, 2)])


def residual_cell(keras):
    class Residual(keras.layers.SimpleRNNCell):
        def call(self, inputs, states, training=None):
            output, new_states = super().call(inputs, states)
            return output + inputs, new_states

    return Residual


@case(steps)
def residual_cell_of_its_own(tf, keras):
    cell = residual_cell(keras)
    return keras.layers.Bidirectional(keras.layers.RNN(cell(3), return_sequences=True))(x_of(tf))


@case(steps)
def residual_cells_of_their_own(tf, keras):
    cell = residual_cell(keras)
    return keras.layers.Bidirectional(keras.layers.RNN([cell(3), cell(3)], return_state=True))(x_of(tf))


@case(lambda rng: {"x": normal(rng, 2, 4, 3), "n": np.array([3, 0], "int32")})
def lengths(tf, keras):
    mask = tf.sequence_mask(holder(tf, "n", 2, dtype="int32"), 4)
    return keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True, return_state=True))(
        x_of(tf), mask=mask
    )


@case(lambda rng: {"x": normal(rng, 2, 4, 3, 2)})
def time_distributed_inside(tf, keras):
    rows = keras.layers.TimeDistributed(keras.layers.Flatten())(holder(tf, "x", 2, 4, 3, 2))
    return keras.layers.Bidirectional(keras.layers.GRU(4))(rows)


@case(lambda rng: {"x": normal(rng, 2, 4, 5, 5, 2)})
def convolutional(tf, keras):
    layer = keras.layers.ConvLSTM2D(2, 3, return_sequences=True, padding="same")
    return keras.layers.Bidirectional(layer)(holder(tf, "x", 2, 4, 5, 5, 2))


@facts()
def names_and_weights(tf, keras):
    given = keras.layers.LSTM(5, name="given")
    layer = keras.layers.Bidirectional(given, name="both")
    layer(x_of(tf))
    other = keras.layers.Bidirectional(keras.layers.GRU(4), backward_layer=keras.layers.GRU(4, go_backwards=True))
    other(x_of_again(tf))
    return [
        [found.name, found.forward_layer.name, found.backward_layer.name, found.layer.name]
        + [found.forward_layer.go_backwards, found.backward_layer.go_backwards, found.return_sequences]
        + [[w.op.name, w.shape.as_list()] for w in found.weights]
        for found in (layer, other)
    ]


def x_of_again(tf):
    return tf.ones([2, 4, 3])


@facts()
def output_shapes(tf, keras):
    found = []
    for mode in MODES:
        for options in ({"return_sequences": True}, {"return_state": True}):
            layer = keras.layers.Bidirectional(keras.layers.LSTM(5, **options), merge_mode=mode)
            shape = layer.compute_output_shape((None, 7, 3))
            shapes = shape if isinstance(shape, list) else [shape]
            found.append([tf.TensorShape(one).as_list() for one in shapes])
    return found
