"""Calls of layers that follow from a ``keras.Input``: each is kept as a node, so that a model can make them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from rnn2onnx import nest
from rnn2onnx.ir import Op, Value, captures
from rnn2onnx.tf.recording.graph import Graph
from rnn2onnx.tf.recording.tensor import Tensor


class KerasHistory(NamedTuple):
    """Where a tensor comes from: the layer, which of its calls, and which of that call's outputs it is."""

    layer: Any
    node_index: int
    tensor_index: int


_OUTPUTS: WeakKeyDictionary[Graph, dict[Value, Tensor]] = WeakKeyDictionary()
"""In each graph the tensors that layers gave, by what they stand for: where raw operations begin."""


class Node:
    """One call of a layer.

    Attributes:
        layer: The layer.
        args: The positional arguments, the inputs first; none for an input layer.
        kwargs: The others.
        outputs: What the call gave: a nest of tensors.
        keras_inputs: The tensors among the arguments that come from a ``keras.Input``, in order.
    """

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], outputs: Any) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = dict(kwargs)
        self.outputs = outputs
        self.keras_inputs = [leaf for leaf in nest.flatten((self.args, self.kwargs)) if has_history(leaf)]
        index = len(layer._inbound_nodes)
        layer._inbound_nodes.append(self)
        for tensor in self.keras_inputs:
            node_of(tensor).layer._outbound_nodes.append(self)
        for position, tensor in enumerate(nest.flatten(outputs)):
            tensor._keras_history = KerasHistory(layer, index, position)
            if tensor.recorded is not None:
                _OUTPUTS.setdefault(tensor.graph, {})[tensor.recorded] = tensor

    @property
    def is_input(self) -> bool:
        """Whether nothing comes before it."""
        return not self.keras_inputs

    @property
    def inputs(self) -> Any:
        """The first argument; of an input layer what it gives."""
        return self.args[0] if self.args else self.outputs

    def arguments(self, computed: Mapping[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with other tensors in the place of some, by ``id``."""
        args, kwargs = nest.map_structure(lambda leaf: computed.get(id(leaf), leaf), (self.args, self.kwargs))
        return args, kwargs


def has_history(value: Any) -> bool:
    """Whether a value is a tensor that a node gave."""
    return isinstance(value, Tensor) and hasattr(value, "_keras_history")


def node_of(tensor: Tensor) -> Node:
    """The call that gave a tensor."""
    layer, index, _ = tensor._keras_history  # type: ignore[attr-defined]
    node: Node = layer._inbound_nodes[index]
    return node


def is_keras_tensor(value: Any) -> bool:
    """Whether a value is a tensor that comes from a ``keras.Input``, by layers or by operations besides them."""
    return isinstance(value, Tensor) and (has_history(value) or bool(operations_behind(value)[0]))


def operations_behind(tensor: Tensor) -> tuple[list[Tensor], list[Op]]:
    """What operations, recorded outside layers, computed a tensor from layers' outputs.

    Returns:
        The outputs of layers that it is computed from, none if it is not; and the operations, in order.
    """
    known = _OUTPUTS.get(tensor.graph)
    root = tensor.graph.builder.root
    if not known or tensor.recorded is None or tensor.recorded.block is not root:
        return [], []
    sources: dict[int, Tensor] = {}
    needed: set[int] = set()
    seen: set[Value] = set()
    pending = [tensor.recorded]
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        if value in known:
            sources[id(known[value])] = known[value]
        elif value.op is not None and value.op.kind.name not in ("const", "variable"):
            needed.add(id(value.op))
            pending.extend(value.op.operands)
            for body in value.op.blocks:
                pending.extend(captures(body))
    if not sources:
        return [], []
    return list(sources.values()), [op for op in root.ops if id(op) in needed]
