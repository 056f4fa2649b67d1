"""Lengths are followed by name through the arithmetic that computes shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx.ir import Builder, Type, Value

F32 = np.dtype(np.float32)
FAR = 2**63 - 1


def ints(b: Builder, *numbers: int) -> Value:
    return b.const(np.array(numbers, np.int64))


def x_of(b: Builder, *shape: int | str) -> Value:
    return b.input("x", Type(F32, shape))


@pytest.mark.parametrize(
    ("shape", "target", "wanted"),
    [
        ((2, 3, 4), (-1, 4), (6, 4)),
        ((2, 3, 4), (24,), (24,)),
        (("T", 3, 4), (-1, 12), ("T", 12)),
        (("T", "B", 40), (-1, 40), ("d0", 40)),
        (("T", "B", 40), ("T", "B", 5, 8), ("T", "B", 5, 8)),
        (("T", "B", 40), ("T", "B", -1), ("T", "B", 40)),
        (("T", "B", 40), ("T", -1, 40), ("T", "B", 40)),
        (("T", "B", 40), ("B", -1), ("B", "d0")),
        (("T", 1, 40), (-1, 40), ("T", 40)),
        ((0, 3, 4), (0, -1), (0, 12)),
        (("B", 0), ("B", -1), ("B", 0)),
    ],
)
def test_reshape_infers_what_is_left_open(
    shape: tuple[int | str, ...], target: tuple[int | str, ...], wanted: tuple[int | str, ...]
) -> None:
    b = Builder()
    x = x_of(b, *shape)
    parts = []
    for dim in target:
        if isinstance(dim, int):
            parts.append(ints(b, dim))
        else:
            found = b.dim_value(dim)
            assert found is not None
            parts.append(b.emit("unsqueeze", [found], axes=(0,))[0])
    y = b.emit("reshape", [x, b.emit("concat", parts, axis=0)[0]])[0]
    assert y.type.shape == wanted


def test_the_shape_of_a_value_holds_its_lengths() -> None:
    b = Builder()
    assert b.emit("shape", [x_of(b, "T", "B", 40)])[0].content == ("T", "B", 40)


def shape_and(b: Builder, kind: str, *more: Value, **attrs: Any) -> Value:
    return b.emit(kind, [b.emit("shape", [x_of(b, "T", "B", 40)])[0], *more], **attrs)[0]


def test_lengths_pass_through_what_moves_them() -> None:
    b = Builder()
    assert shape_and(b, "slice", ints(b, 1), ints(b, FAR), axes=(0,), steps=(1,)).content == ("B", 40)
    assert shape_and(b, "slice", ints(b, -1), ints(b, -FAR), axes=(0,), steps=(-1,)).content == (40, "B", "T")
    assert shape_and(b, "gather", b.const(np.array(-2)), axis=0).content == ("B",)
    assert shape_and(b, "gather", ints(b, 2, 0), axis=0).content == (40, "T")
    assert shape_and(b, "concat", ints(b, 7), axis=0).content == ("T", "B", 40, 7)
    assert shape_and(b, "cast", dtype=np.dtype(np.int32)).content == ("T", "B", 40)
    assert shape_and(b, "identity").content == ("T", "B", 40)
    assert shape_and(b, "reshape", ints(b, -1)).content == ("T", "B", 40)
    batch = b.dim_value("B")
    assert batch is not None
    vector = b.emit("unsqueeze", [batch], axes=(0,))[0]
    assert vector.content == ("B",)
    assert b.emit("squeeze", [vector], axes=(0,))[0].content == ("B",)
    assert b.emit("reshape", [vector, ints(b)])[0].content == ("B",)
    assert b.emit("expand", [batch, ints(b, 3)])[0].content == ("B", "B", "B")


def test_arithmetic_of_numbers_is_known_and_of_names_is_not() -> None:
    b = Builder()
    last = shape_and(b, "gather", b.const(np.array(2)), axis=0)
    assert b.emit("mul", [last, b.const(np.array(2))])[0].content == (80,)
    first = shape_and(b, "gather", b.const(np.array(0)), axis=0)
    assert b.emit("mul", [first, b.const(np.array(2))])[0].content is None
    assert b.emit("cast", [b.const(np.array([1.7, -1.7]))], dtype=np.dtype(np.int64))[0].content == (1, -1)


def test_slices_keep_or_compute_lengths() -> None:
    b = Builder()
    x = x_of(b, "T", 5)

    def cut(start: int, end: int | Value, axis: int, step: int = 1) -> int | str:
        ends = ints(b, end) if isinstance(end, int) else b.emit("unsqueeze", [end], axes=(0,))[0]
        return b.emit("slice", [x, ints(b, start), ends], axes=(axis,), steps=(step,))[0].type.shape[axis]

    steps = b.dim_value("T")
    assert steps is not None
    assert cut(0, FAR, 0) == "T"
    assert cut(0, steps, 0) == "T"
    assert cut(-1, -FAR, 0, -1) == "T"
    assert cut(1, FAR, 0) not in ("T", 5)
    assert cut(2, 2, 0) == 0
    assert (cut(1, -1, 1), cut(-2, FAR, 1), cut(4, 0, 1, -2), cut(9, FAR, 1)) == (3, 2, 2, 0)


def test_ranges_and_one_hots_take_their_length_from_the_content() -> None:
    b = Builder()
    x_of(b, "T", 5)
    zero, one, steps = b.const(np.array(0)), b.const(np.array(1)), b.dim_value("T")
    assert steps is not None
    assert b.emit("range", [zero, steps, one])[0].type.shape == ("T",)
    assert b.emit("range", [one, b.const(np.array(8)), b.const(np.array(3))])[0].type.shape == (3,)
    assert b.emit("range", [b.const(np.array(1.0)), b.const(np.array(0.0)), b.const(np.array(-0.25))])[
        0
    ].type.shape == (4,)
    ids = b.input("ids", Type(np.dtype(np.int32), ("B",)))
    on, off = b.const(np.array(1, np.float32)), b.const(np.array(0, np.float32))
    assert b.emit("one_hot", [ids, steps, on, off], axis=-1)[0].type.shape == ("B", "T")
    assert b.emit("one_hot", [ids, b.const(np.array(3)), on, off], axis=0)[0].type.shape == (3, "B")


def test_equal_lengths_of_different_certainty_become_the_better_known() -> None:
    b = Builder()
    x, y = x_of(b, "T", "C"), b.input("y", Type(F32, ("U", 4)))
    assert b.emit("concat", [x, y], axis=0)[0].type.shape[1] == 4
    assert b.emit("matmul", [x, b.input("z", Type(F32, (4, 2)))])[0].type.shape == ("T", 2)
    assert b.emit("einsum", [x, y], equation="tc,uc->ctu")[0].type.shape == (4, "T", "U")
    assert b.emit(
        "conv",
        [b.input("c", Type(F32, ("B", 3, "T"))), b.const(np.ones((2, 3, 3), np.float32))],
        strides=(1,),
        pads=(1, 1),
        dilations=(1,),
        group=1,
    )[0].type.shape == ("B", 2, "T")


def test_padding_and_repeating_keep_untouched_lengths() -> None:
    b = Builder()
    x = x_of(b, "T", 5, 1)
    zero = b.const(np.array(0, np.float32))
    assert b.emit("pad", [x, ints(b, 0, 1, 0, 0, 2, 0), zero], mode="constant")[0].type.shape == ("T", 8, 1)
    assert b.emit("tile", [x, ints(b, 1, 2, 3)])[0].type.shape == ("T", 10, 3)
    counts = b.emit("concat", [ints(b, 1, 1), b.emit("unsqueeze", [b.dim_value("T")], axes=(0,))[0]], axis=0)[0]
    assert b.emit("tile", [x, counts])[0].type.shape == ("T", 5, "T")
    assert b.emit("expand", [x, b.emit("concat", [ints(b, 2), b.emit("shape", [x])[0]], axis=0)[0]])[0].type.shape == (
        2,
        "T",
        5,
        1,
    )
