"""``keras.backend.rnn``: a step run over time, recorded as one ``recur``, and what a masked step does.

A masked step keeps every state. Its output is the output of the step before (zeros before the first step that counts),
or zeros if that is asked for. Where the output is one of the states, as in an LSTM, that follows from the states, and
nothing more is carried. A mask that is known to come from lengths gives a recurrence with lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import Block, Value, user_location
from rnn2onnx.keras.layers.rnn.mask_of_lengths import is_zero, lengths_of
from rnn2onnx.tf.loops.bodies import trace
from rnn2onnx.tf.ops.filling import zeros_like
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit, emit_all
from rnn2onnx.tf.rnn.step_checks import check_state, same_rows

Step = Callable[[Any, tuple[Any, ...]], tuple[Any, Any]]


def rnn(
    step_function: Step,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, Any]:
    """The last output, all outputs and the states after the last step of a step run over time.

    Args:
        step_function: One step: ``step_function(x[B, …], (*states, *constants)) -> (output, states)``.
        inputs: A nest of tensors [B, T, …]; [T, B, …] if ``time_major``.
        initial_states: A list of nests of tensors.
        go_backwards: Begin with the last step; outputs stay in the order they were computed in.
        mask: bool[B, T] (bool[T, B] if ``time_major``): which steps count.
        constants: A list of tensors that every step gets.
        unroll: Without effect but on where zeros for the mask are, going backwards; T must be known.
        input_length: Without effect: T is that of the inputs.
        time_major: Whether time comes before batch in inputs, mask and outputs.
        zero_output_for_mask: The output of a masked step is zero, not that of the step before.
        return_all_outputs: Give all outputs; else the last one stands for all, as one step.

    Returns:
        A nest of [B, …], a nest of [B, T, …] (or [T, B, …]), and the states like ``initial_states``. Without any step
        the last output is that of the initial states if outputs are states; there is none otherwise, and the program
        fails when it runs.

    Raises:
        ValueError: T is not known and ``unroll`` is set; shapes don't fit; a step changes the structure of its states.

    Source:
        ``keras.backend.rnn``.
    """
    flat = [convert_to_tensor(leaf) for leaf in nest.flatten(inputs)]
    if not time_major:
        flat = [_swapped(tensor) for tensor in flat]
    _check_inputs(flat)
    if unroll and not isinstance(flat[0].dims[0], int):
        raise ArgumentError(
            "Unrolling requires a fixed number of timesteps. Say it in the shape of the inputs, or leave `unroll` out: "
            "it has no effect on a compiled program.",
            user_location(),
        )
    states = tuple(initial_states)
    steps = None if mask is None else _mask_of_steps(mask, time_major, flat[0])
    call = _Call(step_function, inputs, states, tuple(constants or ()))
    # Keras's unrolled steps put the zeros where the mask has them in the order of time, whatever order outputs are in.
    late = unroll and go_backwards and zero_output_for_mask and return_all_outputs
    walked = _Walk(flat, steps, go_backwards, zero_output_for_mask and not late, return_all_outputs).over(call)
    if late and steps is not None:
        first, turned = _row(steps, 0), emit("reverse", steps, axes=(0,))
        walked.last = [_chosen(first, last, _nothing(last)) for last in walked.last]
        walked.rows = [_chosen(turned, row, _nothing(row)) for row in walked.rows]
    last = nest.pack_sequence_as(call.output, walked.last)
    outputs = [row if time_major else _swapped(row) for row in walked.rows]
    if go_backwards and return_all_outputs:
        # After the transpose, so that who puts them back into the order of time meets this operation.
        outputs = [emit("reverse", row, axes=(0 if time_major else 1,)) for row in outputs]
    # Unrolled steps hand on what they get.
    packed = nest.pack_sequence_as(call.after if unroll and mask is None else states, walked.finals)
    return last, nest.pack_sequence_as(call.output, outputs), packed


def _swapped(tensor: Tensor) -> Tensor:
    if len(tensor.dims) < 2:
        raise ShapeError(
            f"Shape {tensor.shape} must have rank at least 3: {tensor!r} has no batch and time.", user_location()
        )
    return emit("transpose", tensor, perm=(1, 0, *range(2, len(tensor.dims))))


def _check_inputs(flat: Sequence[Tensor]) -> None:
    if not flat:
        raise ArgumentError("A recurrent layer was given no inputs: give a tensor or a nest of them.", user_location())
    builder = get_default_graph().builder
    for tensor in flat:
        tensor.shape.with_rank_at_least(3)
        for axis in (0, 1):
            builder.unify(flat[0].dims[axis], tensor.dims[axis])


def _mask_of_steps(mask: Any, time_major: bool, like: Tensor) -> Tensor:
    """bool[T, B, …]."""
    tensor = convert_to_tensor(mask)
    if len(tensor.dims) < 2:
        raise ShapeError(f"A mask is [batch, time], not {tensor.shape}.", user_location())
    if tensor.recorded.type.dtype != np.dtype(bool):
        tensor = emit("cast", tensor, dtype=np.dtype(bool))
    tensor = tensor if time_major else _swapped(tensor)
    builder = get_default_graph().builder
    for axis in (0, 1):
        builder.unify(like.dims[axis], tensor.dims[axis])
    return tensor


@dataclass
class _Call:
    """The step as it is called inside, and what is known of it afterwards."""

    step: Step
    inputs: Any
    states: tuple[Any, ...]
    constants: tuple[Any, ...]
    output: Any = None
    after: Any = None

    def __call__(self, inside: Sequence[Any], xs: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """The flat outputs and states after one step."""
        states = nest.pack_sequence_as(self.states, list(inside))
        self.output, self.after = self.step(nest.pack_sequence_as(self.inputs, list(xs)), (*states, *self.constants))
        outs = [convert_to_tensor(leaf) for leaf in nest.flatten(self.output)]
        news = [convert_to_tensor(leaf) for leaf in nest.flatten(self.after)]
        if len(news) != len(inside):
            raise ArgumentError(
                f"The two structures don't have the same nested structure: the cell was given the states {states}, and "
                f"gave {self.after}.",
                user_location(),
            )
        for old, new in zip(inside, news, strict=True):
            check_state(old, new, selected=True)
        return outs, news


@dataclass
class _Walked:
    last: list[Tensor]
    rows: list[Tensor]
    finals: list[Tensor]


@dataclass
class _Walk:
    """How the steps are walked.

    Attributes:
        flat: The sequences, time first.
        mask: bool[T, B, …], or None.
        backwards: Begin with the last step.
        zeroed: Outputs of masked steps are zero.
        all: Whether all outputs are asked for.
        lengths: Where the mask is of lengths, and that is as good, these.
        kept: For each output the state it is, or None.
        repeated: The outputs that are carried on to be repeated, by position: the parameters inside.
    """

    flat: Sequence[Tensor]
    mask: Tensor | None
    backwards: bool
    zeroed: bool
    all: bool
    lengths: Tensor | None = None
    kept: list[int | None] = field(default_factory=list)
    repeated: dict[int, Value] = field(default_factory=dict)

    def over(self, call: _Call) -> _Walked:
        """What a step gives when it is run over all of them."""
        leaves = [convert_to_tensor(leaf) for leaf in nest.flatten(call.states)]
        graph = get_default_graph()
        builder = graph.builder
        for leaf in leaves:
            self._check_rows(leaf)
        lengths = None if self.mask is None else lengths_of(self.mask)
        outs: list[Tensor] = []
        extra: list[Value] = []

        def step(inside: list[Any], xs: list[Tensor]) -> list[Any]:
            found, news = call(inside, xs)
            self.kept = [_position(out, news) for out in found]
            if self.mask is None:
                outs.extend(found)
                return news
            # Otherwise what is repeated behind the lengths would be lost.
            follows = self.zeroed or self.backwards or all(kept is not None for kept in self.kept)
            self.lengths = lengths if follows else None
            if self.lengths is None:
                extra.append(builder.parameter(builder.block, _step_type(self.mask)))
                test = Tensor(extra[0], graph)
                news = [_chosen(test, new, old) for old, new in zip(inside, news, strict=True)]
                found = [self._masked(index, out, news, test, builder.block) for index, out in enumerate(found)]
            outs.extend(found)
            return news

        body = trace(leaves, step, trailing=[_step_type(tensor) for tensor in self.flat])
        rowed = [index for index, kept in enumerate(self.kept) if self.all or kept is None]
        body.block.params = (
            *body.block.params[: len(leaves)],
            *self.repeated.values(),
            *body.block.params[len(leaves) :],
            *extra,
        )
        body.block.results = (*body.block.results, *(outs[i].recorded for i in (*self.repeated, *rowed)))
        first = [*leaves, *(_zeros(outs[index]) for index in self.repeated)]
        tensors = self._recorded(body.block, first)
        finals, previous = tensors[: len(leaves)], tensors[len(leaves) : len(first)]
        repeated = dict(zip(self.repeated, previous, strict=True))
        rows = dict(zip(rowed, tensors[len(first) :], strict=True))
        last = []
        for index, kept in enumerate(self.kept):
            if index in rows:
                rows[index] = self._rows(index, rows[index], leaves, finals)
            if index in repeated:
                last.append(repeated[index])
            elif kept is None:
                last.append(_row(rows[index], 0 if self.backwards else -1))
            else:
                last.append(self._last(finals[kept], leaves[kept]))
        if not self.all:
            rows = {index: emit("unsqueeze", tensor, axes=(0,)) for index, tensor in enumerate(last)}
        return _Walked(last, [rows[index] for index in range(len(last))], finals)

    def _recorded(self, block: Block, first: Sequence[Tensor]) -> list[Tensor]:
        """The states after the last step, then the rows."""
        behind = self.lengths if self.lengths is not None else self.mask
        return emit_all(
            "recur",
            *first,
            *self.flat,
            *(() if behind is None else (behind,)),
            blocks=(block,),
            states=len(first),
            lengths=self.lengths is not None,
            reverse=self.backwards,
            unmasked=(),
        )

    def _check_rows(self, state: Tensor) -> None:
        """A state has as many rows as the inputs: certainly where they are masked, and where nothing is known."""
        if self.mask is not None and not state.dims:
            raise ArgumentTypeError(
                f"the state {state!r} has no rows, so a mask of rows can't keep it. Give it a batch axis.",
                user_location(),
            )
        if self.mask is not None or (state.dims and isinstance(state.dims[0], str)):
            same_rows(state.dims[0], self.flat[0].dims[1], "the state")

    def _masked(self, index: int, out: Tensor, news: Sequence[Tensor], test: Tensor, block: Block) -> Tensor:
        """An output inside the body, where a masked step is not taken."""
        kept = self.kept[index]
        if kept is not None:
            return news[kept]
        if self.zeroed:
            return out
        self.repeated[index] = out.graph.builder.parameter(block, out.recorded.type)
        return _chosen(test, out, Tensor(self.repeated[index], out.graph))

    def _rows(self, index: int, rows: Tensor, initial: Sequence[Tensor], finals: Sequence[Tensor]) -> Tensor:
        """All outputs with what masked steps give."""
        kept = self.kept[index]
        if self.mask is None or index in self.repeated:
            return rows
        if self.lengths is not None:
            # Zero behind the lengths; backwards these come first, when there is nothing to repeat.
            if self.zeroed or self.backwards:
                return rows
            assert kept is not None
            last = self._last(finals[kept], initial[kept])
            return _chosen(self.mask, rows, emit("unsqueeze", last, axes=(0,)))
        if self.zeroed:
            return _chosen(self.mask, rows, zeros_like(rows))
        assert kept is not None
        if is_zero(initial[kept]):
            return rows
        counted = emit("cumsum", self._as_numbers(), axis=0, exclusive=False, reverse=self.backwards)
        return _chosen(_positive(counted), rows, zeros_like(rows))

    def _last(self, final: Tensor, initial: Tensor) -> Tensor:
        """The last output, which is a state unless there was no step that counts or the last one does not."""
        if self.mask is None:
            return final
        if self.zeroed and not (self.lengths is not None and self.backwards):
            return _chosen(_row(self.mask, 0 if self.backwards else -1), final, zeros_like(final))
        if is_zero(initial):
            return final
        if self.lengths is not None:
            return _chosen(_positive(self.lengths), final, zeros_like(final))
        return _chosen(emit("reduce_any", self.mask, axes=(0,), keepdims=False), final, zeros_like(final))

    def _as_numbers(self) -> Tensor:
        assert self.mask is not None
        return emit("cast", self.mask, dtype=np.dtype(np.int32))


def _step_type(tensor: Tensor) -> Any:
    return tensor.recorded.type.with_shape(tensor.dims[1:])


def _position(out: Tensor, states: Sequence[Tensor]) -> int | None:
    return next((index for index, state in enumerate(states) if state.recorded is out.recorded), None)


def _chosen(test: Tensor, then: Tensor, otherwise: Tensor) -> Tensor:
    """Rows by a test of rows, or steps and rows by one of steps and rows."""
    missing = len(then.dims) - len(test.dims)
    if missing > 0:
        test = emit("unsqueeze", test, axes=(*range(len(test.dims), len(then.dims)),))
    return emit("where", test, then, otherwise)


def _nothing(like: Tensor) -> Tensor:
    return Tensor(like.graph.builder.const(np.zeros((), like.recorded.type.dtype)), like.graph)


def _positive(numbers: Tensor) -> Tensor:
    zero = Tensor(numbers.graph.builder.const(np.zeros((), numbers.recorded.type.dtype)), numbers.graph)
    return emit("greater", numbers, zero)


def _row(rows: Tensor, index: int) -> Tensor:
    place = Tensor(rows.graph.builder.const(np.array(index, np.int64)), rows.graph)
    return emit("gather", rows, place, axis=0)


def _zeros(like: Tensor) -> Tensor:
    """Zeros as many as one step's output, made outside the body."""
    builder = like.graph.builder
    lengths = []
    for dim in like.dims:
        value = builder.dim_value(dim)
        if value is None:
            raise ShapeError(
                f"The output {like!r} of a masked layer has a length that only the step knows. State it with "
                "set_shape.",
                user_location(),
            )
        lengths.append(emit("reshape", Tensor(value, like.graph), _vector(like, [1])))
    zero = Tensor(builder.const(np.zeros((), like.recorded.type.dtype)), like.graph)
    return emit("expand", zero, emit("concat", *lengths, axis=0)) if lengths else zero


def _vector(like: Tensor, numbers: list[int]) -> Tensor:
    return Tensor(like.graph.builder.const(np.array(numbers, np.int64)), like.graph)
