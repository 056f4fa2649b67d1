"""Carries what a state is projected from in place of the state: an LSTM with a projection is an LSTM and a product.

A state ``m' = h' P`` that starts at zero is the product of a state h and P at every step, so the body may carry h and
compute m from it; where the body reads m by a product with R only, the weights of h are ``P R``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn2onnx.ir import Block, Builder, Copier, Op, Value
from rnn2onnx.ir.graph import constant
from rnn2onnx.passes.vectorise import is_zero, zero_of

WIDEST = 4
"""How many times as wide as m h may be: the recurrent product grows by that much."""


@dataclass(frozen=True)
class Unprojected:
    """A recurrence that carries h in place of ``m = h P``.

    Attributes:
        op: The recurrence; its results are those of the one it stands for, but for some that are h.
        places: Which of its results are h.
        weights: P.
    """

    op: Op
    places: frozenset[int]
    weights: Value

    def results(self, builder: Builder, values: Sequence[Value]) -> list[Value]:
        """The results with m, from the results of ``op`` or what stands for them."""
        return [
            builder.emit("matmul", (value, self.weights))[0] if place in self.places else value
            for place, value in enumerate(values)
        ]


def unprojected(builder: Builder, op: Op) -> Unprojected | None:
    """``op`` without the projection of a state; None if none of its states is projected and starts at zero."""
    (body,) = op.blocks
    for index in range(op.attrs["states"]):
        product = _projection(op, body, index)
        if product is not None:
            return _without(builder, op, index, product)
    return None


def _without(builder: Builder, op: Op, index: int, product: Op) -> Unprojected:
    (body,) = op.blocks
    wide, weights = product.operands
    operands, types = list(op.operands), [param.type for param in body.params]
    operands[index], types[index] = _zeros(builder, op.operands[index], wide), wide.type
    with builder.body(types) as block:
        copier = Copier(builder, new=dict(zip(body.params, block.params, strict=True)))
        (copier.new[body.params[index]],) = builder.emit("matmul", (block.params[index], weights))
        copier.ops(body)
        places = frozenset(place for place, value in enumerate(body.results) if value is body.results[index])
        block.results = tuple(
            copier.value(wide if place in places else value) for place, value in enumerate(body.results)
        )
    values = builder.emit(op.kind, operands, blocks=(block,), location=op.location, **op.attrs)
    made = values[0].op
    assert made is not None
    return Unprojected(made, places, weights)


def _zeros(builder: Builder, start: Value, wide: Value) -> Value:
    """Zeros with the rows of a state at its start and the columns of what it is projected from."""
    batch = builder.dim_value(start.type.shape[0])
    assert batch is not None
    (rows,) = builder.emit("unsqueeze", (batch,), axes=(0,))
    (shape,) = builder.emit("concat", (rows, builder.const(np.array([wide.type.shape[1]], np.int64))), axis=0)
    return builder.emit("expand", (zero_of(builder, start), shape))[0]


def _projection(op: Op, body: Block, index: int) -> Op | None:
    """The product that a state is; None if it is none, or does not start at zero."""
    new, param = body.results[index].op, body.params[index]
    if new is None or new not in body.ops or new.kind.name != "matmul" or not is_zero(op.operands[index]):
        return None
    wide, weights = new.operands
    known = constant(weights)
    if known is None or known.ndim != 2 or wide.type.rank != 2 or param.type.rank != 2:
        return None
    if wide.type.shape[0] != param.type.shape[0]:
        return None
    rows, columns = known.shape
    return new if rows <= WIDEST * columns else None
