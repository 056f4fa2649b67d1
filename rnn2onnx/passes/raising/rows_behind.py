"""What the steps of a recurrence with lengths give that is not zero for a row that has ended, computed behind it.

Behind it a state that has stopped is known for every step: where a row has ended it is the final one. What is made of
such states, of what is walked and of selects needs no state of its own. What only the recurrence computes is not made
twice: a row that needs that for steps past its end has to stay where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rnn2onnx.ir import Builder, Copier, Op, Type, Value, walk
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
    """

    def __init__(self, builder: Builder, op: Op, masked: Mapping[Value, Select]) -> None:
        self.builder, self.op, self.masked = builder, op, masked
        (self.body,) = op.blocks
        self.of_states = state_sets(self.body, op.attrs["states"])
        self.stopped = {select.op.results[0]: param for param, select in masked.items()}
        self.columns: dict[Value, None] = {}
        self._carried = {index for index, param in enumerate(self.body.params) if param in masked}
        self._rows: list[Value] = []
        self._made: dict[Op, Select | None] = {}
        self._given: dict[Value, None] = {}

    def plan(self, rows: Sequence[Value], select_of: Callable[[Value], Select | None], inside: Sequence[Value]) -> bool:
        """Notes what rows are made of; says whether they may be computed behind the recurrence.

        Args:
            rows: Results of the body.
            select_of: For a value the select by the lengths that gives it.
            inside: What the recurrence computes anyway.
        """
        self._rows = list(rows)
        waiting, seen = list(rows), set(rows)
        while waiting:
            value = waiting.pop()
            if value in self.stopped or value in self.masked:
                self._given[value] = None
                self.columns[self.masked[self.stopped.get(value, value)].moving] = None
                continue
            if value.block is not self.body or value.op is None:
                self._given[value] = None
                continue
            select = select_of(value) if self._is_carried(value) else None
            if select is not None and (not self._is_carried(select.moving) or select.moving.type != value.type):
                select = None
            self._made[value.op] = select
            needed = inputs_of(value.op)
            if select is not None:
                self.columns[select.moving] = None
                needed = [select.op.operands[0], select.still]
            waiting += [each for each in needed if each not in seen]
            seen.update(needed)
        twice = set(slice_of([*inside, *self.columns], self.body.params, self.body))
        return all(select is not None or self._may_be_made(op, op in twice) for op, select in self._made.items())

    def _is_carried(self, value: Value) -> bool:
        """Whether a value depends on a state that stops."""
        return not self._carried.isdisjoint(self.of_states.get(value, ()))

    def _may_be_made(self, op: Op, twice: bool) -> bool:
        if not twice:
            return True
        inner = [op, *(each for body in op.blocks for each in walk(body))]
        if not all(each.kind.reusable for each in inner):
            return False
        return op.kind.elementwise or not any(map(self._is_carried, op.results))

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
        if not self._rows:
            return {}
        full = {
            param: self._where(lengths, rows[select.moving], self._rest(param, finals))
            for param, select in self.masked.items()
            if select.moving in self.columns and not self._given.keys().isdisjoint((param, select.op.results[0]))
        }
        sequences: dict[Value, Value] = {}
        new: dict[Value, Value] = {}
        for value in (*self.body.params, *self.stopped):
            if value not in self._given:
                continue
            if value in self.stopped:
                sequences[value] = full[self.stopped[value]]
            elif value in self.masked:
                sequences[value] = self._before(value, full[value])
            elif value in self.body.params[: self.op.attrs["states"]] and known[value].type == value.type:
                new[value] = known[value]
            else:
                sequences[value] = known[value]
        made = [row for row in dict.fromkeys(self._rows) if row not in sequences]
        out = {row: sequences[row] for row in self._rows if row in sequences}
        out.update(zip(made, self._computed(made, sequences, new, rows), strict=True))
        return out

    def _computed(
        self,
        made: Sequence[Value],
        sequences: Mapping[Value, Value],
        new: Mapping[Value, Value],
        rows: Mapping[Value, Value],
    ) -> Sequence[Value]:
        """Rows that operations of the body give, for all steps, by a recurrence without states."""
        if not made:
            return []
        builder, op = self.builder, self.op
        taken = list(dict.fromkeys(select.moving for select in self._made.values() if select is not None))
        operands = [*sequences.values(), *(rows[value] for value in taken)]
        if not operands:
            operands = [op.operands[op.attrs["states"]]]
        types = [value.type.with_shape(value.type.shape[1:]) for value in operands]
        with builder.body(types) as block:
            copier = Copier(builder, new={**new, **dict(zip(sequences, block.params, strict=False))})
            columns = dict(zip(taken, block.params[len(sequences) :], strict=False))
            for each in self.body.ops:
                if each not in self._made:
                    continue
                select = self._made[each]
                if select is None:
                    copier.op(each)
                    continue
                parts = [columns[v] if v is select.moving else copier.value(v) for v in each.operands]
                copier.new[each.results[0]] = builder.emit(
                    each.kind, parts, location=each.location, types=[each.results[0].type]
                )[0]
            block.results = tuple(copier.value(value) for value in made)
        return builder.emit(
            "recur",
            operands,
            blocks=(block,),
            location=op.location,
            states=0,
            lengths=False,
            reverse=False,
            unmasked=(),
        )

    # -- states for every step --------------------------------------------------------------------------------------

    def _rest(self, param: Value, finals: Mapping[Value, Value]) -> Value:
        """What a state is in the steps past a row's length: walked backwards, those come before all others."""
        if self.op.attrs["reverse"]:
            return self.op.operands[self.body.params.index(param)]
        return finals[param]

    def _where(self, lengths: Value, rows: Value, rest: Value) -> Value:
        """``rows`` [T, B, …] with ``rest`` [B, …] past each row's length."""
        builder = self.builder
        mask = step_mask(builder, rows.type.shape[0], lengths)
        if rows.type.rank > 2:
            mask = builder.emit("unsqueeze", (mask,), axes=tuple(range(2, rows.type.rank)))[0]
        row = builder.emit("unsqueeze", (rest,), axes=(0,))[0]
        return builder.emit("where", (mask, rows, row), types=[rows.type], location=self.op.location)[0]

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
