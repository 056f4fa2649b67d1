"""Time cut into tiles of as many steps each, and how values get into them and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
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


class Tiles(ABC):
    """The tiles of some steps.

    Args:
        builder: Where to.
        dims: The lengths of time and batch.
        sizes: The same as values.

    Attributes:
        shape: The lengths of time and batch.
        total: i64[]: how many steps there are.
        batch: i64[]: how many rows there are.
        span: i64[]: how many steps a tile has.
        numbers: i64[steps]: 0, 1, …, one for each.
        starts: i64[tiles]: the first step of each.
        walked: i64[]: how many steps all tiles have.
        count: i64[]: how many rows there are in what all tiles give.
        rows: The same as a length.
    """

    count: Value
    rows: Dim

    def __init__(self, builder: Builder, dims: tuple[Dim, Dim], sizes: tuple[Value, Value]) -> None:
        self.builder = builder
        self.shape = dims
        self.total, self.batch = sizes

    def cut(self, steps: Value, wanted: Value) -> None:
        """Cuts so many steps, 1 at least, in so many tiles, or in fewer that have all of them; both are f64[]."""
        builder, zero, one = self.builder, int64(self.builder, 0), int64(self.builder, 1)
        # In whole numbers divisions are of many operations; in double precision these are as exact.
        span = self.shares(steps, builder.emit("maximum", (wanted, builder.const(np.array(1.0))))[0])
        # There is always one of both: this says so to whoever asks how long what has this length may be.
        self.span, tiles = (
            builder.emit("maximum", (builder.emit("cast", (each,), dtype=INT64)[0], one))[0]
            for each in (span, self.shares(steps, span))
        )
        self.numbers = builder.emit("range", (zero, self.span, one))[0]
        self.starts = builder.emit("mul", (builder.emit("range", (zero, tiles, one))[0], self.span))[0]
        self.walked = builder.emit("mul", (tiles, self.span))[0]

    def shares(self, whole: Value, each: Value) -> Value:
        """How many of ``each`` make the whole."""
        return self.builder.emit("ceil", (self.builder.emit("div", (whole, each))[0],))[0]

    def flat(self, value: Value) -> Value:
        """A value [T, B, …] or [B, T, …] with one axis for both."""
        time, batch = self.shape
        flat = time * batch if isinstance(time, int) and isinstance(batch, int) else self.builder.fresh_dim("flat")
        size = vector(self.builder, self.builder.emit("mul", (self.total, self.batch))[0])
        return leading(self.builder, value, 2, (size,), (flat,))

    def starts_of(self, *, backwards: bool) -> Value:
        """i64[tiles]: the first step of each, where they are walked in one direction."""
        return self.starts

    def joined(self, given: Value, *, backwards: bool) -> Value:
        """[steps, rows, …] of what all tiles give, [tiles, steps, rows, …], walked in one direction."""
        builder = self.builder
        lengths = vector(builder, self.walked), vector(builder, self.count)
        return leading(builder, given, 3, lengths, (builder.fresh_dim("walked"), self.rows))

    def all_steps(self) -> Value:
        """i64[T]: the number of each step."""
        builder = self.builder
        types = [Type(INT64, self.shape[:1])]
        return builder.emit("range", (int64(builder, 0), self.total, int64(builder, 1)), types=types)[0]

    @abstractmethod
    def tile(self, start: Value, *, backwards: bool) -> Tile:
        """A tile, in a body that is open and runs once for each; ``start`` is its first step."""

    @abstractmethod
    def arranged(self, value: Value, axis: int) -> Value:
        """A value with its rows in the order that they have in the tiles."""

    @abstractmethod
    def final(self, state: Value, axis: int) -> Value:
        """A state behind the last tile with its rows where they were."""

    @abstractmethod
    def restored(self, joined: Value, chosen: Value | None, *, time_first: bool) -> Value:
        """[T, B, …] or [B, T, …]: each row where it was.

        Args:
            joined: What all tiles give (``joined``).
            chosen: The numbers of the steps that are wanted; all if None.
            time_first: Whether time comes before batch.
        """


class Tile(ABC):
    """One tile.

    Args:
        tiles: All of them.
        start: i64[]: its first step.
        count: i64[]: how many rows run in it.
        order: i64[rows]: which these are.

    Attributes:
        dims: The lengths of time and batch in it.
    """

    def __init__(self, tiles: Tiles, start: Value, count: Value, order: Value) -> None:
        self.tiles = tiles
        self.builder = tiles.builder
        self._order = order
        self.count = vector(self.builder, count)
        self.start = start
        self.dims: tuple[Dim, Dim] = (tiles.numbers.type.shape[0], order.type.shape[0])
        self.steps = self.builder.emit("add", (tiles.numbers, start))[0]

    def steps_of(self, value: Value, axis: int) -> Value:
        """The steps of a value that is the same for all rows."""
        return self.builder.emit("gather", (value, self.known_steps()), axis=axis)[0]

    def picked(self, flat: Value, *, time_first: bool) -> Value:
        """[steps, rows, …], of a value [T, B, …] or [B, T, …] that has one axis for both."""
        builder, tiles = self.builder, self.tiles
        steps = builder.emit("unsqueeze", (self.known_steps(),), axes=(1,))[0]
        rows = builder.emit("unsqueeze", (self._order,), axes=(0,))[0]
        if time_first:
            steps = builder.emit("mul", (steps, tiles.batch))[0]
        else:
            rows = builder.emit("mul", (rows, tiles.total))[0]
        return builder.emit("gather", (flat, builder.emit("add", (steps, rows))[0]), axis=0)[0]

    def known_steps(self) -> Value:
        """The steps of the tile, of which those behind the last one are read as that: no row takes them."""
        builder = self.builder
        last = builder.emit("sub", (self.tiles.total, int64(builder, 1)))[0]
        return builder.emit("minimum", (self.steps, last))[0]

    def starting(self) -> Value | None:
        """bool[steps, rows] of a tile walked backwards: whether a row takes its first step here, or after this.

        None if rows begin in none of the tiles but the first.
        """
        return None

    @abstractmethod
    def lengths(self) -> Value:
        """i64[rows]: how many of its steps each row takes: 1 at least."""

    @abstractmethod
    def first(self, value: Value, axis: int) -> Value:
        """The rows of arranged ones that run in the tile."""

    @abstractmethod
    def put_back(self, value: Value, rows: Value, axis: int) -> Value:
        """All of the arranged rows, those that run in the tile replaced."""

    @abstractmethod
    def again(self, joined: Value) -> Value:
        """[steps, rows, …], of what tiles gave before (``Tiles.joined``)."""

    @abstractmethod
    def given(self, piece: Value) -> Value:
        """A piece [steps, rows, …] with as many rows as that of any tile."""

    @abstractmethod
    def last(self, piece: Value) -> Value:
        """[rows, …]: what each row gave in the last of the steps that it takes in the tile."""
