"""Random recurrences that compute the same on other weights: towers, both directions of a cell, stacks of layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rnn2onnx.ir import Array, Builder, Graph, Type, Value

F32, I64 = np.dtype(np.float32), np.dtype(np.int64)
UNITS = 3


@dataclass(frozen=True)
class Recipe:
    """What the bodies have in common.

    Attributes:
        candidate: How the candidate is made.
        gate: How the gate is made.
        states: 1, or 2 for a cell and what it gives.
        scored: Whether a score [B, 1] scales the gate.
        captured: Whether a vector from before the loop takes part.
        shared: Whether all have one bias.
    """

    candidate: str
    gate: str
    states: int
    scored: bool
    captured: bool
    shared: bool


recipes = st.builds(
    Recipe,
    st.sampled_from(["tanh", "norm", "layer_norm", "softmax", "reset"]),
    st.sampled_from(["sigmoid", "relu", "square"]),
    st.sampled_from([1, 2]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@dataclass
class Maker:
    """Builds a graph over ``x`` f32[T, B, 3], ``scores`` f32[T, B, 1], ``h`` f32[B, 3] and ``n`` i64[B]."""

    recipe: Recipe
    time: Any = "T"
    batch: Any = "B"
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    builder: Builder = field(default_factory=lambda: Builder("alike"))
    outputs: list[Value] = field(default_factory=list)

    def __post_init__(self) -> None:
        new = self.builder.input
        self.x = new("x", Type(F32, (self.time, self.batch, UNITS)))
        self.scores = new("scores", Type(F32, (self.time, self.batch, 1)))
        self.h = new("h", Type(F32, (self.batch, UNITS)))
        self.n = new("n", Type(I64, (self.batch,)))
        self.common = self.weight(UNITS)

    def emit(self, kind: str, *operands: Value, **attrs: Any) -> Value:
        return self.builder.emit(kind, operands, **attrs)[0]

    def weight(self, *shape: int) -> Value:
        return self.builder.const(self.rng.uniform(-0.9, 0.9, shape).astype(np.float32))

    def dense(self, x: Value, columns: int = UNITS) -> Value:
        return self.emit("matmul", x, self.weight(int(x.type.shape[-1]), columns))

    def initial(self, zero: bool) -> Value:
        return self.emit("mul", self.h, self.builder.const(np.float32(0))) if zero else self.dense(self.h)

    def zeros(self) -> Value:
        batch = self.builder.dim_value(self.batch)
        assert batch is not None
        rows = self.emit("reshape", batch, self.builder.const(np.array([1])))
        shape = self.emit("concat", rows, self.builder.const(np.array([UNITS])), axis=0)
        return self.emit("expand", self.builder.const(np.float32(0)), shape)

    def recurrence(self, walked: Value, starts: list[Value], *, lengths: bool, reverse: bool) -> tuple[Value, ...]:
        """The states at the end, the outputs, and what came in before each step."""
        recipe = self.recipe
        gates = [self.emit("add", self.dense(walked), self.weight(UNITS)) for _ in range(2)]
        sequences = [*gates, *([self.scores] if recipe.scored else [])]
        outer = self.dense(self.h) if recipe.captured else None
        states = starts[: recipe.states]
        types = [v.type for v in states] + [v.type.with_shape(v.type.shape[1:]) for v in sequences]
        with self.builder.body(types) as block:
            own, steps = block.params[: recipe.states], block.params[recipe.states :]
            new = self.body(list(own), list(steps), outer)
            block.results = (*new, new[-1], own[0])
        operands = [*states, *sequences, *([self.n] if lengths else [])]
        return self.builder.emit(
            "recur", operands, blocks=[block], states=recipe.states, lengths=lengths, reverse=reverse, unmasked=()
        )

    def body(self, states: list[Value], steps: list[Value], outer: Value | None) -> list[Value]:
        recipe, h = self.recipe, states[-1]
        gate = self.emit("add", steps[0], self.dense(h))
        gate = self.emit("mul", gate, gate) if recipe.gate == "square" else self.emit(recipe.gate, gate)
        gate = self.emit("sigmoid", gate)
        if recipe.scored:
            gate = self.emit("mul", steps[2], gate)
        inner = self.emit("mul", gate, h) if recipe.candidate == "reset" else h
        c = self.emit("add", self.emit("add", steps[1], self.dense(inner)), self.common if recipe.shared else h)
        if outer is not None:
            c = self.emit("add", c, outer)
        if recipe.candidate == "norm":
            gap = self.emit("sub", c, self.emit("reduce_mean", c, axes=(1,), keepdims=True))
            square = self.emit("reduce_sum", self.emit("mul", gap, gap), axes=(1,), keepdims=True)
            root = self.emit("sqrt", self.emit("add", square, self.builder.const(np.float32(0.1))))
            c = self.emit("mul", self.emit("div", gap, root), self.weight(UNITS))
        elif recipe.candidate == "layer_norm":
            c = self.emit("layer_norm", c, self.weight(UNITS), self.weight(UNITS), epsilon=0.1)
        elif recipe.candidate == "softmax":
            c = self.emit("softmax", c, axis=1)
        c = self.emit("tanh", c)
        rest = self.emit("sub", self.builder.const(np.float32(1)), gate)
        cell = self.emit("add", self.emit("mul", gate, states[0]), self.emit("mul", rest, c))
        return [cell] if recipe.states == 1 else [cell, self.emit("tanh", self.dense(cell))]

    def starts(self, zero: bool) -> list[Value]:
        return [self.zeros() if zero else self.dense(self.h) for _ in range(2)]

    def give(self, values: tuple[Value, ...], *places: int) -> None:
        self.outputs += [values[place] for place in places]

    def graph(self) -> Graph:
        return self.builder.finish((f"y{i}", value) for i, value in enumerate(self.outputs))


def feeds(steps: int, rows: int, seed: int, *, dirty: bool = False) -> dict[str, Array]:
    """Inputs; lengths from below zero to past the end, and with ``dirty`` no numbers past them."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(-1, steps + 2, rows)
    made: dict[str, Array] = {
        "x": rng.uniform(-1, 1, (steps, rows, UNITS)).astype(np.float32),
        "scores": rng.uniform(0, 1, (steps, rows, 1)).astype(np.float32),
        "h": rng.uniform(-1, 1, (rows, UNITS)).astype(np.float32),
        "n": lengths,
    }
    if dirty:
        made["x"][np.arange(steps)[:, None] >= np.maximum(lengths, 0)[None]] = np.nan
    return made


@st.composite
def towers(draw: Any) -> Graph:
    """Two or three recurrences over ``x``, some of them backwards."""
    maker = Maker(draw(recipes), *draw(st.sampled_from([("T", "B"), (4, "B"), ("T", 2)])))
    lengths, zero = draw(st.booleans()), draw(st.booleans())
    for _ in range(draw(st.integers(2, 3))):
        made = maker.recurrence(maker.x, maker.starts(zero), lengths=lengths, reverse=draw(st.booleans()))
        maker.give(made, *draw(st.sampled_from([(0, -2), (0, -2, -1), (-2,), (0,)])))
    return maker.graph()


@st.composite
def stacks(draw: Any) -> Graph:
    """Two or three layers, one above the other."""
    maker = Maker(draw(recipes), *draw(st.sampled_from([("T", "B"), (4, "B"), ("T", 2)])))
    lengths, reverse, zero = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    walked, between = maker.x, draw(st.sampled_from(["", "given", "dense"]))
    for layer in range(draw(st.integers(2, 3))):
        if layer and between == "given":
            walked = maker.emit("add", walked, maker.x)
        elif layer and between == "dense":
            walked = maker.dense(walked)
        made = maker.recurrence(walked, maker.starts(zero), lengths=lengths, reverse=reverse)
        maker.give(made, *draw(st.sampled_from([(0, -2), (0,), (-1,), ()])))
        walked = made[draw(st.sampled_from([-2, -2, -1]))]
    maker.give(made, -2)
    return maker.graph()
