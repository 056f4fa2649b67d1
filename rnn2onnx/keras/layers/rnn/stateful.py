"""The state that a layer carries from one run of the program to the next, as inputs and outputs of the program.

A compiled program changes no variables. So the states of a layer with ``stateful=True`` are placeholders that the
caller feeds, named ``<layer>_state_0``, ``<layer>_state_1``…, and the states after the last step are tensors to ask
for:

    layer = keras.layers.LSTM(8, stateful=True)
    y = layer(x)                                                # x: [rows, steps, depth], the number of rows is known
    program = rnn2onnx.compile(graph, {"y": y, "states": layer.new_states})
    states = layer.first_states                                 # arrays: zeros, or what reset_states was given
    for chunk in chunks:
        result = program.run({"x": chunk, "lstm_state_0": states[0], "lstm_state_1": states[1]})
        states = result["states"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype, numpy_dtype
from rnn2onnx.tf.ops.arithmetic import not_equal
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.ops.reduction_ops import reduce_any
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor

_NO_BATCH = (
    "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input tensors: say it in "
    "the shape of the placeholder, or by `batch_input_shape` of the first layer or `batch_shape` of the Input layer."
)


def state_placeholders(name: str, shapes: Any, dtype: Any) -> Any:
    """Placeholders for the states of a layer.

    Args:
        name: The layer's.
        shapes: A nest of TensorShapes.
        dtype: Of all of them.

    Raises:
        ArgumentError: A length is not known.
    """
    if not all(shape.is_fully_defined() for shape in nest.flatten(shapes)):
        raise no_batch()
    count = iter(range(len(nest.flatten(shapes))))
    with get_default_graph().name_scope(None):
        return nest.map_structure(
            lambda shape: placeholder(as_dtype(dtype), shape, name=f"{name}_state_{next(count)}"), shapes
        )


class StatefulError(UnsupportedError):
    """A layer that is not stateful was asked for its states."""


def not_stateful() -> StatefulError:
    """The error that a layer has no states that go on."""
    return StatefulError("Layer must be stateful. Make it with stateful=True.", user_location())


def no_batch() -> ArgumentError:
    """The error that the number of rows is not known."""
    return ArgumentError(_NO_BATCH, user_location())


def states_or_given(states: Any, given: Any) -> Any:
    """The states that are fed, or, as long as all of them are zero, the states that a call was given."""
    any_set = None
    for state in nest.flatten(states):
        found = reduce_any(not_equal(state, np.zeros((), state.recorded.type.dtype)))
        any_set = found if any_set is None else any_set | found
    chosen = [where_v2(any_set, a, b) for a, b in zip(nest.flatten(states), nest.flatten(given), strict=True)]
    return nest.pack_sequence_as(states, chosen)


def checked_values(layer_name: str, states: Sequence[Tensor], values: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays that a layer is told to begin with.

    Raises:
        ArgumentError: Their number or a shape is another than the states'.
    """
    given = nest.flatten(values)
    if len(given) != len(states):
        raise ArgumentError(
            f"Layer {layer_name} expects {len(states)} states, but it received {len(given)} state values. States "
            f"received: {values}",
            user_location(),
        )
    arrays = []
    for index, (value, state) in enumerate(zip(given, states, strict=True)):
        if tuple(np.shape(value)) != tuple(state.dims):
            raise ArgumentError(
                f"State {index} is incompatible with layer {layer_name}: expected shape={tuple(state.dims)} but found "
                f"shape={np.shape(value)}",
                user_location(),
            )
        arrays.append(np.asarray(value, numpy_dtype(state.dtype)))
    return arrays
