"""``keras.backend``: new tensors and variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx import tf
from rnn2onnx.keras.backend.settings import floatx


def placeholder(
    shape: Any = None, ndim: Any = None, dtype: Any = None, sparse: bool = False, name: Any = None, ragged: bool = False
) -> Any:
    """An input of the program. Source: ``keras.backend.placeholder``."""
    lengths = (None,) * ndim if shape is None and ndim else shape
    return tf.placeholder(dtype or floatx(), lengths, name=name)


def variable(value: Any, dtype: Any = None, name: Any = None, constraint: Any = None) -> Any:
    """A variable that starts with a value. Source: ``keras.backend.variable``."""
    return tf.Variable(value, dtype=tf.as_dtype(dtype or floatx()), name=name, constraint=constraint)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """A constant. Source: ``keras.backend.constant``."""
    return tf.constant(value, dtype=dtype or floatx(), shape=shape, name=name or "Const")


def zeros(shape: Any, dtype: Any = None, name: Any = None) -> Any:
    """Zeros: a variable where the shape is known, else a tensor. Source: ``keras.backend.zeros``."""
    return _filled(tf.zeros, shape, dtype, name)


def ones(shape: Any, dtype: Any = None, name: Any = None) -> Any:
    """Ones: a variable where the shape is known, else a tensor. Source: ``keras.backend.ones``."""
    return _filled(tf.ones, shape, dtype, name)


def _filled(make: Any, shape: Any, dtype: Any, name: Any) -> Any:
    made = make(shape, tf.as_dtype(dtype or floatx()))
    return variable(made, dtype=dtype, name=name) if made.shape.is_fully_defined() else made


def eye(size: Any, dtype: Any = None, name: Any = None) -> Any:
    """A unit matrix, a variable."""
    rows, columns = size if isinstance(size, list | tuple) else (size, size)
    return variable(np.eye(rows, columns), dtype, name)


def zeros_like(x: Any, dtype: Any = None, name: Any = None) -> Any:
    """Zeros in the shape of ``x``."""
    return tf.zeros_like(x, dtype=dtype, name=name)


def ones_like(x: Any, dtype: Any = None, name: Any = None) -> Any:
    """Ones in the shape of ``x``."""
    return tf.ones_like(x, dtype=dtype, name=name)


def identity(x: Any, name: Any = None) -> Any:
    """``x`` as another tensor."""
    return tf.identity(x, name=name)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """``start``, ``start + step`` and so on, before ``stop``; from 0 if only one number is given."""
    first, last = (0, start) if stop is None and not tf.is_tensor(start) else (start, stop)
    return tf.cast(tf.range(first, last, step), dtype)


def one_hot(indices: Any, num_classes: Any) -> Any:
    """1 at each index, else 0."""
    return tf.one_hot(indices, depth=num_classes, axis=-1)
