"""The arrays that variables start with where no weights are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, FeedError
from rnn2onnx.ir import Array, Value, captures, evaluate_values
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variables import Variable


@operator("initial_values")
def initial_values(graph: Graph, names: Iterable[str] | None = None) -> dict[str, Array]:
    """The initial value of each variable of ``graph``, or of those named, by name.

    Raises:
        ArgumentError: There is no such variable, or its initial value depends on an input of the program.
        ShapeError: An initializer gave a value of another shape.
    """
    known: dict[Value, Array] = {}
    chosen = list(graph.variables if names is None else names)
    with graph.as_default():
        for name in chosen:
            if name not in graph.variables:
                raise ArgumentError(
                    f"the graph has no variable {name!r}; it has {', '.join(graph.variables) or 'none at all'}"
                )
            _demand(graph.variables[name], known)
    return {name: known[graph.variables[name].recorded] for name in chosen}


def _demand(variable: Variable, known: dict[Value, Array]) -> None:
    if variable.recorded in known:
        return
    drawn = variable.draw()
    if not isinstance(drawn, Tensor) and not isinstance(drawn, np.ndarray):
        drawn = convert_to_tensor(drawn, variable.dtype)
    TensorShape(drawn.shape).assert_is_compatible_with(variable.shape)
    if isinstance(drawn, Tensor):
        for needed in _variables_behind(drawn):
            _demand(needed, known)
        drawn = _evaluated(drawn, variable, known)
    known[variable.recorded] = np.asarray(drawn, variable.recorded.type.dtype)


def _evaluated(tensor: Tensor, variable: Variable, known: dict[Value, Array]) -> Any:
    try:
        return evaluate_values([tensor.recorded], known)[0]
    except FeedError as error:
        raise ArgumentError(
            f"The initial value of variable {variable.op.name!r} cannot be computed without running the program "
            f"({error.message}). Give the variable's weight to rnn2onnx.compile, or start it from a constant."
        ) from None


def _variables_behind(tensor: Tensor) -> list[Variable]:
    """The variables that a tensor is computed from."""
    seen: set[Value] = set()
    found: list[Variable] = []
    pending = [tensor.recorded]
    while pending:
        value = pending.pop()
        if value in seen or value.op is None:
            continue
        seen.add(value)
        if value.op.kind.name == "variable":
            found.append(tensor.graph.variables[value.op.attrs["name"]])
        pending.extend(value.op.operands)
        for block in value.op.blocks:
            pending.extend(captures(block))
    return found
