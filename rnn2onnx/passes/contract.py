"""``contract``: sums of products are matrix products, of the form that the engine runs fastest.

Attention writes ``sum(weights[:, :, None] * memory, 1)``: a product as large as the memory, and then its sum. As a
matrix product for each row of the batch it is neither stored nor read again. A product with a matrix of one column,
which the engine pads to sixteen, is that of the column with the transposed rows.

Measured on onnxruntime 1.31 and one thread, 8 rows of 40 x 128 numbers: 13 µs become 7, of 1000 x 128 numbers 238
become 66; scores, ``sum(keys * query[:, None], 2)``: 16 become 7, 299 become 68; one column: 15 become 5, 302 become
76.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Builder, Dim, Graph, Location, Op, Value, constant, replay, uses, walk
from rnn2onnx.passes.distributing.invariants import hoist
from rnn2onnx.passes.report import Report

_DTYPES = {np.dtype(np.float32), np.dtype(np.float64)}
"""Those that the engine multiplies matrices of."""


@dataclass(frozen=True)
class Contract:
    """Sums of products become matrix products."""

    name: ClassVar[str] = "contract"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with matrix products for sums of products that nothing else needs."""
        count = uses(graph.block)
        wanted = {op.results for op in walk(graph.block) if _is_sum_of_products(op, count)}
        wanted |= {op.results for op in walk(graph.block) if op.kind.name == "reshape" and count[op.operands[0]] == 1}

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            if op.kind.name == "matmul":
                return _column(builder, op)
            if op.results not in wanted:
                return None
            return _summed(builder, op) if op.kind.name == "reduce_sum" else _shaped(builder, op)

        return hoist(replay(graph, (rule,)))


# -- sums of products --------------------------------------------------------------------------------------------------


def _is_sum_of_products(op: Op, count: Mapping[Value, int]) -> bool:
    if op.kind.name != "reduce_sum" or len(op.attrs["axes"]) != 1 or op.attrs["keepdims"]:
        return False
    (product,) = op.operands
    return product.op is not None and product.op.kind.name == "mul" and count[product] == 1


def _summed(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The sum over one of the last two axes of a product, of which one side is the same all along the other."""
    product, (over,) = op.operands[0].op, op.attrs["axes"]
    if product is None or product.kind.name != "mul" or op.operands[0].type.dtype not in _DTYPES:
        return None
    for full, thin in (product.operands, product.operands[::-1]):
        rank = full.type.rank
        if over >= rank - 2 >= 1 and full.type.shape[over] != 1 and _is_thin(thin, full, over):
            return _product(builder, op.location, full, thin, over)
    return None


def _is_thin(thin: Value, full: Value, over: int) -> bool:
    """Whether one side has the axes of the other, but 1 or nothing for the last or last but one, which is not summed.

    What spreads over rows that may be none is left alone: the engine refuses such products.
    """
    rank, shape = full.type.rank, full.type.shape
    if thin.type.rank == 1:
        return over == rank - 1 and thin.type.shape == shape[over:]
    along = _beside(over, rank)
    expected: list[Dim] = list(shape)
    expected[along] = 1
    return thin.type.shape == tuple(expected) and shape[along] != 1


def _beside(over: int, rank: int) -> int:
    return rank - 1 if over == rank - 2 else rank - 2


def _product(builder: Builder, location: Location, full: Value, thin: Value, over: int) -> Sequence[Value]:
    rank = full.type.rank
    if thin.type.rank == 1:
        column = builder.emit("unsqueeze", (thin,), axes=(1,), location=location)[0]
        return (_squeezed(builder, _times(builder, full, column, location), rank - 1, location),)
    # What was 1 is summed now, and the other way round.
    turned = _squeezed(builder, thin, _beside(over, rank), location)
    if over == rank - 1:
        turned = builder.emit("unsqueeze", (turned,), axes=(rank - 1,), location=location)[0]
        return (_squeezed(builder, _times(builder, full, turned, location), rank - 1, location),)
    turned = builder.emit("unsqueeze", (turned,), axes=(rank - 2,), location=location)[0]
    made = builder.emit("matmul", (turned, full), location=location)[0]
    return (_squeezed(builder, made, rank - 2, location),)


def _squeezed(builder: Builder, value: Value, axis: int, location: Location) -> Value:
    """A value without an axis of length 1."""
    if value.op is not None and value.op.kind.name == "unsqueeze" and value.op.attrs["axes"] == (axis,):
        return value.op.operands[0]
    return builder.emit("squeeze", (value,), axes=(axis,), location=location)[0]


# -- matrices of one column --------------------------------------------------------------------------------------------


def _times(builder: Builder, rows: Value, matrix: Value, location: Location) -> Value:
    """A product, by its column where the matrix is one."""
    made = builder.emit("matmul", (rows, matrix), location=location)[0]
    assert made.op is not None
    by_column = _column(builder, made.op)
    return made if by_column is None else by_column[0]


def _column(builder: Builder, op: Op) -> Sequence[Value] | None:
    """``x @ column`` of more axes than two."""
    rows, matrix = op.operands
    rank, width = rows.type.rank, rows.type.shape[-1]
    if rank < 3 or not isinstance(width, int) or not _is_column(matrix):
        return None
    lengths = [builder.dim_value(dim) for dim in rows.type.shape[:-1]]
    one = builder.const(np.array([1]))
    known = [builder.emit("reshape", (length, one), location=op.location)[0] for length in lengths if length]
    if len(known) < len(lengths):
        return None
    shape = builder.emit("concat", known, axis=0, location=op.location)[0]
    flat = builder.emit("reshape", (rows, builder.const(np.array([-1, width]))), location=op.location)[0]
    types = [rows.type.with_shape(rows.type.shape[:-1])]
    made = builder.emit("reshape", (_by_row(builder, flat, matrix, op), shape), types=types, location=op.location)[0]
    return builder.emit("unsqueeze", (made,), axes=(rank - 1,), location=op.location)


def _is_column(matrix: Value) -> bool:
    column = constant(matrix)
    return column is not None and column.ndim == 2 and column.shape[1] == 1 and column.dtype == np.float32


def _by_row(builder: Builder, flat: Value, matrix: Value, op: Op) -> Value:
    """[1, n]: the product of [n, k] and a column, turned round."""
    column = constant(matrix)
    assert column is not None
    assert matrix.op is not None
    name = f"{matrix.op.attrs['name']}/row" if matrix.op.attrs["name"] else ""
    row = builder.const(np.ascontiguousarray(column.T), name)
    turned = builder.emit("transpose", (flat,), perm=(1, 0), location=op.location)[0]
    return builder.emit("matmul", (row, turned), location=op.location)[0]


def _shaped(builder: Builder, op: Op) -> Sequence[Value] | None:
    """``reshape(reshape(x, [-1, k]) @ column, shape)``, the usual way to write it."""
    product = op.operands[0].op
    if product is None or product.kind.name != "matmul" or product.operands[0].type.rank != 2:
        return None
    flat, matrix = product.operands
    if not _is_column(matrix):
        return None
    made = _by_row(builder, flat, matrix, op)
    shaped = builder.emit("reshape", (made, op.operands[1]), location=op.location, types=[op.results[0].type])[0]
    if flat.op is not None and flat.op.kind.name == "reshape" and len(flat.op.operands[0].type.shape) > 1:
        before = flat.op.operands[0].type.shape
        if before[-1] == flat.type.shape[-1]:
            _agree(builder, before[:-1], shaped.type.shape)
    return (shaped,)


def _agree(builder: Builder, before: Sequence[Dim], after: Sequence[Dim]) -> None:
    """Two lengths by which alone the shapes of as many elements differ are one."""
    others = list(after)
    left: list[Dim] = []
    for dim in before:
        if dim in others:
            others.remove(dim)
        else:
            left.append(dim)
    if len(left) == len(others) == 1 and 1 not in (*left, *others):
        builder.unify(left[0], others[0])
