"""Rows sorted by length, and time cut into tiles in each of which only the rows run that have not ended before it.

A tile is as many steps as any other, and all steps together are those of the longest row. How many tiles there are is
found while the program runs: each costs something, and what still runs behind its end becomes less with each. Of
``n`` tiles, rows of evenly spread lengths run ``1/2 + 1/(2 n)`` of all steps.
"""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Builder, Dim, Type, Value
from rnn2onnx.passes.tiling.cache import Cache
from rnn2onnx.passes.tiling.tiles import FLOAT64, INT64, Tile, Tiles, int64, leading, vector
from rnn2onnx.passes.vectorise import zero_of


def clipped(builder: Builder, lengths: Value, steps: Value) -> Value:
    """i64[B]: lengths from 0 to the number of steps."""
    wide = builder.emit("cast", (lengths,), dtype=INT64)[0]
    return builder.emit("minimum", (builder.emit("maximum", (wide, int64(builder, 0)))[0], steps))[0]


def is_worth_it(builder: Builder, lengths: Value, batch: Value, enough: tuple[int, float], cache: Cache) -> Value:
    """bool[]: whether to sort rows: they end early enough, or take more steps than fit in the cache; one at least.

    Args:
        builder: Where to.
        lengths: i64[B], from 0 to the number of steps.
        batch: How many there are.
        enough: How many steps of rows are to be left out at least, and which share of those of all rows, if these were
            as long as the longest one.
        cache: What fits.
    """
    longest, used = (builder.emit(f"reduce_{how}", (lengths,), axes=(0,), keepdims=False)[0] for how in ("max", "sum"))
    together = builder.emit("mul", (longest, batch))[0]
    saved = builder.emit("cast", (builder.emit("sub", (together, used))[0],), dtype=FLOAT64)[0]
    whole = builder.emit("cast", (together,), dtype=FLOAT64)[0]
    least, part = (builder.const(np.array(each, FLOAT64)) for each in enough)
    least = builder.emit("maximum", (builder.emit("mul", (whole, part))[0], least))[0]
    saves = builder.emit("less", (least, saved))[0]
    return builder.emit("or", (saves, cache.is_too_small(builder, batch, together)))[0]


class SortedTiles(Tiles):
    """The tiles of sorted rows.

    Args:
        builder: Where to.
        dims: The lengths of time and batch.
        sizes: The same as values.
        given: i64[B]: the lengths of the rows, from 0 to the number of steps; one of them at least is above 0.
        worth: How many tiles a step of a row pays for, squared: ``sqrt(worth * m)`` of them, where ``m`` steps of rows
            may be left out: those of all rows but the longest.

    Attributes:
        given: The lengths of the rows.
        order: i64[B]: which row each of the sorted ones is.
        rank: i64[B]: which of the sorted rows each row is.
        ends: i64[B]: the lengths, sorted.
    """

    def __init__(
        self, builder: Builder, dims: tuple[Dim, Dim], sizes: tuple[Value, Value], given: Value, worth: float
    ) -> None:
        super().__init__(builder, dims, sizes)
        self.given = given
        self.ends, self.order = builder.emit("top_k", (given, self.batch), types=[given.type] * 2)
        backwards = builder.emit("neg", (self.order,))[0]
        self.rank = builder.emit("top_k", (backwards, self.batch), types=[given.type] * 2)[1]
        longest = builder.emit("gather", (self.ends, int64(builder, 0)), axis=0)[0]
        others = builder.emit("sub", (self.batch, int64(builder, 1)))[0]
        steps, rows = (builder.emit("cast", (each,), dtype=FLOAT64)[0] for each in (longest, others))
        squared = builder.emit("mul", (builder.emit("mul", (steps, rows))[0], builder.const(np.array(worth))))[0]
        self.cut(steps, builder.emit("sqrt", (squared,))[0])
        # One more than there are: what a tile gives has a row of zeros at the end.
        self.count = builder.emit("add", (self.batch, int64(builder, 1)))[0]
        self.rows = dims[1] + 1 if isinstance(dims[1], int) else builder.fresh_dim("rows")

    def tile(self, start: Value, *, backwards: bool) -> SortedTile:
        """A tile, in a body that is open and runs once for each; ``start`` is its first step."""
        return SortedTile(self, start)

    def arranged(self, value: Value, axis: int) -> Value:
        """A value's rows, sorted."""
        return self.builder.emit("gather", (value, self.order), axis=axis, types=[value.type])[0]

    def final(self, state: Value, axis: int) -> Value:
        """The state of each row where it was."""
        return self.builder.emit("gather", (state, self.rank), axis=axis, types=[state.type])[0]

    def restored(self, joined: Value, chosen: Value | None, *, time_first: bool) -> Value:
        """[T, B, …] or [B, T, …]: each row where it was, zero past its length."""
        builder = self.builder
        size = vector(builder, builder.emit("mul", (self.walked, self.count))[0])
        flat = leading(builder, joined, 2, (size,), (builder.fresh_dim("flat"),))
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


class SortedTile(Tile):
    """A tile of the rows that have not ended before it."""

    def __init__(self, tiles: SortedTiles, start: Value) -> None:
        builder = tiles.builder
        running = builder.emit("less", (start, tiles.ends))[0]
        running = builder.emit("cast", (running,), dtype=INT64)[0]
        count = builder.emit("reduce_sum", (running,), axes=(0,), keepdims=False)[0]
        count = builder.emit("maximum", (count, int64(builder, 1)))[0]
        self._numbers = builder.emit("range", (int64(builder, 0), count, int64(builder, 1)))[0]
        order, self._ends = (
            builder.emit("gather", (value, self._numbers), axis=0)[0] for value in (tiles.order, tiles.ends)
        )
        super().__init__(tiles, start, count, order)

    def lengths(self) -> Value:
        """i64[rows]: how many of its steps each row takes: 1 at least."""
        past = self.builder.emit("sub", (self._ends, self.start))[0]
        return self.builder.emit("minimum", (past, self.tiles.span))[0]

    def first(self, value: Value, axis: int) -> Value:
        """The rows of sorted ones that run in the tile."""
        limits = (self.builder.const(np.array([0])), self.count)
        types = [_with_rows(value, axis, self.dims[1])]
        return self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,), types=types)[0]

    def put_back(self, value: Value, rows: Value, axis: int) -> Value:
        """All of the sorted rows, those that run in the tile replaced."""
        limits = (self.count, self.builder.const(np.array([2**31 - 1])))
        others = self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,))[0]
        return self.builder.emit("concat", (rows, others), axis=axis, types=[value.type])[0]

    def again(self, joined: Value) -> Value:
        """[steps, rows, …], of what tiles gave before (``Tiles.joined``)."""
        builder = self.builder
        start = vector(builder, self.start)
        end = builder.emit("add", (start, vector(builder, self.tiles.span)))[0]
        zero = builder.const(np.array([0]))
        limits = [builder.emit("concat", pair, axis=0)[0] for pair in ((start, zero), (end, self.count))]
        types = [joined.type.with_shape((*self.dims, *joined.type.shape[2:]))]
        return builder.emit("slice", (joined, *limits), axes=(0, 1), steps=(1, 1), types=types)[0]

    def given(self, piece: Value) -> Value:
        """A piece with rows of zeros for all others, and one more."""
        builder, rank = self.builder, piece.type.rank
        gap = builder.emit("sub", (vector(builder, self.tiles.count), self.count))[0]
        begins, ends = (builder.const(np.zeros(count, INT64)) for count in (rank + 1, rank - 2))
        pads = builder.emit("concat", (begins, gap, ends), axis=0)[0]
        types = [_with_rows(piece, 1, self.tiles.rows)]
        return builder.emit("pad", (piece, pads, zero_of(builder, piece)), mode="constant", types=types)[0]

    def starting(self) -> Value:
        """bool[steps, rows] of a tile walked backwards: whether a row takes its first step here, or after this."""
        builder = self.builder
        ends = builder.emit("unsqueeze", (self._ends,), axes=(0,))[0]
        last = builder.emit("sub", (ends, int64(builder, 1)))[0]
        steps = builder.emit("unsqueeze", (self.steps,), axes=(1,))[0]
        return builder.emit("less_equal", (last, steps))[0]

    def last(self, piece: Value) -> Value:
        """[rows, …]: what each row gave in its last step in the tile."""
        builder = self.builder
        step = builder.emit("sub", (self.lengths(), int64(builder, 1)))[0]
        columns = [builder.emit("unsqueeze", (value,), axes=(1,))[0] for value in (step, self._numbers)]
        at = builder.emit("concat", columns, axis=1)[0]
        return builder.emit("gather_nd", (piece, at), batch_dims=0)[0]


def _with_rows(value: Value, axis: int, rows: Dim) -> Type:
    shape = [*value.type.shape]
    shape[axis] = rows
    return value.type.with_shape(shape)
