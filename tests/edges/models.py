"""Models whose exported files must take every edge: no rows, no steps, lengths of every kind, NaN in the padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import rnn2onnx
from rnn2onnx import tf

DEPTH, UNITS = 2, 3
Made = tuple[Any, Any]
"""A graph and the nest of its outputs."""


class Gain(tf.nn.rnn_cell.RNNCell):
    """A cell of one's own that no engine has: a normalised state with a skipping output."""

    state_size = UNITS
    output_size = UNITS

    def call(self, inputs: Any, state: Any) -> Any:
        kernel = tf.get_variable("kernel", [DEPTH + UNITS, UNITS])
        total = tf.matmul(tf.concat([inputs, state], 1), kernel)
        new = total * tf.rsqrt(tf.reduce_mean(tf.square(total), axis=1, keepdims=True) + 1e-3)
        return tf.nn.softmax(new), tf.tanh(new)


class Counting(tf.nn.rnn_cell.RNNCell):
    """A row's state beside a number that counts every step taken and an array that keeps it."""

    output_size = UNITS

    @property
    def state_size(self) -> Any:
        return (UNITS, tf.TensorShape([]), tf.TensorShape([]))

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        array = tf.TensorArray(tf.int32, size=0, dynamic_size=True, element_shape=[])
        return tf.zeros([batch_size, UNITS], dtype), tf.constant(0), array

    get_initial_state = None

    def call(self, inputs: Any, state: Any) -> Any:
        hidden, count, array = state
        hidden = tf.tanh(tf.layers.dense(tf.concat([inputs, hidden], 1), UNITS, name="mix"))
        return hidden, (hidden, count + 1, array.write(count, count * 10))


def lstm(**options: Any) -> Any:
    return tf.nn.rnn_cell.LSTMCell(UNITS, **options)


def dynamic(make: Callable[[], Any], *, states: bool = True, lengths: bool = True) -> Callable[[Any, Any], Made]:
    """dynamic_rnn over a cell, with an initial state that is fed."""

    def model(batch: Any, time: Any) -> Made:
        graph = tf.Graph()
        with graph.as_default():
            x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
            n = tf.placeholder(tf.int32, [batch], name="n") if lengths else None
            cell = make()
            initial = None
            if states:
                start = tf.placeholder(tf.float32, [batch, 1], name="start")
                initial = rnn2onnx.nest.map_structure(lambda size: tf.tile(start, [1, size]), cell.state_size)
            outputs, state = tf.nn.dynamic_rnn(cell, x, n, initial, dtype=tf.float32)
            if isinstance(cell, Counting):
                state = (state[0], state[1], state[2].stack())
        return graph, {"y": outputs, "s": state}

    return model


def both_directions(batch: Any, time: Any) -> Made:
    """A layer forwards and one over the reversed sequence, joined."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
        n = tf.placeholder(tf.int32, [batch], name="n")
        safe = tf.clip_by_value(n, 0, tf.shape(x)[1])
        forward, end = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, n, dtype=tf.float32, scope="fw")
        turned = tf.reverse_sequence(x, safe, seq_axis=1, batch_axis=0)
        backward, start = tf.nn.dynamic_rnn(lstm(), turned, n, dtype=tf.float32, scope="bw")
        backward = tf.reverse_sequence(backward, safe, seq_axis=1, batch_axis=0)
    return graph, {"y": tf.concat([forward, backward], 2), "s": (end, start)}


def raw(batch: Any, time: Any) -> Made:
    """raw_rnn as its documentation has it, which stops when the longest row has ended."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
        n = tf.placeholder(tf.int32, [batch], name="n")
        rows, steps = tf.shape(x)[0], tf.shape(x)[1]
        padded = tf.concat([tf.transpose(x, [1, 0, 2]), tf.zeros([1, rows, DEPTH])], 0)
        ends = tf.minimum(n, steps)
        cell = lstm()

        def loop_fn(at: Any, output: Any, state: Any, loop_state: Any) -> Any:
            state = cell.zero_state(rows, tf.float32) if output is None else state
            return at >= ends, padded[tf.minimum(at, steps)], state, output, None

        array, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return graph, {"y": array.stack(), "s": state}


def while_loop(batch: Any, time: Any) -> Made:
    """A loop that ends with the longest row, with rows kept in an array."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
        n = tf.placeholder(tf.int32, [batch], name="n")
        steps = tf.shape(x)[1]
        limit = tf.minimum(steps, tf.reduce_max(tf.concat([n, [0]], 0)))
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        major = tf.transpose(x, [1, 0, 2])

        def body(at: Any, total: Any, array: Any) -> Any:
            total = tf.where(at < n, total + major[at], total)
            return at + 1, total, array.write(at, tf.tanh(total))

        loop = (tf.constant(0), tf.zeros([tf.shape(x)[0], DEPTH]), array)
        at, total, array = tf.while_loop(lambda at, total, array: at < limit, body, loop)
    return graph, {"at": at, "total": total, "rows": array.stack()}


def map_fn(batch: Any, time: Any) -> Made:
    """A function of each row, with a loop over its steps inside."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
        n = tf.placeholder(tf.int32, [batch], name="n")
        sums = tf.map_fn(lambda row: tf.foldl(lambda a, b: tf.tanh(a + b), row, tf.zeros([DEPTH])), x)
        pairs = tf.map_fn(lambda pair: (pair[1] * 2, tf.reduce_sum(pair[0])), (x, n), dtype=(tf.int32, tf.float32))
    return graph, {"sums": sums, "pairs": pairs}


def cond(batch: Any, time: Any) -> Made:
    """A layer in a branch that only runs where a row has a step to take."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [batch, time, DEPTH], name="x")
        n = tf.placeholder(tf.int32, [batch], name="n")

        def layer() -> Any:
            return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, n, dtype=tf.float32)

        def nothing() -> Any:
            rows, steps = tf.shape(x)[0], tf.shape(x)[1]
            return tf.zeros([rows, steps, UNITS]), tf.fill([rows, UNITS], -1.0)

        outputs, state = tf.cond(tf.reduce_any(n > 0), layer, nothing)
    return graph, {"y": outputs, "s": state}


MODELS: dict[str, Callable[[Any, Any], Made]] = {
    "rnn": dynamic(lambda: tf.nn.rnn_cell.BasicRNNCell(UNITS)),
    "gru": dynamic(lambda: tf.nn.rnn_cell.GRUCell(UNITS)),
    "gru_without_lengths": dynamic(lambda: tf.nn.rnn_cell.GRUCell(UNITS), lengths=False),
    "lstm": dynamic(lstm),
    "lstm_without_lengths": dynamic(lstm, lengths=False),
    "lstm_from_zero": dynamic(lambda: lstm(use_peepholes=True), states=False),
    "stack": dynamic(
        lambda: tf.nn.rnn_cell.MultiRNNCell([lstm(), tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(UNITS))])
    ),
    "clipped": dynamic(lambda: lstm(cell_clip=0.1)),
    "clipped_without_lengths": dynamic(lambda: lstm(cell_clip=0.1, num_proj=2), lengths=False),
    "own_cell": dynamic(Gain),
    "counting": dynamic(Counting, states=False),
    "counting_without_lengths": dynamic(Counting, states=False, lengths=False),
    "both_directions": both_directions,
    "raw_rnn": raw,
    "while_loop": while_loop,
    "map_fn": map_fn,
    "cond": cond,
}


def feeds(rows: int, steps: int, kind: str, seed: int = 5) -> dict[str, np.ndarray]:
    """Feeds of so many rows and steps.

    Args:
        rows: How many rows.
        steps: How many steps.
        kind: What the lengths are: ``inside``, ``none`` (all zero), ``negative``, ``past`` the end, ``mixed``; or
            ``padded``: mixed, with NaN behind them.
        seed: Of the numbers.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, steps, DEPTH)).astype(np.float32)
    pattern = {
        "inside": [max(steps - 1, 0), min(1, steps), steps],
        "none": [0],
        "negative": [-1, -7],
        "past": [steps + 1, steps + 100],
        "mixed": [0, steps + 3, -2, min(steps, 2)],
        "padded": [min(steps, 1), 0, -1, steps],
    }[kind]
    lengths = np.resize(np.array(pattern, np.int32), rows)
    if kind == "padded":
        x[np.arange(steps)[None] >= np.maximum(lengths, 0)[:, None]] = np.nan
    return {"x": x, "n": lengths, "start": rng.standard_normal((rows, 1)).astype(np.float32)}


KINDS = ("inside", "none", "negative", "past", "mixed", "padded")
SHAPES = ((3, 4), (0, 4), (3, 0), (0, 0), (1, 1), (4, 2))
PADDING_READ = frozenset({"map_fn", "gru_without_lengths", "lstm_without_lengths", "clipped_without_lengths"})
PADDING_READ |= {"counting_without_lengths"}
"""Models that look at every step whatever the lengths say."""
