"""Functional models as data: the layers by name, and which calls of which layers each call follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.engine.network import Network
from rnn2onnx.keras.engine.node import Node, has_history, node_of
from rnn2onnx.keras.engine.serialization import deserialize, serialize

__all__ = ["layers_of", "network_config"]


def network_config(network: Network) -> dict[str, Any]:
    """The layers, their calls, the inputs and the outputs of a network, as Keras 2 writes them to JSON.

    Raises:
        UnsupportedError: Operations stand between the layers, which no configuration can hold.
    """
    calls = {layer: [node for node in network.nodes if node.layer is layer] for layer in network.layers}

    def place(tensor: Any) -> list[Any]:
        history = tensor._keras_history
        return [history.layer.name, calls[history.layer].index(node_of(tensor)), history.tensor_index]

    def call(node: Node) -> list[Any]:
        kwargs = nest.map_structure(lambda leaf: place(leaf) if has_history(leaf) else leaf, node.kwargs)
        kwargs = {name: value for name, value in kwargs.items() if value is not None}
        given = [leaf for leaf in nest.flatten(node.args) if has_history(leaf)]
        return [[*place(tensor), kwargs] for tensor in given]

    layers = []
    for layer in network.layers:
        if not isinstance(layer, Layer):
            raise UnsupportedError(
                "A model with operations between its layers has no configuration: put them into Lambda layers.",
                user_location(),
            )
        nodes = [call(node) for node in calls[layer] if not node.is_input]
        layers.append({**serialize(layer), "name": layer.name, "inbound_nodes": nodes})
    ends = [[place(tensor) for tensor in tensors] for tensors in (network.inputs, network.outputs)]
    return {"layers": layers, "input_layers": ends[0], "output_layers": ends[1]}


def layers_of(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> tuple[Any, Any]:
    """The inputs and outputs of the network that a configuration describes, its layers made and called.

    Args:
        config: As ``network_config`` gives it, or Keras 2's JSON holds it.
        custom_objects: Classes by name.

    Raises:
        ArgumentError: A call follows one that is nowhere.
    """
    layers: dict[str, Any] = {}
    waiting: list[tuple[str, list[Any]]] = []
    for described in config["layers"]:
        layer = deserialize(described, custom_objects)
        name = described.get("name", layer.name)
        layers[name] = layer
        waiting += [(name, call) for call in described.get("inbound_nodes", ())]
    # A layer may have been called before it became part of the model, as the models inside have.
    first = {name: 0 if _is_input(layer) else len(layer._inbound_nodes) for name, layer in layers.items()}

    def tensor(place: list[Any]) -> Any:
        name, call, output = place[:3]
        nodes = layers[name]._inbound_nodes if name in layers else []
        index = first.get(name, 0) + call
        return nest.flatten(nodes[index].outputs)[output] if index < len(nodes) else None

    def tensors(value: Any) -> Any:
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and value[0] in layers:
            return tensor(value)
        return [tensors(item) for item in value] if isinstance(value, list) else value

    while waiting:
        later: list[tuple[str, list[Any]]] = []
        held: set[str] = set()
        for name, call in waiting:
            inputs = [tensor(place) for place in call]
            # The calls of one layer are counted, so that none may overtake another.
            if name in held or any(given is None for given in inputs):
                held.add(name)
                later.append((name, call))
                continue
            options = dict(call[0][3]) if len(call[0]) > 3 else {}
            layers[name](inputs[0] if len(inputs) == 1 else inputs, **{key: tensors(options[key]) for key in options})
        if len(later) == len(waiting):
            raise ArgumentError(
                f"The configuration of a model is incomplete: the calls of {', '.join(sorted(held))} follow calls that "
                "are nowhere.",
                user_location(),
            )
        waiting = later
    inputs, outputs = ([tensor(place) for place in _places(config[end])] for end in ("input_layers", "output_layers"))
    return inputs, outputs[0] if len(outputs) == 1 else outputs


def _is_input(layer: Any) -> bool:
    return type(layer).__name__ == "InputLayer"


def _places(ends: Any) -> list[list[Any]]:
    return [ends] if ends and isinstance(ends[0], str) else list(ends)
