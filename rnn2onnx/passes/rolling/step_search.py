"""Finds the steps around a chain of copies: which step each copy is in, and what each is given in each step.

The steps are those in which every operation gets the same outer value as in the others, or what an operation of the
same or an earlier step gives, or something that is there before the first step.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rnn2onnx.ir import Op, Value, constant
from rnn2onnx.ir.types import Type
from rnn2onnx.passes.rolling.copies import HEAVY, Copies, Written, element
from rnn2onnx.passes.rolling.folded_starts import unfold_starts
from rnn2onnx.passes.rolling.steps_in_a_row import Given, Made, Part, Same, Unrolled, Walked, in_order

LEAST = 4
"""The fewest steps that are worth a recurrence."""

_SHAPES = frozenset({"unsqueeze", "squeeze", "reshape", "transpose", "shape", "gather", "slice", "expand"})


class StepSearch:
    """The steps around one chain of copies.

    Args:
        written: The block.
        anchors: The chain, one of each step.
        depends: Whether each of them is computed from the one before.
        early: Whether copies that may be of the step before are taken for those of the step behind.
    """

    def __init__(self, written: Written, anchors: Sequence[Op], *, depends: bool, early: bool = False) -> None:
        self.written = written
        self.anchors = anchors
        self.depends = depends
        self.early = early
        self.unsure = False
        self.count = len(anchors)
        self.copies = Copies(written, anchors)
        self.place: dict[Op, tuple[int, int]] = {}
        """For each copy its chain, and the step it is in; steps count from 1, as the anchors do."""
        self.chains: list[dict[int, Op]] = []
        self._place_chains()

    # -- which step each copy is in ---------------------------------------------------------------------------------

    def _place_chains(self) -> None:
        levels = self._levels() if self.depends else {op: step for step, op in enumerate(self.anchors, 1)}
        index = self.written.index
        chains = self.copies.chains()
        # What uses a copy comes before it here.
        for chain in sorted(chains, key=lambda chain: index[chain[-1]], reverse=True):
            start = self._start(chain, levels)
            if start is None:
                continue
            self.place.update({op: (len(self.chains), start + at) for at, op in enumerate(chain)})
            self.chains.append({start + at: op for at, op in enumerate(chain)})
        self.chains.reverse()
        self.place = {op: (len(self.chains) - 1 - number, step) for op, (number, step) in self.place.items()}

    def _levels(self) -> dict[Op, int]:
        """For what depends on an anchor the last one that it depends on."""
        number = {op: step for step, op in enumerate(self.anchors, 1)}
        index = self.written.index
        last = max(index[op] for op in self.copies.before)
        level: dict[Op, int] = {}
        for op in self.written.block.ops[index[self.anchors[0]] : last + 1]:
            if op in number:
                level[op] = number[op]
                continue
            most = max((level.get(v.op, 0) for v in self.written.inputs[op] if v.op is not None), default=0)
            if most:
                level[op] = most
        return level

    def _start(self, chain: Sequence[Op], levels: dict[Op, int]) -> int | None:
        """The step of the first copy of a chain."""
        known = [levels.get(op, 0) for op in chain]
        if any(known):
            # The first ones may be off: products of zeros are one.
            at = max((at for at, (a, b) in enumerate(itertools.pairwise(known), 1) if b - a != 1), default=0)
            # What is there without any anchor, and not behind the last, is what the anchor of its step is given.
            before = self.depends and known[at] == 0
            if before and known[-1] >= self.count:
                self.unsure = True
                before = self.early
            return known[at] + before - at
        steps = [
            self.place[user][1] - at
            for at, op in enumerate(chain)
            for value in op.results
            for user, _ in self.written.users[value]
            if user in self.place
        ]
        return min(steps, default=None)

    # -- what each is given -----------------------------------------------------------------------------------------

    def best(self) -> Unrolled | None:
        """The most steps in a row that do the same; None if there are too few."""
        found: list[tuple[int, int, _Kinds]] = []
        for middle in sorted({max(2, self.count // 2), max(2, self.count // 4), max(2, 3 * self.count // 4)}):
            kinds = self._kinds(middle)
            if kinds is not None:
                found.append((*self._longest(kinds, middle), kinds))
        for first, last, kinds in sorted(found, key=lambda row: row[0] - row[1]):
            steps = self._steps(kinds, first, last)
            if steps is not None:
                return steps
        return None

    def _kinds(self, middle: int) -> _Kinds | None:
        """What the inputs of each chain are, seen from one step and the next."""
        kinds: _Kinds = {}
        for number, chain in enumerate(self.chains):
            a, b = chain.get(middle), chain.get(middle + 1)
            if a is None or b is None:
                continue
            pairs = zip(self.written.inputs[a], self.written.inputs[b], strict=True)
            kinds[number] = [self._kind(x, y, middle) for x, y in pairs]
        anchor = self.place[self.anchors[0]][0]
        return self._without_later(kinds) if anchor in kinds else None

    def _kind(self, x: Value, y: Value, step: int) -> _Kind:
        if x is y:
            return x
        a, b = self.place.get(x.op) if x.op else None, self.place.get(y.op) if y.op else None
        if a is None or b is None or a[0] != b[0] or b[1] - a[1] != 1:
            return None
        assert x.op is not None
        return (a[0], x.op.results.index(x), step - a[1])

    def _without_later(self, kinds: _Kinds) -> _Kinds | None:
        """The chains without those that are given in a later step what another needs, and what only they need."""
        anchor = self.place[self.anchors[0]][0]
        later = {kind[0] for row in kinds.values() for kind in row if isinstance(kind, tuple) and kind[2] < 0}
        todo = list(later)
        while todo:
            for kind in kinds.get(todo.pop(), ()):
                if isinstance(kind, tuple) and kind[0] not in later:
                    later.add(kind[0])
                    todo.append(kind[0])
        if anchor in later:
            return None
        kept = {number: row for number, row in kinds.items() if number not in later}
        return {
            number: [None if isinstance(kind, tuple) and kind[0] not in kept else kind for kind in row]
            for number, row in kept.items()
        }

    # -- which steps do the same ------------------------------------------------------------------------------------

    def _longest(self, kinds: _Kinds, middle: int) -> tuple[int, int]:
        best = (1, 0)
        first = 1
        while first <= self.count:
            step = first
            while step <= self.count and self._fits(kinds, middle, step, first):
                step += 1
            last = step - 1
            if step <= self.count and step > first and self._fits(kinds, middle, step, first, partial=True):
                last = step
            if last - first > best[1] - best[0]:
                best = (first, last)
            first = max(step, first + 1)
        return best

    def _fits(self, kinds: _Kinds, middle: int, step: int, first: int, *, partial: bool = False) -> bool:
        """Whether a step does what the kinds say, in a row of steps from ``first`` on.

        Args:
            kinds: What the inputs of each chain are.
            middle: A step that they are taken from.
            step: The step.
            first: The first of the row.
            partial: Whether what nothing needs may be missing, so that no step can follow.
        """
        for number, row in kinds.items():
            op = self.chains[number].get(step)
            if op is None:
                some = next(iter(self.chains[number].values()))
                if partial and some.kind.total and some is not self.anchors[0]:
                    continue
                return False
            for place, (value, kind) in enumerate(zip(self.written.inputs[op], row, strict=True)):
                if isinstance(kind, Value):
                    good = value is kind
                elif kind is None:
                    # What another value stands for in each step has the same type in all.
                    good = value.type == self.written.inputs[self.chains[number][middle]][place].type
                else:
                    source, result, delay = kind
                    if step - delay >= first:
                        made = self.chains[source].get(step - delay)
                        good = made is not None and made.results[result] is value
                    else:
                        good = _can_start(op, value, self._type(source, result))
                if not good:
                    return False
        return True

    def _type(self, number: int, result: int) -> Type:
        return next(iter(self.chains[number].values())).results[result].type

    # -- the steps --------------------------------------------------------------------------------------------------

    def _steps(self, kinds: _Kinds, first: int, last: int) -> Unrolled | None:
        while last - first + 1 >= LEAST:
            made = self._built(kinds, first, last)
            after = _behind(self.written, made.place)
            stop = self._first_given(kinds, first, last, made, after)
            if stop is None:
                self._absorb(made, after)
                unfold_starts(made, self.written)
                return made if _is_worth(made, self.written) else None
            last = stop - 1
        return None

    def _first_given(self, kinds: _Kinds, first: int, last: int, made: Unrolled, after: set[Op]) -> int | None:
        """The first step that is given what is computed from the steps themselves, outside of them."""

        def is_late(value: Value) -> bool:
            return value.op is not None and (value.op in after or value.op in made.place)

        for step in range(first, last + 1):
            for number, row in kinds.items():
                op = self.chains[number].get(step)
                if op is None:
                    continue
                for value, kind in zip(self.written.inputs[op], row, strict=True):
                    inner = isinstance(kind, tuple) and step - kind[2] >= first
                    if not inner and is_late(value):
                        return step
        return None

    def _built(self, kinds: _Kinds, first: int, last: int) -> Unrolled:
        parts = {number: Part([self.chains[number].get(step) for step in range(first, last + 1)]) for number in kinds}
        for number, row in kinds.items():
            for place, kind in enumerate(row):
                given: Given
                if isinstance(kind, Value):
                    given = Same(kind)
                elif kind is None:
                    given = Walked(self._row(parts[number], place))
                else:
                    source, result, delay = kind
                    row_of = self._row(parts[number], place)
                    given = Made(parts[source], result, delay, row_of[:delay])
                parts[number].given.append(given)
        ordered = in_order(list(parts.values()))
        places = {op: (part, step) for part in ordered for step, op in enumerate(part.ops) if op is not None}
        return Unrolled(ordered, last - first + 1, 1, places)

    def _row(self, part: Part, place: int) -> tuple[Value, ...]:
        """An input of a part in each step; in a last one that is missing, what it was before."""
        values = [self.written.inputs[op][place] for op in part.ops if op is not None]
        return (*values, *values[-1:] * (len(part.ops) - len(values)))

    # -- what else is done in every step ----------------------------------------------------------------------------

    def _absorb(self, steps: Unrolled, after: set[Op]) -> None:
        """Takes in what is computed from the steps in the same way in each of them."""
        template = steps.template
        todo = list(steps.parts)
        while todo:
            part = todo.pop(0)
            op = part.ops[template]
            assert op is not None
            for result, value in enumerate(op.results):
                for user, place in self.written.users[value]:
                    if user not in steps.place and user in self.written.marks and user not in self.written.taken:
                        new = self._absorbed(steps, after, part, result, user, place)
                        if new is not None:
                            steps.parts.append(new)
                            for step, each in enumerate(new.ops):
                                if each is not None and steps.place.setdefault(each, (new, step))[0] is not new:
                                    steps.also[each] = (new, step)
                            todo.append(new)

    def _absorbed(self, steps: Unrolled, after: set[Op], part: Part, result: int, user: Op, place: int) -> Part | None:
        if user.kind.name in _SHAPES:
            return None
        written, mark = self.written, self.written.marks[user]
        ops: list[Op] = []
        for step, op in enumerate(part.ops):
            users = written.users[op.results[result]] if op is not None else []
            same = [u for u, at in users if at == place and written.marks.get(u) == mark]
            found = [u for u in same if u not in steps.place]
            if not found and not step:
                # In the first step it may be what becomes of a state: a select between that and zero.
                found = same
            if len(found) != 1 or found[0] in written.taken:
                return None
            ops.append(found[0])
        if len(set(ops)) < len(ops):
            return None
        given: list[Given] = []
        for values in zip(*(written.inputs[op] for op in ops), strict=True):
            source = self._source(steps, after, values)
            if source is None:
                return None
            given.append(source)
        return Part(list(ops), given)

    def _source(self, steps: Unrolled, after: set[Op], values: Sequence[Value]) -> Given | None:
        """What an input is that has these values in the steps; None if it is nothing that could be given."""
        places = [steps.place.get(value.op) if value.op is not None else None for value in values]
        first = places[0]
        if first is not None:
            part = first[0]
            op = values[0].op
            assert op is not None
            result = op.results.index(values[0])
            for step, (value, place) in enumerate(zip(values, places, strict=True)):
                if place != (part, step) or value.op is None or value.op.results.index(value) != result:
                    return None
            return Made(part, result, 0)
        if any(place is not None or value.op in after for value, place in zip(values, places, strict=True)):
            return None
        if all(value is values[0] for value in values):
            return Same(values[0])
        return Walked(tuple(values)) if all(value.type == values[0].type for value in values) else None


_Kind: TypeAlias = "Value | tuple[int, int, int] | None"
"""The same value; a chain, which result and how many steps before; or another value in each step."""
_Kinds: TypeAlias = "dict[int, list[_Kind]]"


def _can_start(op: Op, value: Value, type: Type) -> bool:
    """Whether an input of an operation may be a state that starts with ``value`` and is of a type from then on."""
    start = value.type
    if start == type:
        return True
    if not op.kind.elementwise or start.dtype != type.dtype or start.rank > type.rank:
        return False
    # It is spread, which an operation on elements does not notice.
    wide = type.shape[type.rank - start.rank :]
    return all(dim == 1 or dim == to for dim, to in zip(start.shape, wide, strict=True))


def _behind(written: Written, steps: Iterable[Op]) -> set[Op]:
    """The operations outside of some steps that need what they compute."""
    inside = set(steps)
    found: set[Op] = set()
    todo = [user for op in inside for value in op.results for user, _ in written.users[value] if user not in inside]
    while todo:
        op = todo.pop()
        if op in found:
            continue
        # Other steps run all together.
        members = written.taken[op].place if op in written.taken else (op,)
        found.update(members)
        for each in members:
            for value in each.results:
                todo.extend(user for user, _ in written.users[value] if user not in inside and user not in found)
    return found


def _is_worth(steps: Unrolled, written: Written) -> bool:
    """Whether a recurrence costs no more than the steps written out."""
    walks = [given for part in steps.parts for given in part.given if isinstance(given, Walked)]
    if any(isinstance(given, Made) and given.delay for part in steps.parts for given in part.given):
        heavy = any(op is not None and op.kind.name in HEAVY for part in steps.parts for op in part.ops[:1])
        return heavy or any(_is_sequence(given.values, written) for given in walks)
    return bool(walks) and all(_is_sequence(given.values, written) for given in walks)


def _is_sequence(values: Sequence[Value], written: Written) -> bool:
    """Whether some values are elements of one array, constants, or what other steps give."""
    if all(constant(value) is not None for value in values):
        return True
    sources = {source_of(value, written) for value in values}
    return len(sources) == 1 and None not in sources


def source_of(value: Value, written: Written) -> tuple[object, int] | None:
    """Of what a value is one element: an array and an axis, or the part of other steps and which result."""
    if value.op is not None and value.op in written.taken:
        return written.taken[value.op].place[value.op][0], value.op.results.index(value)
    found = element(value)
    return None if found is None else found[:2]
