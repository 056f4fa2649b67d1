"""Runs a cell over a list of steps: it is called once a step, and steps that are alike become one ``recur``.

TensorFlow's static functions call the cell for every step, so a cell that counts its calls in Python, or whose state
grows, does something else in each. Every call is traced into a body of its own; consecutive bodies that compute the
same are one recurrence, and only a step that differs from its neighbours is recorded by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.ir import Block, Copier, Type
from rnn2onnx.ir.alike import bodies_alike
from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.ops.joining import stack, unstack
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.rnn.step_checks import check_state, checked_output
from rnn2onnx.tf.shapes.shape_argument import as_int64
from rnn2onnx.tf.variables.variable_scope import VariableScope

Flat = list[Tensor]


@dataclass(frozen=True)
class Masking:
    """Where rows end, and what the outputs are that stand behind their ends.

    Attributes:
        lengths: i32[B], steps.
        output_size: The nest of sizes that the cell's outputs must have.
        dtype: The dtype that they must have.
    """

    lengths: Tensor
    output_size: Any
    dtype: DType


@dataclass(frozen=True)
class _Step:
    """One call of the cell, traced.

    Attributes:
        block: Its parameters are the state's leaves and then those of the input; its results the new state's leaves and
            then those of the output.
        given: How many leaves the state has.
        states: How many leaves the new state has.
        state: The structure of the new state.
        output: The structure of the output.
    """

    block: Block
    given: int
    states: int
    state: Any
    output: Any

    @property
    def stays(self) -> bool:
        """Whether the new state is of the types that the old one is of."""
        old, new = self.block.params[: self.given], self.block.results[: self.states]
        return [value.type for value in old] == [value.type for value in new]


def run_steps(
    cell: Any,
    inputs: Sequence[Any],
    state: Any,
    masking: Masking | None,
    scope: VariableScope,
    *,
    reverse: bool = False,
) -> tuple[list[Any], Any]:
    """The outputs of a cell, one for each step, and the state after the last one.

    Args:
        cell: One step.
        inputs: For each step a nest of tensors.
        state: The nest of tensors that the first step is given.
        masking: Where rows end; None if all take every step.
        scope: The open variable scope; from the second step on it finds variables.
        reverse: Each row is read and written from its last step before its end back.
    """
    flat = [[convert_to_tensor(leaf) for leaf in nest.flatten(step)] for step in inputs]
    carried = [convert_to_tensor(leaf) for leaf in nest.flatten(state)]
    order = list(range(len(flat)))[:: -1 if reverse else 1]
    steps = _traced(cell, [inputs[at] for at in order], [flat[at] for at in order], state, carried, masking, scope)
    runs = _runs(steps)
    if len(runs) == 1:
        rows, carried = _folded(steps, flat, carried, masking, 0, reverse)
    else:
        rows = []
        given = _turned(flat, masking) if reverse else flat
        for start, end in runs:
            run = _folded if end - start > 1 else _alone
            some, carried = run(steps[start:end], given[start:end], carried, masking, start)
            rows += some
        rows = _turned(rows, masking) if reverse else rows
    structures = [steps[at].output for at in order]
    outputs = [nest.pack_sequence_as(structure, row) for structure, row in zip(structures, rows, strict=True)]
    return outputs, nest.pack_sequence_as(steps[-1].state, carried)


# -- tracing -----------------------------------------------------------------------------------------------------------


def _traced(
    cell: Any,
    inputs: Sequence[Any],
    flat: Sequence[Flat],
    state: Any,
    carried: Sequence[Tensor],
    masking: Masking | None,
    scope: VariableScope,
) -> list[_Step]:
    types = [tensor.recorded.type for tensor in carried]
    steps: list[_Step] = []
    for step, (given, leaves) in enumerate(zip(inputs, flat, strict=True)):
        if step:
            scope.reuse_variables()
        made = _trace(cell, given, leaves, state, types, masking)
        steps.append(made)
        state, types = made.state, [value.type for value in made.block.results[: made.states]]
    return steps


def _trace(cell: Any, given: Any, leaves: Flat, state: Any, types: Sequence[Type], masking: Masking | None) -> _Step:
    graph = get_default_graph()
    with graph.builder.body([*types, *(tensor.recorded.type for tensor in leaves)]) as block:
        inside = [Tensor(value, graph) for value in block.params]
        old = inside[: len(types)]
        output, after = cell(
            nest.pack_sequence_as(given, inside[len(types) :]), nest.pack_sequence_as(state, list(old))
        )
        if masking is not None:
            nest.assert_same_structure(masking.output_size, nest.map_structure(lambda _: 0, output), check_types=False)
            nest.assert_same_structure(state, after)
            output = nest.pack_sequence_as(masking.output_size, nest.flatten(output))
        new = [convert_to_tensor(leaf) for leaf in nest.flatten(after)]
        outs = [convert_to_tensor(leaf) for leaf in nest.flatten(output)]
        if masking is not None:
            for before, now in zip(old, new, strict=True):
                check_state(before, now)
            for out, size in zip(outs, nest.flatten(masking.output_size), strict=True):
                checked_output(out, size, masking.dtype, selected=True)
        else:
            for before, now in zip(old, new, strict=False):
                _same_batch(before, now)
        block.results = tuple(tensor.recorded for tensor in (*new, *outs))
    return _Step(block, len(types), len(new), after, output)


def _same_batch(old: Tensor, new: Tensor) -> None:
    """Rows of a state that are as many as before under another name."""
    if old.dims and new.dims and isinstance(old.dims[0], str) and isinstance(new.dims[0], str):
        old.graph.builder.unify(old.dims[0], new.dims[0])


def _runs(steps: Sequence[_Step]) -> list[tuple[int, int]]:
    """The steps in parts that are alike."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(steps) + 1):
        if end == len(steps) or not _are_alike(steps[end - 1], steps[end]):
            found.append((start, end))
            start = end
    return found


def _are_alike(first: _Step, second: _Step) -> bool:
    return first.stays and second.stays and bodies_alike(first.block, second.block)


# -- recording ---------------------------------------------------------------------------------------------------------


def _folded(
    steps: Sequence[_Step],
    flat: Sequence[Flat],
    carried: Flat,
    masking: Masking | None,
    start: int,
    reverse: bool = False,
) -> tuple[list[Flat], Flat]:
    """Steps that are alike as one recurrence."""
    if not steps[-1].stays or not flat[0]:
        return _alone(steps, flat, carried, masking, start)
    graph, count = get_default_graph(), len(carried)
    sequences = [stack(list(parts)) for parts in zip(*flat, strict=True)]
    operands = [tensor.recorded for tensor in (*carried, *sequences)]
    unmasked: tuple[int, ...] = ()
    if masking is not None:
        operands.append(_left(masking.lengths, start).recorded)
        unmasked = tuple(index for index, leaf in enumerate(carried) if not leaf.dims)
    values = graph.builder.emit(
        "recur",
        operands,
        blocks=(steps[-1].block,),
        states=count,
        lengths=masking is not None,
        reverse=reverse,
        unmasked=unmasked,
    )
    finals = [Tensor(value, graph) for value in values[:count]]
    for index in unmasked:
        assert masking is not None
        finals[index] = emit("where", _any_left(masking.lengths, start), finals[index], carried[index])
    rows = [unstack(Tensor(value, graph), len(steps)) for value in values[count:]]
    return [list(row) for row in zip(*rows, strict=True)] if rows else [[] for _ in steps], finals


def _alone(
    steps: Sequence[_Step], flat: Sequence[Flat], carried: Flat, masking: Masking | None, start: int
) -> tuple[list[Flat], Flat]:
    """One step by itself."""
    (step,), (leaves,) = steps, flat
    graph = get_default_graph()
    given = zip(step.block.params, (*carried, *leaves), strict=True)
    copier = Copier(graph.builder, new={param: tensor.recorded for param, tensor in given})
    copier.ops(step.block)
    results = [Tensor(copier.value(value), graph) for value in step.block.results]
    new, outs = results[: step.states], results[step.states :]
    if masking is not None:
        here = emit("less", _number(start), masking.lengths)
        new = [
            emit("where", _column(here, b) if b.dims else _any_left(masking.lengths, start), b, a)
            for a, b in zip(carried, new, strict=True)
        ]
        outs = [emit("where", _column(here, out), out, _zero_like(out)) for out in outs]
    return [outs], new


def _turned(rows: Sequence[Flat], masking: Masking | None) -> list[Flat]:
    """Each row's steps before its end in the other order."""
    if masking is None:
        return list(rows)[::-1]
    ends = as_int64(masking.lengths)
    parts = [
        unstack(emit("reverse_sequence", stack(list(part)), ends, seq_axis=0, batch_axis=1), len(rows))
        for part in zip(*rows, strict=True)
    ]
    return [list(row) for row in zip(*parts, strict=True)]


def _left(lengths: Tensor, start: int) -> Tensor:
    """How many steps of each row are left at a step."""
    return emit("sub", lengths, _number(start)) if start else lengths


def _any_left(lengths: Tensor, start: int) -> Tensor:
    """bool[]: whether any row has a step left."""
    return emit("reduce_any", emit("less", _number(start), lengths), axes=(0,), keepdims=False)


def _number(value: int) -> Tensor:
    return convert_to_tensor(np.array(value, np.int32))


def _zero_like(tensor: Tensor) -> Tensor:
    return convert_to_tensor(np.zeros((), tensor.recorded.type.dtype))


def _column(flags: Tensor, like: Tensor) -> Tensor:
    return flags if len(like.dims) == 1 else emit("unsqueeze", flags, axes=tuple(range(1, len(like.dims))))
