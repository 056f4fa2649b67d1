"""``keras.layers.RNN``: a cell, or a stack of cells, run over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.engine.serialization import deserialize, serialize
from rnn2onnx.keras.layers.rnn.configuration import arguments_of
from rnn2onnx.keras.layers.rnn.recurrence import rnn
from rnn2onnx.keras.layers.rnn.stacked_rnn_cells import (
    StackedRNNCells,
    build_cell,
    called,
    output_size_of,
    state_as_given,
)
from rnn2onnx.keras.layers.rnn.stateful import (
    checked_values,
    no_batch,
    not_stateful,
    state_placeholders,
    states_or_given,
)
from rnn2onnx.keras.layers.rnn.states import (
    check_of_one_kind,
    first_state_of,
    length_of_axis,
    listed,
    separated,
)
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.static_value import constant_value


class RNN(Layer):
    """A layer that runs a cell over time.

    Args:
        cell: A cell, or a list of cells, which become a stack. A cell has ``call(inputs, states)``, which gives the
            output and the new states, and ``state_size``: an int, a TensorShape, or a list of them. It need not be a
            layer.
        return_sequences: Whether it gives all outputs, else the last one.
        return_state: Whether it gives the states after the last step besides.
        go_backwards: Whether it begins with the last step; outputs stay in the order they were computed in.
        stateful: Whether the states go on in the next run. They are inputs of the program then, ``states``, and its
            outputs are ``new_states``; see ``stateful.py``.
        unroll: Without effect, but the number of steps must be known.
        time_major: Whether time comes before batch in inputs, masks and outputs.
        **kwargs: As of ``Layer``; ``zero_output_for_mask``, whether masked steps give zeros and not the output of the
            step before; ``input_length`` and ``input_dim``, the shape of the inputs.

    Attributes:
        states: Of a stateful layer what it begins with: placeholders, from the first call on.
        new_states: Of a stateful layer the states after the last step of its last call.
        first_states: Of a stateful layer the arrays to feed in the first run.

    Raises:
        ArgumentError: ``cell`` is none.

    Source:
        ``keras.layers.RNN``.
    """

    _refuses_unknown_time = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        time_major: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, list | tuple):
            cell = StackedRNNCells(cell)
        if "call" not in dir(cell):
            raise ArgumentError(
                f"Argument `cell` should have a `call` method. The RNN was passed: cell={cell}", user_location()
            )
        if "state_size" not in dir(cell):
            raise ArgumentError(
                "The RNN cell should have a `state_size` attribute (tuple of integers, one integer per RNN state). "
                f"Received: cell={cell}",
                user_location(),
            )
        self.zero_output_for_mask = kwargs.pop("zero_output_for_mask", False)
        if "input_shape" not in kwargs and ("input_dim" in kwargs or "input_length" in kwargs):
            kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim", None))
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.time_major = time_major
        self.supports_masking = True
        self.new_states: Any = None
        self.first_states: list[np.ndarray[Any, Any]] = []
        self._states: Any = None
        self._given_states: Any = None
        self._num_constants = 0

    # -- shapes, masks, states --------------------------------------------------------------------------------------

    @property
    def states(self) -> Any:
        """What a stateful layer begins with; None for each state before its first call."""
        if self._states is not None:
            return self._states
        return [None] * len(listed(self.cell.state_size))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of what it gives; with ``return_state`` a list of shapes."""
        shape = _first_shape(input_shape)
        batch, steps = (shape[1], shape[0]) if self.time_major else (shape[0], shape[1])
        before = [batch]
        if self.return_sequences:
            before = [steps, batch] if self.time_major else [batch, steps]
        outputs = nest.flatten(
            nest.map_structure(
                lambda size: TensorShape(before).concatenate(TensorShape(size)), output_size_of(self.cell)
            )
        )
        if not self.return_state:
            return outputs[0] if len(outputs) == 1 else outputs
        sizes = nest.flatten(listed(self.cell.state_size))
        return [*outputs, *(TensorShape([batch]).concatenate(TensorShape(size)) for size in sizes)]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs for all outputs, none for a last output and for states."""
        of_output = nest.flatten(mask)[0] if self.return_sequences else None
        return [of_output, *(None for _ in self.states)] if self.return_state else of_output

    def get_initial_state(self, inputs: Any) -> list[Any]:
        """The states that the cell begins with for some inputs, a list."""
        first = nest.flatten(inputs)[0]
        batch = length_of_axis(first, 1 if self.time_major else 0)
        state = first_state_of(self.cell, None, batch, first.dtype)
        return list(state) if nest.is_nested(state) else [state]

    def build(self, input_shape: Any) -> None:
        """Builds the cell, and makes the states of a stateful layer."""
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        if not nest.is_nested(input_shape) or not _is_nest_of_shapes(input_shape):
            input_shape = TensorShape(input_shape)
        self.input_spec = [nest.map_structure(self._spec, input_shape)]
        build_cell(self.cell, nest.map_structure(self._of_one_step, input_shape))
        self._check_given(self._given_states)
        if self.stateful:
            self.reset_states()
        self.built = True

    def _spec(self, shape: TensorShape) -> InputSpec:
        lengths: list[Any] = shape.with_rank_at_least(3).as_list()
        batch, time = (1, 0) if self.time_major else (0, 1)
        lengths[time] = None
        if not self.stateful:
            lengths[batch] = None
        return InputSpec(shape=tuple(lengths))

    def _of_one_step(self, shape: TensorShape) -> TensorShape:
        return shape[1:] if self.time_major else shape[:1].concatenate(shape[2:])

    def _check_given(self, states: Any) -> None:
        """Refuses states that are not as many, or not of the sizes, that the cell says."""
        if states is None:
            return
        sizes = listed(self.cell.state_size)
        flat, given = nest.flatten(sizes), nest.flatten(states)
        shapes = [TensorShape(state.shape) for state in given]
        if len(flat) == len(shapes) and all(
            shape[1:].is_compatible_with(TensorShape(size)) for shape, size in zip(shapes, flat, strict=True)
        ):
            return
        raise ArgumentError(
            "An `initial_state` was passed that is not compatible with `cell.state_size`. Received "
            f"`state_spec`={[str(shape) for shape in shapes]}; however `cell.state_size` is {sizes}. Give a tensor "
            "[batch, size] for each.",
            user_location(),
        )

    # -- states that go on ------------------------------------------------------------------------------------------

    def reset_states(self, states: Any = None) -> None:
        """Sets ``first_states``: to arrays, or to what the cell begins with.

        Args:
            states: An array for each state; None for what the cell begins with.

        Raises:
            StatefulError: The layer is not stateful.
            ArgumentError: The number of rows is not known; the number of arrays or a shape is another.
        """
        if not self.stateful:
            raise not_stateful()
        if self._states is None:
            self._make_states()
        if states is None:
            self.first_states = self._own_first_states()
        else:
            self.first_states = checked_values(self.name, nest.flatten(self._states), states)

    def _make_states(self) -> None:
        batch = self._rows()
        shapes = nest.map_structure(
            lambda size: TensorShape([batch]).concatenate(TensorShape(size)), listed(self.cell.state_size)
        )
        self._states = state_placeholders(self.name, shapes, self.variable_dtype)

    def _rows(self) -> Any:
        spec = None if self.input_spec is None else nest.flatten(self.input_spec[0])[0]
        shape = getattr(spec, "shape", None)
        batch = None if shape is None else shape[1 if self.time_major else 0]
        if not batch:
            raise no_batch()
        return batch

    def _own_first_states(self) -> list[np.ndarray[Any, Any]]:
        leaves = nest.flatten(self._states)
        batch = leaves[0].dims[0] if leaves else None
        own = nest.flatten(first_state_of(self.cell, None, batch, self.variable_dtype)) if leaves else []
        values = [constant_value(leaf) for leaf in own]
        return [
            np.zeros(leaf.dims, leaf.recorded.type.dtype) if value is None else value
            for leaf, value in zip(leaves, values, strict=True)
        ]

    # -- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, initial_state: Any = None, constants: Any = None, **kwargs: Any) -> Any:
        """What the layer gives.

        Args:
            inputs: A tensor [batch, time, …] or a nest of tensors; a list of them, of states, and of constants.
            initial_state: The states before the first step, a tensor or a list; None for what the cell begins with.
            constants: Tensors that every step gets, for a cell whose ``call`` takes ``constants``.
            **kwargs: ``mask``, bool [batch, time]; ``training``.
        """
        inputs, initial_state, constants = separated(inputs, initial_state, constants, self._num_constants)
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        if constants is not None:
            kwargs["constants"] = constants
            self._num_constants = len(constants)
        check_of_one_kind(initial_state, constants)
        self._given_states = initial_state
        if self.built:
            self._check_given(initial_state)
        return super().__call__(inputs, **kwargs)

    def call(
        self, inputs: Any, mask: Any = None, training: Any = None, initial_state: Any = None, constants: Any = None
    ) -> Any:
        """What the layer gives for inputs alone, or for a list of inputs, states and constants."""
        inputs, initial_state, constants = self._process_inputs(inputs, initial_state, constants)
        first = nest.flatten(inputs)[0]
        if self.unroll and self._refuses_unknown_time and not isinstance(first.dims[0 if self.time_major else 1], int):
            raise ArgumentError(
                "Cannot unroll a RNN if the time dimension is undefined. Say it in the shape of the inputs, or leave "
                "`unroll` out: it has no effect on a compiled program.",
                user_location(),
            )
        last, outputs, states = rnn(
            self._step(training, bool(constants)),
            inputs,
            initial_state,
            constants=constants,
            go_backwards=self.go_backwards,
            mask=None if mask is None else nest.flatten(mask)[0],
            unroll=self.unroll,
            time_major=self.time_major,
            zero_output_for_mask=self.zero_output_for_mask,
            return_all_outputs=self.return_sequences,
        )
        return self._given(outputs if self.return_sequences else last, states)

    def _given(self, output: Any, states: Any) -> Any:
        if self.stateful:
            self.new_states = list(states)
        if not self.return_state:
            return output
        return [*(output if isinstance(output, list) else [output]), *states]

    def _maybe_reset_cell_dropout_mask(self, cell: Any) -> None:
        """Nothing: no mask is drawn. Layers derived from this one call it."""

    def _check_constants(self, given: bool) -> None:
        if given and "constants" not in CallSignature(self.cell.call).names:
            raise ArgumentError(
                f"RNN cell {self.cell} does not support constants. Received constants, but its `call` has no argument "
                "of that name.",
                user_location(),
            )

    def _step(self, training: Any, with_constants: bool) -> Any:
        self._check_constants(with_constants)
        options = {"training": training} if "training" in CallSignature(self.cell.call).names else {}
        count = self._num_constants if with_constants else 0

        def step(x: Any, states: tuple[Any, ...]) -> Any:
            given = dict(options)
            if count:
                given["constants"] = list(states[-count:])
                states = states[:-count]
            output, after = called(self.cell)(x, state_as_given(self.cell, states), **given)
            return output, after if nest.is_nested(after) else [after]

        return step

    def _process_inputs(self, inputs: Any, initial_state: Any, constants: Any) -> tuple[Any, Any, Any]:
        if isinstance(inputs, list):
            inputs, in_list, constants_in_list = separated(inputs, None, None, self._num_constants)
            initial_state = in_list if initial_state is None else initial_state
            constants = constants_in_list if constants is None else constants
        if self.stateful:
            initial_state = self.states if initial_state is None else states_or_given(self.states, initial_state)
        elif initial_state is None:
            initial_state = self.get_initial_state(inputs)
        if len(initial_state) != len(self.states):
            raise ArgumentError(
                f"Layer has {len(self.states)} states but was passed {len(initial_state)} initial states. Received: "
                f"initial_state={initial_state}",
                user_location(),
            )
        return inputs, initial_state, constants

    # -- configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer; the cell as its class name and configuration."""
        config = {
            **super().get_config(),
            **arguments_of(
                self, ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "time_major")
            ),
            "cell": self._cell_config(),
        }
        if self._num_constants:
            config["num_constants"] = self._num_constants
        if self.zero_output_for_mask:
            config["zero_output_for_mask"] = True
        return config

    def _cell_config(self) -> Any:
        return serialize(self.cell)

    def _config_with(self, names: Sequence[str]) -> dict[str, Any]:
        """The configuration of a layer that makes its cell itself, from these arguments."""
        config = {**RNN.get_config(self), **arguments_of(self, names)}
        del config["cell"]
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """A layer from what ``get_config`` gives; ``custom_objects`` are classes of cells by name."""
        rest = dict(config)
        constants = rest.pop("num_constants", 0)
        if "cell" in rest:
            rest["cell"] = deserialize(rest["cell"], custom_objects)
        layer = cls(**rest)
        layer._num_constants = constants
        return layer


def _is_nest_of_shapes(shapes: Any) -> bool:
    return any(isinstance(leaf, TensorShape) for leaf in nest.flatten(shapes)) or any(
        isinstance(part, tuple | list) for part in shapes
    )


def _first_shape(shape: Any) -> TensorShape:
    if isinstance(shape, list) and shape and (shape[0] is None or isinstance(shape[0], int)):
        return TensorShape(shape)
    if isinstance(shape, list):
        shape = shape[0]
    if isinstance(shape, tuple) and _is_nest_of_shapes(shape):
        first = nest.flatten_up_to([0] * len(shape), list(shape))[0]
        return TensorShape(first)
    return TensorShape(shape)
