"""``strip_mine``: long sequences are computed tile by tile, so that what a loop reads is still in the cache.

What does not depend on the state is computed for all steps before a recurrence, and what only its rows need behind it.
Of long sequences that is written to memory and read again, several times. In tiles of time, each with what comes
before, the recurrence, and what comes behind, it stays in the cache; and far less memory is needed. Of 1000 steps of 4
rows a linear recurrence of 128 units with its product takes 0.8 of the time.

This is for recurrences whose rows take all steps; ``pack`` does it where they have lengths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Graph, Value, rebuild
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.choice import BY_COSTS, Choice, Offer, key_of
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.pieces import Pieces
from rnn2onnx.passes.tiling.region import Region, sequences_of
from rnn2onnx.passes.tiling.region_copier import RegionCopier, Sizes, has_known_sizes
from rnn2onnx.passes.tiling.tiles import int64
from rnn2onnx.passes.tiling.whole_tiles import WholeTiles
from rnn2onnx.targets import ONNXRUNTIME, Target

IN_TILES, AT_ONCE = "tile by tile", "all steps at once"
"""The forms that can be forced: with a branch for long sequences, and without it."""

_ONCE = 4
"""What is read once need not be near as soon: it pays from so many times as much on."""

_LONG = 64
"""A sequence of fewer steps is no long one, however many rows there are."""


@dataclass(frozen=True)
class StripMine:
    """Recurrences without lengths run in tiles of time where what they walk does not fit in the cache."""

    name: ClassVar[str] = "strip_mine"
    target: Target = ONNXRUNTIME
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with recurrences that have a branch for long sequences."""
        return rebuild(graph, lambda builder: _Miner(builder, self.target, self.choice, report, lengths=False))


class _Miner(RegionCopier):
    def is_worth_it(self, region: Region) -> bool:
        """Whether a region computes what its recurrences walk, and that may be too much for the cache."""
        if not has_known_sizes(region) or not _bytes(region) or self.known.of(region.time)[1] < _LONG:
            return False
        # Both forms have their own weights, as the engine arranges them: large ones are not to be there twice.
        if region.weights > self.target.twice_weights:
            return False
        most = math.prod(self.known.of(dim)[1] for dim in (region.time, region.batch))
        inside = self._inside(region)
        if most <= self._fits(region) or (inside is not None and self.known.of(region.batch)[0] >= inside):
            return False
        offer = Offer((IN_TILES, AT_ONCE), region.batch, region.time, between=False, above=self._fits(region))
        return self.choice.wanted(f"tiles of {key_of(region.recurrences[0])}", offer) != AT_ONCE

    def _fits(self, region: Region) -> int:
        """How many steps of rows fit in the cache."""
        return int(self.target.costs.cache) // _bytes(region)

    def _inside(self, region: Region) -> int | None:
        """From how many rows on a step is large enough to compute its products in it; None if there are none."""
        products = [op.results[0].type.shape for op in region.body if op.kind.name == "matmul"]
        if not products:
            return None
        return self.target.inside(sum(shape[-1] for shape in products if isinstance(shape[-1], int)))

    def branches(self, region: Region, sizes: Sizes) -> Sequence[Value]:
        """What a region gives: tile by tile where it does not fit in the cache, else as it was."""
        builder, fits, inside = self.builder, self._fits(region), self._inside(region)
        few = "" if inside is None else f", and fewer than {inside} rows"
        for op in region.recurrences:
            self.report.also(op, f"in tiles of time where there are more than {fits} steps of rows{few}")

        def mined() -> Sequence[Value]:
            tiles = WholeTiles(builder, (region.time, region.batch), (sizes.steps, sizes.batch), max(fits // 2, 1))
            return Pieces(self, region, tiles, self.report).outputs()

        def found(none: Callable[[], Value]) -> Value:
            large = builder.emit("less", (int64(builder, fits), sizes.together))[0]
            if inside is not None and not isinstance(region.batch, int):
                is_few = builder.emit("less", (sizes.batch, int64(builder, inside)))[0]
                large = builder.emit("and", (large, is_few))[0]
            return builder.emit("or", (none(), large))[0]

        if isinstance(region.batch, int) and isinstance(region.time, int):
            return mined()
        return self.where(region, sizes, found, mined)


def _bytes(region: Region) -> int:
    """Bytes for each step and row of what a region computes for its recurrences to walk; 0 if that is not known.

    A native layer computes its gates, as far as its input makes them, for all steps, and reads them once.
    """
    walked = {value for op in region.recurrences for value in sequences_of(op) if value in region.places}
    walked -= {value for op in region.recurrences for value in op.results}
    shapes = [value.type.shape[2:] for value in walked]
    if not all(isinstance(dim, int) for shape in shapes for dim in shape):
        return 0
    gates: int = sum(
        GATES[op.kind.name] * op.attrs["hidden_size"] * op.results[0].type.dtype.itemsize // _ONCE
        for op in region.recurrences
        if op.kind.name in GATES
    )
    return gates + sum(math.prod(map(int, value.type.shape[2:])) * value.type.dtype.itemsize for value in walked)
