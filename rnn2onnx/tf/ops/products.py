"""Sums of products: matrix products, tensordot, einsum."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.joining import tensors_of
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.pairs import pair
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.agreement import agree_lengths, shown
from rnn2onnx.tf.shapes.static_value import axis_of, static_ints

__all__ = ["einsum", "matmul", "matvec", "tensordot"]


@operator("matmul")
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product over the last two axes, the axes before them broadcast.

    Args:
        a: [..., M, K].
        b: [..., K, N].
        transpose_a: Exchange the last two axes of ``a`` before.
        transpose_b: The same for ``b``.
        adjoint_a: The same as ``transpose_a`` for real numbers.
        adjoint_b: The same as ``transpose_b``.
        a_is_sparse: A hint without meaning here.
        b_is_sparse: A hint without meaning here.
        name: The result's name.

    Raises:
        ShapeError: An operand has fewer than two axes, or the inner lengths differ.
        ArgumentError: Both a transpose and an adjoint are asked for.
        DTypeError: The dtypes differ.

    Source:
        ``tf.matmul``.
    """
    for transposed, adjoint, side in ((transpose_a, adjoint_a, "a"), (transpose_b, adjoint_b, "b")):
        if transposed and adjoint:
            raise ArgumentError(f"Only one of transpose_{side} and adjoint_{side} can be True.", user_location())
    x, y = _matrices(a, b)
    x = _turned(x) if transpose_a or adjoint_a else x
    y = _turned(y) if transpose_b or adjoint_b else y
    agree_lengths(x, len(x.dims) - 1, y, len(y.dims) - 2, "MatMul")
    return emit("matmul", x, y, name=name)


def _matrices(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    x, y = pair(a, b)
    for side in (x, y):
        if len(side.dims) < 2:
            raise ShapeError(
                f"Shape must be rank 2 but is rank {len(side.dims)} for MatMul with input shapes: {shown(x.dims)}, "
                f"{shown(y.dims)}. Add an axis with tf.expand_dims, or use tf.tensordot.",
                user_location(),
            )
    return x, y


def _turned(x: Tensor) -> Tensor:
    rank = len(x.dims)
    return emit("transpose", x, perm=(*range(rank - 2), rank - 1, rank - 2))


def matvec(a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False, name: str | None = None) -> Tensor:
    """The product of a matrix and a vector. Source: ``tf.linalg.matvec``."""
    vector = convert_to_tensor(b)
    column = emit("unsqueeze", vector, axes=(len(vector.dims),))
    product = matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a)
    return emit("squeeze", product, name=name, axes=(len(product.dims) - 1,))


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products over pairs of axes.

    Args:
        a: A tensor.
        b: Another.
        axes: A number n: the last n axes of ``a`` with the first n of ``b``; or two lists of axes, or two axes.
        name: The result's name.

    Raises:
        ShapeError: Paired lengths differ. ArgumentError: The axes don't pair up.

    Source:
        ``tf.tensordot``.
    """
    x, y = pair(a, b)
    left, right = _paired_axes(x, y, axes)
    for i, j in zip(left, right, strict=True):
        agree_lengths(x, i, y, j, "tf.tensordot")
    if left == [len(x.dims) - 1] and right == [0] and len(x.dims) > 1 and 1 <= len(y.dims) <= 2:
        return _dense(x, y, name)
    letters = iter(string.ascii_lowercase)
    first = [next(letters) for _ in x.dims]
    second = [first[left[right.index(j)]] if j in right else next(letters) for j in range(len(y.dims))]
    kept = [c for i, c in enumerate(first) if i not in left] + [c for j, c in enumerate(second) if j not in right]
    return emit("einsum", x, y, name=name, equation=f"{''.join(first)},{''.join(second)}->{''.join(kept)}")


def _dense(x: Tensor, y: Tensor, name: str | None) -> Tensor:
    if len(y.dims) == 2:
        return emit("matmul", x, y, name=name)
    product = emit("matmul", x, emit("unsqueeze", y, axes=(1,)))
    return emit("squeeze", product, name=name, axes=(len(product.dims) - 1,))


def _paired_axes(x: Tensor, y: Tensor, axes: Any) -> tuple[list[int], list[int]]:
    if isinstance(axes, list | tuple) and len(axes) == 2:
        left, right = (static_ints(side, "the axes of tf.tensordot") for side in axes)
    else:
        numbers = static_ints(axes, "the axes of tf.tensordot")
        if len(numbers) == 1:
            count = numbers[0]
            if not 0 <= count <= min(len(x.dims), len(y.dims)):
                raise ArgumentError(
                    f"`axes` must be at most the number of axes of both tensors, {len(x.dims)} and {len(y.dims)}. "
                    f"Received: {count}",
                    user_location(),
                )
            return list(range(len(x.dims) - count, len(x.dims))), list(range(count))
        half = len(numbers) // 2
        left, right = numbers[:half], numbers[half:]
    if len(left) != len(right):
        raise ArgumentError(
            f"Different number of contraction axes `a` and `b`, {len(left)} != {len(right)}.", user_location()
        )
    return [axis_of(i, len(x.dims), "the axis") for i in left], [axis_of(j, len(y.dims), "the axis") for j in right]


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """The sum of products that an equation such as ``"bij,bjk->bik"`` says.

    Without an arrow, the result's axes are the letters that occur once, in the order of the alphabet. An ellipsis
    stands for axes that are broadcast.

    Raises:
        ArgumentError: The equation is not one, or is for another number of operands. ShapeError: lengths differ.

    Source:
        ``tf.einsum``.
    """
    name = kwargs.pop("name", None)
    kwargs.pop("optimize", None)
    if kwargs:
        raise ArgumentError(f"tf.einsum has no argument {', '.join(kwargs)}.", user_location())
    if len(inputs) == 1 and isinstance(inputs[0], list | tuple):
        inputs = tuple(inputs[0])
    tensors = tensors_of(inputs, "'inputs' of 'einsum'")
    terms, result = _terms(equation, tensors)
    _agree_letters(terms, tensors)
    return _product(terms, result, tensors, name)


def _terms(equation: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each operand and of the result: small ones, no ellipsis."""
    left, arrow, result = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        raise ArgumentError(
            f'Got {len(tensors)} inputs for equation "{equation}", expecting {len(terms)}', user_location()
        )
    if not arrow:
        every = left.replace(",", "").replace("...", "")
        result = ("..." if "..." in left else "") + "".join(sorted(c for c in set(every) if every.count(c) == 1))
    letters = dict.fromkeys(c for c in left if c not in ",.")
    if not all(c in string.ascii_letters for c in letters):
        raise ArgumentError(f'"{equation}" is no equation of letters, commas and an arrow.', user_location())
    depth = max((_ellipsis(t, x, equation) for t, x in zip(terms, tensors, strict=True) if "..." in t), default=0)
    free = [c for c in string.ascii_letters if c not in letters]
    batch = free[:depth]
    spread = [
        t.replace("...", "".join(batch[depth - _ellipsis(t, x, equation) :]))
        for t, x in zip(terms, tensors, strict=True)
    ]
    result = result.replace("...", "".join(batch))
    small = dict(zip(dict.fromkeys("".join(spread)), string.ascii_lowercase, strict=False))
    for term, tensor in zip(spread, tensors, strict=True):
        if len(term) != len(tensor.dims):
            raise ShapeError(
                f'"{equation}" names {len(term)} axes of a tensor of shape {shown(tensor.dims)}.', user_location()
            )
    missing = [c for c in result if c not in small]
    if missing or len(set(result)) != len(result):
        raise ArgumentError(
            f'The result of "{equation}" must name each axis once, and only axes of the operands.', user_location()
        )
    return ["".join(small[c] for c in t) for t in spread], "".join(small[c] for c in result)


def _ellipsis(term: str, tensor: Tensor, equation: str) -> int:
    """How many axes the ellipsis of a term stands for."""
    if "..." not in term:
        return 0
    count = len(tensor.dims) - (len(term) - 3)
    if count < 0:
        raise ShapeError(
            f'"{equation}" names more axes than a tensor of shape {shown(tensor.dims)} has.', user_location()
        )
    return count


def _agree_letters(terms: Sequence[str], tensors: Sequence[Tensor]) -> None:
    first: dict[str, tuple[Tensor, int]] = {}
    for term, tensor in zip(terms, tensors, strict=True):
        for axis, letter in enumerate(term):
            if letter in first:
                agree_lengths(*first[letter], tensor, axis, f"the axis {letter!r} of tf.einsum")
            else:
                first[letter] = (tensor, axis)


def _product(terms: Sequence[str], result: str, tensors: Sequence[Tensor], name: str | None) -> Tensor:
    """A plain product with a matrix as a matmul, which the compiler knows best; an einsum otherwise."""
    if len(terms) == 2:
        a, b = terms
        if len(b) == 2 and len(a) > 1 and a[-1] == b[0] and result == a[:-1] + b[1] and len(set(a + b)) == len(a) + 1:
            return emit("matmul", *tensors, name=name)
    return emit("einsum", *tensors, name=name, equation=f"{','.join(terms)}->{result}")
