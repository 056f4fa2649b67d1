"""``strip_mine``: long sequences are computed tile by tile, so that what a loop reads is still in the cache.

What does not depend on the state is computed for all steps before a recurrence, and what only its rows need behind it.
Of long sequences that is written to memory and read again, several times. In tiles of time, each with what comes
before, the recurrence, and what comes behind, it stays in the cache; and far less memory is needed. Of 1000 steps of 4
rows a linear recurrence of 128 units with its product takes 0.8 of the time.

This is for recurrences whose rows take all steps; ``pack`` does it where they have lengths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Graph, Value, rebuild
from rnn2onnx.passes.choice import BY_COSTS, Choice, Offer, key_of
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.cache import Cache
from rnn2onnx.passes.tiling.pieces import Pieces
from rnn2onnx.passes.tiling.region import LAYERS, Region
from rnn2onnx.passes.tiling.region_copier import RegionCopier, Sizes, has_known_sizes
from rnn2onnx.passes.tiling.whole_tiles import WholeTiles
from rnn2onnx.targets import ONNXRUNTIME, Target

IN_TILES, AT_ONCE = "tile by tile", "all steps at once"
"""The forms that can be forced: with a branch for long sequences, and without it."""

_LONG = 64
"""A sequence of fewer steps is no long one, however many rows there are."""


@dataclass(frozen=True)
class StripMine:
    """Recurrences without lengths run in tiles of time where what they walk does not fit in the cache."""

    name: ClassVar[str] = "strip_mine"
    works_on: ClassVar[Collection[str]] = ("recur", *LAYERS)
    target: Target = ONNXRUNTIME
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with recurrences that have a branch for long sequences."""
        return rebuild(graph, lambda builder: _Miner(builder, self.target, self.choice, report, lengths=False))


class _Miner(RegionCopier):
    def is_worth_it(self, region: Region) -> bool:
        """Whether a region computes what its recurrences walk, and that may be too much for the cache."""
        cache = Cache(region, self.target)
        if not has_known_sizes(region) or cache.fits is None or self.known.of(region.time)[1] < _LONG:
            return False
        # Both forms have their own weights, as the engine arranges them: large ones are not to be there twice.
        if region.weights > self.target.twice_weights:
            return False
        most = math.prod(self.known.of(dim)[1] for dim in (region.time, region.batch))
        if most <= cache.fits or (cache.inside is not None and self.known.of(region.batch)[0] >= cache.inside):
            return False
        offer = Offer((IN_TILES, AT_ONCE), region.batch, region.time, between=False, above=cache.fits)
        return self.choice.wanted(f"tiles of {key_of(region.recurrences[0])}", offer) != AT_ONCE

    def branches(self, region: Region, sizes: Sizes) -> Sequence[Value]:
        """What a region gives: tile by tile where it does not fit in the cache, else as it was."""
        builder, cache = self.builder, Cache(region, self.target)
        for op in region.recurrences:
            self.report.also(op, f"in tiles of time where {cache}")

        def mined() -> Sequence[Value]:
            assert cache.fits is not None
            span = max(cache.fits // 2, 1)
            tiles = WholeTiles(builder, (region.time, region.batch), (sizes.steps, sizes.batch), span)
            return Pieces(self, region, tiles, self.report).outputs()

        def found(none: Callable[[], Value]) -> Value:
            return builder.emit("or", (none(), cache.is_too_small(builder, sizes.batch, sizes.together)))[0]

        if isinstance(region.batch, int) and isinstance(region.time, int):
            return mined()
        return self.where(region, sizes, found, mined)
