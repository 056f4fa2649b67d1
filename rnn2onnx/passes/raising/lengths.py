"""``lengths``: selects that stop each row of a recurrence at its own step become the recurrence's lengths.

``new = where(t < n, new, old)`` in each step is what a recurrence with lengths means. Without the selects its body is
the cell that was written, which may have a native operator, or run on rows that are packed by length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Dim, Graph, Op, Type, Value, replay, walk
from rnn2onnx.passes.dependence import inputs_of, slice_of
from rnn2onnx.passes.raising.conditions import Flag
from rnn2onnx.passes.raising.rows_behind import RowsBehind
from rnn2onnx.passes.raising.selects import Select, Selects
from rnn2onnx.passes.raising.steps_of_recurrences import RecurrenceSteps
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.rows_apart import mixed_in
from rnn2onnx.passes.tidy import without_unused

_I64 = np.dtype(np.int64)


@dataclass(frozen=True)
class Lengths:
    """Recurrences whose steps select old states by row get lengths."""

    name: ClassVar[str] = "lengths"
    works_on: ClassVar[Collection[str]] = ("recur",)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with lengths for each ``recur`` without, all of whose states stop at the same ones."""
        once: set[tuple[Value, ...]] = set()
        while True:
            run = _Run(report, once)
            made = replay(graph, (run.rule,))
            left = set(walk(made.block))
            again = {results for results, ops in run.remade.items() if not left.isdisjoint(ops)}
            if not again:
                return without_unused(made, ("recur",)) if run.remade else made
            once |= again


class _Run:
    """One try to give lengths to the recurrences of a graph.

    Args:
        report: Where to say why not.
        once: The recurrences, by their results, that may not compute anything a second time behind themselves.

    Attributes:
        remade: For each of the others the operations that do.
    """

    def __init__(self, report: Report, once: Collection[tuple[Value, ...]]) -> None:
        self.report, self.once = report, once
        self.remade: dict[tuple[Value, ...], list[Op]] = {}
        self._filled: dict[Value, tuple[Flag, Value]] = {}

    def rule(self, builder: Builder, op: Op) -> Sequence[Value] | None:
        """A recurrence with lengths for one that has selects."""
        if op.kind.name != "recur" or op.attrs["lengths"] or not op.attrs["states"]:
            return None
        found = _Stopped(builder, op, self._filled)
        if not found.masked and not found.late:
            return None
        if op.results in self.once and found.behind.twice:
            found.hindered = "for a row that has ended it gives what only its steps compute"
        made = None if found.hindered else found.results()
        if made is None:
            self.report.note(op, found.hindered)
            return None
        self.remade[op.results] = found.behind.remade
        self._filled.update({value: (found.done, rows) for value, rows in found.behind.filled.items()})
        return made


class _Stopped:
    """A recurrence whose states are selected by the step and the length of the row.

    Args:
        builder: Where to.
        op: The recurrence, its operands and bodies in the builder's graph.
        filled: For sequences with something for rows that have ended the condition that they have, and the sequence
            with zeros there.

    Attributes:
        masked: For each state that stays as it is where a row has ended, the select that says so.
        late: Whether there is a state that stays as it is until a row begins.
        hindered: Why it can't have lengths; empty if it can.
    """

    def __init__(self, builder: Builder, op: Op, filled: Mapping[Value, tuple[Flag, Value]]) -> None:
        self.builder, self.op, self.filled = builder, op, filled
        (self.body,) = op.blocks
        states = op.attrs["states"]
        self.params, self.walked = self.body.params[:states], self.body.params[states:]
        self.news = dict(zip(self.params, self.body.results, strict=False))
        self.given = self.body.results[states:]
        self.initials = dict(zip(self.params, op.operands, strict=False))
        self.time = op.operands[states].type.shape[0]
        self.steps = RecurrenceSteps(builder, op)
        self.selects = Selects(self.steps)
        self.masked: dict[Value, Select] = {}
        self.late = False
        for param in self._carried():
            select = self.selects.of(self.news[param])
            if select is not None and select.still is param and select.moving.type == param.type:
                self.masked[param] = select
            elif select is not None and select.moving is param:
                self.late = True
        self.behind = RowsBehind(builder, op, self.masked)
        self.hindered = self._hindrance()

    def _carried(self) -> list[Value]:
        """The states that are neither outer values nor counters."""
        return [p for p in self.params if p not in self.steps.fixed and p not in self.steps.counters]

    def _hindrance(self) -> str:
        carried = self._carried()
        if self.late:
            return "its rows begin at different steps"
        if len(self.masked) < len(carried):
            return "only some of its states stop at the lengths of the rows"
        if len({select.done for select in self.masked.values()}) > 1:
            return "its states stop at different lengths of the rows"
        if self.steps.counters and self.op.attrs["reverse"]:
            return "it is walked backwards and counts its steps"
        others = [row for row in self.given if self._zeroed(row) is None]
        if (others or self.steps.counters) and self.builder.dim_value(self.time) is None:
            return "how many steps there are is not known before it"
        zeroed = [select.moving for row in self.given if (select := self._zeroed(row)) is not None]
        if not self.behind.plan(others, self.stopped, [*self._movings(), *zeroed]):
            return "for a row that has ended it gives random numbers"
        return ""

    @property
    def done(self) -> Flag:
        """The condition that a row has ended."""
        return next(iter(self.masked.values())).done

    def _movings(self) -> list[Value]:
        """What the states become where they have not stopped."""
        return [select.moving for select in self.masked.values()]

    def stopped(self, value: Value) -> Select | None:
        """The select that gives a value, if it is by the lengths that stop the states."""
        select = self.selects.of(value)
        return select if select is not None and select.done == self.done else None

    def _zeroed(self, row: Value) -> Select | None:
        """The select that gives a row, if it makes it zero at the lengths that stop the states."""
        select = self.stopped(row)
        return select if select is not None and select.is_zeroed(row) else None

    # -- the recurrence with lengths --------------------------------------------------------------------------------

    def results(self) -> list[Value] | None:
        """The results of the recurrence, from one with lengths; None, and why, if its rows can't walk apart."""
        builder, op = self.builder, self.op
        zeroed = {row: select.moving for row in self.given if (select := self._zeroed(row)) is not None}
        columns = list(dict.fromkeys((*zeroed.values(), *self.behind.columns)))
        needed = [*self._movings(), *columns]
        inside = slice_of(needed, self.body.params, self.body)
        stepped = self._stepped()
        walked = self._walked({*needed, *(value for each in inside for value in inputs_of(each))}, stepped)
        with builder.body([param.type for param in (*self.masked, *walked)]) as block:
            new = {**self.steps.fixed, **dict(zip((*self.masked, *walked), block.params, strict=True))}
            copier = Copier(builder, new=new)
            for each in inside:
                copier.op(each)
            block.results = tuple(copier.value(value) for value in needed)
        lengths = self.steps.value(self.done)
        apart = _walks_by_row(block, len(self.masked), lengths.type.shape[0])
        if op.attrs["reverse"] and not apart:
            self.hindered = "it is walked backwards, and its rows don't keep apart"
            return None
        sequences = [stepped[param] for param in walked]
        if apart and all(each.kind.total for each in walk(block)):
            # What is walked for rows that have ended is not seen.
            done = self.done
            sequences = [self.filled[v][1] if v in self.filled and self.filled[v][0] == done else v for v in sequences]
        values = builder.emit(
            op.kind,
            [*(self.initials[param] for param in self.masked), *sequences, lengths],
            blocks=(block,),
            location=op.location,
            states=len(self.masked),
            lengths=True,
            reverse=op.attrs["reverse"],
            unmasked=(),
        )
        finals = dict(zip(self.masked, values, strict=False))
        rows = dict(zip(columns, values[len(self.masked) :], strict=True))
        given = {row: rows[value] for row, value in zeroed.items()}
        given.update(self.behind.results(finals, rows, {**stepped, **self.steps.fixed}, lengths))
        return [*(self._final(param, finals) for param in self.params), *(given[row] for row in self.given)]

    def _stepped(self) -> dict[Value, Value]:
        """For each parameter that is known for all steps, counters among them, the sequence of what it is."""
        stepped = dict(zip(self.walked, self.op.operands[len(self.params) :], strict=True))
        return {**stepped, **{param: self._counted(param) for param in self.steps.counters}}

    def _walked(self, used: Collection[Value], stepped: Mapping[Value, Value]) -> list[Value]:
        """The parameters whose sequences the recurrence walks: those that it uses, or else one that has rows."""
        found = [param for param in stepped if param in used]
        return found or [max(stepped, key=lambda param: param.type.rank)]

    def _final(self, param: Value, finals: dict[Value, Value]) -> Value:
        if param in finals:
            return finals[param]
        if param in self.steps.fixed:
            return self.steps.fixed[param]
        builder, total = self.builder, self.builder.dim_value(self.time)
        assert total is not None
        taken = builder.emit("add", (total, builder.const(np.array(self.steps.counters[param], _I64))))[0]
        return self._as(taken, param.type)

    def _counted(self, param: Value) -> Value:
        """What a counter is in each step."""
        builder, total = self.builder, self.builder.dim_value(self.time)
        assert total is not None
        zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
        rows = builder.emit("range", (zero, total, one), types=[Type(_I64, (self.time,))])[0]
        start = builder.const(np.array(self.steps.counters[param], _I64))
        return self._as(builder.emit("add", (rows, start))[0], param.type)

    def _as(self, value: Value, type: Type) -> Value:
        return value if value.type.dtype == type.dtype else self.builder.emit("cast", (value,), dtype=type.dtype)[0]


def _walks_by_row(block: Block, states: int, batch: Dim) -> bool:
    """Whether each row of a body may take its steps at another time than the others."""
    sequences = block.params[states:]
    return all(param.type.shape[:1] == (batch,) for param in sequences) and mixed_in(block, batch) is None
