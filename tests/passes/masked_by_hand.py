"""Recurrences with lengths written out with selects, in the ways that programs do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rnn2onnx.ir import Builder, Copier, Graph, Op, Type, Value, replay
from tests.passes.random_recurrences import Feeds, random_recurrence

I64 = np.dtype(np.int64)


@st.composite
def masked_by_hand(draw: Any) -> tuple[Graph, Feeds]:
    """A random recurrence as ``random_recurrence``, whose lengths are selects, and which gives some rows more."""
    graph, feeds = draw(random_recurrence(dirty=False))

    def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
        if op.kind.name != "recur" or not op.attrs["lengths"] or op.attrs["unmasked"]:
            return None
        if any(not value.type.rank for value in op.blocks[0].results):
            return None
        return _Written(draw, builder, op).results()

    return replay(graph, (rule,)), feeds


class _Written:
    def __init__(self, draw: Any, builder: Builder, op: Op) -> None:
        self.draw, self.builder, self.op = draw, builder, op
        self.states: int = op.attrs["states"]
        self.time = op.operands[self.states].type.shape[0]

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def emit(self, kind: str, *operands: Value, **attrs: Any) -> Value:
        return self.builder.emit(kind, operands, **attrs)[0]

    def number(self, value: int) -> Value:
        return self.builder.const(np.array(value, I64))

    def results(self) -> list[Value]:
        op, builder = self.op, self.builder
        (body,), lengths = op.blocks, op.operands[-1]
        sequences = list(op.operands[self.states : -1])
        how = self.pick("numbers", "numbers", "mask", "counter") if not op.attrs["reverse"] else "numbers"
        self.first = self.pick(0, 0, 1, -2)
        total = builder.dim_value(self.time)
        assert total is not None
        start = self.number(self.first)
        steps = self.emit("range", start, self.emit("add", total, start), self.number(1))
        steps = self.emit("reshape", steps, self.emit("unsqueeze", total, axes=(0,)))
        extra: list[Value] = []
        if how == "numbers":
            sequences.append(steps)
        elif how == "mask":
            sequences.append(self._alive(self.emit("unsqueeze", steps, axes=(1,)), lengths))
        else:
            extra.append(start)
        operands = [*extra, *op.operands[: self.states], *sequences]
        types = [v.type for v in (*extra, *body.params[: self.states])]
        types += [v.type.with_shape(v.type.shape[1:]) for v in sequences]
        with builder.body(types) as block:
            params = list(block.params)
            counters = [params.pop(0) for _ in extra]
            copier = Copier(builder, new=dict(zip(body.params, params, strict=False)))
            copier.ops(body)
            values = [copier.value(value) for value in body.results]
            alive = params[-1] if how == "mask" else self._alive((counters or [params[-1]])[0], lengths)
            olds = params[: self.states]
            news = [self._select(alive, new, old) for new, old in zip(values, olds, strict=False)]
            rows = [self._select(alive, row, self._zero(row)) for row in values[self.states :]]
            rows += [self._row(alive, news, olds, values) for _ in range(self.pick(0, 0, 1, 2))]
            more = [self.emit("add", counter, self.number(1)) for counter in counters]
            block.results = (*more, *news, *rows)
        attrs = {**op.attrs, "lengths": False, "states": self.states + len(extra)}
        made = builder.emit(op.kind, operands, blocks=[block], **attrs)
        self.more = made[len(extra) + len(op.results) :]
        given = list(made[len(extra) : len(extra) + len(op.results)])
        # What is given besides is seen in a final state.
        for row in self.more:
            seen = self.emit("reduce_sum", row, axes=tuple(range(row.type.rank)), keepdims=False)
            given[0] = self.emit("add", given[0], self.emit("mul", seen, self.builder.const(np.float32(0.01))))
        if extra:
            last = self.emit("cast", made[0], dtype=np.dtype(np.float32))
            given[0] = self.emit("add", given[0], last)
        return given

    def _zero(self, value: Value) -> Value:
        return self.builder.const(np.zeros((), value.type.dtype))

    def _alive(self, step: Value, lengths: Value) -> Value:
        """Whether a step is before a row's length, the steps counted from ``first``."""
        bound = self.emit("add", lengths, self.number(self.first)) if self.first else lengths
        how = self.pick("less", "greater", "less_equal", "not", "not")
        if how == "less":
            return self.emit("less", step, bound)
        if how == "greater":
            return self.emit("greater", bound, step)
        if how == "less_equal":
            return self.emit("less_equal", self.emit("add", step, self.number(1)), bound)
        return self.emit("not", self.emit("greater_equal", step, bound))

    def _select(self, alive: Value, new: Value, old: Value) -> Value:
        mask = alive
        if new.type.rank > 1:
            mask = self.emit("unsqueeze", alive, axes=tuple(range(1, new.type.rank)))
            if self.pick(False, True):
                mask = self.builder.emit(
                    "expand", (mask, self.builder.shape_of(new)), types=[Type(alive.type.dtype, new.type.shape)]
                )[0]
        return self.builder.emit("where", (mask, new, old), types=[new.type])[0]

    def _row(self, alive: Value, news: list[Value], olds: list[Value], values: list[Value]) -> Value:
        """A row that is not zero past its length."""
        at = self.draw(st.integers(0, len(news) - 1))
        how = self.pick("new", "old", "made", "other", "both", "raw")
        if how == "new":
            return news[at]
        if how == "old":
            return olds[at]
        if how == "made":
            return self.emit("tanh", self.emit("add", news[at], self.builder.const(np.float32(0.3))))
        if how == "other":
            return self._select(alive, values[at], self.builder.const(np.float32(-1)))
        if how == "both":
            return self._select(alive, values[at], self.emit("exp", olds[at]))
        return values[at]
