"""``tables``: what is computed from rows of a table of constants is looked up in a table of what they become.

``embedding[word] @ W`` is ``(embedding @ W)[word]``: the product is done once, while compiling. A decoder that is fed
its own words has it in every step: in ``[embedding[word], context, h] @ W`` the part of the word is a row to be added,
together with the bias, as onnxruntime's Gemm adds one at no cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, NamedTuple

import numpy as np

from rnn2onnx.ir import Array, Builder, Graph, Location, Op, Value, constant, replay, uses, walk
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes.looking_up.carried_words import carried_words
from rnn2onnx.passes.report import Report

LARGEST = 1 << 20
"""Elements of a table that is made."""
NARROWEST = 16
"""Columns of a table, from which on a product with less columns pays for one more look-up."""


class Lookup(NamedTuple):
    """Rows of a table of constants.

    Attributes:
        table: [n, columns].
        ids: Which rows.
        name: What the table is called.
    """

    table: Array
    ids: Value
    name: str

    def value(self, builder: Builder, table: Array, location: Location) -> Value:
        """The same rows of another table."""
        name = self.name if not self.name or self.name.endswith("/table") else f"{self.name}/table"
        return builder.emit("gather", (builder.const(table, name), self.ids), axis=0, location=location)[0]


@dataclass(frozen=True)
class Tables:
    """Functions of look-ups become look-ups of functions."""

    name: ClassVar[str] = "tables"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with products and sums of rows of a table as rows of another one."""
        graph = replay(graph, (carried_words,))
        count = uses(graph.block)
        once = {op.results for op in walk(graph.block) if all(count[v] == 1 or _is_const(v) for v in op.operands)}

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            if op.kind.name == "matmul":
                return _product(builder, op)
            if op.kind.elementwise and op.results in once:
                return _function(builder, op) or _sum(builder, op)
            return None

        return replay(graph, (rule,))


def _is_const(value: Value) -> bool:
    return constant(value) is not None


def lookup(value: Value) -> Lookup | None:
    """A value as rows of a table of constants; None if it is something else."""
    op = value.op
    if op is None or op.kind.name != "gather" or op.attrs["axis"] != 0:
        return None
    table, source = constant(op.operands[0]), op.operands[0].op
    if table is None or table.ndim != 2 or not is_float(table.dtype) or source is None:
        return None
    return Lookup(table, op.operands[1], str(source.attrs["name"]))


# -- products ----------------------------------------------------------------------------------------------------------


def _product(builder: Builder, op: Op) -> Sequence[Value] | None:
    """The product of rows with a matrix, the columns of them that are looked up added as rows."""
    matrix, known = op.operands[1].op, constant(op.operands[1])
    if known is None or known.ndim != 2 or matrix is None or not is_float(known.dtype):
        return None
    rest: list[Value] = []
    kept: list[Array] = []
    # Tables of other lengths stay apart: they count from their own ends, and fail past them.
    terms: dict[tuple[Value, int], tuple[Lookup, Array]] = {}
    start = 0
    for part in _parts(op.operands[0]):
        width = part.type.shape[-1]
        if not isinstance(width, int):
            return None
        rows, found = known[start : start + width], lookup(part)
        start += width
        if found is None or width < NARROWEST or len(found.table) * known.shape[1] > LARGEST:
            rest.append(part)
            kept.append(rows)
            continue
        table = found.table.astype(np.float64) @ rows.astype(np.float64)
        key = (found.ids, len(table))
        before = terms.get(key)
        terms[key] = (found, table if before is None else table + before[1])
    if not terms:
        return None
    made = [term.value(builder, table.astype(known.dtype), op.location) for term, table in terms.values()]
    if rest:
        rank = op.operands[0].type.rank
        left = rest[0] if len(rest) == 1 else builder.emit("concat", rest, axis=rank - 1, location=op.location)[0]
        name = f"{matrix.attrs['name']}/rows" if matrix.attrs["name"] else ""
        right = builder.const(np.ascontiguousarray(np.concatenate(kept)), name)
        made.insert(0, builder.emit("matmul", (left, right), location=op.location)[0])
    return (reduce(lambda a, b: builder.emit("add", (a, b), location=op.location)[0], made),)


def _parts(value: Value) -> list[Value]:
    """The values that stand side by side in one."""
    op = value.op
    if op is None or op.kind.name != "concat" or op.attrs["axis"] != value.type.rank - 1:
        return [value]
    return [part for operand in op.operands for part in _parts(operand)]


# -- what is done to each number ---------------------------------------------------------------------------------------


def _function(builder: Builder, op: Op) -> Sequence[Value] | None:
    """A function of rows of one table, and of constants that are the same for all rows."""
    looked: list[Lookup] = []
    arrays: list[Array] = []
    for value in op.operands:
        row, found = _row(value), lookup(value)
        if found is not None:
            looked.append(found)
            arrays.append(found.table)
        elif row is not None:
            arrays.append(row)
        else:
            return None
    if not looked or any(found.ids is not looked[0].ids or len(found.table) > LARGEST for found in looked):
        return None
    if op.results[0].type.rank != looked[0].ids.type.rank + 1:
        return None
    if len({len(found.table) for found in looked}) != 1:
        return None
    sizes = {found.table.shape for found in looked}
    with np.errstate(all="ignore"):
        table = np.asarray(op.kind.evaluate(op.attrs, *arrays))
    if len(sizes) != 1 or table.shape not in sizes:
        return None
    return (looked[0].value(builder, table.astype(op.results[0].type.dtype, copy=False), op.location),)


def _row(value: Value) -> Array | None:
    """Constants that are the same for all rows: [] or [columns]."""
    array = constant(value)
    if array is None or any(length != 1 for length in array.shape[:-1]):
        return None
    return array.reshape(array.shape[-1:])


def _sum(builder: Builder, op: Op) -> Sequence[Value] | None:
    """A sum with rows of a table to which constants are added: they are added to the table."""
    if op.kind.name != "add":
        return None
    for inner, added in (op.operands, op.operands[::-1]):
        row, within = _row(added), inner.op
        if row is None or within is None or within.kind.name != "add" or inner.type != op.results[0].type:
            continue
        for other, rows in (within.operands, within.operands[::-1]):
            found = lookup(rows)
            if found is None or rows.type != inner.type or row.size not in (1, found.table.shape[1]):
                continue
            term = found.value(builder, found.table + row, op.location)
            return builder.emit("add", (other, term), location=op.location)
    return None
