"""Copies a graph with its regions of recurrences in other forms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Op, Type, Value
from rnn2onnx.passes.bounded_copier import BoundedCopier
from rnn2onnx.passes.choice import Choice
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.tiling.region import Region
from rnn2onnx.passes.tiling.regions import regions_of
from rnn2onnx.passes.tiling.schedule import scheduled
from rnn2onnx.passes.tiling.tiles import int64
from rnn2onnx.passes.vectorise import zeros_of
from rnn2onnx.targets import Target


class Sizes(NamedTuple):
    """How large a region is, as i64[].

    Attributes:
        steps: The length of its time.
        batch: How many rows it has.
        together: The steps of all rows.
    """

    steps: Value
    batch: Value
    together: Value


class RegionCopier(BoundedCopier, ABC):
    """A copier that puts something else in the place of regions outside loops.

    Args:
        builder: Where to.
        target: The engine.
        choice: How it is chosen.
        report: Where remarks on the recurrences are kept.
        lengths: Whether of regions with lengths, or of those without.
    """

    def __init__(self, builder: Builder, target: Target, choice: Choice, report: Report, *, lengths: bool) -> None:
        super().__init__(builder)
        self.target, self.choice, self.report = target, choice, report
        self._lengths = lengths
        self._loops = 0

    @abstractmethod
    def is_worth_it(self, region: Region) -> bool:
        """Whether a region gets another form."""

    @abstractmethod
    def branches(self, region: Region, sizes: Sizes) -> Sequence[Value]:
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
                self.new.update(zip(node.outputs, self.branches(node, self._sizes(node)), strict=True))

    def op(self, op: Op) -> tuple[Value, ...]:
        """As a copier does; what a loop runs in each step is small, and stays as it is."""
        inside = op.kind.name in ("recur", "scan", "loop")
        self._loops += inside
        try:
            return super().op(op)
        finally:
            self._loops -= inside

    def _sizes(self, region: Region) -> Sizes:
        steps, batch = (self.builder.dim_value(dim) for dim in (region.time, region.batch))
        assert steps is not None
        assert batch is not None
        return Sizes(steps, batch, self.builder.emit("mul", (steps, batch))[0])

    def where(
        self,
        region: Region,
        sizes: Sizes,
        found: Callable[[Callable[[], Value]], Value],
        form: Callable[[], Sequence[Value]],
    ) -> Sequence[Value]:
        """What a region gives: in another form where that is found to be worth it, else as it was.

        No steps at all go with the other form, in which nothing runs then: as it was, which is what small calls take,
        then needs no guard.

        Args:
            region: The region.
            sizes: How large it is.
            found: Emits whether it is worth it, or there are no steps: that is emitted by what it is called with.
            form: Emits the other form, of some steps of some rows.
        """
        builder = self.builder
        if not self.may_be_none(region) or not self.knows_outputs(region):
            return self.cond(region, found(lambda: builder.const(np.array(False))), form, lambda: self.plain(region))

        def none() -> Value:
            return builder.emit("less_equal", (sizes.together, int64(builder, 0)))[0]

        def form_or_nothing() -> Sequence[Value]:
            return self.where_some(region, sizes, form)

        return self.cond(region, found(none), form_or_nothing, lambda: self.plain(region))

    def unless_small(
        self, region: Region, sizes: Sizes, most: int, form: Callable[[], Sequence[Value]]
    ) -> Sequence[Value]:
        """What a region gives: as it was for some steps of rows, but so many at most; else in another form.

        Args:
            region: The region.
            sizes: How large it is.
            most: How many steps of rows.
            form: Emits the other form, of some steps of some rows.
        """
        builder = self.builder
        some = builder.emit("less", (int64(builder, 0), sizes.together))[0]
        few = builder.emit("less_equal", (sizes.together, int64(builder, most)))[0]
        small = builder.emit("and", (some, few))[0]
        return self.cond(region, small, lambda: self.plain(region), lambda: self.where_some(region, sizes, form))

    def where_some(
        self,
        region: Region,
        sizes: Sizes,
        form: Callable[[], Sequence[Value]],
        more: Callable[[], Value] | None = None,
    ) -> Sequence[Value]:
        """What a region gives in another form, which runs where there are steps of rows, and ``more`` holds then."""
        builder = self.builder
        some = builder.emit("less", (int64(builder, 0), sizes.together))[0]
        if more is not None:
            some = self.either(some, more, lambda: builder.const(np.array(False)))
        return self.cond(region, some, form, lambda: self.nothing(region))

    def either(self, condition: Value, one: Callable[[], Value], other: Callable[[], Value]) -> Value:
        """One of two values."""
        bodies = self.body(lambda: [one()]), self.body(lambda: [other()])
        return self.builder.emit("cond", (condition,), blocks=bodies)[0]

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
        return [
            self.value(starts[value]) if value in starts else self._zeros(region, value) for value in region.outputs
        ]

    def _zeros(self, region: Region, value: Value) -> Value:
        zeros, cut = zeros_of(self.builder, _of_all_steps(region, value)), region.cuts.get(value)
        if cut is None:
            return zeros
        limits = [self.value(limit) for limit in cut.operands[1:]]
        attrs = {"axes": (region.places[value].time,), "steps": cut.attrs["steps"], "types": [value.type]}
        return self.builder.emit("slice", (zeros, *limits), **attrs)[0]

    def may_be_none(self, region: Region) -> bool:
        """Whether a region may have no steps, or no rows."""
        return not (isinstance(region.batch, int) and isinstance(region.time, int))

    def knows_outputs(self, region: Region) -> bool:
        """Whether the lengths of what a region gives are known before it runs."""
        types = [_of_all_steps(region, value) for value in region.outputs]
        return all(self.builder.dim_value(dim) is not None for type in types for dim in type.shape)

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


def _of_all_steps(region: Region, value: Value) -> Type:
    """The type that a value would have without the slice it lies behind."""
    if value not in region.cuts:
        return value.type
    time = region.places[value].time
    return value.type.with_shape(region.time if axis == time else dim for axis, dim in enumerate(value.type.shape))


def has_known_sizes(region: Region) -> bool:
    """Whether the lengths of a region's time and batch are those of a value that it works on."""
    lengths = {dim for value in region.inputs() for dim in value.type.shape}
    return all(isinstance(dim, int) or dim in lengths for dim in (region.time, region.batch))
