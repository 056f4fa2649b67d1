"""What dynamic_decode records: one loop, named lengths, nothing in it that is the same in every step."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import nest, tf
from rnn2onnx.errors import UnsupportedError
from rnn2onnx.tf.recording.graph import get_default_graph
from tests.tf.recording import values


def loops() -> list[Any]:
    return [op for op in get_default_graph().builder.root.ops if op.kind.name == "loop"]


def reader(width: int = 0, history: bool = False) -> Any:
    """What a decoder with attention gives; a beam search if there is a width."""
    memory = tf.placeholder(tf.float32, ["batch", "time", 5], name="x")
    lengths = tf.placeholder(tf.int32, ["rows"], name="n")
    batch = tf.shape(memory)[0]
    read, n = tf.contrib.seq2seq.tile_batch((memory, lengths), width) if width else (memory, lengths)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, read, n)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.LSTMCell(4), mechanism, attention_layer_size=3, alignment_history=history
    )
    state = cell.zero_state(tf.shape(read)[0], tf.float32)
    table, layer = tf.get_variable("table", [6, 3]), tf.layers.Dense(6)
    start = tf.fill([batch], 1)
    decoder: Any
    if width:
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(cell, table, start, 2, state, width, layer)
    else:
        helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, start, 2)
        decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)


def test_lengths_keep_their_names_through_the_loop() -> None:
    with tf.Graph().as_default():
        outputs, state, lengths = reader(history=True)
        _, steps, _ = outputs.rnn_output.dims
        assert outputs.rnn_output.dims == ("batch", steps, 6)
        assert outputs.sample_id.dims == ("batch", steps)
        assert isinstance(steps, str)
        assert lengths.dims == ("batch",)
        assert [leaf.dims for leaf in nest.flatten(state.cell_state)] == [("batch", 4), ("batch", 4)]
        assert state.alignments.dims == ("batch", "time")
        assert state.alignment_history.stack().dims[1:] == ("batch", "time")


def test_beams_keep_the_names_of_rows() -> None:
    with tf.Graph().as_default():
        outputs, state, _ = reader(width=3)
        steps = outputs.predicted_ids.dims[1]
        assert [leaf.dims for leaf in nest.flatten(outputs)] == [("batch", steps, 3)] * 4
        assert [leaf.dims for leaf in nest.flatten(state.cell_state.cell_state)] == [("batch", 3, 4)] * 2
        assert state.cell_state.alignments.dims == ("batch", 3, "time")
        (loop,) = loops()
        rows = {op.results[0].type.shape[0] for op in loop.blocks[0].ops if op.kind.name == "matmul"}
        assert len(rows - {"batch"}) == 1  # one name for batch times width


@pytest.mark.parametrize("width", [0, 2])
def test_the_memory_is_made_ready_outside_of_the_loop(width: int) -> None:
    with tf.Graph().as_default():
        reader(width)
        (loop,) = loops()
        inside = [op.kind.name for op in loop.blocks[0].ops]
        # LSTM, query, what is read, attention layer, projection.
        assert inside.count("matmul") == 5
        assert "range" not in inside
        assert "cond" not in inside


def test_a_step_is_recorded_once() -> None:
    calls = []

    class Own(tf.contrib.seq2seq.Decoder):
        batch_size = output_size = property(lambda self: 2)
        output_dtype = property(lambda self: tf.float32)

        def initialize(self, name: Any = None) -> Any:
            return tf.zeros([2], tf.bool), tf.zeros([2]), tf.zeros([2])

        def step(self, time: Any, inputs: Any, state: Any, name: Any = None) -> Any:
            calls.append(time)
            return inputs + tf.cast(time, tf.float32), state, inputs, time >= [1, 2]

    with tf.Graph().as_default():
        outputs, _, lengths = tf.contrib.seq2seq.dynamic_decode(Own())
        assert len(calls) == 1
        found, steps = values((outputs, lengths))
    np.testing.assert_array_equal(found, [[0, 1, 2]] * 2)
    np.testing.assert_array_equal(steps, [2, 3])


def test_a_state_may_grow() -> None:
    """A length that is not the batch's is not taken for the same after a step."""

    class Growing(tf.contrib.seq2seq.Decoder):
        batch_size = property(lambda self: tf.shape(x)[0])
        output_size = property(lambda self: tf.TensorShape([]))
        output_dtype = property(lambda self: tf.int32)

        def initialize(self, name: Any = None) -> Any:
            return tf.zeros_like(x[:, 0], tf.bool), x[:, 0], x

        def step(self, time: Any, inputs: Any, state: Any, name: Any = None) -> Any:
            longer = tf.concat([state, tf.expand_dims(inputs, 1)], 1)
            count = tf.zeros_like(inputs, tf.int32) + tf.shape(longer)[1]
            return count, longer, inputs * 2.0, tf.fill([tf.shape(x)[0]], time >= 2)

    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, None], name="x")
        result = tf.contrib.seq2seq.dynamic_decode(Growing())
        assert result[1].dims[0] == x.dims[0]
        assert result[1].dims[1] != x.dims[1]
        program = rnn2onnx.compile(graph, result)
    fed = {"x": np.array([[1.0, 5.0], [2.0, 6.0]], np.float32)}
    for counts, state, _ in (program.run(fed), program.evaluate(fed)):
        np.testing.assert_array_equal(counts, [[3, 4, 5]] * 2)
        np.testing.assert_array_equal(state, [[1, 5, 1, 2, 4], [2, 6, 2, 4, 8]])


def test_a_decoder_says_what_it_leaves_out() -> None:
    class Half(tf.contrib.seq2seq.Decoder):
        def initialize(self, name: Any = None) -> Any:
            return tf.zeros([2], tf.bool), tf.zeros([2]), tf.zeros([2])

        def step(self, time: Any, inputs: Any, state: Any, name: Any = None) -> Any:
            return inputs, state, inputs, state > 0

    with tf.Graph().as_default(), pytest.raises(NotImplementedError, match="Half has no output_size"):
        tf.contrib.seq2seq.dynamic_decode(Half())
    with pytest.raises(TypeError, match="abstract"):
        tf.contrib.seq2seq.Decoder()
    with pytest.raises(TypeError, match="abstract"):
        tf.contrib.seq2seq.Helper()


@pytest.mark.parametrize(
    ("name", "arguments", "instead"),
    [
        ("SampleEmbeddingHelper", (3, [1], 2), "GreedyEmbeddingHelper"),
        ("ScheduledEmbeddingTrainingHelper", (1, 2, 3, 0.5), "TrainingHelper"),
        ("ScheduledOutputTrainingHelper", (1, 2, 0.5), "InferenceHelper"),
    ],
)
def test_what_draws_at_random_is_refused_with_a_way_out(name: str, arguments: Any, instead: str) -> None:
    helper = getattr(tf.contrib.seq2seq, name)
    assert issubclass(helper, tf.contrib.seq2seq.Helper)
    with pytest.raises(UnsupportedError, match=f"{name} draws at random.*{instead}") as caught:
        helper(*arguments)
    assert "test_dynamic_decode.py" in str(caught.value)


def test_an_end_token_may_be_in_no_table() -> None:
    """Once all rows have chosen it, nothing is looked up."""

    class Fixed(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 5

        def call(self, inputs: Any, state: Any) -> Any:
            return tf.one_hot(tf.fill([tf.shape(state)[0]], 4), 5), state

    graph = tf.Graph()
    with graph.as_default():
        state = tf.placeholder(tf.float32, [None, 4], name="state")
        table = tf.constant(np.ones((4, 4), np.float32))
        helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, tf.fill([tf.shape(state)[0]], 0), 4)
        decoder = tf.contrib.seq2seq.BasicDecoder(Fixed(), helper, state)
        program = rnn2onnx.compile(graph, tf.contrib.seq2seq.dynamic_decode(decoder))
    outputs, _, lengths = program.run({"state": np.zeros((2, 4), np.float32)})
    np.testing.assert_array_equal(outputs.sample_id, [[4], [4]])
    np.testing.assert_array_equal(lengths, [1, 1])


EDGES = """
import numpy as np
import rnn2onnx
from rnn2onnx import nest, tf
from tests.tf.seq2seq.test_dynamic_decode import reader

for width in (0, 2):
    graph = tf.Graph()
    with graph.as_default():
        outputs, state, lengths = reader(width, history=True)
        history = (state.cell_state if width else state).alignment_history
        program = rnn2onnx.compile(graph, (outputs, lengths, history if width else history.stack()))
    for batch, steps, n in ((0, 3, []), (2, 3, [0, 3]), (2, 0, [0, 0]), (2, 3, [9, -2]), (0, 0, [])):
        feeds = {"x": np.ones((batch, steps, 5), np.float32), "n": np.array(n, np.int32)}
        found, wanted = (nest.flatten(run(feeds)) for run in (program.run, program.evaluate))
        for have, want in zip(found, wanted, strict=True):
            assert have.shape == want.shape, (width, feeds, have.shape, want.shape)
            np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4)
            assert have.shape[0] == batch or have.shape[1] in (batch, batch * width)
print("done")
"""


def test_edge_values_end_no_process() -> None:
    """No rows, no memory, lengths of 0 (of which alignments are not numbers) and past the end."""
    done = subprocess.run([sys.executable, "-c", EDGES], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "done"
