"""Regularizers of ``tf.contrib.layers``: functions of a variable, which only training runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import GraphKeys, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.variable_store import no_regularizer

__all__ = ["apply_regularization", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "sum_regularizer"]

Regularizer = Callable[[Any], Any]


def _scale(scale: Any, what: str) -> float:
    if isinstance(scale, bool) or not isinstance(scale, float | int):
        raise ArgumentError(f"{what} must be a number, got {scale!r}", user_location())
    if scale < 0:
        raise ArgumentError(f"Setting a scale less than 0 on a regularizer: {scale}.", user_location())
    return float(scale)


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """``scale`` times the sum of absolute values; for 0 none. Source: ``tf.contrib.layers.l1_regularizer``."""
    factor = _scale(scale, "l1_regularizer's scale")
    return (lambda weights: reduce_sum(abs(convert_to_tensor(weights))) * factor) if factor else no_regularizer


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """``scale / 2`` times the sum of squares; for 0 none. Source: ``tf.contrib.layers.l2_regularizer``."""
    factor = _scale(scale, "l2_regularizer's scale") / 2

    def loss(weights: Any) -> Tensor:
        tensor = convert_to_tensor(weights)
        return reduce_sum(tensor * tensor) * factor

    return loss if factor else no_regularizer


def sum_regularizer(regularizer_list: Sequence[Any], scope: str | None = None) -> Regularizer | None:
    """The sum of what some regularizers give; None for none. Source: ``tf.contrib.layers.sum_regularizer``."""
    used = [one for one in regularizer_list if one is not None and one is not no_regularizer]
    if not used:
        return None

    def loss(weights: Any) -> Any:
        terms = [one(weights) for one in used]
        return sum(terms[1:], terms[0])

    return loss


def l1_l2_regularizer(scale_l1: Any = 1.0, scale_l2: Any = 1.0, scope: str | None = None) -> Regularizer | None:
    """Both. Source: ``tf.contrib.layers.l1_l2_regularizer``."""
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)])


def apply_regularization(regularizer: Any, weights_list: Sequence[Any] | None = None) -> Any:
    """The sum of what a regularizer gives for some variables, listed as a regularization loss.

    Source:
        ``tf.contrib.layers.apply_regularization``.
    """
    graph = get_default_graph()
    given = graph.get_collection(GraphKeys.WEIGHTS) if weights_list is None else list(weights_list)
    if not given:
        raise ArgumentError("No weights to regularize.", user_location())
    terms = [regularizer(weights) for weights in given]
    total = sum(terms[1:], terms[0])
    graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total
