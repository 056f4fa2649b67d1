"""What the compiler takes from a recorded graph: a closed program whose variables have their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, TraceError
from rnn2onnx.ir import Array, Builder, Copier, Op, Type, Value, captures, user_location
from rnn2onnx.ir import Graph as Program
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph
from rnn2onnx.tf.recording.operators import operator
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.refusals.training import refuse

if TYPE_CHECKING:
    from rnn2onnx.weights import Given


@operator("program")
def program_of(graph: Graph, outputs: Any, weights: Given | Mapping[str, Any] | None) -> Program:
    """The part of ``graph`` that ``outputs`` need, with constants for its variables.

    Args:
        graph: A recorded graph; it stays as it is.
        outputs: A nest of its tensors; None (raw_rnn's loop state) stays None and is no output.
        weights: An array for every variable that is needed; None for the seeded initial values.

    Raises:
        TypeError: ``outputs`` holds something that is no tensor.
        ValueError: Two outputs would have one name, or the weights don't fit.
        RuntimeError: An output is inside a loop's body, or of another graph.
    """
    leaves = [_output(leaf, graph) for leaf in nest.flatten(outputs) if leaf is not None]
    names = _names(outputs, leaves)
    needed = _needed(graph, [leaf.recorded for leaf in leaves])
    arrays = _weights(graph, [op for op in needed if op.kind.name == "variable"], weights)

    def weight(builder: Builder, op: Op) -> Sequence[Value] | None:
        if op.kind.name != "variable":
            return None
        return (builder.const(arrays[op.attrs["name"]], op.attrs["name"]),)

    builder = Builder("model")
    builder.reserve({dim for value in graph.builder.values() for dim in value.type.shape if isinstance(dim, str)})
    copier = Copier(builder, [weight])
    used = {value for op in needed for value in (*op.operands, *(v for body in op.blocks for v in captures(body)))}
    used.update(leaf.recorded for leaf in leaves)
    for name, tensor in graph.placeholders.items():
        if tensor.recorded in used:
            copier.new[tensor.recorded] = builder.input(name, tensor.recorded.type)
    for value in graph.builder.root.params:
        if value in used and value not in copier.new:
            raise refuse(f"an output that needs {value.name!r}, which only training computes,")
    for op in needed:
        copier.op(op)
    # A state that is fed and given back may well have one name in the feeds and in the nest; in a file it can't.
    taken = {value.name for value in builder.root.params} | set(names)
    names = [_free(name, taken) if name in graph.placeholders and _is_input(builder, name) else name for name in names]
    return builder.finish(zip(names, (copier.new[leaf.recorded] for leaf in leaves), strict=True))


def _output(leaf: Any, graph: Graph) -> Tensor:
    tensor: Tensor = _as_tensor(leaf, graph)
    if tensor.graph is not graph:
        raise TraceError(
            f"the output {tensor!r} belongs to another graph than the one being compiled.", user_location()
        )
    if tensor.recorded.block is not graph.builder.root:
        raise TraceError(
            f"the output {tensor!r} was made inside the body of a loop or branch. Return it from there (as an "
            f"output, state "
            "or loop variable) and ask for what the call gives back.",
            user_location(),
        )
    return tensor


def _as_tensor(leaf: Any, graph: Graph) -> Tensor:
    if isinstance(leaf, TensorArray):
        raise ArgumentTypeError("an output is a TensorArray; ask for its stack() instead.", user_location())
    if isinstance(leaf, Tensor):
        return leaf
    with graph.as_default():
        return convert_to_tensor(leaf)


def _names(outputs: Any, leaves: Sequence[Tensor]) -> list[str]:
    if not leaves:
        raise ArgumentError("no outputs were asked for; give a tensor, or a nest of them.", user_location())
    given = zip(nest.flat_paths(outputs), nest.flatten(outputs), strict=True)
    names = [name for name, leaf in given if leaf is not None]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"two outputs would be called {', '.join(twice)}; rename a key.", user_location())
    return names


def _is_input(builder: Builder, name: str) -> bool:
    return any(value.name == name for value in builder.root.params)


def _free(name: str, taken: set[str]) -> str:
    """``name_out``, or the next name like it that nothing has yet."""
    number = 1
    made = f"{name}_out"
    while made in taken:
        number += 1
        made = f"{name}_out_{number}"
    taken.add(made)
    return made


def _needed(graph: Graph, values: Sequence[Value]) -> list[Op]:
    """The operations of the root block that some values depend on, in order."""
    live = set(values)
    kept: list[Op] = []
    for op in reversed(graph.builder.root.ops):
        if not any(value in live for value in op.results):
            continue
        kept.append(op)
        live.update(op.operands)
        for body in op.blocks:
            live.update(captures(body))
    return kept[::-1]


def variables_of(graph: Graph, outputs: Any) -> dict[str, Type]:
    """The types of the variables that ``outputs`` need, by name.

    Args:
        graph: A recorded graph.
        outputs: A nest of its tensors.

    Raises:
        TypeError, ValueError, RuntimeError: As for ``program_of``.
    """
    leaves = [_output(leaf, graph) for leaf in nest.flatten(outputs) if leaf is not None]
    needed = _needed(graph, [leaf.recorded for leaf in leaves])
    return {op.attrs["name"]: op.attrs["type"] for op in needed if op.kind.name == "variable"}


def _weights(graph: Graph, variables: Sequence[Op], weights: Given | Mapping[str, Any] | None) -> Mapping[str, Array]:
    if weights is None:
        return graph.initial_values([op.attrs["name"] for op in variables])
    # Every format's reader comes with them, and who only records needs none.
    from rnn2onnx.weights import Expected, Given

    given = weights if isinstance(weights, Given) else Given.of(weights)
    expected = {op.attrs["name"]: Expected(op.attrs["type"].dtype, op.attrs["type"].shape) for op in variables}
    return given.arrays(expected, graph.variables)
