"""Loops whose steps can be counted before they run, and some whose steps can't."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx import tf

Build = Callable[[], Any]


def sequence() -> tuple[Any, Any]:
    return tf.placeholder(tf.float32, ["time", "batch", 3], "x"), tf.placeholder(tf.int32, ["batch"], "n")


def raw_rnn_of_dynamic_rnn() -> Any:
    """TensorFlow's documentation writes dynamic_rnn so."""
    x, n = sequence()
    cell = tf.nn.rnn_cell.LSTMCell(4)
    batch = tf.shape(x)[1]
    read = tf.TensorArray(tf.float32, size=tf.shape(x)[0]).unstack(x).read

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        state = cell.zero_state(batch, tf.float32) if output is None else state
        finished = time >= n
        following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([batch, 3]), lambda: read(time))
        return finished, following, state, output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return emitted.stack(), state


def raw_rnn_with_a_loop_state() -> Any:
    x, n = sequence()
    cell = tf.nn.rnn_cell.GRUCell(4)
    read = tf.TensorArray(tf.float32, size=tf.shape(x)[0]).unstack(x).read

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        total = tf.constant(0.5) if output is None else loop_state * 2 + tf.reduce_sum(output)
        state = cell.zero_state(tf.shape(x)[1], tf.float32) if output is None else state
        finished = tf.logical_not(tf.less(time, n))
        following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([tf.shape(x)[1], 3]), lambda: read(time))
        return finished, following, state, output, total

    emitted, state, total = tf.nn.raw_rnn(cell, loop_fn)
    return emitted.stack(), state, total


def raw_rnn_that_feeds_itself() -> Any:
    """A decoder of a given number of steps: its next input is what it gives."""
    x, n = sequence()
    cell = tf.nn.rnn_cell.GRUCell(3)

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        if output is None:
            return time >= n, x[0], cell.zero_state(tf.shape(x)[1], tf.float32), None, None
        return tf.logical_or(time >= n, time >= 3), tf.tanh(output), state, output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return emitted.stack(), state


def while_loop_with_an_array() -> Any:
    x, _ = sequence()
    cell = tf.nn.rnn_cell.GRUCell(4)
    steps = tf.shape(x)[0]
    read = tf.TensorArray(tf.float32, size=steps).unstack(x).read

    def body(time: Any, state: Any, array: Any) -> Any:
        output, state = cell(read(time), state)
        return time + 1, state, array.write(time, output)

    start = [0, cell.zero_state(tf.shape(x)[1], tf.float32), tf.TensorArray(tf.float32, size=steps)]
    time, state, array = tf.while_loop(lambda time, *_: time < steps, body, start)
    return array.stack(), state, time


def while_loop_backwards_from_the_end() -> Any:
    x, _ = sequence()
    steps = tf.shape(x)[0]
    total = tf.while_loop(
        lambda i, *_: i < steps,
        lambda i, total: (i + 1, total * 0.5 + tf.gather(x, steps - 1 - i)),
        [0, tf.zeros([tf.shape(x)[1], 3])],
    )
    return total[1]


def while_loop_with_rows_that_stop() -> Any:
    """Lengths written by hand: the state of a row stays from its length on."""
    x, n = sequence()
    cell = tf.nn.rnn_cell.LSTMCell(4)
    steps = tf.shape(x)[0]

    def body(time: Any, c: Any, h: Any, array: Any) -> Any:
        output, new = cell(tf.gather(x, time), tf.nn.rnn_cell.LSTMStateTuple(c, h))
        going = tf.expand_dims(time < n, 1) & tf.ones_like(c, tf.bool)
        array = array.write(time, tf.where(going, output, tf.zeros_like(output)))
        return time + 1, tf.where(going, new.c, c), tf.where(going, new.h, h), array

    zero = tf.zeros([tf.shape(x)[1], 4])
    _, c, h, array = tf.while_loop(
        lambda time, *_: time < steps, body, [0, zero, zero, tf.TensorArray(tf.float32, size=steps)]
    )
    return array.stack(), c, h


def while_loop_into_a_longer_array() -> Any:
    x, _ = sequence()
    array = tf.TensorArray(tf.float32, size=tf.shape(x)[0] + 2)
    _, array = tf.while_loop(
        lambda i, _: i < tf.shape(x)[0], lambda i, array: (i + 1, array.write(i, x[i] * 2)), [0, array]
    )
    return array.stack()


def while_loop_of_a_fixed_number() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, _: i < 4, lambda i, y: (i + 1, tf.tanh(y) + 1), [0, x], maximum_iterations=6)[1]


def greedy_decoder() -> Any:
    """Words that are fed back, written into an array whose rows have no shape before the first is written."""
    x, _ = sequence()
    batch, cell = tf.shape(x)[1], tf.nn.rnn_cell.GRUCell(3)
    table = tf.constant(np.random.default_rng(0).standard_normal((5, 3)), tf.float32)

    def body(step: Any, word: Any, state: Any, written: Any) -> Any:
        output, state = cell(tf.nn.embedding_lookup(table, word), state)
        word = tf.argmax(tf.matmul(output, table, transpose_b=True), 1, output_type=tf.int32)
        return step + 1, word, state, written.write(step, word)

    first = (0, tf.zeros([batch], tf.int32), tf.reduce_sum(x, 0), tf.TensorArray(tf.int32, 4))
    shapes = (tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None, 3]), tf.TensorShape(None))
    *_, state, written = tf.while_loop(lambda step, *_: step < 4, body, first, shape_invariants=shapes)
    return written.stack(), state


def while_loop_that_counts_down() -> Any:
    """From the last row to the first, read and written there."""
    x, _ = sequence()
    steps = tf.shape(x)[0]
    read = tf.TensorArray(tf.float32, size=steps).unstack(x).read

    def body(left: Any, state: Any, array: Any) -> Any:
        state = tf.tanh(state + read(left))
        return left - 1, state, array.write(left, state)

    start = [steps - 1, tf.zeros([tf.shape(x)[1], 3]), tf.TensorArray(tf.float32, size=steps)]
    left, state, array = tf.while_loop(lambda left, *_: left >= 0, body, start)
    return array.stack(), state, left


def while_loop_written_from_the_end() -> Any:
    x, _ = sequence()
    steps = tf.shape(x)[0]

    def body(i: Any, state: Any, array: Any) -> Any:
        state = tf.tanh(state + x[steps - 1 - i])
        return i + 1, state, array.write(steps - 1 - i, state)

    start = [0, tf.zeros([tf.shape(x)[1], 3]), tf.TensorArray(tf.float32, size=steps)]
    return tf.while_loop(lambda i, *_: i < steps, body, start)[2].stack()


def while_loop_down_from_a_number() -> Any:
    x, _ = sequence()
    array = tf.TensorArray(tf.float32, size=4)
    return tf.while_loop(
        lambda i, *_: i > 0,
        lambda i, y, array: (i - 1, y * 0.5, array.write(i - 1, y)),
        [4, tf.reduce_sum(x, 0), array],
    )[2].stack()


RAISED = [
    while_loop_that_counts_down,
    while_loop_written_from_the_end,
    while_loop_down_from_a_number,
    greedy_decoder,
    raw_rnn_of_dynamic_rnn,
    raw_rnn_with_a_loop_state,
    raw_rnn_that_feeds_itself,
    while_loop_with_an_array,
    while_loop_backwards_from_the_end,
    while_loop_with_rows_that_stop,
    while_loop_into_a_longer_array,
    while_loop_of_a_fixed_number,
]


def stops_by_what_it_computes() -> Any:
    x, _ = sequence()
    return tf.while_loop(
        lambda i, y: (i < 9) & (tf.reduce_sum(y * y) < 50.0), lambda i, y: (i + 1, y * 1.5 + 0.1), [0, x[0]]
    )


def counts_by_two() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, y: i < 7, lambda i, y: (i + 2, y + tf.cast(i, tf.float32)), [0, x])


def counts_down_by_two() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, y: i > 0, lambda i, y: (i - 2, y + tf.cast(i, tf.float32)), [7, x])


def counts_down_to_what_it_computes() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, k, y: i > k, lambda i, k, y: (i - 1, k + 1, y + 1.0), [tf.shape(x)[0], 0, x])


def changes_its_bound() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, k, y: i < k, lambda i, k, y: (i + 1, k - 1, y + 1.0), [0, tf.shape(x)[0], x])


def goes_until_a_step_is_met() -> Any:
    x, _ = sequence()
    return tf.while_loop(lambda i, y: tf.not_equal(i, 3), lambda i, y: (i + 1, y + 1.0), [0, x])


def rows_that_wake_up_again() -> Any:
    """Done while a step is before the length, running after it: a flag that falls is no length."""
    x, n = sequence()
    cell = tf.nn.rnn_cell.GRUCell(3)

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        state = cell.zero_state(tf.shape(x)[1], tf.float32) if output is None else state
        finished = time < n - 2 if output is None else tf.logical_or(time < n - 2, time > 4)
        return finished, x[0], state, output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return emitted.stack(), state


NEAR_MISSES = [
    stops_by_what_it_computes,
    counts_by_two,
    counts_down_by_two,
    counts_down_to_what_it_computes,
    changes_its_bound,
    goes_until_a_step_is_met,
]


def until_it_is_large(size: int | None) -> Build:
    """Rows written until their sum is above a limit, into an array of a size or one that grows."""

    def build() -> Any:
        x = tf.placeholder(tf.float32, ["rows", 3], "x")
        array = tf.TensorArray(tf.float32, size=size or 0, dynamic_size=size is None, element_shape=[None, 3])

        def body(i: Any, y: Any, array: Any) -> Any:
            return i + 1, y * 2.0, array.write(i, y)

        i, y, array = tf.while_loop(lambda i, y, _: tf.reduce_sum(y * y) < 60.0, body, [0, x, array])
        return array.stack(), y, i

    return build


def reads_what_it_wrote() -> Any:
    x, _ = sequence()
    array = tf.TensorArray(tf.float32, size=9, element_shape=[None, 3])
    return tf.while_loop(
        lambda i, y, array: tf.reduce_sum(y) < 50.0,
        lambda i, y, array: (i + 1, array.write(i, y).read(i // 2) + 9.0, array.write(i, y)),
        [0, x[0], array],
    )[2].stack()


def writes_every_other_row() -> Any:
    x, _ = sequence()
    array = tf.TensorArray(tf.float32, size=20, element_shape=[None, 3])
    return tf.while_loop(
        lambda i, y, array: tf.reduce_sum(y) < 50.0,
        lambda i, y, array: (i + 1, y + 9.0, array.write(i * 2, y)),
        [0, x[0], array],
    )[2].stack()


def walk_of_known_lengths(lengths: Any) -> Any:
    x = tf.placeholder(tf.float32, [2, 3, 4], "x")
    cell = tf.nn.rnn_cell.GRUCell(2)
    read = tf.TensorArray(tf.float32, size=2).unstack(x).read

    def loop_fn(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        state = cell.zero_state(3, tf.float32) if output is None else state
        finished = time >= tf.constant(lengths)
        following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([3, 4]), lambda: read(time))
        return finished, following, state, output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return emitted.stack(), state
