"""``keras.Sequential``: layers one after the other."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.input_layer import Input, InputLayer
from rnn2onnx.keras.engine.masks import mask_of
from rnn2onnx.keras.engine.model import Model
from rnn2onnx.keras.engine.node import has_history, node_of
from rnn2onnx.keras.engine.serialization import deserialize, serialize
from rnn2onnx.keras.engine.tracking import is_layer_like

__all__ = ["Sequential"]


class Sequential(Model):
    """A stack of layers, each called with what the one before gave.

    It has inputs and outputs from the first layer on if that layer is an input layer or says its input shape; otherwise
    its layers are called in the model's name scope.

    Args:
        layers: The layers; more can be added.
        name: Its name.

    Raises:
        ArgumentTypeError: One is no layer.
        ArgumentError: A layer gives several tensors, or has the name of another one.

    Source:
        ``keras.Sequential`` of Keras 2.15 in graph mode.
    """

    def __init__(self, layers: Any = None, name: Any = None) -> None:
        super().__init__(name=name, autocast=False)
        self.supports_masking = True
        self._compute_output_and_mask_jointly = True
        self._stack: list[Any] = []
        for layer in layers if isinstance(layers, list | tuple) else [] if layers is None else [layers]:
            self.add(layer)

    @property
    def layers(self) -> list[Any]:
        """The layers that were added, without an input layer."""
        layers = self._inner_layers()
        return layers[1:] if layers and isinstance(layers[0], InputLayer) else layers

    def add(self, layer: Any) -> None:
        """Puts a layer on top of the stack.

        Args:
            layer: A layer or model, or what ``keras.Input`` gives.
        """
        if has_history(layer) and isinstance(node_of(layer).layer, InputLayer):
            layer = node_of(layer).layer
        if not is_layer_like(layer):
            raise ArgumentTypeError(
                f"The added layer must be an instance of class Layer. Received: layer={layer!r} of type {type(layer)}.",
                user_location(),
            )
        if any(layer.name == known.name and layer is not known for known in self._inner_layers()):
            raise ArgumentError(
                f'All layers added to a Sequential model should have unique names. Name "{layer.name}" is already the '
                "name of a layer in this model. Update the `name` argument to pass a unique name.",
                user_location(),
            )
        first = not self._inner_layers()
        shape = _input_shape(layer) if first else None
        if first and isinstance(layer, InputLayer):
            self._grow(layer._inbound_nodes[-1].outputs, layer._inbound_nodes[-1].outputs)
        elif shape is not None:
            inputs = Input(batch_shape=shape, dtype=layer.dtype, name=f"{layer.name}_input")
            self._grow(inputs, layer(inputs))
        elif self.outputs is not None:
            self._grow(self.inputs[0], layer(self.outputs[0]))
        else:
            self._stack.append(layer)
            self.built = False

    def _grow(self, inputs: Any, outputs: Any) -> None:
        flat = nest.flatten(outputs)
        if len(flat) != 1:
            raise ArgumentError(
                "All layers in a Sequential model should have a single output tensor. For multi-output layers, use the "
                "functional API.",
                user_location(),
            )
        self._connect(inputs, flat[0])

    def pop(self) -> None:
        """Takes the last layer off the stack.

        Raises:
            ArgumentTypeError: There is none.
        """
        if not self.layers:
            raise ArgumentTypeError("There are no layers in the model.", user_location())
        if self._network is None:
            self._stack.pop()
            return
        last = node_of(self._network.outputs[0])
        if len(self.layers) == 1:
            self._network = self.inputs = self.outputs = None
            self._tracked[:] = [self._stack]
            self.built = False
            return
        self._connect(self._network.inputs[0], last.keras_inputs[0])

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """What the last layer gives."""
        if self._network is not None:
            return self._network.again(inputs, mask)
        outputs = inputs
        for layer in self.layers:
            options = {"mask": mask, "training": training}
            takes = layer._call_signature() if hasattr(layer, "_call_signature") else None
            outputs = layer(
                outputs, **{name: value for name, value in options.items() if takes is not None and name in takes.names}
            )
            mask = nest.map_structure(mask_of, outputs)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of what the last layer gives."""
        shape = input_shape
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def get_config(self) -> dict[str, Any]:
        """The name and the configurations of the layers."""
        return {"name": self.name, "layers": [serialize(layer) for layer in self._inner_layers()]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model from what ``get_config`` gives."""
        # Keras 1 wrote the list alone.
        layers, name = (config, None) if isinstance(config, list) else (config["layers"], config.get("name"))
        return cls([deserialize(layer, custom_objects) for layer in layers], name=name)


def _input_shape(layer: Any) -> Any:
    """The input shape that a layer, or the first layer of a model, says; None if it does not."""
    while isinstance(layer, Model):
        if layer.inputs:
            return None if isinstance(layer, InputLayer) else tuple(layer.inputs[0].shape.as_list())
        if not layer.layers:
            return None
        layer = layer.layers[0]
    return getattr(layer, "_batch_input_shape", None)
