"""Seeded random arrays, and the checks of dtypes that go before drawing them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.dtypes import DType

Array = np.ndarray[Any, np.dtype[Any]]
Shape = tuple[int, ...]


def seeded(own: int | None, given: int) -> np.random.Generator:
    """The generator for an initializer's own seed, or for ``given`` where it has none."""
    # PCG64 takes no negative seeds, TensorFlow does.
    return np.random.Generator(np.random.PCG64((given if own is None else int(own)) % 2**64))


def floating(dtype: Any) -> DType:
    """``dtype`` as a DType.

    Raises:
        ArgumentError: It is no floating point type.
    """
    known = dtypes.as_dtype(dtype)
    if not known.is_floating:
        raise ArgumentError(f"Argument `dtype` is expected to be floating point. Received: {known}.")
    return known


def unfit(dtype: DType, value: Any) -> DTypeError:
    """The error of a value that has no place in ``dtype``."""
    return DTypeError(f"Expected {dtype.name}, but got {value!r} of type '{type(value).__name__}'.")


def uniform(generator: np.random.Generator, shape: Shape, low: Any, high: Any) -> Array:
    """f64[shape], uniform in [low, high)."""
    return np.asarray(float(low) + (float(high) - float(low)) * generator.random(shape))


def normal(generator: np.random.Generator, shape: Shape, mean: Any, stddev: Any) -> Array:
    """f64[shape], normally distributed."""
    return np.asarray(float(mean) + float(stddev) * generator.standard_normal(shape))


def truncated_normal(generator: np.random.Generator, shape: Shape, mean: Any, stddev: Any) -> Array:
    """f64[shape], normally distributed; what falls more than two ``stddev`` away from ``mean`` is drawn again."""
    drawn = generator.standard_normal(math.prod(shape))
    outside = np.flatnonzero(np.abs(drawn) > 2)
    while outside.size:
        drawn[outside] = generator.standard_normal(outside.size)
        outside = outside[np.abs(drawn[outside]) > 2]
    return (float(mean) + float(stddev) * drawn).reshape(shape)
