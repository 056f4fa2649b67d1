"""``tf.losses``: losses of a batch, weighted and joined to one number. They are values here, nothing is trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.arithmetic import add_n, div_no_nan, multiply
from rnn2onnx.tf.ops.cross_entropies import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
from rnn2onnx.tf.ops.elementwise import cast, number, to_float
from rnn2onnx.tf.ops.filling import ones_like
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.ops.reshaping import squeeze
from rnn2onnx.tf.ops.shape_ops import size
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import GraphKeys, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.shapes.agreement import agree, shown
from rnn2onnx.tf.shapes.shape_argument import length_of
from rnn2onnx.tf.shapes.static_value import one_of

__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]


class Reduction:
    """How the losses of a batch are joined. Source: ``tf.losses.Reduction``."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Every way."""
        return cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def validate(cls, key: str) -> None:
        """Returns when ``key`` is one of them.

        Raises:
            ArgumentError: It is none.
        """
        if key not in cls.all():
            raise ArgumentError(f"Invalid Reduction Key {key}. Take one of {', '.join(cls.all())}.", user_location())


_BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The losses times their weights, joined.

    Args:
        losses: One for each element.
        weights: A scalar, or of the rank of ``losses`` with lengths that are equal or 1.
        scope: No meaning.
        loss_collection: The collection the result is put into.
        reduction: One of ``Reduction``.

    Raises:
        ShapeError: The weights don't fit. ArgumentError: There is no such reduction.

    Source:
        ``tf.losses.compute_weighted_loss``.
    """
    Reduction.validate(reduction)
    given = convert_to_tensor(losses)
    each, share = to_float(given), to_float(weights)
    share = _fitting(share, each)
    weighted = multiply(each, share)
    result = cast(_joined(weighted, each, share, reduction), given.dtype)
    add_loss(result, loss_collection)
    return result


def _fitting(weights: Tensor, losses: Tensor) -> Tensor:
    if len(weights.dims) == len(losses.dims) + 1 and weights.dims[-1] == 1:
        weights = squeeze(weights, [-1])
    elif len(weights.dims) + 1 == len(losses.dims) and weights.dims:
        weights = emit("unsqueeze", weights, axes=(len(weights.dims),))
    same_rank = len(weights.dims) == len(losses.dims)
    clash = same_rank and any(
        isinstance(w, int) and isinstance(x, int) and w not in (1, x)
        for w, x in zip(weights.dims, losses.dims, strict=True)
    )
    if weights.dims and (not same_rank or clash):
        raise ShapeError(
            f"weights can not be broadcast to values: {shown(weights.dims)} and {shown(losses.dims)}.", user_location()
        )
    return weights


def _joined(weighted: Tensor, losses: Tensor, weights: Tensor, reduction: str) -> Tensor:
    if reduction == Reduction.NONE:
        return weighted
    total = reduce_sum(weighted)
    if reduction == Reduction.SUM:
        return total
    if reduction == Reduction.MEAN:
        return div_no_nan(total, reduce_sum(multiply(ones_like(losses), weights)))
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        return div_no_nan(total, to_float(size(losses)))
    counted = to_float(emit("not", emit("equal", weights, number(0, weights))))
    return div_no_nan(total, reduce_sum(multiply(ones_like(losses), counted)))


def _both(labels: Any, predictions: Any, what: str = "predictions") -> tuple[Tensor, Tensor]:
    if labels is None or predictions is None:
        raise ArgumentError(f"Argument `labels` and `{what}` must not be None.", user_location())
    target, guess = to_float(labels), to_float(predictions)
    agree(guess, target)
    return target, guess


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The distance of predictions and labels. Source: ``tf.losses.absolute_difference``."""
    target, guess = _both(labels, predictions)
    return compute_weighted_loss(emit("abs", emit("sub", guess, target)), weights, scope, loss_collection, reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The squared distance of predictions and labels. Source: ``tf.losses.mean_squared_error``."""
    target, guess = _both(labels, predictions)
    gap = emit("sub", guess, target)
    return compute_weighted_loss(emit("mul", gap, gap), weights, scope, loss_collection, reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of labels and predicted chances. Source: ``tf.losses.log_loss``."""
    target, guess = _both(labels, predictions)
    one, small = number(1, guess), number(epsilon, guess)
    hit = emit("mul", target, emit("log", emit("add", guess, small)))
    rest = emit("log", emit("add", emit("sub", one, guess), small))
    each = emit("sub", emit("neg", hit), emit("mul", emit("sub", one, target), rest))
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """Half the squared distance up to ``delta``, linear beyond. Source: ``tf.losses.huber_loss``."""
    target, guess = _both(labels, predictions)
    gap = emit("abs", emit("sub", guess, target))
    near = emit("minimum", gap, number(delta, gap))
    far = emit("mul", number(delta, gap), emit("sub", gap, near))
    each = emit("add", emit("mul", number(0.5, gap), emit("mul", near, near)), far)
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """How far each logit is from its label's side (0 or 1) of the margin. Source: ``tf.losses.hinge_loss``."""
    target, guess = _both(labels, logits, "logits")
    one = number(1, guess)
    side = emit("sub", emit("mul", number(2, guess), target), one)
    each = emit("relu", emit("sub", one, emit("mul", side, guess)))
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: Any = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
    dim: Any = None,
) -> Tensor:
    """1 - the product of labels and predictions summed along ``axis``. Source: ``tf.losses.cosine_distance``."""
    chosen = one_of(axis, dim, "axis", "dim")
    if chosen is None:
        raise ArgumentError("You must specify argument `axis`.", user_location())
    target, guess = _both(labels, predictions)
    alike = reduce_sum(emit("mul", target, guess), [chosen], True)
    return compute_weighted_loss(emit("sub", number(1, guess), alike), weights, scope, loss_collection, reduction)


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of labels and sigmoid(logits). Source: ``tf.losses.sigmoid_cross_entropy``."""
    x = convert_to_tensor(logits)
    target = cast(multi_class_labels, x.dtype)
    if label_smoothing:
        share = emit("mul", target, number(1 - label_smoothing, target))
        target = emit("add", share, number(0.5 * label_smoothing, target))
    each = sigmoid_cross_entropy_with_logits(labels=target, logits=x)
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of one-hot labels and softmax(logits). Source: ``tf.losses.softmax_cross_entropy``."""
    x = convert_to_tensor(logits)
    target = cast(onehot_labels, x.dtype)
    if label_smoothing:
        classes = emit("cast", length_of(target, 1), dtype=x.recorded.type.dtype)
        floor = emit("div", number(label_smoothing, x), classes)
        target = emit("add", emit("mul", target, number(1 - label_smoothing, x)), floor)
    each = softmax_cross_entropy_with_logits_v2(target, x)
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of ids as labels and softmax(logits). Source: ``tf.losses.sparse_softmax_cross_entropy``."""
    ids, x = convert_to_tensor(labels), convert_to_tensor(logits)
    if len(ids.dims) == len(x.dims):
        ids = squeeze(ids, [-1])
    each = sparse_softmax_cross_entropy_with_logits(labels=ids, logits=x)
    return compute_weighted_loss(each, weights, scope, loss_collection, reduction)


def add_loss(loss: Tensor, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Puts a loss into a collection. Source: ``tf.losses.add_loss``."""
    if loss_collection:
        get_default_graph().add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """The losses of a collection. Source: ``tf.losses.get_losses``."""
    return get_default_graph().get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The regularization losses. Source: ``tf.losses.get_regularization_losses``."""
    return get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Tensor:
    """The sum of the regularization losses, 0 if there are none. Source: ``tf.losses.get_regularization_loss``."""
    parts = get_regularization_losses(scope)
    return add_n(parts, name) if parts else convert_to_tensor(np.zeros((), np.float32))


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses. Source: ``tf.losses.get_total_loss``.

    Raises:
        ArgumentError: There are none.
    """
    parts = get_losses(scope)
    if add_regularization_losses:
        parts = parts + get_regularization_losses(scope)
    if not parts:
        raise ArgumentError("get_total_loss: no loss was recorded.", user_location())
    return add_n(parts, name)


__getattr__ = unknown("tf.losses")
