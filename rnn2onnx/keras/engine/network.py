"""The calls of layers between a functional model's inputs and its outputs, in the order they can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx import nest, tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.masks import set_mask
from rnn2onnx.keras.engine.node import Node, has_history, node_of
from rnn2onnx.keras.engine.raw_operations import connect
from rnn2onnx.tf.recording.tensor import Tensor


class Network:
    """What leads from some inputs to some outputs.

    Args:
        inputs: A nest of tensors that ``keras.Input`` gave.
        outputs: A nest of tensors computed from them.

    Attributes:
        inputs: The inputs, a flat list.
        outputs: The outputs, a flat list.
        nodes: The calls, each after those it needs.
        layers: The layers: those farthest from the outputs first, as Keras lists them.

    Raises:
        ArgumentError: Something is no such tensor, the outputs need another input, or two layers have one name.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.nested_inputs = _alone(inputs)
        self.nested_outputs = _alone(outputs)
        self.inputs: list[Tensor] = nest.flatten(self.nested_inputs)
        self.outputs: list[Tensor] = nest.flatten(self.nested_outputs)
        self._check_inputs()
        for tensor in self.outputs:
            connect(tensor)
            if not has_history(tensor):
                raise ArgumentError(
                    "Output tensors of a Model must be the output of a TensorFlow `Layer` (thus holding past layer "
                    f"metadata). Found: {tensor!r}. Compute it from what keras.Input gives.",
                    user_location(),
                )
        self.nodes, visited = _in_order(self.outputs)
        self.layers = self._by_depth(visited)
        self._check_connected()
        self._check_names()
        self.input_names = [node_of(tensor).layer.name for tensor in self.inputs]
        self.output_names = _unique([node_of(tensor).layer.name for tensor in self.outputs])

    def _check_inputs(self) -> None:
        if len({id(tensor) for tensor in self.inputs}) != len(self.inputs):
            raise ArgumentError(
                "The list of inputs passed to the model contains the same input multiple times. All inputs should only "
                f"appear once. Received inputs={self.inputs}",
                user_location(),
            )
        for tensor in self.inputs:
            if not has_history(tensor) or node_of(tensor).args:
                raise ArgumentError(
                    f"Input tensors to a Model must come from `keras.Input`. Received: {tensor!r} (missing previous "
                    "layer metadata).",
                    user_location(),
                )

    def _by_depth(self, visited: dict[Any, int]) -> list[Any]:
        depths: dict[Node, int] = {}
        layer_depths: dict[Any, int] = {}
        for node in reversed(self.nodes):
            depth = max(depths.get(node, 0), layer_depths.get(node.layer, 0))
            layer_depths[node.layer] = depths[node] = depth
            for tensor in node.keras_inputs:
                before = node_of(tensor)
                depths[before] = max(depth + 1, depths.get(before, 0))
        for tensor in self.inputs:
            # Inputs that no output needs are the model's all the same.
            layer = node_of(tensor).layer
            layer_depths.setdefault(layer, 0)
            visited.setdefault(layer, -1)
        return sorted(layer_depths, key=lambda layer: (-layer_depths[layer], visited[layer]))

    def _check_connected(self) -> None:
        known = {id(tensor) for tensor in self.inputs}
        done: list[str] = []
        for node in self.nodes:
            if node.is_input:
                for tensor in nest.flatten(node.outputs):
                    if id(tensor) not in known:
                        raise ArgumentError(
                            f"Graph disconnected: cannot obtain value for tensor {tensor!r}, which is no input of the "
                            f"model. The following previous layers were accessed without issue: {done}",
                            user_location(),
                        )
            else:
                done.append(node.layer.name)

    def _check_names(self) -> None:
        names = [layer.name for layer in self.layers]
        for name in names:
            if names.count(name) > 1:
                raise ArgumentError(
                    f'The name "{name}" is used {names.count(name)} times in the model. All layer names should be '
                    "unique.",
                    user_location(),
                )

    def again(self, inputs: Any, masks: Any) -> Any:
        """The outputs for other inputs.

        Args:
            inputs: A nest of as many tensors as the model has inputs; or a dict by the inputs' names.
            masks: Their masks, a nest as ``inputs``, or None.
        """
        tensors = self._flat(inputs)
        computed: dict[int, Any] = {}
        for ours, tensor, mask in zip(
            self.inputs, tensors, [None] * len(tensors) if masks is None else self._flat(masks), strict=True
        ):
            set_mask(tensor, mask)
            computed[id(ours)] = _conformed(tensor, ours)
        for node in self.nodes:
            if node.is_input:
                continue
            args, kwargs = node.arguments(computed)
            made = node.layer(*args, **kwargs)
            for ours, tensor in zip(nest.flatten(node.outputs), nest.flatten(made), strict=True):
                computed[id(ours)] = tensor
        return nest.pack_sequence_as(self.nested_outputs, [computed[id(tensor)] for tensor in self.outputs])

    def _flat(self, inputs: Any) -> list[Any]:
        if isinstance(inputs, dict):
            ours = self.nested_inputs
            names = sorted(ours) if isinstance(ours, dict) else self.input_names
            if all(name in inputs for name in names):
                return [inputs[name] for name in names]
        flat: list[Any] = nest.flatten(inputs)
        if len(flat) != len(self.inputs):
            raise ArgumentError(
                f"The model has {len(self.inputs)} input(s) ({', '.join(self.input_names)}), but it received "
                f"{len(flat)} input tensors.",
                user_location(),
            )
        return flat


def _in_order(outputs: Sequence[Tensor]) -> tuple[list[Node], dict[Any, int]]:
    """The nodes behind some tensors, each after those it needs; and when each layer was met, from the outputs back."""
    ordered: list[Node] = []
    visited: dict[Any, int] = {}
    begun: set[Node] = set()
    done: set[Node] = set()
    pending = [(node_of(tensor), False) for tensor in reversed(outputs)]
    while pending:
        node, complete = pending.pop()
        if complete:
            if node not in done:
                done.add(node)
                ordered.append(node)
            continue
        if node in begun:
            continue
        begun.add(node)
        visited.setdefault(node.layer, len(visited))
        pending.append((node, True))
        pending.extend((node_of(tensor), False) for tensor in reversed(node.keras_inputs))
    return ordered, visited


def _conformed(tensor: Any, wanted: Tensor) -> Any:
    """A tensor in the dtype of an input, and with or without a last axis of length 1 as it has."""
    if not isinstance(tensor, Tensor):
        return tensor
    mask, rank = getattr(tensor, "_keras_mask", None), len(wanted.dims)
    made = tensor
    if len(tensor.dims) == rank + 1 and tensor.dims[-1] == 1:
        made = tf.squeeze(tensor, [-1])
    elif len(tensor.dims) == rank - 1 and wanted.dims[-1] == 1:
        made = tf.expand_dims(tensor, -1)
    if made.dtype.base_dtype != wanted.dtype.base_dtype:
        made = tf.cast(made, wanted.dtype)
    if made is not tensor and mask is not None:
        set_mask(made, mask)
    return made


def _alone(tensors: Any) -> Any:
    return nest.flatten(tensors)[0] if isinstance(tensors, list) and len(nest.flatten(tensors)) == 1 else tensors


def _unique(names: Sequence[str]) -> list[str]:
    unique: list[str] = []
    for name in names:
        proposal, count = name, 0
        while proposal in unique:
            count += 1
            proposal = f"{name}_{count}"
        unique.append(proposal)
    return unique
