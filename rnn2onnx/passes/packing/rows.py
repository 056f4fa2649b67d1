"""Rows sorted by length, and time cut into segments in each of which only the first of them run.

Where a quarter of the rows has ended, the next segment begins, with three quarters of the rows. All steps together are
those of the longest row, whatever the number of segments.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from rnn2onnx.ir import Builder, Dim, Type, Value

INT64 = np.dtype(np.int64)


def vector(builder: Builder, value: Value) -> Value:
    """A number as a vector of one element."""
    return builder.emit("unsqueeze", (value,), axes=(0,))[0]


def number(builder: Builder, value: Value, at: int) -> Value:
    """An element of a vector."""
    return number_at(builder, value, int64(builder, at))


def number_at(builder: Builder, value: Value, at: Value) -> Value:
    """An element of a vector."""
    return builder.emit("gather", (value, at), axis=0)[0]


def int64(builder: Builder, number: int) -> Value:
    """A constant i64[]."""
    return builder.const(np.array(number, INT64))


def clipped(builder: Builder, lengths: Value, steps: Value) -> Value:
    """i64[B]: lengths from 0 to the number of steps."""
    wide = builder.emit("cast", (lengths,), dtype=INT64)[0]
    return builder.emit("minimum", (builder.emit("maximum", (wide, int64(builder, 0)))[0], steps))[0]


def saves_enough(builder: Builder, lengths: Value, batch: Value, least: int, share: float) -> Value:
    """bool[]: whether rows end so early that leaving out what is behind them saves enough.

    Args:
        builder: Where to.
        lengths: i64[B], from 0 to the number of steps.
        batch: How many there are.
        least: So many steps of rows are saved at least,
        share: and this share of what the longest row makes of all rows.
    """
    longest, used = (builder.emit(f"reduce_{how}", (lengths,), axes=(0,), keepdims=False)[0] for how in ("max", "sum"))
    together = builder.emit("mul", (longest, batch))[0]
    saved = builder.emit("sub", (together, used))[0]
    part = builder.emit("floor_div", (together, int64(builder, round(1 / share))))[0]
    return builder.emit("less", (builder.emit("maximum", (part, int64(builder, least)))[0], saved))[0]


class Segments:
    """The segments of sorted rows, and how values get there and back.

    Args:
        builder: Where to.
        dims: The lengths of time and batch.
        sizes: The same as values.
        given: i64[B]: the lengths of the rows, from 0 to the number of steps; there are at least as many rows as
            segments.
        segments: How many segments there are.

    Attributes:
        count: How many segments there are.
        rows: The number of rows of each segment as i64[1], and behind the last one 0.
        sizes: How many steps of rows there are in each segment, as i64[1].
        lengths: i64[rows] for each segment: how many of its steps each row takes.
        dims: The lengths of time and batch in each segment.
        rank: i64[B]: which of the sorted rows each row is.
    """

    def __init__(
        self, builder: Builder, dims: tuple[Dim, Dim], sizes: tuple[Value, Value], given: Value, segments: int
    ) -> None:
        self.builder = builder
        self.shape = dims
        self.given = given
        self.count = segments
        self._total, self._batch = sizes
        self._sorted, self.order = builder.emit("top_k", (given, self._batch), types=[given.type] * 2)
        all_rows = builder.emit("mul", (self._batch, builder.const(np.arange(segments, 0, -1))))[0]
        all_rows = builder.emit("add", (all_rows, int64(builder, segments - 1)))[0]
        all_rows = builder.emit("floor_div", (all_rows, int64(builder, segments)))[0]
        self._rows = [number(builder, all_rows, at) for at in range(self.count)]
        self.rows = [*(vector(builder, each) for each in self._rows), builder.const(np.array([0]))]
        zero = int64(builder, 0)
        ends = [zero, *(number_at(builder, self._sorted, each) for each in (*self._rows[1:], zero))]
        one = int64(builder, 1)
        self._steps = [builder.emit("range", (a, b, one))[0] for a, b in itertools.pairwise(ends)]
        self._order: list[Value] = []
        self.lengths: list[Value] = []
        self.dims: list[tuple[Dim, Dim]] = []
        self.sizes: list[Value] = []
        starts = [zero]
        for at in range(self.count):
            here = self.first(self._sorted, at, 0)
            span = builder.emit("sub", (ends[at + 1], ends[at]))[0]
            past = builder.emit("sub", (here, ends[at]))[0]
            self.lengths.append(builder.emit("minimum", (past, span))[0])
            self.dims.append((self._steps[at].type.shape[0], here.type.shape[0]))
            self._order.append(self.first(self.order, at, 0))
            size = builder.emit("mul", (span, self._rows[at]))[0]
            self.sizes.append(vector(builder, size))
            starts.append(builder.emit("add", (starts[-1], size))[0])
        self._starts, self._longest = starts, ends[-1]
        self.rank = builder.emit("top_k", (builder.emit("neg", (self.order,))[0], self._batch), types=[given.type] * 2)[
            1
        ]

    # -- to the segments ----------------------------------------------------------------------------------------------

    def first(self, value: Value, at: int, axis: int) -> Value:
        """The rows of sorted ones that run in a segment."""
        if not at:
            return value
        types = None
        if at < len(self.dims):
            shape = [*value.type.shape]
            shape[axis] = self.dims[at][1]
            types = [value.type.with_shape(shape)]
        limits = (self.rows[self.count], self.rows[at])
        return self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,), types=types)[0]

    def others(self, value: Value, at: int, axis: int) -> Value:
        """The rows of sorted ones that run in a segment and not in the one behind it."""
        limits = (self.rows[at + 1], self.rows[at])
        return self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,))[0]

    def starting(self, at: int) -> Value:
        """bool[steps, rows] of a segment walked backwards: whether a row takes its first step here, or after this."""
        builder = self.builder
        ends = builder.emit("unsqueeze", (self.first(self._sorted, at, 0),), axes=(0,))[0]
        last = builder.emit("sub", (ends, int64(builder, 1)))[0]
        steps = builder.emit("unsqueeze", (self._steps[at],), axes=(1,))[0]
        return builder.emit("less_equal", (last, steps))[0]

    def sorted(self, value: Value, axis: int) -> Value:
        """A value's rows, sorted."""
        return self.builder.emit("gather", (value, self.order), axis=axis, types=[value.type])[0]

    def steps_of(self, value: Value, at: int, axis: int) -> Value:
        """The steps of a segment of a value that is the same for all rows."""
        return self.builder.emit("gather", (value, self._steps[at]), axis=axis)[0]

    def picked(self, value: Value, at: int, *, time_first: bool) -> Value:
        """[steps, rows, …] of a segment, of a value [T, B, …] or [B, T, …]."""
        builder = self.builder
        steps = builder.emit("unsqueeze", (self._steps[at],), axes=(1,))[0]
        rows = builder.emit("unsqueeze", (self._order[at],), axes=(0,))[0]
        if time_first:
            steps = builder.emit("mul", (steps, self._batch))[0]
        else:
            rows = builder.emit("mul", (rows, self._total))[0]
        size = vector(builder, builder.emit("mul", (self._total, self._batch))[0])
        flat = self._flat(value, size)
        return builder.emit("gather", (flat, builder.emit("add", (steps, rows))[0]), axis=0)[0]

    def _flat(self, value: Value, size: Value) -> Value:
        """The two leading axes of a value as one of so many elements."""
        builder = self.builder
        rest = value.type.shape[2:]
        if all(isinstance(dim, int) for dim in rest):
            tail = builder.const(np.array(rest, INT64))
        else:
            ends = builder.const(np.array([2])), builder.const(np.array([2**31 - 1]))
            tail = builder.emit("slice", (builder.shape_of(value), *ends), axes=(0,), steps=(1,))[0]
        shape = builder.emit("concat", (size, tail), axis=0)[0]
        types = [value.type.with_shape((builder.fresh_dim("flat"), *rest))] if value.type.static is False else None
        return builder.emit("reshape", (value, shape), types=types)[0]

    # -- and back -----------------------------------------------------------------------------------------------------

    def joined(self, pieces: Sequence[Value]) -> Value:
        """[N + 1, …]: what all segments give, one behind the other, and zero at the end."""
        builder = self.builder
        parts = [self._flat(piece, size) for piece, size in zip(pieces, self.sizes, strict=True)]
        rest = pieces[0].type.shape[2:]
        zero = builder.const(np.zeros((), pieces[0].type.dtype))
        if all(isinstance(dim, int) for dim in rest):
            end = builder.const(np.zeros((1, *map(int, rest)), pieces[0].type.dtype))
        else:
            ends = builder.const(np.array([2])), builder.const(np.array([2**31 - 1]))
            tail = builder.emit("slice", (builder.shape_of(pieces[0]), *ends), axes=(0,), steps=(1,))[0]
            shape = builder.emit("concat", (builder.const(np.array([1])), tail), axis=0)[0]
            end = builder.emit("expand", (zero, shape))[0]
        return builder.emit("concat", (*parts, end), axis=0)[0]

    def all_steps(self) -> Value:
        """i64[T]: the number of each step."""
        builder = self.builder
        types = [Type(INT64, self.shape[:1])]
        return builder.emit("range", (int64(builder, 0), self._total, int64(builder, 1)), types=types)[0]

    def restored(self, joined: Value, chosen: Value | None, *, time_first: bool) -> Value:
        """[T, B, …] or [B, T, …]: each row where it was, zero past its length.

        Args:
            joined: What all segments give (``joined``).
            chosen: The numbers of the steps that are wanted; all if None.
            time_first: Whether time comes before batch.
        """
        builder = self.builder
        axis, other = (1, 0) if time_first else (0, 1)
        starts = self._starts_of_steps()
        steps = self.all_steps() if chosen is None else chosen
        if chosen is not None:
            starts = builder.emit("gather", (starts, chosen), axis=0)[0]
        starts = builder.emit("unsqueeze", (starts,), axes=(axis,))[0]
        ranks, ends = (builder.emit("unsqueeze", (each,), axes=(other,))[0] for each in (self.rank, self.given))
        at = builder.emit("add", (starts, ranks))[0]
        alive = builder.emit("less", (builder.emit("unsqueeze", (steps,), axes=(axis,))[0], ends))[0]
        places = builder.emit("where", (alive, at, self._starts[-1]))[0]
        shape = (steps.type.shape[0], self.shape[1]) if time_first else (self.shape[1], steps.type.shape[0])
        types = [joined.type.with_shape((*shape, *joined.type.shape[1:]))]
        return builder.emit("gather", (joined, places), axis=0, types=types)[0]

    def last(self, joined: Value) -> Value:
        """[B, …]: what each row gave in its last step; anything where it took none."""
        builder = self.builder
        end = builder.emit("maximum", (builder.emit("sub", (self.given, int64(builder, 1)))[0], int64(builder, 0)))[0]
        starts = builder.emit("gather", (self._starts_of_steps(), end), axis=0)[0]
        at = builder.emit("minimum", (builder.emit("add", (starts, self.rank))[0], self._starts[-1]))[0]
        return builder.emit("gather", (joined, at), axis=0)[0]

    def _starts_of_steps(self) -> Value:
        """i64[T]: where the rows of each step begin among those of all segments."""
        builder = self.builder
        parts = [
            builder.emit("range", (start, end, rows))[0]
            for start, end, rows in zip(self._starts, self._starts[1:], self._rows, strict=False)
        ]
        rest = vector(builder, builder.emit("sub", (self._total, self._longest))[0])
        behind = builder.emit("expand", (int64(builder, 0), rest))[0]
        types = [Type(INT64, self.shape[:1])]
        return builder.emit("concat", (*parts, behind), axis=0, types=types)[0]

    def finals(self, states: Sequence[Value], axis: int) -> Value:
        """The state of each row where it was, of the states after each segment."""
        ended = [self.others(states[at], at, axis) for at in reversed(range(self.count))]
        joined = self.builder.emit("concat", ended, axis=axis)[0]
        shape = [*joined.type.shape]
        shape[axis] = self.shape[1]
        return self.builder.emit("gather", (joined, self.rank), axis=axis, types=[joined.type.with_shape(shape)])[0]
