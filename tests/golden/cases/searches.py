"""Searches over what a decoder says, and decoders with memories that grow."""

from __future__ import annotations

import numpy as np

from tests.golden.cases.decoders import encoder, masked_softmax, sentences
from tests.golden.registry import case, normal


@case(sentences)
def connectionist_greedy_collapse(tf):
    memory, _, length = encoder(tf)
    logits = tf.layers.dense(memory, 4)
    best = tf.argmax(logits, 2, output_type=tf.int32)
    previous = tf.concat([tf.fill([tf.shape(best)[0], 1], -1), best[:, :-1]], axis=1)
    keep = tf.logical_and(tf.not_equal(best, previous), tf.not_equal(best, 3))
    keep = tf.logical_and(keep, tf.sequence_mask(length, tf.shape(best)[1]))
    where = tf.where(keep)
    return tf.boolean_mask(best, keep), where, tf.reduce_sum(tf.cast(keep, tf.int32), 1)


@case(lambda rng: sentences(rng)[::2])
def conditional_random_field_viterbi(tf):
    memory, _, length = encoder(tf)
    unary = tf.layers.dense(memory, 3)
    transitions = tf.get_variable("transitions", [3, 3])

    class Forward(tf.nn.rnn_cell.RNNCell):
        state_size = 3
        output_size = 3

        def __call__(self, inputs, state, scope=None):
            scores = tf.expand_dims(state, 2) + transitions
            new = inputs + tf.reduce_max(scores, [1])
            back = tf.argmax(scores, 1)
            return tf.cast(back, tf.float32), new

    class Backward(tf.nn.rnn_cell.RNNCell):
        state_size = 1
        output_size = 1

        def __call__(self, inputs, state, scope=None):
            state = tf.squeeze(state, axis=[1])
            batch = tf.shape(inputs)[0]
            indices = tf.stack([tf.range(batch), state], axis=1)
            new = tf.expand_dims(tf.gather_nd(inputs, indices), axis=-1)
            return new, new

    rest = tf.maximum(0, length - 1)
    back, scores = tf.nn.dynamic_rnn(
        Forward(), unary[:, 1:], rest, initial_state=unary[:, 0], time_major=False, dtype=tf.float32, scope="crf_fwd"
    )
    back = tf.reverse_sequence(tf.cast(back, tf.int32), rest, seq_axis=1)
    last = tf.expand_dims(tf.cast(tf.argmax(scores, axis=1), tf.int32), axis=-1)
    tags, _ = tf.nn.dynamic_rnn(Backward(), back, rest, initial_state=last, dtype=tf.int32, scope="crf_bwd")
    tags = tf.concat([last, tf.squeeze(tags, [2])], 1)
    return tf.reverse_sequence(tags, length, seq_axis=1), tf.reduce_max(scores, axis=1)


@case(sentences)
def log_likelihood_of_a_linear_chain(tf):
    memory, _, length = encoder(tf)
    unary = tf.layers.dense(memory, 3)
    transitions = tf.get_variable("transitions", [3, 3])

    class LogForward(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def __call__(self, inputs, state, scope=None):
            new = inputs + tf.reduce_logsumexp(tf.expand_dims(state, 2) + tf.expand_dims(transitions, 0), [1])
            return new, new

    _, alphas = tf.nn.dynamic_rnn(
        cell=LogForward(),
        inputs=tf.slice(unary, [0, 1, 0], [-1, -1, -1]),
        sequence_length=tf.maximum(tf.constant(0, dtype=length.dtype), length - 1),
        initial_state=tf.squeeze(tf.slice(unary, [0, 0, 0], [-1, 1, -1]), [1]),
        dtype=tf.float32,
    )
    return tf.reduce_logsumexp(alphas, [1])


@case(sentences)
def adaptive_computation_of_each_step(tf):
    """Ponders inside the cell until the halting probability is spent."""
    memory, _, length = encoder(tf)
    inner = tf.nn.rnn_cell.BasicRNNCell(4)

    class Act(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = (4, 1)

        def call(self, inputs, state):
            batch = tf.shape(inputs)[0]

            def more(p, *_):
                return tf.reduce_any(p < 0.99)

            def ponder(p, counter, state, halt_state):
                flag = tf.cond(
                    tf.reduce_all(tf.equal(p, 0.0)), lambda: tf.ones([batch, 1]), lambda: tf.zeros([batch, 1])
                )
                _, new = inner(tf.concat([inputs, flag], 1), state)
                h = tf.sigmoid(tf.layers.dense(new, 1, bias_initializer=tf.ones_initializer(), name="halting"))
                running = tf.less(p, 0.99)
                h = tf.squeeze(h, 1)
                weight = tf.where(running, tf.minimum(h, 1.0 - p), tf.zeros_like(p))
                weight = tf.where(counter >= 4.0, 1.0 - p, weight)
                counter = counter + tf.cast(running, tf.float32)
                return p + weight + 1e-3, counter, new, halt_state + tf.expand_dims(weight, 1) * new

            zeros = tf.zeros([batch])
            _, counter, _, halted = tf.while_loop(more, ponder, [zeros, zeros, state, tf.zeros([batch, 4])])
            return (halted, tf.expand_dims(counter, 1)), halted

    return tf.nn.dynamic_rnn(Act(), memory, length, dtype=tf.float32)


@case(sentences)
def beam_search_with_parents_traced_back(tf):
    memory, state, _ = encoder(tf)
    beam, batch = 3, tf.shape(memory)[0]
    table = tf.get_variable("target", [6, 3])
    cell = tf.nn.rnn_cell.GRUCell(4)

    def merge(t):
        return tf.reshape(t, tf.concat([[-1], tf.shape(t)[2:]], 0))

    def spread(t):
        return tf.reshape(t, tf.concat([[batch, beam], tf.shape(t)[1:]], 0))

    tiled = merge(tf.tile(tf.expand_dims(state, 1), [1, beam, 1]))
    tiled.set_shape([None, 4])
    scores = tf.tile(tf.constant([[0.0, -1e9, -1e9]]), [batch, 1])
    arrays = tuple(tf.TensorArray(tf.int32, 5, element_shape=[None, beam]) for _ in range(2))

    def body(t, ids, state, scores, done, ids_array, parents_array):
        output, state = cell(tf.nn.embedding_lookup(table, tf.reshape(ids, [-1])), state)
        logp = spread(tf.nn.log_softmax(tf.layers.dense(output, 6, name="out", reuse=tf.AUTO_REUSE)))
        stay = tf.one_hot(tf.zeros_like(ids), 6, on_value=0.0, off_value=-1e9)
        logp = tf.where(tf.tile(tf.expand_dims(done, 2), [1, 1, 6]), stay, logp)
        total = tf.reshape(tf.expand_dims(scores, 2) + logp, [batch, beam * 6])
        scores, flat = tf.nn.top_k(total, k=beam)
        parents, ids = flat // 6, flat % 6
        rows = tf.tile(tf.expand_dims(tf.range(batch), 1), [1, beam])
        index = tf.stack([rows, parents], -1)
        state = tf.reshape(tf.gather_nd(tf.reshape(state, [batch, beam, 4]), index), [-1, 4])
        done = tf.logical_or(tf.gather_nd(done, index), tf.equal(ids, 0))
        return t + 1, ids, state, scores, done, ids_array.write(t, ids), parents_array.write(t, parents)

    def more(t, ids, state, scores, done, *_):
        return tf.logical_and(t < 5, tf.logical_not(tf.reduce_all(done)))

    begin = (0, tf.ones([batch, beam], tf.int32), tiled, scores, tf.zeros([batch, beam], tf.bool), *arrays)
    count, _, _, scores, _, ids, parents = tf.while_loop(more, body, begin)
    ids, parents = ids.stack()[:count], parents.stack()[:count]

    def back(t, choice, out):
        hot = tf.one_hot(choice, beam, dtype=tf.int32)
        here = tf.reduce_sum(tf.expand_dims(ids[t], 1) * hot, 2)
        choice = tf.reduce_sum(tf.expand_dims(parents[t], 1) * hot, 2)
        return t - 1, choice, out.write(t, here)

    first = tf.tile(tf.expand_dims(tf.range(beam), 0), [batch, 1])
    out = tf.TensorArray(tf.int32, count, element_shape=[None, None])
    invariants = (tf.TensorShape([]), tf.TensorShape([None, None]), tf.TensorShape(None))
    _, _, out = tf.while_loop(lambda t, *_: t >= 0, back, (count - 1, first, out), shape_invariants=invariants)
    return tf.transpose(out.stack(), [1, 2, 0]), scores, count


@case(sentences)
def self_attention_with_a_growing_cache(tf):
    memory, _, length = encoder(tf)
    batch = tf.shape(memory)[0]
    table = tf.get_variable("symbols", [6, 4])
    cache = {"k": tf.zeros([batch, 0, 4]), "v": tf.zeros([batch, 0, 4])}
    bias = tf.expand_dims((1.0 - tf.sequence_mask(length, tf.shape(memory)[1], dtype=tf.float32)) * -1e9, 1)

    def attend(q, k, v, bias=0.0):
        split = [tf.transpose(tf.reshape(t, [batch, -1, 2, 2]), [0, 2, 1, 3]) for t in (q, k, v)]
        logits = tf.matmul(split[0] * 2.0**-0.5, split[1], transpose_b=True)
        weights = tf.nn.softmax(logits + (0.0 if isinstance(bias, float) else tf.expand_dims(bias, 1)))
        return tf.reshape(tf.transpose(tf.matmul(weights, split[2]), [0, 2, 1, 3]), [batch, -1, 4])

    def body(i, decoded, cache):
        x = tf.nn.embedding_lookup(table, decoded[:, -1:]) * 2.0 + tf.sin(tf.cast(i, tf.float32))
        q, k, v = tf.split(tf.layers.dense(x, 12, use_bias=False, name="qkv", reuse=tf.AUTO_REUSE), 3, axis=-1)
        cache = {"k": tf.concat([cache["k"], k], 1), "v": tf.concat([cache["v"], v], 1)}
        x = x + attend(q, cache["k"], cache["v"])
        x = x + attend(x, memory, memory, bias)
        x = x + tf.layers.dense(tf.nn.relu(x), 4, name="ffn", reuse=tf.AUTO_REUSE)
        ids = tf.argmax(tf.einsum("btd,vd->btv", x, table), -1, output_type=tf.int32)
        return i + 1, tf.concat([decoded, ids], 1), cache

    shape = tf.TensorShape([None, None, 4])
    _, decoded, cache = tf.while_loop(
        lambda i, *_: i < 4,
        body,
        [tf.constant(0), tf.ones([batch, 1], tf.int32), cache],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, None]), {"k": shape, "v": shape}],
    )
    return decoded[:, 1:], cache


@case(
    lambda rng: [
        {"frames": normal(rng, rows, steps, 3), "length": np.array(n, "int32")}
        for rows, steps, n in ((2, 7, [7, 4]), (1, 4, [3]), (2, 1, [1, 0]))
    ]
)
def listen_at_half_the_rate_then_spell(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "frames")
    n = tf.placeholder(tf.int32, [None], "length")
    for layer in range(2):
        with tf.variable_scope(f"pyramid_{layer}"):
            x, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, n, dtype=tf.float32)
        odd = tf.mod(tf.shape(x)[1], 2)
        x = tf.cond(tf.equal(odd, 1), lambda x=x: tf.pad(x, [[0, 0], [0, 1], [0, 0]]), lambda x=x: tf.identity(x))
        x = tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1] // 2, 8])
        n = (n + 1) // 2
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4) for _ in range(2)])
    speller = tf.get_variable("characters", [5, 2])

    def loop_fn(time, output, state, loop_state):
        rows = tf.shape(x)[0]
        if output is None:
            state, ids = cell.zero_state(rows, tf.float32), tf.zeros([rows], tf.int32)
            context, emit = tf.zeros([rows, 8]), tf.zeros([5])
        else:
            with tf.variable_scope("speller", reuse=tf.AUTO_REUSE):
                energy = tf.einsum("bd,btd->bt", tf.layers.dense(output, 8, name="phi"), x)
                weights = masked_softmax(tf, energy, n)
                context = tf.reduce_sum(x * tf.expand_dims(weights, -1), 1)
                emit = tf.layers.dense(tf.concat([output, context], -1), 5, name="distribution")
            ids = tf.argmax(emit, 1, output_type=tf.int32)
        inputs = tf.concat([tf.nn.embedding_lookup(speller, ids), context], 1)
        inputs.set_shape([None, 10])
        return time >= n * 2, inputs, state, emit, None

    logits, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return tf.transpose(logits.stack(), [1, 0, 2]), state, n
