"""``BeamSearchDecoder``: the best sequences of a cell, found by keeping some of them in each step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Dim, user_location
from rnn2onnx.tf.dtypes import int32, int64
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.elementwise import cast
from rnn2onnx.tf.ops.filling import one_hot, zeros
from rnn2onnx.tf.ops.filling import range as range_of
from rnn2onnx.tf.ops.joining import concat, stack
from rnn2onnx.tf.ops.reduction_ops import reduce_all, reduce_max
from rnn2onnx.tf.ops.reshaping import expand_dims, reshape, tile
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.ops.shape_ops import shape, size
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.seq2seq.basic_decoder import check_output_layer, rnn_output_size
from rnn2onnx.tf.seq2seq.beam_search_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    Penalties,
    beam_search_step,
    get_attention_probs,
)
from rnn2onnx.tf.seq2seq.decoder import Decoder
from rnn2onnx.tf.seq2seq.gather_tree import gather_tree, gather_tree_from_array
from rnn2onnx.tf.seq2seq.sampling import embedding_function, start_and_end
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = ["BeamSearchDecoder", "FinalBeamSearchDecoderOutput"]


class FinalBeamSearchDecoderOutput(NamedTuple):
    """The sequences found. Source: ``tf.contrib.seq2seq.FinalBeamSearchDecoderOutput``.

    Attributes:
        predicted_ids: i32[B, T, W], the best first; [T, B, W] if time-major.
        beam_search_decoder_output: What the steps gave.
    """

    predicted_ids: Any
    beam_search_decoder_output: Any


class BeamSearchDecoder(Decoder):
    """Keeps the ``beam_width`` best beginnings of each row.

    Args:
        cell: One step, of B * W rows.
        embedding: The table, or a function of ids.
        start_tokens: i32[B].
        end_token: i32[]: a beam that chose it has finished.
        initial_state: A nest of tensors [B * W, …], such as ``tile_batch`` gives, and TensorArrays.
        beam_width: W.
        output_layer: A layer over the cell's output, or None.
        length_penalty_weight: How much long sequences are preferred; 0: not.
        coverage_penalty_weight: How much those are preferred that read all of the memory; 0: not.
        reorder_tensor_arrays: Whether TensorArrays of the cell's state are returned as tensors, in the order of the
            sequences found.

    Raises:
        TypeError: ``cell`` is no cell, or ``output_layer`` no layer.
        ValueError: ``start_tokens`` is no vector, or ``end_token`` no scalar.

    Source:
        ``tf.contrib.seq2seq.BeamSearchDecoder``.
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: Any = 0.0,
        coverage_penalty_weight: Any = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        assert_like_rnncell("cell", cell)
        check_output_layer(output_layer)
        self._cell = cell
        self._output_layer = output_layer
        self._beam_width = beam_width
        self._penalties = Penalties(length_penalty_weight, coverage_penalty_weight)
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens, self._end_token = start_and_end(start_tokens, end_token)
        self._batch_size = size(start_tokens)
        # Made before the loop, not in every step of it.
        self._row_numbers = expand_dims(range_of(self._batch_size), 1)
        self._all_beams = self._batch_size * beam_width
        self._rows: Dim | None = None
        self._initial_cell_state = nest.map_structure(self._maybe_split_batch_beams, initial_state, cell.state_size)
        self._start_tokens = tile(expand_dims(self._start_tokens, 1), [1, beam_width])
        self._start_inputs = self._embedding_fn(self._start_tokens)
        self._finished = self._first_beam(False, True, "bool")

    def _first_beam(self, on_value: Any, off_value: Any, dtype: Any) -> Tensor:
        """[B, W]: one value for the first beam, another for those that begin as its copies."""
        none = zeros([self._batch_size], dtype=int32)
        return one_hot(none, self._beam_width, on_value=on_value, off_value=off_value, dtype=dtype)

    @property
    def batch_size(self) -> Any:
        """i32[]: the number of rows, beams not counted."""
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams change places."""
        return True

    def _rnn_output_size(self) -> Any:
        return rnn_output_size(self._cell, self._output_layer)

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """[W] each."""
        beams = TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=beams, predicted_ids=beams, parent_ids=beams)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """Scores are of the dtype of the first state."""
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        scores = nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BeamSearchDecoderOutput(scores=scores, predicted_ids=int32, parent_ids=int32)

    def initialize(self, name: str | None = None) -> Any:
        """Of the beams only the first goes on; the others are its copies, without a chance."""
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        attention = get_attention_probs(self._initial_cell_state, self._penalties.coverage)
        state = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=self._first_beam(
                convert_to_tensor(0.0, dtype=dtype), convert_to_tensor(-np.inf, dtype=dtype), dtype
            ),
            finished=self._finished,
            lengths=zeros([self._batch_size, self._beam_width], dtype=int64),
            accumulated_attention_probs=() if attention is None else attention,
        )
        return self._finished, self._start_inputs, state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """A step of the cell for all beams, the best continuations, and their embeddings."""
        with get_default_graph().name_scope(name or "BeamSearchDecoderStep"):
            merged = nest.map_structure(lambda x: self._merge_batch_beams(x, x.shape[2:]), inputs)
            cell_state = nest.map_structure(self._maybe_merge_batch_beams, state.cell_state, self._cell.state_size)
            outputs, next_state = self._cell(merged, cell_state)
            outputs = nest.map_structure(lambda x: self._split_batch_beams(x, x.shape[1:]), outputs)
            split = nest.map_structure(self._maybe_split_batch_beams, next_state, self._cell.state_size)
            attention = get_attention_probs(split, self._penalties.coverage)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            found, beams = beam_search_step(
                outputs, next_state, attention, state, self._row_numbers, self._end_token, self._penalties
            )
            # Once all have finished, nothing is read: the end token may be in no table.
            ids = where_v2(reduce_all(beams.finished), self._start_tokens, found.predicted_ids)
        return found, beams, self._embedding_fn(ids), beams.finished

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """The sequences, by ``gather_tree``; TensorArrays of the state in their order."""
        longest = cast(reduce_max(final_state.lengths, axis=1), int32)
        predicted_ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder_tensor_arrays:
            cell_state = nest.map_structure(
                lambda leaf: self._maybe_sort_array_beams(leaf, outputs.parent_ids, final_state.lengths),
                final_state.cell_state,
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(predicted_ids, outputs), final_state

    def _static_batch(self) -> int | None:
        known = constant_value(self._batch_size)
        return None if known is None else int(known)

    def _merge_batch_beams(self, t: Any, s: Any = None) -> Tensor:
        """[B, W, …] as [B * W, …]."""
        known = self._static_batch()
        merged = reshape(t, _joined([self._all_beams], t, s, 2))
        rows = None if known is None else known * self._beam_width
        merged.set_shape(TensorShape([rows]).concatenate(_stated(s)))
        self._same_rows(merged)
        return merged

    def _split_batch_beams(self, t: Any, s: Any = None) -> Tensor:
        """[B * W, …] as [B, W, …].

        Raises:
            ValueError: The rows are known, and are not so many.
        """
        tensor = convert_to_tensor(t)
        split = reshape(tensor, _joined([self._batch_size, self._beam_width], tensor, s, 1))
        expected = TensorShape([self._static_batch(), self._beam_width]).concatenate(_stated(s))
        if not split.shape.is_compatible_with(expected):
            raise ArgumentError(
                "Unexpected behavior when reshaping between beam width and batch size. The reshaped tensor has shape: "
                f"{split.shape}. We expected it to have shape (batch_size, beam_width, depth) == {expected}. Perhaps "
                "you forgot to create a zero_state with batch_size=encoder_batch_size * beam_width?",
                user_location(),
            )
        split.set_shape(expected)
        self._same_rows(tensor)
        return split

    def _same_rows(self, tensor: Tensor) -> None:
        """Gives the length B * W one name wherever it stands."""
        if self._rows is None:
            self._rows = tensor.dims[0]
        elif isinstance(self._rows, str) or isinstance(tensor.dims[0], str):
            self._rows = tensor.graph.builder.unify(self._rows, tensor.dims[0])

    def _maybe_split_batch_beams(self, t: Any, s: Any) -> Any:
        return t if _without_axes(t) else self._split_batch_beams(t, s)

    def _maybe_merge_batch_beams(self, t: Any, s: Any) -> Any:
        return t if isinstance(t, TensorArray) or len(t.dims) < 2 else self._merge_batch_beams(t, s)

    def _maybe_sort_array_beams(self, t: Any, parent_ids: Tensor, sequence_length: Tensor) -> Any:
        """A TensorArray of rows [B * W, …] or [B, W, …] as a tensor in the order of the sequences found."""
        if not isinstance(t, TensorArray) or not self._has_beams(t.element_shape):
            return t
        rows = t.stack()
        row = shape(rows)[2:] if rows.dims[1] == self._rows else None
        return gather_tree_from_array(rows, parent_ids, sequence_length, row)

    def _has_beams(self, row: TensorShape) -> bool:
        """Whether rows of this shape can be taken apart into beams, as far as it is known."""
        if not row.ndims:
            return False
        rows, known = row.as_list(), self._static_batch()
        if known is None or rows[0] is None:
            return True
        if len(rows) > 1 and rows[1] is not None and (rows[0], rows[1]) == (known, self._beam_width):
            return True
        return bool(rows[0] == known * self._beam_width)


def _without_axes(t: Any) -> bool:
    return isinstance(t, TensorArray) or not convert_to_tensor(t).dims


def _joined(first: list[Any], t: Tensor, s: Any, axis: int) -> Tensor:
    """The shape ``first`` and then the lengths of ``t`` from ``axis`` on, which are ``s`` where that says all of it."""
    if isinstance(s, Tensor) and not s.dims and len(t.dims) == axis + 1:
        return stack([*first, s])
    known = _stated(s)
    if known.is_fully_defined() and t.shape[axis:].is_compatible_with(known):
        return stack([*first, *known.as_list()])
    return concat([first, shape(t)[axis:]], 0)


def _stated(s: Any) -> TensorShape:
    """A size that may be a tensor as a shape."""
    if not isinstance(s, Tensor):
        return TensorShape(s)
    known = constant_value(s)
    return TensorShape([None if known is None else int(known)]) if not s.dims else TensorShape(None)
