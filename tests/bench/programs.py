"""The programs of the benchmark: functions of ``tf`` (and ``deepctr``) that TensorFlow and this project both run.

This file imports numpy only: ``peers.py`` runs it on TensorFlow, ``ours.py`` on this project. A program gets
placeholders of unknown batch and time, and weights that depend on the variables' names only.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
Feeds = dict[str, Array]


class Point(NamedTuple):
    """One row of the table of targets.

    Attributes:
        batch: How many rows.
        time: How many steps.
        target: What ours may take of the peer's time at most.
    """

    batch: int
    time: int
    target: float


@dataclass(frozen=True)
class Program:
    """One program and where it is measured.

    Attributes:
        name: What it goes by on the command line.
        title: What it goes by in the table.
        build: Records it; its outputs are a dict of nests.
        points: The rows of the table of targets; none for programs that only give a peer.
        inputs: The shape of one step's row, by placeholder.
        lengths: Whether it has lengths ``n``.
        fixed_time: Its number of steps, where that is written in the program.
        peer: Another program that is ours, too, and the peer of this one; tf2onnx's files if None.
    """

    name: str
    title: str
    build: Callable[..., Any]
    points: tuple[Point, ...]
    inputs: Mapping[str, int]
    lengths: bool
    fixed_time: int | None
    peer: str | None

    def feeds(self, batch: int, time: int, seed: int = 0) -> Feeds:
        """Random inputs: numbers from -1 to 1 (scores from 0 to 1), lengths spread evenly over 1..time.

        The longest row has all the steps, as in a batch that was padded to its longest row; so has a row on its own.
        """
        rng = np.random.default_rng(seed)
        made: Feeds = {}
        for name, width in self.inputs.items():
            low = 0 if name == "scores" else -1
            made[name] = rng.uniform(low, 1, (batch, time, width)).astype("float32")
        if self.lengths:
            made["n"] = rng.permutation(-(-time * np.arange(1, batch + 1) // batch)).astype("int32")
        return made

    def call(self, modules: Mapping[str, Any]) -> Any:
        """Records the program with those of ``modules`` that it takes."""
        return self.build(*(modules[name] for name in inspect.signature(self.build).parameters))


PROGRAMS: dict[str, Program] = {}


def program(
    title: str,
    *points: Point,
    inputs: Mapping[str, int],
    lengths: bool = True,
    fixed_time: int | None = None,
    peer: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function as a program."""

    def add(build: Callable[..., Any]) -> Callable[..., Any]:
        name = build.__name__
        PROGRAMS[name] = Program(name, title, build, points, inputs, lengths, fixed_time, peer)
        return build

    return add


def weight(name: str, shape: tuple[int, ...]) -> Array:
    """A variable's value: uniform, of the size that keeps activations alive; scales around 1."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    bound = 0.1 if len(shape) < 2 else shape[0] ** -0.5
    return (rng.uniform(-bound, bound, shape) + ("gamma" in name)).astype("float32")


def leaves(nest: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The tensors of a nest with their paths: the names that this project gives its outputs."""
    if isinstance(nest, Mapping):
        items: Any = nest.items()
    elif hasattr(nest, "_fields"):
        items = zip(nest._fields, nest, strict=True)
    elif isinstance(nest, (list, tuple)):
        items = enumerate(nest)
    else:
        yield path, nest
        return
    for key, item in items:
        yield from leaves(item, f"{path}_{key}" if path else str(key))


def sequence(tf: Any, width: int, time: int | None = None) -> Any:
    return tf.placeholder(tf.float32, [None, time, width], "x")


def lengths_of(tf: Any) -> Any:
    return tf.placeholder(tf.int32, [None], "n")


def over_sequence(tf: Any, cell: Any, width: int, lengths: bool = True) -> Any:
    x = sequence(tf, width)
    n = lengths_of(tf) if lengths else None
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    return {"outputs": outputs, "state": state}


@program("stack of LSTM 128 and 256, 40 features", Point(32, 100, 0.75), inputs={"x": 40})
def lstm_stack(tf: Any) -> Any:
    rnn = tf.nn.rnn_cell
    return over_sequence(tf, rnn.MultiRNNCell([rnn.LSTMCell(128), rnn.LSTMCell(256)]), 40)


@program("LSTM 512, no lengths", Point(1, 100, 1.02), inputs={"x": 512}, lengths=False)
def lstm_512(tf: Any) -> Any:
    return over_sequence(tf, tf.nn.rnn_cell.LSTMCell(512), 512, lengths=False)


@program("BasicRNN 128", Point(32, 100, 0.6), inputs={"x": 128})
def basic_rnn(tf: Any) -> Any:
    return over_sequence(tf, tf.nn.rnn_cell.BasicRNNCell(128), 128)


@program("GRU 128 and three residual GRU 128", Point(16, 60, 0.6), inputs={"x": 128})
def residual_gru(tf: Any) -> Any:
    rnn = tf.nn.rnn_cell
    layers = [rnn.GRUCell(128), *(rnn.ResidualWrapper(rnn.GRUCell(128)) for _ in range(3))]
    return over_sequence(tf, rnn.MultiRNNCell(layers), 128)


@program("bidirectional GRU 64", Point(64, 80, 0.75), inputs={"x": 64})
def bidirectional_gru(tf: Any) -> Any:
    cells = [tf.nn.rnn_cell.GRUCell(64) for _ in range(2)]
    outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, sequence(tf, 64), lengths_of(tf), dtype=tf.float32)
    return {"outputs": tf.concat(outputs, 2), "states": states}


@program("AUGRU 36", Point(1, 50, 0.25), Point(256, 50, 0.75), inputs={"x": 36, "scores": 1})
def augru(tf: Any, deepctr: Any) -> Any:
    scores = tf.placeholder(tf.float32, [None, None, 1], "scores")
    cell = deepctr.contrib.utils.VecAttGRUCell(36)
    outputs, state = deepctr.contrib.rnn.dynamic_rnn(cell, sequence(tf, 36), scores, lengths_of(tf), dtype=tf.float32)
    return {"outputs": outputs, "state": state}


@program("layer-normalised LSTM 128 of tf.nn.moments", Point(16, 100, 0.6), inputs={"x": 128})
def layer_norm_lstm(tf: Any) -> Any:
    def norm(value: Any, name: str) -> Any:
        with tf.variable_scope(name):
            gamma = tf.get_variable("gamma", [128], initializer=tf.ones_initializer())
            beta = tf.get_variable("beta", [128], initializer=tf.zeros_initializer())
        mean, variance = tf.nn.moments(value, [1], keep_dims=True)
        return (value - mean) * tf.rsqrt(variance + 1e-5) * gamma + beta

    class Cell(tf.nn.rnn_cell.RNNCell):  # type: ignore[misc]
        @property
        def state_size(self) -> Any:
            return tf.nn.rnn_cell.LSTMStateTuple(128, 128)

        @property
        def output_size(self) -> int:
            return 128

        def call(self, inputs: Any, state: Any) -> Any:
            kernel = tf.get_variable("kernel", [256, 512])
            gates = tf.split(tf.matmul(tf.concat([inputs, state.h], 1), kernel), 4, axis=1)
            i, j, f, o = (norm(gate, name) for gate, name in zip(gates, "ijfo", strict=True))
            c = state.c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
            h = tf.tanh(norm(c, "c")) * tf.sigmoid(o)
            return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

    return over_sequence(tf, Cell(), 128)


@program("elementwise linear recurrence 128", Point(4, 1000, 0.45), inputs={"x": 128}, lengths=False)
def linear_recurrence(tf: Any) -> Any:
    class Cell(tf.nn.rnn_cell.RNNCell):  # type: ignore[misc]
        state_size = 128
        output_size = 128

        def call(self, inputs: Any, state: Any) -> Any:
            kernel = tf.get_variable("kernel", [128, 384])
            bias = tf.get_variable("bias", [384], initializer=tf.zeros_initializer())
            z, f, o = tf.split(tf.matmul(inputs, kernel) + bias, 3, axis=1)
            forget = tf.sigmoid(f)
            state = forget * state + (1.0 - forget) * tf.tanh(z)
            return tf.sigmoid(o) * state, state

    return over_sequence(tf, Cell(), 128, lengths=False)


@program("dynamic_rnn, LSTM 128", inputs={"x": 128})
def lstm_128(tf: Any) -> Any:
    return over_sequence(tf, tf.nn.rnn_cell.LSTMCell(128), 128)


@program("raw_rnn's form of dynamic_rnn, LSTM 128", Point(16, 100, 1.02), inputs={"x": 128}, peer="lstm_128")
def raw_rnn(tf: Any) -> Any:
    cell, n = tf.nn.rnn_cell.LSTMCell(128), lengths_of(tf)
    by_step = tf.transpose(sequence(tf, 128), [1, 0, 2])
    time, batch = tf.shape(by_step)[0], tf.shape(by_step)[1]
    steps = tf.TensorArray(tf.float32, size=time).unstack(by_step)

    def loop_fn(step: Any, output: Any, state: Any, loop_state: Any) -> Any:
        finished = step >= n
        following = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([batch, 128], tf.float32), lambda: steps.read(step)
        )
        following.set_shape([None, 128])
        return finished, following, cell.zero_state(batch, tf.float32) if output is None else state, output, None

    # The scope that dynamic_rnn opens: the weights of both programs are the same.
    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn, scope="rnn")
    return {"outputs": tf.transpose(outputs.stack(), [1, 0, 2]), "state": state}


@program("static_rnn, LSTM 128", Point(16, 20, 0.8), inputs={"x": 128}, fixed_time=20)
def static_rnn(tf: Any) -> Any:
    x, n = sequence(tf, 128, 20), lengths_of(tf)
    cell = tf.nn.rnn_cell.LSTMCell(128)
    outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=n)
    return {"outputs": tf.stack(outputs, 1), "state": state}


@program("static_rnn, LSTM 128, no lengths", inputs={"x": 128}, lengths=False, fixed_time=20)
def static_rnn_full(tf: Any) -> Any:
    x = sequence(tf, 128, 20)
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(128), tf.unstack(x, axis=1), dtype=tf.float32)
    return {"outputs": tf.stack(outputs, 1), "state": state}


@program("greedy decoder with attention, GRU 128, 40 steps", Point(8, 40, 0.7), inputs={"memory": 128})
def decoder(tf: Any) -> Any:
    memory, n = tf.placeholder(tf.float32, [None, None, 128], "memory"), lengths_of(tf)
    batch, cell, steps, words = tf.shape(memory)[0], tf.nn.rnn_cell.GRUCell(128), 40, 200
    table = tf.get_variable("embedding", [words, 128])
    keys = tf.layers.dense(memory, 128, use_bias=False, name="keys")
    v = tf.get_variable("v", [128, 1])
    beyond = (1.0 - tf.sequence_mask(n, tf.shape(memory)[1], tf.float32)) * -1e9

    def body(step: Any, word: Any, state: Any, written: Any) -> Any:
        with tf.variable_scope("step", reuse=tf.AUTO_REUSE):
            query = tf.layers.dense(state, 128, use_bias=False, name="query")
            hidden = tf.reshape(tf.tanh(keys + tf.expand_dims(query, 1)), [-1, 128])
            scores = tf.reshape(tf.matmul(hidden, v), tf.shape(beyond)) + beyond
            context = tf.reduce_sum(tf.expand_dims(tf.nn.softmax(scores), 2) * memory, 1)
            output, state = cell(tf.concat([tf.nn.embedding_lookup(table, word), context], 1), state)
            logits = tf.layers.dense(output, words, name="words")
        word = tf.cast(tf.argmax(logits, 1), tf.int32)
        return step + 1, word, state, written.write(step, word)

    first = (tf.constant(0), tf.zeros([batch], tf.int32), tf.zeros([batch, 128]), tf.TensorArray(tf.int32, steps))
    shapes = (tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None, 128]), tf.TensorShape(None))
    *_, state, written = tf.while_loop(lambda step, *_: step < steps, body, first, shape_invariants=shapes)
    return {"words": written.stack(), "state": state}
