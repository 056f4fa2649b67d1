"""What sorting the rows of a region costs, and how much must be saved for it."""

from __future__ import annotations

import math

from rnn2onnx.passes.costs import Estimate
from rnn2onnx.passes.tiling.cache import Cache
from rnn2onnx.passes.tiling.region import LAYERS, Region
from rnn2onnx.targets import Target

_FEW = 4
"""So many tiles are worth it at least."""
_SPARE = 4
"""Tiles of sorted rows pay for the cache's sake from so many times as much as it holds on, for each recurrence."""
_SHARED = 3
"""Native LSTMs are to save so many times what it costs: with two threads these share the rows, and each saves less."""
_LEAST = 0.01
"""A row more takes so many microseconds at least, and so does a tile."""


class Savings:
    """From where on the rows of a region are worth sorting.

    Args:
        region: The region.
        target: The engine.

    Attributes:
        is_native: Whether all its recurrences are native layers.
        cache: What is too much for the cache even where nothing is saved.
        least: How many steps of rows must end early so that the tiles cost less than they save.
        above: Of more than so many steps of rows sorting may be worth it.
        worth: How many tiles a step of a row pays for, squared (see ``SortedTiles``).
    """

    def __init__(self, region: Region, target: Target) -> None:
        kinds = {op.kind.name for op in region.recurrences}
        count = len(region.recurrences)
        each, tile = _each(region, target), max(target.pack_tile * count, _LEAST)
        self.is_native = kinds <= LAYERS
        self.cache = Cache(region, target, _SPARE * count)
        times = 1 if kinds.isdisjoint({"lstm", "quantized_lstm"}) else _SHARED
        # In the tile in which a row ends it goes on: of n tiles, the share 1/n of what ends early is not saved.
        self.least = math.ceil(times * (target.pack_sort + _FEW * tile) / (each * (1 - 1 / _FEW)))
        # Half of all is what rows of evenly spread lengths save at most.
        saved = 2 * self.least
        self.above = saved if self.cache.fits is None else min(saved, self.cache.fits)
        self.worth = each / (2 * tile)


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
