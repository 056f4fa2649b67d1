"""``raise_loops``: a loop whose number of steps is known before it runs becomes a recurrence.

What ``raw_rnn`` and ``while_loop`` write with counters, flags, TensorArrays and inputs read ahead is then what
``dynamic_rnn`` writes: states, sequences, lengths. The steps themselves become a sequence, 0, 1, 2, …; a row read by
the step is a step of the sequence it is read from, a row written by it a row that is emitted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import Builder, Dim, Graph, Op, Type, Value, replay, uses, walk
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.raising.conditions import Flag
from rnn2onnx.passes.raising.selects import Selects
from rnn2onnx.passes.raising.steps_of_loops import LoopSteps, StepCopier
from rnn2onnx.passes.raising.written_rows import arrays_written, rows_given
from rnn2onnx.passes.report import Report

_I64 = np.dtype(np.int64)


@dataclass(frozen=True)
class RaiseLoops:
    """Loops that walk a known number of steps become recurrences."""

    name: ClassVar[str] = "raise_loops"
    works_on: ClassVar[Collection[str]] = ("loop",)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with a ``recur`` for each ``loop`` whose steps can be counted before it runs."""
        used = uses(graph.block)

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            return _raised(builder, op, report, used) if op.kind.name == "loop" else None

        return replay(graph, (rule,))


def _raised(builder: Builder, op: Op, report: Report, used: Mapping[Value, int]) -> Sequence[Value] | None:
    loop = LoopSteps(builder, op)
    count = loop.count()
    wanted = {param for param, result in zip(loop.carried, op.results, strict=False) if used.get(result)}
    made: Sequence[Value] | None
    if count is None:
        report.note(op, "whether it goes on depends on what it computes")
        made = rows_given(loop, wanted)
    else:
        try:
            made = _Recurrence(loop, count, wanted).results()
        except ShapeError:
            report.note(op, "it is known to go on past the end of what it reads or writes")
            return None
    if made is None:
        return None
    for old, new in zip(op.results, made, strict=True):
        for a, b in zip(old.type.shape, new.type.shape, strict=True):
            builder.unify(b, a)
    return made


class _Recurrence:
    """The recurrence that a counted loop is.

    Args:
        loop: What is known of the loop.
        count: The steps it takes.
        wanted: What it carries that is used behind it.
    """

    def __init__(self, loop: LoopSteps, count: Flag, wanted: Collection[Value]) -> None:
        self.loop, self.count, self.builder, self.wanted = loop, count, loop.builder, wanted
        self.body = loop.body
        self.location = loop.op.location
        self.turned: set[Value] = set()
        self.news = dict(zip(loop.carried, loop.news, strict=True))
        self.initials = dict(zip(loop.carried, loop.initials, strict=True))
        self.arrays = self._arrays()
        known = {*loop.offsets, *loop.downs, *loop.functions, *loop.fixed, *self.arrays}
        self.states = [param for param in loop.carried if param not in known]
        self.given = list(self.body.results[1 + len(loop.carried) :])
        self.selects = Selects(loop)
        self.mask = self._mask()

    def _arrays(self) -> dict[Value, Value]:
        """For each array that is only written to, at the step or from its end, the row that is written."""
        found: dict[Value, Value] = {}
        for param, write in arrays_written(self.loop).items():
            if self.loop.offset(write.operands[1]) == 0:
                found[param] = write.operands[2]
            elif self.loop.counts_down(write.operands[1], self.count, self.initials[param].type.shape[0]):
                found[param] = write.operands[2]
                self.turned.add(param)
        return found

    # -- lengths ----------------------------------------------------------------------------------------------------

    def _mask(self) -> Flag | None:
        """The condition under which every row of a state stays as it is, and what is given for it is zero."""
        found = [(self.selects.of(self.news[param]), param) for param in self.states]
        if any(select is None or select.still is not param for select, param in found):
            return None
        given = [(self.selects.of(row), row) for row in (*self.arrays.values(), *self.given)]
        if any(select is None or not select.is_zeroed(row) for select, row in given):
            return None
        masks = {select.done: None for select, _ in (*found, *given) if select is not None}
        return next(iter(masks)) if len(masks) == 1 else None

    def _unmasked(self, value: Value) -> Value:
        found = self.selects.of(value) if self.mask is not None else None
        return value if found is None else found.moving

    # -- the recurrence ---------------------------------------------------------------------------------------------

    def results(self) -> list[Value]:
        loop, builder = self.loop, self.builder
        steps = loop.steps(self.count)
        types = [*(param.type for param in self.states), Type(_I64, ())]
        rows = [*self.arrays.values(), *self.given]
        with builder.body(types, [param.name for param in self.states]) as block:
            copier = StepCopier(loop, block.params[-1], self.count, dict(zip(self.states, block.params, strict=False)))
            news = [self._new(copier, param, inside) for param, inside in zip(self.states, block.params, strict=False)]
            block.results = (*news, *(copier.need(self._unmasked(value)) for value in rows))
        operands = [self.initials[param] for param in self.states]
        time = self._walked(block.params[-1])
        zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
        total = steps if time is None else builder.dim_value(time)
        assert total is not None
        operands.append(builder.emit("range", (zero, total, one), location=self.location)[0])
        if self.mask is not None:
            operands.append(loop.value(self.mask))
        values = builder.emit(
            "recur",
            operands,
            blocks=(block,),
            location=self.location,
            states=len(self.states),
            lengths=self.mask is not None,
            reverse=False,
            unmasked=(),
        )
        finals = dict(zip(self.states, values, strict=False))
        given = [self._ended(value, steps, time) for value in values[len(self.states) :]]
        arrays = dict(zip(self.arrays, given, strict=False))
        return [*(self._final(p, finals, arrays, steps) for p in loop.carried), *given[len(arrays) :]]

    def _new(self, copier: StepCopier, param: Value, inside: Value) -> Value:
        """What a state becomes, without the select, which may have spread a number over its rows."""
        new = copier.need(self._unmasked(self.news[param]))
        if new.type.rank == inside.type.rank:
            return new
        return self.builder.emit("expand", (new, self.builder.shape_of(inside)), location=self.location)[0]

    def _walked(self, step: Value) -> Dim | None:
        """The length of the sequences that the body reads by the step, if it may be run for all their steps."""
        assert step.block is not None
        if self.mask is None:
            return None
        last = self.loop.reduced(self.mask, last=True)
        if last is None or (last.bound, last.offset) != (self.count.bound, self.count.offset):
            return None
        lengths: set[Dim] = set()
        stepped = {step}
        for op in step.block.ops:
            if not any(value in stepped for value in inputs_of(op)):
                continue
            if _reads(op, step) and op.operands[0] not in stepped:
                lengths.add(op.operands[0].type.shape[0])
                continue
            if not all(each.kind.total for each in (op, *(inner for body in op.blocks for inner in walk(body)))):
                return None
            stepped.update(op.results)
        return lengths.pop() if len(lengths) == 1 else None

    def _ended(self, rows: Value, steps: Value, time: Dim | None) -> Value:
        """The rows up to the last step that is taken."""
        if time is None or steps.content == (time,):
            return rows
        builder = self.builder
        end = builder.emit("unsqueeze", (self._at_most(steps, time),), axes=(0,), location=self.location)[0]
        bounds = (builder.const(np.array([0])), end)
        return builder.emit("slice", (rows, *bounds), axes=(0,), steps=(1,), location=self.location)[0]

    def _at_most(self, steps: Value, time: Dim) -> Value:
        """The steps that are taken; where they are more than there can be, running that is an error."""
        builder = self.builder
        zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
        total = builder.dim_value(time)
        assert total is not None
        past = builder.emit("add", (total, one), location=self.location)[0]
        ends = builder.emit("range", (zero, past, one), location=self.location)[0]
        return builder.emit("gather", (ends, steps), axis=0, location=self.location)[0]

    def _final(self, param: Value, finals: dict[Value, Value], arrays: dict[Value, Value], steps: Value) -> Value:
        loop, builder = self.loop, self.builder
        if param in finals:
            return finals[param]
        if param not in self.wanted:
            return self.initials[param]
        if param in arrays:
            return self._written(param, arrays[param], steps)
        if param in loop.fixed:
            return loop.fixed[param]
        if param in loop.offsets:
            ahead = builder.const(np.array(loop.offsets[param], _I64))
            value = builder.emit("add", (steps, ahead), location=self.location)[0]
            return builder.emit("cast", (value,), dtype=param.type.dtype, location=self.location)[0]
        if param in loop.downs:
            taken = builder.emit("cast", (steps,), dtype=param.type.dtype, location=self.location)[0]
            return builder.emit("sub", (loop.downs[param], taken), location=self.location)[0]
        one = builder.const(np.array(1, _I64))
        last = builder.emit("sub", (steps, one), location=self.location)[0]
        return loop.at(loop.functions[param], last)

    def _written(self, param: Value, rows: Value, steps: Value) -> Value:
        """An array with its first rows written: all of it where as many steps are taken as it has rows."""
        builder, array, write = self.builder, self.initials[param], self.news[param].op
        assert write is not None
        if param in self.turned:
            return builder.emit("reverse", (rows,), axes=(0,), location=self.location)[0]
        if rows.type.shape[0] == array.type.shape[0]:
            return rows
        ends = builder.const(np.array([np.iinfo(np.int64).max]))
        written = steps if write.attrs["grow"] else self._at_most(steps, array.type.shape[0])
        start = builder.emit("unsqueeze", (written,), axes=(0,), location=self.location)[0]
        rest = builder.emit("slice", (array, start, ends), axes=(0,), steps=(1,), location=self.location)[0]
        return builder.emit("concat", (rows, rest), axis=0, location=self.location)[0]


def _reads(op: Op, step: Value) -> bool:
    """Whether an operation reads the row of the step."""
    if op.kind.name != "gather" or op.attrs["axis"] != 0:
        return False
    index = op.operands[1]
    while index.op is not None and index.op.kind.name == "cast":
        index = index.op.operands[0]
    return index is step
