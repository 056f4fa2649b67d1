"""One tile of steps, in which only the rows run that have not ended before it."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Dim, Type, Value
from rnn2onnx.passes.packing.tiles import INT64, Tiles, int64, vector
from rnn2onnx.passes.vectorise import zero_of


class Tile:
    """One tile, in a body that is open and runs once for each.

    Args:
        tiles: All of them.
        start: i64[]: its first step.

    Attributes:
        dims: The lengths of time and batch in it.
        lengths: i64[rows]: how many of its steps each row takes: 1 at least.
    """

    def __init__(self, tiles: Tiles, start: Value) -> None:
        self.tiles = tiles
        self.builder = builder = tiles.builder
        self._start = start
        running = builder.emit("less", (start, tiles.ends))[0]
        running = builder.emit("cast", (running,), dtype=INT64)[0]
        count = builder.emit("reduce_sum", (running,), axes=(0,), keepdims=False)[0]
        count = builder.emit("maximum", (count, int64(builder, 1)))[0]
        self._count = vector(builder, count)
        self._numbers = numbers = builder.emit("range", (int64(builder, 0), count, int64(builder, 1)))[0]
        self._order, self._ends = (
            builder.emit("gather", (value, numbers), axis=0)[0] for value in (tiles.order, tiles.ends)
        )
        self.dims: tuple[Dim, Dim] = (tiles.numbers.type.shape[0], numbers.type.shape[0])
        self._steps = builder.emit("add", (tiles.numbers, start))[0]
        past = builder.emit("sub", (self._ends, start))[0]
        self.lengths = builder.emit("minimum", (past, tiles.span))[0]

    def first(self, value: Value, axis: int) -> Value:
        """The rows of sorted ones that run in the tile."""
        limits = (self.builder.const(np.array([0])), self._count)
        types = [_with_rows(value, axis, self.dims[1])]
        return self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,), types=types)[0]

    def put_back(self, value: Value, rows: Value, axis: int) -> Value:
        """All of the sorted rows, those that run in the tile replaced."""
        limits = (self._count, self.builder.const(np.array([2**31 - 1])))
        others = self.builder.emit("slice", (value, *limits), axes=(axis,), steps=(1,))[0]
        return self.builder.emit("concat", (rows, others), axis=axis, types=[value.type])[0]

    def steps_of(self, value: Value, axis: int) -> Value:
        """The steps of a value that is the same for all rows."""
        return self.builder.emit("gather", (value, self._known_steps()), axis=axis)[0]

    def picked(self, flat: Value, *, time_first: bool) -> Value:
        """[steps, rows, …], of a value [T, B, …] or [B, T, …] that has one axis for both."""
        builder, tiles = self.builder, self.tiles
        steps = builder.emit("unsqueeze", (self._known_steps(),), axes=(1,))[0]
        rows = builder.emit("unsqueeze", (self._order,), axes=(0,))[0]
        if time_first:
            steps = builder.emit("mul", (steps, tiles.batch))[0]
        else:
            rows = builder.emit("mul", (rows, tiles.total))[0]
        return builder.emit("gather", (flat, builder.emit("add", (steps, rows))[0]), axis=0)[0]

    def _known_steps(self) -> Value:
        """The steps of the tile, of which those behind the last are read as the last: no row takes them."""
        builder = self.builder
        last = builder.emit("sub", (self.tiles.total, int64(builder, 1)))[0]
        return builder.emit("minimum", (self._steps, last))[0]

    def again(self, joined: Value) -> Value:
        """[steps, rows, …], of what tiles gave before (``Tiles.joined``)."""
        builder = self.builder
        start = vector(builder, self._start)
        end = builder.emit("add", (start, vector(builder, self.tiles.span)))[0]
        zero = builder.const(np.array([0]))
        limits = [builder.emit("concat", pair, axis=0)[0] for pair in ((start, zero), (end, self._count))]
        types = [joined.type.with_shape((*self.dims, *joined.type.shape[2:]))]
        return builder.emit("slice", (joined, *limits), axes=(0, 1), steps=(1, 1), types=types)[0]

    def given(self, piece: Value) -> Value:
        """A piece with rows of zeros for all others, and one more."""
        builder, rank = self.builder, piece.type.rank
        gap = builder.emit("sub", (vector(builder, self.tiles.count), self._count))[0]
        begins, ends = (builder.const(np.zeros(count, INT64)) for count in (rank + 1, rank - 2))
        pads = builder.emit("concat", (begins, gap, ends), axis=0)[0]
        types = [_with_rows(piece, 1, self.tiles.rows)]
        return builder.emit("pad", (piece, pads, zero_of(builder, piece)), mode="constant", types=types)[0]

    def starting(self) -> Value:
        """bool[steps, rows] of a tile walked backwards: whether a row takes its first step here, or after this."""
        builder = self.builder
        ends = builder.emit("unsqueeze", (self._ends,), axes=(0,))[0]
        last = builder.emit("sub", (ends, int64(builder, 1)))[0]
        steps = builder.emit("unsqueeze", (self._steps,), axes=(1,))[0]
        return builder.emit("less_equal", (last, steps))[0]

    def last(self, piece: Value) -> Value:
        """[rows, …]: what each row gave in its last step in the tile."""
        builder = self.builder
        step = builder.emit("sub", (self.lengths, int64(builder, 1)))[0]
        columns = [builder.emit("unsqueeze", (value,), axes=(1,))[0] for value in (step, self._numbers)]
        at = builder.emit("concat", columns, axis=1)[0]
        return builder.emit("gather_nd", (piece, at), batch_dims=0)[0]


def _with_rows(value: Value, axis: int, rows: Dim) -> Type:
    shape = [*value.type.shape]
    shape[axis] = rows
    return value.type.with_shape(shape)
