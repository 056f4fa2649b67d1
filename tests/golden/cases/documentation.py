"""The examples of TensorFlow's documentation, as they are printed there apart from sizes and placeholders."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, normal


@case(lambda rng: {"x": normal(rng, 4, 5, 3)})
def dynamic_rnn_of_a_basic_rnn_cell(tf):
    batch_size, hidden_size = 4, 6
    input_data = tf.placeholder(tf.float32, [4, 5, 3], "x")
    # create a BasicRNNCell
    rnn_cell = tf.nn.rnn_cell.BasicRNNCell(hidden_size)

    # 'outputs' is a tensor of shape [batch_size, max_time, cell_state_size]

    # defining initial state
    initial_state = rnn_cell.zero_state(batch_size, dtype=tf.float32)

    # 'state' is a tensor of shape [batch_size, cell_state_size]
    outputs, state = tf.nn.dynamic_rnn(rnn_cell, input_data, initial_state=initial_state, dtype=tf.float32)
    return outputs, state


@case(lambda rng: [{"x": normal(rng, *shape, 5)} for shape in ((2, 3), (1, 4))])
def dynamic_rnn_of_two_lstm_layers(tf):
    data = tf.placeholder(tf.float32, [None, None, 5], "x")
    # create 2 LSTMCells
    rnn_layers = [tf.nn.rnn_cell.LSTMCell(size) for size in [128, 256]]

    # create a RNN cell composed sequentially of a number of RNNCells
    multi_rnn_cell = tf.nn.rnn_cell.MultiRNNCell(rnn_layers)

    # 'outputs' is a tensor of shape [batch_size, max_time, 256]
    # 'state' is a N-tuple where N is the number of LSTMCells containing a
    # tf.nn.rnn_cell.LSTMStateTuple for each cell
    outputs, state = tf.nn.dynamic_rnn(cell=multi_rnn_cell, inputs=data, dtype=tf.float32)
    return outputs, state


def raw_rnn_as_printed(tf, inputs, sequence_length, max_time, batch_size, input_depth, num_units):
    inputs_ta = tf.TensorArray(dtype=tf.float32, size=max_time)
    inputs_ta = inputs_ta.unstack(inputs)

    cell = tf.nn.rnn_cell.LSTMCell(num_units)

    def loop_fn(time, cell_output, cell_state, loop_state):
        emit_output = cell_output  # == None for time == 0
        if cell_output is None:  # time == 0
            next_cell_state = cell.zero_state(batch_size, tf.float32)
        else:
            next_cell_state = cell_state
        elements_finished = time >= sequence_length
        finished = tf.reduce_all(elements_finished)
        next_input = tf.cond(
            finished, lambda: tf.zeros([batch_size, input_depth], dtype=tf.float32), lambda: inputs_ta.read(time)
        )
        next_loop_state = None
        return (elements_finished, next_input, next_cell_state, emit_output, next_loop_state)

    outputs_ta, final_state, _ = tf.nn.raw_rnn(cell, loop_fn)
    outputs = outputs_ta.stack()
    return outputs, final_state


@case(lambda rng: {"x": normal(rng, 5, 3, 2), "n": np.array([5, 3, 4], "int32")})
def raw_rnn_of_an_lstm(tf):
    max_time, batch_size, input_depth = 5, 3, 2
    inputs = tf.placeholder(shape=(max_time, batch_size, input_depth), dtype=tf.float32, name="x")
    sequence_length = tf.placeholder(shape=(batch_size,), dtype=tf.int32, name="n")
    return raw_rnn_as_printed(tf, inputs, sequence_length, max_time, batch_size, input_depth, 4)


@case(lambda rng: [{"x": normal(rng, t, 3, 2), "n": np.array(n, "int32")} for t, n in ((5, [5, 3, 4]), (2, [0, 2, 1]))])
def raw_rnn_of_unknown_sizes(tf):
    inputs = tf.placeholder(tf.float32, [None, None, 2], "x")
    sequence_length = tf.placeholder(tf.int32, [None], "n")
    shape = tf.shape(inputs)
    return raw_rnn_as_printed(tf, inputs, sequence_length, shape[0], shape[1], 2, 4)


@case(lambda rng: [{"x": normal(rng, 5, 3, 2), "n": np.array(n, "int32")} for n in ([5, 3, 4], [5, 0, 1])])
def raw_rnn_gives_what_dynamic_rnn_gives(tf):
    inputs = tf.placeholder(tf.float32, [5, 3, 2], "x")
    sequence_length = tf.placeholder(tf.int32, [3], "n")
    raw = raw_rnn_as_printed(tf, inputs, sequence_length, 5, 3, 2, 4)
    with tf.variable_scope("", reuse=True):
        cell = tf.nn.rnn_cell.LSTMCell(4)
        known = tf.nn.dynamic_rnn(cell, inputs, sequence_length, dtype=tf.float32, time_major=True)
    return raw, known


@case(lambda rng: {"x": normal(rng, 2, 3)})
def while_loop_counts(tf):
    i = tf.constant(0)
    return tf.while_loop(lambda i: tf.less(i, 10), lambda i: tf.add(i, 1), [i]), tf.placeholder(
        tf.float32, [2, 3], "x"
    ) * 1.0


@case()
def while_loop_with_a_nest_and_a_namedtuple(tf):
    import collections

    pair = collections.namedtuple("Pair", "j, k")
    ijk_0 = (tf.constant(0), pair(tf.constant(1), tf.constant(2)))
    return tf.while_loop(lambda i, p: i < 10, lambda i, p: (i + 1, pair((p.j + p.k), (p.j - p.k))), ijk_0)


@case()
def while_loop_with_shape_invariants(tf):
    i0 = tf.constant(0)
    m0 = tf.ones([2, 2])
    return tf.while_loop(
        lambda i, m: i < 4,
        lambda i, m: [i + 1, tf.concat([m, m], axis=0)],
        loop_vars=[i0, m0],
        shape_invariants=[i0.get_shape(), tf.TensorShape([None, 2])],
    )


@case()
def case_of_the_documentation(tf):
    x, y, z = tf.constant(1), tf.constant(2), tf.constant(-1)
    first = tf.case([(tf.less(x, y), lambda: tf.constant(17))], default=lambda: tf.constant(23))
    return first, tf.cond(x < y, lambda: tf.add(x, z), lambda: tf.square(y))


@case()
def map_fn_of_the_documentation(tf):
    elems = np.array([1, 2, 3, 4, 5, 6])
    squares = tf.map_fn(lambda x: x * x, elems)
    pairs = (np.array([1, 2, 3]), np.array([-1, 1, -1]))
    alternate = tf.map_fn(lambda x: x[0] * x[1], pairs, dtype=tf.int64)
    alternates = tf.map_fn(lambda x: (x, -x), np.array([1, 2, 3]), dtype=(tf.int64, tf.int64))
    return squares, alternate, alternates


@case()
def foldl_and_scan_of_the_documentation(tf):
    elems = np.array([1, 2, 3, 4, 5, 6])
    return {
        "foldl": tf.foldl(lambda a, x: a + x, elems),
        "foldr": tf.foldr(lambda a, x: a - x, elems, initializer=np.int64(100)),
        "scan": tf.scan(lambda a, x: a + x, elems),
        "scan_initial": tf.scan(lambda a, x: a - x, elems, initializer=np.int64(5)),
        "scan_reverse": tf.scan(lambda a, x: a + x, elems, reverse=True),
        "fibonacci": tf.scan(
            lambda a, _: (a[1], a[0] + a[1]),
            np.zeros(6),
            initializer=(np.array(0, "int64"), np.array(1, "int64")),
        ),
    }
