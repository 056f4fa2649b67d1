"""What can be asked of a layer: names, variables and their values, shapes of its calls, its configuration."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, TraceError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.node import Node
from rnn2onnx.keras.engine.serialization import as_data
from rnn2onnx.keras.engine.tracking import layers_in, without_repetition
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.shapes.shape import TensorShape


class LayerFacts:
    """The part of ``Layer`` that looks at what it holds."""

    _arguments_are_attributes = False
    """Whether the configuration is what attributes named as the arguments of ``__init__`` hold."""

    _name: str
    _dtype: str | None
    _trainable: bool
    _tracked: list[Any]
    _trainable_weights: list[Any]
    _non_trainable_weights: list[Any]
    _inbound_nodes: list[Node]
    _outbound_nodes: list[Node]
    _losses: list[Any]
    built: bool

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def dtype(self) -> str:
        """The name of its variables' dtype."""
        return self._dtype or "float32"

    @property
    def compute_dtype(self) -> str:
        """The name of the dtype that floating inputs are cast to."""
        return self.dtype

    @property
    def variable_dtype(self) -> str:
        """The name of its variables' dtype."""
        return self.dtype

    @property
    def dynamic(self) -> bool:
        """False: a compiled program can't run Python code."""
        return False

    @property
    def graph(self) -> Graph:
        """The default graph."""
        return get_default_graph()

    @property
    def trainable(self) -> bool:
        """Whether its variables count as trainable."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self._inner_layers():
            layer.trainable = value

    def _inner_layers(self) -> list[Any]:
        return without_repetition(layer for held in self._tracked for layer in layers_in(held))

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The layers inside, and those inside them."""
        return tuple(_all_inside(self))

    # -- variables --------------------------------------------------------------------------------------------------

    @property
    def trainable_weights(self) -> list[Any]:
        """Its trainable variables, then those of layers inside; none if it is not trainable."""
        if not self.trainable:
            return []
        inner = [variable for layer in self._inner_layers() for variable in layer.trainable_weights]
        return without_repetition([*self._trainable_weights, *inner])

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Its other variables, then those of layers inside."""
        if self.trainable:
            inner = [variable for layer in self._inner_layers() for variable in layer.non_trainable_weights]
            return without_repetition([*self._non_trainable_weights, *inner])
        inner = [variable for layer in self._inner_layers() for variable in layer.weights]
        return without_repetition([*self._trainable_weights, *self._non_trainable_weights, *inner])

    @property
    def weights(self) -> list[Any]:
        """All its variables, the trainable ones first."""
        return without_repetition([*self.trainable_weights, *self.non_trainable_weights])

    @property
    def variables(self) -> list[Any]:
        """All its variables, the trainable ones first."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Any]:
        """Its trainable variables."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        """Its other variables."""
        return self.non_trainable_weights

    def get_weights(self) -> list[Any]:
        """The arrays that its variables start with, in the order of ``weights``."""
        values = []
        for variable in self.weights:
            name = variable.op.name
            values.append(variable.graph.initial_values([name])[name])
        return values

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the arrays that its variables start with; those given to ``rnn2onnx.compile`` replace them.

        Args:
            weights: An array for each variable, in the order of ``weights``.

        Raises:
            ArgumentError: Their number or a shape is another.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ArgumentError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a weight list of length '
                f"{len(weights)}, but the layer was expecting {len(variables)} weights: "
                f"{', '.join(f'{variable.op.name} {variable.shape}' for variable in variables) or 'none'}.",
                user_location(),
            )
        for variable, array in zip(variables, weights, strict=True):
            if not variable.shape.is_compatible_with(np.shape(array)):
                raise ArgumentError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight shape "
                    f"{np.shape(array)}: {variable.op.name}.",
                    user_location(),
                )
        for variable, array in zip(variables, weights, strict=True):
            variable.start_with(array)

    def count_params(self) -> int:
        """The number of elements of all its variables.

        Raises:
            ArgumentError: It was not built yet.
        """
        if not self.built:
            raise ArgumentError(
                f"You tried to call `count_params` on layer {self.name}, but the layer isn't built. Call it first, or "
                "its `build(input_shape)`.",
                user_location(),
            )
        return sum(int(variable.shape.num_elements()) for variable in self.weights)

    # -- losses and updates, which only training uses -----------------------------------------------------------------

    @property
    def losses(self) -> list[Any]:
        """What regularizers give, its own and those of layers inside."""
        return [*self._losses, *(loss for layer in self._inner_layers() for loss in layer.losses)]

    @property
    def updates(self) -> list[Any]:
        """Nothing: no call of a layer changes a variable."""
        return []

    @property
    def metrics(self) -> list[Any]:
        """Nothing: metrics are for training."""
        return []

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """What regularizers give."""
        return self.losses

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """Nothing: no call of a layer changes a variable."""
        return []

    # -- calls made in a functional model -----------------------------------------------------------------------------

    @property
    def inbound_nodes(self) -> list[Node]:
        """Its calls on what comes from a ``keras.Input``."""
        return self._inbound_nodes

    @property
    def outbound_nodes(self) -> list[Node]:
        """The calls that use what it gave."""
        return self._outbound_nodes

    def _node(self, index: int, what: str) -> Node:
        if not self._inbound_nodes:
            raise TraceError(
                f"The layer has never been called and thus has no defined {what}: {self.name}. Call it on what comes "
                "from a keras.Input.",
                user_location(),
            )
        if not -len(self._inbound_nodes) <= index < len(self._inbound_nodes):
            raise ArgumentError(
                f"Asked to get {what} at node {index}, but the layer has only {len(self._inbound_nodes)} inbound "
                f"nodes: {self.name}.",
                user_location(),
            )
        return self._inbound_nodes[index]

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise UnsupportedError(
                f"Layer {self.name} is not connected, no {what} to return: it has no inbound nodes. Call it on what "
                "comes from a keras.Input.",
                user_location(),
            )
        return self._inbound_nodes[0]

    def _common_shape(self, what: str, shapes: list[Any]) -> Any:
        if not shapes:
            raise UnsupportedError(
                f"The layer has never been called and thus has no defined {what} shape: {self.name}. Call it on what "
                "comes from a keras.Input.",
                user_location(),
            )
        if any(shape != shapes[0] for shape in shapes):
            raise UnsupportedError(
                f'The layer "{self.name}" has multiple inbound nodes, with different {what} shapes. Hence the notion '
                f'of "{what} shape" is ill-defined for the layer. Use `get_{what}_shape_at(node_index)` instead.',
                user_location(),
            )
        return shapes[0]

    def get_input_at(self, node_index: int) -> Any:
        """The inputs of one of its calls."""
        return _alone(self._node(node_index, "input").inputs)

    def get_output_at(self, node_index: int) -> Any:
        """The outputs of one of its calls."""
        return _alone(self._node(node_index, "output").outputs)

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shapes of the inputs of one of its calls."""
        return _shapes(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shapes of the outputs of one of its calls."""
        return _shapes(self.get_output_at(node_index))

    @property
    def input(self) -> Any:
        """The inputs of its first call."""
        return _alone(self._first_node("input").inputs)

    @property
    def output(self) -> Any:
        """The outputs of its first call."""
        return _alone(self._first_node("output").outputs)

    @property
    def input_shape(self) -> Any:
        """The shapes of the inputs of all its calls, tuples."""
        return self._common_shape("input", [_shapes(_alone(node.inputs)) for node in self._inbound_nodes])

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs of all its calls, tuples."""
        return self._common_shape("output", [_shapes(_alone(node.outputs)) for node in self._inbound_nodes])

    @property
    def input_mask(self) -> Any:
        """The masks of the inputs of its first call."""
        return nest.map_structure(lambda tensor: getattr(tensor, "_keras_mask", None), self.input)

    @property
    def output_mask(self) -> Any:
        """The masks of the outputs of its first call."""
        return nest.map_structure(lambda tensor: getattr(tensor, "_keras_mask", None), self.output)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for inputs of some shapes, batch included; subclasses may define it.

        Raises:
            UnsupportedError: This one did not, and has variables, so that it can't be tried out.
        """
        if self.weights or not self._arguments_are_attributes:
            raise _NotDefinedError(
                f"{type(self).__name__} has no `compute_output_shape`. Define it, or look at the shape of what a call "
                "gives.",
                user_location(),
            )
        with Graph().as_default():
            made = self.call(_placeholders(input_shape, self.dtype))  # type: ignore[attr-defined]
        return nest.map_structure(lambda tensor: tensor.shape, made)

    # -- configuration ------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer, without its weights.

        Raises:
            UnsupportedError: The class has arguments of its own, and does not say what they were.
        """
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if hasattr(self, "_batch_input_shape"):
            config["batch_input_shape"] = self._batch_input_shape
        config["dtype"] = self.dtype
        extra = [name for name in _arguments(type(self)) if name not in {*config, "dynamic", "weights"}]
        if self._arguments_are_attributes:
            return config | {name: as_data(getattr(self, name)) for name in extra if hasattr(self, name)}
        if extra and type(self).get_config is LayerFacts.get_config:
            raise _NotDefinedError(
                f"Layer {type(self).__name__} has arguments {extra} in `__init__` and therefore must override "
                "`get_config()`: return dict(super().get_config(), ...) with them.",
                user_location(),
            )
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what ``get_config`` gives."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r}>" if "_name" in self.__dict__ else object.__repr__(self)


class _NotDefinedError(UnsupportedError, NotImplementedError):
    """A method that a class would have to define."""


def _arguments(kind: type) -> list[str]:
    """The names of the arguments of a class's ``__init__``, and of those that it hands on to."""
    names: list[str] = []
    for base in kind.__mro__:
        if base is LayerFacts or "__init__" not in base.__dict__:
            continue
        parameters = list(inspect.signature(base.__dict__["__init__"]).parameters.values())[1:]
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        names += [parameter.name for parameter in parameters if parameter.kind not in variadic]
        if all(parameter.kind is not inspect.Parameter.VAR_KEYWORD for parameter in parameters):
            break
    return list(dict.fromkeys(names))


def _placeholders(shape: Any, dtype: str) -> Any:
    """Inputs of some shapes in the default graph."""
    if isinstance(shape, list) or (isinstance(shape, tuple) and any(nest.is_nested(one) for one in shape)):
        return [_placeholders(one, dtype) for one in shape]
    return placeholder(dtype, TensorShape(shape))


def _all_inside(layer: Any) -> list[Any]:
    inner = layer._inner_layers() if hasattr(layer, "_inner_layers") else []
    return without_repetition([*inner, *(deeper for one in inner for deeper in _all_inside(one))])


def _alone(tensors: Any) -> Any:
    return tensors[0] if isinstance(tensors, list) and len(tensors) == 1 else tensors


def _shapes(tensors: Any) -> Any:
    return nest.map_structure(lambda tensor: tuple(tensor.shape.as_list()), tensors)
