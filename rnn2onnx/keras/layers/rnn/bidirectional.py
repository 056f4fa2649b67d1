"""``keras.layers.Bidirectional``: a recurrent layer forwards and another one backwards, their outputs merged."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.engine.serialization import deserialize, serialize
from rnn2onnx.keras.layers.rnn.stateful import not_stateful
from rnn2onnx.keras.layers.rnn.states import check_of_one_kind, separated
from rnn2onnx.keras.layers.wrappers import Wrapper
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.reshaping import reverse
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.shapes.shape import TensorShape

_MODES = ("sum", "mul", "ave", "concat", None)


class Bidirectional(Wrapper):
    """Two recurrent layers over the same inputs, the backward one's outputs put into the order of the inputs.

    Args:
        layer: The forward layer; a new one is made from its configuration.
        merge_mode: ``concat``, ``sum``, ``mul`` or ``ave`` of the outputs; None gives a list of both.
        weights: Arrays the variables start with, the forward layer's first.
        backward_layer: A layer that goes the other way and returns the same things; by default one like ``layer``.
        **kwargs: As of ``Layer``.

    Attributes:
        layer: The layer it was made from.
        forward_layer: The one that goes as ``layer`` does.
        backward_layer: The other one.

    Raises:
        ArgumentError: What was given is no layer; the mode is unknown; the layers go the same way or return different
            things.

    Source:
        ``keras.layers.Bidirectional``.
    """

    def __init__(
        self, layer: Any, merge_mode: Any = "concat", weights: Any = None, backward_layer: Any = None, **kwargs: Any
    ) -> None:
        if not isinstance(layer, Layer):
            raise ArgumentError(
                f"Please initialize `Bidirectional` layer with a `tf.keras.layers.Layer` instance. Received: {layer}",
                user_location(),
            )
        if backward_layer is not None and not isinstance(backward_layer, Layer):
            raise ArgumentError(
                f"`backward_layer` need to be a `tf.keras.layers.Layer` instance. Received: {backward_layer}",
                user_location(),
            )
        if merge_mode not in _MODES:
            raise ArgumentError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of "
                '{"sum", "mul", "ave", "concat", None}',
                user_location(),
            )
        # Not as a wrapper: the layer that is given has no part in this one but its configuration.
        Layer.__init__(self, **kwargs)
        # Past the layer's own way to set attributes, so that these are not among the layers inside.
        object.__setattr__(self, "layer", layer)
        object.__setattr__(self, "_given_backward_layer", copy.copy(backward_layer))
        self.forward_layer = _another(layer)
        self.backward_layer = _another(layer, other_way=True) if backward_layer is None else backward_layer
        self.forward_layer._name = f"forward_{self.forward_layer.name}"
        self.backward_layer._name = f"backward_{self.backward_layer.name}"
        self._check_that_they_fit()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):
                one.zero_output_for_mask = one.return_sequences
        if weights:
            half = len(weights) // 2
            self.forward_layer._initial_weights = weights[:half]
            self.backward_layer._initial_weights = weights[half:]
        self.merge_mode = merge_mode
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec
        self._num_constants = 0

    def _check_that_they_fit(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ArgumentError(
                "Forward layer and backward layer should have different `go_backwards` value. Both have "
                f"{forward.go_backwards}.",
                user_location(),
            )
        for name in ("stateful", "return_sequences", "return_state"):
            one, other = getattr(forward, name), getattr(backward, name)
            if one != other:
                raise ArgumentError(
                    "Forward layer and backward layer are expected to have the same value for attribute "
                    f'"{name}", got "{one}" for forward layer and "{other}" for backward layer',
                    user_location(),
                )

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def states(self) -> list[Any]:
        """What stateful layers begin with, the forward layer's first."""
        return [*self.forward_layer.states, *self.backward_layer.states]

    @property
    def new_states(self) -> list[Any]:
        """The states of stateful layers after the last step, the forward layer's first."""
        return [*(self.forward_layer.new_states or ()), *(self.backward_layer.new_states or ())]

    @property
    def first_states(self) -> list[Any]:
        """The arrays to feed stateful layers in the first run, the forward layer's first."""
        return [*self.forward_layer.first_states, *self.backward_layer.first_states]

    def reset_states(self, states: Any = None) -> None:
        """Sets ``first_states``, the first half of ``states`` for the forward layer. See ``RNN``."""
        if not self.stateful:
            raise not_stateful()
        if states is None:
            self.forward_layer.reset_states()
            self.backward_layer.reset_states()
            return
        if not isinstance(states, list | tuple):
            raise ArgumentError(
                f"Unrecognized value for `states`. Expected `states` to be list or tuple. Received: {states}",
                user_location(),
            )
        half = len(states) // 2
        self.forward_layer.reset_states(list(states[:half]))
        self.backward_layer.reset_states(list(states[half:]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of what it gives; a list where it gives several."""
        shapes = self.forward_layer.compute_output_shape(input_shape)
        states = list(shapes[1:]) if self.return_state else []
        output = TensorShape(shapes[0] if self.return_state else shapes)
        if self.merge_mode == "concat":
            last = output.as_list()[-1]
            output = output[:-1].concatenate([None if last is None else 2 * last])
        if self.merge_mode is None:
            return [output, output, *states, *states]
        return [output, *states, *states] if self.return_state else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs for all outputs, none for last outputs and for states."""
        of_output = nest.flatten(mask)[0] if self.return_sequences else None
        masks = [of_output] * (2 if self.merge_mode is None else 1)
        if self.return_state:
            return [*masks, *(None for _ in self.states)]
        return masks if self.merge_mode is None else of_output

    def build(self, input_shape: Any = None) -> None:
        """Builds both layers."""
        for one in (self.forward_layer, self.backward_layer):
            if not one.built:
                with get_default_graph().name_scope(one.name):
                    one.build(input_shape)
                one.built = True
        self.built = True

    # -- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, initial_state: Any = None, constants: Any = None, **kwargs: Any) -> Any:
        """What the layers give, merged; states are given forward first, then backward. See ``RNN``.

        Raises:
            ArgumentError: The number of states is odd.
        """
        inputs, initial_state, constants = separated(inputs, initial_state, constants, self._num_constants)
        if initial_state is not None:
            if len(initial_state) % 2:
                raise ArgumentError(
                    "When passing `initial_state` to a Bidirectional RNN, the state should be a list containing the "
                    "states of the underlying RNNs. Those of the forward layer come first. Received: "
                    f"{initial_state}",
                    user_location(),
                )
            kwargs["initial_state"] = initial_state
            half = len(initial_state) // 2
            self.forward_layer._given_states = initial_state[:half]
            self.backward_layer._given_states = initial_state[half:]
        if constants is not None:
            kwargs["constants"] = constants
            self._num_constants = len(constants)
            self.forward_layer._num_constants = self.backward_layer._num_constants = len(constants)
        check_of_one_kind(initial_state, constants)
        return super().__call__(inputs, **kwargs)

    def call(
        self, inputs: Any, training: Any = None, mask: Any = None, initial_state: Any = None, constants: Any = None
    ) -> Any:
        """What the layers give, merged."""
        signature = CallSignature(self.forward_layer.call)
        given = {"training": training, "mask": mask, "constants": constants}
        options = {name: value for name, value in given.items() if value is not None and signature.takes(name)}
        one_way, other_way = dict(options), dict(options)
        if initial_state is not None:
            half = len(initial_state) // 2
            one_way["initial_state"], other_way["initial_state"] = initial_state[:half], initial_state[half:]
        forward = self.forward_layer(inputs, **one_way)
        backward = self.backward_layer(inputs, **other_way)
        states = []
        if self.return_state:
            states = [*forward[1:], *backward[1:]]
            forward, backward = forward[0], backward[0]
        if self.return_sequences:
            backward = reverse(backward, [0 if getattr(self.forward_layer, "time_major", False) else 1])
        merged = self._merged(forward, backward)
        return [*(merged if isinstance(merged, list) else [merged]), *states] if self.return_state else merged

    def _merged(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode == "concat":
            return concat([forward, backward], -1)
        if self.merge_mode == "sum":
            return forward + backward
        if self.merge_mode == "ave":
            return (forward + backward) / 2.0
        return forward * backward if self.merge_mode == "mul" else [forward, backward]

    # -- configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The configurations of the layers, and how they are merged."""
        config = {**super().get_config(), "layer": serialize(self.layer), "merge_mode": self.merge_mode}
        if self._num_constants:
            config["num_constants"] = self._num_constants
        if self._given_backward_layer is not None:
            config["backward_layer"] = serialize(self._given_backward_layer)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """A layer from what ``get_config`` gives; ``custom_objects`` are classes by name."""
        rest = dict(config)
        constants = rest.pop("num_constants", 0)
        for name in ("layer", "backward_layer"):
            if name in rest:
                rest[name] = deserialize(rest[name], custom_objects)
        made = cls(**rest)
        made._num_constants = constants
        return made


def _another(layer: Any, *, other_way: bool = False) -> Any:
    """A layer of the same class and configuration, without the variables; ``other_way`` turns ``go_backwards``.

    A layer that does not say how it was made (a cell of one's own without ``get_config``) is copied.

    Raises:
        UnsupportedError: It does not say how it was made, and was used already.
    """
    made = _from_configuration(layer)
    if other_way:
        made.go_backwards = not made.go_backwards
    return made


def _from_configuration(layer: Any) -> Any:
    try:
        config = layer.get_config()
    except (NotImplementedError, AttributeError):
        if layer.built:
            raise
        made = copy.deepcopy(layer)
        for cell in _cells(getattr(made, "cell", None)):
            if isinstance(cell, RNNCell):
                cell.keep_name()
        return made
    if "cell" not in config:
        return type(layer).from_config(config)
    return type(layer).from_config(config, {type(cell).__name__: type(cell) for cell in _cells(layer.cell)})


def _cells(cell: Any) -> list[Any]:
    """A cell and the cells in it, those of TensorFlow's stacks and wrappers included."""
    inside = [
        *getattr(cell, "cells", ()),
        *getattr(cell, "_cells", ()),
        getattr(cell, "_cell", getattr(cell, "cell", None)),
    ]
    return [cell, *(inner for one in inside if one is not None for inner in _cells(one))]
