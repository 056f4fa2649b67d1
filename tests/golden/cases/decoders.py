"""Decoders and attention: what reads its own choices back, by raw_rnn, while_loop or a cell."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, ints, normal


def sentences(rng):
    return [
        {"source": ints(rng, 9, *shape), "length": np.array(n, "int32")}
        for shape, n in (((3, 5), [5, 2, 3]), ((1, 1), [1]), ((2, 7), [7, 7]))
    ]


def encoder(tf, units=4):
    """Memory, last state, lengths of embedded ids."""
    source = tf.placeholder(tf.int32, [None, None], "source")
    length = tf.placeholder(tf.int32, [None], "length")
    embedding = tf.get_variable("source_embedding", [9, 3])
    embedded = tf.nn.embedding_lookup(embedding, source)
    with tf.variable_scope("encoder"):
        memory, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(units), embedded, length, dtype=tf.float32)
    return memory, state, length


def additive_scores(tf, memory, query, units=4):
    with tf.variable_scope("bahdanau", reuse=tf.AUTO_REUSE):
        keys = tf.layers.dense(memory, units, use_bias=False, name="memory_layer")
        processed = tf.layers.dense(query, units, use_bias=False, name="query_layer")
        v = tf.get_variable("attention_v", [units])
        return tf.reduce_sum(v * tf.tanh(keys + tf.expand_dims(processed, 1)), [2])


def masked_softmax(tf, scores, length):
    mask = tf.sequence_mask(length, maxlen=tf.shape(scores)[1])
    return tf.nn.softmax(tf.where(mask, scores, tf.ones_like(scores) * tf.float32.min))


@case(sentences)
def greedy_by_while_loop_and_tensor_arrays(tf):
    memory, state, length = encoder(tf)
    batch, limit = tf.shape(memory)[0], tf.reduce_max(length) * 2
    embedding = tf.get_variable("target_embedding", [7, 3])
    cell = tf.nn.rnn_cell.GRUCell(4)
    alignments = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False)
    ids_array = tf.TensorArray(tf.int32, size=0, dynamic_size=True)

    def condition(time, ids, finished, *_):
        return tf.logical_and(time < limit, tf.logical_not(tf.reduce_all(finished)))

    def body(time, ids, finished, state, context, out_ids, out_align):
        inputs = tf.concat([tf.nn.embedding_lookup(embedding, ids), context], axis=-1)
        output, new_state = cell(inputs, state)
        weights = masked_softmax(tf, additive_scores(tf, memory, output), length)
        context = tf.reduce_sum(tf.expand_dims(weights, 2) * memory, axis=1)
        logits = tf.layers.dense(tf.concat([output, context], 1), 7, name="projection", reuse=tf.AUTO_REUSE)
        sample = tf.cast(tf.argmax(logits, axis=-1), tf.int32)
        sample = tf.where(finished, tf.zeros_like(sample), sample)
        out_ids = out_ids.write(time, sample)
        out_align = out_align.write(time, weights)
        finished = tf.logical_or(finished, tf.equal(sample, 2))
        return time + 1, sample, finished, new_state, context, out_ids, out_align

    start = (
        tf.constant(0),
        tf.fill([batch], 1),
        tf.zeros([batch], tf.bool),
        state,
        tf.zeros([batch, 4]),
        ids_array,
        alignments,
    )
    with tf.variable_scope("decoder"):
        _, _, finished, final, _, out_ids, out_align = tf.while_loop(condition, body, start)
    return {
        "ids": tf.transpose(out_ids.stack(), [1, 0]),
        "alignments": tf.transpose(out_align.stack(), [1, 2, 0]),
        "finished": finished,
        "state": final,
    }


@case(sentences)
def pointer_network_with_masked_choices(tf):
    memory, state, length = encoder(tf)
    batch, steps = tf.shape(memory)[0], tf.shape(memory)[1]
    cell = tf.nn.rnn_cell.GRUCell(4)
    start = tf.tile(tf.get_variable("go", [1, 4]), [batch, 1])

    def loop_fn(time, cell_output, cell_state, loop_state):
        if cell_output is None:
            mask = tf.sequence_mask(length, steps, dtype=tf.float32)
            emit = (tf.zeros([], tf.int32), tf.zeros([], tf.float32))
            return time >= length, start, state, emit, mask
        scores = additive_scores(tf, memory, cell_output)
        scores = scores * loop_state - 1e8 * (1.0 - loop_state)
        logp = tf.nn.log_softmax(scores)
        choice = tf.argmax(logp, -1, output_type=tf.int32)
        hot = tf.one_hot(choice, steps, axis=-1)
        index = tf.stack([tf.range(batch), choice], axis=1)
        emit = (choice, tf.gather_nd(logp, index))
        finished = tf.greater_equal(time, length)
        return finished, tf.gather_nd(memory, index), cell_state, emit, loop_state * (1.0 - hot)

    (choices, logps), _, mask = tf.nn.raw_rnn(cell, loop_fn)
    return tf.transpose(choices.stack()), tf.reduce_sum(logps.stack(), 0), mask


@case(sentences)
def attention_wrapper_as_a_cell_with_teacher_forcing(tf):
    memory, state, length = encoder(tf)
    state_type = collections.namedtuple("AttentionState", ["cell_state", "attention", "alignments", "time"])
    keys = tf.layers.dense(memory, 4, use_bias=False, name="memory_layer")

    class Attention(tf.nn.rnn_cell.RNNCell):
        def __init__(self, cell):
            super().__init__()
            self._cell = cell

        @property
        def state_size(self):
            return state_type(self._cell.state_size, 4, tf.TensorShape([None]), tf.TensorShape([]))

        @property
        def output_size(self):
            return 4

        def call(self, inputs, state):
            output, cell_state = self._cell(tf.concat([inputs, state.attention], 1), state.cell_state)
            scores = tf.squeeze(tf.matmul(tf.expand_dims(output, 1), keys, transpose_b=True), [1])
            alignments = masked_softmax(tf, scores, length)
            context = tf.squeeze(tf.matmul(tf.expand_dims(alignments, 1), memory), [1])
            attention = tf.layers.dense(tf.concat([output, context], 1), 4, tf.tanh, use_bias=False, name="attention")
            return attention, state_type(cell_state, attention, alignments, state.time + 1)

    batch = tf.shape(memory)[0]
    lstm = tf.nn.rnn_cell.LSTMCell(4)
    start = state_type(
        tf.nn.rnn_cell.LSTMStateTuple(state, tf.tanh(state)), tf.zeros([batch, 4]), tf.zeros_like(keys[:, :, 0]), 0
    )
    start = start._replace(time=tf.constant(0))
    target = tf.reverse(memory, axis=[1])
    outputs, final = tf.nn.dynamic_rnn(Attention(lstm), target, initial_state=start, dtype=tf.float32)
    return outputs, final


@case(sentences)
def monotonic_location_sensitive_attention(tf):
    memory, state, length = encoder(tf)

    class Location(tf.nn.rnn_cell.RNNCell):
        state_size = (4, tf.TensorShape([None]))
        output_size = 8

        def call(self, inputs, state):
            hidden, cumulated = state
            f = tf.layers.conv1d(tf.expand_dims(cumulated, 2), 2, 3, padding="same", use_bias=False, name="location")
            features = tf.layers.dense(f, 4, use_bias=False, name="location_layer")
            scores = additive_scores(tf, memory, hidden) + tf.reduce_sum(features, 2)
            weights = masked_softmax(tf, scores, length)
            context = tf.einsum("bt,btd->bd", weights, memory)
            cell = tf.nn.rnn_cell.GRUCell(4, reuse=tf.AUTO_REUSE)
            out, hidden = cell(tf.concat([inputs, context], 1), hidden)
            return tf.concat([out, context], 1), (hidden, cumulated + weights)

    frames = tf.tile(
        tf.reshape(tf.constant(np.linspace(-1, 1, 6).astype("float32")), [1, 3, 2]), [tf.shape(memory)[0], 1, 1]
    )
    start = (state, tf.zeros(tf.shape(memory)[:2]))
    return tf.nn.dynamic_rnn(Location(), frames, initial_state=start, scope="decoder")


@case(sentences)
def gaussian_window_over_characters(tf):
    """Handwriting synthesis: a mixture of windows that only move forward."""
    memory, _, length = encoder(tf)
    state_type = collections.namedtuple("Window", ["h1", "kappa", "w", "h2"])
    cells = [tf.nn.rnn_cell.LSTMCell(3, name="one"), tf.nn.rnn_cell.LSTMCell(3, name="two")]

    class Window(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return state_type(cells[0].state_size, 2, 4, cells[1].state_size)

        @property
        def output_size(self):
            return 3

        def call(self, x, state):
            out, h1 = cells[0](tf.concat([state.w, x], 1), state.h1)
            params = tf.layers.dense(out, 6, name="window")
            alpha, beta, kappa = tf.split(tf.nn.softplus(params), 3, 1)
            kappa = state.kappa + kappa / 5.0
            u = tf.reshape(tf.cast(tf.range(tf.shape(memory)[1]), tf.float32), [1, 1, -1])
            a, b, k = (tf.expand_dims(part, 2) for part in (alpha, beta, kappa))
            phi = tf.reduce_sum(a * tf.exp(-tf.square(k - u) / tf.maximum(b, 0.01)), 1)
            phi = phi * tf.sequence_mask(length, tf.shape(memory)[1], tf.float32)
            w = tf.squeeze(tf.matmul(tf.expand_dims(phi, 1), memory), 1)
            out, h2 = cells[1](tf.concat([x, out, w], 1), state.h2)
            return out, state_type(h1, kappa, w, h2)

    strokes = tf.reshape(tf.tile(tf.constant([0.3, -0.2, 1.0, 0.1, 0.4, 0.0]), [tf.shape(memory)[0]]), [-1, 2, 3])
    outputs, final = tf.nn.dynamic_rnn(Window(), strokes, dtype=tf.float32)
    mixture = tf.layers.dense(outputs, 7, name="mixture")
    pi, mu, sigma, rho, eos = tf.split(mixture, [2, 2, 1, 1, 1], 2)
    return tf.nn.softmax(pi), mu, tf.exp(sigma), tf.tanh(rho), tf.sigmoid(-eos), final


@case(sentences)
def image_captions_by_static_steps(tf):
    _, state, _ = encoder(tf)
    cell = tf.nn.rnn_cell.BasicLSTMCell(4, state_is_tuple=True)
    with tf.variable_scope("seq_embedding"):
        table = tf.get_variable("map", [6, 4], initializer=tf.random_uniform_initializer(-0.08, 0.08))
    batch = tf.shape(state)[0]
    words, probabilities = [], []
    with tf.variable_scope("lstm") as scope:
        zero = cell.zero_state(batch_size=batch, dtype=tf.float32)
        _, tuple_state = cell(state, zero)
        scope.reuse_variables()
        word = tf.zeros([batch], tf.int64)
        for _ in range(5):
            output, tuple_state = cell(inputs=tf.nn.embedding_lookup(table, word), state=tuple_state)
            with tf.variable_scope("logits", reuse=tf.AUTO_REUSE):
                logits = tf.layers.dense(output, 6, name="fc")
            word = tf.argmax(logits, 1)
            words.append(word)
            probabilities.append(tf.reduce_max(tf.nn.softmax(logits), 1))
    return tf.stack(words, 1), tf.stack(probabilities, axis=1), tf.concat(values=tuple_state, axis=1, name="state")


@case(
    lambda rng: [
        {"ids": ints(rng, 8, rows, steps), "state_in": normal(rng, 2, 2, rows, 3)} for rows, steps in ((2, 3), (2, 1))
    ]
)
def char_rnn_with_one_state_tensor(tf):
    ids = tf.placeholder(tf.int32, [2, None], "ids")
    fed = tf.placeholder(tf.float32, [2, 2, 2, 3], "state_in")
    layers = tf.unstack(fed, axis=0)
    state = tuple(tf.nn.rnn_cell.LSTMStateTuple(layers[i][0], layers[i][1]) for i in range(2))
    embedding = tf.get_variable("embedding", [8, 3])
    cells = [tf.nn.rnn_cell.LSTMCell(3, state_is_tuple=True) for _ in range(2)]
    cells = [tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=1.0) for cell in cells]
    stacked = tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=True)
    outputs, last = tf.nn.dynamic_rnn(stacked, tf.nn.embedding_lookup(embedding, ids), initial_state=state)
    with tf.variable_scope("softmax"):
        w = tf.get_variable("softmax_w", [3, 8])
        b = tf.get_variable("softmax_b", [8])
    logits = tf.matmul(tf.reshape(outputs, [-1, 3]), w) + b
    probabilities = tf.nn.softmax(logits / 0.7)
    return {"probs": probabilities, "state_out": tf.convert_to_tensor(last), "last": tf.argmax(probabilities[-1])}


@case(lambda rng: {"c": normal(rng, 3, 4), "limit": np.array([0, 2, 5], "int64")})
def raw_rnn_of_rows_that_end_apart(tf):
    context = tf.placeholder(tf.float32, [None, 4], "c")
    limit = tf.placeholder(tf.int64, [None], "limit")
    rnn = tf.nn.rnn_cell
    cell = rnn.MultiRNNCell([rnn.ResidualWrapper(rnn.GRUCell(4)), rnn.LSTMCell(3)])
    table = tf.get_variable("table", [5, 4])

    def loop_fn(time, output, state, loop_state):
        if output is None:
            start = (context, rnn.LSTMStateTuple(tf.zeros_like(context)[:, :3], context[:, 1:]))
            emit = {"logits": tf.zeros([5]), "hit": tf.zeros([], tf.bool)}
            return tf.less_equal(limit, 0), table[0] + tf.zeros_like(context), start, emit, (tf.zeros_like(limit), 0.0)
        logits = tf.layers.dense(output, 5, name="logits", reuse=tf.AUTO_REUSE)
        ids = tf.argmax(logits, axis=1)
        count, total = loop_state
        emit = {"logits": logits, "hit": tf.equal(ids, 3)}
        total = total + tf.reduce_mean(logits)
        finished = tf.cast(time, tf.int64) >= limit
        return finished, tf.nn.embedding_lookup(table, ids), state, emit, (count + ids, total)

    emitted, state, (count, total) = tf.nn.raw_rnn(cell, loop_fn)
    return {name: array.stack() for name, array in emitted.items()}, state, count, total


@case(lambda rng: [{"x": normal(rng, rows, 3)} for rows in (2, 1)])
def autoregressive_mixture_with_a_fixed_horizon(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    cell = tf.nn.rnn_cell.LSTMCell(4, num_proj=3, use_peepholes=True)
    state = cell.zero_state(tf.shape(x)[0], tf.float32)

    def loop_fn(time, output, cell_state, loop_state):
        elements = output is None
        next_state = state if elements else cell_state
        feed = x if elements else tf.nn.sigmoid(output) * 2.0 - 1.0
        return time >= 6, feed, next_state, output, None

    outputs, final, _ = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), final
