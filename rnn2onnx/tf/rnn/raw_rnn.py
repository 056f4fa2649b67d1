"""``tf.nn.raw_rnn``: a cell run in a loop that a function of the caller's steers, recorded as one ``loop``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from rnn2onnx.ir import Dim, Type, user_location
from rnn2onnx.tf.dtypes import DType, numpy_dtype
from rnn2onnx.tf.loops.bodies import settle, step_types, trace
from rnn2onnx.tf.loops.tensor_array import Present, TensorArray
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.rnn.step_checks import check_state, leaves_of
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["raw_rnn"]


def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """What ``loop_fn`` emits in each step, the final state of the cell, and the final loop state.

    Args:
        cell: One step: ``cell(x, state) -> (output, state)``.
        loop_fn: ``loop_fn(time, cell_output, cell_state, loop_state)`` gives ``(elements_finished bool[B], next_input,
            next_cell_state, emit_output, next_loop_state)``. Called twice while recording: with time 0 and None for the
            rest, where ``emit_output`` says the structure, dtypes and (without the batch) shapes of what is emitted, or
            None for those of ``cell.output_size``; and once with a symbolic time.
        parallel_iterations: No meaning here.
        swap_memory: No meaning here.
        scope: The variable scope, "rnn" by default.

    Returns:
        A nest of TensorArrays of what was emitted (zeros for rows that were finished before the step), the state (that
        of a row's last step), and the loop state (None if it was None at time 0).

    Raises:
        TypeError: ``cell`` is no cell, or ``loop_fn`` no function.
        ValueError: Structures or shapes change from step to step.

    Source:
        ``tf.nn.raw_rnn``.
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise ArgumentTypeError(f"Argument `loop_fn` must be a callable. Received: {loop_fn}.", user_location())
    with variable_scope(scope or "rnn"):
        return _Loop(cell, loop_fn).record()


class _Loop:
    def __init__(self, cell: Any, loop_fn: Callable[..., Any]) -> None:
        self.cell = cell
        self.loop_fn = loop_fn
        self.graph = get_default_graph()
        first = loop_fn(constant_array(np.array(0, np.int32)), None, None, None)
        finished, self.input, self.state, emitted, self.loop_state = first
        nest.assert_same_structure(self.state, cell.state_size)
        self.finished = _flags(finished)
        self.input = nest.map_structure(_leaf, self.input)
        self.batch = self._batch()
        self.inputs = nest.flatten(self.input)
        self.states = leaves_of(self.state)
        if self.finished.dims:
            # Rows of finished elements are kept one by one.
            for state in self.states:
                if isinstance(state, Tensor) and state.dims:
                    _unified(self.graph.builder, self.batch, state.dims[0], "the initial state")
        self.loop_states = [] if self.loop_state is None else leaves_of(self.loop_state)
        self._emit_types(emitted)

    def _batch(self) -> Dim:
        """The one length of the first axes of all inputs."""
        builder = self.graph.builder
        batch: Dim | None = None
        for tensor in nest.flatten(self.input):
            if isinstance(tensor, Tensor) and tensor.dims:
                batch = tensor.dims[0] if batch is None else _unified(builder, batch, tensor.dims[0], "next_input")
        if self.finished.dims:
            batch = (
                self.finished.dims[0]
                if batch is None
                else _unified(builder, batch, self.finished.dims[0], "elements_finished")
            )
        if batch is None:
            raise ArgumentError("loop_fn gives no next_input with a batch axis at time 0.", user_location())
        return batch

    def _emit_types(self, emitted: Any) -> None:
        """What is emitted in each step: the structure, and a dtype and a shape for each leaf."""
        self.emit_structure = self.cell.output_size if emitted is None else emitted
        self.emit_types: list[tuple[DType, TensorShape]] = []
        if emitted is None:
            dtype = self.states[0].dtype if self.states else None
            if dtype is None:
                raise ArgumentError(
                    "the cell has no state to take the dtype of its output from; emit a structure at time 0.",
                    user_location(),
                )
            for size in nest.flatten(self.cell.output_size):
                features = TensorShape(size) if isinstance(size, list | tuple | TensorShape) else TensorShape([size])
                self.emit_types.append((dtype, features))
            return
        for leaf in nest.flatten(emitted):
            if isinstance(leaf, TensorArray):
                raise ArgumentTypeError("a TensorArray can't be emitted; carry it as loop_state.", user_location())
            tensor = convert_to_tensor(leaf)
            self.emit_types.append((tensor.dtype, tensor.shape))

    def record(self) -> tuple[Any, Any, Any]:
        builder = self.graph.builder
        leaves = [self.finished, *self.inputs, *self.states, *self.loop_states]
        rows: list[Tensor] = []
        go: list[Tensor] = []

        def step(inside: list[Any], params: list[Tensor]) -> list[Any]:
            time = emit("cast", params[0], dtype=np.dtype(np.int32))
            after, emitted = self._step(time, inside)
            rows.extend(emitted)
            go.append(_any_left(after[0]))
            return after

        fixed = [self.finished, *self.inputs, *self.states]
        types = [leaf.recorded.type if isinstance(leaf, Tensor) else Type(np.dtype(bool), ()) for leaf in fixed]
        types += step_types(self.loop_states, [None] * len(self.loop_states))
        with get_default_graph().name_scope("while"):
            body = trace(leaves, step, leading=[Type(np.dtype(np.int64), ())], types=types)
        settle(body, leaves)
        body.block.results = (go[0].recorded, *body.block.results, *(row.recorded for row in rows))
        operands = [_any_left(self.finished).recorded, *body.initials()]
        values = builder.emit("loop", operands, blocks=(body.block,))
        count = len(body.carried)
        finals = body.finals(values[:count])[1 + len(self.inputs) :]
        arrays = [self._array(Tensor(value, self.graph)) for value in values[count:]]
        state = nest.pack_sequence_as(self.state, finals[: len(self.states)])
        loop_state = (
            None if self.loop_state is None else nest.pack_sequence_as(self.loop_state, finals[len(self.states) :])
        )
        return nest.pack_sequence_as(self.emit_structure, arrays), state, loop_state

    def _array(self, rows: Tensor) -> TensorArray:
        array = TensorArray(rows.dtype, size=0, dynamic_size=True)
        return array._with(Present(rows), rows.shape[1:])

    def _step(self, time: Tensor, inside: list[Any]) -> tuple[list[Any], list[Tensor]]:
        """The loop's variables after a step, and what it emits."""
        done, n = inside[0], 1 + len(self.inputs)
        x = nest.pack_sequence_as(self.input, inside[1:n])
        state = nest.pack_sequence_as(self.state, inside[n : n + len(self.states)])
        loop_state = (
            None if self.loop_state is None else nest.pack_sequence_as(self.loop_state, inside[n + len(self.states) :])
        )
        output, cell_state = self.cell(x, state)
        nest.assert_same_structure(self.cell.state_size, cell_state)
        result = self.loop_fn(time + 1, output, cell_state, loop_state)
        next_finished, next_input, next_state, emitted, next_loop_state = result
        nest.assert_same_structure(self.state, next_state)
        nest.assert_same_structure(self.input, next_input)
        if emitted is None:
            raise ArgumentError(
                f"loop_fn gave None for emit_output after time 0, where {self.emit_structure} was expected "
                "(Trying to reset colocation (op is None)). Emit the same structure in every step.",
                user_location(),
            )
        nest.assert_same_structure(self.emit_structure, emitted)
        emits = [
            self._emitted(done, convert_to_tensor(leaf), *type)
            for leaf, type in zip(nest.flatten(emitted), self.emit_types, strict=True)
        ]
        states = []
        for old, new in zip(inside[n : n + len(self.states)], leaves_of(next_state), strict=True):
            check_state(old, new)
            states.append(_frozen(done, old, new))
        inputs = [_leaf(leaf) for leaf in nest.flatten(next_input)]
        for old, new in zip(inside[1:n], inputs, strict=True):
            check_state(old, new)
        loop_states = inside[n + len(self.states) :]
        if next_loop_state is not None and self.loop_state is not None:
            nest.assert_same_structure(self.loop_state, next_loop_state)
            loop_states = leaves_of(next_loop_state)
            for old, new in zip(inside[n + len(self.states) :], loop_states, strict=True):
                _check_loop_state(old, new)
        finished = emit("or", done, _flags(next_finished))
        return [finished, *inputs, *states, *loop_states], emits

    def _emitted(self, done: Tensor, row: Tensor, dtype: DType, features: TensorShape) -> Tensor:
        if row.dtype != dtype:
            raise DTypeError(
                f"loop_fn emits {row!r} where {dtype.name} was said at time 0 (by emit_output, or by the "
                f"cell's state).",
                user_location(),
            )
        if row.dims and features.ndims is not None and len(row.dims) != features.ndims + 1:
            raise ShapeError(
                f"Shapes must be equal rank, but are {features.ndims + 1} and {len(row.dims)}: loop_fn emits "
                f"{row.shape}, but the "
                f"emit_output of time 0 says rows of {features}, to which the batch is added in front. Give it "
                f"there without the batch.",
                user_location(),
            )
        if row.dims and not row.shape[1:].is_compatible_with(features):
            raise ShapeError(
                f"Inconsistent shapes: saw {row.shape[1:]} but expected {features} (emit_output at time 0).",
                user_location(),
            )
        if not row.dims:
            return row
        _unified(self.graph.builder, self.batch, row.dims[0], "emit_output")
        zero = constant_array(np.zeros((), numpy_dtype(row.dtype)))
        return emit("where", _column(done, row), zero, row)


def _leaf(leaf: Any) -> Any:
    return leaf if isinstance(leaf, TensorArray) else convert_to_tensor(leaf)


def _flags(finished: Any) -> Tensor:
    flags = convert_to_tensor(finished)
    if flags.recorded.type.dtype != bool or len(flags.dims) > 1:
        raise DTypeError(f"elements_finished must be bool[batch], not {flags!r}.", user_location())
    return flags


def _any_left(finished: Tensor) -> Tensor:
    every = emit("reduce_all", finished, axes=(0,), keepdims=False) if finished.dims else finished
    return emit("not", every)


def _column(flags: Tensor, like: Tensor) -> Tensor:
    """Flags [B] shaped to select rows of a tensor [B, …]."""
    if not flags.dims or len(like.dims) == 1:
        return flags
    return emit("unsqueeze", flags, axes=tuple(range(1, len(like.dims))))


def _frozen(done: Tensor, old: Any, new: Any) -> Any:
    if isinstance(old, TensorArray) or not old.dims:
        return new
    return emit("where", _column(done, old), old, new)


def _check_loop_state(old: Any, new: Any) -> None:
    if isinstance(old, TensorArray) or isinstance(new, TensorArray):
        if isinstance(old, TensorArray) != isinstance(new, TensorArray):
            raise ArgumentTypeError(f"the loop_state {old!r} becomes {new!r} after a step.", user_location())
        return
    if old.dtype != new.dtype:
        raise ArgumentError(
            f"the loop_state {old!r} becomes {new!r} after a step; dtype and shape must stay.", user_location()
        )


def _unified(builder: Any, batch: Dim, found: Dim, what: str) -> Dim:
    try:
        unified: Dim = builder.unify(batch, found)
        return unified
    except ShapeError:
        raise ShapeError(
            f"Dimensions {batch} and {found} are not compatible: the batch of {what} differs.", user_location()
        ) from None
