"""tf.contrib.crf: scores of tags, and the best tags, of rows that end early, at once, or have no step."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.registry import case, facts, ints, normal

S = 4


def tagged(time: int, lengths: list[int]) -> Any:
    def feeds(rng: Any) -> Any:
        rows = len(lengths)
        return {
            "x": normal(rng, rows, time, S),
            "y": ints(rng, S, rows, time),
            "n": np.array(lengths, "int32"),
        }

    return lambda rng: feeds(rng)


def several(rng: Any) -> Any:
    return [tagged(6, [6, 1, 3, 0])(rng), tagged(2, [2, 1])(rng), tagged(1, [1, 1])(rng)]


def given(tf: Any, time: Any = None) -> Any:
    x = tf.placeholder(tf.float32, [None, time, S], "x")
    return x, tf.placeholder(tf.int32, [None, time], "y"), tf.placeholder(tf.int32, [None], "n")


@case(several)
def likelihood(tf: Any) -> Any:
    x, y, n = given(tf)
    with tf.variable_scope("crf"):
        return tf.contrib.crf.crf_log_likelihood(x, y, n)


@case(several)
def scores(tf: Any) -> Any:
    x, y, n = given(tf)
    w = tf.get_variable("w", [S, S])
    crf = tf.contrib.crf
    return {
        "unary": crf.crf_unary_score(y, n, x),
        "binary": crf.crf_binary_score(y, n, w),
        "sequence": crf.crf_sequence_score(x, y, n, w),
        "norm": crf.crf_log_norm(x, n, w),
        "likelihood": crf.crf_log_likelihood(x, y, n, w)[0],
    }


@case(lambda rng: {"x": normal(rng, 3, 4, S), "a": rng.random((3, 4, S)) < 0.8, "n": np.array([4, 1, 2], "int32")})
def several_tags_allowed(tf: Any) -> Any:
    x = tf.placeholder(tf.float32, [None, None, S], "x")
    a = tf.placeholder(tf.bool, [None, None, S], "a")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.contrib.crf.crf_multitag_sequence_score(x, a, n, tf.get_variable("w", [S, S]))


@case(several)
def decode(tf: Any) -> Any:
    x, y, n = given(tf)
    return y, tf.contrib.crf.crf_decode(x, tf.get_variable("transitions", [S, S]), n)


@case(tagged(5, [5, 2, 4]))
def decode_known_steps(tf: Any) -> Any:
    x, y, n = given(tf, 5)
    return y, tf.contrib.crf.crf_decode(x, tf.get_variable("transitions", [S, S]), tf.cast(n, tf.int64))


@case(tagged(5, [5, 0, 4]))
def a_tagger(tf: Any) -> Any:
    x, y, n = given(tf)
    cells = [tf.contrib.rnn.LSTMCell(3) for _ in "fb"]
    both, _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, sequence_length=n, dtype=tf.float32)
    logits = tf.layers.dense(tf.concat(both, 2), 3)
    likelihood, transitions = tf.contrib.crf.crf_log_likelihood(logits, tf.minimum(y, 2), n)
    return [tf.reduce_mean(-likelihood), tf.contrib.crf.crf_decode(logits, transitions, n)]


@case(tagged(4, [4, 2]))
def cells(tf: Any) -> Any:
    x, y, n = given(tf)
    w = tf.get_variable("w", [S, S])
    crf = tf.contrib.crf
    last = tf.expand_dims(y[:, 0], 1)
    return [
        tf.nn.dynamic_rnn(crf.CrfForwardRnnCell(w), x, n, dtype=tf.float32),
        tf.nn.dynamic_rnn(crf.CrfDecodeForwardRnnCell(w), x, n, initial_state=x[:, 0], dtype=tf.int32),
        crf.CrfDecodeBackwardRnnCell(S)(tf.cast(x[:, 0] * 3, tf.int32), last),
    ]


@case(lambda rng: {"x": normal(rng, 3, 4, S), "y": ints(rng, S, 3, 4), "m": np.tri(3, 4, 1, "float32")})
def lengths_that_are_sums(tf: Any) -> Any:
    x, y = tf.placeholder(tf.float32, [None, None, S], "x"), tf.placeholder(tf.int32, [None, None], "y")
    lengths = tf.reduce_sum(tf.placeholder(tf.float32, [None, None], "m"), 1)
    likelihood, transitions = tf.contrib.crf.crf_log_likelihood(x, y, lengths)
    return likelihood, tf.contrib.crf.crf_decode(x, transitions, tf.to_int32(lengths)), tf.sequence_mask(lengths, 4)


@facts()
def sizes_of_cells(tf: Any) -> Any:
    w = tf.get_variable("w", [S, S])
    crf = tf.contrib.crf
    cells = [crf.CrfForwardRnnCell(w), crf.CrfDecodeForwardRnnCell(w), crf.CrfDecodeBackwardRnnCell(S)]
    return [(cell.state_size, cell.output_size) for cell in cells]


@facts()
def decoded_outside(tf: Any) -> Any:
    score = np.array([[1, 2, 0], [0.5, 0, 2], [3, 2, 1], [0, 1, 0]], "float32")
    ways = np.array([[0.5, -1, 0], [1, 0, -0.5], [0, -2, 0.25]], "float32")
    tags, best = tf.contrib.crf.viterbi_decode(score, ways)
    alone, least = tf.contrib.crf.viterbi_decode(score[:1], ways)
    return [[int(tag) for tag in tags], float(best), [int(tag) for tag in alone], float(least)]
