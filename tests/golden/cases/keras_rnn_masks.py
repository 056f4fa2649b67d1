"""Masks of Keras's recurrent layers: with holes, padded left and right, known from lengths, in every direction."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal

MASKS = {
    "right": [[1, 1, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]],
    "left": [[0, 0, 0, 1, 1], [1, 1, 1, 1, 1], [0, 1, 1, 1, 1]],
    "holes": [[1, 0, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 1, 1, 0]],
}


def masked(rng):
    return [{"x": normal(rng, 3, 5, 2), "m": np.array(mask, bool)} for mask in MASKS.values()]


def masked_from_states(rng):
    return [{**run, "s0": normal(rng, 3, 4), "s1": normal(rng, 3, 4)} for run in masked(rng)]


def lengths(rng):
    return [
        {"x": normal(rng, 3, 5, 2), "n": np.array(n, "int32"), "s0": normal(rng, 3, 4), "s1": normal(rng, 3, 4)}
        for n in ([2, 5, 0], [5, 5, 5], [1, 3, 4], [0, 0, 0])
    ]


def holder(tf, name, *shape, dtype="float32"):
    return tf.placeholder(dtype, shape, name)


def x_and_mask(tf, unknown=False):
    rows, steps = (None, None) if unknown else (3, 5)
    return holder(tf, "x", rows, steps, 2), holder(tf, "m", rows, steps, dtype="bool")


OPTIONS = {
    "last": {},
    "all": {"return_sequences": True, "return_state": True},
    "all_zeroed": {"return_sequences": True, "return_state": True, "zero_output_for_mask": True},
    "last_zeroed": {"zero_output_for_mask": True},
    "backwards": {"go_backwards": True, "return_sequences": True, "return_state": True},
    "backwards_zeroed": {
        "go_backwards": True,
        "return_sequences": True,
        "return_state": True,
        "zero_output_for_mask": True,
    },
    "backwards_last": {"go_backwards": True, "return_state": True},
    "unrolled": {"unroll": True, "return_sequences": True, "return_state": True},
    "unrolled_zeroed": {"unroll": True, "return_sequences": True, "zero_output_for_mask": True},
    "unrolled_last_zeroed": {"unroll": True, "zero_output_for_mask": True},
    "unrolled_backwards": {"unroll": True, "go_backwards": True, "return_sequences": True, "return_state": True},
}


def over_options(kind, name, options):
    @case(masked, name=f"{kind}_{name}")
    def layer(tf, keras):
        x, m = x_and_mask(tf, unknown=not options.get("unroll"))
        if options.get("unroll"):
            x.set_shape([3, 5, 2])
        return getattr(keras.layers, kind)(4, **options)(x, mask=m)

    @case(masked_from_states, name=f"{kind}_{name}_from_a_state")
    def from_a_state(tf, keras):
        x, m = x_and_mask(tf)
        s0, s1 = holder(tf, "s0", 3, 4), holder(tf, "s1", 3, 4)
        state = [s0, s1] if kind == "LSTM" else [s0 + 0 * s1]
        return getattr(keras.layers, kind)(4, **options)(x, mask=m, initial_state=state)

    if options.get("unroll"):
        return

    @case(lengths, name=f"{kind}_{name}_of_lengths")
    def of_lengths(tf, keras):
        x, n = holder(tf, "x", None, None, 2), holder(tf, "n", None, dtype="int32")
        mask = tf.sequence_mask(n, tf.shape(x)[1])
        unused = holder(tf, "s0", 3, 4), holder(tf, "s1", 3, 4)
        return getattr(keras.layers, kind)(4, **options)(x, mask=mask), 1.0 * unused[0], 1.0 * unused[1]

    @case(lengths, name=f"{kind}_{name}_of_lengths_from_a_state")
    def of_lengths_from_a_state(tf, keras):
        x, n = holder(tf, "x", 3, 5, 2), holder(tf, "n", 3, dtype="int32")
        s0, s1 = holder(tf, "s0", 3, 4), holder(tf, "s1", 3, 4)
        state = [s0, s1] if kind == "LSTM" else [s0 + 0 * s1]
        return getattr(keras.layers, kind)(4, **options)(x, mask=tf.sequence_mask(n, 5), initial_state=state)


for kind in ("GRU", "LSTM"):
    for name, options in OPTIONS.items():
        over_options(kind, name, options)


@case(masked)
def simple_rnn(tf, keras):
    x, m = x_and_mask(tf)
    return keras.layers.SimpleRNN(4, return_sequences=True, return_state=True)(x, mask=m)


@case(masked)
def v1_lstm(tf):
    x, m = x_and_mask(tf)
    return tf.keras.layers.LSTM(4, return_sequences=True, return_state=True)(x, mask=m)


@case(lambda rng: [{**run, "m": run["m"].astype("float32")} for run in masked(rng)])
def mask_of_numbers(tf, keras):
    x, m = holder(tf, "x", 3, 5, 2), holder(tf, "m", 3, 5)
    return keras.layers.LSTM(4, return_sequences=True)(x, mask=m)


@case(lambda rng: [{"x": normal(rng, 5, 3, 2), "m": run["m"].T} for run in masked(rng)])
def time_major(tf, keras):
    x, m = holder(tf, "x", 5, 3, 2), holder(tf, "m", 5, 3, dtype="bool")
    return keras.layers.LSTM(4, return_sequences=True, return_state=True, time_major=True)(x, mask=m)


@case(lambda rng: {"x": normal(rng, 5, 3, 2), "n": np.array([2, 0, 5], "int32")})
def time_major_of_lengths(tf, keras):
    x, n = holder(tf, "x", 5, 3, 2), holder(tf, "n", 3, dtype="int32")
    mask = tf.transpose(tf.sequence_mask(n, 5))
    return keras.layers.LSTM(4, return_sequences=True, return_state=True, time_major=True)(x, mask=mask)


@case(masked)
def stack_of_cells(tf, keras):
    x, m = x_and_mask(tf)
    cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(3)]
    return keras.layers.RNN(cells, return_sequences=True, return_state=True)(x, mask=m)


class Averages:
    """Counts and sums what it sees; the output is neither of the states."""

    state_size = (1, 2)
    output_size = 2

    def call(self, inputs, states):
        count, total = states
        return (total + inputs) / (count + 1.0), [count + 1.0, total + inputs]


@case(masked)
def output_that_is_no_state(tf, keras):
    x, m = x_and_mask(tf)
    return keras.layers.RNN(Averages(), return_sequences=True, return_state=True)(x, mask=m)


@case(masked)
def last_output_that_is_no_state(tf, keras):
    x, m = x_and_mask(tf)
    return keras.layers.RNN(Averages())(x, mask=m)


@case(masked)
def zeroed_output_that_is_no_state(tf, keras):
    x, m = x_and_mask(tf)
    return keras.layers.RNN(Averages(), return_sequences=True, zero_output_for_mask=True)(x, mask=m)


@case(masked)
def backward_output_that_is_no_state(tf, keras):
    x, m = x_and_mask(tf)
    return keras.layers.RNN(Averages(), return_sequences=True, return_state=True, go_backwards=True)(x, mask=m)


@case(lambda rng: {"x": normal(rng, 4, 5, 2), "n": np.array([2, 0, 5, 1], "int32")})
def output_that_is_no_state_of_lengths(tf, keras):
    x, n = holder(tf, "x", None, 5, 2), holder(tf, "n", None, dtype="int32")
    layer = keras.layers.RNN(Averages(), return_sequences=True, return_state=True)
    last = keras.layers.RNN(Averages(), go_backwards=True)
    return layer(x, mask=tf.sequence_mask(n, 5)), last(x, mask=tf.sequence_mask(n, 5))


@case(lambda rng: {"x": normal(rng, 4, 5, 2), "n": np.array([2, 0, 4, 1], "int32")})
def lengths_within_the_longest(tf, keras):
    x, n = holder(tf, "x", None, None, 2), holder(tf, "n", None, dtype="int32")
    return keras.layers.GRU(3, return_sequences=True)(x[:, :4], mask=tf.sequence_mask(n))


@case(lambda rng: {"x": normal(rng, 3, 5, 2)})
def constant_mask(tf, keras):
    layer = keras.layers.GRU(3, return_sequences=True, return_state=True)
    return layer(holder(tf, "x", 3, 5, 2), mask=tf.constant(np.array(MASKS["holes"], bool)))


@case(lambda rng: {"x": normal(rng, 3, 5, 2)})
def nan_behind_the_mask(tf, keras):
    x = holder(tf, "x", 3, 5, 2)
    mask = tf.constant(np.array(MASKS["holes"], bool))
    poisoned = tf.where(tf.tile(mask[:, :, None], [1, 1, 2]), x, x * np.nan)
    return keras.layers.LSTM(3, return_sequences=True, return_state=True)(poisoned, mask=mask)


@case(masked)
def masking_layer(tf, keras):
    x, m = x_and_mask(tf)
    hidden = tf.where(tf.tile(m[:, :, None], [1, 1, 2]), x, 7.0 + 0.0 * x)
    return keras.layers.LSTM(4, return_sequences=True, return_state=True)(keras.layers.Masking(7.0)(hidden))


@case(masked)
def mask_goes_on_through_layers(tf, keras):
    x, m = x_and_mask(tf)
    hidden = keras.layers.Masking()(tf.where(tf.tile(m[:, :, None], [1, 1, 2]), x, 0.0 * x))
    inner = keras.layers.GRU(4, return_sequences=True)(hidden)
    return keras.layers.RNN([keras.layers.LSTMCell(3), keras.layers.GRUCell(2)])(inner)


@case(lambda rng: {"ids": np.array([[3, 1, 0, 2, 0], [0, 0, 4, 0, 1]], "int32")})
def embedding_masks_zeros(tf, keras):
    ids = holder(tf, "ids", None, None, dtype="int32")
    rows = keras.layers.Embedding(5, 3, mask_zero=True)(ids)
    return keras.layers.LSTM(4, return_state=True)(rows)


@case(masked)
def left_padding_is_as_right_padding(tf, keras):
    x, m = x_and_mask(tf)
    layer = keras.layers.LSTM(4)
    shifted = tf.roll(x, 2, 1)
    left, right = np.array([[0, 0, 1, 1, 1]] * 3, bool), np.array([[1, 1, 1, 0, 0]] * 3, bool)
    return layer(x, mask=tf.constant(right)), layer(shifted, mask=tf.constant(left)), tf.cast(m, tf.int32)
