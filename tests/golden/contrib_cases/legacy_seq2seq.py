"""tf.contrib.legacy_seq2seq: decoders over lists of steps, told their inputs or fed what they gave; losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.registry import case, error_case, ints, normal

B, T, S = 3, 4, 5


def vectors(rng: np.random.Generator) -> Any:
    return {"x": normal(rng, T, B, 3)}


def symbols(rng: np.random.Generator) -> Any:
    return {"i": ints(rng, 6, T, B), "o": ints(rng, S, T, B)}


def told(rng: np.random.Generator) -> Any:
    feeds = symbols(rng)
    return [{**feeds, "fed": True}, {**feeds, "fed": False}]


def steps(tf: Any) -> Any:
    return tf.unstack(tf.placeholder(tf.float32, [T, None, 3], "x"), T)


def both(tf: Any, batch: Any = None) -> Any:
    i, o = (tf.placeholder(tf.int32, [T, batch], name) for name in "io")
    return tf.unstack(i, T), tf.unstack(o, T)


@case(vectors)
def rnn_decoder(tf: Any) -> Any:
    cell = tf.nn.rnn_cell.GRUCell(2)
    inputs = steps(tf)
    return tf.contrib.legacy_seq2seq.rnn_decoder(inputs, tf.zeros([B, 2]), cell)


@case(vectors)
def rnn_decoder_loop_function(tf: Any) -> Any:
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)

    def feed(previous: Any, i: int) -> Any:
        return tf.layers.dense(previous, 3, name="feed", activation=tf.tanh) * float(i)

    with tf.variable_scope("loop_function_first"):
        pass
    inputs = steps(tf)
    with tf.variable_scope("outer"):
        tf.get_variable("rnn_decoder/loop_function/feed/kernel", [2, 3])
        tf.get_variable("rnn_decoder/loop_function/feed/bias", [3])
        return tf.contrib.legacy_seq2seq.rnn_decoder(inputs, cell.zero_state(B, tf.float32), cell, feed)


@case(vectors)
def basic_rnn_seq2seq(tf: Any) -> Any:
    inputs = steps(tf)
    return tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(inputs, inputs[:2], tf.nn.rnn_cell.LSTMCell(2))


@case(vectors)
def tied_rnn_seq2seq(tf: Any) -> Any:
    inputs = steps(tf)
    return tf.contrib.legacy_seq2seq.tied_rnn_seq2seq(inputs, inputs[:3], tf.nn.rnn_cell.GRUCell(2))


@case(symbols)
def embedding_rnn_decoder(tf: Any) -> Any:
    _, o = both(tf)
    call = tf.contrib.legacy_seq2seq.embedding_rnn_decoder
    projection = (tf.get_variable("w", [2, S]), tf.get_variable("b", [S]))
    zero = tf.zeros([B, 2])
    return [
        call(o, zero, tf.nn.rnn_cell.GRUCell(2), S, 3, scope="told"),
        call(o, zero, tf.nn.rnn_cell.GRUCell(2), S, 3, projection, feed_previous=True, scope="fed"),
    ]


@case(told)
def embedding_rnn_seq2seq_chosen_when_it_runs(tf: Any) -> Any:
    i, o = both(tf)
    fed = tf.placeholder(tf.bool, [], "fed")
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(i, o, cell, 6, S, 3, feed_previous=fed)


@case(symbols)
def embedding_rnn_seq2seq_projected(tf: Any) -> Any:
    i, o = both(tf)
    projection = (tf.get_variable("w", [2, S]), tf.get_variable("b", [S]))
    return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        i, o, tf.nn.rnn_cell.GRUCell(2), 6, S, 3, output_projection=projection, feed_previous=True, dtype=tf.float32
    )


@case(told)
def embedding_tied_rnn_seq2seq(tf: Any) -> Any:
    i, _ = both(tf)
    fed = tf.placeholder(tf.bool, [], "fed")
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    return tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(i, i[:3], cell, 6, 3, S, feed_previous=fed)


@case(symbols)
def embedding_tied_rnn_seq2seq_fed(tf: Any) -> Any:
    i, _ = both(tf)
    cell = tf.nn.rnn_cell.GRUCell(2)
    return tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(i, i, cell, 6, 3, feed_previous=True)


@case(lambda rng: {"x": normal(rng, T, B, 3), "m": normal(rng, B, 5, 4)})
def attention_decoder(tf: Any) -> Any:
    memory = tf.placeholder(tf.float32, [None, None, 4], "m")
    inputs = steps(tf)
    call = tf.contrib.legacy_seq2seq.attention_decoder
    return [
        call(inputs, tf.zeros([B, 2]), memory, tf.nn.rnn_cell.GRUCell(2), scope="one"),
        call(inputs, tf.zeros([B, 2]), memory, tf.nn.rnn_cell.GRUCell(2), 3, num_heads=2, scope="two"),
        call(
            inputs,
            tf.nn.rnn_cell.LSTMStateTuple(tf.ones([B, 2]), tf.zeros([B, 2])),
            memory,
            tf.nn.rnn_cell.LSTMCell(2),
            initial_state_attention=True,
            scope="three",
        ),
        call(
            inputs,
            tf.zeros([B, 2]),
            memory,
            tf.nn.rnn_cell.GRUCell(2),
            output_size=3,
            loop_function=lambda previous, i: tf.tanh(previous),
            scope="four",
        ),
        call(
            [inputs[0], None, None],
            tf.zeros([B, 2]),
            memory,
            tf.nn.rnn_cell.GRUCell(2),
            output_size=3,
            loop_function=lambda previous, i: tf.tanh(previous),
            scope="five",
        ),
    ]


@case(told)
def embedding_attention_seq2seq(tf: Any) -> Any:
    i, o = both(tf)
    fed = tf.placeholder(tf.bool, [], "fed")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.GRUCell(2)])
    return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(i, o, cell, 6, S, 3, num_heads=2, feed_previous=fed)


@case(symbols)
def embedding_attention_seq2seq_told(tf: Any) -> Any:
    i, o = both(tf)
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        i, o, cell, 6, S, 3, dtype=tf.float32, initial_state_attention=True
    )


@case(symbols)
def one2many_rnn_seq2seq(tf: Any) -> Any:
    i, o = both(tf)
    cells = {"a": tf.nn.rnn_cell.GRUCell(2), "b": tf.nn.rnn_cell.GRUCell(2)}
    return tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(
        i, {"a": o, "b": o[:2]}, tf.nn.rnn_cell.GRUCell(2), cells, 6, {"a": S, "b": S}, 3
    )


@case(lambda rng: {"l": normal(rng, T, B, S), "t": ints(rng, S, T, B), "w": rng.random((T, B)).astype("float32")})
def losses(tf: Any) -> Any:
    logits = tf.unstack(tf.placeholder(tf.float32, [T, None, S], "l"))
    targets = tf.unstack(tf.placeholder(tf.int32, [T, None], "t"))
    weights = tf.unstack(tf.placeholder(tf.float32, [T, None], "w"))
    legacy = tf.contrib.legacy_seq2seq
    return [
        legacy.sequence_loss_by_example(logits, targets, weights),
        legacy.sequence_loss_by_example(logits, targets, weights, average_across_timesteps=False),
        legacy.sequence_loss(logits, targets, weights),
        legacy.sequence_loss(logits, targets, weights, average_across_batch=False),
    ]


@case(symbols)
def model_with_buckets(tf: Any) -> Any:
    i, o = both(tf, B)
    weights = [tf.ones([B])] * T

    def model(read: Any, written: Any) -> Any:
        return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
            read, written, tf.nn.rnn_cell.GRUCell(2), 6, S, 3, feed_previous=False
        )

    legacy = tf.contrib.legacy_seq2seq
    outputs, losses = legacy.model_with_buckets(i, o, o, weights, [(2, 2), (4, 3)], model, per_example_loss=True)
    return outputs, losses


@error_case("Must provide at least 1 input to attention decoder")
def attention_decoder_without_inputs(tf: Any) -> Any:
    return tf.contrib.legacy_seq2seq.attention_decoder(
        [], tf.zeros([B, 2]), tf.zeros([B, 5, 4]), tf.nn.rnn_cell.GRUCell(2)
    )


@error_case("must be the same")
def loss_of_lists_of_different_lengths(tf: Any) -> Any:
    return tf.contrib.legacy_seq2seq.sequence_loss_by_example([tf.zeros([B, S])], [], [tf.ones([B])])


@error_case("must be at least that of la")
def buckets_longer_than_the_inputs(tf: Any) -> Any:
    return tf.contrib.legacy_seq2seq.model_with_buckets([], [], [], [], [(2, 2)], None)
