"""Recurrences that don't wait for each other, and compute the same on other weights, as one recurrence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn2onnx.ir import Builder, Dim, Op, Value
from rnn2onnx.passes.fusing.fusible import Group
from rnn2onnx.passes.fusing.same_bodies import UnlikeError
from rnn2onnx.passes.fusing.side_by_side import Columns, SideBySide, width

New = Callable[[Value], Value]
"""The new value of one of the graph that is being copied."""


@dataclass(frozen=True)
class Fused:
    """Several recurrences as one.

    Attributes:
        checked: What it gave. If all of it are finite numbers, the recurrences did not disturb each other.
        steps: How many steps it takes.
        results: Emits the results that were wanted.
    """

    checked: Sequence[Value]
    steps: Dim
    results: Callable[[], list[Value]]


def beside(builder: Builder, new: New, group: Group, wanted: Sequence[Value]) -> Fused:
    """Emits recurrences as one.

    Args:
        builder: Where to.
        new: What the members' operands became.
        group: Recurrences that don't wait for each other.
        wanted: Those of their results that are needed.

    Raises:
        UnlikeError: Something in their bodies can't be computed side by side.
    """
    return _Beside(builder, new, group.members, group.pairs).fused(wanted)


class _Beside:
    def __init__(
        self, builder: Builder, new: New, members: Sequence[Op], pairs: Sequence[Mapping[Value, Value]]
    ) -> None:
        self.builder, self.new, self.members = builder, new, members
        (self.body,) = members[0].blocks
        self.states: int = members[0].attrs["states"]
        self.lengths = new(members[0].operands[-1]) if members[0].attrs["lengths"] else None
        backwards = [op.attrs["reverse"] for op in members]
        self.reverse = all(backwards)
        self.turned = [each and not self.reverse for each in backwards]
        # In which place of each member's sequences a parameter's counterpart stands.
        self.walked = {
            param: [
                self._sequence(op, mapping.get(param, param)) for op, mapping in zip(members, ({}, *pairs), strict=True)
            ]
            for param in self.body.params[self.states :]
            if all(param in mapping for mapping in pairs)
        }
        common = {
            param
            for param, sequences in self.walked.items()
            if len(set(self.turned)) == 1 and len({id(each) for each in sequences}) == 1
        }
        self.joint = SideBySide(builder, self.body, self.states, pairs, common)

    def _sequence(self, op: Op, param: Value) -> Value:
        return self.new(op.operands[op.blocks[0].params.index(param)])

    def fused(self, wanted: Sequence[Value]) -> Fused:
        joint = self.joint
        news = [joint.need(value) for value in self.body.results[: self.states]]
        rows = self._rows(wanted)
        for value in dict.fromkeys(rows.values()):
            joint.need(value)
        own = [joint.need(param) for param in self.body.params[: self.states]]
        joint.plan()
        kept = list(dict.fromkeys(rows.values()))
        values = self._recur(news, own, kept)
        finals = values[: self.states]
        by_row = dict(zip(kept, values[self.states :], strict=True))
        # A final state is one of the rows, or the initial state.
        unseen = [final for final, new in zip(finals, self.body.results, strict=False) if new not in by_row]

        def results() -> list[Value]:
            return [self._result(value, finals, rows, by_row) for value in wanted]

        return Fused([*by_row.values(), *unseen], self.members[0].operands[self.states].type.shape[0], results)

    def _rows(self, wanted: Sequence[Value]) -> dict[Value, Value]:
        """For each wanted result that is rows the value of the first body that it has columns of."""
        found: dict[Value, Value] = {}
        for place, op in enumerate(self.members):
            (body,) = op.blocks
            for result, value in zip(op.results[self.states :], body.results[self.states :], strict=True):
                if result in wanted:
                    found[result] = self._first(place, value)
        return found

    def _first(self, place: int, value: Value) -> Value:
        if not place:
            return value
        return next(a for a, b in self.joint.pairs[place - 1].items() if b is value)

    def _recur(self, news: Sequence[Columns], own: Sequence[Columns], kept: Sequence[Value]) -> Sequence[Value]:
        builder, joint = self.builder, self.joint
        initials = [
            joint.outside(columns, [self.new(op.operands[place]) for op in self.members])
            for place, columns in enumerate(own)
        ]
        walked: dict[Columns, Value] = {}
        known: dict[Columns, Value] = {}
        for leaf in joint.leaves:
            value = leaf[0]
            if value in self.walked:
                walked[leaf] = self._joint_sequence(leaf)
            elif value not in joint.states:
                known[leaf] = joint.outside(leaf, [self.new(part) for part in joint.parts(value)])
            elif leaf not in own:
                raise UnlikeError("a state of one number is used for many columns")
        if not walked:
            first = self.new(self.members[0].operands[self.states])
            walked[self.body.params[self.states], 0] = first
        types = [value.type for value in initials]
        types += [value.type.with_shape(value.type.shape[1:]) for value in walked.values()]
        with builder.body(types) as block:
            known.update(zip([*own, *walked], block.params, strict=True))
            joint.make(known)
            block.results = tuple(joint.made[columns] for columns in news)
            block.results += tuple(joint.made[value, width(value)] for value in kept)
        operands = [*initials, *walked.values(), *([self.lengths] if self.lengths is not None else [])]
        return builder.emit(
            "recur",
            operands,
            blocks=(block,),
            location=self.members[0].location,
            states=self.states,
            lengths=self.lengths is not None,
            reverse=self.reverse,
            unmasked=(),
        )

    def _joint_sequence(self, leaf: Columns) -> Value:
        sequences = self.walked[leaf[0]]
        if leaf[1] and sequences[0].type.rank != 3:
            raise UnlikeError(f"a sequence is {sequences[0].type}, not a row of numbers for each step and batch row")
        parts = [
            turn(self.builder, value, self.lengths) if turned else value
            for value, turned in zip(sequences, self.turned, strict=True)
        ]
        return self.joint.outside(leaf, parts)

    def _result(
        self, value: Value, finals: Sequence[Value], rows: Mapping[Value, Value], by_row: Mapping[Value, Value]
    ) -> Value:
        place = next(place for place, op in enumerate(self.members) if value in op.results)
        if value not in rows:
            state = self.members[place].results.index(value)
            return self.joint.column(finals[state], place, width(value))
        found = self.joint.column(by_row[rows[value]], place, width(value))
        return turn(self.builder, found, self.lengths) if self.turned[place] else found


def turn(builder: Builder, value: Value, lengths: Value | None) -> Value:
    """A sequence backwards; with lengths, each row's steps before its length."""
    if lengths is None:
        return builder.emit("reverse", (value,), axes=(0,))[0]
    wide = builder.emit("cast", (lengths,), dtype=np.dtype(np.int64))[0]
    return builder.emit("reverse_sequence", (value, wide), seq_axis=0, batch_axis=1)[0]
