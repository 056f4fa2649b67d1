"""Embeddings, and dropout as it is at inference: nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.gather_ops import gather, positions
from rnn2onnx.tf.ops.joining import concat, stack
from rnn2onnx.tf.ops.norms import clip_by_norm
from rnn2onnx.tf.ops.reshaping import identity, transpose
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = ["dropout", "embedding_lookup"]


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows of a table at ``ids``.

    Args:
        params: The table [rows, ...], or a list of its parts.
        ids: Whole numbers of any shape.
        partition_strategy: How the rows are spread over the parts: ``mod`` deals them out in turn, ``div`` cuts the
            table into consecutive blocks.
        name: The result's name.
        validate_indices: No meaning.
        max_norm: Scale each row down to this norm.

    Raises:
        ArgumentError: There are no parts, or the strategy is another. DTypeError: the ids are no whole numbers.

    Source:
        ``tf.nn.embedding_lookup``.
    """
    parts = list(params) if isinstance(params, list | tuple) else [params]
    if not parts:
        raise ArgumentError("Need at least one param", user_location())
    if partition_strategy not in ("mod", "div"):
        raise ArgumentError(f"Unrecognized partition strategy: {partition_strategy}. Take mod or div.", user_location())
    places = positions(ids)
    table = parts[0] if len(parts) == 1 else _joined([convert_to_tensor(part) for part in parts], partition_strategy)
    rows = gather(table, places, name=name)
    if max_norm is None:
        return rows
    return clip_by_norm(rows, max_norm, list(range(len(places.dims), len(rows.dims))))


def _joined(parts: list[Tensor], strategy: str) -> Tensor:
    """The whole table of its parts."""
    if strategy == "div":
        return concat(parts, 0)
    lengths = [part.dims[0] for part in parts]
    if not all(isinstance(length, int) for length in lengths):
        raise ShapeError("The parts of an embedding need known numbers of rows.", user_location())
    counts = [int(length) for length in lengths]
    if len(set(counts)) == 1:
        dealt = transpose(stack(parts, 1), None, None) if not parts[0].dims[1:] else stack(parts, 1)
        return emit("reshape", dealt, convert_to_tensor(np.array([-1, *_inner(parts[0])], np.int64)))
    starts = np.cumsum([0, *counts])
    order = [starts[p] + row for row in range(max(counts)) for p in range(len(parts)) if row < counts[p]]
    return emit("gather", concat(parts, 0), convert_to_tensor(np.array(order, np.int64)), axis=0)


def _inner(part: Tensor) -> list[int]:
    if not all(isinstance(dim, int) for dim in part.dims[1:]):
        raise ShapeError("The parts of an embedding need rows of known shape.", user_location())
    return [int(dim) for dim in part.dims[1:]]


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: Any = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """The tensor itself: what dropout is when a trained model runs.

    Args:
        x: The tensor.
        keep_prob: 1, or not given.
        noise_shape: No meaning without randomness.
        seed: The same.
        name: The result's name.
        rate: 0, or not given.

    Raises:
        ArgumentError: Neither was given, the value is outside [0, 1], or it asks for elements to be dropped.

    Source:
        ``tf.nn.dropout``.
    """
    tensor = convert_to_tensor(x)
    if (keep_prob is None) == (rate is None):
        raise ArgumentError("You must provide a rate to dropout: exactly one of keep_prob and rate.", user_location())
    given = constant_value(rate if keep_prob is None else keep_prob)
    if given is None:
        raise ArgumentError(
            "dropout by a rate that is computed when the program runs: a compiled program has no randomness. "
            "Give keep_prob=1.",
            user_location(),
        )
    share = float(given) if keep_prob is None else 1 - float(given)
    if not 0 <= share < 1:
        raise ArgumentError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={share}", user_location()
        )
    if share:
        raise ArgumentError(
            f"dropout of {share:.3g} of the elements at random is for training only; a compiled program has no "
            "randomness. Give keep_prob=1 (rate=0), or leave dropout away when the model is built for inference.",
            user_location(),
        )
    return identity(tensor, name)
