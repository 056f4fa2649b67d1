"""Small programs whose times say what things cost on an engine: each does one thing often, at more than one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rnn2onnx.ir import Array, Builder, Graph, Type, Value
from rnn2onnx.ir.kinds.native import GATES
from rnn2onnx.passes.costs import UNKNOWN_LENGTH

_F32, _I64, _BOOL = np.dtype(np.float32), np.dtype(np.int64), np.dtype(np.bool_)
_STEPS = 20
_LAYER_STEPS = 50
_OFTEN = 6
"""How often a step of a Scan does the same."""
_SIZES = ((1, 64), (8, 128), (64, 128))
"""Rows and columns of what operations are measured on."""
_STATES = ((1, 36), (4, 36), (16, 36), (64, 36), (256, 36), (1, 128), (2, 128), (8, 128), (32, 128), (1, 256), (8, 256))
"""Rows and columns of the states of layers."""
_CHOSEN = 3.0
ONE = ("sigmoid", "tanh", "relu", "exp", "sqrt")
TWO = ("add", "sub", "mul", "div", "maximum", "minimum")
Step = Callable[[Builder, Value, Sequence[Value]], Value]


class Probe(NamedTuple):
    """A program to be timed.

    Attributes:
        name: What it measures, and at which size.
        graph: The program, of known lengths.
        weight: How much it counts: what is chosen between counts more than single operations.
    """

    name: str
    graph: Graph
    weight: float = 1.0

    def feeds(self) -> dict[str, Array]:
        """Numbers near 1, whose products are neither too large nor too small, and True."""
        random = np.random.default_rng(0)
        feeds: dict[str, Array] = {}
        for value in self.graph.inputs:
            numbers = random.uniform(0.7, 1.2, [int(dim) for dim in value.type.shape])
            feeds[value.name] = np.asarray(numbers > 0 if value.type.dtype == _BOOL else numbers, value.type.dtype)
        return feeds


def probes() -> list[Probe]:
    """All of them: together they tell every cost from every other."""
    return [*_operations(), *_recurrences(), *_products(), *_large(), *_layers()]


# -- operations ------------------------------------------------------------------------------------------------------


def _operations() -> Iterator[Probe]:
    yield _plain("nothing", (1,), lambda builder, x: builder.emit("neg", (x,))[0])
    for size in _SIZES:
        for name in ONE:
            yield _walked(name, size, _of_one(name))
        for name in TWO:
            yield _walked(name, size, _of_two(name))
        yield _walked("where", size, lambda b, h, rest: b.emit("where", (rest[1], h, rest[0]))[0], mask=True)
        yield _walked("softmax", size, lambda b, h, rest: b.emit("softmax", (h,), axis=1)[0])
        yield _walked("reverse", size, lambda b, h, rest: b.emit("tanh", (b.emit("reverse", (h,), axes=(1,))[0],))[0])
        yield _walked("slice", size, _one_slice)
        yield _walked("concat", size, _turned_halves)
    for rows in (16, 256):
        yield _plain(f"transpose [{rows}, 256]", (rows, 256), lambda b, x: b.emit("transpose", (x,), perm=(1, 0))[0])


def _of_one(kind: str) -> Step:
    return lambda builder, value, rest: builder.emit(kind, (_scaled(builder, value),))[0]


def _of_two(kind: str) -> Step:
    return lambda builder, value, rest: builder.emit(kind, (value, rest[0]))[0]


def _scaled(builder: Builder, value: Value) -> Value:
    """A little of a value, so that numbers stay small."""
    return builder.emit("mul", (value, builder.const(np.float32(0.3))))[0]


def _one_slice(builder: Builder, value: Value, rest: Sequence[Value]) -> Value:
    width = int(value.type.shape[-1])
    cut = _columns(builder, _both(builder, rest[0]), 0, width)
    return builder.emit("add", (value, cut))[0]


def _both(builder: Builder, value: Value) -> Value:
    return builder.emit("concat", (value, value), axis=1)[0]


def _turned_halves(builder: Builder, value: Value, rest: Sequence[Value]) -> Value:
    width = int(value.type.shape[-1])
    halves = [_columns(builder, value, start, start + width // 2) for start in (width // 2, 0)]
    return builder.emit("concat", halves, axis=1)[0]


def _plain(name: str, shape: Sequence[int], make: Callable[[Builder, Value], Value]) -> Probe:
    builder = Builder()
    x = builder.input("x", Type(_F32, tuple(shape)))
    return Probe(name, builder.finish([("y", make(builder, x))]))


def _walked(name: str, size: tuple[int, int], step: Step, *, mask: bool = False, steps: int = _STEPS) -> Probe:
    """A Scan whose body does the same a few times; one row of numbers, and of True if ``mask``, for each step."""
    builder = Builder()
    first = builder.input("h", Type(_F32, size))
    sequences = [builder.input("x", Type(_F32, (steps, *size)))]
    if mask:
        sequences.append(builder.input("mask", Type(_BOOL, (steps, *size))))
    types = [first.type, *(value.type.with_shape(value.type.shape[1:]) for value in sequences)]
    with builder.body(types) as block:
        state, *rest = block.params
        for _ in range(_OFTEN):
            state = step(builder, state, rest)
        block.results = (state,)
    made = builder.emit("scan", (first, *sequences), blocks=(block,), states=1, reverse=False)
    return Probe(f"{name} {list(size)}", builder.finish([("last", made[0])]))


# -- what goes round -------------------------------------------------------------------------------------------------


def _recurrences() -> Iterator[Probe]:
    for states, sequences, rows in ((1, 1, 0), (1, 1, 1), (1, 6, 0), (6, 1, 0), (4, 4, 4), (1, 1, 6)):
        yield _carrying(states, sequences, rows)
    for carried in (1, 5):
        yield _looping(carried)
    builder = Builder()
    x, condition = builder.input("x", Type(_F32, (8,))), builder.input("condition", Type(_BOOL, ()))
    with builder.body([]) as then:
        then.results = builder.emit("exp", (x,))
    with builder.body([]) as otherwise:
        otherwise.results = builder.emit("tanh", (x,))
    made = builder.emit("cond", (condition,), blocks=(then, otherwise))
    yield Probe("branch", builder.finish([("y", made[0])]))


def _carrying(states: int, sequences: int, rows: int) -> Probe:
    builder, size = Builder(), (1, 32)
    first = [builder.input(f"h{i}", Type(_F32, size)) for i in range(states)]
    read = [builder.input(f"x{i}", Type(_F32, (_STEPS, *size))) for i in range(sequences)]
    with builder.body([Type(_F32, size)] * (states + sequences)) as block:
        old, inputs = block.params[:states], block.params[states:]
        new = [builder.emit("add", (h, inputs[i % sequences]))[0] for i, h in enumerate(old)]
        for each in inputs[states:]:
            new[0] = builder.emit("add", (new[0], each))[0]
        given = [builder.emit("mul", (new[i % states], old[i % states]))[0] for i in range(min(rows, states))]
        given += [_powers(builder, new[0], i) for i in range(rows - len(given))]
        block.results = (*new, *given)
    made = builder.emit("scan", (*first, *read), blocks=(block,), states=states, reverse=False)
    name = f"{states} states, {sequences} sequences, {rows} rows"
    return Probe(name, builder.finish((f"y{i}", value) for i, value in enumerate(made)), _CHOSEN)


def _powers(builder: Builder, value: Value, number: int) -> Value:
    return builder.emit("mul", (value, builder.const(np.float32(0.5 + number))))[0]


def _looping(carried: int) -> Probe:
    builder = Builder()
    first = [builder.input(f"h{i}", Type(_F32, (1, 32))) for i in range(carried)]
    zero, last = builder.const(np.array(0, np.int64)), builder.const(np.array(UNKNOWN_LENGTH, np.int64))
    with builder.body([Type(_I64, ()), *(value.type for value in first)]) as block:
        count, *states = block.params
        after = builder.emit("add", (count, builder.const(np.array(1, np.int64))))[0]
        more = builder.emit("less", (after, last))[0]
        block.results = (more, *(_scaled(builder, state) for state in states))
    more = builder.emit("less", (zero, last))[0]
    made = builder.emit("loop", (more, *first), blocks=(block,))
    return Probe(f"a loop of {carried}", builder.finish((f"y{i}", value) for i, value in enumerate(made)))


# -- products --------------------------------------------------------------------------------------------------------


def _products() -> Iterator[Probe]:
    for rows in (1, 2, 4, 8, 32, 128):
        for width in (36, 128, 256, 512) if rows <= 4 else (36, 64, 128, 256) if rows <= 32 else (36, 128):
            yield _walked(f"product {width}", (rows, width), _product_of(width), steps=6)
    for shape, width in (((64, 128), 384), ((512, 128), 384), ((512, 256), 256)):
        matrix = _weights(shape[1], width)
        yield _plain(
            f"product {list(shape)} {width}",
            shape,
            lambda b, x, matrix=matrix: b.emit("matmul", (x, b.const(matrix, "w")))[0],  # type: ignore[misc]
        )


def _product_of(width: int) -> Step:
    numbers = iter(range(10**6))

    def step(builder: Builder, state: Value, rest: Sequence[Value]) -> Value:
        matrix = builder.const(_weights(width, width), f"w{next(numbers) % 3}")
        return builder.emit("add", (builder.emit("matmul", (state, matrix))[0], rest[0]))[0]

    return step


def _weights(depth: int, width: int) -> Array:
    return np.random.default_rng(depth + width).uniform(-1, 1, (depth, width)).astype(np.float32) / depth


def _large() -> Iterator[Probe]:
    for thousands in (16, 64, 256, 1024, 3072):
        yield _plain(f"add {thousands}k", (thousands, 1024), lambda b, x: b.emit("add", (x, b.const(np.float32(1))))[0])


# -- layers ----------------------------------------------------------------------------------------------------------


def _layers() -> Iterator[Probe]:
    for rows, units in _STATES:
        for name in GATES:
            yield _layer(name, rows, units)
        for name in GATES:
            yield _cell(name, rows, units)


def _layer(kind: str, rows: int, units: int) -> Probe:
    builder, columns = Builder(), GATES[kind] * units
    given = {
        "X": builder.input("x", Type(_F32, (_LAYER_STEPS, rows, units))),
        "W": builder.const(_weights(columns, units)[None], "w"),
        "R": builder.const(_weights(columns, units)[None], "r"),
        "B": builder.const(np.zeros((1, 2 * columns), np.float32), "b"),
    }
    activations = {"rnn": ("Tanh",), "gru": ("Sigmoid", "Tanh"), "lstm": ("Sigmoid", "Tanh", "Tanh")}[kind]
    made = builder.emit(
        kind,
        given.values(),
        inputs=tuple(given),
        hidden_size=units,
        direction="forward",
        activations=tuple((name, 0.0, 0.0) for name in activations),
        linear_before_reset=0,
    )
    return Probe(f"{kind} {[rows, units]}", builder.finish([("y", made[0]), ("last", made[1])]), _CHOSEN)


def _cell(kind: str, rows: int, units: int) -> Probe:
    """A layer as a Scan, with a product for each gate behind one of all inputs."""
    builder, count, size = Builder(), GATES[kind], (rows, units)
    first = [builder.input(f"h{i}", Type(_F32, size)) for i in range(2 if kind == "lstm" else 1)]
    x = builder.input("x", Type(_F32, (_LAYER_STEPS, *size)))
    (all_gates,) = builder.emit("matmul", (x, builder.const(_weights(units, count * units), "w")))
    (all_gates,) = builder.emit("add", (all_gates, builder.const(np.zeros(count * units, np.float32), "b")))
    read = [_columns(builder, all_gates, units * i, units * (i + 1)) for i in range(count)]
    with builder.body([Type(_F32, size)] * (len(first) + count)) as block:
        states, gates = block.params[: len(first)], block.params[len(first) :]

        def gate(number: int, state: Value, function: str) -> Value:
            product = builder.emit("matmul", (state, builder.const(_weights(units, units), f"w{number}")))[0]
            return builder.emit(function, builder.emit("add", (gates[number], product)))[0]

        def op(name: str, *operands: Value) -> Value:
            return builder.emit(name, operands)[0]

        if kind == "lstm":
            i, f, o = (gate(number, states[0], "sigmoid") for number in range(3))
            c = op("add", op("mul", f, states[1]), op("mul", i, gate(3, states[0], "tanh")))
            h = op("mul", o, op("tanh", c))
            block.results = (h, c, h)
        elif kind == "rnn":
            block.results = (gate(0, states[0], "tanh"),) * 2
        else:
            r, u = (gate(number, states[0], "sigmoid") for number in range(2))
            new = gate(2, op("mul", r, states[0]), "tanh")
            one = builder.const(np.float32(1))
            h = op("add", op("mul", u, states[0]), op("mul", op("sub", one, u), new))
            block.results = (h, h)
    made = builder.emit("scan", (*first, *read), blocks=(block,), states=len(first), reverse=False)
    name = f"{kind} in a Scan {list(size)}"
    return Probe(name, builder.finish([("last", made[0]), ("y", made[-1])]), _CHOSEN)


def _columns(builder: Builder, value: Value, start: int, end: int) -> Value:
    if (start, end) == (0, value.type.shape[-1]):
        return value
    ends = (builder.const(np.array([at])) for at in (start, end))
    return builder.emit("slice", (value, *ends), axes=(value.type.rank - 1,), steps=(1,))[0]
