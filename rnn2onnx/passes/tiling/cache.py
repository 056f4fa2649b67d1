"""Whether what a region computes for its recurrences to walk fits in the cache."""

from __future__ import annotations

import math

import numpy as np

from rnn2onnx.ir import Builder, Value
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.tiling.region import Region, sequences_of
from rnn2onnx.passes.tiling.tiles import int64
from rnn2onnx.targets import Target

_ONCE = 4
"""What is read once need not be near as soon: it pays from so many times as much on."""


class Cache:
    """Where the steps of a region, computed at once, are more than the cache holds.

    Args:
        region: The region.
        target: The engine.
        times: So many times as much is more than it holds, as far as it pays to do something about it.

    Attributes:
        fits: How many steps of rows are not; None if that is not known.
        inside: From how many rows on a step is large enough to compute the region's products in it; None if there are
            none.
    """

    def __init__(self, region: Region, target: Target, times: int = 1) -> None:
        each = _bytes(region)
        self._batch = region.batch
        self.fits = times * int(target.costs.cache) // each if each else None
        products = [op.results[0].type.shape for op in region.body if op.kind.name == "matmul"]
        width = sum(shape[-1] for shape in products if isinstance(shape[-1], int))
        self.inside = target.inside(width) if products else None

    def is_too_small(self, builder: Builder, batch: Value, together: Value) -> Value:
        """bool[]: whether the steps of rows don't fit, of so few rows that products are computed before the loop."""
        many = self.inside is not None and isinstance(self._batch, int) and self._batch >= self.inside
        if self.fits is None or many:
            return builder.const(np.array(False))
        large = builder.emit("less", (int64(builder, self.fits), together))[0]
        if self.inside is None or isinstance(self._batch, int):
            return large
        few = builder.emit("less", (batch, int64(builder, self.inside)))[0]
        return builder.emit("and", (large, few))[0]

    def __str__(self) -> str:
        few = "" if self.inside is None else f", and fewer than {self.inside} rows"
        return f"there are more than {self.fits} steps of rows{few}"


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
