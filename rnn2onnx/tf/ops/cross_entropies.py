"""Losses of logits, one for each row or element."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.elementwise import cast, number, square
from rnn2onnx.tf.ops.gather_ops import positions
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.pairs import pair
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree, agree_lengths, shown
from rnn2onnx.tf.shapes.shape_argument import as_int64
from rnn2onnx.tf.shapes.static_value import axis_of, one_of

__all__ = [
    "l2_loss",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "sparse_softmax_cross_entropy_with_logits",
    "weighted_cross_entropy_with_logits",
]


def _given(labels: Any, logits: Any) -> None:
    if labels is None or logits is None:
        raise ArgumentError("Both labels and logits must be provided.", user_location())


def sparse_softmax_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Tensor:
    """-log(softmax(logits)) at each label. Source: ``tf.nn.sparse_softmax_cross_entropy_with_logits``.

    Raises:
        ShapeError: The labels don't have the shape of the logits without their last axis.
    """
    _given(labels, logits)
    ids, x = positions(labels), convert_to_tensor(logits)
    rank = len(ids.dims)
    if rank != len(x.dims) - 1:
        raise ShapeError(
            f"Rank mismatch: Rank of labels (received {rank}) should equal rank of logits minus 1 (received "
            f"{len(x.dims)}): {shown(ids.dims)} and {shown(x.dims)}.",
            user_location(),
        )
    for axis in range(rank):
        agree_lengths(ids, axis, x, axis, "labels and logits")
    each = emit("log_softmax", x, axis=rank)
    picked = emit("gather_nd", each, emit("unsqueeze", as_int64(ids), axes=(rank,)), batch_dims=rank)
    return emit("neg", picked, name=name)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: Any = None, name: str | None = None, dim: Any = None
) -> Tensor:
    """-sum(labels * log(softmax(logits))) along ``axis``, the last one by default.

    Source:
        ``tf.nn.softmax_cross_entropy_with_logits_v2``.
    """
    x = convert_to_tensor(logits)
    target = cast(labels, x.dtype)
    agree(target, x)
    chosen = one_of(axis, dim, "axis", "dim")
    place = axis_of(-1 if chosen is None else chosen, len(x.dims))
    product = emit("mul", target, emit("log_softmax", x, axis=place))
    return emit("neg", reduce_sum(product, place), name=name)


def softmax_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    dim: Any = -1,
    name: str | None = None,
    axis: Any = None,
) -> Tensor:
    """-sum(labels * log(softmax(logits))) along ``dim``. Source: ``tf.nn.softmax_cross_entropy_with_logits``."""
    _given(labels, logits)
    return softmax_cross_entropy_with_logits_v2(labels, logits, dim if axis is None else axis, name)


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Tensor:
    """The cross entropy of each label and sigmoid(logit). Source: ``tf.nn.sigmoid_cross_entropy_with_logits``."""
    _given(labels, logits)
    target, x = pair(labels, logits)
    agree(x, target)
    straight = emit("sub", emit("maximum", x, number(0, x)), emit("mul", x, target))
    return emit("add", straight, emit("softplus", emit("neg", emit("abs", x))), name=name)


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> Tensor:
    """The cross entropy with the true labels' part ``pos_weight`` times.

    Source:
        ``tf.nn.weighted_cross_entropy_with_logits``.
    """
    target, x = pair(one_of(labels, targets, "labels", "targets"), logits)
    agree(x, target)
    one = number(1, x)
    extra = emit("sub", convert_to_tensor(pos_weight, x.dtype), one)
    weight = emit("add", one, emit("mul", extra, target))
    tail = emit("add", emit("softplus", emit("neg", emit("abs", x))), emit("relu", emit("neg", x)))
    return emit("add", emit("mul", emit("sub", one, target), x), emit("mul", weight, tail), name=name)


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of squares. Source: ``tf.nn.l2_loss``."""
    total = reduce_sum(square(t))
    return emit("mul", total, convert_to_tensor(np.array(0.5, total.recorded.type.dtype)), name=name)
