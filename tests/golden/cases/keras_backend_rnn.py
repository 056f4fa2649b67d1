"""keras.backend.rnn called directly, as layers of one's own call it."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal

MASKS = ([[1, 1, 0, 0], [0, 1, 0, 1]], [[0, 0, 0, 0], [1, 1, 1, 1]])


def holder(tf, name, *shape, dtype="float32"):
    return tf.placeholder(dtype, shape, name)


def steps(rng):
    return {"x": normal(rng, 2, 4, 3), "s": normal(rng, 2, 3)}


def masked(rng):
    return [{**steps(rng), "m": np.array(mask, bool)} for mask in MASKS]


def adding(tf):
    def step(inputs, states):
        new = tf.tanh(inputs + 0.5 * states[0])
        return new, [new]

    return step


def other_output(tf):
    def step(inputs, states):
        new = tf.tanh(inputs + 0.5 * states[0])
        return tf.reduce_sum(new * inputs, 1, keepdims=True), [new]

    return step


OPTIONS = {
    "alone": {},
    "backwards": {"go_backwards": True},
    "unrolled": {"unroll": True},
    "zeroed": {"zero_output_for_mask": True},
    "backwards_zeroed": {"go_backwards": True, "zero_output_for_mask": True},
}


def over_options(name, options):
    @case(steps, name=name)
    def plain(tf, keras):
        x, s = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3)
        return keras.backend.rnn(adding(tf), x, [s], **options)

    @case(masked, name=f"{name}_with_a_mask")
    def with_a_mask(tf, keras):
        x, s, m = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3), holder(tf, "m", 2, 4, dtype="bool")
        return keras.backend.rnn(adding(tf), x, [s], mask=m, **options)

    @case(masked, name=f"{name}_with_a_mask_and_another_output")
    def another_output(tf, keras):
        x, s, m = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3), holder(tf, "m", 2, 4, dtype="bool")
        return keras.backend.rnn(other_output(tf), x, [s], mask=m, **options)


for name, options in OPTIONS.items():
    over_options(name, options)


@case(lambda rng: {"x": normal(rng, 4, 2, 3), "s": normal(rng, 2, 3)})
def time_major(tf, keras):
    x, s = holder(tf, "x", 4, None, 3), holder(tf, "s", None, 3)
    return keras.backend.rnn(adding(tf), x, [s], time_major=True)


@case(lambda rng: {**steps(rng), "k": normal(rng, 2, 3)})
def constants(tf, keras):
    def step(inputs, states):
        state, first, second = states
        new = tf.tanh(inputs + state * first) + second
        return new, [new]

    x, s, k = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3), holder(tf, "k", 2, 3)
    return keras.backend.rnn(step, x, [s], constants=[k, 2.0 * k])


@case(steps)
def attention_over_states(tf, keras):
    """A step that looks at all inputs, as attention layers of Keras 1 do."""

    def step(inputs, states):
        state, everything = states
        scores = tf.nn.softmax(tf.reduce_sum(everything * state[:, tf.newaxis, :], 2))
        context = tf.reduce_sum(everything * scores[:, :, tf.newaxis], 1)
        new = tf.tanh(inputs + context)
        return scores, [new]

    x, s = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3)
    return keras.backend.rnn(step, x, [s], constants=[x])


@case(steps)
def two_states_and_a_tuple_of_outputs(tf, keras):
    def step(inputs, states):
        a, b = states
        return (a, inputs * b), [a + inputs, tf.tanh(b)]

    x, s = holder(tf, "x", 2, 4, 3), holder(tf, "s", 2, 3)
    return keras.backend.rnn(step, x, [s, 2.0 * s])
