"""Regions of a block: recurrences that one set of lengths rules, or that have none, and what runs between them.

All that is computed in a region is computed step by step and row by row. Where there are lengths, all that it gives is
zero past a row's length, or a final state; so what it computes there does not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import Block, Builder, Copier, Dim, Op, Type, Value, captures, constant, walk
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.rows_apart import mixed_in
from rnn2onnx.passes.tiling.defined import may_fail
from rnn2onnx.passes.tiling.region import (
    Region,
    given_lengths,
    is_recurrence,
    lengths_of,
    others_of,
    rows_of,
    sequences_of,
)
from rnn2onnx.passes.tiling.time_and_batch import Place, places_of_operands
from rnn2onnx.passes.tiling.zeros import is_zero_behind


def regions_of(block: Block, *, lengths: bool = True) -> list[Region]:
    """The regions of a block that have recurrences, with or without lengths, and all that belongs to them."""
    if not any(is_recurrence(op) for op in block.ops):
        return []
    finder = _Finder(block, lengths=lengths)
    finder.find()
    finder.pull()
    finder.give()
    for region in finder.regions:
        region.body = [op for op in block.ops if op in region.ops]
    return [region for region in finder.regions if region.outputs]


# -- which recurrences -------------------------------------------------------------------------------------------------


def _may_join(op: Op, lengths: Value) -> bool:
    """Whether each row of a recurrence can run on its own, in a part of its steps after the other."""
    walked = sequences_of(op)[0].type
    if walked.rank < 2 or walked.shape[1] != lengths.type.shape[0] or {0, 1} & set(walked.shape[:2]):
        return False
    if op.kind.name != "recur":
        return bool(op.attrs["direction"] != "bidirectional")
    if not _may_go_on(op):
        return False
    (body,) = op.blocks
    # Rows of a product with int8 weights share a scale; sorted, those of a tile have one of their own, at most as
    # coarse: that moves results by less than the rounding does.
    return mixed_in(body, lengths.type.shape[0], but_for_scales=True) is None and _fits_fewer_rows(
        op, lengths.type.shape[0]
    )


def _may_be_cut(op: Op) -> bool:
    """Whether all rows of a recurrence without lengths can run in a part of its steps after the other."""
    walked = sequences_of(op)[0].type
    if op.kind.name in GATES:
        # Walked backwards, the steps that a tile has and the sequence does not come last: they would change the state.
        return bool(op.attrs["direction"] == "forward") and not {0, 1} & set(walked.shape[:2])
    if op.kind.name != "recur" or not _may_go_on(op):
        return False
    rows = op.blocks[0].results[op.attrs["states"] :]
    return (
        walked.rank > 1
        and not {0, 1} & set(walked.shape[:2])
        and all(value.type.shape[0] == walked.shape[1] for value in rows)
        and all(value.type.shape[:2] == walked.shape[:2] for value in sequences_of(op))
    )


def _may_go_on(op: Op) -> bool:
    """Whether a ``recur`` may go on from its states, which are of one shape, and all that goes from step to step."""
    (body,), states = op.blocks, op.attrs["states"]
    if op.attrs["unmasked"] or not states or any(not value.type.rank for value in body.results):
        return False
    # The last tile may have steps that the sequence does not.
    if any(may_fail(inner) for inner in walk(body)):
        return False
    carried = zip(op.operands, body.params[:states], body.results[:states], strict=False)
    if any(not start.type.shape == param.type.shape == new.type.shape for start, param, new in carried):
        return False
    return not any(not inner.kind.reusable and inner.kind.name == "random" for inner in walk(body))


def _fits_fewer_rows(op: Op, batch: Dim) -> bool:
    """Whether the body computes the same on fewer rows: nothing it refers to has the rows of the batch itself."""
    (body,) = op.blocks
    builder = Builder()
    outer = captures(body)
    if any(batch in (value.content or ()) for value in outer):
        return False
    # Numbers, not names: two names may turn out to be one length, or 1, and these can't.
    rows, all_rows = 7907, batch if isinstance(batch, int) else 7919
    names = {dim: None for value in (*body.params, *outer) for dim in value.type.shape if isinstance(dim, str)}
    known: dict[Dim, Dim] = {name: 7920 + number for number, name in enumerate(names)}
    known[batch] = all_rows
    new: dict[Value, Value] = {}
    for number, value in enumerate(outer):
        array = constant(value)
        whole = value.type.with_shape(known.get(dim, dim) for dim in value.type.shape)
        new[value] = builder.const(array) if array is not None else builder.input(f"outer{number}", whole)

    def with_rows(value: Value) -> Type:
        return value.type.with_shape((rows, *(known.get(dim, dim) for dim in value.type.shape[1:])))

    with builder.body([with_rows(value) for value in body.params]) as block:
        copier = Copier(builder, new={**new, **dict(zip(body.params, block.params, strict=True))}, same_dims=False)
        try:
            copier.ops(body)
        except Rnn2OnnxError:
            return False
        made = [copier.value(value) for value in body.results]
    return all(
        value.type == with_rows(old) and old.type.shape[0] == batch
        for value, old in zip(made, body.results, strict=True)
    )


# -- slices along time -------------------------------------------------------------------------------------------------


def _cut(op: Op, region: Region) -> Op | None:
    """The slice along time that the result of an operation lies behind: its own, or that of an operand."""
    found = next((region.cuts[value] for value in op.operands if value in region.cuts), None)
    if found is not None or op.kind.name != "slice" or op.operands[0] not in region.places:
        return found
    return op if op.attrs["axes"] == (region.places[op.operands[0]].time,) else None


def _has_steps(value: Value, place: Place) -> bool:
    return place.time is not None and value.type.shape[place.time] != 1


# -- what belongs together ---------------------------------------------------------------------------------------------


class _Finder:
    def __init__(self, block: Block, *, lengths: bool) -> None:
        self.block = block
        self.lengths = lengths
        self.regions: list[Region] = []
        self.home: dict[Value, Region] = {}
        self.through: dict[Value, frozenset[Region]] = {}
        self.users: dict[Value, list[Op | None]] = {}
        for op in block.ops:
            for value in inputs_of(op):
                self.users.setdefault(value, []).append(op)
        for value in block.results:
            self.users.setdefault(value, []).append(None)

    def find(self) -> None:
        """Puts recurrences and what comes behind them into regions, from the first operation to the last."""
        for op in self.block.ops:
            region = self._region_of_recurrence(op) or self._region_between(op)
            inputs = inputs_of(op)
            if region is None:
                found = [self.through.get(value, frozenset()) for value in inputs]
                found += [frozenset([self.home[value]]) for value in inputs if value in self.home]
                joint: frozenset[Region] = frozenset().union(*found)
                self.through.update((value, joint) for value in op.results if joint)
                continue
            region.ops.add(op)
            region.needs |= self._before(op, region)

    def _before(self, op: Op, region: Region) -> set[Region]:
        """The regions that have to run before an operation of one."""
        found: set[Region] = set()
        walked = {*sequences_of(op)} - others_of(op) if is_recurrence(op) else {*op.operands}
        for value in inputs_of(op):
            found |= self.through.get(value, frozenset())
            if value in self.home and not (value in walked and self._inside(value, region)):
                found.add(self.home[value])
        return found

    def _inside(self, value: Value, region: Region) -> bool:
        return self.home.get(value) is region and value in region.places

    def _is_free(self, op: Op, region: Region) -> bool:
        """Whether nothing that an operation of the region would need waits for the region itself."""
        return not any(before is region or before.waits_for(region) for before in self._before(op, region))

    def _region_of_recurrence(self, op: Op) -> Region | None:
        lengths = lengths_of(op) if is_recurrence(op) else None
        if not is_recurrence(op) or self.lengths != (lengths is not None):
            return None
        if not (_may_be_cut(op) if lengths is None else _may_join(op, lengths)):
            return None
        time, batch = sequences_of(op)[0].type.shape[:2]
        given = None if lengths is None else given_lengths(lengths, time)
        walked = sequences_of(op)
        for region in reversed(self.regions):
            if (region.lengths, region.time, region.batch) != (given, time, batch) or not self._is_free(op, region):
                continue
            if all(region.places.get(value, Place(0, 1)) == (0, 1) and value not in region.cuts for value in walked):
                break
        else:
            region = Region(given, time, batch)
            self.regions.append(region)
        region.recurrences.append(op)
        for value in rows_of(op):
            region.places[value] = Place(0, 1 if op.kind.name == "recur" else 2)
        self.home.update((value, region) for value in op.results)
        return region

    def _region_between(self, op: Op) -> Region | None:
        """The region whose values an operation works on, step by step and row by row."""
        homes = {self.home[value] for value in op.operands if value in self.home}
        if len(homes) != 1 or is_recurrence(op) or may_fail(op):
            return None
        (region,) = homes
        if not all(self._inside(value, region) for value in op.operands if value in self.home):
            return None
        cut = _cut(op, region)
        place = region.places[op.operands[0]] if cut is op else self._place(op, region, cut)
        if place is None or not self._is_free(op, region):
            return None
        if cut is not None:
            region.cuts[op.results[0]] = cut
        region.places[op.results[0]] = place
        self.home[op.results[0]] = region
        return region

    def _place(self, op: Op, region: Region, cut: Op | None) -> Place | None:
        if len(op.results) != 1 or any(
            value in region.places and region.cuts.get(value) is not cut for value in op.operands
        ):
            return None
        steps = region.time if cut is None else cut.results[0].type.shape[region.places[cut.results[0]].time or 0]
        shape = op.results[0].type.shape
        for time, batch in itertools.permutations(range(len(shape)), 2):
            if (shape[time], shape[batch]) != (steps, region.batch):
                continue
            places = places_of_operands(op, Place(time, batch))
            if places is None:
                continue
            operands = list(zip(op.operands, places, strict=True))
            if cut is not None and any(value not in region.places and _has_steps(value, at) for value, at in operands):
                continue
            if all(region.places.get(value, place) == place for value, place in operands):
                return Place(time, batch)
        return None

    def pull(self) -> None:
        """Puts what only a region needs into it, from the last operation to the first."""
        wanted: dict[Value, set[tuple[Region, Place] | None]] = {}
        for op in reversed(self.block.ops):
            region = next((region for region in self.regions if op in region.ops), None)
            if region is None:
                region = self._region_before(op, wanted)
            if region is not None and not is_recurrence(op):
                places = region.places_in(op)
                assert places is not None
                for value, place in zip(op.operands, places, strict=True):
                    wanted.setdefault(value, set()).add((region, place))
                continue
            if region is not None:
                for value in sequences_of(op):
                    wanted.setdefault(value, set()).add((region, Place(0, 1)))
            for value in inputs_of(op) if region is None else others_of(op):
                wanted.setdefault(value, set()).add(None)

    def _region_before(self, op: Op, wanted: Mapping[Value, set[tuple[Region, Place] | None]]) -> Region | None:
        if len(op.results) != 1 or None in self.users.get(op.results[0], [None]) or not op.kind.reusable:
            return None
        (only, *others) = wanted.get(op.results[0], {None})
        if others or only is None or op.kind.name in ("const", "variable"):
            return None
        region, place = only
        lengths = [None if axis is None else op.results[0].type.shape[axis] for axis in place]
        if lengths != [region.time, region.batch] or places_of_operands(op, place) is None:
            return None
        region.ops.add(op)
        region.places[op.results[0]] = place
        self.home[op.results[0]] = region
        return region

    def give(self) -> None:
        """Finds the values that are needed outside, and leaves operations outside where they can't be restored."""
        needed = dict.fromkeys(self.block.results)
        for op in reversed(self.block.ops):
            region = next((region for region in self.regions if op in region.ops), None)
            if region is None:
                needed.update(dict.fromkeys(inputs_of(op)))
                continue
            needed.update(dict.fromkeys(value for value in inputs_of(op) if value not in region.places))
            outside = [value for value in op.results if value in needed]
            if op in region.recurrences or (outside and is_zero_behind(outside[0], region)):
                region.outputs.extend(outside)
            elif outside:
                needed.update(dict.fromkeys(inputs_of(op)))
