"""Monotonic attention: once a step of the memory was attended to, none before it can be.

With ``p_i`` the probability to stop at step ``i`` and ``a'`` the alignments of the step before, the alignments are
``a_i = p_i q_i`` with ``q_i = (1 - p_{i-1}) q_{i-1} + a'_i`` (Raffel et al., Online and Linear-Time Attention by
Enforcing Monotonic Alignments, 2017).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import float32, int32, numpy_dtype
from rnn2onnx.tf.layers.dense import Dense
from rnn2onnx.tf.loops.functional_ops import scan
from rnn2onnx.tf.ops.elementwise import cast, exp, log, sigmoid
from rnn2onnx.tf.ops.filling import one_hot, ones_like, zeros
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.reduction_ops import cumprod, cumsum
from rnn2onnx.tf.ops.reshaping import transpose
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.seq2seq.attention_mechanism import _BaseAttentionMechanism
from rnn2onnx.tf.seq2seq.attention_scores import (
    _bahdanau_score,
    _luong_score,
    bahdanau_variables,
    luong_scale,
)
from rnn2onnx.tf.shapes.agreement import agree
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope

__all__ = ["BahdanauMonotonicAttention", "LuongMonotonicAttention", "monotonic_attention", "safe_cumprod"]


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    """``exp(cumsum(log(x)))`` of numbers from 0 to 1, the smallest of which count as the smallest normal number.

    Args:
        x: The numbers.
        *args: As of ``tf.cumsum``.
        **kwargs: As of ``tf.cumsum``.

    Source:
        ``tf.contrib.seq2seq.safe_cumprod``.
    """
    tensor = convert_to_tensor(x)
    tiny = np.finfo(numpy_dtype(tensor.dtype)).tiny
    return exp(cumsum(log(clip_by_value(tensor, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: str) -> Tensor:
    """The alignments that follow from probabilities to stop.

    Args:
        p_choose_i: [B, T], from 0 to 1.
        previous_attention: [B, T], the alignments of the step before; one at the first step of the memory at first.
        mode: "recursive" (exact), "parallel" (sums and products along the memory, less exact) or "hard" (exact where
            the probabilities are 0 or 1).

    Raises:
        ValueError: Another mode.

    Source:
        ``tf.contrib.seq2seq.monotonic_attention``.
    """
    p, previous = convert_to_tensor(p_choose_i), convert_to_tensor(previous_attention)
    agree(p, previous)
    if mode == "recursive":
        left = transpose(1 - p)
        before = concat([ones_like(left[:1]), left[:-1]], 0)
        reached = scan(lambda x, yz: yz[0] * x + yz[1], [before, transpose(previous)], zeros(shape(p)[:1], p.dtype))
        return p * transpose(reached)
    if mode == "parallel":
        left = safe_cumprod(1 - p, axis=1, exclusive=True)
        return p * left * cumsum(previous / clip_by_value(left, 1e-10, 1.0), axis=1)
    if mode == "hard":
        p = p * cumsum(previous, axis=1)
        return p * cumprod(1 - p, axis=1, exclusive=True)
    raise ArgumentError(f"mode must be 'recursive', 'parallel', or 'hard', not {mode!r}.", user_location())


def _monotonic_probability_fn(
    score: Any, previous_alignments: Any, sigmoid_noise: float, mode: str, seed: Any = None
) -> Tensor:
    """The alignments that follow from scores: their sigmoid, or whether they are positive, is the chance to stop."""
    if sigmoid_noise > 0:
        raise UnsupportedError(
            f"sigmoid_noise={sigmoid_noise} adds random numbers to the scores, which training does and no compiled "
            "program: give sigmoid_noise=0 at inference.",
            user_location(),
        )
    p = cast(score > 0, score.dtype) if mode == "hard" else sigmoid(score)
    return monotonic_attention(p, previous_alignments, mode)


class _BaseMonotonicAttentionMechanism(_BaseAttentionMechanism):
    """Begins at the first step of the memory."""

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """One at the first step of the memory, [B, T]."""
        return one_hot(zeros((batch_size,), dtype=int32), self._alignments_size, dtype=dtype)


class BahdanauMonotonicAttention(_BaseMonotonicAttentionMechanism):
    """Monotonic attention with Bahdanau's score and a bias.

    Variables ``memory_layer/kernel``, and in ``bahdanau_monotonic_attention``: ``query_layer/kernel``,
    ``attention_v``, if normalized ``attention_g`` and ``attention_b``, and ``attention_score_bias``.

    Args:
        num_units: The depth of keys and processed queries.
        memory: [B, T, …].
        memory_sequence_length: Integers [B], at least 1.
        normalize: Whether ``attention_v`` is normalized.
        score_mask_value: The score of steps past the length; minus infinity by default.
        sigmoid_noise: 0; training adds random numbers.
        sigmoid_noise_seed: No meaning here.
        score_bias_init: The bias at first.
        mode: As of ``monotonic_attention``.
        dtype: Of the layers; float32 by default.
        name: A hint.

    Source:
        ``tf.contrib.seq2seq.BahdanauMonotonicAttention``; Raffel et al., 2017.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "BahdanauMonotonicAttention",
    ) -> None:
        super().__init__(
            query_layer=Dense(num_units, name="query_layer", use_bias=False, dtype=dtype or float32),
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or float32),
            memory=memory,
            probability_fn=functools.partial(_monotonic_probability_fn, sigmoid_noise=sigmoid_noise, mode=mode),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name
        self._score_bias_init = score_bias_init

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """The alignments [B, T] of a query [B, …], and the next state, which is the same."""
        with variable_scope(None, "bahdanau_monotonic_attention", [query]):
            processed = self.query_layer(query) if self.query_layer else query
            v, g, b = bahdanau_variables(self._num_units, self._normalize, query.dtype)
            score = _bahdanau_score(processed, self._keys, v, attention_g=g, attention_b=b)
            score = score + _score_bias(self._score_bias_init, processed.dtype)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class LuongMonotonicAttention(_BaseMonotonicAttentionMechanism):
    """Monotonic attention with Luong's score and a bias.

    Variables ``memory_layer/kernel``, and in ``luong_monotonic_attention``: ``attention_g`` if scaled, and
    ``attention_score_bias``.

    Args:
        num_units: The depth of the keys, which must be that of the queries.
        memory: [B, T, …].
        memory_sequence_length: Integers [B], at least 1.
        scale: Whether scores are multiplied by a variable.
        score_mask_value: The score of steps past the length; minus infinity by default.
        sigmoid_noise: 0; training adds random numbers.
        sigmoid_noise_seed: No meaning here.
        score_bias_init: The bias at first.
        mode: As of ``monotonic_attention``.
        dtype: Of the layer; float32 by default.
        name: A hint.

    Source:
        ``tf.contrib.seq2seq.LuongMonotonicAttention``; Raffel et al., 2017.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "LuongMonotonicAttention",
    ) -> None:
        super().__init__(
            query_layer=None,
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or float32),
            memory=memory,
            probability_fn=functools.partial(_monotonic_probability_fn, sigmoid_noise=sigmoid_noise, mode=mode),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._score_bias_init = score_bias_init
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """The alignments [B, T] of a query [B, U], and the next state, which is the same."""
        with variable_scope(None, "luong_monotonic_attention", [query]):
            score = _luong_score(query, self._keys, luong_scale(self._scale, query.dtype))
            score = score + _score_bias(self._score_bias_init, query.dtype)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def _score_bias(initial: float, dtype: Any) -> Any:
    return get_variable("attention_score_bias", dtype=dtype, initializer=initial)
