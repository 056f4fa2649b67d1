"""Whole models in the style of TensorFlow 1's tutorials."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, ints, normal


@case(
    lambda rng: [{"ids": ints(rng, 12, *shape), "n": np.array(n)} for shape, n in (((3, 5), [5, 2, 1]), ((1, 1), [1]))]
)
def sentence_classifier(tf):
    ids = tf.placeholder(tf.int32, [None, None], name="ids")
    n = tf.placeholder(tf.int64, [None], name="n")
    with tf.device("/cpu:0"), tf.name_scope("embedding"):
        table = tf.Variable(tf.random_uniform([12, 4], -1.0, 1.0), name="W")
        words = tf.nn.embedding_lookup(table, ids)
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(5), output_keep_prob=1.0)
    outputs, state = tf.nn.dynamic_rnn(cell, words, sequence_length=n, dtype=tf.float32)
    mask = tf.expand_dims(tf.sequence_mask(n, tf.shape(ids)[1], tf.float32), -1)
    mean = tf.reduce_sum(outputs * mask, 1) / tf.cast(tf.expand_dims(n, 1), tf.float32)
    features = tf.concat([mean, state.h, tf.reduce_max(outputs, 1)], axis=1)
    with tf.variable_scope("softmax"):
        weights = tf.get_variable("W", [15, 3], initializer=tf.truncated_normal_initializer(stddev=0.1))
        bias = tf.get_variable("b", [3], initializer=tf.constant_initializer(0.1))
        logits = tf.nn.xw_plus_b(features, weights, bias, name="logits")
    return {"predictions": tf.argmax(logits, 1), "probabilities": tf.nn.softmax(logits)}


@case(
    lambda rng: {
        "ids": ints(rng, 9, 2, 4),
        "c0": normal(rng, 2, 3),
        "h0": normal(rng, 2, 3),
        "c1": normal(rng, 2, 3),
        "h1": normal(rng, 2, 3),
    }
)
def language_model_with_its_state_outside(tf):
    rnn = tf.nn.rnn_cell
    ids = tf.placeholder(tf.int32, [2, None], "ids")
    state = tuple(
        rnn.LSTMStateTuple(*(tf.placeholder(tf.float32, [2, 3], f"{part}{layer}") for part in "ch"))
        for layer in range(2)
    )
    with tf.variable_scope("Model"):
        embedding = tf.get_variable("embedding", [9, 3])
        inputs = tf.nn.embedding_lookup(embedding, ids)
        cell = rnn.MultiRNNCell([rnn.BasicLSTMCell(3, forget_bias=0.0) for _ in range(2)], state_is_tuple=True)
        outputs, final = tf.nn.dynamic_rnn(cell, inputs, initial_state=state, scope="RNN")
        flat = tf.reshape(outputs, [-1, 3])
        logits = tf.matmul(flat, embedding, transpose_b=True) + tf.get_variable("softmax_b", [9])
        logits = tf.reshape(logits, [2, tf.shape(ids)[1], 9])
    return {"logits": logits, "state": final}


@case(lambda rng: {"x": normal(rng, 2, 6, 3), "m": np.array([6, 4], "int32")})
def tagger_in_two_directions(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "m")
    hidden = x
    for layer in range(2):
        with tf.variable_scope(f"bi_{layer}"):
            with tf.variable_scope("fw"):
                forward, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), hidden, n, dtype=tf.float32)
            with tf.variable_scope("bw"):
                flipped = tf.reverse_sequence(hidden, n, 1, 0)
                backward, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), flipped, n, dtype=tf.float32)
            hidden = tf.concat([forward, tf.reverse_sequence(backward, n, 1, 0)], -1)
    return tf.argmax(tf.layers.dense(hidden, 4), -1), hidden


@case(
    lambda rng: [
        {"s": ints(rng, 7, *shape), "n": np.array(n, "int32")} for shape, n in (((2, 4), [4, 2]), ((1, 2), [2]))
    ]
)
def translator_with_attention(tf):
    source = tf.placeholder(tf.int32, [None, None], "s")
    lengths = tf.placeholder(tf.int32, [None], "n")
    rows = tf.shape(source)[0]
    with tf.variable_scope("encoder"):
        words = tf.nn.embedding_lookup(tf.get_variable("words", [7, 3]), source)
        memory, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), words, lengths, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        table = tf.get_variable("words", [6, 3])
        keys = tf.layers.dense(memory, 4, use_bias=False, name="memory_layer")
        mask = tf.sequence_mask(lengths, tf.shape(source)[1])
        cell = tf.nn.rnn_cell.GRUCell(4)

        def attend(query):
            scores = tf.reduce_sum(tf.expand_dims(tf.layers.dense(query, 4, name="query_layer"), 1) * keys, 2)
            weights = tf.nn.softmax(tf.where(mask, scores, tf.fill(tf.shape(scores), -1e9)))
            return tf.squeeze(tf.matmul(tf.expand_dims(weights, 1), memory), 1)

        def loop_fn(time, output, cell_state, loop_state):
            if output is None:
                ids = tf.fill([rows], 1)
                finished = tf.zeros([rows], tf.bool)
                context, following, emit = tf.zeros([rows, 4]), state, tf.zeros([], tf.int32)
            else:
                with tf.variable_scope("attention", reuse=tf.AUTO_REUSE):
                    context = attend(output)
                logits = tf.layers.dense(tf.concat([output, context], 1), 6, name="output_layer")
                emit = ids = tf.argmax(logits, 1, output_type=tf.int32)
                finished, following = tf.logical_or(tf.equal(ids, 0), time >= 6), cell_state
            inputs = tf.concat([tf.nn.embedding_lookup(table, ids), context], 1)
            return finished, inputs, following, emit, None

        ids, final, _ = tf.nn.raw_rnn(cell, loop_fn)
    return {"ids": tf.transpose(ids.stack()), "state": final}


@case(lambda rng: {"x": normal(rng, 2, 8, 12)})
def speech_frames_stacked_and_projected(tf):
    x = tf.placeholder(tf.float32, [None, None, 12], "x")
    rows, steps = tf.shape(x)[0], tf.shape(x)[1]
    frames = tf.reshape(x, [rows, steps // 2, 24])
    cells = [tf.nn.rnn_cell.LSTMCell(5, use_peepholes=True, num_proj=3, cell_clip=3.0) for _ in range(3)]
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), frames, dtype=tf.float32)
    logits = tf.layers.dense(tf.nn.relu(outputs), 4)
    return tf.transpose(tf.nn.log_softmax(logits), [1, 0, 2])


@case(lambda rng: {"x": normal(rng, 3, 5, 2)})
def forecaster_that_feeds_itself(tf):
    x = tf.placeholder(tf.float32, [None, 5, 2], "x")
    cell = tf.nn.rnn_cell.GRUCell(4)
    _, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    written = tf.TensorArray(tf.float32, size=4, element_shape=[None, 2])

    def step(time, value, hidden, out):
        with tf.variable_scope("rnn", reuse=True):
            output, hidden = cell(value, hidden)
        value = value + tf.layers.dense(output, 2, name="delta", reuse=tf.AUTO_REUSE)
        return time + 1, value, hidden, out.write(time, value)

    _, _, _, out = tf.while_loop(lambda time, *_: time < 4, step, (0, x[:, -1], state, written))
    return tf.transpose(out.stack(), [1, 0, 2])


@case(lambda rng: {"h": ints(rng, 8, 2, 5), "t": ints(rng, 8, 2), "n": np.array([5, 3], "int32")})
def interest_of_a_user(tf):
    table = tf.get_variable("items", [8, 4])
    history = tf.nn.embedding_lookup(table, tf.placeholder(tf.int32, [None, 5], "h"))
    target = tf.nn.embedding_lookup(table, tf.placeholder(tf.int32, [None], "t"))
    n = tf.placeholder(tf.int32, [None], "n")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), history, n, dtype=tf.float32, scope="interest")
    queries = tf.tile(tf.expand_dims(target, 1), [1, 5, 1])
    together = tf.concat([queries, outputs, queries - outputs, queries * outputs], -1)
    scores = tf.layers.dense(tf.layers.dense(together, 6, tf.nn.sigmoid, name="f1"), 1, name="f2")
    mask = tf.expand_dims(tf.sequence_mask(n, 5), -1)
    weights = tf.nn.softmax(tf.where(mask, scores, tf.ones_like(scores) * (-(2**32) + 1)), axis=1)
    pooled = tf.reduce_sum(weights * outputs, 1)
    return tf.sigmoid(tf.layers.dense(tf.concat([pooled, target], 1), 1, name="out")), weights


@case(lambda rng: {"x": normal(rng, 2, 5, 4), "n": np.array([5, 3], "int32")})
def pointer_to_the_inputs(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    encoded, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, n, dtype=tf.float32)
    used = 1.0 - tf.sequence_mask(n, tf.shape(x)[1], dtype=tf.float32)
    rows = tf.range(tf.shape(x)[0])
    cell = tf.nn.rnn_cell.LSTMCell(4, name="pointer")

    def loop_fn(time, output, cell_state, loop_state):
        if output is None:
            return tf.zeros_like(rows, tf.bool), x[:, 0], state, tf.zeros([], tf.int64), used
        scores = tf.einsum("bd,btd->bt", output, encoded) - 1e9 * loop_state
        choice = tf.argmax(scores, 1)
        loop_state = loop_state + tf.one_hot(choice, tf.shape(x)[1])
        picked = tf.gather_nd(x, tf.stack([rows, tf.cast(choice, tf.int32)], 1))
        return time >= n, picked, cell_state, choice, loop_state

    order, _, visited = tf.nn.raw_rnn(cell, loop_fn, scope="decoder")
    return tf.transpose(order.stack()), visited
