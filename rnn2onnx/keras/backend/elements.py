"""``keras.backend``: functions of each element, or of pairs of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx import tf
from rnn2onnx.keras.backend.settings import floatx


def cast(x: Any, dtype: Any) -> Any:
    """``x`` in another dtype."""
    return tf.cast(x, dtype)


def cast_to_floatx(x: Any) -> Any:
    """``x`` in float32, an array if it is one."""
    return tf.cast(x, floatx()) if tf.is_tensor(x) else np.asarray(x, floatx())


def square(x: Any) -> Any:
    """The square."""
    return tf.square(x)


def abs(x: Any) -> Any:
    """The absolute value."""
    return tf.abs(x)


def sqrt(x: Any) -> Any:
    """The square root; of what is negative 0. Source: ``keras.backend.sqrt``."""
    return tf.sqrt(tf.maximum(x, 0.0))


def exp(x: Any) -> Any:
    """The exponential."""
    return tf.exp(x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return tf.log(x)


def round(x: Any) -> Any:
    """The nearest whole number, the even one of two."""
    return tf.round(x)


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return tf.sign(x)


def pow(x: Any, a: Any) -> Any:
    """``x`` to the power ``a``."""
    return tf.pow(x, a)


def sin(x: Any) -> Any:
    """The sine."""
    return tf.sin(x)


def cos(x: Any) -> Any:
    """The cosine."""
    return tf.cos(x)


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """``x`` between two values; the first wins where it is greater."""
    if isinstance(min_value, int | float) and isinstance(max_value, int | float) and max_value < min_value:
        max_value = min_value
    least = -np.inf if min_value is None else min_value
    return tf.clip_by_value(x, least, np.inf if max_value is None else max_value)


def equal(x: Any, y: Any) -> Any:
    """Whether elements are equal."""
    return tf.equal(x, y)


def not_equal(x: Any, y: Any) -> Any:
    """Whether elements differ."""
    return tf.not_equal(x, y)


def greater(x: Any, y: Any) -> Any:
    """Whether the first is greater."""
    return tf.greater(x, y)


def greater_equal(x: Any, y: Any) -> Any:
    """Whether the first is not less."""
    return tf.greater_equal(x, y)


def less(x: Any, y: Any) -> Any:
    """Whether the first is less."""
    return tf.less(x, y)


def less_equal(x: Any, y: Any) -> Any:
    """Whether the first is not greater."""
    return tf.less_equal(x, y)


def maximum(x: Any, y: Any) -> Any:
    """The greater of two."""
    return tf.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """The lesser of two."""
    return tf.minimum(x, y)


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """``gamma (x - mean) / sqrt(var + epsilon) + beta``. Source: ``keras.backend.batch_normalization``."""
    return tf.nn.batch_normalization(x, mean, var, beta, gamma, epsilon)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """``x`` divided by its length along an axis."""
    return tf.nn.l2_normalize(x, axis=axis)


def dropout(x: Any, level: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """``x`` where ``level`` is 0; otherwise refused, as ``tf.nn.dropout`` is."""
    return tf.nn.dropout(x, rate=level, noise_shape=noise_shape, seed=seed)
