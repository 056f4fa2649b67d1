"""Time cut into tiles that all rows run in."""

from __future__ import annotations

import numpy as np

from rnn2onnx.ir import Builder, Dim, Type, Value
from rnn2onnx.passes.tiling.tiles import FLOAT64, INT64, Tile, Tiles, int64, vector


class WholeTiles(Tiles):
    """The tiles of all rows.

    Steps that the tiles have and the sequence does not come last: behind its end, or walked backwards before its start.

    Args:
        builder: Where to.
        dims: The lengths of time and batch.
        sizes: The same as values, both above 0.
        most: How many steps of rows a tile has at most, if it has more than one step.
    """

    def __init__(self, builder: Builder, dims: tuple[Dim, Dim], sizes: tuple[Value, Value], most: int) -> None:
        super().__init__(builder, dims, sizes)
        self.count, self.rows = self.batch, dims[1]
        steps, rows = (builder.emit("cast", (each,), dtype=FLOAT64)[0] for each in sizes)
        together = builder.emit("mul", (steps, rows))[0]
        self.cut(steps, self.shares(together, builder.const(np.array(float(most)))))
        self._more = builder.emit("sub", (self.walked, self.total))[0]
        self.order = builder.emit("range", (int64(builder, 0), self.batch, int64(builder, 1)))[0]

    def starts_of(self, *, backwards: bool) -> Value:
        """i64[tiles]: the first step of each, where they are walked in one direction."""
        return self.builder.emit("sub", (self.starts, self._more))[0] if backwards else self.starts

    def tile(self, start: Value, *, backwards: bool) -> WholeTile:
        """A tile, in a body that is open and runs once for each; ``start`` is its first step."""
        return WholeTile(self, start, backwards=backwards)

    def arranged(self, value: Value, axis: int) -> Value:
        """The value: its rows stay where they are."""
        return value

    def final(self, state: Value, axis: int) -> Value:
        """The state: its rows are where they were."""
        return state

    def joined(self, given: Value, *, backwards: bool) -> Value:
        """[T, B, …] of what all tiles give, [tiles, steps, B, …], walked in one direction."""
        builder, walked = self.builder, super().joined(given, backwards=backwards)
        first = self._more if backwards else int64(builder, 0)
        limits = [vector(builder, each) for each in (first, builder.emit("add", (first, self.total))[0])]
        types = [walked.type.with_shape((*self.shape, *walked.type.shape[2:]))]
        return builder.emit("slice", (walked, *limits), axes=(0,), steps=(1,), types=types)[0]

    def restored(self, joined: Value, chosen: Value | None, *, time_first: bool) -> Value:
        """[T, B, …] or [B, T, …]."""
        steps = joined if chosen is None else self.builder.emit("gather", (joined, chosen), axis=0)[0]
        if time_first:
            return steps
        return self.builder.emit("transpose", (steps,), perm=(1, 0, *range(2, steps.type.rank)))[0]


class WholeTile(Tile):
    """A tile of all rows."""

    def __init__(self, tiles: WholeTiles, start: Value, *, backwards: bool) -> None:
        super().__init__(tiles, start, tiles.batch, tiles.order)
        self._backwards = backwards

    def lengths(self) -> Value:
        """i64[B]: how many of its steps the sequence has, walked forwards."""
        builder = self.builder
        types = [Type(INT64, (self.tiles.shape[1],))]
        return builder.emit("expand", (self._steps_left(), self.count), types=types)[0]

    def _steps_left(self) -> Value:
        left = self.builder.emit("sub", (self.tiles.total, self.start))[0]
        return self.builder.emit("minimum", (left, self.tiles.span))[0]

    def first(self, value: Value, axis: int) -> Value:
        """All rows."""
        return value

    def put_back(self, value: Value, rows: Value, axis: int) -> Value:
        """The new rows."""
        return rows

    def known_steps(self) -> Value:
        """The steps of the tile, of which those outside are read as the nearest: no row takes them."""
        steps = super().known_steps()
        return self.builder.emit("maximum", (steps, int64(self.builder, 0)))[0] if self._backwards else steps

    def again(self, joined: Value) -> Value:
        """[steps, rows, …], of what tiles gave before (``Tiles.joined``)."""
        return self.steps_of(joined, 0)

    def given(self, piece: Value) -> Value:
        """The piece: all have as many rows."""
        return piece

    def last(self, piece: Value) -> Value:
        """[rows, …]: what each row gave in the last step that the sequence has."""
        builder, zero, one = self.builder, int64(self.builder, 0), int64(self.builder, 1)
        if self._backwards:
            at = builder.emit("maximum", (builder.emit("neg", (self.start,))[0], zero))[0]
        else:
            at = builder.emit("sub", (self._steps_left(), one))[0]
        return builder.emit("gather", (piece, at), axis=0)[0]
