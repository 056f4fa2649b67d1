"""Rows sorted by length, and time cut into tiles in each of which only the rows run that have not ended before it.

A tile is as many steps as any other, and all steps together are those of the longest row. How many tiles there are is
found while the program runs: each costs something, and what still runs behind its end becomes less with each. Of
``n`` tiles, rows of evenly spread lengths run ``1/2 + 1/(2 n)`` of all steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.ir import Builder, Dim, Type, Value

INT64, FLOAT64 = np.dtype(np.int64), np.dtype(np.float64)


def vector(builder: Builder, value: Value) -> Value:
    """A number as a vector of one element."""
    return builder.emit("unsqueeze", (value,), axes=(0,))[0]


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


def leading(builder: Builder, value: Value, axes: int, lengths: Sequence[Value], dims: Sequence[Dim]) -> Value:
    """A value with so many of its first axes replaced by others, whose lengths are given as i64[1]."""
    rest = value.type.shape[axes:]
    if all(isinstance(dim, int) for dim in rest):
        tail = builder.const(np.array(rest, INT64))
    else:
        ends = builder.const(np.array([axes])), builder.const(np.array([2**31 - 1]))
        tail = builder.emit("slice", (builder.shape_of(value), *ends), axes=(0,), steps=(1,))[0]
    shape = builder.emit("concat", (*lengths, tail), axis=0)[0]
    return builder.emit("reshape", (value, shape), types=[value.type.with_shape((*dims, *rest))])[0]


class Tiles:
    """The tiles of sorted rows, and how values get there and back.

    Args:
        builder: Where to.
        dims: The lengths of time and batch.
        sizes: The same as values.
        given: i64[B]: the lengths of the rows, from 0 to the number of steps; one of them at least is above 0.
        worth: How many tiles a step of a row pays for, squared: of ``m`` of them run ``sqrt(worth * m)`` tiles.

    Attributes:
        shape: The lengths of time and batch.
        given: The lengths of the rows.
        order: i64[B]: which row each of the sorted ones is.
        rank: i64[B]: which of the sorted rows each row is.
        ends: i64[B]: the lengths, sorted.
        span: i64[]: how many steps a tile has.
        numbers: i64[steps]: those of the first tile.
        starts: i64[tiles]: the first step of each.
        walked: i64[]: how many steps all tiles have.
        count: i64[]: one more than there are rows: what a tile gives has a row of zeros at the end.
        rows: The same as a length.
        total: i64[]: how many steps there are.
        batch: i64[]: how many rows there are.
    """

    def __init__(
        self, builder: Builder, dims: tuple[Dim, Dim], sizes: tuple[Value, Value], given: Value, worth: float
    ) -> None:
        self.builder = builder
        self.shape = dims
        self.given = given
        self.total, self.batch = sizes
        zero, one = int64(builder, 0), int64(builder, 1)
        self.ends, self.order = builder.emit("top_k", (given, self.batch), types=[given.type] * 2)
        backwards = builder.emit("neg", (self.order,))[0]
        self.rank = builder.emit("top_k", (backwards, self.batch), types=[given.type] * 2)[1]
        longest = builder.emit("gather", (self.ends, zero), axis=0)[0]
        # In whole numbers the division would be of many operations; these are exact in double precision.
        steps, rows = (builder.emit("cast", (each,), dtype=FLOAT64)[0] for each in (longest, self.batch))
        squared = builder.emit("mul", (builder.emit("mul", (steps, rows))[0], builder.const(np.array(worth))))[0]
        wanted = builder.emit("maximum", (builder.emit("sqrt", (squared,))[0], builder.const(np.array(1.0))))[0]
        span = self._shares(steps, wanted)
        # There is always one of both: this says so to whoever asks how long what has this length may be.
        self.span, tiles = (
            builder.emit("maximum", (builder.emit("cast", (each,), dtype=INT64)[0], one))[0]
            for each in (span, self._shares(steps, span))
        )
        self.numbers = builder.emit("range", (zero, self.span, one))[0]
        self.starts = builder.emit("mul", (builder.emit("range", (zero, tiles, one))[0], self.span))[0]
        self.walked = builder.emit("mul", (tiles, self.span))[0]
        self.count = builder.emit("add", (self.batch, one))[0]
        self.rows = dims[1] + 1 if isinstance(dims[1], int) else builder.fresh_dim("rows")

    def _shares(self, whole: Value, each: Value) -> Value:
        """How many of ``each`` make the whole."""
        return self.builder.emit("ceil", (self.builder.emit("div", (whole, each))[0],))[0]

    def sorted(self, value: Value, axis: int) -> Value:
        """A value's rows, sorted."""
        return self.builder.emit("gather", (value, self.order), axis=axis, types=[value.type])[0]

    def flat(self, value: Value) -> Value:
        """A value [T, B, …] or [B, T, …] with one axis for both."""
        time, batch = self.shape
        flat = time * batch if isinstance(time, int) and isinstance(batch, int) else self.builder.fresh_dim("flat")
        size = vector(self.builder, self.builder.emit("mul", (self.total, self.batch))[0])
        return leading(self.builder, value, 2, (size,), (flat,))

    def joined(self, given: Value) -> Value:
        """[steps, rows, …] of what all tiles give, [tiles, steps, rows, …]."""
        builder = self.builder
        lengths = vector(builder, self.walked), vector(builder, self.count)
        return leading(builder, given, 3, lengths, (builder.fresh_dim("walked"), self.rows))

    def all_steps(self) -> Value:
        """i64[T]: the number of each step."""
        builder = self.builder
        types = [Type(INT64, self.shape[:1])]
        return builder.emit("range", (int64(builder, 0), self.total, int64(builder, 1)), types=types)[0]

    def restored(self, given: Value, chosen: Value | None, *, time_first: bool) -> Value:
        """[T, B, …] or [B, T, …]: each row where it was, zero past its length.

        Args:
            given: What all tiles give, [tiles, steps, rows, …].
            chosen: The numbers of the steps that are wanted; all if None.
            time_first: Whether time comes before batch.
        """
        builder = self.builder
        size = vector(builder, builder.emit("mul", (self.walked, self.count))[0])
        flat = leading(builder, given, 3, (size,), (builder.fresh_dim("flat"),))
        axis, other = (1, 0) if time_first else (0, 1)
        steps = self.all_steps() if chosen is None else chosen
        steps = builder.emit("unsqueeze", (steps,), axes=(axis,))[0]
        ranks, ends = (builder.emit("unsqueeze", (each,), axes=(other,))[0] for each in (self.rank, self.given))
        at = builder.emit("add", (builder.emit("mul", (steps, self.count))[0], ranks))[0]
        alive = builder.emit("less", (steps, ends))[0]
        # The last row of the first step is zero.
        places = builder.emit("where", (alive, at, self.batch))[0]
        time = steps.type.shape[1 - axis]
        shape = (time, self.shape[1]) if time_first else (self.shape[1], time)
        types = [flat.type.with_shape((*shape, *flat.type.shape[1:]))]
        return builder.emit("gather", (flat, places), axis=0, types=types)[0]

    def final(self, state: Value, axis: int) -> Value:
        """The state of each row where it was."""
        return self.builder.emit("gather", (state, self.rank), axis=axis, types=[state.type])[0]
