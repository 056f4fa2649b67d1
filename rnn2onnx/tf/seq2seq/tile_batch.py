"""``tile_batch``: every row repeated, for beams that begin as equals."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.reshaping import expand_dims, reshape, tile
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["tile_batch"]


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Each row of some tensors ``multiplier`` times in a row, as in a, a, b, b.

    Args:
        t: A nest of tensors [B, …].
        multiplier: How often.
        name: A hint.

    Returns:
        The nest of tensors [B * multiplier, …].

    Raises:
        ValueError: A tensor is a scalar.

    Source:
        ``tf.contrib.seq2seq.tile_batch``.
    """
    return nest.map_structure(lambda leaf: _tile_batch(leaf, multiplier), t)


def _tile_batch(t: Any, multiplier: int) -> Tensor:
    x = convert_to_tensor(t)
    if not x.dims:
        raise ArgumentError(
            f"t must have statically known rank, and rows to repeat: {x!r} is a scalar.", user_location()
        )
    lengths, rows = shape(x), x.shape[0].value
    tiled = tile(expand_dims(x, 1), [1, multiplier, *[1] * (len(x.dims) - 1)])
    tiled = reshape(tiled, concat([[lengths[0] * multiplier], lengths[1:]], 0))
    tiled.set_shape(TensorShape([None if rows is None else rows * multiplier]).concatenate(x.shape[1:]))
    return tiled
