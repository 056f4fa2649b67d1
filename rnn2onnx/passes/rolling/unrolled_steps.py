"""Finds the steps that a block has written out, from the weights that all of them use."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

from rnn2onnx.ir import Op
from rnn2onnx.passes.rolling.copies import HEAVY, Written
from rnn2onnx.passes.rolling.step_search import LEAST, StepSearch
from rnn2onnx.passes.rolling.steps_in_a_row import Made, Unrolled

_STRIDES = (2, 3, 4)
_FAILURES = 4
"""How often steps are looked for around an operation in vain."""
_EFFORT = 6
"""How much may be looked at in vain, as often as there are operations."""


def unrolled_steps(written: Written) -> list[Unrolled]:
    """All steps that are written out in a block; ``written.taken`` says of each operation which it belongs to."""
    return _Finder(written).all()


class _Finder:
    def __init__(self, written: Written) -> None:
        self.written = written
        self.tried: Counter[Op] = Counter()
        self.left = _EFFORT * len(written.block.ops)

    def all(self) -> list[Unrolled]:
        """All steps there are."""
        groups = [group for group in self.written.groups() if len(group) >= LEAST]
        # A product in every step tells more than what is added to it.
        groups.sort(key=lambda group: (group[0].kind.name not in HEAVY, self.written.index[group[0]]))
        # What depends on itself first: what else is done in each step may come with it.
        return [steps for depends in (True, False) for group in groups for steps in self._all_of(group, depends)]

    def _all_of(self, group: Sequence[Op], depends: bool) -> list[Unrolled]:
        """The steps around the operations of a group."""
        taken = self.written.taken
        found: list[Unrolled] = []
        left = [op for op in group if op not in taken]
        while len(left) >= LEAST and self.tried[left[len(left) // 2]] < _FAILURES and self.left > 0:
            ranks = self._ranks(left)
            if (max(ranks) >= LEAST) != depends:
                break
            steps = self._found(left, ranks) if depends else self._around(left, depends=False)
            if steps is None:
                break
            found.append(steps)
            taken.update(dict.fromkeys(steps.place, steps))
            left = [op for op in left if op not in taken]
        return found

    def _ranks(self, group: Sequence[Op]) -> list[int]:
        """For each operation of a group how many of them it is computed from in a row, itself included."""
        index, inputs = self.written.index, self.written.inputs
        members = set(group)
        rank: dict[Op, int] = {}
        for op in self.written.block.ops[index[group[0]] : index[group[-1]] + 1]:
            most = max((rank.get(value.op, 0) for value in inputs[op] if value.op is not None), default=0)
            if op in members:
                most += 1
            if most:
                rank[op] = most
        return [rank[op] for op in group]

    def _found(self, group: Sequence[Op], ranks: Sequence[int]) -> Unrolled | None:
        """Steps that each need the one before: a chain through a group, or every second, third, fourth of it."""
        first: dict[int, Op] = {}
        for rank, op in zip(ranks, group, strict=True):
            first.setdefault(rank, op)
        chain = [first[rank] for rank in sorted(first)]
        found = self._around(chain, depends=True)
        if found is not None and found.count == len(chain):
            return found
        pieces = [self._around(piece, depends=True) for piece in self._without_gaps(chain) if len(piece) >= LEAST]
        made = [steps for steps in (found, *pieces) if steps is not None]
        if made:
            return max(made, key=lambda steps: steps.count)
        for stride in _STRIDES:
            for start in range(stride):
                anchors = chain[start::stride]
                found = self._around(anchors, depends=True) if len(anchors) >= LEAST and self.left > 0 else None
                if found is not None:
                    return found
        return None

    def _without_gaps(self, chain: Sequence[Op]) -> list[Sequence[Op]]:
        """A chain in pieces that are written at regular distances: where one is wider, a step may be another."""
        gaps = [self.written.index[b] - self.written.index[a] for a, b in itertools.pairwise(chain)]
        usual = sorted(gaps)[len(gaps) // 2]
        wide = [at for at, gap in enumerate(gaps, 1) if gap > 1.5 * usual]
        bounds = [0, *wide, len(chain)]
        pieces = [chain[start:end] for start, end in itertools.pairwise(bounds)] if wide else []
        return sorted(pieces, key=len, reverse=True)[:2]

    def _around(self, anchors: Sequence[Op], *, depends: bool) -> Unrolled | None:
        """The steps around a chain of copies."""
        found = self._best(anchors, depends)
        inside = [op for op in anchors if op in found.place] if found is not None else []
        if found is not None and depends and LEAST <= len(inside) < len(anchors):
            # What is copied before and behind these steps may have misled the search about where one ends.
            again = self._best(inside, depends)
            if again is not None and again.count >= found.count:
                return again
        return found

    def _best(self, anchors: Sequence[Op], depends: bool) -> Unrolled | None:
        """The steps around some anchors, cut where they hand on the least."""
        search = StepSearch(self.written, anchors, depends=depends)
        found = [search.best()]
        if search.unsure:
            found.append(StepSearch(self.written, anchors, depends=depends, early=True).best())
        made = [steps for steps in found if steps is not None]
        if not made:
            self.tried.update(list(search.place))
            self.left -= len(search.place)
        return max(made, key=lambda steps: (steps.count, -_width(steps)), default=None)


def _width(steps: Unrolled) -> int:
    """How much is handed on from step to step, for one row."""
    states = {
        (given.part, given.result, given.delay): given
        for part in steps.parts
        for given in part.given
        if isinstance(given, Made) and given.delay
    }
    types = [
        op.results[given.result].type for given in states.values() if (op := given.part.ops[steps.template]) is not None
    ]
    return sum(math.prod(dim for dim in type.shape if isinstance(dim, int)) for type in types)
