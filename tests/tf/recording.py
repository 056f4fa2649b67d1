"""Values of recorded tensors: the graph with weights for its variables, evaluated in numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.ir import Builder, Op, Value, evaluate, replay
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.initial_values import initial_values


def values(
    outputs: Any,
    feeds: Mapping[str, Any] | None = None,
    weights: Mapping[str, Any] | None = None,
    *,
    float64: bool = False,
) -> Any:
    """Arrays in the structure of ``outputs``, which were recorded in the default graph.

    Args:
        outputs: A nest of tensors.
        feeds: An array for each placeholder, by name.
        weights: An array for each variable that ``outputs`` need, by name; None: their initial values.
        float64: Compute every floating dtype in float64.
    """
    leaves = [leaf.recorded for leaf in nest.flatten(outputs)]
    finished = get_default_graph().builder.finish((f"y{index}", value) for index, value in enumerate(leaves))
    weighed = replay(finished, [weigh(initial() if weights is None else weights)])
    arrays = evaluate(weighed, feeds or {}, float64=float64)
    return nest.pack_sequence_as(outputs, [arrays[f"y{index}"] for index in range(len(leaves))])


def weigh(weights: Mapping[str, Any]) -> Any:
    """A rule that puts arrays in the place of variables."""

    def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
        if op.kind.name != "variable":
            return None
        type = op.attrs["type"]
        array = np.asarray(weights[op.attrs["name"]], type.dtype)
        assert array.shape == type.shape, f"{op.attrs['name']} is {type}, not {array.shape}"
        return [builder.const(array, op.attrs["name"])]

    return rule


def variables() -> dict[str, tuple[int, ...]]:
    """The shapes of the default graph's variables by name, in order of creation."""
    return {name: tuple(variable.shape.as_list()) for name, variable in get_default_graph().variables.items()}


def initial() -> dict[str, np.ndarray]:
    """The initial value of every variable of the default graph, by name."""
    return initial_values(get_default_graph())


def random_weights(seed: int = 0, scale: float = 0.5) -> dict[str, np.ndarray]:
    """Seeded normal float64 values for every variable of the default graph."""
    rng = np.random.default_rng(seed)
    return {name: scale * rng.standard_normal(shape) for name, shape in variables().items()}


def kinds(*tensors: Tensor) -> list[str]:
    """The kinds of the operations that some tensors need, in the order they were recorded, sources left out."""
    needed: set[Value] = set()
    pending = [tensor.recorded for tensor in tensors]
    while pending:
        value = pending.pop()
        if value not in needed:
            needed.add(value)
            pending.extend(value.op.operands if value.op else ())
    ops = get_default_graph().builder.root.ops
    return [op.kind.name for op in ops if op.results[0] in needed and op.kind.name not in ("const", "variable")]
