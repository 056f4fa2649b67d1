"""Bodies that compute the same are alike; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn2onnx.ir import Block, Builder, Type
from rnn2onnx.ir.alike import bodies_alike

ROW = Type(np.dtype(np.float32), ("b", 2))
Make = Callable[[Builder, Any, Any], Any]


def body(builder: Builder, make: Make, type: Type = ROW) -> Block:
    with builder.body([type, type]) as block:
        block.results = (make(builder, *block.params),)
    return block


def tanh(builder: Builder, x: Any, h: Any) -> Any:
    return builder.emit("tanh", builder.emit("add", (x, h)))[0]


def swapped(builder: Builder, x: Any, h: Any) -> Any:
    return builder.emit("tanh", builder.emit("add", (h, x)))[0]


def reduced(axis: int) -> Make:
    return lambda builder, x, h: builder.emit("reduce_sum", (x,), axes=(axis,), keepdims=True)[0]


def scaled(by: float, size: int) -> Make:
    return lambda builder, x, h: builder.emit("mul", (x, builder.const(np.full([size, 1, 2], by, np.float32))))[0]


def branching(kind: str) -> Make:
    def make(builder: Builder, x: Any, h: Any) -> Any:
        flag = builder.const(np.array(True))
        with builder.body([]) as then:
            then.results = builder.emit(kind, (x,))
        with builder.body([]) as otherwise:
            otherwise.results = (h,)
        return builder.emit("cond", (flag,), blocks=(then, otherwise))[0]

    return make


def first_and_dead(builder: Builder, x: Any, h: Any) -> Any:
    builder.emit("exp", (h,))
    return tanh(builder, x, h)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (tanh, tanh),
        (tanh, first_and_dead),
        (reduced(0), reduced(0)),
        (scaled(2.0, 100), scaled(2.0, 100)),
        (branching("tanh"), branching("tanh")),
        (lambda builder, x, h: h, lambda builder, x, h: h),
    ],
)
def test_alike(first: Make, second: Make) -> None:
    builder = Builder()
    assert bodies_alike(body(builder, first), body(builder, second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (tanh, swapped),
        (tanh, lambda builder, x, h: builder.emit("add", (x, h))[0]),
        (reduced(0), reduced(1)),
        (scaled(2.0, 100), scaled(3.0, 100)),
        (scaled(2.0, 1), scaled(3.0, 1)),
        (scaled(2.0, 1), scaled(2.0, 100)),
        (branching("tanh"), branching("exp")),
        (lambda builder, x, h: x, lambda builder, x, h: h),
    ],
)
def test_not_alike(first: Make, second: Make) -> None:
    builder = Builder()
    assert not bodies_alike(body(builder, first), body(builder, second))


def test_bodies_with_parameters_of_other_types_are_not_alike() -> None:
    builder = Builder()
    assert not bodies_alike(body(builder, tanh), body(builder, tanh, Type(np.dtype(np.float32), ("c", 2))))


def test_bodies_that_read_other_outer_values_are_not_alike() -> None:
    builder = Builder()
    a, b = builder.input("a", ROW), builder.input("b", ROW)
    read = [body(builder, lambda builder, x, h, v=v: builder.emit("add", (x, v))[0]) for v in (a, a, b)]
    assert bodies_alike(read[0], read[1])
    assert not bodies_alike(read[0], read[2])


def test_random_numbers_of_other_seeds_are_not_alike() -> None:
    builder = Builder()
    shape = builder.const(np.array([2]))

    def drawn(seed: int) -> Make:
        options = {"distribution": "normal", "a": 0.0, "b": 1.0, "dtype": np.dtype(np.float32)}
        return lambda builder, x, h: builder.emit("add", (x, *builder.emit("random", (shape,), seed=seed, **options)))[
            0
        ]

    assert bodies_alike(body(builder, drawn(1)), body(builder, drawn(1)))
    assert not bodies_alike(body(builder, drawn(1)), body(builder, drawn(2)))
