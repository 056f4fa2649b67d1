"""Random tensors. They are for the initial values of variables: no compiled program draws numbers."""

from __future__ import annotations

import zlib
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import dtype_of, element_dtype
from rnn2onnx.tf.shapes.shape_argument import shape_vector
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = ["random_normal", "random_uniform", "truncated_normal"]


def random_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Tensor:
    """Normally distributed numbers. Source: ``tf.random_normal``."""
    return _drawn("normal", shape, mean, stddev, dtype, seed, name or "random_normal")


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Tensor:
    """Normally distributed numbers at most two standard deviations from the mean. Source: ``tf.truncated_normal``."""
    return _drawn("truncated_normal", shape, mean, stddev, dtype, seed, name or "truncated_normal")


def random_uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Tensor:
    """Numbers of equal chance from ``minval`` up to ``maxval``, which floats may leave out: 1.

    Raises:
        ArgumentError: Integers without ``maxval``.

    Source:
        ``tf.random_uniform``.
    """
    kind = dtype_of(dtype)
    if maxval is None:
        if kind.is_integer:
            raise ArgumentError(f"Must specify maxval for integer dtype {kind.name}", user_location())
        maxval = 1
    if not kind.is_integer:
        return _drawn("uniform", shape, minval, maxval, kind, seed, name or "random_uniform")
    # Drawn from 0 on: cutting off a negative number would round up.
    least, most = int(_number(minval)), int(_number(maxval))
    drawn = _drawn("uniform", shape, 0, most - least, kind, seed, name or "random_uniform")
    return emit("add", drawn, convert_to_tensor(least, kind))


def _number(given: Any) -> float:
    known = constant_value(given)
    if known is None or known.ndim:
        raise ArgumentTypeError(f"The parameters of a random distribution are numbers, not {given!r}.", user_location())
    return float(known)


def _drawn(distribution: str, shape: Any, a: Any, b: Any, dtype: Any, seed: Any, name: str) -> Tensor:
    graph = get_default_graph()
    full = graph.unique_name(name, mark_as_used=False)
    given = int(_number(seed)) if seed is not None else zlib.crc32(full.encode())
    both = given if graph.seed is None else given * 1_000_003 + graph.seed
    return emit(
        "random",
        shape_vector(shape),
        name=name,
        distribution=distribution,
        a=_number(a),
        b=_number(b),
        seed=both % 2**63,
        dtype=element_dtype(dtype),
    )
