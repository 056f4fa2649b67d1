"""What Keras's recurrent layers are recorded as, and what the compiler makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.ir import Op

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def x() -> Any:
    return tf.placeholder(tf.float32, [None, None, 3], "x")


def recurrences(graph: tf.Graph) -> list[Op]:
    return [op for op in graph.builder.root.ops if op.kind.name == "recur"]


def became(graph: tf.Graph, outputs: Any) -> list[str]:
    return [decision.became for decision in rnn2onnx.compile(graph, outputs).report]


NATIVE: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "lstm": (lambda: keras.layers.LSTM(4), ["LSTM"]),
    "old_lstm": (lambda: tf.keras.layers.LSTM(4), ["LSTM"]),
    "backward_lstm": (lambda: keras.layers.LSTM(4, go_backwards=True, return_sequences=True), ["LSTM"]),
    "gru": (lambda: keras.layers.GRU(4, return_sequences=True), ["GRU"]),
    "gru_that_resets_before": (lambda: keras.layers.GRU(4, reset_after=False), ["GRU"]),
    "old_gru": (lambda: tf.keras.layers.GRU(4), ["GRU"]),
    "simple_rnn": (lambda: keras.layers.SimpleRNN(4), ["RNN"]),
    "cudnn_lstm": (lambda: tf.keras.layers.CuDNNLSTM(4, return_sequences=True), ["LSTM"]),
    "cudnn_gru": (lambda: tf.keras.layers.CuDNNGRU(4), ["GRU"]),
    "stack": (lambda: keras.layers.RNN([keras.layers.LSTMCell(4), keras.layers.GRUCell(5)]), ["LSTM", "GRU"]),
    "unrolled": (lambda: keras.layers.LSTM(4, unroll=True), ["LSTM"]),
}


@pytest.mark.parametrize("name", NATIVE)
def test_a_layer_without_a_mask_is_a_native_operator(name: str, graph: tf.Graph) -> None:
    make, wanted = NATIVE[name]
    inputs = tf.placeholder(tf.float32, [None, 6, 3], "x") if name == "unrolled" else x()
    outputs = make()(inputs)
    (op,) = recurrences(graph)
    assert not op.attrs["lengths"]
    # Small ones may have a Scan beside them for large batches.
    assert [form.split(" or ")[0] for form in became(graph, outputs)] == wanted


@pytest.mark.parametrize(
    "options",
    [{}, {"return_sequences": True}, {"return_sequences": True, "zero_output_for_mask": True}, {"go_backwards": True}],
    ids=["last", "all", "zeroed", "backwards"],
)
def test_a_mask_of_lengths_is_native_lengths(options: dict[str, bool], graph: tf.Graph) -> None:
    inputs, lengths = x(), tf.placeholder(tf.int32, [None], "n")
    outputs = keras.layers.LSTM(4, **options)(inputs, mask=tf.sequence_mask(lengths, tf.shape(inputs)[1]))
    (op,) = recurrences(graph)
    assert op.attrs["lengths"]
    assert became(graph, outputs) == ["LSTM"]


def test_a_mask_written_as_a_comparison_is_one_of_lengths(graph: tf.Graph) -> None:
    inputs, lengths = x(), tf.placeholder(tf.int64, [None], "n")
    steps = tf.range(tf.shape(inputs, out_type=tf.int64)[1])
    mask = tf.cast(tf.less(steps[tf.newaxis, :], lengths[:, tf.newaxis]), tf.float32)
    keras.layers.LSTM(4)(inputs, mask=mask)
    assert recurrences(graph)[0].attrs["lengths"]


def test_both_directions_of_a_mask_of_lengths_are_native(graph: tf.Graph) -> None:
    inputs, lengths = x(), tf.placeholder(tf.int32, [None], "n")
    layer = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True))
    outputs = layer(inputs, mask=tf.sequence_mask(lengths, tf.shape(inputs)[1]))
    assert became(graph, outputs) == ["GRU", "GRU"]


def test_a_masked_lstm_carries_nothing_but_its_states(graph: tf.Graph) -> None:
    mask = tf.placeholder(tf.bool, [None, None], "m")
    state = [tf.placeholder(tf.float32, [None, 4], name) for name in ("h", "c")]
    keras.layers.LSTM(4, return_sequences=True)(x(), mask=mask, initial_state=state)
    (op,) = recurrences(graph)
    assert op.attrs["states"] == 2
    assert not op.attrs["lengths"]


def test_a_masked_output_that_is_no_state_is_carried(graph: tf.Graph) -> None:
    class Doubled:
        state_size = output_size = 3

        def call(self, inputs: Any, states: Any) -> Any:
            new = states[0] + inputs
            return 2.0 * new, [new]

    keras.layers.RNN(Doubled())(x(), mask=tf.placeholder(tf.bool, [None, None], "m"))
    (op,) = recurrences(graph)
    assert op.attrs["states"] == 2


def test_a_last_output_asks_for_no_rows(graph: tf.Graph) -> None:
    keras.layers.LSTM(4)(x())
    (op,) = recurrences(graph)
    assert len(op.results) == op.attrs["states"]


@pytest.mark.parametrize("shape", [(2, 0), (0, 3), (1, 1)], ids=["no_steps", "no_rows", "one"])
@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU", "LSTM"])
def test_a_program_takes_sequences_of_any_size(kind: str, shape: tuple[int, int], graph: tf.Graph) -> None:
    layer = getattr(keras.layers, kind)(4, return_sequences=True, return_state=True)
    last = getattr(keras.layers, kind)(5)
    inputs = x()
    program = rnn2onnx.compile(graph, {"all": layer(inputs), "last": last(inputs)})
    feeds = {"x": RNG.standard_normal((*shape, 3)).astype(np.float32)}
    got, want = program.run(feeds), program.evaluate(feeds)
    assert got["all"][0].shape == (*shape, 4)
    assert got["last"].shape == (shape[0], 5)
    for one, other in zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    if not shape[1]:
        assert not got["last"].any()


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_no_steps_leave_the_state_that_is_given(kind: str, graph: tf.Graph) -> None:
    layer = getattr(keras.layers, kind)(4, return_state=True)
    names = ["h", "c"][: 2 if kind == "LSTM" else 1]
    given = [tf.placeholder(tf.float32, [None, 4], name) for name in names]
    program = rnn2onnx.compile(graph, layer(x(), initial_state=given))
    states = {name: RNG.standard_normal((2, 4)).astype(np.float32) for name in names}
    _, *after = program.run({"x": np.zeros((2, 0, 3), np.float32), **states})
    for name, state in zip(names, after, strict=True):
        np.testing.assert_array_equal(state, states[name])


def test_what_is_masked_may_be_anything(graph: tf.Graph) -> None:
    mask = tf.placeholder(tf.bool, [None, None], "m")
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True, return_state=True))
    program = rnn2onnx.compile(graph, layer(x(), mask=mask))
    masked = np.array([[False, True, False, True], [True, False, False, False]])
    clean = np.where(masked[..., None], RNG.standard_normal((2, 4, 3)), 0).astype(np.float32)
    poisoned = np.where(masked[..., None], clean, np.nan).astype(np.float32)
    for one, other in zip(
        program.run({"x": clean, "m": masked}), program.run({"x": poisoned, "m": masked}), strict=True
    ):
        np.testing.assert_array_equal(one, other)
