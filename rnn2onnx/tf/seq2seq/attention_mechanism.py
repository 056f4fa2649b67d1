"""What every attention mechanism is: a memory made ready once, and scores of a query made into alignments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import numpy_dtype
from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.ops.assertions import assert_positive
from rnn2onnx.tf.ops.filling import one_hot, sequence_mask
from rnn2onnx.tf.ops.reduction_ops import argmax
from rnn2onnx.tf.ops.reshaping import expand_dims
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.zero_state import _zero_state_tensors
from rnn2onnx.tf.seq2seq.decoder import not_defined
from rnn2onnx.tf.seq2seq.one_batch import one_batch
from rnn2onnx.tf.shapes.agreement import agree

__all__ = ["AttentionMechanism", "hardmax"]


class AttentionMechanism:
    """Says how much each step of a memory matters to a query. Source: ``tf.contrib.seq2seq.AttentionMechanism``."""

    @property
    def alignments_size(self) -> Any:
        """The number of steps of the memory."""
        raise not_defined(self, "alignments_size")

    @property
    def state_size(self) -> Any:
        """The size of what the mechanism carries from step to step."""
        raise not_defined(self, "state_size")


class _BaseAttentionMechanism(AttentionMechanism):
    """The memory, masked past its lengths, and the keys that a layer makes of it.

    Args:
        query_layer: A layer over queries, or None.
        memory: [B, T, …], or a nest of such; the lengths from the third on are known.
        probability_fn: ``(score [B, T], state)`` gives the alignments.
        memory_sequence_length: Integers [B], at least 1: steps past them count as zeros and get ``score_mask_value``.
        memory_layer: A layer over the memory.
        check_inner_dims_defined: Whether unknown lengths from the third on are an error.
        score_mask_value: The score of steps past the length; minus infinity by default.
        custom_key_value_fn: ``(keys, values)`` gives the two that are used.
        name: A hint.

    Raises:
        TypeError: A layer is none; ``probability_fn`` is no function.
        ValueError: The memory has unknown lengths.

    Source:
        ``_BaseAttentionMechanism`` of ``tf.contrib.seq2seq``'s attention_wrapper.
    """

    def __init__(
        self,
        query_layer: Any,
        memory: Any,
        probability_fn: Callable[..., Any],
        memory_sequence_length: Any = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: Any = None,
        custom_key_value_fn: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        for what, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not isinstance(layer, Layer):
                raise ArgumentTypeError(f"{what} is not a Layer: {type(layer).__name__}", user_location())
        if not callable(probability_fn):
            raise ArgumentTypeError(
                f"probability_fn must be callable, saw type: {type(probability_fn).__name__}", user_location()
            )
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        self.dtype = memory_layer.dtype
        if score_mask_value is None:
            score_mask_value = numpy_dtype(self.dtype).type(-np.inf)

        def masked(score: Any, state: Any) -> Any:
            return probability_fn(_maybe_mask_score(score, memory_sequence_length, score_mask_value, self._mask), state)

        self._probability_fn = masked
        self._mask: Tensor | None = None
        with get_default_graph().name_scope(name or "BaseAttentionMechanismInit"):
            self._values = _prepare_memory(memory, memory_sequence_length, check_inner_dims_defined)
            self._keys = self._values if memory_layer is None else memory_layer(self._values)
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = _length(self._keys, 0)
            self._alignments_size = _length(self._keys, 1)
            if memory_sequence_length is not None:
                # Made once, where the memory is, not in every step.
                self._mask = sequence_mask(memory_sequence_length, maxlen=shape(self._keys)[1])

    @property
    def memory_layer(self) -> Any:
        """The layer over the memory."""
        return self._memory_layer

    @property
    def query_layer(self) -> Any:
        """The layer over queries."""
        return self._query_layer

    @property
    def values(self) -> Any:
        """The memory, zeros past its lengths."""
        return self._values

    @property
    def keys(self) -> Any:
        """What queries are compared with."""
        return self._keys

    @property
    def batch_size(self) -> Any:
        """The rows of the memory: an int, or i32[] where it is not known."""
        return self._batch_size

    @property
    def alignments_size(self) -> Any:
        """The steps of the memory: an int, or i32[] where it is not known."""
        return self._alignments_size

    @property
    def state_size(self) -> Any:
        """The steps of the memory: the state is the last alignments."""
        return self._alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros [B, T]: the alignments before the first step."""
        return _zero_state_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Any:
        """The initial alignments."""
        return self.initial_alignments(batch_size, dtype)


def _length(tensor: Any, axis: int) -> Any:
    known = tensor.shape[axis].value
    return known if known else shape(tensor)[axis]


def _prepare_memory(memory: Any, memory_sequence_length: Any = None, check_inner_dims_defined: bool = True) -> Any:
    """A memory [B, T, …], or a nest of such, zeros past its lengths.

    Raises:
        ValueError: A length from the third on is unknown, and ``check_inner_dims_defined``.
    """
    memory = nest.map_structure(convert_to_tensor, memory)
    for part in nest.flatten(memory) if check_inner_dims_defined else []:
        if not part.get_shape()[2:].is_fully_defined():
            raise ArgumentError(
                f"Expected memory {part.name} to have fully defined inner dims, but saw shape: {part.get_shape()}. "
                "State its depth with memory.set_shape.",
                user_location(),
            )
    if memory_sequence_length is None:
        return memory
    lengths = convert_to_tensor(memory_sequence_length)
    one_batch(lengths, memory)
    first = nest.flatten(memory)[0]
    mask = sequence_mask(lengths, maxlen=shape(first)[1], dtype=first.dtype)

    def masked(part: Tensor) -> Tensor:
        column = mask
        for axis in range(2, len(part.dims)):
            column = expand_dims(column, axis)
        return part * column

    return nest.map_structure(masked, memory)


def _maybe_mask_score(
    score: Any, memory_sequence_length: Any = None, score_mask_value: Any = None, mask: Tensor | None = None
) -> Any:
    """Scores [B, T] with another value past the lengths; as they are without lengths.

    TensorFlow stops at a length below 1 that it finds when the model runs; here that is seen only where it is constant.

    Args:
        score: The scores.
        memory_sequence_length: Integers [B] or None.
        score_mask_value: The value past the lengths.
        mask: bool[B, T] of the lengths, if there is one already.
    """
    if memory_sequence_length is None:
        return score
    assert_positive(memory_sequence_length, message="All values in memory_sequence_length must be greater than zero.")
    if mask is None or mask.dims[1] != score.dims[1]:
        mask = sequence_mask(memory_sequence_length, maxlen=shape(score)[1])
    agree(mask, score)
    return where_v2(mask, score, convert_to_tensor(score_mask_value, score.dtype))


def hardmax(logits: Any, name: str | None = None) -> Tensor:
    """Rows of zeros with a one where the logit is greatest. Source: ``tf.contrib.seq2seq.hardmax``."""
    tensor = convert_to_tensor(logits)
    return one_hot(argmax(tensor, -1), _length(tensor, -1), dtype=tensor.dtype)
