"""``roll_up``: steps that a program writes out one after the other become a recurrence again.

A Python ``for`` over ``tf.unstack`` that calls a cell each time leaves the cell's operations as often as there are
steps. As a ``recur`` they are what every other pass is made for.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Builder, Copier, Graph, Op, Type, Value
from rnn2onnx.ir.replay import dims_of, sweep
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.rolling.copies import Written
from rnn2onnx.passes.rolling.stacked_steps import Piece, Sources, Stacks, spread
from rnn2onnx.passes.rolling.steps_in_a_row import Made, Part, Same, Unrolled, Walked
from rnn2onnx.passes.rolling.unrolled_steps import unrolled_steps
from rnn2onnx.passes.vectorise import is_zero


@dataclass(frozen=True)
class RollUp:
    """Steps that are written out become recurrences."""

    name: ClassVar[str] = "roll_up"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with a ``recur`` for each row of steps that do the same."""
        written = Written(graph.block)
        steps = unrolled_steps(written)
        return _Rebuilt(graph, written, steps).graph() if steps else graph


class _Rebuilt:
    """A graph with recurrences in place of steps.

    Args:
        graph: The graph.
        written: Its block.
        steps: The steps in it.
    """

    def __init__(self, graph: Graph, written: Written, steps: Sequence[Unrolled]) -> None:
        self.old, self.written, self.steps = graph, written, steps
        self.builder = Builder(graph.name)
        self.builder.reserve(dims_of(graph))
        self.copier = Copier(self.builder)
        self.stacks = Stacks(written)
        self.rows: dict[tuple[Part, int], Value] = {}
        self.finals: dict[tuple[Part, int], Value] = {}
        self.sources = Sources(self.builder, written, self.value, self._rows_of)
        self.wanted = self._wanted()

    def graph(self) -> Graph:
        """The graph rebuilt."""
        for value in self.old.inputs:
            self.copier.new[value] = self.builder.input(value.name, value.type)
        for node in self._order():
            if isinstance(node, Unrolled):
                self._recur(node)
            elif node in self.stacks.parts:
                self.copier.new[node.results[0]] = self.sources.joined(node, self.stacks.parts[node])
            elif node not in self.stacks.only:
                self.copier.new.update((value, self.value(value)) for value in self.written.inputs[node])
                self.copier.op(node)
        results = [self.value(value) for value in self.old.block.results]
        made = self.builder.finish(zip(self.old.outputs, results, strict=True))
        sweep(made)
        return made

    def value(self, value: Value) -> Value:
        """The new value of an old one, picked from the rows that steps give if it is of a step."""
        op = value.op
        if op is not None and value.block is None:
            return self.builder.const(op.attrs["value"])
        if op is None or op not in self.written.taken or value in self.copier.new:
            return self.copier.value(value)
        steps: Unrolled = self.written.taken[op]
        part, step = steps.place[op]
        key = part, op.results.index(value)
        if step == steps.count - 1 and key in self.finals:
            return self.finals[key]
        rows, at = self.rows[key], self.builder.const(np.array(step))
        self.copier.new[value] = self.builder.emit("gather", (rows, at), axis=0, types=[value.type])[0]
        return self.copier.new[value]

    def _rows_of(self, part: Part, result: int) -> Value:
        return self.rows[part, result]

    # -- what is needed, and in which order -------------------------------------------------------------------------

    def _wanted(self) -> dict[Unrolled, dict[tuple[Part, int], None]]:
        """For each row of steps the results of its parts that are needed as rows."""
        taken = self.written.taken
        wanted: dict[Unrolled, dict[tuple[Part, int], None]] = defaultdict(dict)
        carried = {steps: _carried(steps) for steps in self.steps}

        def want(value: Value) -> None:
            op = value.op
            if op is None or op not in taken:
                return
            steps = taken[op]
            part, step = steps.place[op]
            key = part, op.results.index(value)
            if step < steps.count - 1 or key not in carried[steps]:
                wanted[steps][key] = None

        def want_pieces(pieces: Sequence[Piece]) -> None:
            for piece in pieces:
                op = piece.value.op
                if op in taken and piece.source and isinstance(piece.source[0], Part) and len(piece.places) > 1:
                    wanted[taken[op]][piece.source[0], piece.source[1]] = None
                else:
                    want(piece.value)

        for op in self.old.block.ops:
            if op in self.stacks.parts:
                want_pieces(self.stacks.parts[op])
            elif op not in taken and op not in self.stacks.only:
                for value in self.written.inputs[op]:
                    want(value)
        for value in self.old.block.results:
            want(value)
        for given in (given for steps in self.steps for part in steps.parts for given in part.given):
            if isinstance(given, Walked):
                want_pieces(self.sources.pieces(given.values))
            else:
                for value in (given.value,) if isinstance(given, Same) else given.first:
                    want(value)
        return wanted

    def _order(self) -> list[Op | Unrolled]:
        """The operations and the steps, each after what it needs, else as they were."""
        taken, index = self.written.taken, self.written.index
        nodes: dict[Op | Unrolled, int] = {}
        for op, place in index.items():
            nodes.setdefault(taken.get(op, op), place)
        needs: dict[Op | Unrolled, set[Op | Unrolled]] = {}
        users: dict[Op | Unrolled, list[Op | Unrolled]] = defaultdict(list)
        for node in nodes:
            values = node.outside() if isinstance(node, Unrolled) else self.written.inputs[node]
            needs[node] = {taken.get(value.op, value.op) for value in values if value.op in index}
            for other in needs[node]:
                users[other].append(node)
        left = {node: len(others) for node, others in needs.items()}
        ready = [(nodes[node], node) for node in nodes if not left[node]]
        heapq.heapify(ready)
        out = []
        while ready:
            _, node = heapq.heappop(ready)
            out.append(node)
            for user in users[node]:
                left[user] -= 1
                if not left[user]:
                    heapq.heappush(ready, (nodes[user], user))
        assert len(out) == len(nodes), "steps that wait for each other"
        return out

    # -- a recurrence -----------------------------------------------------------------------------------------------

    def _recur(self, steps: Unrolled) -> None:
        builder = self.builder
        states = _States(self, steps)
        walked = list(dict.fromkeys(g.values for p in steps.parts for g in p.given if isinstance(g, Walked)))
        sequences = [self.sources.stacked(values) for values in walked]
        if not sequences:
            sequences = [builder.const(np.arange(steps.count))]
        rows = list(self.wanted[steps])
        operands = [*states.initials(), *sequences]
        types = [*states.types(), *(value.type.with_shape(value.type.shape[1:]) for value in sequences)]
        with builder.body(types) as block:
            slots = dict(zip(states.slots, block.params, strict=False))
            steps_of = dict(zip(walked, block.params[len(states.slots) :], strict=False))
            made = self._body(steps, slots, steps_of, states)
            block.results = (*(states.new(slot, made, slots) for slot in states.slots), *(made[row] for row in rows))
        template = steps.parts[0].ops[steps.template]
        assert template is not None
        values = builder.emit(
            "recur",
            operands,
            blocks=(block,),
            location=template.location,
            states=len(states.slots),
            lengths=False,
            reverse=False,
            unmasked=(),
        )
        for slot, value in zip(states.slots, values, strict=False):
            if slot.back == 1:
                self.finals.setdefault((slot.part, slot.result), value)
        self.rows.update(zip(rows, values[len(states.slots) :], strict=True))

    def _body(
        self,
        steps: Unrolled,
        slots: dict[_Slot, Value],
        steps_of: dict[tuple[Value, ...], Value],
        states: _States,
    ) -> dict[tuple[Part, int], Value]:
        """What the parts give in a step."""
        made: dict[tuple[Part, int], Value] = {}
        for part in steps.parts:
            op = part.ops[steps.template]
            assert op is not None
            inputs: list[Value] = []
            for given in part.given:
                if isinstance(given, Same):
                    inputs.append(self.value(given.value))
                elif isinstance(given, Walked):
                    inputs.append(steps_of[given.values])
                else:
                    inputs.append(slots[states.slot(given)] if given.delay else made[given.part, given.result])
            captured = dict(zip(self.written.inputs[op][len(op.operands) :], inputs[len(op.operands) :], strict=True))
            results = self.builder.emit(
                op.kind,
                inputs[: len(op.operands)],
                blocks=[Copier(self.builder, new=captured).block(body) for body in op.blocks],
                location=op.location,
                names=[value.name for value in op.results],
                types=[value.type for value in op.results],
                **op.attrs,
            )
            made.update(((part, number), value) for number, value in enumerate(results))
        return made


@dataclass(frozen=True)
class _Slot:
    """A state: what a part gave some steps back.

    Attributes:
        part: The part.
        result: Which of its results.
        back: How many steps back.
        first: What it was before the first step, and what follows it, by identity; 0 for zeros.
    """

    part: Part
    result: int
    back: int
    first: tuple[int, ...]


class _States:
    """The states of a recurrence: for a delay of several steps one for each of them."""

    def __init__(self, rebuilt: _Rebuilt, steps: Unrolled) -> None:
        self.rebuilt = rebuilt
        self.template = steps.template
        self.slots: dict[_Slot, Value] = {}
        for given in (given for part in steps.parts for given in part.given):
            if isinstance(given, Made):
                for back in range(1, given.delay + 1):
                    self.slots[self._slot(given, back)] = given.first[given.delay - back]

    def slot(self, given: Made) -> _Slot:
        """The state that an input is."""
        return self._slot(given, given.delay)

    def _slot(self, given: Made, back: int) -> _Slot:
        first = tuple(0 if is_zero(value) else id(value) for value in given.first[given.delay - back :])
        return _Slot(given.part, given.result, back, first)

    def new(self, slot: _Slot, made: dict[tuple[Part, int], Value], params: dict[_Slot, Value]) -> Value:
        """What a state becomes."""
        if slot.back == 1:
            return made[slot.part, slot.result]
        return params[_Slot(slot.part, slot.result, slot.back - 1, slot.first[1:])]

    def types(self) -> list[Type]:
        """The types of the states."""
        return [self._old(slot).type for slot in self.slots]

    def _old(self, slot: _Slot) -> Value:
        op = slot.part.ops[self.template]
        assert op is not None
        return op.results[slot.result]

    def initials(self) -> list[Value]:
        """What the states are before the first step."""
        return [self._initial(slot, value) for slot, value in self.slots.items()]

    def _initial(self, slot: _Slot, value: Value) -> Value:
        wanted = self._old(slot).type
        new = self.rebuilt.value(value)
        return new if new.type == wanted else spread(self.rebuilt.builder, new, wanted)


def _carried(steps: Unrolled) -> set[tuple[Part, int]]:
    """The results of parts that are states."""
    given = [given for part in steps.parts for given in part.given]
    return {(each.part, each.result) for each in given if isinstance(each, Made) and each.delay}
