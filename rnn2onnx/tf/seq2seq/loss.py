"""``sequence_loss``: the cross entropy of sequences of logits, weighted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.arithmetic import div_no_nan
from rnn2onnx.tf.ops.cross_entropies import sparse_softmax_cross_entropy_with_logits
from rnn2onnx.tf.ops.elementwise import cast
from rnn2onnx.tf.ops.joining import stack
from rnn2onnx.tf.ops.reduction_ops import count_nonzero, reduce_sum
from rnn2onnx.tf.ops.reshaping import reshape
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = ["sequence_loss"]


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross entropies of targets, summed and divided by the sum or the number of weights.

    Args:
        logits: [B, T, V].
        targets: Integers [B, T].
        weights: [B, T].
        average_across_timesteps: Whether to sum over T and divide by the sum of the weights.
        average_across_batch: The same over B.
        sum_over_timesteps: Whether to sum over T and divide by the number of weights that are not 0.
        sum_over_batch: The same over B.
        softmax_loss_function: ``(labels, logits)`` in place of the cross entropy.
        name: A hint.

    Raises:
        ValueError: Ranks are others, or two ways to reduce an axis are asked for.

    Source:
        ``tf.contrib.seq2seq.sequence_loss``.
    """
    logits, targets, weights = (convert_to_tensor(given) for given in (logits, targets, weights))
    for what, tensor, axes in (
        ("Logits", logits, "[batch_size x sequence_length x logits]"),
        ("Targets", targets, "[batch_size x sequence_length]"),
        ("Weights", weights, "[batch_size x sequence_length]"),
    ):
        if len(tensor.dims) != axes.count(" x ") + 1:
            raise ArgumentError(f"{what} must be a {axes} tensor, not {tensor!r}", user_location())
    for axis, averaged, summed in (
        ("timesteps", average_across_timesteps, sum_over_timesteps),
        ("batch", average_across_batch, sum_over_batch),
    ):
        if averaged and summed:
            raise ArgumentError(
                f"average_across_{axis} and sum_over_{axis} cannot be set to True at same time.", user_location()
            )
    entropy = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
    lengths = shape(logits)
    flat = entropy(labels=reshape(targets, [-1]), logits=reshape(logits, stack([-1, lengths[2]])))
    losses = flat * reshape(weights, [-1])
    if average_across_timesteps and average_across_batch:
        return div_no_nan(reduce_sum(losses), reduce_sum(weights))
    if sum_over_timesteps and sum_over_batch:
        return div_no_nan(reduce_sum(losses), cast(count_nonzero(weights), losses.dtype))
    losses = reshape(losses, lengths[:2])
    if average_across_timesteps or average_across_batch:
        axis_of_mean = [0] if average_across_batch else [1]
        return div_no_nan(reduce_sum(losses, axis=axis_of_mean), reduce_sum(weights, axis=axis_of_mean))
    if sum_over_timesteps or sum_over_batch:
        axis_of_sum = [0] if sum_over_batch else [1]
        count = cast(count_nonzero(weights, axis=axis_of_sum), losses.dtype)
        return div_no_nan(reduce_sum(losses, axis=axis_of_sum), count)
    return losses
