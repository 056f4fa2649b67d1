"""Initial values of a cell's variables, put together from cuDNN's kernels and biases, of which each gate has two."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import DType, numpy_dtype
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.variables.drawn_initializer import DrawnInitializer, is_drawn
from rnn2onnx.tf.variables.draws import Array, Shape


class CanonicalKernel(DrawnInitializer):
    """Kernels ``[units, depth]`` and ``[units, units]`` of every gate, turned, below and beside each other.

    Args:
        each: The initializer of each of them.
        units: The number of units.
        hidden: Whether the last rows are for the hidden state.
    """

    def __init__(self, each: Any, units: int, hidden: bool) -> None:
        super().__init__()
        self._each, self._units, self._hidden = each, units, hidden

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        rows, columns = shape
        parts = [rows - self._units, self._units] if self._hidden else [rows]
        gates = range(columns // self._units)
        blocks = [
            [drawn(self._each, (self._units, depth), dtype, generator).T for _ in gates] for depth in parts if depth
        ]
        return np.asarray(np.block(blocks))


class CanonicalBias(DrawnInitializer):
    """The sum of the biases for the inputs and for the hidden state.

    Args:
        each: The initializer of each of them.
        count: How many there are.
    """

    def __init__(self, each: Any, count: int) -> None:
        super().__init__()
        self._each, self._count = each, count

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        parts = [drawn(self._each, shape, dtype, generator) for _ in range(self._count)]
        return np.asarray(np.sum(parts, axis=0))


def drawn(initializer: Any, shape: Shape, dtype: DType, generator: np.random.Generator) -> Array:
    """The array that an initializer gives, with a seed from ``generator`` if it has none of its own.

    Raises:
        ArgumentError: It gave a tensor whose value is known only when the program runs.
    """
    if is_drawn(initializer):
        array: Array = initializer.numpy(shape, numpy_dtype(dtype), int(generator.integers(1 << 31)))
        return array
    given = initializer(list(shape), dtype=dtype)
    known = constant_value(given) if isinstance(given, Tensor) else given
    if known is None:
        raise ArgumentError(
            f"The initializer {initializer!r} gave {given!r}, whose value is known only when the program runs. "
            "Give one that returns numbers.",
            user_location(),
        )
    return np.asarray(known)
