"""Random words of the language, each on operands that fit it and with a bound on its results' elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rnn2onnx.ir import Builder, Dim, Type, Value
from rnn2onnx.ir.types import Shape, broadcast_shapes

F32, I64, BOOL = np.dtype(np.float32), np.dtype(np.int64), np.dtype(bool)
LARGE = 8.0
"""Floats grow no further than this before they are squashed; integers than a thousand."""


class Words:
    """A builder with the values in scope and a bound on each one's elements."""

    def __init__(self, draw: Any, rng: np.random.Generator, ops: int) -> None:
        self.draw, self.rng, self.ops = draw, rng, ops
        self.builder = Builder("random")
        self.pool: list[Value] = []
        self.bound: dict[Value, float] = {}
        self.depth = 0
        self.words: list[Callable[[], None]] = [
            self.unary, self.binary, self.binary, self.matmul, self.concat, self.cut, self.transpose, self.flatten,
            self.expand, self.axis_of_one, self.reduce, self.softmax, self.choose, self.compare, self.logic,
            self.count_up, self.cast, self.look_up, self.one_hot, self.cumsum, self.reverse, self.pad,
            self.reverse_sequence, self.length, self.einsum,
        ]  # fmt: skip

    # -- values -----------------------------------------------------------------------------------------------------

    def input(self, name: str, type: Type) -> None:
        self.keep(self.builder.input(name, type), 1.0 if type.dtype == F32 else 10.0)

    def keep(self, value: Value, bound: float) -> Value:
        """Puts a value into scope, squashed if its elements may be large."""
        if value.type.dtype == F32 and bound > LARGE:
            value, bound = self.builder.emit("tanh", (value,))[0], 1.0
        if value.type.dtype == I64 and bound > 1000:
            limits = [self.builder.const(np.array(n)) for n in (-1000, 1000)]
            low = self.builder.emit("maximum", (value, limits[0]))[0]
            value, bound = self.builder.emit("minimum", (low, limits[1]))[0], 1000.0
        self.bound[value] = max(bound, self.bound.get(value, 0.0))
        self.pool.append(value)
        return value

    def emit(self, kind: str, *operands: Value, bound: float, **attrs: Any) -> Value:
        return self.keep(self.builder.emit(kind, operands, **attrs)[0], bound)

    def const(self, array: Any) -> Value:
        return self.builder.const(np.asarray(array))

    def weight(self, *shape: int) -> Value:
        value = self.const(self.rng.uniform(-0.7, 0.7, shape).astype(np.float32))
        self.bound[value] = 0.7
        return value

    def pick(self, test: Callable[[Value], bool]) -> Value | None:
        """One of the latest values in scope that pass a test; None if there is none."""
        found = [value for value in self.pool if test(value)][-6:]
        return self.draw(st.sampled_from(found[::-1])) if found else None

    def float_of(self, rank: int = 0) -> Value | None:
        return self.pick(lambda value: value.type.dtype == F32 and value.type.rank >= rank)

    def rows(self, type: Type) -> Value:
        """A value of exactly this type: one in scope, or a new one."""
        found = self.pick(lambda value: value.type == type)
        if found is not None and self.draw(st.integers(0, 3)):
            return found
        if type.dtype == F32:
            found = self.pick(lambda v: v.type.dtype == F32 and v.type.rank == 2 and v.type.shape[0] == type.shape[0])
            if found is not None and isinstance(found.type.shape[1], int) and isinstance(type.shape[-1], int):
                product = self.builder.emit("matmul", (found, self.weight(found.type.shape[1], type.shape[-1])))
                return self.keep(self.builder.emit("tanh", product)[0], 1.0)
            base = self.weight(*(dim if isinstance(dim, int) else 1 for dim in type.shape))
        else:
            base = self.const(np.zeros([1] * type.rank, np.int64))
        if type.static and base.type == type:
            return self.keep(base, 0.7)
        shape = self.shape(type.shape)
        return self.keep(self.builder.emit("expand", (base, shape), types=[type])[0], 0.7)

    def shape(self, dims: tuple[Dim, ...]) -> Value:
        parts = []
        for dim in dims:
            length = self.builder.dim_value(dim)
            assert length is not None
            parts.append(self.builder.emit("unsqueeze", (length,), axes=(0,))[0])
        return self.builder.emit("concat", parts, axis=0)[0] if parts else self.const(np.zeros(0, np.int64))

    def fill(self) -> None:
        """Emits some random words into the open block."""
        for _ in range(self.draw(st.integers(1, max(1, self.ops - 3 * self.depth)))):
            self.draw(st.sampled_from(self.words))()

    # -- words ------------------------------------------------------------------------------------------------------

    def unary(self) -> None:
        x = self.float_of()
        kind = self.draw(
            st.sampled_from(["tanh", "sigmoid", "neg", "abs", "relu", "softsign", "sin", "elu", "identity"])
        )
        if x is not None:
            attrs = {"alpha": 1.0} if kind == "elu" else {}
            self.emit(kind, x, bound=1.0 if kind in ("tanh", "sigmoid", "sin") else self.bound[x], **attrs)

    def joinable(self, a: Value) -> Callable[[Value], bool]:
        return lambda b: b.type.dtype == a.type.dtype and _broadcast(a.type.shape, b.type.shape)

    def binary(self) -> None:
        a = self.float_of()
        if a is None:
            return
        last = a.type.shape[-1] if a.type.rank else 1
        b = self.pick(self.joinable(a))
        if (b is None or self.draw(st.booleans())) and isinstance(last, int):
            b = self.weight(last)
        if b is None:
            return
        kind = self.draw(st.sampled_from(["add", "sub", "mul", "minimum", "maximum"]))
        x, y = self.bound[a], self.bound[b]
        self.emit(kind, a, b, bound=x * y if kind == "mul" else x + y)

    def matmul(self) -> None:
        x = self.pick(lambda v: v.type.dtype == F32 and v.type.rank >= 2 and isinstance(v.type.shape[-1], int))
        if x is not None:
            depth = int(x.type.shape[-1])
            weight = self.weight(depth, self.draw(st.integers(1, 4)))
            self.emit("matmul", x, weight, bound=0.7 * max(1, depth) * self.bound[x])

    def einsum(self) -> None:
        x = self.pick(lambda v: v.type.dtype == F32 and v.type.rank == 3 and isinstance(v.type.shape[2], int))
        if x is not None:
            depth = int(x.type.shape[2])
            self.emit("einsum", x, self.weight(depth, 2), bound=max(1, depth) * self.bound[x], equation="tbi,ij->btj")

    def concat(self) -> None:
        a = self.float_of(1)
        if a is not None:
            b = self.pick(lambda v: v.type.dtype == F32 and v.type.rank > 0 and v.type.shape[:-1] == a.type.shape[:-1])
            if b is not None:
                self.emit("concat", a, b, bound=max(self.bound[a], self.bound[b]), axis=a.type.rank - 1)

    def cut(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0)
        if x is not None:
            start, end = (self.draw(st.sampled_from([-9, -2, -1, 0, 1, 2, 2**40])) for _ in range(2))
            axis, step = self.draw(st.integers(0, x.type.rank - 1)), self.draw(st.sampled_from([1, 1, 2, -1]))
            ends = self.const(np.array([start])), self.const(np.array([end]))
            self.emit("slice", x, *ends, bound=self.bound[x], axes=(axis,), steps=(step,))

    def transpose(self) -> None:
        x = self.pick(lambda v: v.type.rank > 1)
        if x is not None:
            perm = self.draw(st.permutations(range(x.type.rank)))
            self.emit("transpose", x, bound=self.bound[x], perm=tuple(perm))

    def flatten(self) -> None:
        x = self.pick(lambda v: v.type.rank == 3 and v.type.shape[2] not in (0,) and isinstance(v.type.shape[2], int))
        if x is not None:
            self.emit("reshape", x, self.const(np.array([-1, x.type.shape[2]])), bound=self.bound[x])

    def expand(self) -> None:
        x, like = self.float_of(), self.float_of(1)
        if x is not None and like is not None and x.type.rank <= like.type.rank:
            tail = like.type.shape[like.type.rank - x.type.rank :]
            if all(dim in (1, wanted) for dim, wanted in zip(x.type.shape, tail, strict=True)):
                self.emit("expand", x, self.builder.shape_of(like), bound=self.bound[x])

    def axis_of_one(self) -> None:
        x = self.pick(lambda v: v.type.rank < 4)
        if x is not None:
            if 1 in x.type.shape and self.draw(st.booleans()):
                self.emit("squeeze", x, bound=self.bound[x], axes=(x.type.shape.index(1),))
            else:
                self.emit("unsqueeze", x, bound=self.bound[x], axes=(self.draw(st.integers(0, x.type.rank)),))

    def reduce(self) -> None:
        x = self.float_of(1)
        if x is not None:
            axis = self.draw(st.integers(0, x.type.rank - 1))
            length = x.type.shape[axis]
            kinds = ["reduce_sum"]
            if isinstance(length, int) and length:
                kinds += ["reduce_mean", "reduce_max", "reduce_min"]
            kind = self.draw(st.sampled_from(kinds))
            bound = self.bound[x] * (10 if kind == "reduce_sum" else 1)
            self.emit(kind, x, bound=bound, axes=(axis,), keepdims=self.draw(st.booleans()))

    def softmax(self) -> None:
        x = self.pick(lambda v: v.type.dtype == F32 and v.type.rank > 0 and v.type.shape[-1] in (1, 2, 3, 4, 5))
        if x is not None:
            kind = self.draw(st.sampled_from(["softmax", "log_softmax"]))
            bound = 1.0 if kind == "softmax" else 2 * self.bound[x] + 2
            self.emit(kind, x, bound=bound, axis=x.type.rank - 1)

    def choose(self) -> None:
        test = self.pick(lambda v: v.type.dtype == BOOL)
        if test is None:
            return
        shape = test.type.shape
        a = self.pick(lambda v: v.type.dtype == F32 and _broadcast(v.type.shape, shape))
        if a is not None:
            joint = broadcast_shapes(a.type.shape, shape)
            b = self.pick(lambda v: v.type.dtype == F32 and _broadcast(v.type.shape, joint)) or a
            self.emit("where", test, a, b, bound=max(self.bound[a], self.bound[b]))

    def compare(self) -> None:
        a = self.pick(lambda v: v.type.dtype == I64)
        if a is not None:
            b = self.pick(self.joinable(a)) if self.draw(st.booleans()) else None
            if b is None:
                b = self.const(np.array(self.draw(st.integers(-1, 4))))
            kind = self.draw(st.sampled_from(["less", "less_equal", "greater", "greater_equal", "equal"]))
            self.emit(kind, a, b, bound=1.0)

    def logic(self) -> None:
        a = self.pick(lambda v: v.type.dtype == BOOL)
        if a is not None:
            b = self.pick(self.joinable(a))
            kind = self.draw(st.sampled_from(["and", "or", "xor", "not"]))
            if kind == "not" or b is None:
                self.emit("not", a, bound=1.0)
            else:
                self.emit(kind, a, b, bound=1.0)

    def count_up(self) -> None:
        a = self.pick(lambda v: v.type.dtype == I64)
        if a is not None:
            b = self.pick(self.joinable(a)) if self.draw(st.booleans()) else None
            if b is None:
                b = self.const(np.array(self.draw(st.integers(-2, 3))))
            kind = self.draw(st.sampled_from(["add", "sub", "minimum", "maximum"]))
            self.emit(kind, a, b, bound=self.bound[a] + self.bound.get(b, 3.0))

    def cast(self) -> None:
        x = self.pick(lambda v: v.type.dtype != F32)
        if x is not None:
            self.emit("cast", x, bound=self.bound[x], dtype=F32)

    def look_up(self) -> None:
        ids = self.pick(lambda v: v.type.dtype == I64 and v.type.rank < 3)
        if ids is not None:
            low = self.builder.emit("maximum", (ids, self.const(np.array(0))))[0]
            safe = self.builder.emit("minimum", (low, self.const(np.array(3))))[0]
            self.emit("gather", self.weight(4, 2), safe, bound=0.7, axis=0)

    def one_hot(self) -> None:
        ids = self.pick(lambda v: v.type.dtype == I64 and v.type.rank < 3)
        if ids is not None:
            ends = self.const(np.float32(1)), self.const(np.float32(0))
            self.emit("one_hot", ids, self.const(np.array(3)), *ends, bound=1.0, axis=-1)

    def cumsum(self) -> None:
        x = self.float_of(1)
        if x is not None:
            axis = self.draw(st.integers(0, x.type.rank - 1))
            exclusive, reverse = self.draw(st.booleans()), self.draw(st.booleans())
            self.emit("cumsum", x, bound=10 * self.bound[x], axis=axis, exclusive=exclusive, reverse=reverse)

    def reverse(self) -> None:
        x = self.pick(lambda v: v.type.rank > 0)
        if x is not None:
            self.emit("reverse", x, bound=self.bound[x], axes=(self.draw(st.integers(0, x.type.rank - 1)),))

    def reverse_sequence(self) -> None:
        x = self.pick(lambda v: v.type.rank > 1 and v.type.shape[1] == "B")
        lengths = self.pick(lambda v: v.type == Type(I64, ("B",)))
        if x is not None and lengths is not None:
            self.emit("reverse_sequence", x, lengths, bound=self.bound[x], seq_axis=0, batch_axis=1)

    def pad(self) -> None:
        x = self.float_of(1)
        if x is not None:
            pads = np.zeros(2 * x.type.rank, np.int64)
            pads[self.draw(st.integers(0, len(pads) - 1))] = 1
            fill = self.const(np.float32(0.5))
            self.emit("pad", x, self.const(pads), fill, bound=max(0.5, self.bound[x]), mode="constant")

    def length(self) -> None:
        x = self.pick(lambda v: any(isinstance(dim, str) for dim in v.type.shape))
        if x is not None:
            dim = next(dim for dim in x.type.shape if isinstance(dim, str))
            value = self.builder.dim_value(dim)
            assert value is not None
            self.keep(value, 10.0)


def _broadcast(a: Shape, b: Shape) -> bool:
    """Whether two shapes broadcast whatever their named lengths are."""
    return all(x == y or 1 in (x, y) for x, y in zip(a[::-1], b[::-1], strict=False))
