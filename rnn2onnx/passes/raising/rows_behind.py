"""What the steps of a recurrence with lengths give that is not zero for a row that has ended, computed behind it.

Behind it a state that has stopped is known for every step: where a row has ended it is the final one. What is made of
such states, of what is walked and of selects needs no state of its own. What the recurrence itself computes would be
made twice, which only pays where nobody needs it for the rows that have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Copier, Dim, Op, Type, Value, walk
from rnn2onnx.passes.dependence import inputs_of, slice_of, state_sets
from rnn2onnx.passes.raising.selects import Select
from rnn2onnx.passes.vectorise import step_mask


class RowsBehind:
    """Rows that are computed behind a recurrence.

    Args:
        builder: Where to.
        op: The recurrence as it was, with the selects.
        masked: For each state that stops the select that says so.

    Attributes:
        columns: The values of the body that the recurrence has to give for the rows that have not ended.
        twice: The rows that are made of what the recurrence computes too.
        remade: The operations that make these, for all steps.
        filled: For each value with something for rows that have ended what it is with zeros there.
    """

    def __init__(self, builder: Builder, op: Op, masked: Mapping[Value, Select]) -> None:
        self.builder, self.op, self.masked = builder, op, masked
        (self.body,) = op.blocks
        self.of_states = state_sets(self.body, op.attrs["states"])
        self.stopped = {select.op.results[0]: param for param, select in masked.items()}
        self.columns: dict[Value, None] = {}
        self._carried = {index for index, param in enumerate(self.body.params) if param in masked}
        self.twice: dict[Value, None] = {}
        self.remade: list[Op] = []
        self.filled: dict[Value, Value] = {}
        self._carried = {index for index, param in enumerate(self.body.params) if param in masked}
        self._ops: dict[Value, list[Op]] = {}
        self._selects: dict[Op, Select] = {}

    def plan(self, rows: Sequence[Value], select_of: Callable[[Value], Select | None], inside: Sequence[Value]) -> bool:
        """Notes what rows are made of; says whether they may be computed behind the recurrence.

        Args:
            rows: Results of the body.
            select_of: For a value the select by the lengths that gives it.
            inside: What the recurrence computes anyway.
        """
        self._ops = {row: self._ops_of(row, select_of) for row in rows}
        alone = set(slice_of([*inside, *self.columns], self.body.params, self.body))
        for row, ops in self._ops.items():
            shared = [op for op in ops if op in alone and op not in self._selects]
            if any(
                not each.kind.reusable
                for op in shared
                for each in (op, *(inner for body in op.blocks for inner in walk(body)))
            ):
                return False
            if any(not op.kind.elementwise and any(map(self._is_carried, op.results)) for op in shared):
                if row.type.shape[:1] != self._batch:
                    return False
                self.twice[row] = self.columns[row] = None
        return True

    @property
    def _batch(self) -> tuple[Dim, ...]:
        return next(iter(self.masked.values())).done.bound.type.shape

    def _ops_of(self, row: Value, select_of: Callable[[Value], Select | None]) -> list[Op]:
        """The operations of the body that make a row of what is known for all steps."""
        ops: dict[Op, None] = {}
        waiting, seen = [row], {row}
        while waiting:
            value = waiting.pop()
            if value in self.stopped or value in self.masked:
                self.columns[self.masked[self.stopped.get(value, value)].moving] = None
                continue
            if value.block is not self.body or value.op is None:
                continue
            ops[value.op] = None
            select = select_of(value) if self._is_carried(value) else None
            if select is not None and self._is_carried(select.moving) and select.moving.type == value.type:
                self._selects[value.op] = select
                self.columns[select.moving] = None
            needed = self._inputs(value.op)
            waiting += [each for each in needed if each not in seen]
            seen.update(needed)
        return list(ops)

    def _is_carried(self, value: Value) -> bool:
        """Whether a value depends on a state that stops."""
        return not self._carried.isdisjoint(self.of_states.get(value, ()))

    def results(
        self, finals: Mapping[Value, Value], rows: Mapping[Value, Value], known: Mapping[Value, Value], lengths: Value
    ) -> dict[Value, Value]:
        """The rows.

        Args:
            finals: For each state that stops what it is at last.
            rows: For each column [T, B, …], zero for rows that have ended.
            known: For each other parameter of the body the sequence that is walked, or the outer value that it is.
            lengths: i64[B].
        """
        self._finals, self._columns, self._known, self._lengths = finals, rows, known, lengths
        out = self._for_all([row for row in self._ops if row not in self.twice])
        for row, made in self._for_all(list(self.twice)).items():
            if made.op is not None:
                self.remade.append(made.op)
            out[row] = self._filled(rows[row], made)
        return out

    def _for_all(self, rows: Sequence[Value]) -> dict[Value, Value]:
        """Rows for all steps, by a recurrence without states where operations make them."""
        out = {row: self._sequence(row) for row in rows if row in self.stopped or row in self.masked}
        made = [row for row in rows if row not in out]
        if not made:
            return out
        builder = self.builder
        wanted = {op for row in made for op in self._ops[row]}
        ops = [op for op in self.body.ops if op in wanted]
        used = {*made, *(value for op in ops for value in self._inputs(op))}
        given = [value for value in (*self.body.params, *self.stopped) if value in used]
        outer = {v: self._known[v] for v in given if v in self._known and self._known[v].type == v.type}
        sequences = {value: self._sequence(value) for value in given if value not in outer}
        taken = list(dict.fromkeys(self._selects[op].moving for op in ops if op in self._selects))
        operands = [*sequences.values(), *(self._columns[value] for value in taken)]
        if not operands:
            operands = [self.op.operands[self.op.attrs["states"]]]
        types = [value.type.with_shape(value.type.shape[1:]) for value in operands]
        with builder.body(types) as block:
            copier = Copier(builder, new={**outer, **dict(zip(sequences, block.params, strict=False))})
            columns = dict(zip(taken, block.params[len(sequences) :], strict=False))
            for op in ops:
                if op not in self._selects:
                    copier.op(op)
                    continue
                moving, result = self._selects[op].moving, op.results[0]
                parts = [columns[v] if v is moving else copier.value(v) for v in op.operands]
                copier.new[result] = builder.emit(op.kind, parts, location=op.location, types=[result.type])[0]
            block.results = tuple(copier.value(value) for value in made)
        attrs: dict[str, Any] = {"states": 0, "lengths": False, "reverse": False, "unmasked": ()}
        values = builder.emit("recur", operands, blocks=(block,), location=self.op.location, **attrs)
        return {**out, **dict(zip(made, values, strict=True))}

    def _inputs(self, op: Op) -> list[Value]:
        """What an operation needs behind the recurrence besides columns."""
        select = self._selects.get(op)
        return inputs_of(op) if select is None else [op.operands[0], select.still]

    # -- states for every step --------------------------------------------------------------------------------------

    def _sequence(self, value: Value) -> Value:
        """A parameter of the body, or what a state becomes, for all steps."""
        if value in self.stopped:
            return self._stays(self.stopped[value])
        return self._before(value, self._stays(value)) if value in self.masked else self._known[value]

    def _stays(self, param: Value) -> Value:
        """A state behind each step: for rows that have ended the final one; walked backwards, the initial one."""
        rest = self.op.operands[self.body.params.index(param)] if self.op.attrs["reverse"] else self._finals[param]
        row = self.builder.emit("unsqueeze", (rest,), axes=(0,))[0]
        return self._filled(self._columns[self.masked[param].moving], row)

    def _filled(self, rows: Value, rest: Value) -> Value:
        """``rows`` [T, B, …] with others past each row's length."""
        builder = self.builder
        mask = step_mask(builder, rows.type.shape[0], self._lengths)
        if rows.type.rank > 2:
            mask = builder.emit("unsqueeze", (mask,), axes=tuple(range(2, rows.type.rank)))[0]
        made = builder.emit("where", (mask, rows, rest), types=[rows.type], location=self.op.location)[0]
        self.filled[made] = rows
        return made

    def _before(self, param: Value, rows: Value) -> Value:
        """What a state is before each step, from what it is after each."""
        builder, reverse = self.builder, self.op.attrs["reverse"]
        first = builder.emit("unsqueeze", (self.op.operands[self.body.params.index(param)],), axes=(0,))[0]
        parts = (rows, first) if reverse else (first, rows)
        joined = builder.emit("concat", parts, axis=0)[0]
        bounds = (1, np.iinfo(np.int64).max) if reverse else (0, -1)
        ends = [builder.const(np.array([bound])) for bound in bounds]
        type = Type(rows.type.dtype, rows.type.shape)
        return builder.emit("slice", (joined, *ends), axes=(0,), steps=(1,), types=[type])[0]
