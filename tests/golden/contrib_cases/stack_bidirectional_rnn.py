"""tf.contrib.rnn: stacks of bidirectional layers, and the static functions by their old names."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [1, 0, 3]]


def padded(rng):
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def cells(tf, *units):
    return [tf.contrib.rnn.LSTMCell(size) for size in units]


def inputs(tf, batch=None):
    return tf.placeholder(tf.float32, [batch, 4, 2], "x"), tf.placeholder(tf.int32, [batch], "n")


@case(padded)
def static_with_lengths(tf):
    x, n = inputs(tf)
    xs = tf.unstack(x, 4, 1)
    return tf.contrib.rnn.stack_bidirectional_rnn(
        cells(tf, 3, 4), cells(tf, 3, 2), xs, dtype=tf.float32, sequence_length=n
    )


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def static_without_lengths(tf):
    xs = tf.unstack(tf.placeholder(tf.float32, [3, 4, 2], "x"), axis=1)
    return tf.contrib.rnn.stack_bidirectional_rnn(cells(tf, 3, 3), cells(tf, 3, 3), xs, dtype=tf.float32)


@case(padded)
def dynamic_with_lengths(tf):
    x, n = inputs(tf)
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        cells(tf, 3, 4), cells(tf, 3, 2), x, dtype=tf.float32, sequence_length=n
    )


@case(lambda rng: [{"x": normal(rng, *shape, 2)} for shape in ((3, 4), (1, 1), (2, 6))])
def dynamic_of_unknown_batch_and_time(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(cells(tf, 3, 3), cells(tf, 3, 3), x, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 4, 3, 2), "n": np.array([3, 4, 1], "int32")})
def dynamic_time_major(tf):
    x = tf.placeholder(tf.float32, [4, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    layers = cells(tf, 3, 3), cells(tf, 3, 3)
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        *layers, inputs=x, dtype=tf.float32, sequence_length=n, time_major=True, swap_memory=True
    )


def from_states(rng):
    return {
        "x": normal(rng, 3, 4, 2),
        "a": normal(rng, 3, 3),
        "b": normal(rng, 3, 3),
        "n": np.array([3, 0, 4], "int32"),
    }


@case(from_states)
def initial_states(tf):
    x, n = inputs(tf)
    a, b = (tf.placeholder(tf.float32, [None, 3], name) for name in "ab")
    layers = [[tf.contrib.rnn.GRUCell(3), tf.contrib.rnn.GRUCell(3)] for _ in range(2)]
    first = tf.contrib.rnn.stack_bidirectional_rnn(
        *layers, tf.unstack(x, 4, 1), [a, b], [b, a], sequence_length=n, scope="static"
    )
    layers = [[tf.contrib.rnn.GRUCell(3), tf.contrib.rnn.GRUCell(3)] for _ in range(2)]
    return first, tf.contrib.rnn.stack_bidirectional_dynamic_rnn(*layers, x, [a, b], [b, a], sequence_length=n)


@facts()
def names_of_variables(tf):
    x, _ = inputs(tf)
    with tf.variable_scope("outer"):
        tf.contrib.rnn.stack_bidirectional_rnn(cells(tf, 3), cells(tf, 3), tf.unstack(x, 4, 1), dtype=tf.float32)
        tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            cells(tf, 3, 3), cells(tf, 3, 3), x, dtype=tf.float32, scope="dynamic"
        )
    with tf.variable_scope("given") as given:
        pass
    tf.contrib.rnn.stack_bidirectional_dynamic_rnn(cells(tf, 3), cells(tf, 3), x, dtype=tf.float32, scope=given)
    return [variable.op.name for variable in tf.global_variables()]


@case(padded)
def old_names(tf):
    x, n = inputs(tf)
    xs = tf.unstack(x, 4, 1)
    contrib = tf.contrib.rnn
    static = contrib.static_rnn(contrib.BasicLSTMCell(3), xs, dtype=tf.float32, sequence_length=n)
    layers = contrib.GRUCell(3), contrib.LSTMCell(3)
    return static, contrib.static_bidirectional_rnn(*layers, xs, dtype=tf.float32, sequence_length=n)


@facts()
def small_functions(tf):
    contrib = tf.contrib.rnn
    x = tf.placeholder(tf.float32, [None, 4, 2])
    known = tf.placeholder(tf.float32, [7, 3, 2])
    swapped = [contrib.transpose_batch_time(t).shape.as_list() for t in (x, known, tf.zeros([3]))]
    return [swapped, contrib.best_effort_input_batch_size([tf.placeholder(tf.float32, [7, None, 2]), known])]


def over(name, function):
    def error(fragment, case_name):
        def register(make):
            @error_case(fragment, name=f"{case_name}_of_{name}")
            def build(tf):
                x = tf.zeros([2, 3, 4])
                return getattr(tf.contrib.rnn, function)(
                    *make(tf), tf.unstack(x, axis=1) if name == "static" else x, dtype=tf.float32
                )

        return register

    error("Must specify at least one fw cell for BidirectionalRNN.", "no_forward_cells")(lambda tf: ([], []))
    error("Must specify at least one bw cell for BidirectionalRNN.", "no_backward_cells")(lambda tf: (cells(tf, 3), []))
    error("cells_fw must be a list of RNNCells (one per layer).", "one_forward_cell")(
        lambda tf: (cells(tf, 3)[0], cells(tf, 3))
    )
    error("cells_bw must be a list of RNNCells (one per layer).", "a_tuple_of_backward_cells")(
        lambda tf: (cells(tf, 3), tuple(cells(tf, 3)))
    )
    error("Forward and Backward cells must have the same depth.", "different_depths")(
        lambda tf: (cells(tf, 3, 3), cells(tf, 3))
    )


over("static", "stack_bidirectional_rnn")
over("dynamic", "stack_bidirectional_dynamic_rnn")


@error_case("initial_states_fw must be a list of state tensors (one per layer).")
def too_few_initial_states(tf):
    x = tf.zeros([2, 3, 4])
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(cells(tf, 3, 3), cells(tf, 3, 3), x, [tf.zeros([2, 3])])


@error_case("initial_states_bw must be a list of state tensors (one per layer).")
def one_initial_state(tf):
    xs = [tf.zeros([2, 4])]
    return tf.contrib.rnn.stack_bidirectional_rnn(cells(tf, 3), cells(tf, 3), xs, None, tf.zeros([2, 3]))
