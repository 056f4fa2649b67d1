"""TensorFlow 2's wrappers of Keras cells: ``tf.nn.RNNCellResidualWrapper`` and its likes."""

from __future__ import annotations

from tests.golden.registry import case, error_case, normal


def steps(rng):
    return {"x": normal(rng, 2, 4, 3)}


def x(tf):
    return tf.placeholder(tf.float32, [2, 4, 3], "x")


def wrapper(tf, name):
    full = f"RNNCell{name}Wrapper"
    return getattr(tf.nn, full) if hasattr(tf.nn, full) else getattr(tf.compat.v2.nn, full)


@case(steps)
def residual(tf, keras):
    cell = wrapper(tf, "Residual")(keras.layers.LSTMCell(3))
    return keras.layers.RNN(cell, return_sequences=True, return_state=True)(x(tf))


@case(steps)
def residual_of_its_own(tf, keras):
    cell = wrapper(tf, "Residual")(keras.layers.GRUCell(2), lambda inputs, outputs: inputs[:, :2] * outputs)
    return keras.layers.RNN(cell, return_sequences=True)(x(tf))


@case(steps)
def residuals_in_a_stack(tf, keras):
    cells = [wrapper(tf, "Residual")(keras.layers.GRUCell(3)) for _ in range(2)]
    return keras.layers.RNN(cells, return_state=True)(x(tf))


@case(steps)
def device(tf, keras):
    cell = wrapper(tf, "Device")(keras.layers.LSTMCell(3), "/cpu:0")
    return keras.layers.RNN(cell, return_state=True)(x(tf))


@case(steps)
def dropout_that_keeps_all(tf, keras):
    return keras.layers.RNN(wrapper(tf, "Dropout")(keras.layers.GRUCell(3)), return_state=True)(x(tf))


@case(steps)
def wrapped_twice(tf, keras):
    cell = wrapper(tf, "Residual")(wrapper(tf, "Dropout")(keras.layers.SimpleRNNCell(3), 1.0))
    return keras.layers.RNN(cell)(x(tf))


@case(steps)
def residual_both_ways(tf, keras):
    layer = keras.layers.RNN(wrapper(tf, "Residual")(keras.layers.GRUCell(3)), return_sequences=True)
    return keras.layers.Bidirectional(layer)(x(tf))


@error_case("When variational_recurrent=True, dtype must be provided")
def variational_dropout_without_a_dtype(tf, keras):
    wrapper(tf, "Dropout")(keras.layers.GRUCell(3), variational_recurrent=True)
