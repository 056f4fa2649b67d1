"""Attention mechanisms and the wrapper beyond what is recorded on TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import UnsupportedError
from tests.tf.recording import random_weights, values, variables


def test_a_row_without_memory_has_no_alignments() -> None:
    """TensorFlow stops at it when the model runs; no compiled program can, and gives what is not a number."""
    with tf.Graph().as_default():
        memory = tf.placeholder(tf.float32, [None, None, 4], "x")
        lengths = tf.placeholder(tf.int32, [None], "n")
        mechanism = tf.contrib.seq2seq.LuongAttention(4, memory, lengths)
        alignments, _ = mechanism(tf.ones([2, 4]), None)
        found = values(alignments, {"x": np.ones((2, 3, 4), np.float32), "n": np.array([0, 2], np.int32)})
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], [0.5, 0.5, 0.0])


def test_what_is_not_a_number_past_the_length_stays_so() -> None:
    """As in TensorFlow, whose mask multiplies: encoders give zeros there."""
    with tf.Graph().as_default():
        memory = tf.placeholder(tf.float32, [None, None, 4], "x")
        mechanism = tf.contrib.seq2seq.LuongAttention(4, memory, [1])
        found = values(mechanism.values, {"x": np.full((1, 2, 4), np.nan, np.float32)})
    assert np.isnan(found).all()


def test_noise_is_trainings() -> None:
    with tf.Graph().as_default():
        for kind in (tf.contrib.seq2seq.BahdanauMonotonicAttention, tf.contrib.seq2seq.LuongMonotonicAttention):
            mechanism = kind(4, tf.ones([2, 3, 4]), sigmoid_noise=1.0)
            with pytest.raises(UnsupportedError, match=r"(?s)sigmoid_noise=1\.0 adds .*test_attention\.py"):
                mechanism(tf.ones([2, 4]), mechanism.initial_state(2, tf.float32))


def test_recursive_and_parallel_monotonic_attention_agree() -> None:
    rng = np.random.default_rng(0)
    p, before = rng.random((2, 3, 6))
    before /= before.sum(1, keepdims=True)
    with tf.Graph().as_default():
        given = tf.constant(p), tf.constant(before)
        exact, close = (tf.contrib.seq2seq.monotonic_attention(*given, mode) for mode in ("recursive", "parallel"))
        found = values((exact, close), float64=True)
    q = np.zeros(3)
    for step in range(6):
        q = (1 - p[:, step - 1] if step else 1) * q + before[:, step]
        np.testing.assert_allclose(found[0][:, step], p[:, step] * q)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


def test_keys_that_have_another_length_than_the_memory() -> None:
    """The mask is that of the keys."""
    with tf.Graph().as_default():
        memory = tf.placeholder(tf.float32, [2, None, 4], "x")
        mechanism = tf.contrib.seq2seq.BahdanauAttention(
            4, memory, [1, 2], custom_key_value_fn=lambda keys, found: (keys[:, ::2], found[:, ::2])
        )
        alignments, _ = mechanism(tf.ones([2, 3]), None)
        fed = {"x": np.ones((2, 5, 4), np.float32)}
        found = values(alignments, fed, random_weights())
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found[0], [1, 0, 0])
    assert (found[1] > 0).tolist() == [True, True, False]


def test_batches_that_must_agree_become_one() -> None:
    with tf.Graph().as_default():
        memory = tf.placeholder(tf.float32, ["a", "time", 4])
        state = tf.placeholder(tf.float32, ["b", 4])
        cell = tf.contrib.seq2seq.AttentionWrapper(
            tf.nn.rnn_cell.GRUCell(4), tf.contrib.seq2seq.LuongAttention(4, memory), initial_cell_state=state
        )
        zero = cell.zero_state(tf.placeholder(tf.int32, []), tf.float32)
        assert state.dims == ("a", 4)
        assert zero.attention.dims == ("a", 4)
        assert zero.alignments.dims == ("a", "time")
        other = tf.placeholder(tf.float32, ["c", 4])
        zero.clone(cell_state=other)
        assert other.dims == ("a", 4)


def test_a_mechanism_of_the_users_own() -> None:
    class Last(tf.contrib.seq2seq.AttentionMechanism):
        """Reads the last step of the memory."""

        dtype = tf.float32
        values: Any = None
        alignments_size = state_size = batch_size = 3

        def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
            return tf.zeros([batch_size, 3], dtype)

        initial_state = initial_alignments

        def __call__(self, query: Any, state: Any) -> Any:
            return tf.tile([[0.0, 0.0, 1.0]], [3, 1]), state + 1.0

    with tf.Graph().as_default():
        mechanism = Last()
        memory = np.arange(36, dtype=np.float32).reshape(3, 3, 4)
        mechanism.values = tf.constant(memory)
        cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(2), mechanism)
        output, state = cell(tf.ones([3, 2]), cell.zero_state(3, tf.float32))
        read, counted = values((output, state.attention_state))
        assert list(variables()) == [f"attention_wrapper/gru_cell/{v}" for v in GRU]
    np.testing.assert_array_equal(read, memory[:, 2])
    np.testing.assert_array_equal(counted, np.ones((3, 3)))


GRU = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


def test_what_a_mechanism_leaves_out_is_said() -> None:
    with pytest.raises(NotImplementedError, match="AttentionMechanism has no alignments_size"):
        tf.contrib.seq2seq.AttentionMechanism().alignments_size  # noqa: B018


def test_names_that_published_code_imports_from_inside_tensorflow() -> None:
    code = """
from tensorflow.contrib.seq2seq.python.ops import decoder, helper
from tensorflow.contrib.seq2seq.python.ops.attention_wrapper import (
    AttentionMechanism, BahdanauAttention, _bahdanau_score, _BaseAttentionMechanism, _BaseMonotonicAttentionMechanism,
    _compute_attention, _luong_score, _maybe_mask_score, _monotonic_probability_fn, _prepare_memory)
from tensorflow.contrib.seq2seq.python.ops.beam_search_decoder import _tile_batch, gather_tree_from_array
from tensorflow.contrib.seq2seq.python.ops.beam_search_ops import gather_tree
found = [decoder._transpose_batch_time, decoder.dynamic_decode, helper.Helper, helper._unstack_ta]
"""
    names: dict[str, Any] = {}
    with rnn2onnx.as_tensorflow():
        exec(code, names)
    assert issubclass(names["_BaseMonotonicAttentionMechanism"], names["_BaseAttentionMechanism"])
    assert names["found"][1:3] == [tf.contrib.seq2seq.dynamic_decode, tf.contrib.seq2seq.Helper]
