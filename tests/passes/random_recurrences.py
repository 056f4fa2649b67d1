"""Random recurrences as cells are made: gates, joint states, stacks, attention, tables, counters, bodies in bodies.

Unlike ``tests.random_graphs``, which draws any words of the language, the bodies here are what the passes look for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.vendor import pretty

from rnn2onnx.ir import Array, Builder, Graph, Type, Value

F32, I64, BOOL = np.dtype(np.float32), np.dtype(np.int64), np.dtype(bool)
Feeds = dict[str, Array]

pretty.for_type_by_name("rnn2onnx.ir.graph", "Graph", lambda graph, printer, cycle: printer.text(str(graph)))


@st.composite
def random_recurrence(draw: Any, *, dirty: bool = True, known: int | None = None) -> tuple[Graph, Feeds]:
    """A graph with one or two recurrences over ``x`` f32[T, B, 3], ``ids`` i64[T, B], and feeds for it.

    Args:
        draw: Hypothesis's.
        dirty: Whether steps past a row's length may hold NaN.
        known: How many steps there are; None: any number, known or not.
    """
    steps, rows = draw(st.sampled_from([4, 3, 1, 0])), draw(st.sampled_from([3, 2, 1, 0]))
    static = draw(st.integers(0, 3)) == 0
    time = steps if static else "T"
    if known is not None:
        steps = time = known
    maker = _Maker(draw, time, rows if static else "B")
    maker.run()
    if draw(st.integers(0, 2)) == 0:
        maker.run()
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    graph = maker.builder.finish((f"y{i}", value) for i, value in enumerate(maker.results))
    lengths = rng.integers(-1, steps + 2, rows)
    x = rng.uniform(-1, 1, (steps, rows, 3)).astype(np.float32)
    if dirty and maker.always_lengths:
        x[np.arange(steps)[:, None] >= np.maximum(lengths, 0)[None]] = np.nan
    return graph, {
        "x": x,
        "h": rng.uniform(-1, 1, (rows, 2)).astype(np.float32),
        "memory": rng.uniform(-1, 1, (2, rows, 2)).astype(np.float32),
        "ids": rng.integers(0, 4, (steps, rows)),
        "n": lengths,
        "flag": np.array(bool(rng.integers(2))),
    }


class _Maker:
    def __init__(self, draw: Any, time: Any, batch: Any) -> None:
        self.draw = draw
        self.rng = np.random.default_rng(draw(st.integers(0, 999)))
        self.time, self.batch = time, batch
        self.builder = Builder("random")
        self.x = self.builder.input("x", Type(F32, (time, batch, 3)))
        self.h = self.builder.input("h", Type(F32, (batch, 2)))
        self.memory = self.builder.input("memory", Type(F32, ("S", batch, 2)))
        self.ids = self.builder.input("ids", Type(I64, (time, batch)))
        self.n = self.builder.input("n", Type(I64, (batch,)))
        self.flag = self.builder.input("flag", Type(BOOL, ()))
        self.results: list[Value] = []
        self.sequences = [self.x, self.ids]
        self.always_lengths = True

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def emit(self, kind: str, *operands: Value, **attrs: Any) -> Value:
        return self.builder.emit(kind, operands, **attrs)[0]

    def weight(self, *shape: int) -> Value:
        return self.builder.const(self.rng.uniform(-0.6, 0.6, shape).astype(np.float32))

    def zeros(self, width: int, *, ones: bool = False) -> Value:
        """An initial state [B, width]."""
        row = self.weight(1, width) if ones else self.builder.const(np.zeros((1, width), np.float32))
        return self.spread(row, [self.batch, width])

    def spread(self, row: Value, dims: list[Any]) -> Value:
        parts = []
        for dim in dims:
            length = self.builder.dim_value(dim)
            assert length is not None
            parts.append(self.emit("unsqueeze", length, axes=(0,)))
        shape = self.builder.emit("concat", parts, axis=0)[0]
        return self.builder.emit("expand", (row, shape), types=[Type(row.type.dtype, tuple(dims))])[0]

    # -- a recurrence -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        lengths, reverse = self.draw(st.integers(0, 2)) > 0, self.draw(st.integers(0, 3)) == 0
        self.always_lengths = self.always_lengths and lengths
        self.initial: list[Value] = []
        layers = [self._layer() for _ in range(self.draw(st.integers(1, 3)))]
        if self.pick(False, False, False, True):
            layers.append(self._counter())
        states = [initial for layer in layers for initial in layer[1]]
        walked = [self.x, *self.sequences[2:], *([self.ids] if self.pick(False, True) else [])]
        types = [state.type for state in states]
        steps = [Type(v.type.dtype, v.type.shape[1:]) for v in walked]
        with self.builder.body([*types, *steps]) as block:
            params = list(block.params)
            inner = params[len(states) :]
            value, pool, after = inner[0], [p for p in inner if p.type.dtype == F32], []
            self.table_ids = inner[-1] if inner[-1].type.dtype == I64 else None
            self.pool = pool
            for layer, initial in layers:
                mine = [params.pop(0) for _ in initial]
                value, new = layer(value, mine)
                after += new
                pool.append(value)
                if self.pick(False, True):
                    value = self._between(value)
                pool += [value, *(v for v in new if v.type.rank == 2 and v.type.dtype == F32)]
            rows = [value, *self.draw(st.lists(st.sampled_from(pool[-4:]), max_size=2))]
            block.results = (*after, *rows)
        operands = [*states, *walked, *([self.n] if lengths else [])]
        made = self.builder.emit(
            "recur",
            operands,
            blocks=[block],
            states=len(states),
            lengths=lengths,
            reverse=reverse,
            unmasked=tuple(i for i, type in enumerate(types) if not type.rank) if lengths else (),
        )
        self.results += made
        rows_out = [v for v in made[len(states) :] if v.type.rank == 3 and v.type.shape[1] == self.batch]
        self.sequences += rows_out[:1]

    def _start(self, width: int) -> Value:
        if self.pick(False, True):
            return self.zeros(width, ones=self.pick(False, True))
        return self.emit("matmul", self.h, self.weight(2, width))

    def _layer(self) -> tuple[Any, list[Value]]:
        width = self.pick(2, 3)
        kind = self.pick("rnn", "gru", "lstm", "joint", "odd", "sum", "moving", "mean", "nested")
        starts = {"lstm": 2}.get(kind, 1)
        joint = 2 * width if kind == "joint" else width
        initial = [self._start(joint) for _ in range(starts)]
        return (lambda x, s: getattr(self, f"_{kind}")(x, s, width)), initial

    def _counter(self) -> tuple[Any, list[Value]]:
        zero, one = self.builder.const(np.array(0)), self.builder.const(np.array(1))

        def step(x: Value, states: list[Value]) -> tuple[Value, list[Value]]:
            more = self.emit("add", states[0], one)
            return self.emit("add", x, self.emit("cast", more, dtype=F32)), [more]

        return step, [zero]

    # -- cells --------------------------------------------------------------------------------------------------------

    def _affine(self, parts: list[Value], width: int) -> Value:
        """A sum of products, written in one of several ways."""
        how = self.pick("joint", "apart", "transposed")
        widths = [int(p.type.shape[-1]) for p in parts]
        if how == "joint":
            joined = self.builder.emit("concat", parts, axis=1)[0] if len(parts) > 1 else parts[0]
            total = self.emit("matmul", joined, self.weight(sum(widths), width))
        else:
            total = self.emit("matmul", parts[-1], self.weight(widths[-1], width))
            for part, wide in zip(parts[:-1], widths, strict=False):
                total = self.emit("add", total, self.emit("matmul", part, self.weight(wide, width)))
        return self.emit("add", total, self.weight(width)) if self.pick(True, True, False) else total

    def _cut(self, x: Value, start: int, end: int) -> Value:
        ends = [self.builder.const(np.array([at])) for at in (start, end)]
        return self.emit("slice", x, *ends, axes=(1,), steps=(1,))

    def _blend(self, u: Value, h: Value, c: Value) -> Value:
        one = self.builder.const(np.float32(1))
        how = self.pick("u", "1-u", "delta", "swapped")
        if how == "delta":
            return self.emit("add", c, self.emit("mul", u, self.emit("sub", h, c)))
        a, b = (c, h) if how == "1-u" else (h, c)
        if how == "swapped":
            a, b = h, self.emit("tanh", c)
        return self.emit("add", self.emit("mul", u, a), self.emit("mul", self.emit("sub", one, u), b))

    def _rnn(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        new = self.emit(self.pick("tanh", "relu", "softsign"), self._affine([x, s[0]], width))
        return new, [new]

    def _gru(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        h = s[0]
        gates = self.emit("sigmoid", self._affine([x, h], 2 * width))
        r, u = self._cut(gates, 0, width), self._cut(gates, width, 2 * width)
        if self.pick(False, True):
            c = self.emit("tanh", self._affine([x, self.emit("mul", r, h)], width))
        else:
            inside = self.emit("mul", r, self._affine([h], width))
            c = self.emit("tanh", self.emit("add", self._affine([x], width), inside))
        new = self._blend(u, h, c)
        return new, [new]

    def _lstm(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        c, h = s
        gates = self._affine([x, h], 4 * width)
        i, j, f, o = (self._cut(gates, k * width, (k + 1) * width) for k in self.draw(st.permutations(range(4))))
        if self.pick(False, True):
            i, f = (self.emit("add", g, self.emit("mul", c, self.weight(width))) for g in (i, f))
        kept = self.emit("mul", self.emit("sigmoid", f), c)
        new_c = self.emit("add", kept, self.emit("mul", self.emit("sigmoid", i), self.emit("tanh", j)))
        clip = self.pick(False, False, True)
        if clip:
            new_c = self.emit("minimum", new_c, self.builder.const(np.float32(0.3)))
        new_h = self.emit("mul", self.emit("sigmoid", o), self.emit(self.pick("tanh", "relu"), new_c))
        return new_h, [new_c, new_h]

    def _joint(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        parts = [self._cut(s[0], 0, width), self._cut(s[0], width, 2 * width)]
        y, news = self._lstm(x, parts, width)
        return y, [self.builder.emit("concat", news, axis=1)[0]]

    def _odd(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        """A state that another one than itself becomes, through a softmax."""
        mixed = self.emit("softmax", self._affine([x, s[0]], width), axis=1)
        return self._affine([mixed], 2), [mixed]

    def _sum(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        """A linear state."""
        new = self.emit("add", self.emit("mul", s[0], self.weight(width)), self._affine([x], width))
        return self.emit("tanh", new), [new]

    def _moving(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        """The input of the step before; nothing of it depends on itself."""
        new = self.emit("tanh", self._affine([x], width))
        return s[0], [new]

    def _mean(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        """Rows that look at each other."""
        centre = self.emit("reduce_sum", s[0], axes=(0,), keepdims=True)
        new = self.emit("tanh", self.emit("sub", self._affine([x, s[0]], width), centre))
        return new, [new]

    def _nested(self, x: Value, s: list[Value], width: int) -> tuple[Value, list[Value]]:
        """A walk over the memory in each step."""
        query = self._affine([s[0]], 2)
        with self.builder.body([query.type, Type(F32, (self.batch, 2))]) as block:
            total, row = block.params
            score = self.emit("add", total, self.emit("mul", row, self.emit("sigmoid", query)))
            block.results = (self.emit("tanh", score),)
        walk = self.pick(self.memory, self.emit("neg", self.memory))
        got = self.builder.emit(
            "recur", (query, walk), blocks=[block], states=1, lengths=False, reverse=False, unmasked=()
        )[0]
        new = self.emit("tanh", self._affine([x, got], width))
        return new, [new]

    # -- between layers -----------------------------------------------------------------------------------------------

    def _between(self, x: Value) -> Value:
        how = self.pick("residual", "table", "memory", "cond", "total", "shape", "split")
        width = int(x.type.shape[-1])
        if how == "residual":
            same = [v for v in self.pool if v.type == x.type]
            return self.emit("add", x, same[0]) if same else x
        if how == "table" and self.table_ids is not None:
            looked = self.emit("gather", self.weight(4, 2), self.table_ids, axis=0)
            return self.builder.emit("concat", (x, looked), axis=1)[0]
        if how == "memory":
            context = self.emit("reduce_sum", self.memory, axes=(0,), keepdims=False)
            return self._affine([x, context], 2)
        if how == "cond":
            with self.builder.body([]) as then:
                then.results = (self.emit("tanh", x),)
            with self.builder.body([]) as otherwise:
                otherwise.results = (self.emit("mul", x, self.weight(width)),)
            return self.builder.emit("cond", (self.flag,), blocks=(then, otherwise), types=[x.type])[0]
        if how == "total":
            return self.emit("sub", x, self.emit("reduce_sum", x, axes=(0,), keepdims=True))
        if how == "shape":
            flat = self.emit("reshape", x, self.builder.const(np.array([-1, 1, width])))
            return self.emit("squeeze", flat, axes=(1,))
        if how == "split" and width > 1:
            halves = self._cut(x, 0, 1), self._cut(x, 1, width)
            return self.builder.emit("concat", halves[::-1], axis=1)[0]
        return x
