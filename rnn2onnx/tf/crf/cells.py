"""The recurrences of a chain of tags, each step of which is a cell."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.ops.array_ops import expand_dims
from rnn2onnx.tf.ops.gather_ops import batch_gather
from rnn2onnx.tf.ops.math_ops import argmax, cast, reduce_logsumexp, reduce_max
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.cell import RNNCell

__all__ = ["CrfDecodeBackwardRnnCell", "CrfDecodeForwardRnnCell", "CrfForwardRnnCell"]


class _OverTags(RNNCell):
    """A cell whose inputs and state are a number for each tag.

    Args:
        transition_params: What it scores to go from a tag to another: [tags, tags].
    """

    def __init__(self, transition_params: Any) -> None:
        super().__init__()
        # A tensor of its own: a layer would list a variable as its weight.
        self._transitions = expand_dims(convert_to_tensor(transition_params), 0)

    @property
    def state_size(self) -> Any:
        """The number of tags."""
        return self._transitions.shape[1].value

    @property
    def output_size(self) -> Any:
        """The number of tags."""
        return self._transitions.shape[1].value


class CrfForwardRnnCell(_OverTags):
    """The scores of all ways to each tag, added up. Source: ``tf.contrib.crf.CrfForwardRnnCell``."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """The sums [batch, tags], twice."""
        sums = inputs + reduce_logsumexp(expand_dims(state, 2) + self._transitions, [1])
        return sums, sums


class CrfDecodeForwardRnnCell(_OverTags):
    """The best way to each tag. Source: ``tf.contrib.crf.CrfDecodeForwardRnnCell``."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """The tags before [batch, tags], and the scores."""
        scores = expand_dims(state, 2) + self._transitions
        return cast(argmax(scores, 1), int32), inputs + reduce_max(scores, [1])


class CrfDecodeBackwardRnnCell(RNNCell):
    """The tag before a tag. Source: ``tf.contrib.crf.CrfDecodeBackwardRnnCell``.

    Args:
        num_tags: The number of tags.
    """

    def __init__(self, num_tags: int | None) -> None:
        super().__init__()
        self._num_tags = num_tags

    @property
    def state_size(self) -> Any:
        """One: a tag's number."""
        return 1

    @property
    def output_size(self) -> Any:
        """One: a tag's number."""
        return 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """The tag's number [batch, 1], twice, looked up in the tags before each."""
        before = batch_gather(inputs, state)
        return before, before
