"""The cross entropy of lists of steps, and models that are built once for each of some lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.array_ops import reshape, shape
from rnn2onnx.tf.ops.math_ops import add_n, cast, reduce_sum
from rnn2onnx.tf.ops.nn_ops import sparse_softmax_cross_entropy_with_logits
from rnn2onnx.tf.recording.name_scope import name_scope
from rnn2onnx.tf.variables.variable_scope import get_variable_scope, variable_scope


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """The weighted cross entropy of each row ``[batch]``, over all steps.

    Args:
        logits: A tensor ``[batch, symbols]`` for each step.
        targets: Integers ``[batch]`` for each step.
        weights: Numbers ``[batch]`` for each step.
        average_across_timesteps: Whether the sum is divided by the sum of the weights.
        softmax_loss_function: Called in place of the cross entropy, with ``labels`` and ``logits``.
        name: A hint.

    Raises:
        ArgumentError: The lists have different lengths.

    Source:
        ``tf.contrib.legacy_seq2seq.sequence_loss_by_example``.
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ArgumentError(
            f"Lengths of logits, weights, and targets must be the same {len(logits)}, {len(weights)}, {len(targets)}.",
            user_location(),
        )
    with name_scope(name, "sequence_loss_by_example"):
        each = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                loss = sparse_softmax_cross_entropy_with_logits(labels=reshape(target, [-1]), logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            each.append(loss * weight)
        total = add_n(each)
        # The summand keeps rows without any weight from dividing by 0.
        return total / (add_n(list(weights)) + 1e-12) if average_across_timesteps else total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """``sequence_loss_by_example`` summed over rows, divided by their number if ``average_across_batch``.

    Source:
        ``tf.contrib.legacy_seq2seq.sequence_loss``.
    """
    with name_scope(name, "sequence_loss"):
        cost = reduce_sum(
            sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        )
        return cost / cast(shape(targets[0])[0], cost.dtype) if average_across_batch else cost


def model_with_buckets(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Sequence[Any], Sequence[Any]], Any],
    softmax_loss_function: Callable[..., Any] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[Any], list[Any]]:
    """The outputs and losses of a model for each pair of lengths, with the same variables.

    Args:
        encoder_inputs: The steps of the longest input.
        decoder_inputs: The steps of the longest output.
        targets: What each of these should be.
        weights: The weight of each.
        buckets: Pairs (steps of the encoder, steps of the decoder), the longest last.
        seq2seq: Gives outputs and a state for inputs of both.
        softmax_loss_function: As in ``sequence_loss``.
        per_example_loss: Whether losses are one number for each row.
        name: A hint.

    Raises:
        ArgumentError: A list is shorter than the last bucket.

    Source:
        ``tf.contrib.legacy_seq2seq.model_with_buckets``.
    """
    longest = buckets[-1]
    for what, given, least in (
        ("encoder_inputs", encoder_inputs, longest[0]),
        ("targets", targets, longest[1]),
        ("weights", weights, longest[1]),
    ):
        if len(given) < least:
            raise ArgumentError(
                f"Length of {what} ({len(given)}) must be at least that of last bucket ({least}).", user_location()
            )
    loss = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs: list[Any] = []
    losses: list[Any] = []
    with name_scope(name, "model_with_buckets"):
        for index, (read, written) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if index else None):
                made, _ = seq2seq(encoder_inputs[:read], decoder_inputs[:written])
                outputs.append(made)
                losses.append(
                    loss(made, targets[:written], weights[:written], softmax_loss_function=softmax_loss_function)
                )
    return outputs, losses
