"""Random programs with random inputs, for properties that hold of every program.

``random_graph()`` draws a well-typed graph with bodies in bodies. Every value is bounded and nothing turns on the last
bit of a float, so two correct ways to run it differ by rounding only: ``assert_same`` says by how much they may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.vendor import pretty

from rnn2onnx.ir import Array, Block, Dim, Graph, Type, Value
from tests.random_words import BOOL, F32, I64, Words

Feeds = dict[str, Array]

# A failing example shows the program's text, not the fields of its classes.
pretty.for_type_by_name("rnn2onnx.ir.graph", "Graph", lambda graph, printer, cycle: printer.text(str(graph)))


@st.composite
def random_graph(
    draw: Any, *, empty: bool = True, bodies: bool = True, scan: bool = True, ops: int = 8
) -> tuple[Graph, Feeds]:
    """A graph over ``x`` f32[T, B, 3], ``h`` f32[B, 2], ``n`` i64[B] (lengths, some outside 0 to T), and arrays for it.

    Args:
        draw: Hypothesis's.
        empty: Whether there may be no steps or no rows.
        bodies: Whether it has recur, scan, loop and cond.
        scan: Whether it has scan, which passes make and nobody records.
        ops: How many words are drawn for a block, at most.
    """
    least = 0 if empty else 1
    steps, rows = draw(st.integers(least, 4)), draw(st.integers(least, 3))
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    maker = _Programs(draw, rng, ops, scan) if bodies else Words(draw, rng, ops)
    maker.input("x", Type(F32, ("T", "B", 3)))
    maker.input("h", Type(F32, ("B", 2)))
    maker.input("n", Type(I64, ("B",)))
    maker.fill()
    count = draw(st.integers(1, 4))
    made = [value for value in maker.pool if value.op is not None] or maker.pool
    results = [draw(st.sampled_from(made[-12:])) for _ in range(count)]
    graph = maker.builder.finish((f"y{i}", value) for i, value in enumerate(results))
    feeds: Feeds = {
        "x": rng.uniform(-1, 1, (steps, rows, 3)).astype(np.float32),
        "h": rng.uniform(-1, 1, (rows, 2)).astype(np.float32),
        "n": rng.integers(-1, steps + 3, rows),
    }
    return graph, feeds


def assert_same(found: Mapping[str, Any], wanted: Mapping[str, Any], tolerance: float = 2e-5) -> None:
    """Fails unless all arrays have equal names, dtypes and shapes, and values as close as float32 can be asked to."""
    assert list(found) == list(wanted)
    for name, want in wanted.items():
        have = np.asarray(found[name])
        assert (have.dtype, have.shape) == (want.dtype, want.shape), name
        if want.dtype.kind == "f":
            np.testing.assert_allclose(have, want, rtol=tolerance, atol=tolerance, err_msg=name)
        else:
            np.testing.assert_array_equal(have, want, err_msg=name)


class _Programs(Words):
    """Words with bodies besides; a body refers to whatever is in scope around it."""

    def __init__(self, draw: Any, rng: np.random.Generator, ops: int, scan: bool) -> None:
        super().__init__(draw, rng, ops)
        self.words += [self.recur, self.recur, self.loop, self.cond, *[self.scan] * scan]

    def body(self, params: list[Type], results: Callable[[Block], list[Value]]) -> Block:
        """A body with random words, and the results that are then chosen in it."""
        outside = list(self.pool)
        self.depth += 1
        with self.builder.body(params) as block:
            for param in block.params:
                self.keep(param, 1.0 if param.type.dtype == F32 else 10.0)
            self.fill()
            block.results = tuple(results(block))
        self.depth -= 1
        self.pool = outside
        return block

    def next_state(self, type: Type) -> Value:
        """A value of this type for a state to become; as small as the state was taken to be."""
        value = self.rows(type)
        if type.dtype == I64:
            step = self.builder.emit("add", (value, self.const(np.array(1))))[0]
            return self.builder.emit("minimum", (step, self.const(np.array(10))))[0]
        return value if self.bound[value] <= 1 else self.builder.emit("tanh", (value,))[0]

    def states(self, batch: Dim) -> list[Type]:
        wide = st.integers(1, 3).map(lambda width: Type(F32, (batch, width)))
        types: list[Type] = self.draw(st.lists(st.one_of(wide, st.just(Type(I64, (batch,)))), max_size=2))
        return types

    def sequences(self, batch: Dim) -> list[Value]:
        def fits(value: Value) -> bool:
            return value.type.shape[:2] == ("T", batch)

        first = self.pick(fits)
        second = self.pick(fits) if self.draw(st.booleans()) else None
        return [value for value in (first, second) if value is not None]

    def walk(self, kind: str, **attrs: Any) -> None:
        sequences = self.sequences("B")
        if not sequences or self.depth > 1:
            return
        types = self.states("B")
        counter = kind == "scan" or attrs.get("lengths")
        if counter and self.draw(st.booleans()):
            types.append(Type(I64, ()))
        if kind == "recur":
            attrs["unmasked"] = tuple(i for i, type in enumerate(types) if not type.rank)
        operands = [*map(self.rows, types), *sequences]
        if attrs.get("lengths"):
            operands.append(self.rows(Type(I64, ("B",))))
        emitted = self.states("B")
        steps = [Type(value.type.dtype, value.type.shape[1:]) for value in sequences]
        block = self.body([*types, *steps], lambda _: [*map(self.next_state, types), *map(self.next_state, emitted)])
        for value in self.builder.emit(kind, operands, blocks=[block], states=len(types), **attrs):
            self.keep(value, 10.0 if value.type.dtype == I64 else 1.0)

    def recur(self) -> None:
        self.walk("recur", lengths=self.draw(st.booleans()), reverse=self.draw(st.booleans()))

    def scan(self) -> None:
        self.walk("scan", reverse=self.draw(st.booleans()))

    def loop(self) -> None:
        if self.depth > 1:
            return
        types = self.states("B")
        start = self.pick(lambda v: v.type == Type(BOOL, ())) if self.draw(st.booleans()) else None
        operands = [start or self.const(np.array(True)), *map(self.rows, types)]
        last, emitted = self.draw(st.integers(-1, 2)), self.states("B")

        def results(block: Block) -> list[Value]:
            go = self.builder.emit("less", (block.params[0], self.const(np.array(last))))[0]
            return [go, *map(self.next_state, types), *map(self.next_state, emitted)]

        block = self.body([Type(I64, ()), *types], results)
        for value in self.builder.emit("loop", operands, blocks=[block]):
            self.keep(value, 10.0 if value.type.dtype == I64 else 1.0)

    def cond(self) -> None:
        test = self.pick(lambda v: v.type == Type(BOOL, ()))
        if test is None:
            limit = self.const(np.array(self.draw(st.integers(0, 3))))
            rows = self.builder.dim_value("B")
            assert rows is not None
            test = self.builder.emit("less", (rows, limit))[0]
        types = [*self.states("B"), Type(F32, ("B", 2))]
        branches = [self.body([], lambda _: [*map(self.next_state, types)]) for _ in range(2)]
        for value in self.builder.emit("cond", (test,), blocks=branches):
            self.keep(value, 10.0 if value.type.dtype == I64 else 1.0)
