"""What a graph means: its operations run one by one in numpy, in its own dtypes or in float64 throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import FeedError, Rnn2OnnxError
from rnn2onnx.ir.graph import Array, Block, Graph, Op, Value, captures
from rnn2onnx.ir.types import DType, is_float


def evaluate(graph: Graph, feeds: Mapping[str, Any], *, float64: bool = False) -> dict[str, Array]:
    """The outputs of ``graph`` by name.

    Args:
        graph: The program.
        feeds: An array for each input, by name.
        float64: Compute every floating type in float64 instead of its own dtype.

    Raises:
        FeedError: An input is missing, or its array has another rank.
    """
    machine = _Machine(float64)
    args = []
    for value in graph.inputs:
        if value.name not in feeds:
            raise FeedError(
                f"the input {value.name!r} ({value.type}) was not given; given: {', '.join(feeds) or 'none'}"
            )
        array = np.asarray(feeds[value.name])
        if array.ndim != value.type.rank:
            raise FeedError(f"the input {value.name!r} is {value.type}, but an array of shape {array.shape} was given")
        args.append(array.astype(machine.dtype(value.type.dtype)))
    with np.errstate(all="ignore"):
        results = machine.run(graph.block, args)
    return dict(zip(graph.outputs, results, strict=True))


def evaluate_values(values: Sequence[Value], known: Mapping[Value, Array], *, float64: bool = False) -> list[Array]:
    """The arrays of some values of a graph in the making, from nothing but constants and the ``known`` ones."""
    machine = _Machine(float64)
    machine.env.update(known)
    with np.errstate(all="ignore"):
        for value in values:
            machine.demand(value)
    return [machine.env[value] for value in values]


def evaluate_body(body: Block, args: Sequence[Array], *, float64: bool = False) -> list[Array]:
    """The results of a body whose captures can be computed from constants.

    Raises:
        FeedError: A capture depends on an input.
    """
    machine = _Machine(float64)
    with np.errstate(all="ignore"):
        for value in captures(body):
            machine.demand(value)
        return machine.run(body, [array.astype(machine.dtype(array.dtype)) for array in args])


class _Machine:
    def __init__(self, float64: bool) -> None:
        self.float64 = float64
        self.env: dict[Value, Array] = {}

    def dtype(self, dtype: DType) -> DType:
        return np.dtype(np.float64) if self.float64 and is_float(dtype) else dtype

    def run(self, block: Block, args: Sequence[Array]) -> list[Array]:
        for param, array in zip(block.params, args, strict=True):
            self.env[param] = array
        for op in block.ops:
            self.step(op)
        return [self.env[value] for value in block.results]

    def step(self, op: Op) -> None:
        args = [self.env[value] for value in op.operands]
        try:
            results = op.kind.evaluate(self.run, op, args) if op.blocks else op.kind.evaluate(self._attrs(op), *args)
        except (IndexError, ValueError, ArithmeticError) as error:
            if isinstance(error, Rnn2OnnxError):
                raise
            given = ", ".join(f"{array.dtype}{list(array.shape)}" for array in args)
            raise FeedError(f"{op.kind.name} of {given} has no value: {error}", op.location) from None
        if not isinstance(results, tuple | list):
            results = (results,)
        for value, result in zip(op.results, results, strict=True):
            self.env[value] = np.asarray(result).astype(self.dtype(value.type.dtype), copy=False)

    def demand(self, value: Value) -> None:
        if value in self.env:
            return
        if value.op is None:
            raise FeedError(f"{value!r} is an input: its value is not known while the graph is recorded")
        for operand in [*value.op.operands, *(v for block in value.op.blocks for v in captures(block))]:
            self.demand(operand)
        self.step(value.op)

    def _attrs(self, op: Op) -> Mapping[str, Any]:
        if not self.float64:
            return op.attrs
        return {k: self.dtype(v) if isinstance(v, np.dtype) else v for k, v in op.attrs.items()}
