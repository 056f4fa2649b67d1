"""Sums of products: matrix products, einsum, convolution; and pooling, which walks its input as convolution does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Value
from rnn2onnx.ir.kinds.elementwise import check_count, check_dtype, check_same_dtype, is_number
from rnn2onnx.ir.kinds.reductions import wide
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Type, broadcast_shapes, is_float, same_dim


def _matmul_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    dtype = check_same_dtype(values)
    check_dtype(values[0], is_number)
    a, b = (value.type.shape for value in values)
    if len(a) < 2 or len(b) < 2:
        raise ShapeError("a matrix has two axes at least")
    if same_dim(a[-1], b[-2]) is None:
        raise ShapeError(f"{a[-1]} columns do not meet {b[-2]} rows")
    return [Type(dtype, (*broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1]))]


def _matmul(attrs: Attrs, a: Array, b: Array) -> Array:
    return np.asarray(np.matmul(wide(a), wide(b)))


def einsum_terms(equation: str, count: int) -> tuple[list[str], str]:
    """The letters of each operand and of the result.

    Raises:
        ShapeError: The equation is not letters, commas and one arrow, or is not for ``count`` operands.
    """
    left, arrow, result = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or not all(all("a" <= c <= "z" for c in term) for term in [*terms, result]):
        raise ShapeError(f"the equation {equation!r} must be lower-case letters, commas and one '->'")
    if len(terms) != count:
        raise ShapeError(f"the equation {equation!r} is for {len(terms)} operands, not {count}")
    return terms, result


def _einsum_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    dtype = check_same_dtype(values)
    check_dtype(values[0], is_number)
    terms, result = einsum_terms(attrs["equation"], len(values))
    dims: dict[str, Dim] = {}
    for term, value in zip(terms, values, strict=True):
        if len(term) != value.type.rank:
            raise ShapeError(f"{term!r} names {len(term)} axes, but {value.type} has {value.type.rank}")
        for letter, dim in zip(term, value.type.shape, strict=True):
            joint = same_dim(dims.get(letter, dim), dim)
            if joint is None:
                raise ShapeError(f"the axis {letter!r} is {dims[letter]} and {dim}")
            dims[letter] = joint
    for letter in result:
        if letter not in dims:
            raise ShapeError(f"the axis {letter!r} of the result is in no operand")
    if len(set(result)) != len(result):
        raise ShapeError(f"the result {result!r} names an axis twice")
    return [Type(dtype, tuple(dims[letter] for letter in result))]


def _einsum(attrs: Attrs, *arrays: Array) -> Array:
    return np.asarray(np.einsum(attrs["equation"].replace(" ", ""), *map(wide, arrays)))


def _windows(dim: Dim, kernel: int, stride: int, pads: int, dilation: int = 1) -> Dim:
    if not isinstance(dim, int):
        return dim if stride == 1 and pads == dilation * (kernel - 1) else UNKNOWN
    reach = dilation * (kernel - 1) + 1
    if dim + pads < reach:
        raise ShapeError(f"a window of {reach} does not fit in {dim} elements with {pads} of padding")
    return (dim + pads - reach) // stride + 1


def _conv_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 2)
    dtype = check_same_dtype(values)
    check_dtype(values[0], is_float)
    x, w = (value.type for value in values)
    if x.rank < 3 or w.rank != x.rank:
        raise ShapeError(f"the input is [N, C, ...] and the kernel [O, I, ...] of equal ranks, not {x} and {w}")
    channels, depth, outputs, group = x.shape[1], w.shape[1], w.shape[0], attrs["group"]
    if isinstance(channels, int) and isinstance(depth, int) and channels != depth * group:
        raise ShapeError(f"{channels} channels are not {group} groups of {depth}")
    if isinstance(outputs, int) and outputs % group:
        raise ShapeError(f"{outputs} output channels do not divide into {group} groups")
    spatial: list[Dim] = []
    axes = x.rank - 2
    for i in range(axes):
        reach = w.shape[2 + i]
        if not isinstance(reach, int):
            raise ShapeError(f"the kernel's size must be known, not {w}")
        pads = attrs["pads"][i] + attrs["pads"][axes + i]
        spatial.append(_windows(x.shape[2 + i], reach, attrs["strides"][i], pads, attrs["dilations"][i]))
    return [Type(dtype, (x.shape[0], outputs, *spatial))]


def _padded(x: Array, pads: Sequence[int], fill: float) -> Array:
    axes = x.ndim - 2
    return np.pad(x, [(0, 0), (0, 0), *((pads[i], pads[axes + i]) for i in range(axes))], constant_values=fill)


def _taps(
    x: Array, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """For each place in the window, the elements of ``x`` that stand there in every window."""
    sizes = [
        max(0, (n - d * (k - 1) - 1) // s + 1)
        for n, k, s, d in zip(x.shape[2:], kernel, strides, dilations, strict=True)
    ]
    for place in itertools.product(*map(range, kernel)):
        spans = [
            slice(p * d, p * d + max(0, (n - 1) * s + 1), s)
            for p, d, n, s in zip(place, dilations, sizes, strides, strict=True)
        ]
        window = (slice(None), slice(None), *spans)
        yield place, x[window]


def _conv(attrs: Attrs, x: Array, w: Array) -> Array:
    x, w = wide(_padded(x, attrs["pads"], 0)), wide(w)
    outputs = []
    group = attrs["group"]
    for xs, ws in zip(np.split(x, group, axis=1), np.split(w, group), strict=True):
        taps = _taps(xs, w.shape[2:], attrs["strides"], attrs["dilations"])
        index: tuple[Any, ...] = (...,)
        outputs.append(sum(np.einsum("nc...,oc->no...", part, ws[index + place]) for place, part in taps))
    return np.concatenate(outputs, axis=1)


def _pool_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    check_count(values, 1)
    check_dtype(values[0], is_float)
    type, kernel, pads = values[0].type, attrs["kernel"], attrs["pads"]
    axes = len(kernel)
    if type.rank != axes + 2:
        raise ShapeError(f"a window of {axes} axes needs [N, C] and as many more, not {type}")
    if any(pads[i] >= kernel[i] or pads[axes + i] >= kernel[i] for i in range(axes)):
        raise ShapeError(f"the padding {pads} must be less than the window {kernel}")
    spatial = [
        _windows(type.shape[2 + i], kernel[i], attrs["strides"][i], pads[i] + pads[axes + i]) for i in range(axes)
    ]
    return [type.with_shape((*type.shape[:2], *spatial))]


def _max_pool(attrs: Attrs, x: Array) -> Array:
    kernel = attrs["kernel"]
    taps = _taps(_padded(x, attrs["pads"], -np.inf), kernel, attrs["strides"], [1] * len(kernel))
    return np.asarray(np.max(np.stack([part for _, part in taps]), axis=0))


def _average_pool(attrs: Attrs, x: Array) -> Array:
    kernel, x = attrs["kernel"], wide(x)

    def total(array: Array) -> Array:
        taps = _taps(_padded(array, attrs["pads"], 0), kernel, attrs["strides"], [1] * len(kernel))
        return np.asarray(sum(part for _, part in taps))

    return np.asarray(total(x) / total(np.ones_like(x)))


add_kind(Kind("matmul", _matmul_type, _matmul))
add_kind(Kind("einsum", _einsum_type, _einsum))
add_kind(Kind("conv", _conv_type, _conv))
add_kind(Kind("max_pool", _pool_type, _max_pool))
add_kind(Kind("average_pool", _pool_type, _average_pool))
