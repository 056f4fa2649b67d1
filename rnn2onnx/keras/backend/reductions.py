"""``keras.backend``: sums, means and extremes along axes."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.keras.backend.settings import floatx


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The greatest element along axes."""
    return tf.reduce_max(x, axis, keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The least element along axes."""
    return tf.reduce_min(x, axis, keepdims)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum along axes."""
    return tf.reduce_sum(x, axis, keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product along axes."""
    return tf.reduce_prod(x, axis, keepdims)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean along axes; of booleans their share."""
    x = tf.convert_to_tensor(x)
    return tf.reduce_mean(tf.cast(x, floatx()) if x.dtype.is_bool else x, axis, keepdims)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance along axes."""
    x = tf.convert_to_tensor(x)
    return tf.reduce_mean(tf.square(x - tf.reduce_mean(x, axis, True)), axis, keepdims)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation along axes."""
    return tf.sqrt(var(x, axis, keepdims))


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether one element along axes is not 0."""
    return tf.reduce_any(tf.cast(x, tf.bool), axis, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether no element along axes is 0."""
    return tf.reduce_all(tf.cast(x, tf.bool), axis, keepdims)


def argmax(x: Any, axis: Any = -1) -> Any:
    """The place of the greatest element."""
    return tf.argmax(x, axis)


def argmin(x: Any, axis: Any = -1) -> Any:
    """The place of the least element."""
    return tf.argmin(x, axis)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The logarithm of the sum of exponentials along axes."""
    return tf.reduce_logsumexp(x, axis, keepdims)


def cumsum(x: Any, axis: Any = 0) -> Any:
    """The sums of all elements up to each."""
    return tf.cumsum(x, axis=axis)


def cumprod(x: Any, axis: Any = 0) -> Any:
    """The products of all elements up to each."""
    return tf.cumprod(x, axis=axis)
