"""``pack``: rows of different lengths run only as long as they last.

A recurrence over a batch takes as many steps as its longest row, and each step all rows. Sorted by length, the rows
that have ended stand together and are left out of the steps that follow. Time is cut into tiles, each with no more rows
than the one before; a loop walks the tiles, in each of which a recurrence goes on from the state that it had. What is
computed between recurrences of the same lengths is computed tile by tile too; only what leaves the region is put back
in its place.

Sorting costs something, so a branch decides while the program runs, by how much there is to save. Long sequences are
cut into tiles even where there is nothing to save, as ``strip_mine`` does it where there are no lengths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Graph, Value, rebuild
from rnn2onnx.passes.choice import BY_COSTS, Choice, Offer, key_of
from rnn2onnx.passes.costs import Estimate
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.cache import Cache
from rnn2onnx.passes.tiling.pieces import Pieces
from rnn2onnx.passes.tiling.region import LAYERS, Region
from rnn2onnx.passes.tiling.region_copier import RegionCopier, Sizes, has_known_sizes
from rnn2onnx.passes.tiling.sorted_tiles import SortedTiles, clipped, is_worth_it
from rnn2onnx.passes.tiling.tiles import int64
from rnn2onnx.targets import ONNXRUNTIME, Target

SORTED, AS_THEY_ARE = "rows sorted by length", "rows as they are"
"""The forms that can be forced: with a branch that sorts rows where that saves enough, and without it."""

_FEW = 4
"""So many tiles are worth it at least."""
_SPARE = 4
"""Tiles of sorted rows pay for the cache's sake from so many times as much as it holds on, for each recurrence."""
_SHARED = 3
"""Native LSTMs are to save so many times what it costs: with two threads these share the rows, and each saves less."""
_LEAST = 0.01
"""A row more takes so many microseconds at least, and so does a tile."""


@dataclass(frozen=True)
class Pack:
    """Recurrences with lengths run on rows sorted by length, in tiles of fewer and fewer rows."""

    name: ClassVar[str] = "pack"
    works_on: ClassVar[Collection[str]] = ("recur", *LAYERS)
    target: Target = ONNXRUNTIME
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with recurrences that have a branch for rows of different lengths."""
        return rebuild(graph, lambda builder: _Packer(builder, self.target, self.choice, report, lengths=True))


class _Packer(RegionCopier):
    def is_worth_it(self, region: Region) -> bool:
        """Whether there may be rows enough, and steps enough to save."""
        target = self.target
        if not has_known_sizes(region) or self.known.of(region.batch)[1] < target.pack_rows:
            return False
        most = math.prod(dim if isinstance(dim, int) else 10**6 for dim in (region.time, region.batch))
        above = _above(region, target)
        if most <= above:
            return False
        offer = Offer((SORTED, AS_THEY_ARE), region.batch, region.time, between=False, above=above)
        return self.choice.wanted(f"rows of {key_of(region.recurrences[0])}", offer) != AS_THEY_ARE

    def branches(self, region: Region, sizes: Sizes) -> Sequence[Value]:
        """What a region gives: by sorted rows where that saves enough, else as it was."""
        builder, target = self.builder, self.target
        least, above = _least(region, target), _above(region, target)
        # Each form has its weights for itself, as the engine arranges them: large ones are to be there once.
        large = region.weights > target.pack_weights and self.knows_outputs(region)
        cache = _cache(region, target)
        when = f"where {target.pack_rows} rows or more end so early that {least} steps of rows are saved"
        when += "" if cache.fits is None else f", or {cache}"
        why = f"always, for its weights are more than {target.pack_weights} bytes: they are in memory once"
        for op in region.recurrences:
            self.report.also(op, f"rows sorted by length in tiles of time {why if large else when}")

        def packed() -> Sequence[Value]:
            return self._packed(region, sizes)

        def some_steps() -> Value:
            longest = builder.emit("reduce_max", (self._lengths_of(region, sizes),), axes=(0,), keepdims=False)[0]
            return builder.emit("less", (int64(builder, 0), longest))[0]

        def saves() -> Value:
            lengths = self._lengths_of(region, sizes)
            found = is_worth_it(builder, lengths, sizes.batch, (least, target.pack_share), cache)
            if isinstance(region.batch, int):
                return found
            many = builder.emit("less_equal", (int64(builder, target.pack_rows), sizes.batch))[0]
            return builder.emit("and", (many, found))[0]

        def looked_at() -> Sequence[Value]:
            return self.cond(region, saves(), packed, lambda: self.plain(region))

        def found(none: Callable[[], Value]) -> Value:
            enough = builder.emit("less", (int64(builder, above), sizes.together))[0]
            return self.either(enough, saves, none)

        if large:
            # Where sorting saves something there is a row that takes a step; where it always is, there may be none.
            return self.where_some(region, sizes, packed, some_steps)
        if not self.may_be_none(region):
            return looked_at()
        if _is_native(region) and region.weights <= target.small_weights and self.knows_outputs(region):
            return self.unless_small(region, sizes, above, looked_at)
        return self.where(region, sizes, found, packed)

    def _packed(self, region: Region, sizes: Sizes) -> Sequence[Value]:
        worth = _each(region, self.target) / (2 * _tile(region, self.target))
        lengths = self._lengths_of(region, sizes)
        tiles = SortedTiles(self.builder, (region.time, region.batch), (sizes.steps, sizes.batch), lengths, worth)
        return Pieces(self, region, tiles, self.report).outputs()

    def _lengths_of(self, region: Region, sizes: Sizes) -> Value:
        assert region.lengths is not None
        return clipped(self.builder, self.value(region.lengths), sizes.steps)


def _each(region: Region, target: Target) -> float:
    """Microseconds that a step takes longer with each row more."""
    if isinstance(region.batch, int):
        return max(_cost(region, target, region.batch) / region.batch, _LEAST)
    few, many = (_cost(region, target, rows) for rows in (32, 64))
    return max((many - few) / 32, _LEAST)


def _cost(region: Region, target: Target, rows: int) -> float:
    """Microseconds of a step of so many rows."""
    steps = 100
    at = Estimate(target.costs, {str(region.time): steps, str(region.batch): rows})
    time = region.time if isinstance(region.time, int) else steps
    return sum(map(at.op, region.recurrences)) / time


def _tile(region: Region, target: Target) -> float:
    """Microseconds of a tile besides its steps."""
    return max(target.pack_tile * len(region.recurrences), _LEAST)


def _cache(region: Region, target: Target) -> Cache:
    return Cache(region, target, _SPARE * len(region.recurrences))


def _above(region: Region, target: Target) -> int:
    """Of more than so many steps of rows sorting may be worth it."""
    # Half of all is what rows of evenly spread lengths save at most.
    saved, fits = 2 * _least(region, target), _cache(region, target).fits
    return saved if fits is None else min(saved, fits)


def _least(region: Region, target: Target) -> int:
    """How many steps of rows must end early so that the tiles cost less than they save.

    In the tile in which a row ends it goes on: of ``n`` tiles, the share ``1/n`` of what ends early is not saved.
    """
    cost = target.pack_sort + _FEW * _tile(region, target)
    times = _SHARED if any(op.kind.name in ("lstm", "quantized_lstm") for op in region.recurrences) else 1
    return math.ceil(times * cost / (_each(region, target) * (1 - 1 / _FEW)))


def _is_native(region: Region) -> bool:
    return all(op.kind.name in LAYERS for op in region.recurrences)
