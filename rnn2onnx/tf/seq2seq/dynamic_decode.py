"""``dynamic_decode``: a decoder's steps until all rows have finished, recorded as one ``loop``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from rnn2onnx.ir import Type, user_location
from rnn2onnx.tf.dtypes import as_dtype, int32
from rnn2onnx.tf.loops.bodies import settle, step_types, trace
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.arithmetic import logical_and, logical_or
from rnn2onnx.tf.ops.elementwise import cast, logical_not
from rnn2onnx.tf.ops.filling import zeros_like
from rnn2onnx.tf.ops.reduction_ops import reduce_all
from rnn2onnx.tf.ops.selecting import where, where_v2
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.rnn.batch_and_time import transpose_batch_time
from rnn2onnx.tf.seq2seq.decoder import Decoder
from rnn2onnx.tf.shapes.agreement import agree, agree_lengths
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.variables.variable_scope import variable_scope

__all__ = ["dynamic_decode"]


def dynamic_decode(
    decoder: Any,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
    **kwargs: Any,
) -> tuple[Any, Any, Any]:
    """What a decoder gives in each step, until all rows have finished.

    Args:
        decoder: A ``Decoder``; its ``step`` is called once while recording.
        output_time_major: Whether time comes before batch in the outputs.
        impute_finished: Whether rows that had finished before a step give zeros in it and keep their state.
        maximum_iterations: i32[] or an int: no more steps than this. None: until all have finished.
        parallel_iterations: No meaning here.
        swap_memory: No meaning here.
        scope: The variable scope, "decoder" by default.
        **kwargs: No meaning here.

    Returns:
        outputs, a nest like ``decoder.output_size`` of [B, T, …] (or [T, B, …]) or what ``decoder.finalize`` makes of
        it; the final state; i32[B], the steps until each row had finished.

    Raises:
        TypeError: ``decoder`` is no Decoder; outputs, states or inputs change their dtype or containers.
        ValueError: ``maximum_iterations`` is no scalar; structures or shapes change from step to step.

    Source:
        ``tf.contrib.seq2seq.dynamic_decode``.
    """
    if not isinstance(decoder, Decoder):
        raise ArgumentTypeError(
            f"Expected decoder to be type Decoder, but saw: {type(decoder)}. Give a BasicDecoder, a BeamSearchDecoder "
            "or an instance of a class of your own made from tf.contrib.seq2seq.Decoder.",
            user_location(),
        )
    with variable_scope(scope, "decoder"):
        return _Decoding(decoder, bool(impute_finished), _limit(maximum_iterations)).record(output_time_major)


def _limit(maximum_iterations: Any) -> Tensor | None:
    if maximum_iterations is None:
        return None
    limit = convert_to_tensor(maximum_iterations, int32)
    if limit.dims:
        raise ArgumentError(f"maximum_iterations must be a scalar, not {limit!r}.", user_location())
    return limit


class _Decoding:
    """One call: what the loop starts with, its body, and what is made of its results."""

    def __init__(self, decoder: Decoder, impute: bool, limit: Tensor | None) -> None:
        self.decoder, self.impute, self.limit = decoder, impute, limit
        self.graph = get_default_graph()
        finished, inputs, state = decoder.initialize()
        self.finished = convert_to_tensor(finished)
        self.inputs = nest.map_structure(_leaf, inputs)
        self.state = nest.map_structure(_leaf, state)
        self.sizes, self.dtypes = decoder.output_size, decoder.output_dtype
        nest.assert_same_structure(self.sizes, self.dtypes)
        if limit is not None:
            self.finished = logical_or(self.finished, limit <= 0)
        self.lengths = zeros_like(self.finished, dtype=int32)

    def record(self, time_major: bool) -> tuple[Any, Any, Any]:
        """The outputs, the state and the lengths after the loop."""
        builder = self.graph.builder
        counts = (len(nest.flatten(self.inputs)), len(nest.flatten(self.state)))
        leaves = [self.finished, self.lengths, *nest.flatten(self.inputs), *nest.flatten(self.state)]
        go: list[Tensor] = []
        rows: list[Tensor] = []

        def step(inside: list[Any], params: list[Tensor]) -> list[Any]:
            after, emitted = self._step(inside, counts[0], cast(params[0], np.int32))
            for old, new in zip(inside, after, strict=True):
                self._check_kept(old, new)
            rows.extend(emitted)
            go.append(self._goes_on(after[0], params[0]))
            return after

        # Keras's layers name their variables by the scope of names.
        with self.graph.name_scope("while"):
            body = trace(leaves, step, leading=[Type(np.dtype(np.int64), ())], types=self._types(leaves))
        settle(body, leaves)
        body.block.results = (go[0].recorded, *body.block.results, *(row.recorded for row in rows))
        values = builder.emit("loop", [self._starts().recorded, *body.initials()], blocks=(body.block,))
        carried = len(body.carried)
        finals = body.finals(values[:carried])
        stacked = [Tensor(value, self.graph) for value in values[carried:]]
        for other in stacked[1:]:
            builder.unify(stacked[0].dims[0], other.dims[0])
        state = nest.pack_sequence_as(self.state, finals[2 + counts[0] :])
        return self._finished(nest.pack_sequence_as(self.sizes, stacked), state, finals[1], time_major)

    def _types(self, leaves: Sequence[Any]) -> list[Type]:
        """The types inside: the batch stays, whatever it is; other unknown lengths stay if a step keeps them."""
        types = step_types(leaves, [None] * len(leaves))
        batch = self.finished.dims[0] if self.finished.dims else None
        for index, leaf in enumerate(leaves):
            if isinstance(leaf, Tensor):
                inner = types[index].shape
                types[index] = types[index].with_shape(
                    outer if outer == batch else dim for outer, dim in zip(leaf.dims, inner, strict=True)
                )
        return types

    def _starts(self) -> Tensor:
        return logical_not(reduce_all(self.finished))

    def _goes_on(self, finished: Tensor, count: Tensor) -> Tensor:
        left = logical_not(reduce_all(finished))
        return left if self.limit is None else logical_and(left, count + 1 < cast(self.limit, np.int64))

    def _step(self, inside: list[Any], inputs: int, time: Tensor) -> tuple[list[Any], list[Tensor]]:
        """What is carried after a step, and what it emits."""
        finished, lengths = inside[:2]
        before = nest.pack_sequence_as(self.state, inside[2 + inputs :])
        given = self.decoder.step(time, nest.pack_sequence_as(self.inputs, inside[2 : 2 + inputs]), before)
        outputs, state, next_inputs, decoder_finished = given
        done = convert_to_tensor(decoder_finished)
        if not self.decoder.tracks_own_finished:
            done = logical_or(done, finished)
        lengths = where_v2(finished, lengths, time + 1)
        nest.assert_same_structure(self.state, state)
        nest.assert_same_structure(self.sizes, outputs)
        nest.assert_same_structure(self.inputs, next_inputs)
        emitted = [
            self._emitted(convert_to_tensor(row), size, dtype, finished)
            for row, size, dtype in zip(*map(nest.flatten, (outputs, self.sizes, self.dtypes)), strict=True)
        ]
        states = [
            self._after(old, _leaf(new), finished)
            for old, new in zip(nest.flatten(before), nest.flatten(state), strict=True)
        ]
        return [done, lengths, *(_leaf(leaf) for leaf in nest.flatten(next_inputs)), *states], emitted

    def _emitted(self, row: Tensor, size: Any, dtype: Any, finished: Tensor) -> Tensor:
        wanted = as_dtype(dtype)
        if row.dtype != wanted:
            raise DTypeError(
                f"TensorArray dtype is {wanted.name} but Op is trying to write dtype {row.dtype.name}: the decoder's "
                f"step gives {row!r} where its output_dtype says {wanted.name}.",
                user_location(),
            )
        if isinstance(size, TensorShape) and size.ndims:
            batch = constant_value(convert_to_tensor(self.decoder.batch_size))
            expected = TensorShape([None if batch is None else int(batch)]).concatenate(size)
            if not expected.is_compatible_with(row.shape):
                raise ShapeError(
                    f"Inconsistent shapes: saw {row.shape} but expected {expected} (and infer_shape=True): the "
                    f"decoder's step gives {row!r} where its output_size says {size}.",
                    user_location(),
                )
        return row if not self.impute else where_v2(_column(finished, row), convert_to_tensor(0, row.dtype), row)

    def _after(self, old: Any, new: Any, finished: Tensor) -> Any:
        if not self.impute or not isinstance(old, Tensor) or not isinstance(new, Tensor):
            return new
        new.set_shape(old.shape)
        return where(finished, old, new) if new.dims else new

    def _check_kept(self, old: Any, new: Any) -> None:
        """Refuses what is of another class or dtype after a step; the rows of a batch stay."""
        if isinstance(old, TensorArray) != isinstance(new, TensorArray):
            raise ArgumentTypeError(f"a decoder's state is {old!r} and becomes {new!r} in a step.", user_location())
        if old.dtype != new.dtype:
            raise DTypeError(
                f"a decoder's state or input is {old!r} of dtype {old.dtype.name}, but {new.dtype.name} after a step.",
                user_location(),
            )
        if isinstance(old, Tensor) and self.finished.dims and old.dims and new.dims:
            batch = self.finished.dims[0]
            if isinstance(batch, str) and old.dims[0] == batch:
                self.graph.builder.unify(batch, new.dims[0])

    def _finished(self, outputs: Any, state: Any, lengths: Tensor, time_major: bool) -> tuple[Any, Any, Any]:
        with suppress(NotImplementedError):  # a decoder need not define it
            outputs, state = self.decoder.finalize(outputs, state, lengths)
        if not time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
        return outputs, state, lengths


def _column(finished: Tensor, like: Tensor) -> Tensor:
    """Flags [B] shaped to choose rows of ``like`` [B, …]; flags of its own shape as they are."""
    if len(finished.dims) == 1 and like.dims:
        agree_lengths(finished, 0, like, 0, "impute_finished")
        return emit("unsqueeze", finished, axes=tuple(range(1, len(like.dims)))) if len(like.dims) > 1 else finished
    agree(finished, like)
    return finished


def _leaf(leaf: Any) -> Any:
    return leaf if isinstance(leaf, TensorArray) else convert_to_tensor(leaf)
