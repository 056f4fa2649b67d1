"""``distribute``: cuts the body of a recurrence into what must be sequential and what need not be.

The states of a body fall into strongly connected components of their dependences. What depends on no state runs
before the loop for all steps at once; each component is a recurrence of its own, in order; what no state depends on
runs behind it, masked again past the lengths. A stack of layers falls apart into layers by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Builder, Copier, Graph, Op, Value, replay, walk
from rnn2onnx.passes.dependence import components, inputs_of, slice_of, state_sets
from rnn2onnx.passes.distributing.invariants import hoist
from rnn2onnx.passes.distributing.separate import separate
from rnn2onnx.passes.distributing.split_states import split_states
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.rows_apart import mixed_in, mixing
from rnn2onnx.passes.vectorise import Steps, zero_of


@dataclass(frozen=True)
class Distribute:
    """Each recurrence is cut into its strongly connected components; what is not sequential leaves the loop."""

    name: ClassVar[str] = "distribute"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with every ``recur`` distributed, joint states apart, and loop invariants before their loops."""

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            return distribute(builder, op, report)

        count = 0
        while count < (count := _recurrences(graph)):
            # What a layer reads of the one before it depends on no state any more once the two are apart.
            graph = replay(separate(split_states(hoist(graph))), (rule,))
        return graph


def _recurrences(graph: Graph) -> int:
    return sum(op.kind.name == "recur" for op in walk(graph.block))


def distribute(builder: Builder, op: Op, report: Report) -> Sequence[Value] | None:
    """The results of a ``recur`` as several; None if it can't be cut."""
    if op.kind.name != "recur" or _has_unknown_time(builder, op):
        return None
    if op.attrs["lengths"] and _counts_steps(op):
        return None
    cut = _Cut(builder, op)
    if not cut.pays():
        return None
    if cut.is_ragged():
        report.note(op, "its body stays whole, because a value in it has another shape in each step")
        return None
    mixes = cut.mixes_rows()
    if mixes is not None:
        report.note(op, f"its body stays whole, because {mixes.kind.name} mixes the rows of a batch")
        return None
    return cut.results()


def _counts_steps(op: Op) -> bool:
    """Whether something in a recurrence with lengths shows how many steps it took: what has no rows is not masked."""
    (body,) = op.blocks
    return bool(op.attrs["unmasked"]) or any(not value.type.rank for value in body.results[op.attrs["states"] :])


def _has_unknown_time(builder: Builder, op: Op) -> bool:
    return builder.dim_value(_time(op)) is None


def _time(op: Op) -> int | str:
    return op.operands[op.attrs["states"]].type.shape[0]


class _Cut:
    def __init__(self, builder: Builder, op: Op) -> None:
        self.builder, self.op = builder, op
        (self.body,) = op.blocks
        self.states: int = op.attrs["states"]
        self.lengths = op.operands[-1] if op.attrs["lengths"] else None
        self.sequences = op.operands[self.states : len(op.operands) - (self.lengths is not None)]
        self.deps = state_sets(self.body, self.states)
        edges = {i: sorted(self.deps.get(self.body.results[i], frozenset())) for i in range(self.states)}
        self.parts = components(edges)
        self.sequential = self._sequential()
        self.finals: dict[int, Value] = {}
        self.steps = Steps(builder, _time(op), self.lengths)

    def _sequential(self) -> dict[Op, int]:
        """For each operation on a cycle the component it belongs to."""
        members = {state: number for number, part in enumerate(self.parts) for state in part}
        wanted: dict[Value, frozenset[int]] = {}
        for state in range(self.states):
            value = self.body.results[state]
            wanted[value] = wanted.get(value, frozenset()) | {members[state]}
        on: dict[Op, int] = {}
        for op in reversed(self.body.ops):
            needs: frozenset[int] = frozenset().union(*(wanted.get(value, frozenset()) for value in op.results))
            for value in inputs_of(op):
                wanted[value] = wanted.get(value, frozenset()) | needs
            own = {members[state] for state in self.deps[op.results[0]]} & needs
            if own:
                on[op] = max(own)
        return on

    def pays(self) -> bool:
        """Whether anything can leave the loop, or the loop falls into several."""
        return len(self.parts) > 1 or any(op not in self.sequential for op in self.body.ops) or self.states == 0

    def is_ragged(self) -> bool:
        """Whether what a recurrence gives to the others has another shape in each step, and is no sequence."""
        for param, new in zip(self.body.params[: self.states], self.body.results, strict=False):
            if param.type.shape != new.type.shape:
                return True
        for part in range(len(self.parts)):
            own = [op for op, number in self.sequential.items() if number == part]
            made = {value for op in own for value in op.results}
            for value in self._needed_outside(made, own, self.parts[part]):
                if any(self.builder.dim_value(dim) is None for dim in value.type.shape):
                    return True
        return False

    def mixes_rows(self) -> Op | None:
        """What forbids the cut: an operation by which rows that have ended reach rows that have not."""
        if self.lengths is None:
            return None
        batch = self.lengths.type.shape[0]
        mixed = mixed_in(self.body, batch) if self.op.attrs["reverse"] else None
        if mixed is not None:
            return mixed
        members = {state: number for number, part in enumerate(self.parts) for state in part}
        deps = {value: {members[state] for state in states} for value, states in self.deps.items()}
        return mixing(self.body.ops, self.sequential, deps, batch)

    def results(self) -> list[Value]:
        steps = self.steps
        # What leaves the loop is the same whichever way each row is walked: its steps stay where they are.
        steps.rows.update(zip(self.body.params[self.states :], self.sequences, strict=True))
        sunk: list[Op] = []
        pending = [op for op in self.body.ops if op not in self.sequential]
        pending = self._run_free(pending, sunk)
        for part in self.parts:
            self._recurrence(part)
            pending = self._run_free(pending, sunk)
        self._run_rest()
        outputs = [self._output(value) for value in self.body.results[self.states :]]
        return [*(self.finals[i] for i in range(self.states)), *outputs]

    def _run_free(self, pending: list[Op], sunk: list[Op]) -> list[Op]:
        """Runs for all steps at once what can be run by now; gives what can't be yet."""
        left: list[Op] = []
        waiting: set[Value] = {value for op in self.sequential for value in op.results if not self._known(value)}
        waiting.update(p for p in self.body.params[: self.states] if not self._known(p))
        waiting.update(value for op in sunk for value in op.results if not self._known(value))
        for op in pending:
            if any(value in waiting for value in inputs_of(op)):
                left.append(op)
                waiting.update(op.results)
            elif not self.steps.run(op):
                sunk.append(op)
                waiting.update(op.results)
        return left

    def _known(self, value: Value) -> bool:
        return value in self.steps.rows or value in self.steps.fixed

    def _recurrence(self, part: tuple[int, ...]) -> None:
        """Emits the recurrence of one component, with rows of whatever is needed outside of it."""
        news = [self.body.results[state] for state in part]
        params = [self.body.params[state] for state in part]
        own = [op for op, number in self.sequential.items() if self.parts[number] == part]
        made = {value for op in own for value in op.results} | set(params)
        carried_out = self._needed_outside(made, own, part)
        finals, rows = self._recur(part, params, news, carried_out)
        self.finals.update(zip(part, finals, strict=True))
        self.steps.rows.update(zip(carried_out, rows, strict=True))

    def _needed_outside(self, made: set[Value], own: list[Op], part: tuple[int, ...]) -> list[Value]:
        members = set(own)
        needed: dict[Value, None] = {}
        for op in self.body.ops:
            if op not in members:
                needed.update((value, None) for value in inputs_of(op) if value in made)
        for index, value in enumerate(self.body.results):
            if value in made and (index >= self.states or index not in part):
                needed[value] = None
        return list(needed)

    def _recur(
        self, part: tuple[int, ...], params: Sequence[Value], news: Sequence[Value], rows: Sequence[Value]
    ) -> tuple[Sequence[Value], Sequence[Value]]:
        available = [*self.steps.rows, *self.steps.fixed, *params]
        ops = slice_of([*news, *rows], available, self.body)
        used = self._used(ops, [*news, *rows])
        walked = [value for value in self.steps.rows if value in used] or [self.body.params[self.states]]
        sequences = [self.steps.rows[value] for value in walked]
        initials = [self.op.operands[state] for state in part]
        types = [p.type for p in params] + [v.type for v in walked]
        names = [p.name for p in params] + [v.name for v in walked]
        with self.builder.body(types, names) as block:
            copier = Copier(self.builder, new=self.steps.fixed)
            copier.new.update(zip([*params, *walked], block.params, strict=True))
            for op in ops:
                copier.op(op)
            block.results = tuple(copier.value(value) for value in [*news, *rows])
        operands = [*initials, *sequences]
        if self.lengths is not None:
            operands.append(self.lengths)
        values = self.builder.emit(
            "recur",
            operands,
            blocks=(block,),
            location=self.op.location,
            states=len(part),
            lengths=self.lengths is not None,
            reverse=self.op.attrs["reverse"],
            unmasked=(),
        )
        return values[: len(part)], values[len(part) :]

    def _used(self, ops: Sequence[Op], results: Sequence[Value]) -> set[Value]:
        used = {value for op in ops for value in inputs_of(op)}
        used.update(results)
        return used

    def _run_rest(self) -> None:
        """Runs in a loop without states what can't be run for all steps at once and is an output."""
        rest = [v for v in self.body.results[self.states :] if v in self.deps and not self._known(v)]
        rest = list(dict.fromkeys(rest))
        if rest:
            _, rows = self._recur((), (), (), rest)
            self.steps.rows.update(zip(rest, rows, strict=True))

    def _output(self, value: Value) -> Value:
        """[T, …]: a result of the body for all steps, zero past the lengths."""
        rows = self.steps.every(value)
        if self.lengths is None or value.type.rank == 0 or self._is_masked(rows):
            return rows
        return self.steps.masked(rows, zero_of(self.builder, rows))

    def _is_masked(self, rows: Value) -> bool:
        return rows.op is not None and rows.op.kind.name == "recur" and rows.op.operands[-1] is self.lengths
