"""Finds recurrences of one body that may run as one: side by side, as the layers of a stack, or as two directions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rnn2onnx.ir import Block, Op, Value
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes.dependence import depths, inputs_of, slice_of
from rnn2onnx.passes.fusing.bidirectional import are_directions
from rnn2onnx.passes.fusing.same_bodies import UnlikeError, counterparts

_AFFINE = {"identity", "neg", "add", "sub", "mul", "div", "matmul", "concat", "slice", "tile"}


@dataclass(frozen=True)
class Group:
    """Recurrences that may run as one.

    Attributes:
        members: They, in order; layers from below.
        pairs: For each but the first, the counterparts of the values of its body; none for native layers.
        layered: Whether each walks what the one before it gives.
        apart: What runs where they don't run as one: they, and what stands between layers.
        gone: What stands between layers for nobody else.
        needs: What is to be there before: values that depend on none of them.
        made: What depends on a result of them.
        own: What before them is for nobody else, such as the products of their inputs: it goes where they go.
    """

    members: tuple[Op, ...]
    pairs: tuple[Mapping[Value, Value], ...]
    layered: bool
    apart: tuple[Op, ...]
    gone: frozenset[Op]
    needs: tuple[Value, ...]
    made: frozenset[Value]
    own: tuple[Op, ...] = ()


def _may_be_sorted(op: Op) -> bool:
    """Whether the rows of a native layer have lengths, by which they are sorted.

    Each direction by itself then runs in tiles of fewer and fewer rows, which saves more than one layer for both: a GRU
    of 64 units over 64 rows takes 0.7 of the time.
    """
    return "sequence_lens" in op.attrs["inputs"]


class Fusible:
    """The groups of a block.

    Attributes:
        group: For each recurrence that is in one, its group.
        held: What is to be computed where a group is.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.group: dict[Op, Group] = {}
        self.held: set[Op] = set()
        candidates = [op for op in block.ops if _is_candidate(op)]
        if len(candidates) < 2:
            return
        self._users: dict[Value, list[Op]] = defaultdict(list)
        for op in block.ops:
            for value in inputs_of(op):
                self._users[value].append(op)
        self._depths = depths(block, set(candidates))
        for found in self._beside(candidates):
            self._add(found)
        left = [op for op in candidates if op not in self.group and op.kind.name == "recur"]
        for chain in self._chains(left):
            self._add(self._layers(chain))

    def wanted(self, group: Group) -> list[Value]:
        """The results of a group that others need."""
        inner = {*group.members, *group.gone}
        outputs = set(self.block.results)
        return [
            value
            for op in group.members
            for value in op.results
            if value in outputs or any(user not in inner for user in self._users[value])
        ]

    def split(self, group: Group) -> None:
        """Puts two groups of half as many in a group's place; none for those that are left alone."""
        for member in group.members:
            del self.group[member]
        self.held.difference_update(group.own)
        half = (len(group.members) + 1) // 2
        for members in (group.members[:half], group.members[half:]):
            if len(group.members) > 2 and len(members) > 1:
                self._add(self._layers(members) if group.layered else self._level(members))

    def _add(self, group: Group | None) -> None:
        if group is not None:
            group = replace(group, own=() if group.members[0].kind.name in GATES else self._own(group))
            self.group.update(dict.fromkeys(group.members, group))
            self.held.update(group.own)

    def _own(self, group: Group) -> tuple[Op, ...]:
        found: set[Op] = {*group.members, *group.gone}
        outputs = set(self.block.results)
        own: list[Op] = []
        for op in reversed(self.block.ops):
            if op in found or op.blocks or not op.kind.reusable or op.kind.name in ("const", "variable"):
                continue
            users = [user for value in op.results for user in self._users[value]]
            if users and all(user in found for user in users) and not any(value in outputs for value in op.results):
                found.add(op)
                own.append(op)
        return tuple(reversed(own))

    # -- side by side -------------------------------------------------------------------------------------------------

    def _beside(self, candidates: Sequence[Op]) -> Iterator[Group]:
        """Those that as many others wait for: they don't wait for each other."""
        left = list(candidates)
        while left:
            first, *left = left
            members = [first]
            for op in left:
                if self._depths[op] != self._depths[first]:
                    continue
                if first.kind.name in GATES:
                    if len(members) == 1 and are_directions(first, op) and not _may_be_sorted(first):
                        members.append(op)
                elif _are_alike(first, op):
                    members.append(op)
            if len(members) > 1:
                yield self._level(members)
                left = [op for op in left if op not in members]

    def _level(self, members: Sequence[Op]) -> Group:
        first, *others = members
        native = first.kind.name in GATES
        pairs = () if native else tuple(counterparts(first, op) for op in others)
        needs = tuple(value for op in members for value in inputs_of(op))
        return Group(tuple(members), pairs, False, tuple(members), frozenset(), needs, frozenset())

    # -- layers -------------------------------------------------------------------------------------------------------

    def _chains(self, recurrences: Sequence[Op]) -> Iterator[list[Op]]:
        above: dict[Op, Op] = {}
        top: set[Op] = set()
        for op in recurrences:
            below = self._below(op, recurrences)
            if below is not None and below not in above and _are_alike(below, op, layers=True):
                above[below] = op
                top.add(op)
        for op in recurrences:
            if op in above and op not in top:
                chain = [op]
                while chain[-1] in above:
                    chain.append(above[chain[-1]])
                yield chain

    def _below(self, op: Op, recurrences: Sequence[Op]) -> Op | None:
        """The recurrence whose rows another one walks, by way of what is affine."""
        waiting, seen = list(_sequences(op)), set()
        while waiting:
            made = waiting.pop().op
            if made is None or made in seen:
                continue
            seen.add(made)
            if made in recurrences:
                return made
            if made.kind.name in _AFFINE:
                waiting.extend(made.operands)
        return None

    def _layers(self, members: Sequence[Op]) -> Group | None:
        """A stack of layers; None where they hang together by more than what each walks."""
        first, *others = members
        pairs = tuple(counterparts(first, op) for op in others)
        inner = set(members)
        made = {value for op in members for value in op.results}
        for op in self.block.ops:
            if op not in inner and any(value in made for value in inputs_of(op)):
                made.update(op.results)
        for op in members:
            states = op.attrs["states"]
            fixed = [*op.operands[:states], *inputs_of(op)[len(op.operands) :]]
            if any(value in made for value in fixed):
                return None
        wanted = [value for op in members for value in inputs_of(op)]
        before = slice_of(wanted, {value for op in members for value in op.results}, self.block)
        level = self._depths[first]
        if any(self._depths[op] >= level and not self._waits(op, made) for op in before):
            return None
        if any(self._waits(op, made) and op.kind.name not in _AFFINE for op in before):
            return None
        between = {op for op in before if self._waits(op, made)}
        needs = [value for op in (*members, *between) for value in inputs_of(op) if value not in made]
        gone = self._gone(between, inner)
        apart = tuple(op for op in self.block.ops if op in inner or op in between)
        return Group(tuple(members), pairs, True, apart, frozenset(gone), tuple(needs), frozenset(made))

    def _waits(self, op: Op, made: set[Value]) -> bool:
        return any(value in made for value in op.results)

    def _gone(self, between: set[Op], inner: set[Op]) -> Iterable[Op]:
        found: set[Op] = set()
        outputs = set(self.block.results)
        for op in reversed(self.block.ops):
            if op in between and not any(value in outputs for value in op.results):
                users = [user for value in op.results for user in self._users[value]]
                if all(user in inner or user in found for user in users):
                    found.add(op)
        return found


def _is_candidate(op: Op) -> bool:
    if op.kind.name in GATES:
        return bool(op.attrs["direction"] != "bidirectional")
    if op.kind.name != "recur" or not op.attrs["states"] or op.attrs["unmasked"]:
        return False
    (body,), states = op.blocks, op.attrs["states"]
    if any(
        value.type.rank != 2 or not isinstance(value.type.shape[1], int) or not is_float(value.type.dtype)
        for value in (*body.params[:states], *body.results)
    ):
        return False
    carried = zip(body.params[:states], body.results[:states], op.operands, strict=False)
    return all(param.type == new.type == initial.type for param, new, initial in carried)


def _sequences(op: Op) -> tuple[Value, ...]:
    end = len(op.operands) - bool(op.attrs["lengths"])
    return op.operands[op.attrs["states"] : end]


def _are_alike(a: Op, b: Op, *, layers: bool = False) -> bool:
    """Whether two recurrences do the same, over sequences of the same steps and with the same lengths."""
    if a.kind is not b.kind or a.attrs["lengths"] != b.attrs["lengths"]:
        return False
    if (a.attrs["lengths"] and a.operands[-1] is not b.operands[-1]) or (layers and a.attrs != b.attrs):
        return False
    if _sequences(a)[0].type.shape[0] != _sequences(b)[0].type.shape[0]:
        return False
    try:
        counterparts(a, b)
    except UnlikeError:
        return False
    return True
