"""How likely a conditional random field finds sequences of tags."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.crf.cells import CrfForwardRnnCell
from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.ops.array_ops import expand_dims, gather_nd, sequence_mask, shape, squeeze, stack, where, zeros_like
from rnn2onnx.tf.ops.gather_ops import batch_gather
from rnn2onnx.tf.ops.math_ops import less_equal, maximum, reduce_logsumexp, reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.dynamic_rnn import dynamic_rnn
from rnn2onnx.tf.variables.variable_scope import get_variable

__all__ = [
    "crf_binary_score",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
]


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Tensor:
    """What the tags of each row score by themselves: [batch].

    Args:
        tag_indices: The tags [batch, time].
        sequence_lengths: How many of them count: [batch].
        inputs: The score of each tag at each step: [batch, time, tags].

    Source:
        ``tf.contrib.crf.crf_unary_score``.
    """
    tags = convert_to_tensor(tag_indices)
    scores = squeeze(batch_gather(inputs, expand_dims(tags, -1)), [-1])
    return reduce_sum(scores * sequence_mask(sequence_lengths, maxlen=shape(tags)[1], dtype=float32), 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """What the steps from each tag to the next score: [batch].

    Args:
        tag_indices: The tags [batch, time].
        sequence_lengths: How many of them count: [batch].
        transition_params: What it scores to go from a tag to another: [tags, tags].

    Source:
        ``tf.contrib.crf.crf_binary_score``.
    """
    tags = convert_to_tensor(tag_indices)
    scores = gather_nd(transition_params, stack([tags[:, :-1], tags[:, 1:]], -1))
    counted = sequence_mask(sequence_lengths, maxlen=shape(tags)[1], dtype=float32)[:, 1:]
    return reduce_sum(scores * counted, 1)


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """What the tags of each row score: [batch].

    Args:
        inputs: The score of each tag at each step: [batch, time, tags].
        tag_indices: The tags [batch, time].
        sequence_lengths: How many of them count: [batch].
        transition_params: What it scores to go from a tag to another: [tags, tags].

    Source:
        ``tf.contrib.crf.crf_sequence_score``.
    """
    alone = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return alone + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(inputs: Any, tag_bitmap: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """What all tags that are allowed score, added up: [batch].

    Args:
        inputs: The score of each tag at each step: [batch, time, tags].
        tag_bitmap: Which of them are allowed: bool[batch, time, tags].
        sequence_lengths: How many steps count: [batch].
        transition_params: What it scores to go from a tag to another: [tags, tags].

    Source:
        ``tf.contrib.crf.crf_multitag_sequence_score``.
    """
    allowed = where(tag_bitmap, inputs, zeros_like(inputs) + float("-inf"))
    return crf_log_norm(allowed, sequence_lengths, transition_params)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """What all sequences of tags score, added up: [batch].

    Args:
        inputs: The score of each tag at each step: [batch, time, tags].
        sequence_lengths: How many steps count: [batch].
        transition_params: What it scores to go from a tag to another: [tags, tags].

    Source:
        ``tf.contrib.crf.crf_log_norm``.
    """
    scores, lengths = convert_to_tensor(inputs), convert_to_tensor(sequence_lengths)
    _, sums = dynamic_rnn(
        CrfForwardRnnCell(transition_params),
        scores[:, 1:],
        sequence_length=maximum(lengths - 1, 0),
        initial_state=scores[:, 0],
        dtype=float32,
    )
    norm = reduce_logsumexp(sums, [1])
    return where(less_equal(lengths, 0), zeros_like(norm), norm)


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Tensor, Any]:
    """The logarithm of how likely each row's tags are [batch], and what transitions score.

    Args:
        inputs: The score of each tag at each step: [batch, time, tags].
        tag_indices: The tags [batch, time].
        sequence_lengths: How many of them count: [batch].
        transition_params: What it scores to go from a tag to another; None for a variable ``transitions``.

    Source:
        ``tf.contrib.crf.crf_log_likelihood``; Lafferty et al., 2001.
    """
    scores = convert_to_tensor(inputs)
    if transition_params is None:
        tags = scores.shape[2].value
        transition_params = get_variable("transitions", [tags, tags])
    found = crf_sequence_score(scores, tag_indices, sequence_lengths, transition_params)
    return found - crf_log_norm(scores, sequence_lengths, transition_params), transition_params
