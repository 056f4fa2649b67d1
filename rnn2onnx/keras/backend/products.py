"""``keras.backend``: products of matrices and batches of them."""

from __future__ import annotations

import builtins
import string
from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location


def dot(x: Any, y: Any) -> Any:
    """The last axis of ``x`` times the last but one of ``y``. Source: ``keras.backend.dot``."""
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    if len(x.dims) == len(y.dims) == 2:
        return tf.matmul(x, y)
    return tf.tensordot(x, y, [[len(x.dims) - 1], [builtins.max(len(y.dims) - 2, 0)]])


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """For each row of the batch, one axis of ``x`` times one of ``y``; ``[batch, 1]`` for two matrices.

    Args:
        x: ``[batch, ...]``.
        y: ``[batch, ...]``.
        axes: The axis of both, or one for each; None: the last of ``x``, and the last but one of ``y`` if it has three.

    Raises:
        ArgumentError: A tensor has no axis besides the batch, or the axis is that of the batch.

    Source:
        ``keras.backend.batch_dot``.
    """
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    ranks = [len(x.dims), len(y.dims)]
    if builtins.min(ranks) < 2:
        raise ArgumentError(
            f"Can not do batch_dot on inputs with rank < 2. Received inputs with tf.shapes {x.shape} and {y.shape}.",
            user_location(),
        )
    if axes is None:
        axes = [ranks[0] - 1, ranks[1] - (1 if ranks[1] == 2 else 2)]
    chosen = [a % rank for a, rank in zip([axes, axes] if isinstance(axes, int) else axes, ranks, strict=True)]
    if 0 in chosen:
        raise ArgumentError(
            "Cannot perform batch_dot over axis 0. If your inputs are not batched, add a dummy batch dimension to your "
            "inputs using K.expand_dims(x, 0)",
            user_location(),
        )
    letters = iter(string.ascii_lowercase)
    batch, shared = next(letters), next(letters)
    names = []
    for rank, axis in zip(ranks, chosen, strict=True):
        names.append([batch if place == 0 else shared if place == axis else next(letters) for place in range(rank)])
    kept = [name for one in names for name in one if name not in (batch, shared)]
    result = tf.einsum(f"{''.join(names[0])},{''.join(names[1])}->{batch}{''.join(kept)}", x, y)
    return result if kept else tf.expand_dims(result, -1)


def transpose(x: Any) -> Any:
    """``x`` with its axes the other way round."""
    return tf.transpose(x)


def gather(reference: Any, indices: Any) -> Any:
    """Rows by number."""
    return tf.gather(reference, indices)
