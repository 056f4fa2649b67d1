"""Attention of queries to values: by dot products, and by sums."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.tf.layers.inference import check_inference

__all__ = ["AdditiveAttention", "Attention"]


class _Attention(Layer, ABC):
    """Means of values ``[batch, T, depth]``, weighted by the softmax of scores of queries and keys.

    Args:
        dropout: The share of weights that training drops.
        causal: Whether no query sees values after its own place.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In a call: the inputs are not two or three.
    """

    _arguments_are_attributes = True

    def __init__(self, dropout: Any = 0.0, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dropout, self.causal = dropout, causal
        self.supports_masking = True

    @abstractmethod
    def _scores(self, query: Any, key: Any) -> Any:
        """How much each query looks at each key, ``[batch, queries, keys]``."""

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The means for each query, and the weights if they are asked for."""
        self._check(inputs, mask)
        if self.dropout:
            check_inference(training, f"{type(self).__name__}'s training=...", "drops values at random")
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        scores = self._scores(query, key)
        seen = None
        if mask and mask[1] is not None:
            seen = tf.expand_dims(mask[1], -2)
        if self.causal or use_causal_mask:
            lengths = tf.shape(scores)
            rows, columns = tf.range(lengths[1]), tf.range(lengths[2])
            causal = tf.greater_equal(tf.expand_dims(rows, 1), tf.expand_dims(columns, 0))
            seen = causal if seen is None else tf.logical_and(seen, causal)
        if seen is not None:
            lowest = 65504.0 if scores.dtype.name == "float16" else 1.0e9
            scores -= lowest * tf.cast(tf.logical_not(seen), scores.dtype)
        weights = tf.nn.softmax(scores)
        result = tf.matmul(weights, value)
        if mask and mask[0] is not None:
            result *= tf.cast(tf.expand_dims(mask[0], -1), result.dtype)
        return (result, weights) if return_attention_scores else result

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the queries."""
        return mask[0] if mask else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the queries."""
        return tf.TensorShape(input_shape[0])

    def _check(self, inputs: Any, mask: Any) -> None:
        kind = type(self).__name__
        if not isinstance(inputs, list) or not 2 <= len(inputs) <= 3:
            raise ArgumentError(
                f"{kind} layer must be called on a list of inputs, namely [query, value] or [query, value, key]. "
                f"Received: {inputs}.",
                user_location(),
            )
        if mask and (not isinstance(mask, list) or not 2 <= len(mask) <= len(inputs)):
            raise ArgumentError(
                f"{kind} layer mask must be a list, namely [query_mask, value_mask]. Received: {mask}.",
                user_location(),
            )


class Attention(_Attention):
    """Luong's attention: scores are dot products. Variable ``scale`` with ``use_scale``.

    Args:
        use_scale: Whether scores are multiplied by a trained number.
        score_mode: ``dot``, or ``concat``: the sum of tanh of query and key, times a number ``concat_score_weight``.
        **kwargs: ``dropout``, ``causal``, and as of ``Layer``.

    Raises:
        ArgumentError: The mode is another.

    Source:
        ``keras.layers.Attention``.
    """

    def __init__(self, use_scale: bool = False, score_mode: str = "dot", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ArgumentError(
                f'Received: score_mode={score_mode}. Acceptable values are: ["dot", "concat"]', user_location()
            )
        self.use_scale, self.score_mode = use_scale, score_mode
        self.scale: Any = None
        self.concat_score_weight: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        if self.use_scale:
            self.scale = self.add_weight("scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight("concat_score_weight", shape=(), initializer="ones")
        self.built = True

    def _scores(self, query: Any, key: Any) -> Any:
        if self.score_mode == "dot":
            scores = tf.matmul(query, key, transpose_b=True)
            return scores if self.scale is None else scores * self.scale
        total = tf.expand_dims(query, -2) + tf.expand_dims(key, -3)
        scaled = total if self.scale is None else self.scale * total
        return self.concat_score_weight * tf.reduce_sum(tf.tanh(scaled), axis=-1)


class AdditiveAttention(_Attention):
    """Bahdanau's attention: scores are sums of tanh of query and key. Variable ``scale`` ``[depth]`` with use_scale.

    Args:
        use_scale: Whether the terms of the sum are weighted by trained numbers.
        **kwargs: ``dropout``, ``causal``, and as of ``Layer``.

    Source:
        ``keras.layers.AdditiveAttention``.
    """

    def __init__(self, use_scale: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.scale: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        if self.use_scale:
            depth = tf.TensorShape(input_shape[1]).as_list()[-1]
            self.scale = self.add_weight("scale", shape=[depth], initializer="glorot_uniform")
        self.built = True

    def _scores(self, query: Any, key: Any) -> Any:
        total = tf.tanh(tf.expand_dims(query, -2) + tf.expand_dims(key, -3))
        return tf.reduce_sum(total if self.scale is None else self.scale * total, axis=-1)
