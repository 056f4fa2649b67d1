"""The values of a region in a tile, [steps, rows, …], wherever they have time and batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Op, Type, Value
from rnn2onnx.passes.mask import may_mask_behind
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.region import Region, lengths_of, rows_of, sequences_of
from rnn2onnx.passes.tiling.stages import Stage, stages_of
from rnn2onnx.passes.tiling.tiles import INT64, Tiles, vector
from rnn2onnx.passes.tiling.time_and_batch import NOWHERE, Place
from rnn2onnx.passes.tiling.zeros import masked_by_lengths
from rnn2onnx.passes.vectorise import is_zero, zero_of

_BY_ROWS = {"X", "sequence_lens", "initial_h", "initial_c"}
INT32 = np.dtype(np.int32)


class Pieces:
    """What a region gives, computed tile by tile.

    Args:
        outer: What is outside, copied already.
        region: What runs in tiles.
        tiles: The tiles.
        report: Where remarks on the recurrences are kept.
    """

    def __init__(self, outer: Copier, region: Region, tiles: Tiles, report: Report) -> None:
        self.outer = outer
        self.builder: Builder = outer.builder
        self.region = region
        self.tiles = tiles
        self.report = report
        self._given: dict[Value, Value] = {}
        self._whole: dict[tuple[Value, Place], Value] = {}
        self._finals: dict[Value, Value] = {}
        self._pieces: dict[Value, Value] = {}

    def outputs(self) -> list[Value]:
        """What the region gives, rows where they were."""
        for stage in stages_of(self.region, self._needed):
            self._run(stage)
        return [self._output(value) for value in self.region.outputs]

    def _output(self, value: Value) -> Value:
        if value in self._finals:
            return self._finals[value]
        place = self.region.places[value]
        assert place.time is not None
        assert place.batch is not None
        time_first = place.time < place.batch
        restored = self.tiles.restored(self._given[value], self._sliced_steps(value), time_first=time_first)
        leading = (place.time, place.batch) if time_first else (place.batch, place.time)
        order = (*leading, *place.rest(value.type.rank))
        perm = tuple(order.index(axis) for axis in range(len(order)))
        if perm != tuple(range(len(order))):
            restored = self.builder.emit("transpose", (restored,), perm=perm)[0]
        return restored

    def _sliced_steps(self, value: Value) -> Value | None:
        """The numbers of the steps that a value behind a slice has; None if it has them all."""
        cut = self.region.cuts.get(value)
        if cut is None:
            return None
        steps, limits = self.tiles.all_steps(), map(self.outer.value, cut.operands[1:])
        axis = self.region.places[cut.results[0]].time or 0
        types = [steps.type.with_shape((cut.results[0].type.shape[axis],))]
        return self.builder.emit("slice", (steps, *limits), axes=(0,), steps=cut.attrs["steps"], types=types)[0]

    # -- a stage -------------------------------------------------------------------------------------------------------

    def _run(self, stage: Stage) -> None:
        """Computes what a stage gives, in a loop over the tiles."""
        builder = self.builder
        for op in stage.ops:
            self._prepare(op, stage)
        starts = [self._starts(op) for op in stage.recurrences]
        states = [start for each in starts for start in each]
        location = stage.recurrences[0].location
        with builder.body([*(state.type for state in states), Type(INT64, ())]) as block:
            self._pieces = {}
            self.tile = self.tiles.tile(block.params[-1], backwards=stage.backwards)
            carried = list(block.params[:-1])
            after: list[Value] = []
            for op, own in zip(stage.recurrences, starts, strict=True):
                old = carried[len(after) : len(after) + len(own)]
                axis = 0 if op.kind.name == "recur" else 1
                rows = [self.tile.first(state, axis) for state in old]
                begin = [self.tile.first(start, axis) for start in own] if stage.backwards else rows
                new = self._recur(op, rows, begin) if op.kind.name == "recur" else self._native(op, rows)
                after += [self.tile.put_back(a, b, axis) for a, b in zip(old, new, strict=True)]
            block.results = (*after, *(self.tile.given(self._piece(value)) for value in stage.given))
        made = builder.emit(
            "scan",
            (*states, self.tiles.starts_of(backwards=stage.backwards)),
            blocks=(block,),
            location=location,
            states=len(states),
            reverse=stage.backwards,
        )
        finals = iter(made)
        for op, own in zip(stage.recurrences, starts, strict=True):
            self._finish(op, [next(finals) for _ in own])
        for value, given in zip(stage.given, finals, strict=True):
            self._given[value] = self.tiles.joined(given, backwards=stage.backwards)

    def _prepare(self, op: Op, stage: Stage) -> None:
        """Computes, before a stage, what of its operands is the same in all tiles."""
        if op in stage.recurrences:
            sequences = sequences_of(op)
            places: Sequence[Place] = [Place(0, 1)] * len(sequences)
        elif self.region.is_cut(op):
            sequences, places = op.operands[:1], [NOWHERE]
        else:
            found = self.region.places_in(op)
            assert found is not None
            sequences, places = op.operands, found
            if self._masked(op) is not None:
                sequences, places = sequences[1:2], places[1:2]
        for value, place in zip(sequences, places, strict=True):
            if value not in self.region.places:
                self._whole[value, place] = self._prepared(value, place)

    def _starts(self, op: Op) -> list[Value]:
        """The states of a recurrence before its first step, arranged."""
        if op.kind.name == "recur":
            return [self._arranged_state(value) for value in op.operands[: op.attrs["states"]]]
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        return [self._start(op, given.get(name)) for name in _states_of(op)]

    # -- step by step and row by row ----------------------------------------------------------------------------------

    def _piece(self, value: Value) -> Value:
        """[steps, rows, …]: a value of the region in the tile."""
        waiting = [value]
        while waiting:
            value = waiting[-1]
            op = value.op
            assert op is not None
            if value in self._pieces:
                waiting.pop()
            elif value in self._given:
                self._pieces[value] = self.tile.again(self._given[value])
            else:
                missing = [each for each in self._needed(op) if each in self.region.places and each not in self._pieces]
                waiting.extend(missing)
                if not missing:
                    self._pieces[value] = self._computed(op)
        return self._pieces[value]

    def _needed(self, op: Op) -> Sequence[Value]:
        if op in self.region.recurrences:
            return sequences_of(op)
        masked = self._masked(op)
        return op.operands if masked is None else (masked,)

    def _masked(self, op: Op) -> Value | None:
        """What an operation sets to zero past each row's length where nothing sees what stands there."""
        if self.region.shares_scales or not self.region.must_be_zero.isdisjoint(op.results):
            return None
        return masked_by_lengths(op, self.region)

    def _computed(self, op: Op) -> Value:
        if self.region.is_cut(op):
            return self._piece(op.operands[0])
        result, place = op.results[0], self.region.places[op.results[0]]
        rest = place.rest(result.type.rank)
        places = self.region.places_in(op)
        assert places is not None
        masked = self._masked(op)
        if masked is not None:
            return self._part(masked, places[1], len(rest))
        name, attrs = op.kind.name, dict(op.attrs)
        many = op.kind.elementwise
        first = op.operands[1 if name == "gather" else 0]
        own = places[1 if name == "gather" else 0]
        parts = [
            self._part(value, own_place, len(rest) if many else len(own_place.rest(value.type.rank)))
            if many or None not in own_place
            else self.outer.value(value)
            for value, own_place in zip(op.operands, places, strict=True)
        ]
        before = own.rest(first.type.rank)
        if name == "transpose":
            order = tuple(2 + before.index(op.attrs["perm"][axis]) for axis in rest)
            if order == tuple(range(2, 2 + len(order))):
                return parts[0]
            attrs["perm"] = (0, 1, *order)
        among = rest if name == "unsqueeze" else before
        if "axes" in attrs:
            attrs["axes"] = tuple(2 + among.index(axis) for axis in attrs["axes"])
        elif "axis" in attrs and name != "gather":
            attrs["axis"] = 2 + among.index(attrs["axis"] % first.type.rank)
        return self.builder.emit(op.kind, parts, location=op.location, **attrs)[0]

    def _prepared(self, value: Value, place: Place) -> Value:
        """What of an operand from outside is the same in all tiles."""
        outer, (time, batch) = self.outer.value(value), place.real(value.type)
        others = place.rest(value.type.rank)
        if time is not None and batch is not None:
            return self.tiles.flat(self._moved(outer, (min(time, batch), max(time, batch), *others)))
        order = [axis for axis in place if axis is not None]
        if _is_broadcast(value, place):
            return outer
        moved = self._moved(outer, (*order, *others))
        return moved if batch is None else self.tiles.arranged(moved, order.index(batch))

    def _part(self, value: Value, place: Place, rest: int) -> Value:
        """An operand in the tile, so that it is broadcast to [steps, rows] and so many axes more."""
        if value in self.region.places:
            return self._widened(self._piece(value), (True, True), rest)
        whole, (time, batch) = self._whole[value, place], place.real(value.type)
        if _is_broadcast(value, place):
            return whole
        if time is not None and batch is not None:
            return self._widened(self.tile.picked(whole, time_first=time < batch), (True, True), rest)
        order = [axis for axis in place if axis is not None]
        if time is not None:
            whole = self.tile.steps_of(whole, order.index(time))
        elif batch is not None:
            whole = self.tile.first(whole, order.index(batch))
        return self._widened(whole, (place.time is not None, place.batch is not None), rest)

    def _moved(self, value: Value, order: Sequence[int]) -> Value:
        if tuple(order) == tuple(range(len(order))):
            return value
        return self.builder.emit("transpose", (value,), perm=tuple(order))[0]

    def _widened(self, value: Value, has: tuple[bool, bool], rest: int) -> Value:
        """[steps, rows, …] of a value without some of the axes, with axes of length 1 in their place."""
        lead = sum(has)
        missing = rest - (value.type.rank - lead)
        axes: list[int] = []
        if has[0] and not has[1]:
            axes.append(1)
        start = lead + len(axes)
        axes.extend(range(start, start + missing))
        return self.builder.emit("unsqueeze", (value,), axes=tuple(axes))[0] if axes else value

    def _sequence(self, value: Value) -> Value:
        return self._part(value, Place(0, 1), value.type.rank - 2)

    # -- recurrences --------------------------------------------------------------------------------------------------

    def _native(self, op: Op, states: Sequence[Value]) -> Sequence[Value]:
        """The states of a native layer behind the tile."""
        builder = self.builder
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        names = _states_of(op)
        here = {name: self.outer.value(value) for name, value in given.items() if name not in _BY_ROWS}
        short = builder.emit("cast", (self.tile.lengths(),), dtype=INT32)[0]
        here.update({"X": self._sequence(given["X"]), "sequence_lens": short})
        here.update(zip(names, states, strict=True))
        inputs = tuple(dict.fromkeys(name for name in (*op.attrs["inputs"], "sequence_lens", *names) if name in here))
        attrs = {**op.attrs, "inputs": inputs}
        made = builder.emit(op.kind, [here[name] for name in inputs], location=op.location, **attrs)
        flat = builder.emit("squeeze", (made[0],), axes=(1,))[0]
        self._pieces[op.results[0]] = builder.emit("unsqueeze", (flat,), axes=(2,))[0]
        return made[1:]

    def _start(self, op: Op, initial: Value | None) -> Value:
        """[1, B, H]: the arranged initial states of a native layer."""
        builder = self.builder
        if initial is not None:
            value = self.outer.value(initial)
            return value if is_zero(initial) else self.tiles.arranged(value, 1)
        state = op.results[1].type
        ends = [builder.const(np.array([length])) for length in (1, op.attrs["hidden_size"])]
        shape = builder.emit("concat", (ends[0], vector(builder, self.tiles.batch), ends[1]), axis=0)[0]
        zero = builder.const(np.zeros((), state.dtype))
        return builder.emit("expand", (zero, shape), types=[state])[0]

    def _recur(self, op: Op, states: Sequence[Value], begin: Sequence[Value]) -> Sequence[Value]:
        """The states of a recurrence behind the tile.

        Args:
            op: The recurrence.
            states: Those before it, of the rows that run in it.
            begin: Those before the first step.
        """
        builder, count = self.builder, op.attrs["states"]
        (body,) = op.blocks
        backwards, free = op.attrs["reverse"], self._is_free(op)
        starting = self.tile.starting() if free and backwards else None
        late = starting is not None
        wanted = [index for index in range(count) if free and not late and op.results[index] in self.region.outputs]
        given = list(body.results[count:])
        extra = [value for value in dict.fromkeys(body.results[index] for index in wanted) if value not in given]
        walked = [self._sequence(value) for value in sequences_of(op)]
        rows = self.tile.dims[1]
        types = [param.type.with_shape((rows, *param.type.shape[1:])) for param in body.params]
        names = [param.name for param in body.params]
        if starting is not None:
            walked.append(starting)
            types.append(Type(np.dtype(bool), (rows,)))
            names.append("starting")
        with builder.body(types, names) as block:
            params = dict(zip(body.params, block.params, strict=False))
            if late:
                params.update(self._from_their_start(op, block, begin))
            copier = Copier(builder, new={**self.outer.new, **params}, same_dims=False)
            copier.ops(body)
            block.results = tuple(copier.value(value) for value in (*body.results, *extra))
        lengths = [] if free else [self.tile.lengths()]
        attrs = {**op.attrs, "lengths": not free}
        made = builder.emit("recur", (*states, *walked, *lengths), blocks=(block,), location=op.location, **attrs)
        assert made[0].op is not None
        self.report.same(op, made[0].op)
        self._pieces.update(zip(rows_of(op), made[count:], strict=False))
        after = list(made[:count])
        columns = dict(zip((*given, *extra), made[count:], strict=True))
        for index in wanted:
            # Rows that end in this tile have gone on.
            after[index] = self.tile.last(columns[body.results[index]])
        return after

    def _is_free(self, op: Op) -> bool:
        """Whether rows may go on past their length: they reach no other, so they need not be stopped in a tile."""
        if lengths_of(op) is None:
            return True
        forwards = Op(op.kind, op.operands, {**op.attrs, "reverse": False}, op.blocks, op.results)
        return not self.region.shares_scales and may_mask_behind(self.builder, forwards)

    def _from_their_start(self, op: Op, block: Block, starts: Sequence[Value]) -> dict[Value, Value]:
        """The states in a step backwards: of rows that have not begun, as they start."""
        builder, (body,) = self.builder, op.blocks
        found = {}
        for param, here, start, given in zip(body.params, block.params, starts, op.operands, strict=False):
            mask, axes = block.params[-1], tuple(range(1, here.type.rank))
            mask = builder.emit("unsqueeze", (mask,), axes=axes)[0] if axes else mask
            first = zero_of(builder, here) if is_zero(given) else start
            found[param] = builder.emit("where", (mask, first, here), types=[here.type])[0]
        return found

    def _arranged_state(self, value: Value) -> Value:
        outer = self.outer.value(value)
        return outer if is_zero(value) else self.tiles.arranged(outer, 0)

    def _finish(self, op: Op, states: Sequence[Value]) -> None:
        """Puts the final states of a recurrence where they belong."""
        builder, native = self.builder, op.kind.name != "recur"
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True)) if native else {}
        for index, state in enumerate(states):
            result = op.results[index + native]
            if result not in self.region.outputs:
                continue
            final = self.tiles.final(state, int(native))
            initial = given.get(_states_of(op)[index]) if native else None
            if initial is not None and not is_zero(initial) and self.region.lengths is not None:
                # A native layer gives zero for a row of no steps.
                lengths = self.outer.value(self.region.lengths)
                some = builder.emit("less", (builder.const(np.zeros((), lengths.type.dtype)), lengths))[0]
                some = builder.emit("unsqueeze", (some,), axes=(0, 2))[0]
                final = builder.emit("where", (some, final, zero_of(builder, final)), types=[final.type])[0]
            self._finals[result] = final


def _states_of(op: Op) -> list[str]:
    """What the states of a native layer are called."""
    return ["initial_h", "initial_c"][: len(op.results) - 1]


def _is_broadcast(value: Value, place: Place) -> bool:
    """Whether a value is broadcast to [steps, rows, …] as it is."""
    return place.real(value.type) == NOWHERE and place in (NOWHERE, (0, 1), (1, 0))
