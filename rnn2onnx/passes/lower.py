"""``lower``: every loop takes a form that the engine runs, whatever the lengths turn out to be.

On onnxruntime a ``Scan`` of no steps is an error, a native layer of no rows or no steps aborts the process, and a
``Loop`` that never runs loses the lengths of its rows. So these are guarded by a branch wherever a length may be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Type, Value, rebuild
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.bounds import Bounds
from rnn2onnx.passes.depth import depth
from rnn2onnx.passes.mask import Behind, Finish, may_mask_behind, selected_inside
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.rows_apart import mixed_in
from rnn2onnx.passes.vectorise import is_zero, step_mask, zero_of, zeros_of

_NATIVE = {"rnn", "gru", "lstm", "quantized_lstm"}
_STARTS = {"initial_h", "initial_c"}


@dataclass(frozen=True)
class Lower:
    """Recurrences become Scan or Loop, and what may meet a length of zero is guarded."""

    name: ClassVar[str] = "lower"
    works_on: ClassVar[Collection[str]] = ("recur", "scan", "loop", *_NATIVE)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` without ``recur``, safe for every length."""
        return rebuild(graph, lambda builder: _Lowerer(builder, report))


class _Lowerer(BoundedCopier):
    """Copies a graph with its loops in the engine's forms."""

    def __init__(self, builder: Builder, report: Report) -> None:
        super().__init__(builder, (self._lowered,))
        self.report = report

    def _lowered(self, builder: Builder, op: Op) -> Sequence[Value] | None:
        if op.kind.name == "recur":
            return _Recurrence(builder, op, self.report, self.known).lowered()
        if op.kind.name in _NATIVE:
            return _native(builder, op, self.known)
        if op.kind.name == "scan":
            return _given_scan(builder, op, self.known)
        if op.kind.name == "loop":
            return _repaired_loop(builder, op, self.report)
        return None


# -- recur -----------------------------------------------------------------------------------------------------------


class _Recurrence:
    def __init__(self, builder: Builder, op: Op, report: Report, known: Bounds) -> None:
        self.builder, self.op, self.report = builder, op, report
        (self.body,) = op.blocks
        self.states: int = op.attrs["states"]
        self.lengths = op.operands[-1] if op.attrs["lengths"] else None
        self.initials = op.operands[: self.states]
        self.sequences = list(op.operands[self.states : len(op.operands) - (self.lengths is not None)])
        self.time: Dim = self.sequences[0].type.shape[0]
        self.has_steps = _is_positive(self.time, known)

    def lowered(self) -> list[Value]:
        op, backwards = self.op, self.op.attrs["reverse"]
        total = self.time
        rows_of_all = [value for value in self.body.results[self.states :] if not value.type.rank]
        bounded = self.lengths is not None and bool(op.attrs["unmasked"] or rows_of_all)
        # Walked backwards from the end, rows wait until it is their turn: that is the same if none sees another.
        turned = backwards and self.lengths is not None and (bounded or self._mixes_rows(self.lengths))
        if turned:
            self.sequences = [self._reversed(value) for value in self.sequences]
            backwards = False
        if bounded:
            self._bound()
        operands = [*self.initials, *self.sequences]
        if self.lengths is not None and may_mask_behind(self.builder, op):
            return self._masked_behind(operands)
        names = [f"{value.name}" for value in self.body.params]
        types = [value.type for value in self.body.params]
        if self.lengths is not None:
            mask = step_mask(self.builder, self.time, self.lengths)
            operands.append(mask)
            types.append(Type(np.dtype(bool), mask.type.shape[1:]))
            names.append("alive")
        with self.builder.body(types, names) as block:
            copier = Copier(self.builder, new=dict(zip(self.body.params, block.params, strict=False)))
            copier.ops(self.body)
            results = [copier.value(value) for value in self.body.results]
            if self.lengths is not None:
                results = selected_inside(self.builder, op, block, results)
            block.results = tuple(results)
        values = self._walk(block, operands, backwards)
        rows = list(values[self.states :])
        if bounded:
            rows = [self._padded(row, total) for row in rows]
        if turned:
            rows = [self._reversed(row) if row.type.rank > 1 else row for row in rows]
        return [*values[: self.states], *rows]

    def _masked_behind(self, operands: Sequence[Value]) -> list[Value]:
        """The Scan over all steps, whose rows are masked and whose states are picked behind it."""
        behind = Behind(self.builder, self.op)
        with self.builder.body([p.type for p in self.body.params], [p.name for p in self.body.params]) as block:
            copier = Copier(self.builder, new=dict(zip(self.body.params, block.params, strict=True)))
            copier.ops(self.body)
            block.results = tuple(copier.value(value) for value in behind.results())
        return list(self._walk(block, operands, False, behind.finished))

    def _mixes_rows(self, lengths: Value) -> bool:
        return mixed_in(self.body, lengths.type.shape[0]) is not None

    def _reversed(self, value: Value) -> Value:
        assert self.lengths is not None
        wide = self.builder.emit("cast", (self.lengths,), dtype=np.dtype(np.int64))[0]
        return self.builder.emit("reverse_sequence", (value, wide), seq_axis=0, batch_axis=1)[0]

    def _bound(self) -> None:
        """Cuts the sequences where every row has ended: what goes on unmasked must not see more steps."""
        builder = self.builder
        assert self.lengths is not None
        wide = builder.emit("cast", (self.lengths,), dtype=np.dtype(np.int64))[0]
        one = builder.const(np.array(1, np.int64))
        padded = builder.emit("concat", (wide, builder.const(np.array([1]))), axis=0)[0]
        longest = builder.emit("reduce_max", (padded,), axes=(0,), keepdims=False)[0]
        limit = builder.dim_value(self.time)
        assert limit is not None
        bound = builder.emit("minimum", (limit, builder.emit("maximum", (longest, one))[0]))[0]
        end = builder.emit("reshape", (bound, builder.const(np.array([1]))))[0]
        start = builder.const(np.array([0]))
        name: Dim = builder.fresh_dim("bound")
        cut = []
        for value in self.sequences:
            types = [value.type.with_shape((name, *value.type.shape[1:]))]
            cut.append(builder.emit("slice", (value, start, end), axes=(0,), steps=(1,), types=types)[0])
        self.sequences, self.time = cut, cut[0].type.shape[0]

    def _padded(self, row: Value, total: Dim) -> Value:
        """Rows up to the whole length again, zero behind the bound."""
        builder = self.builder
        full, have = builder.dim_value(total), builder.shape_of(row)
        assert full is not None
        first = builder.emit("gather", (have, builder.const(np.array([0]))), axis=0)[0]
        rest = builder.emit("sub", (builder.emit("reshape", (full, builder.const(np.array([1]))))[0], first))[0]
        rank = row.type.rank
        begins, ends = builder.const(np.zeros(rank, np.int64)), builder.const(np.zeros(rank - 1, np.int64))
        pads = builder.emit("concat", (begins, rest, ends), axis=0)[0]
        types = [row.type.with_shape((total, *row.type.shape[1:]))]
        return builder.emit("pad", (row, pads, zero_of(builder, row)), mode="constant", types=types)[0]

    def _walk(self, block: Block, operands: Sequence[Value], backwards: bool, finish: Finish = list) -> Sequence[Value]:
        """The Scan; a branch around it where there may be no steps; a Loop where the rows of no steps can't be made."""
        op, builder = self.op, self.builder
        note = self.report.noted(op)
        why = f"no native operator, since {note}" if note else "no native operator computes its body"
        row_types = [value.type for value in block.results[self.states :]]

        carried = zip(block.params[: self.states], block.results[: self.states], strict=True)
        if any(param.type.shape != after.type.shape for param, after in carried):
            reason = f"{why}; a state may change its shape, which no Scan allows"
            self.report.lowered(op, "Loop", reason, depth(op), builder.block)
            looped = _as_loop(builder, op, block, operands, self.states, backwards)
            return _repaired(builder, op, looped, self.states)
        if self.has_steps:
            self.report.lowered(op, "Scan", why, depth(op), builder.block)
            return finish(_scan_of(builder, op, block, operands, self.states, backwards))
        known = all(builder.dim_value(dim) is not None for type in row_types for dim in type.shape)
        if not known:
            reason = f"{why}; a length of its rows is known only inside"
            self.report.lowered(op, "Loop", reason, depth(op), builder.block)
            return _as_loop(builder, op, block, operands, self.states, backwards)
        self.report.lowered(op, "Scan", f"{why}; guarded for sequences of no steps", depth(op), builder.block)
        return _guarded_scan(builder, op, block, operands, self.states, backwards, finish)


def _scan_of(
    builder: Builder, op: Op, block: Block, operands: Sequence[Value], states: int, backwards: bool
) -> Sequence[Value]:
    return builder.emit("scan", operands, blocks=(block,), location=op.location, states=states, reverse=backwards)


def _guarded_scan(
    builder: Builder,
    op: Op,
    block: Block,
    operands: Sequence[Value],
    states: int,
    backwards: bool,
    finish: Finish = list,
) -> Sequence[Value]:
    """The Scan with a branch around it, which gives the states and no rows where there are no steps."""
    time: Dim = operands[states].type.shape[0]
    count = builder.dim_value(time)
    assert count is not None
    types = [param.type for param in block.params[:states]]
    types += [value.type.with_shape((time, *value.type.shape)) for value in block.results[states:]]
    types = types[: len(op.results)]

    def run() -> Sequence[Value]:
        # The body is copied: it must be a body of the branch.
        return finish(_scan_of(builder, op, Copier(builder).block(block), operands, states, backwards))

    def nothing() -> list[Value]:
        return [*operands[:states], *(zeros_of(builder, type) for type in types[states:])]

    return _either(builder, op, count, run, nothing, types)


def _as_loop(
    builder: Builder, op: Op, block: Block, operands: Sequence[Value], states: int, backwards: bool
) -> Sequence[Value]:
    """A walk over sequences as a ``loop`` that picks each step's rows itself."""
    time: Dim = operands[states].type.shape[0]
    count = builder.dim_value(time)
    assert count is not None
    zero, one = builder.const(np.array(0, np.int64)), builder.const(np.array(1, np.int64))
    last = builder.emit("sub", (count, one))[0]
    types = [Type(np.dtype(np.int64), ()), *(param.type for param in block.params[:states])]
    with builder.body(types) as body:
        step = body.params[0]
        at = builder.emit("sub", (last, step))[0] if backwards else step
        copier = Copier(builder, new=dict(zip(block.params[:states], body.params[1:], strict=True)))
        for param, sequence in zip(block.params[states:], operands[states:], strict=True):
            copier.new[param] = builder.emit("gather", (sequence, at), axis=0, types=[param.type])[0]
        copier.ops(block)
        more = builder.emit("less", (builder.emit("add", (step, one))[0], count))[0]
        body.results = (more, *(copier.value(value) for value in block.results))
    first = builder.emit("less", (zero, count))[0]
    values = list(builder.emit("loop", (first, *operands[:states]), blocks=(body,), location=op.location))
    if backwards:
        values[states:] = [builder.emit("reverse", (row,), axes=(0,))[0] for row in values[states:]]
    return values


# -- guards ------------------------------------------------------------------------------------------------------------


def _either(
    builder: Builder,
    op: Op,
    count: Value,
    run: Callable[[], Sequence[Value]],
    nothing: Callable[[], Sequence[Value]],
    types: Sequence[Type],
) -> Sequence[Value]:
    """``run()`` where ``count`` is above zero, else ``nothing()``."""
    some = builder.emit("less", (builder.const(np.array(0, np.int64)), count))[0]
    with builder.body([]) as then:
        then.results = tuple(run())
    with builder.body([]) as otherwise:
        otherwise.results = tuple(nothing())
    return builder.emit("cond", (some,), blocks=(then, otherwise), location=op.location, types=types)


def _is_positive(dim: Dim, known: Bounds) -> bool:
    return known.of(dim)[0] > 0


def _native(builder: Builder, op: Op, known: Bounds) -> Sequence[Value] | None:
    """A native layer without states that start as zero, as the engine has them; guarded where there may be no steps."""
    named = dict(zip(op.attrs["inputs"], op.operands, strict=True))
    given = {name: value for name, value in named.items() if name not in _STARTS or not is_zero(value)}
    time, batch = given["X"].type.shape[:2]
    counts = [builder.dim_value(dim) for dim in (time, batch) if not _is_positive(dim, known)]
    if not counts and len(given) == len(named):
        return None

    def run() -> Sequence[Value]:
        attrs = {**op.attrs, "inputs": tuple(given)}
        types = [value.type for value in op.results]
        return builder.emit(op.kind, given.values(), location=op.location, types=types, **attrs)

    if not counts:
        return run()
    sizes = [count for count in counts if count is not None]
    assert len(sizes) == len(counts)
    size = sizes[0] if len(sizes) == 1 else builder.emit("mul", sizes)[0]
    types = [value.type for value in op.results]
    return _either(builder, op, size, run, lambda: [zeros_of(builder, type) for type in types], types)


def _given_scan(builder: Builder, op: Op, known: Bounds) -> Sequence[Value] | None:
    """A scan that was there already, safe for sequences of no steps."""
    (body,), states, backwards = op.blocks, op.attrs["states"], op.attrs["reverse"]
    time: Dim = op.operands[states].type.shape[0]
    if _is_positive(time, known):
        return None
    if any(builder.dim_value(dim) is None for value in body.results[states:] for dim in value.type.shape):
        return _as_loop(builder, op, body, op.operands, states, backwards)
    return _guarded_scan(builder, op, body, op.operands, states, backwards)


def _repaired_loop(builder: Builder, op: Op, report: Report) -> Sequence[Value]:
    """A loop whose rows keep their lengths when it never runs."""
    note = "it goes on while a condition computed in it holds"
    report.lowered(op, "Loop", note, depth(op), builder.block)
    values = builder.emit(
        op.kind,
        op.operands,
        blocks=op.blocks,
        location=op.location,
        types=[value.type for value in op.results],
        **op.attrs,
    )
    return _repaired(builder, op, values, len(op.operands) - 1)


def _repaired(builder: Builder, op: Op, values: Sequence[Value], carried: int) -> list[Value]:
    """What a loop gives, its rows with their lengths even when it never ran."""
    values = list(values)
    for index in range(carried, len(values)):
        rows = values[index]
        inner = rows.type.shape[1:]
        if all(isinstance(dim, int) for dim in inner):
            continue
        if any(builder.dim_value(dim) is None for dim in inner):
            continue
        shape = builder.emit("shape", (rows,))[0]
        count = builder.emit("gather", (shape, builder.const(np.array(0, np.int64))), axis=0)[0]
        empty = rows.type.with_shape((0, *inner))
        (values[index],) = _either(
            builder,
            op,
            count,
            lambda rows=rows: [rows],  # type: ignore[misc]
            lambda empty=empty: [zeros_of(builder, empty)],  # type: ignore[misc]
            [rows.type],
        )
    return values
