"""Beams: against a search written out in Python, and trees against loops over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from tests.tf.recording import values


def traced_back(ids: Any, parents: Any, lengths: Any, end: int) -> Any:
    """gather_tree, one beam after the other."""
    steps, batch, width = ids.shape
    out = np.full(ids.shape, end, np.int32)
    for row in range(batch):
        last = min(steps, lengths[row])
        for beam in range(width):
            at = beam
            for time in reversed(range(last)):
                out[time, row, beam] = ids[time, row, at]
                at = parents[time, row, at]
            ended = np.flatnonzero(out[:last, row, beam] == end)
            if ended.size:
                out[ended[0] :, row, beam] = end
    return out


@pytest.mark.parametrize("seed", range(3))
def test_trees_are_traced_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = tf.Graph()
    with graph.as_default():
        fed = [tf.placeholder(tf.int32, [None] * 3, name=name) for name in ("ids", "parents")]
        program = rnn2onnx.compile(
            graph, tf.contrib.seq2seq.gather_tree(*fed, tf.placeholder(tf.int32, [None], name="n"), 3)
        )
    for steps, batch, width in ((6, 3, 4), (1, 2, 2), (4, 1, 1)):
        ids = rng.integers(0, 7, (steps, batch, width)).astype(np.int32)
        parents = rng.integers(0, width, (steps, batch, width)).astype(np.int32)
        lengths = rng.integers(0, steps + 2, batch).astype(np.int32)
        feeds = {"ids": ids, "parents": parents, "n": lengths}
        for run in (program.run, program.evaluate):
            np.testing.assert_array_equal(run(feeds), traced_back(ids, parents, lengths, 3))


def searched(scores: Any, width: int, end: int, limit: int) -> list[tuple[list[int], float]]:
    """The best sequences of a chain: ``scores[a, b]`` is the logarithm of the probability of b after a."""
    beams: list[tuple[list[int], float, bool]] = [([], 0.0, False)]
    for _ in range(limit):
        grown = []
        for ids, total, done in beams:
            if done:
                grown.append(([*ids, end], total, True))
                continue
            before = ids[-1] if ids else 0
            grown += [([*ids, b], total + scores[before, b], b == end) for b in range(len(scores))]
        beams = sorted(grown, key=lambda beam: -beam[1])[:width]
        if all(done for _, _, done in beams):
            break
    return [(ids, total) for ids, total, _ in beams]


@pytest.mark.parametrize("width", [1, 2, 4])
def test_the_best_sequences_are_found(width: int) -> None:
    """The cell's state is the id that came before; logits are a row of a table."""
    rng = np.random.default_rng(width)
    tables = rng.normal(size=(5, 5)).astype(np.float32)
    logs = tables - np.log(np.exp(tables).sum(1, keepdims=True))

    class Chain(tf.nn.rnn_cell.RNNCell):
        state_size, output_size = 1, 5

        def call(self, inputs: Any, state: Any) -> Any:
            return tf.matmul(inputs, tf.constant(tables)), state + 1.0

    with tf.Graph().as_default():
        state = tf.contrib.seq2seq.tile_batch(tf.zeros([1, 1]), width)
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(Chain(), tf.eye(5), [0], 4, state, width)
        outputs, final, _ = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=6)
        ids, sums, counts = values((outputs.predicted_ids, final.log_probs, final.lengths))
    for beam, (want, total) in enumerate(searched(logs, width, 4, 6)):
        assert ids[0, :, beam].tolist() == want
        assert sums[0, beam] == pytest.approx(total, abs=1e-5)
        length = want.index(4) + 1 if 4 in want else len(want)
        assert counts[0, beam] == length


def test_a_width_of_one_is_greedy() -> None:
    with tf.Graph().as_default():
        cell, table, layer = tf.nn.rnn_cell.GRUCell(4), tf.get_variable("table", [6, 3]), tf.layers.Dense(6)
        state = tf.constant(np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32))
        with tf.variable_scope("decode", reuse=tf.AUTO_REUSE):
            helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, [1, 1, 1], 2)
            greedy = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, layer)
            one, _, _ = tf.contrib.seq2seq.dynamic_decode(greedy, impute_finished=True, maximum_iterations=4)
            beams = tf.contrib.seq2seq.BeamSearchDecoder(cell, table, [1, 1, 1], 2, state, 1, layer)
            other, _, _ = tf.contrib.seq2seq.dynamic_decode(beams, maximum_iterations=4)
        chosen, found = values((one.sample_id, other.predicted_ids))
    assert found.shape == (*chosen.shape, 1)
    ended = np.cumsum(chosen == 2, 1) - (chosen == 2) > 0
    np.testing.assert_array_equal(found[:, :, 0], np.where(ended, 2, chosen))


def test_states_of_any_rank_follow_their_beams() -> None:
    """A state of pictures and one of numbers; TensorFlow cannot put the former together again."""

    class Pictures(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([2, 3]), tf.TensorShape([]))
        output_size = 4

        def call(self, inputs: Any, state: Any) -> Any:
            picture, number = state
            return inputs * number[:, None], (picture + inputs[:, :2, None], number + inputs[:, 0])

    with tf.Graph().as_default():
        state = tf.contrib.seq2seq.tile_batch((tf.zeros([2, 2, 3]), tf.ones([2])), 3)
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(Pictures(), tf.eye(4), [0, 1], 3, state, 3)
        _, final, _ = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)
        picture, number = values(final.cell_state)
    assert picture.shape == (2, 3, 2, 3)
    # Both add up the same inputs along the path of a beam.
    np.testing.assert_allclose(picture[:, :, 0, 0] + 1.0, number)


def test_a_layer_of_another_kind_will_do() -> None:
    class Doubled:
        def compute_output_shape(self, shape: Any) -> Any:
            return shape

        def __call__(self, x: Any) -> Any:
            return 2.0 * x

    with tf.Graph().as_default():
        state = tf.contrib.seq2seq.tile_batch(tf.ones([1, 4]), 2)
        cell = tf.nn.rnn_cell.GRUCell(4)
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(cell, tf.eye(4), [0], 3, state, 2, Doubled())
        assert decoder.output_size.scores.as_list() == [2]
        outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=2)
        assert values(outputs.predicted_ids).shape == (1, 2, 2)
