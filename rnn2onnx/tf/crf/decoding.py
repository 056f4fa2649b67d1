"""The tags that a conditional random field finds best."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.tf.crf.cells import CrfDecodeBackwardRnnCell, CrfDecodeForwardRnnCell
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.ops.array_ops import concat, expand_dims, reverse_sequence, squeeze
from rnn2onnx.tf.ops.math_ops import argmax, cast, maximum, reduce_max
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.dynamic_rnn import dynamic_rnn

__all__ = ["crf_decode", "viterbi_decode"]


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Tensor, Tensor]:
    """The best tags int32[batch, time] and their scores [batch].

    Args:
        potentials: The score of each tag at each step: [batch, time, tags].
        transition_params: What it scores to go from a tag to another: [tags, tags].
        sequence_length: How many steps count: [batch].

    Source:
        ``tf.contrib.crf.crf_decode``; Viterbi, 1967.
    """
    scores, lengths = convert_to_tensor(potentials), convert_to_tensor(sequence_length)
    steps = maximum(lengths - 1, 0)
    before, last = dynamic_rnn(
        CrfDecodeForwardRnnCell(transition_params),
        scores[:, 1:],
        sequence_length=steps,
        initial_state=scores[:, 0],
        dtype=int32,
    )
    best = expand_dims(cast(argmax(last, 1), int32), -1)
    back, _ = dynamic_rnn(
        CrfDecodeBackwardRnnCell(last.shape[1].value),
        reverse_sequence(before, steps, seq_axis=1),
        sequence_length=steps,
        initial_state=best,
        dtype=int32,
    )
    tags = concat([best, squeeze(back, [2])], 1)
    return reverse_sequence(tags, lengths, seq_axis=1), reduce_max(last, 1)


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[Any], Any]:
    """The best tags of one sequence and their score, of arrays.

    Args:
        score: The score of each tag at each step: [time, tags].
        transition_params: What it scores to go from a tag to another: [tags, tags].

    Source:
        ``tf.contrib.crf.viterbi_decode``.
    """
    reached, before = score[0], []
    for given in score[1:]:
        ways = np.expand_dims(reached, 1) + transition_params
        before.append(np.argmax(ways, 0))
        reached = given + np.max(ways, 0)
    tags = [np.argmax(reached)]
    for step in reversed(before):
        tags.append(step[tags[-1]])
    return tags[::-1], np.max(reached)
