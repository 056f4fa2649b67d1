"""Records a function of tensors and compares what it gives with a function of arrays.

Each comparison is made twice: with placeholders whose lengths are all known, and with ones whose lengths are not, as
padding, splits and slices are recorded in another way there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx import tf
from tests.tf.recording import values


def leaves(nest: Any) -> list[Any]:
    """The leaves of nested lists and tuples."""
    return [leaf for item in nest for leaf in leaves(item)] if isinstance(nest, list | tuple) else [nest]


def same(
    build: Callable[..., Any],
    expected: Callable[..., Any],
    *arrays: Any,
    tolerance: float = 1e-5,
    static_only: bool = False,
) -> None:
    """Asserts that ``build`` of tensors gives the dtypes, shapes and elements of ``expected`` of arrays.

    Args:
        build: A function of tensors.
        expected: A function of arrays that gives as many leaves.
        *arrays: The operands.
        tolerance: The error allowed, relative to ``1 + |value|``.
        static_only: Leave away the run with unknown lengths.
    """
    operands = [np.asarray(array) for array in arrays]
    want = [np.asarray(leaf) for leaf in leaves(expected(*operands))]
    for known in (True,) if static_only else (True, False):
        with tf.Graph().as_default():
            tensors = [
                tf.placeholder(a.dtype, a.shape if known else [None] * a.ndim, f"x{i}") for i, a in enumerate(operands)
            ]
            outputs = [tf.convert_to_tensor(leaf) for leaf in leaves(build(*tensors))]
            feeds = {f"x{i}": a for i, a in enumerate(operands)}
            got = values(outputs, feeds)
            assert len(got) == len(want)
            for tensor, array, wanted in zip(outputs, got, want, strict=True):
                compare(tensor, array, wanted, known, tolerance)


def compare(tensor: Any, array: np.ndarray, wanted: np.ndarray, known: bool, tolerance: float) -> None:
    assert array.dtype == wanted.dtype
    assert array.shape == wanted.shape
    assert all(said in (None, found) for said, found in zip(tensor.shape.as_list(), array.shape, strict=True))
    np.testing.assert_allclose(array, wanted, rtol=tolerance, atol=tolerance)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Standard normal float32 values."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def integers(*shape: int, low: int = -9, high: int = 10, seed: int = 0) -> np.ndarray:
    """int32 values from ``low`` up to, not including, ``high``."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.int32)
