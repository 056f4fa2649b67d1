"""The values of a region in one segment after the other, [steps, rows, …], wherever they have time and batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Op, Type, Value
from rnn2onnx.passes.mask import may_mask_behind
from rnn2onnx.passes.packing.region import Region, rows_of, sequences_of
from rnn2onnx.passes.packing.rows import Segments, int64
from rnn2onnx.passes.packing.time_and_batch import Place
from rnn2onnx.passes.packing.zeros import masked_by_lengths
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.vectorise import is_zero, zero_of

_BY_ROWS = {"X", "sequence_lens", "initial_h", "initial_c"}
INT32 = np.dtype(np.int32)


class Pieces:
    """A region on the segments of sorted rows.

    Args:
        outer: What is outside, copied already.
        region: What runs on them.
        segments: The segments.
        report: Where remarks on the recurrences are kept.
    """

    def __init__(self, outer: Copier, region: Region, segments: Segments, report: Report) -> None:
        self.outer = outer
        self.builder: Builder = outer.builder
        self.region = region
        self.segments = segments
        self.report = report
        self._pieces: dict[Value, list[Value]] = {}
        self._finals: dict[Value, Value] = {}
        self._joined: dict[Value, Value] = {}

    def outputs(self) -> list[Value]:
        """What the region gives, rows where they were."""
        for op in self.region.recurrences:
            (self._recur if op.kind.name == "recur" else self._native)(op)
        return [self._output(value) for value in self.region.outputs]

    def _output(self, value: Value) -> Value:
        if value in self._finals:
            return self._finals[value]
        place = self.region.places[value]
        assert place.time is not None
        assert place.batch is not None
        time_first = place.time < place.batch
        restored = self.segments.restored(self._all(value), self._sliced_steps(value), time_first=time_first)
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
        steps, limits = self.segments.all_steps(), map(self.outer.value, cut.operands[1:])
        axis = self.region.places[cut.results[0]].time or 0
        types = [steps.type.with_shape((cut.results[0].type.shape[axis],))]
        return self.builder.emit("slice", (steps, *limits), axes=(0,), steps=cut.attrs["steps"], types=types)[0]

    def _all(self, value: Value) -> Value:
        if value not in self._joined:
            self._joined[value] = self.segments.joined([self.piece(value, at) for at in range(self.segments.count)])
        return self._joined[value]

    # -- step by step and row by row ----------------------------------------------------------------------------------

    def piece(self, value: Value, at: int) -> Value:
        """[steps, rows, …]: a value of the region in a segment."""
        if value not in self._pieces:
            op = value.op
            assert op is not None
            self._make(op)
        return self._pieces[value][at]

    def _make(self, op: Op) -> None:
        """Computes an operation of the region in all segments, and what it needs before it."""
        waiting = [op]
        while waiting:
            op = waiting[-1]
            needed = self._needed(op)
            missing = [value.op for value in needed if value in self.region.places and value not in self._pieces]
            if missing:
                waiting.extend(each for each in missing if each is not None)
                continue
            waiting.pop()
            if op.results[0] not in self._pieces:
                self._pieces[op.results[0]] = [self._computed(op, at) for at in range(self.segments.count)]

    def _needed(self, op: Op) -> Sequence[Value]:
        masked = self._masked(op)
        return op.operands if masked is None else (masked,)

    def _masked(self, op: Op) -> Value | None:
        """What an operation sets to zero past each row's length where nothing sees what stands there."""
        return None if self.region.shares_scales else masked_by_lengths(op, self.region)

    def _computed(self, op: Op, at: int) -> Value:
        if self.region.is_cut(op):
            return self.piece(op.operands[0], at)
        result, place = op.results[0], self.region.places[op.results[0]]
        rest = place.rest(result.type.rank)
        places = self.region.places_in(op)
        assert places is not None
        masked = self._masked(op)
        if masked is not None:
            return self._part(masked, places[1], at, len(rest))
        name, attrs = op.kind.name, dict(op.attrs)
        many = op.kind.elementwise
        first = op.operands[1 if name == "gather" else 0]
        own = places[1 if name == "gather" else 0]
        parts = [
            self._part(value, own_place, at, len(rest) if many else len(own_place.rest(value.type.rank)))
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

    def _part(self, value: Value, place: Place, at: int, rest: int) -> Value:
        """An operand in a segment, so that it is broadcast to [steps, rows] and so many axes more."""
        if value in self.region.places:
            made, real = self.piece(value, at), (True, True)
            return self._widened(made, real, rest)
        outer = self.outer.value(value)
        shape = value.type.shape
        time, batch = (None if axis is None or shape[axis] == 1 else axis for axis in place)
        if time is None and batch is None and (value.type.rank <= rest or place in ((0, 1), (1, 0))):
            return outer
        order = [axis for axis in place if axis is not None]
        others = place.rest(value.type.rank)
        if time is not None and batch is not None:
            time_first = time < batch
            lead = (time, batch) if time_first else (batch, time)
            moved = self._moved(outer, (*lead, *others))
            return self._widened(self.segments.picked(moved, at, time_first=time_first), (True, True), rest)
        moved = self._moved(outer, (*order, *others))
        if time is not None:
            moved = self.segments.steps_of(moved, at, order.index(time))
        elif batch is not None:
            axis = order.index(batch)
            moved = self.segments.first(self.segments.sorted(moved, axis), at, axis)
        return self._widened(moved, (place.time is not None, place.batch is not None), rest)

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

    def _sequence(self, value: Value, at: int) -> Value:
        return self._part(value, Place(0, 1), at, value.type.rank - 2)

    # -- recurrences --------------------------------------------------------------------------------------------------

    def _native(self, op: Op) -> None:
        builder, segments = self.builder, self.segments
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        names = ["initial_h", "initial_c"][: len(op.results) - 1]
        starts = [self._start(op, given.get(name)) for name in names]
        backwards = op.attrs["direction"] == "reverse"
        states: dict[int, list[Value]] = {}
        rows: dict[int, Value] = {}
        for at in reversed(range(segments.count)) if backwards else range(segments.count):
            carried = [self._carried(states, starts, index, at, 1, backwards) for index in range(len(names))]
            short = builder.emit("cast", (segments.lengths[at],), dtype=INT32)[0]
            here = {name: self.outer.value(value) for name, value in given.items() if name not in _BY_ROWS}
            here.update({"X": self._sequence(given["X"], at), "sequence_lens": short})
            here.update(zip(names, carried, strict=True))
            inputs = [name for name in (*op.attrs["inputs"], *names) if name in here]
            inputs = list(dict.fromkeys(inputs))
            attrs = {**op.attrs, "inputs": tuple(inputs)}
            made = builder.emit(op.kind, [here[name] for name in inputs], location=op.location, **attrs)
            states[at] = [self._where_some(at, new, old, 1) for new, old in zip(made[1:], carried, strict=True)]
            flat = builder.emit("squeeze", (made[0],), axes=(1,))[0]
            rows[at] = builder.emit("unsqueeze", (flat,), axes=(2,))[0]
        self._pieces[op.results[0]] = [rows[at] for at in range(segments.count)]
        some = builder.emit("less", (int64(builder, 0), segments.given))[0]
        some = builder.emit("unsqueeze", (some,), axes=(0, 2))[0]
        for index, name in enumerate(names):
            final = self._final(states, index, 1, backwards)
            initial = given.get(name)
            if initial is not None and not is_zero(initial):
                zero = builder.const(np.zeros((), final.type.dtype))
                final = builder.emit("where", (some, final, zero), types=[final.type])[0]
            self._finals[op.results[1 + index]] = final

    def _start(self, op: Op, initial: Value | None) -> Value:
        """[1, B, H]: the sorted initial states of a native layer."""
        builder, segments = self.builder, self.segments
        if initial is not None:
            value = self.outer.value(initial)
            return value if is_zero(initial) else segments.sorted(value, 1)
        state = op.results[1].type
        ends = [builder.const(np.array([length])) for length in (1, op.attrs["hidden_size"])]
        shape = builder.emit("concat", (ends[0], segments.rows[0], ends[1]), axis=0)[0]
        zero = builder.const(np.zeros((), state.dtype))
        return builder.emit("expand", (zero, shape), types=[state])[0]

    def _carried(
        self, states: dict[int, list[Value]], starts: Sequence[Value], index: int, at: int, axis: int, backwards: bool
    ) -> Value:
        """A state before a segment: that behind the one before it in time, for rows that were there."""
        segments = self.segments
        if not backwards:
            return segments.first(states[at - 1][index], at, axis) if at else starts[index]
        if at == segments.count - 1:
            return segments.first(starts[index], at, axis)
        joining = segments.others(starts[index], at, axis)
        shape = [*joining.type.shape]
        shape[axis] = segments.dims[at][1]
        types = [joining.type.with_shape(shape)]
        return self.builder.emit("concat", (states[at + 1][index], joining), axis=axis, types=types)[0]

    def _final(self, states: dict[int, list[Value]], index: int, axis: int, backwards: bool) -> Value:
        segments = self.segments
        if not backwards:
            return segments.finals([states[at][index] for at in range(segments.count)], axis)
        last = states[0][index]
        return self.builder.emit("gather", (last, segments.rank), axis=axis, types=[last.type])[0]

    def _recur(self, op: Op) -> None:
        builder, segments, count = self.builder, self.segments, op.attrs["states"]
        (body,) = op.blocks
        backwards = op.attrs["reverse"]
        # Rows that go on past their length reach no other row: they need not be stopped in a segment.
        forwards = Op(op.kind, op.operands, {**op.attrs, "reverse": False}, op.blocks, op.results)
        free = not self.region.shares_scales and may_mask_behind(builder, forwards)
        given = list(body.results[count:])
        extra = (
            [value for value in dict.fromkeys(body.results[:count]) if value not in given]
            if free and not backwards
            else []
        )
        starts = [self._sorted_state(value) for value in op.operands[:count]]
        states: dict[int, list[Value]] = {}
        columns: dict[int, list[Value]] = {}
        remark = self.report.noted(op)
        for at in reversed(range(segments.count)) if backwards else range(segments.count):
            carried = [self._carried(states, starts, index, at, 0, backwards) for index in range(count)]
            walked = [self._sequence(value, at) for value in sequences_of(op)]
            rows = segments.dims[at][1]
            types = [param.type.with_shape((rows, *param.type.shape[1:])) for param in body.params]
            names = [param.name for param in body.params]
            late = free and backwards
            firsts = [segments.first(start, at, 0) for start in starts]
            if late:
                walked.append(segments.starting(at))
                types.append(Type(np.dtype(bool), (rows,)))
                names.append("starting")
            with builder.body(types, names) as block:
                params = dict(zip(body.params, block.params, strict=False))
                if late:
                    params.update(self._from_their_start(op, block, firsts))
                copier = Copier(builder, new={**self.outer.new, **params}, same_dims=False)
                copier.ops(body)
                block.results = tuple(copier.value(value) for value in (*body.results, *extra))
            lengths = [] if free else [segments.lengths[at]]
            attrs = {**op.attrs, "lengths": not free}
            made = builder.emit("recur", (*carried, *walked, *lengths), blocks=(block,), location=op.location, **attrs)
            states[at], columns[at] = list(made[:count]), list(made[count:])
            if late:
                states[at] = [self._where_some(at, new, old, 0) for new, old in zip(made, carried, strict=False)]
            if remark and made[0].op is not None:
                self.report.note(made[0].op, remark)
        kept = [*rows_of(op), *extra]
        pieces = {value: [columns[at][place] for at in range(segments.count)] for place, value in enumerate(kept)}
        self._pieces.update(pieces)
        wanted = [index for index in range(count) if op.results[index] in self.region.outputs]
        for index in wanted:
            if not free or backwards:
                self._finals[op.results[index]] = self._final(states, index, 0, backwards)
                continue
            after = body.results[index]
            source = kept[given.index(after)] if after in given else after
            if source not in self._joined:
                self._joined[source] = segments.joined(pieces[source])
            last = segments.last(self._joined[source])
            some = builder.emit("less", (int64(builder, 0), segments.given))[0]
            axes = tuple(range(1, last.type.rank))
            some = builder.emit("unsqueeze", (some,), axes=axes)[0] if axes else some
            initial = self.outer.value(op.operands[index])
            self._finals[op.results[index]] = builder.emit("where", (some, last, initial), types=[initial.type])[0]

    def _where_some(self, at: int, new: Value, old: Value, axis: int) -> Value:
        """A state behind a segment, or before it for rows that take none of its steps."""
        some = self.builder.emit("less", (int64(self.builder, 0), self.segments.lengths[at]))[0]
        axes = tuple(each for each in range(new.type.rank) if each != axis)
        some = self.builder.emit("unsqueeze", (some,), axes=axes)[0] if axes else some
        return self.builder.emit("where", (some, new, old), types=[new.type])[0]

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

    def _sorted_state(self, value: Value) -> Value:
        outer = self.outer.value(value)
        return outer if is_zero(value) else self.segments.sorted(outer, 0)
