"""``keras.Model``: layers that belong together, between inputs and outputs or in a ``call`` of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import Layer, is_default
from rnn2onnx.keras.engine.network import Network
from rnn2onnx.keras.engine.network_config import layers_of, network_config
from rnn2onnx.keras.engine.serialization import serialize
from rnn2onnx.keras.engine.summary import summary
from rnn2onnx.tf.layers.input_spec import InputSpec
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.refusals.training import refuse

__all__ = ["Model"]

_REFUSED = (
    *("compile", "evaluate", "evaluate_generator", "fit", "fit_generator", "make_predict_function"),
    *("make_test_function", "make_train_function", "predict", "predict_function", "predict_generator"),
    *("predict_on_batch", "predict_step", "reset_metrics", "save", "save_spec", "save_weights", "test_on_batch"),
    *("test_step", "to_yaml", "train_on_batch", "train_step"),
)


class Model(Layer):
    """A layer made of layers.

    ``Model(inputs, outputs)`` is what leads from tensors of ``keras.Input`` to tensors computed from them. A subclass
    without inputs and outputs makes its layers in ``__init__`` and calls them in ``call``.

    Args:
        *args: ``inputs`` and ``outputs``, nests of tensors; or nothing.
        **kwargs: ``inputs``, ``outputs``, and as of ``Layer``.

    Attributes:
        inputs: The inputs, a flat list; None if it has none yet.
        outputs: The outputs, a flat list; None if it has none yet.
        input_names: The names of the inputs' layers.
        output_names: The names of the outputs' layers, made unique.

    Raises:
        ArgumentError: The outputs can't be computed from the inputs; see ``Network``.

    Source:
        ``keras.Model`` of Keras 2.15 in graph mode.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        inputs, outputs, kwargs = _functional_arguments(args, kwargs)
        super().__init__(**kwargs)
        self._network: Network | None = None
        self.inputs: Any = None
        self.outputs: Any = None
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        if outputs is not None:
            self._connect(inputs, outputs)

    def _connect(self, inputs: Any, outputs: Any) -> None:
        network = Network(inputs, outputs)
        self._network = network
        self.inputs, self.outputs = network.inputs, network.outputs
        self.input_names, self.output_names = network.input_names, network.output_names
        self.built = True
        self._autocast = False
        self._compute_output_and_mask_jointly = True
        self._tracked[:] = [network.layers]
        self.input_spec = [_spec_of(tensor) for tensor in network.inputs]
        self._signature = CallSignature(self.call)

    @property
    def layers(self) -> list[Any]:
        """Its layers."""
        return self._inner_layers()

    @property
    def input_shape(self) -> Any:
        """The shapes of its inputs, tuples."""
        return super().input_shape if self._network is None else _shapes(self.input)

    @property
    def output_shape(self) -> Any:
        """The shapes of its outputs, tuples."""
        return super().output_shape if self._network is None else _shapes(self.output)

    @property
    def input(self) -> Any:
        """The nest of its inputs."""
        return super().input if self._network is None else self._network.nested_inputs

    @property
    def output(self) -> Any:
        """The nest of its outputs."""
        return super().output if self._network is None else self._network.nested_outputs

    @property
    def weights(self) -> list[Any]:
        """All its variables, layer by layer."""
        own = [*self._trainable_weights, *self._non_trainable_weights]
        variables = [*(variable for layer in self._inner_layers() for variable in layer.weights), *own]
        return list({id(variable): variable for variable in variables}.values())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """One of its layers, by name or by index.

        Raises:
            ArgumentError: There is none, or neither or both are given.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ArgumentError(
                f"Provide either a layer name or layer index. Received: index={index} and name={name}.",
                user_location(),
            )
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ArgumentError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(layers)} layers.",
                    user_location(),
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ArgumentError(
            f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.", user_location()
        )

    @is_default
    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of these shapes, batch included, as a call would."""
        if self._network is None and input_shape is not None:
            self.call(_placeholders(input_shape))
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs for other inputs: all layers are called again.

        Raises:
            UnsupportedError: A subclass without inputs and outputs does not define it.
        """
        if self._network is None:
            raise _NoCallError(
                "Unimplemented `keras.Model.call()`: if you intend to create a `Model` with the Functional API, please "
                f"provide `inputs` and `outputs` arguments. Otherwise, subclass `Model` with an overridden `call()` "
                f"method; {type(self).__name__} has none.",
                user_location(),
            )
        return self._network.again(inputs, mask)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None: what layers inside gave with the outputs stays."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected.

        Raises:
            UnsupportedError: A subclass without inputs and outputs is its code.
        """
        if self._network is None:
            raise _NoModelConfigError(
                f"{type(self).__name__} has no inputs and outputs, so that get_config can't tell what it is: run the "
                "code that makes the model again.",
                user_location(),
            )
        return {"name": self.name, "trainable": self.trainable, **network_config(self._network)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model from what ``get_config`` gives; its layers are new ones."""
        inputs, outputs = layers_of(config, custom_objects)
        return cls(inputs=inputs, outputs=outputs, name=config.get("name"))

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as text, which ``keras.models.model_from_json`` reads."""
        return json.dumps({**serialize(self), "keras_version": "2.15.0", "backend": "tensorflow"}, **kwargs)

    def summary(self, line_length: int | None = None, positions: Any = None, print_fn: Any = None) -> None:
        """Prints the layers, the shapes they give and how many parameters they have."""
        (print_fn or print)(summary(self))

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        """Refused: a file of weights is given to ``rnn2onnx.compile``."""
        raise UnsupportedError(
            f"Model.load_weights is not supported: give the file to the compiler, rnn2onnx.compile(graph, outputs, "
            f"weights={str(filepath)!r}).",
            user_location(),
        )

    def reset_states(self) -> None:
        """Resets what stateful layers inside remember."""
        for layer in self.layers:
            if hasattr(layer, "reset_states") and getattr(layer, "stateful", False):
                layer.reset_states()

    @property
    def state_updates(self) -> list[Any]:
        """Nothing: states that go on are outputs of the program."""
        return []

    @property
    def stateful(self) -> bool:
        """Whether a layer inside is."""
        return any(getattr(layer, "stateful", False) for layer in self.layers)

    @stateful.setter
    def stateful(self, value: bool) -> None:
        """Without effect: a model is stateful where a layer in it is, and every layer begins by saying it is not."""


class _NoCallError(UnsupportedError, NotImplementedError):
    """A model that has neither inputs and outputs nor a ``call`` of its own."""


class _NoModelConfigError(UnsupportedError, NotImplementedError):
    """A model that is asked for a configuration."""


def _functional_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """The inputs, the outputs and the other arguments of ``Model``."""
    named = dict(zip(("inputs", "outputs", "name", "trainable"), args, strict=False))
    given = {**named, **kwargs}
    # Keras 1 had them in the singular.
    inputs = given.pop("inputs", given.pop("input", None))
    outputs = given.pop("outputs", given.pop("output", None))
    if (inputs is None) != (outputs is None):
        raise ArgumentError(
            "A Model has both inputs and outputs, or neither and a `call` of its own: one of them is None.",
            user_location(),
        )
    return inputs, outputs, given


def _shapes(tensors: Any) -> Any:
    return nest.map_structure(lambda tensor: tuple(tensor.shape.as_list()), tensors)


def _placeholders(shape: Any) -> Any:
    """Inputs that nothing is asked of, for a shape (a tuple) or a list of shapes."""
    if isinstance(shape, list) and any(nest.is_nested(one) for one in shape):
        return [_placeholders(one) for one in shape]
    return placeholder("float32", shape, name="build_input")


def _spec_of(tensor: Any) -> InputSpec | None:
    shape = tensor.shape.as_list()
    # An input [batch, 1] may be given as [batch], and the other way round.
    return InputSpec(shape=(None, *shape[1:])) if len(shape) > 2 else None


def _refusal(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise refuse(f"Model.{name}")

    method.__name__ = name
    method.__doc__ = "Always an error: models are compiled by rnn2onnx, and run with Program.run."
    return method


for _name in _REFUSED:
    setattr(Model, _name, _refusal(_name))
