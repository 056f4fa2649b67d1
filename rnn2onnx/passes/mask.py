"""What lengths become where no native operator takes them: a mask behind the loop, or a select in each of its steps.

Behind the loop costs less: the steps run on past a row's length, what they give there is set to zero afterwards, and
the final state is picked from the rows at the length. That is the same wherever rows keep apart, so that what a row
computes past its length reaches no other, and nothing in the body can fail on what it computes there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnn2onnx.ir import Block, Builder, Op, Value, walk
from rnn2onnx.passes.rows_apart import mixed_in
from rnn2onnx.passes.vectorise import step_mask, zero_of


def may_mask_behind(builder: Builder, op: Op) -> bool:
    """Whether the lengths of a ``recur`` may become a mask behind the loop."""
    (body,), states = op.blocks, op.attrs["states"]
    lengths = op.operands[-1]
    if op.attrs["reverse"] or op.attrs["unmasked"] or not states:
        return False
    if any(not value.type.rank for value in body.results):
        return False
    if any(builder.dim_value(dim) is None for value in body.results for dim in value.type.shape):
        return False
    carried = zip(body.params[:states], body.results[:states], strict=True)
    if any(param.type.shape != new.type.shape for param, new in carried):
        return False
    if not all(inner.kind.total and inner.kind.name not in ("loop", "random") for inner in walk(body)):
        return False
    return mixed_in(body, lengths.type.shape[0]) is None


class Behind:
    """The rows of a loop that ran without lengths, masked; and its states at the lengths.

    Args:
        builder: Where to.
        op: The recurrence with lengths.
    """

    def __init__(self, builder: Builder, op: Op) -> None:
        self.builder, self.op = builder, op
        (self.body,) = op.blocks
        self.states: int = op.attrs["states"]
        self.lengths = op.operands[-1]
        self.time = op.operands[self.states].type.shape[0]
        given = self.body.results[self.states :]
        news = dict.fromkeys(self.body.results[: self.states])
        self.extra = [value for value in news if value not in given]
        self.columns = [*given, *self.extra]

    def results(self) -> list[Value]:
        """What each step gives: its new states and, as rows, all that is needed afterwards."""
        return [*self.body.results[: self.states], *self.columns]

    def finished(self, values: Sequence[Value]) -> list[Value]:
        """The results of the recurrence, from those of a loop of at least one step over those rows."""
        builder, op = self.builder, self.op
        rows = dict(zip(self.columns, values[self.states :], strict=True))
        at, started = self._last()
        finals = []
        for new, initial in zip(self.body.results[: self.states], op.operands, strict=False):
            picked = builder.emit("gather_nd", (rows[new], at), batch_dims=0, location=op.location)[0]
            finals.append(self._selected(started, picked, initial))
        mask = step_mask(builder, self.time, self.lengths)
        given = [rows[value] for value in self.body.results[self.states :]]
        return [*finals, *(self._selected(mask, row, zero_of(builder, row)) for row in given)]

    def _last(self) -> tuple[Value, Value]:
        """i64[B, 2]: the last step of each row, and the row; bool[B]: whether it takes any."""
        builder, int64 = self.builder, np.dtype(np.int64)
        zero, one = builder.const(np.array(0, int64)), builder.const(np.array(1, int64))
        lengths = builder.emit("cast", (self.lengths,), dtype=int64)[0]
        total, count = builder.dim_value(self.time), builder.dim_value(self.lengths.type.shape[0])
        assert total is not None
        assert count is not None
        last = builder.emit("sub", (builder.emit("minimum", (lengths, total))[0], one))[0]
        last = builder.emit("maximum", (last, zero))[0]
        numbers = builder.emit("range", (zero, count, one), types=[last.type])[0]
        columns = [builder.emit("unsqueeze", (value,), axes=(1,))[0] for value in (last, numbers)]
        return builder.emit("concat", columns, axis=1)[0], builder.emit("less", (zero, lengths))[0]

    def _selected(self, mask: Value, value: Value, other: Value) -> Value:
        axes = tuple(range(mask.type.rank, value.type.rank))
        wide = self.builder.emit("unsqueeze", (mask,), axes=axes)[0] if axes else mask
        return self.builder.emit("where", (wide, value, other), types=[value.type], location=self.op.location)[0]


Finish = Callable[[Sequence[Value]], Sequence[Value]]


def selected_inside(builder: Builder, op: Op, block: Block, results: Sequence[Value]) -> list[Value]:
    """A body's results with the old state, or zero, where a row has ended; its last parameter says where none has."""
    alive, states = block.params[-1], op.attrs["states"]
    out = []
    for index, value in enumerate(results):
        if value.type.rank == 0 or index in op.attrs["unmasked"]:
            out.append(value)
            continue
        mask = alive
        if value.type.rank > 1:
            mask = builder.emit("unsqueeze", (alive,), axes=tuple(range(1, value.type.rank)))[0]
        old = block.params[index] if index < states else zero_of(builder, value)
        out.append(builder.emit("where", (mask, value, old), types=[value.type])[0])
    return out
