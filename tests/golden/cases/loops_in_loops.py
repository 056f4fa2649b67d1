"""Recurrences inside recurrences, branches and loops; loops that carry arrays, rows that grow and counters."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, ints, normal


def sequences(rng):
    return [
        {"x": normal(rng, rows, steps, 3), "n": np.array(n, "int32")}
        for rows, steps, n in ((3, 4, [4, 1, 2]), (1, 2, [2]), (2, 3, [0, 9]))
    ]


def inputs(tf, rows=None, steps=None):
    return tf.placeholder(tf.float32, [rows, steps, 3], "x"), tf.placeholder(tf.int32, [rows], "n")


@case(sequences)
def a_recurrence_over_inner_sequences_in_each_step(tf):
    x, n = inputs(tf)

    class Outer(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 4

        def call(self, step, state):
            pieces = tf.stack([step, step * 2.0, step - 1.0], axis=1)
            inner = tf.nn.rnn_cell.GRUCell(4)
            outputs, state = tf.nn.dynamic_rnn(inner, pieces, initial_state=state, scope="inner")
            return tf.reduce_max(outputs, 1), state

    return tf.nn.dynamic_rnn(Outer(), x, n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 2, 3, 4, 3), "m": ints(rng, 5, 2, 3)}])
def words_and_sentences_in_one_cell(tf):
    x = tf.placeholder(tf.float32, [None, None, None, 3], "x")
    m = tf.placeholder(tf.int32, [None, None], "m")
    rows, steps = tf.shape(x)[0], tf.shape(x)[1]
    arrays = (
        tf.TensorArray(tf.float32, steps).unstack(tf.transpose(x, [1, 0, 2, 3])),
        tf.TensorArray(tf.int32, steps).unstack(tf.transpose(m)),
    )
    word_cell, sentence_cell = tf.nn.rnn_cell.LSTMCell(3, name="word"), tf.nn.rnn_cell.GRUCell(2, name="sentence")

    def body(t, state, outputs):
        words, lengths = arrays[0].read(t), arrays[1].read(t)
        with tf.variable_scope("words", reuse=tf.AUTO_REUSE):
            _, last = tf.nn.dynamic_rnn(word_cell, words, lengths, dtype=tf.float32)
        output, state = sentence_cell(last.h, state)
        return t + 1, state, outputs.write(t, output)

    start = (0, sentence_cell.zero_state(rows, tf.float32), tf.TensorArray(tf.float32, steps))
    _, state, outputs = tf.while_loop(lambda t, *_: t < steps, body, start)
    stacked = tf.transpose(outputs.stack(), [1, 0, 2])
    stacked.set_shape([None, None, 2])
    return stacked, state


@case(lambda rng: [{**feed, "flag": np.array(flag)} for feed in sequences(rng)[:2] for flag in (True, False)])
def one_of_two_recurrences_by_a_flag(tf):
    x, n = inputs(tf)
    flag = tf.placeholder(tf.bool, [], "flag")
    cell = tf.nn.rnn_cell.LSTMCell(4)

    def forwards():
        return tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32, scope="fw")

    def backwards():
        other = tf.nn.rnn_cell.LSTMCell(4, activation=tf.nn.relu)
        outputs, state = tf.nn.dynamic_rnn(other, tf.reverse_sequence(x, n, 1), n, dtype=tf.float32, scope="bw")
        return tf.reverse_sequence(outputs, n, seq_dim=1), state

    outputs, state = tf.cond(flag, forwards, backwards)
    return outputs, state


@case(lambda rng: [{"x": normal(rng, rows, 4, 5, 3)} for rows in (2, 1)])
def a_recurrence_for_each_element(tf):
    x = tf.placeholder(tf.float32, [None, 4, 5, 3], "x")
    cell = tf.nn.rnn_cell.GRUCell(3)

    def each(element):
        outputs, state = tf.nn.dynamic_rnn(cell, element, dtype=tf.float32)
        return outputs[:, -1] - state + tf.reduce_mean(element, 1), state

    return tf.map_fn(each, x, dtype=(tf.float32, tf.float32))


@case(
    lambda rng: [{"prefix": ints(rng, 5, rows, 2), "most": np.array(most, "int32")} for rows, most in ((2, 6), (1, 2))]
)
def ids_grow_until_the_limit(tf):
    prefix = tf.placeholder(tf.int32, [None, None], "prefix")
    most = tf.placeholder(tf.int32, [], "most")
    table = tf.get_variable("table", [5, 4])
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)

    def condition(ids, score):
        return tf.shape(ids)[1] < most

    def body(ids, score):
        with tf.variable_scope("lm", reuse=tf.AUTO_REUSE):
            outputs, _ = tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(table, ids), dtype=tf.float32)
            logits = tf.nn.log_softmax(tf.matmul(outputs[:, -1, :], table, transpose_b=True))
        best = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return tf.concat([ids, best[:, tf.newaxis]], axis=1), score + tf.reduce_max(logits, axis=-1)

    start = [prefix, tf.zeros([tf.shape(prefix)[0]])]
    invariants = [tf.TensorShape([None, None]), tf.TensorShape([None])]
    ids, score = tf.while_loop(condition, body, start, shape_invariants=invariants, back_prop=False)
    return {"ids": ids, "score": score}


@case(lambda rng: [{"a": normal(rng, 3, 4), "b": normal(rng, 5, 4)}, {"a": normal(rng, 1, 4), "b": normal(rng, 1, 4)}])
def dynamic_time_warping(tf):
    a = tf.placeholder(tf.float32, [None, 4], "a")
    b = tf.placeholder(tf.float32, [None, 4], "b")
    cost = tf.reduce_sum(tf.squared_difference(a[:, None], b[None]), -1)
    rows, columns = tf.shape(cost)[0], tf.shape(cost)[1]

    def row(i, previous, table):
        def column(j, left, current):
            best = tf.minimum(tf.minimum(left, previous[j]), previous[j + 1])
            value = cost[i, j] + tf.cond(tf.logical_and(tf.equal(i, 0), tf.equal(j, 0)), lambda: 0.0, lambda: best)
            return j + 1, value, current.write(j + 1, value)

        far = tf.constant(1e6)
        start = (0, far, tf.TensorArray(tf.float32, columns + 1, element_shape=[]).write(0, far))
        _, _, current = tf.while_loop(lambda j, *_: j < columns, column, start)
        current = current.stack()
        return i + 1, current, table.write(i, current[1:])

    start = (0, tf.fill([columns + 1], 1e6), tf.TensorArray(tf.float32, rows))
    invariants = (tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape(None))
    _, last, table = tf.while_loop(lambda i, *_: i < rows, row, start, shape_invariants=invariants)
    return last[-1], table.stack()


@case(sequences)
def a_case_of_activations_by_the_step(tf):
    x, n = inputs(tf)

    class Switching(tf.nn.rnn_cell.RNNCell):
        state_size = (3, tf.TensorShape([]))
        output_size = 3

        def call(self, step, state):
            hidden, t = state
            drive = tf.layers.dense(tf.concat([step, hidden], 1), 3, name="drive")
            phase = tf.floormod(t, 3)
            hidden = tf.case(
                [(tf.equal(phase, 0), lambda: tf.nn.selu(drive)), (tf.equal(phase, 1), lambda: tf.nn.relu6(drive))],
                default=lambda: tf.nn.softsign(drive),
                exclusive=True,
            )
            hidden.set_shape([None, 3])
            return hidden, (hidden, t + 1)

    start = (tf.zeros([tf.shape(x)[0], 3]), tf.constant(0, tf.int64))
    outputs, (hidden, t) = tf.nn.dynamic_rnn(Switching(), x, n, initial_state=start, dtype=tf.float32)
    return outputs, hidden, t


@case(sequences)
def raw_rnn_of_an_inner_recurrence_with_arrays(tf):
    """Two loops: the outer emits a pair unlike the cell's output, keeps an array and a count, and reads another."""
    x, n = inputs(tf)
    rows = tf.shape(x)[0]
    record = collections.namedtuple("Record", ["norm", "twice"])
    steps = tf.TensorArray(tf.float32, tf.shape(x)[1], clear_after_read=False).unstack(tf.transpose(x, [1, 0, 2]))
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3, num_proj=2), tf.nn.rnn_cell.GRUCell(2)])

    def loop_fn(time, output, state, loop_state):
        if output is None:
            state = cell.zero_state(rows, tf.float32)
            emit = record(tf.zeros([]), tf.zeros([2, 2]))
            loop_state = (tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False), tf.constant(0))
        else:
            emit = record(tf.norm(output, axis=1), tf.stack([output, 2.0 * output], 1))
            array, count = loop_state
            loop_state = (
                array.write(time - 1, tf.reduce_sum(output)),
                count + tf.reduce_sum(tf.cast(time <= n, tf.int32)),
            )
        finished = time >= tf.minimum(n, tf.shape(x)[1])
        nothing = tf.zeros([rows, 3])
        read = tf.cond(tf.reduce_all(finished), lambda: nothing, lambda: steps.read(time))
        return finished, read, state, emit, loop_state

    emits, state, (array, count) = tf.nn.raw_rnn(cell, loop_fn)
    return record(*(part.stack() for part in emits)), state, array.stack(), count


@case(lambda rng: [{"x": normal(rng, 3, 6, 2)}, {"x": normal(rng, 1, 1, 2)}])
def scan_that_is_an_lstm(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    w = tf.get_variable("w", [5, 12])
    b = tf.get_variable("b", [12], initializer=tf.zeros_initializer())

    def step(previous, current):
        c, h = tf.unstack(previous)
        i, f, o, g = tf.split(tf.matmul(tf.concat([current, h], 1), w) + b, 4, 1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return tf.stack([c, tf.sigmoid(o) * tf.tanh(c)])

    start = tf.stack([tf.zeros([tf.shape(x)[0], 3])] * 2)
    states = tf.scan(step, tf.transpose(x, [1, 0, 2]), initializer=start)
    return tf.transpose(states, [1, 2, 0, 3])[1], states[-1]


@case(lambda rng: [{"x": normal(rng, 4, 3)}])
def power_iteration_until_it_settles(tf):
    x = tf.placeholder(tf.float32, [4, 3], "x")
    matrix = tf.matmul(x, x, transpose_a=True) + tf.eye(3)

    def body(i, v, gap):
        new = tf.matmul(matrix, v)
        new = new / tf.norm(new)
        return i + 1, new, tf.reduce_max(tf.abs(new - v))

    def more(i, v, gap):
        return tf.logical_and(i < 50, gap > 1e-5)

    i, v, _ = tf.while_loop(
        more, body, (tf.constant(0), tf.ones([3, 1]) / 2.0, tf.constant(1.0)), maximum_iterations=20
    )
    return tf.squeeze(v), i, tf.squeeze(tf.matmul(tf.matmul(v, matrix, transpose_a=True), v))


@case(lambda rng: [{"x": normal(rng, rows, steps, 2)} for rows, steps in ((2, 5), (1, 2))])
def a_grid_of_recurrences(tf):
    """Every cell of a grid reads its upper and its left neighbour: a loop of rows over dynamic_rnn along columns."""
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    image = tf.stack([x, tf.reverse(x, [1]), -x], 1)
    cell = tf.nn.rnn_cell.GRUCell(3)
    above = tf.zeros(tf.concat([tf.shape(x)[:2], [3]], 0))
    above.set_shape([None, None, 3])
    rows = tf.unstack(image, axis=1)
    for index, row in enumerate(rows):
        with tf.variable_scope("grid", reuse=index > 0):
            above, last = tf.nn.dynamic_rnn(cell, tf.concat([row, above], 2), dtype=tf.float32)
    return above, last


@case(sequences)
def lengths_of_a_loop_inside_the_cell(tf):
    """The number of inner steps depends on the row sums: nested loops whose ends both depend on data."""
    x, n = inputs(tf)

    class Halving(tf.nn.rnn_cell.RNNCell):
        state_size = (3, 1)
        output_size = 3

        def call(self, step, state):
            hidden, count = state
            value = tf.abs(step) + tf.abs(hidden)

            def more(value, used):
                return tf.reduce_any(tf.reduce_sum(value, 1) > 1.0)

            def halve(value, used):
                big = tf.reduce_sum(value, 1, keepdims=True) > 1.0
                both = tf.tile(big, [1, 3])
                return tf.where(both, value * 0.5, value), used + tf.cast(big, tf.int32)

            value, used = tf.while_loop(more, halve, (value, tf.zeros_like(count)))
            return value, (value, count + used)

    start = (tf.zeros([tf.shape(x)[0], 3]), tf.zeros([tf.shape(x)[0], 1], tf.int32))
    return tf.nn.dynamic_rnn(Halving(), x, n, initial_state=start, dtype=tf.float32)


@case(
    lambda rng: [{"x": normal(rng, 2, 4, 3), "n": np.array([3, 4], "int32"), "k": np.array(k, "int32")} for k in (0, 3)]
)
def refinement_by_repeated_passes(tf):
    x, n = inputs(tf)
    passes = tf.placeholder(tf.int32, [], "k")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    zero = cell.zero_state(tf.shape(x)[0], tf.float32)

    def body(i, hidden, state):
        outputs, state = tf.nn.dynamic_rnn(cell, hidden, n, initial_state=state, scope="shared")
        return i + 1, hidden + outputs, state

    _, refined, state = tf.while_loop(lambda i, *_: i < passes, body, (0, x, zero))
    return refined, state
