"""Scores of a query against keys: the product of Luong, the sum of Bahdanau."""

from __future__ import annotations

import math
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Constant, Ones, Zeros
from rnn2onnx.tf.ops.elementwise import rsqrt, square, tanh
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.ops.reshaping import expand_dims, squeeze
from rnn2onnx.tf.variables.variable_scope import get_variable


def _luong_score(query: Any, keys: Any, scale: Any) -> Any:
    """``q k^T``, times ``scale`` unless that is None.

    Args:
        query: [B, U].
        keys: [B, T, U].
        scale: A number or None.

    Returns:
        [B, T].

    Raises:
        ValueError: The depths differ.

    Source:
        Luong et al., Effective Approaches to Attention-based Neural Machine Translation, 2015.
    """
    depth, units = query.get_shape()[-1].value, keys.get_shape()[-1].value
    if depth != units or depth is None:
        raise ArgumentError(
            f"Incompatible or unknown inner dimensions between query and keys. Query ({query!r}) has units: {depth}. "
            f"Keys ({keys!r}) have units: {units}. Perhaps you need to set num_units to the keys' dimension "
            f"({units})?",
            user_location(),
        )
    score = squeeze(matmul(expand_dims(query, 1), keys, transpose_b=True), [1])
    return score if scale is None else scale * score


def luong_scale(scale: bool, dtype: Any) -> Any:
    """The variable ``attention_g``, 1 at first; None without ``scale``."""
    return get_variable("attention_g", dtype=dtype, initializer=Ones(), shape=()) if scale else None


def _bahdanau_score(
    processed_query: Any, keys: Any, attention_v: Any, attention_g: Any = None, attention_b: Any = None
) -> Any:
    """``sum(v tanh(k + q))``; with g and b ``sum(g v / |v| tanh(k + q + b))``.

    Args:
        processed_query: [B, U].
        keys: [B, T, U].
        attention_v: [U].
        attention_g: A number or None.
        attention_b: [U] or None.

    Returns:
        [B, T].

    Source:
        Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and Translate, 2015; Salimans and
        Kingma, Weight Normalization, 2016.
    """
    query = expand_dims(processed_query, 1)
    if attention_g is None or attention_b is None:
        return reduce_sum(attention_v * tanh(keys + query), [2])
    normed_v = attention_g * attention_v * rsqrt(reduce_sum(square(attention_v)))
    return reduce_sum(normed_v * tanh(keys + query + attention_b), [2])


def bahdanau_variables(num_units: int, normalize: bool, dtype: Any) -> tuple[Any, Any, Any]:
    """The variables ``attention_v``, ``attention_g`` and ``attention_b``; the last two None without ``normalize``."""
    v = get_variable("attention_v", [num_units], dtype=dtype)
    if not normalize:
        return v, None, None
    g = get_variable("attention_g", dtype=dtype, initializer=Constant(math.sqrt(1.0 / num_units)), shape=())
    b = get_variable("attention_b", [num_units], dtype=dtype, initializer=Zeros())
    return v, g, b
