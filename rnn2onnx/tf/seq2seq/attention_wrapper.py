"""``AttentionWrapper``: a cell that reads a memory after each step, and what it read in the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.layers.dense import Dense
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.assertions import assert_equal
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reshaping import expand_dims, squeeze
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.zero_state import _zero_state_tensors, zero_state_of
from rnn2onnx.tf.seq2seq.attention_mechanism import AttentionMechanism
from rnn2onnx.tf.seq2seq.one_batch import one_batch
from rnn2onnx.tf.shapes.agreement import agree
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["AttentionWrapper", "AttentionWrapperState"]


class AttentionWrapperState(NamedTuple):
    """The state of an ``AttentionWrapper``. Source: ``tf.contrib.seq2seq.AttentionWrapperState``.

    Attributes:
        cell_state: That of the cell inside.
        attention: What was read in the last step.
        time: i32[]: the number of steps.
        alignments: [B, T] of the last step; a tuple if there are several mechanisms.
        alignment_history: A TensorArray of the alignments of all steps, ``()`` unless asked for; or a tuple of them.
        attention_state: What the mechanism carries; or a tuple.
    """

    cell_state: Any
    attention: Any
    time: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """This state with some fields replaced by others of the same structure and shapes.

        Raises:
            ValueError: A shape is another one.
        """
        changed = self._replace(**kwargs)
        nest.assert_same_structure(self, changed)
        for old, new in zip(nest.flatten(self), nest.flatten(changed), strict=True):
            if old is not new and isinstance(old, Tensor) and isinstance(new, Tensor):
                agree(old, new)
        return changed


def _compute_attention(
    attention_mechanism: Any, cell_output: Any, attention_state: Any, attention_layer: Any
) -> tuple[Any, Any, Any]:
    """What is read from a memory for an output of the cell: ``(attention, alignments, attention state)``."""
    alignments, next_state = attention_mechanism(cell_output, state=attention_state)
    context = squeeze(matmul(expand_dims(alignments, 1), attention_mechanism.values), [1])
    if attention_layer is None:
        return context, alignments, next_state
    return attention_layer(concat([cell_output, context], 1)), alignments, next_state


class AttentionWrapper(RNNCell):
    """A cell around a cell: its input is joined with what was read before, and its output asks the memory.

    Args:
        cell: The cell inside.
        attention_mechanism: An ``AttentionMechanism``, or a list of them.
        attention_layer_size: The width of a layer (variable ``attention_layer/kernel``) over the output and what was
            read, which gives the attention; a list of them for a list of mechanisms. None: the attention is what was
            read.
        alignment_history: Whether the state keeps the alignments of all steps.
        cell_input_fn: ``(inputs, attention)`` gives the input of the cell; joined by default.
        output_attention: Whether the output is the attention; otherwise that of the cell.
        initial_cell_state: The cell's state in ``zero_state``.
        name: The name of the scope of its variables.
        attention_layer: Layers instead of ``attention_layer_size``.
        attention_fn: ``(mechanism, cell_output, attention_state, attention_layer)`` gives ``(attention, alignments,
            attention_state)``, in place of what is described here.
        dtype: Of the cell.

    Raises:
        TypeError: ``cell`` is no cell, a mechanism none, or ``cell_input_fn`` no function.
        ValueError: Layers and mechanisms differ in number, or both ways to say layers are used.

    Source:
        ``tf.contrib.seq2seq.AttentionWrapper``.
    """

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[..., Any] | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
        attention_fn: Callable[..., Any] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, list | tuple)
        self._attention_mechanisms = _mechanisms(attention_mechanism)
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise ArgumentTypeError(
                f"cell_input_fn must be callable, saw type: {type(cell_input_fn).__name__}", user_location()
            )
        self._cell = cell
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: concat([inputs, attention], -1))
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._attention_fn = attention_fn or _compute_attention
        self._attention_layers = _layers(attention_layer_size, attention_layer, self._attention_mechanisms)
        self._attention_layer_size = self._size_of_attention(attention_layer_size)
        self._initial_cell_state = initial_cell_state
        if initial_cell_state is not None:
            self._check_batch(
                _rows_of(nest.flatten(initial_cell_state)[-1]),
                f"When constructing AttentionWrapper {self._base_name}: Non-matching batch sizes between the memory "
                "(encoder output) and initial_cell_state. Are you using the BeamSearchDecoder? You may need to tile "
                "your initial state via the tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width.",
            )
            one_batch(self._keys(), initial_cell_state)

    def _size_of_attention(self, sizes: Any) -> int:
        if sizes is not None:
            return sum(_listed(sizes))
        depths = [mechanism.values.shape[-1].value for mechanism in self._attention_mechanisms]
        if self._attention_layers is None:
            return sum(depths)
        joined = [TensorShape([None, self._cell.output_size + depth]) for depth in depths]
        shapes = [
            layer.compute_output_shape(width) for layer, width in zip(self._attention_layers, joined, strict=True)
        ]
        return sum(int(TensorShape(found).as_list()[-1] or 0) for found in shapes)

    def _keys(self) -> list[Any]:
        return [getattr(mechanism, "keys", None) for mechanism in self._attention_mechanisms]

    def _check_batch(self, batch_size: Any, message: str) -> None:
        for mechanism in self._attention_mechanisms:
            assert_equal(batch_size, mechanism.batch_size, message=message)

    def _item_or_tuple(self, seq: Any) -> Any:
        items = tuple(seq)
        return items if self._is_multi else items[0]

    @property
    def output_size(self) -> Any:
        """The width of the attention, or the cell's output size."""
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """The sizes of the state."""
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(a.alignments_size for a in mechanisms),
            attention_state=self._item_or_tuple(a.state_size for a in mechanisms),
            alignment_history=self._item_or_tuple(
                a.alignments_size if self._alignment_history else () for a in mechanisms
            ),
        )

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """The state before the first step.

        Args:
            batch_size: An int or integer scalar: the rows of the memory.
            dtype: The dtype of every leaf.

        Raises:
            InvalidArgumentError: The memory has other rows, as far as both are known.
        """
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            if self._initial_cell_state is not None:
                cell_state = self._initial_cell_state
            else:
                cell_state = zero_state_of(self._cell, batch_size, dtype)
            self._check_batch(
                batch_size,
                f"When calling zero_state of AttentionWrapper {self._base_name}: Non-matching batch sizes between the "
                "memory (encoder output) and the requested batch size. Are you using the BeamSearchDecoder? If so, "
                "make sure your encoder output has been tiled to beam_width via tf.contrib.seq2seq.tile_batch, and "
                "the batch_size= argument passed to zero_state is batch_size * beam_width.",
            )
            mechanisms = self._attention_mechanisms
            alignments = [mechanism.initial_alignments(batch_size, dtype) for mechanism in mechanisms]
            state = AttentionWrapperState(
                cell_state=cell_state,
                time=zeros([], dtype=int32),
                attention=_zero_state_tensors(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(m.initial_state(batch_size, dtype) for m in mechanisms),
                alignment_history=self._item_or_tuple(self._history(first, dtype) for first in alignments),
            )
            one_batch(self._keys(), cell_state, state.attention, state.alignments)
        return state

    def _history(self, alignments: Any, dtype: Any) -> Any:
        if not self._alignment_history:
            return ()
        return TensorArray(dtype, size=0, dynamic_size=True, element_shape=alignments.shape)

    def call(self, inputs: Any, state: Any) -> tuple[Any, AttentionWrapperState]:
        """One step of the cell, and what its output reads.

        Args:
            inputs: A tensor [B, …], or whatever ``cell_input_fn`` takes.
            state: An ``AttentionWrapperState``.

        Raises:
            TypeError: ``state`` is of another class.
            InvalidArgumentError: The memory has other rows, as far as both are known.
        """
        if not isinstance(state, AttentionWrapperState):
            raise ArgumentTypeError(
                f"Expected state to be instance of AttentionWrapperState. Received type {type(state)} instead. Begin "
                "with the wrapper's zero_state(batch_size, dtype), and put an encoder's state into it by "
                ".clone(cell_state=...).",
                user_location(),
            )
        cell_output, next_cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        self._check_batch(
            _rows_of(cell_output),
            f"When applying AttentionWrapper {self.name}: Non-matching batch sizes between the memory (encoder output) "
            "and the query (decoder output). Are you using the BeamSearchDecoder? You may need to tile your memory "
            "input via the tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width.",
        )
        one_batch(self._keys(), cell_output)
        count = len(self._attention_mechanisms)
        states = state.attention_state if self._is_multi else (state.attention_state,)
        histories = state.alignment_history if self._is_multi else (state.alignment_history,)
        read = [
            self._attention_fn(mechanism, cell_output, before, layer)
            for mechanism, before, layer in zip(
                self._attention_mechanisms, states, self._attention_layers or (None,) * count, strict=True
            )
        ]
        attention = concat([found for found, _, _ in read], 1)
        if self._alignment_history:
            histories = [
                history.write(state.time, alignments)
                for history, (_, alignments, _) in zip(histories, read, strict=True)
            ]
        next_state = AttentionWrapperState(
            time=state.time + 1,
            cell_state=next_cell_state,
            attention=attention,
            attention_state=self._item_or_tuple(after for _, _, after in read),
            alignments=self._item_or_tuple(alignments for _, alignments, _ in read),
            alignment_history=self._item_or_tuple(histories),
        )
        return attention if self._output_attention else cell_output, next_state


def _rows_of(tensor: Any) -> Any:
    known = convert_to_tensor(tensor).shape[0].value
    return known if known else shape(tensor)[0]


def _listed(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, list | tuple) else (given,)


def _mechanisms(attention_mechanism: Any) -> tuple[Any, ...]:
    several = isinstance(attention_mechanism, list | tuple)
    for one in _listed(attention_mechanism):
        if not isinstance(one, AttentionMechanism):
            expected = (
                "attention_mechanism must contain only instances of AttentionMechanism"
                if several
                else "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism "
                "instances"
            )
            raise ArgumentTypeError(f"{expected}, saw type: {type(one).__name__}", user_location())
    return _listed(attention_mechanism)


def _layers(sizes: Any, layers: Any, mechanisms: Sequence[Any]) -> tuple[Any, ...] | None:
    """One layer for each mechanism, or None."""
    if sizes is not None and layers is not None:
        raise ArgumentError("Only one of attention_layer_size and attention_layer should be set", user_location())
    if sizes is None and layers is None:
        return None
    what, item = ("attention_layer_size", "integer") if layers is None else ("attention_layer", "layer")
    given = _listed(sizes if layers is None else layers)
    if len(given) != len(mechanisms):
        raise ArgumentError(
            f"If provided, {what} must contain exactly one {item} per attention_mechanism, saw: {len(given)} vs "
            f"{len(mechanisms)}",
            user_location(),
        )
    if layers is not None:
        return given
    return tuple(
        Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.dtype)
        for size, mechanism in zip(given, mechanisms, strict=True)
    )
