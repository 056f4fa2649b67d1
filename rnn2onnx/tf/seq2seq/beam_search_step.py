"""One step of a beam search: every continuation of every beam scored, the best kept."""

from __future__ import annotations

from typing import Any, NamedTuple

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import float32, int64
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.activations import log_softmax
from rnn2onnx.tf.ops.arithmetic import div, equal, logical_or, minimum
from rnn2onnx.tf.ops.elementwise import cast, log, logical_not
from rnn2onnx.tf.ops.filling import one_hot, ones_like
from rnn2onnx.tf.ops.gather_ops import gather
from rnn2onnx.tf.ops.joining import concat, stack
from rnn2onnx.tf.ops.reduction_ops import reduce_mean, reduce_sum
from rnn2onnx.tf.ops.reshaping import expand_dims, reshape
from rnn2onnx.tf.ops.selecting import where, where_v2
from rnn2onnx.tf.ops.shape_ops import shape, size
from rnn2onnx.tf.ops.sorting import top_k
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.seq2seq.attention_wrapper import AttentionWrapperState
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = ["BeamSearchDecoderOutput", "BeamSearchDecoderState"]


class BeamSearchDecoderState(NamedTuple):
    """The beams. Source: ``tf.contrib.seq2seq.BeamSearchDecoderState``.

    Attributes:
        cell_state: The state of the cell, [B, W, …].
        log_probs: [B, W], the sums of the logarithms of the probabilities.
        finished: bool[B, W].
        lengths: i64[B, W], the end token included.
        accumulated_attention_probs: [B, W, T], ``()`` without a coverage penalty.
    """

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any
    accumulated_attention_probs: Any


class BeamSearchDecoderOutput(NamedTuple):
    """What a step gives, each [B, W]. Source: ``tf.contrib.seq2seq.BeamSearchDecoderOutput``.

    Attributes:
        scores: Of the beams, the best first.
        predicted_ids: i32, what each chose.
        parent_ids: i32, the beam of the step before that each goes on with.
    """

    scores: Any
    predicted_ids: Any
    parent_ids: Any


class Penalties(NamedTuple):
    """What scores are corrected by: weights of the length and of the coverage of the memory; 0 is none."""

    length: Any
    coverage: Any


def beam_search_step(
    logits: Any,
    next_cell_state: Any,
    attention: Any,
    beams: BeamSearchDecoderState,
    rows: Tensor,
    end_token: Any,
    penalties: Penalties,
) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState]:
    """The beams after a step.

    Args:
        logits: [B, W, V].
        next_cell_state: The state of the cell after the step, [B * W, …].
        attention: What it read of the memory, [B, W, T]; None without a coverage penalty.
        beams: The beams before it.
        rows: i32[B, 1], the numbers of the rows.
        end_token: i32[].
        penalties: Of the scores.
    """
    width, vocabulary = logits.shape[1].value, logits.shape[-1].value or shape(logits)[-1]
    going = logical_not(beams.finished)
    ends = one_hot(end_token, vocabulary, on_value=True, off_value=False)

    # A finished beam goes on by its end token only, for free.
    least = logits.dtype.min
    free = where_v2(ends, convert_to_tensor(0.0, logits.dtype), convert_to_tensor(least, logits.dtype))
    step_log_probs = where_v2(expand_dims(beams.finished, 2), free, log_softmax(logits))
    total = expand_dims(beams.log_probs, 2) + step_log_probs
    longer = cast(logical_not(ends), int64) * expand_dims(cast(going, int64), 2)
    if attention is not None:
        read = attention * expand_dims(cast(going, float32), 2)
        attention = beams.accumulated_attention_probs + read
    scores = _get_scores(total, longer + expand_dims(beams.lengths, 2), penalties, beams.finished, attention)

    best, places = top_k(reshape(scores, stack([size(rows), width * vocabulary])), k=width)
    parents, ids = places // vocabulary, places % vocabulary
    kept = parents + rows * width
    finished = gather(reshape(beams.finished, [-1]), kept)
    state = BeamSearchDecoderState(
        cell_state=nest.map_structure(lambda leaf: _pick_if_beams(leaf, kept), next_cell_state),
        log_probs=gather(reshape(total, [-1]), places + rows * (width * vocabulary)),
        lengths=gather(reshape(beams.lengths, [-1]), kept) + cast(logical_not(finished), int64),
        finished=logical_or(finished, equal(ids, end_token)),
        accumulated_attention_probs=() if attention is None else gather(merged_beams(attention), kept),
    )
    return BeamSearchDecoderOutput(scores=best, predicted_ids=ids, parent_ids=parents), state


def merged_beams(x: Tensor) -> Tensor:
    """[B, W, …] as [B * W, …]."""
    lengths = shape(x)
    return reshape(x, concat([[lengths[0] * lengths[1]], lengths[2:]], 0))


def _pick_if_beams(leaf: Any, kept: Tensor) -> Any:
    """A leaf of the cell's state for the beams that are kept, [B, W, …]; TensorArrays and scalars as they are."""
    return leaf if isinstance(leaf, TensorArray) or not leaf.dims else gather(leaf, kept)


def _get_scores(
    log_probs: Tensor, lengths: Tensor, penalties: Penalties, finished: Tensor, attention: Tensor | None
) -> Tensor:
    """``log_probs / length penalty + coverage penalty``, [B, W, V].

    Source:
        Wu et al., Google's Neural Machine Translation System, 2016.
    """
    penalty = _length_penalty(lengths, penalties.length)
    scores = log_probs if penalty is None else log_probs / cast(penalty, log_probs.dtype)
    weight = convert_to_tensor(penalties.coverage)
    if weight.dims:
        raise ArgumentError(
            f"coverage_penalty_weight should be a scalar, but saw shape: {weight.shape}", user_location()
        )
    if constant_value(weight) == 0.0 or attention is None:
        return scores
    # A step of the memory that was never read is one past its length, and no reason for a penalty.
    reached = where(equal(attention, 0.0), ones_like(attention), attention)
    missed = reduce_sum(log(minimum(reached, 1.0)), 2) * cast(finished, float32)
    return scores + expand_dims(missed * weight, 2)


def _length_penalty(sequence_lengths: Tensor, penalty_factor: Any) -> Any:
    """``((5 + length) / 6) ** factor``; None for the factor 0."""
    factor = convert_to_tensor(penalty_factor)
    factor.set_shape(())
    if constant_value(factor) == 0:
        return None
    return div((5.0 + cast(sequence_lengths, float32)) ** factor, (5.0 + 1.0) ** factor)


def get_attention_probs(next_cell_state: Any, coverage_penalty_weight: Any) -> Any:
    """The alignments [B, W, T] in the state of a cell, their mean if there are several; None without a penalty.

    Raises:
        ValueError: There are none, but a coverage penalty.
    """
    if not isinstance(coverage_penalty_weight, Tensor) and coverage_penalty_weight == 0.0:
        return None
    states = [next_cell_state]
    if isinstance(next_cell_state, tuple) and not isinstance(next_cell_state, AttentionWrapperState):
        states = list(next_cell_state)
    found = [_mean(state.alignments) for state in states if isinstance(state, AttentionWrapperState)]
    if not found:
        raise ArgumentError(
            "coverage_penalty_weight must be 0.0 if no cell is attentional. The cell's state holds no alignments: wrap "
            "the cell in an AttentionWrapper.",
            user_location(),
        )
    return _mean(tuple(found))


def _mean(alignments: Any) -> Any:
    if not isinstance(alignments, tuple):
        return alignments
    return alignments[0] if len(alignments) == 1 else reduce_mean(stack(list(alignments), -1), -1)
