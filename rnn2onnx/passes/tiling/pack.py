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
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.pieces import Pieces
from rnn2onnx.passes.tiling.region import LAYERS, Region
from rnn2onnx.passes.tiling.region_copier import RegionCopier, Sizes, has_known_sizes
from rnn2onnx.passes.tiling.savings import Savings
from rnn2onnx.passes.tiling.sorted_tiles import SortedTiles, clipped, is_worth_it
from rnn2onnx.passes.tiling.tiles import int64
from rnn2onnx.targets import ONNXRUNTIME, Target

SORTED, AS_THEY_ARE = "rows sorted by length", "rows as they are"
"""The forms that can be forced: with a branch that sorts rows where that saves enough, and without it."""


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
        above = Savings(region, target).above
        if most <= above:
            return False
        offer = Offer((SORTED, AS_THEY_ARE), region.batch, region.time, between=False, above=above)
        return self.choice.wanted(f"rows of {key_of(region.recurrences[0])}", offer) != AS_THEY_ARE

    def branches(self, region: Region, sizes: Sizes) -> Sequence[Value]:
        """What a region gives: by sorted rows where that saves enough, else as it was."""
        builder, target = self.builder, self.target
        savings = Savings(region, target)
        least, cache = savings.least, savings.cache
        # Each form has its weights for itself, as the engine arranges them: large ones are to be there once.
        large = region.weights > target.pack_weights and self.knows_outputs(region)
        when = f"where {target.pack_rows} rows or more end so early that {least} steps of rows are saved"
        when += "" if cache.fits is None else f", or {cache}"
        why = f"always, for its weights are more than {target.pack_weights} bytes: they are in memory once"
        for op in region.recurrences:
            self.report.also(op, f"rows sorted by length in tiles of time {why if large else when}")

        def packed() -> Sequence[Value]:
            return self._packed(region, sizes, savings.worth)

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
            enough = builder.emit("less", (int64(builder, savings.above), sizes.together))[0]
            return self.either(enough, saves, none)

        if large:
            # Where sorting saves something there is a row that takes a step; where it always is, there may be none.
            return self.where_some(region, sizes, packed, some_steps)
        if not self.may_be_none(region):
            return looked_at()
        if savings.is_native and region.weights <= target.small_weights and self.knows_outputs(region):
            return self.unless_small(region, sizes, savings.above, looked_at)
        return self.where(region, sizes, found, packed)

    def _packed(self, region: Region, sizes: Sizes, worth: float) -> Sequence[Value]:
        lengths = self._lengths_of(region, sizes)
        tiles = SortedTiles(self.builder, (region.time, region.batch), (sizes.steps, sizes.batch), lengths, worth)
        return Pieces(self, region, tiles, self.report).outputs()

    def _lengths_of(self, region: Region, sizes: Sizes) -> Value:
        assert region.lengths is not None
        return clipped(self.builder, self.value(region.lengths), sizes.steps)
