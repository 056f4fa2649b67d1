"""raw_rnn: finishing, emitting, loop states and feedback."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

LENGTHS = [[4, 2, 1], [0, 3, 1], [1, 1, 1], [0, 0, 0], [4, 4, 4]]


def sequences(rng):
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def walking(tf, cell, rows=3, state=None, emit=None):
    """A loop_fn that walks x up to the lengths, as the documentation of raw_rnn does."""
    x = tf.placeholder(tf.float32, [rows, 4, 2], "x")
    n = tf.placeholder(tf.int32, [rows], "n")
    steps = tf.TensorArray(dtype=tf.float32, size=4).unstack(tf.transpose(x, [1, 0, 2]))

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            next_state = cell.zero_state(rows, tf.float32) if state is None else state
            emitted = None
        else:
            next_state = cell_state
            emitted = cell_output if emit is None else emit(cell_output, time)
        finished = time >= n
        everyone = tf.reduce_all(finished)
        following = tf.cond(everyone, lambda: tf.zeros([rows, 2]), lambda: steps.read(time))
        return finished, following, next_state, emitted, None

    return loop_fn


def over_cell(name, make):
    @case(sequences, name=f"{name}_walks_a_sequence")
    def build(tf):
        cell = make(tf.nn.rnn_cell)
        outputs, state, loop_state = tf.nn.raw_rnn(cell, walking(tf, cell))
        return outputs.stack(), state, loop_state


over_cell("lstm", lambda rnn: rnn.LSTMCell(3))
over_cell("gru", lambda rnn: rnn.GRUCell(3))
over_cell("basic_rnn", lambda rnn: rnn.BasicRNNCell(3))
over_cell("multi", lambda rnn: rnn.MultiRNNCell([rnn.LSTMCell(2), rnn.GRUCell(3)]))
over_cell("peepholes", lambda rnn: rnn.LSTMCell(4, use_peepholes=True, num_proj=3))


@case(sequences)
def a_state_that_is_not_zero(tf):
    cell = tf.nn.rnn_cell.GRUCell(3)
    outputs, state, _ = tf.nn.raw_rnn(cell, walking(tf, cell, state=tf.fill([3, 3], 0.5)))
    return outputs.stack(), state


@case(sequences)
def a_scope_of_its_own(tf):
    cell = tf.nn.rnn_cell.GRUCell(3)
    outputs, _, _ = tf.nn.raw_rnn(cell, walking(tf, cell), scope="given")
    return outputs.stack()


@case(lambda rng: [{"x": normal(rng, 3, 4, 2), "n": np.array([4, 2, 1], "int32")}])
def nan_of_finished_rows_stays_out(tf):
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    n = tf.placeholder(tf.int32, [3], "n")
    steps = tf.TensorArray(tf.float32, 4, clear_after_read=False).unstack(tf.transpose(x, [1, 0, 2]))

    def loop_fn(time, output, state, loop_state):
        finished = time >= n
        read = steps.read(tf.minimum(time, 3))
        poisoned = tf.where(tf.tile(finished[:, None], [1, 2]), tf.fill([3, 2], np.nan), read)
        return finished, poisoned, cell.zero_state(3, tf.float32) if output is None else state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


def counting(tf, loop_state, advance, steps=3):
    """Runs a cell for some steps with a loop state; gives everything that raw_rnn gives."""
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")

    def loop_fn(time, output, state, previous):
        if output is None:
            return tf.fill([2], time >= steps), x, cell.zero_state(2, tf.float32), None, loop_state
        return tf.fill([2], time >= steps), x, state, output, advance(time, output, previous)

    return tf.nn.raw_rnn(cell, loop_fn)


def pair(rng):
    return {"x": normal(rng, 2, 2)}


@case(pair)
def loop_state_counter(tf):
    outputs, state, count = counting(tf, tf.constant([0]), lambda time, output, previous: previous + 1, steps=6)
    return outputs.stack(), state, count


@case(pair)
def loop_state_kept_by_none(tf):
    outputs, _, seven = counting(tf, tf.constant(7), lambda time, output, previous: None)
    return outputs.stack(), seven


@case(pair)
def loop_state_stays_none(tf):
    outputs, state, nothing = counting(tf, None, lambda time, output, previous: None)
    return outputs.stack(), state, nothing


@case(pair)
def loop_state_tensor_array(tf):
    start = (tf.constant([1]), tf.TensorArray(tf.int32, size=0, dynamic_size=True).write(0, [1]))

    def advance(time, output, previous):
        total, written = previous
        return total + time, written.write(time, total + time)

    _, _, (total, written) = counting(tf, start, advance, steps=4)
    return total, written.stack()


@case(pair)
def loop_state_nested(tf):
    start = {"sum": tf.zeros([2, 2]), "pair": (tf.constant(0), tf.constant([True, False]))}

    def advance(time, output, previous):
        count, flags = previous["pair"]
        return {"sum": previous["sum"] + output, "pair": (count + 2, tf.logical_not(flags))}

    _, _, found = counting(tf, start, advance)
    return found


@case(pair)
def emits_another_structure(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")

    def loop_fn(time, output, state, loop_state):
        finished = tf.stack([time >= 3, time >= 2])
        if output is None:
            emit = (tf.zeros([2, 3], tf.int32), tf.zeros([1], tf.int64))
            return finished, x, cell.zero_state(2, tf.float32), emit, None
        emit = (tf.ones([2, 2, 3], tf.int32) * time, tf.ones([2, 1], tf.int64) * 7)
        return finished, x, state, emit, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return [part.stack() for part in emitted], state


@case(pair)
def emits_a_dict_with_scores(tf):
    cell = tf.nn.rnn_cell.LSTMCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")

    def loop_fn(time, output, state, loop_state):
        finished = tf.fill([2], time >= 4)
        if output is None:
            start = {"id": tf.zeros([], tf.int64), "probability": tf.zeros([2])}
            return finished, x, cell.zero_state(2, tf.float32), start, None
        return finished, x, state, {"id": tf.argmax(output, 1), "probability": tf.nn.softmax(output)}, None

    emitted, _, _ = tf.nn.raw_rnn(cell, loop_fn)
    return {name: part.stack() for name, part in emitted.items()}


@case(pair)
def finished_is_sticky(tf):
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")

    def loop_fn(time, output, state, loop_state):
        flags = tf.stack([tf.equal(time, 2), time >= 5])
        return flags, x, cell.zero_state(2, tf.float32) if output is None else state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


@case(pair)
def scalar_finished(tf):
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")

    def loop_fn(time, output, state, loop_state):
        return time >= 3, x, cell.zero_state(2, tf.float32) if output is None else state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


@case(lambda rng: [{"x": normal(rng, 2, 2), "stop": np.array(stop, "float32")} for stop in (0.2, 0.5, 3.0)])
def stops_by_its_own_output(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")
    stop = tf.placeholder(tf.float32, [], "stop")

    def loop_fn(time, output, state, loop_state):
        if output is None:
            return tf.zeros([2], tf.bool), x, tf.zeros([2, 2]), None, None
        finished = tf.logical_or(tf.reduce_max(tf.abs(output), 1) > stop, time >= 8)
        return finished, x + output, state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


@case(lambda rng: [{"h": normal(rng, rows, 4)} for rows in (2, 1, 3)])
def greedy_decoder(tf):
    start = tf.placeholder(tf.float32, [None, 4], "h")
    rows = tf.shape(start)[0]
    table = tf.get_variable("embedding", [5, 3])
    kernel, bias = tf.get_variable("kernel", [4, 5]), tf.get_variable("bias", [5])
    cell = tf.nn.rnn_cell.GRUCell(4)

    def loop_fn(time, output, state, loop_state):
        if output is None:
            first = tf.nn.embedding_lookup(table, tf.zeros([rows], tf.int32))
            return tf.zeros([rows], tf.bool), first, start, tf.zeros([5]), None
        logits = tf.matmul(output, kernel) + bias
        ids = tf.argmax(logits, 1, output_type=tf.int32)
        finished = tf.logical_or(tf.equal(ids, 4), time >= 7)
        return finished, tf.nn.embedding_lookup(table, ids), state, logits, None

    logits, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    stacked = tf.transpose(logits.stack(), [1, 0, 2])
    return stacked, tf.argmax(stacked, -1), state


@case(lambda rng: [{"h": normal(rng, rows, 4)} for rows in (2, 3)])
def greedy_decoder_that_keeps_ids_in_its_loop_state(tf):
    start = tf.placeholder(tf.float32, [None, 4], "h")
    rows = tf.shape(start)[0]
    table, kernel = tf.get_variable("embedding", [5, 3]), tf.get_variable("kernel", [4, 5])
    cell = tf.nn.rnn_cell.LSTMCell(4)

    def loop_fn(time, output, state, loop_state):
        if output is None:
            ids = tf.fill([rows], 1)
            written = tf.TensorArray(tf.int32, size=0, dynamic_size=True, element_shape=[None])
            loop_state = (ids, written)
            state = tf.nn.rnn_cell.LSTMStateTuple(start, tf.tanh(start))
            finished = tf.zeros([rows], tf.bool)
        else:
            ids = tf.cast(tf.argmax(tf.matmul(output, kernel), 1), tf.int32)
            loop_state = (ids, loop_state[1].write(time - 1, ids))
            finished = tf.fill([rows], time >= 5)
        return finished, tf.nn.embedding_lookup(table, ids), state, output, loop_state

    outputs, _, (last, written) = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), last, written.stack()


@case(lambda rng: [{"h": normal(rng, 2, 4), "m": normal(rng, 2, s, 3)} for s in (3, 1, 6)])
def decoder_with_attention(tf):
    start = tf.placeholder(tf.float32, [2, 4], "h")
    memory = tf.placeholder(tf.float32, [2, None, 3], "m")
    cell = tf.nn.rnn_cell.GRUCell(4)
    keys = tf.layers.dense(memory, 4, use_bias=False, name="keys")

    def attend(query):
        weights = tf.nn.softmax(tf.reduce_sum(keys * tf.expand_dims(query, 1), 2))
        return tf.reduce_sum(memory * tf.expand_dims(weights, 2), 1)

    def loop_fn(time, output, state, loop_state):
        query = start if output is None else output
        context = attend(query)
        finished = tf.fill([2], time >= 4)
        emit = None if output is None else tf.concat([output[:, :1], context], 1)
        return finished, context, start if output is None else state, emit, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def encoder_and_decoder(tf):
    x = tf.placeholder(tf.float32, [3, None, 2], "x")
    with tf.variable_scope("encoder"):
        _, code = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, [4, 2, 3], dtype=tf.float32)
    with tf.variable_scope("decoder"):
        cell = tf.nn.rnn_cell.LSTMCell(4)

        def loop_fn(time, output, state, loop_state):
            finished = time >= tf.constant([3, 5, 2])
            if output is None:
                return finished, tf.zeros([3, 2]), code, tf.zeros([2]), None
            point = tf.layers.dense(output, 2, name="point")
            return finished, point, state, point, None

        points, _, _ = tf.nn.raw_rnn(cell, loop_fn)
    return tf.transpose(points.stack(), [1, 0, 2]), code


@facts()
def what_comes_back(tf):
    cell = tf.nn.rnn_cell.GRUCell(3)
    outputs, state, nothing = tf.nn.raw_rnn(cell, walking(tf, cell))
    return {
        "outputs": type(outputs).__name__,
        "dtype": outputs.dtype.name,
        "stacked": outputs.stack().shape.as_list(),
        "state": state.shape.as_list(),
        "nothing": nothing,
        "variables": [v.op.name for v in tf.global_variables()],
    }


@error_case("is not an RNNCell")
def error_no_cell(tf):
    tf.nn.raw_rnn(object(), lambda *arguments: None)


@error_case("Argument `loop_fn` must be a callable")
def error_loop_fn_is_a_number(tf):
    tf.nn.raw_rnn(tf.nn.rnn_cell.GRUCell(3), 3)


def looping(tf, cell, first, later):
    def loop_fn(time, output, state, loop_state):
        return first(time) if output is None else later(time, output, state)

    return tf.nn.raw_rnn(cell, loop_fn)


@error_case("The two structures don't have the same nested structure")
def error_initial_state_of_another_structure(tf):
    def first(time):
        return [True, True], tf.zeros([2, 2]), tf.zeros([2, 3]), None, None

    looping(tf, tf.nn.rnn_cell.LSTMCell(3), first, None)


@error_case("3", "2")
def error_batched_emit_structure(tf):
    def first(time):
        return tf.zeros([2], tf.bool), tf.zeros([2, 2]), tf.zeros([2, 3]), tf.zeros([2, 3]), None

    def later(time, output, state):
        return tf.fill([2], time >= 2), tf.zeros([2, 2]), state, output, None

    looping(tf, tf.nn.rnn_cell.GRUCell(3), first, later)


@error_case()
def error_later_emit_is_none(tf):
    def first(time):
        return tf.zeros([2], tf.bool), tf.zeros([2, 2]), tf.zeros([2, 3]), tf.zeros([3]), None

    def later(time, output, state):
        return tf.fill([2], time >= 2), tf.zeros([2, 2]), state, None, None

    looping(tf, tf.nn.rnn_cell.GRUCell(3), first, later)


@error_case()
def error_state_changes_its_structure(tf):
    def first(time):
        return tf.zeros([2], tf.bool), tf.zeros([2, 2]), tf.zeros([2, 3]), None, None

    def later(time, output, state):
        return tf.fill([2], time >= 2), tf.zeros([2, 2]), (state, state), output, None

    looping(tf, tf.nn.rnn_cell.GRUCell(3), first, later)


@error_case()
def error_parts_of_the_input_disagree_on_the_batch(tf):
    class Pair(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            return state, state

    def first(time):
        return tf.zeros([2], tf.bool), (tf.zeros([2, 2]), tf.zeros([3, 2])), tf.zeros([2, 2]), None, None

    looping(tf, Pair(), first, None)
