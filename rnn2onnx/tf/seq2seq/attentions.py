"""``BahdanauAttention`` and ``LuongAttention``: a score, and a softmax or another function of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.layers.dense import Dense
from rnn2onnx.tf.ops.activations import softmax
from rnn2onnx.tf.seq2seq.attention_mechanism import _BaseAttentionMechanism
from rnn2onnx.tf.seq2seq.attention_scores import (
    _bahdanau_score,
    _luong_score,
    bahdanau_variables,
    luong_scale,
)
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["BahdanauAttention", "LuongAttention"]


class LuongAttention(_BaseAttentionMechanism):
    """The product of query and keys. Variables ``memory_layer/kernel``, and ``luong_attention/attention_g`` if scaled.

    Args:
        num_units: The depth of the keys, which must be that of the queries.
        memory: [B, T, …].
        memory_sequence_length: Integers [B], at least 1.
        scale: Whether scores are multiplied by a variable.
        probability_fn: ``(score)`` gives the alignments; softmax by default.
        score_mask_value: The score of steps past the length; minus infinity by default.
        dtype: Of the layer; float32 by default.
        custom_key_value_fn: ``(keys, values)`` gives the two that are used.
        name: A hint.

    Raises:
        ValueError: In a call: the depths of query and keys differ.

    Source:
        ``tf.contrib.seq2seq.LuongAttention``; Luong et al., 2015.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        probability_fn: Callable[..., Any] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[..., Any] | None = None,
        name: str = "LuongAttention",
    ) -> None:
        probabilities = softmax if probability_fn is None else probability_fn
        super().__init__(
            query_layer=None,
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or float32),
            memory=memory,
            probability_fn=lambda score, _: probabilities(score),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """The alignments [B, T] of a query [B, U], and the next state, which is the same."""
        with variable_scope(None, "luong_attention", [query]):
            score = _luong_score(query, self._keys, luong_scale(self._scale, query.dtype))
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class BahdanauAttention(_BaseAttentionMechanism):
    """A small network over query and keys.

    Variables ``memory_layer/kernel``, and in ``bahdanau_attention``: ``query_layer/kernel``, ``attention_v``, and if
    normalized ``attention_g`` and ``attention_b``.

    Args:
        num_units: The depth of keys and processed queries.
        memory: [B, T, …].
        memory_sequence_length: Integers [B], at least 1.
        normalize: Whether ``attention_v`` is normalized.
        probability_fn: ``(score)`` gives the alignments; softmax by default.
        score_mask_value: The score of steps past the length; minus infinity by default.
        dtype: Of the layers; float32 by default.
        custom_key_value_fn: ``(keys, values)`` gives the two that are used.
        name: A hint.

    Source:
        ``tf.contrib.seq2seq.BahdanauAttention``; Bahdanau et al., 2015.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        probability_fn: Callable[..., Any] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[..., Any] | None = None,
        name: str = "BahdanauAttention",
    ) -> None:
        probabilities = softmax if probability_fn is None else probability_fn
        super().__init__(
            query_layer=Dense(num_units, name="query_layer", use_bias=False, dtype=dtype or float32),
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or float32),
            memory=memory,
            probability_fn=lambda score, _: probabilities(score),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """The alignments [B, T] of a query [B, …], and the next state, which is the same."""
        with variable_scope(None, "bahdanau_attention", [query]):
            processed = self.query_layer(query) if self.query_layer else query
            v, g, b = bahdanau_variables(self._num_units, self._normalize, query.dtype)
            score = _bahdanau_score(processed, self._keys, v, attention_g=g, attention_b=b)
        alignments = self._probability_fn(score, state)
        return alignments, alignments
