"""Copies a graph with its regions of recurrences in other forms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from rnn2onnx.ir import Block, Builder, Copier, Op, Value
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.tiling.region import Region
from rnn2onnx.passes.tiling.regions import regions_of
from rnn2onnx.passes.tiling.schedule import scheduled
from rnn2onnx.passes.vectorise import zeros_of


class RegionCopier(BoundedCopier, ABC):
    """A copier that puts something else in the place of regions outside loops.

    Args:
        builder: Where to.
        lengths: Whether of those with lengths.
    """

    def __init__(self, builder: Builder, *, lengths: bool) -> None:
        super().__init__(builder)
        self._lengths = lengths
        self._loops = 0

    @abstractmethod
    def is_worth_it(self, region: Region) -> bool:
        """Whether a region gets another form."""

    @abstractmethod
    def branches(self, region: Region) -> Sequence[Value]:
        """What a region gives, in its new form."""

    def ops(self, block: Block) -> None:
        """Copies the operations of a block; regions when all that they need is there."""
        regions = [] if self._loops else regions_of(block, lengths=self._lengths)
        regions = [region for region in regions if self.is_worth_it(region)]
        for node in scheduled(block, regions) if regions else block.ops:
            if isinstance(node, Op):
                self.op(node)
            else:
                self.fired = True
                self.new.update(zip(node.outputs, self.branches(node), strict=True))

    def op(self, op: Op) -> tuple[Value, ...]:
        """As a copier does; what a loop runs in each step is small, and stays as it is."""
        inside = op.kind.name in ("recur", "scan", "loop")
        self._loops += inside
        try:
            return super().op(op)
        finally:
            self._loops -= inside

    def sizes(self, region: Region) -> tuple[Value, Value]:
        """i64[]: the lengths of a region's time and batch."""
        steps, batch = (self.builder.dim_value(dim) for dim in (region.time, region.batch))
        assert steps is not None
        assert batch is not None
        return steps, batch

    def plain(self, region: Region) -> Sequence[Value]:
        """What a region gives, as it was."""
        copier = Copier(self.builder, new=self.new)
        for op in region.body:
            copier.op(op)
        return [copier.value(value) for value in region.outputs]

    def nothing(self, region: Region) -> Sequence[Value]:
        """What a region gives of no steps, or no rows: states as they start, but for those of native layers: zero."""
        starts: dict[Value, Value] = {}
        for op in region.recurrences:
            if op.kind.name == "recur":
                starts.update(zip(op.results, op.operands[: op.attrs["states"]], strict=False))
        builder = self.builder
        return [
            self.value(starts[value]) if value in starts else zeros_of(builder, value.type) for value in region.outputs
        ]

    def knows_outputs(self, region: Region) -> bool:
        """Whether the lengths of what a region gives are known before it runs."""
        return all(self.builder.dim_value(dim) is not None for value in region.outputs for dim in value.type.shape)

    def cond(
        self, region: Region, condition: Value, one: Callable[[], Sequence[Value]], other: Callable[[], Sequence[Value]]
    ) -> Sequence[Value]:
        """What a region gives in one of two ways."""
        types = [value.type for value in region.outputs]
        bodies = [self.body(each) for each in (one, other)]
        location = region.recurrences[0].location
        return self.builder.emit("cond", (condition,), blocks=bodies, location=location, types=types)

    def body(self, results: Callable[[], Sequence[Value]]) -> Block:
        """A body without parameters."""
        with self.builder.body([]) as block:
            block.results = tuple(results())
        return block


def has_known_sizes(region: Region) -> bool:
    """Whether the lengths of a region's time and batch are those of a value that it works on."""
    lengths = {dim for value in region.inputs() for dim in value.type.shape}
    return all(isinstance(dim, int) or dim in lengths for dim in (region.time, region.batch))
