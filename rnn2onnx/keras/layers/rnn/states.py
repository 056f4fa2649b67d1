"""The states of cells: how many there are, zeros of their sizes, and the arguments that give them to a layer."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.node import is_keras_tensor
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.zero_state import _zero_state_tensors
from rnn2onnx.tf.shapes.shape import TensorShape


def is_multiple_state(state_size: Any) -> bool:
    """Whether a ``state_size`` stands for several states: it has a length, and is no shape."""
    return hasattr(state_size, "__len__") and not isinstance(state_size, TensorShape)


def listed(state_size: Any) -> list[Any]:
    """The sizes of a cell's states as a list."""
    return list(state_size) if is_multiple_state(state_size) else [state_size]


def zero_state(batch_size: Any, state_size: Any, dtype: Any) -> Any:
    """Zeros ``[batch_size] + size`` for each leaf of ``state_size``.

    Raises:
        ArgumentError: The batch size or the dtype is missing.
    """
    if batch_size is None or dtype is None:
        raise ArgumentError(
            "batch_size and dtype cannot be None while constructing initial state. Received: "
            f"batch_size={batch_size}, dtype={dtype}. Give both, or inputs.",
            user_location(),
        )
    return _zero_state_tensors(state_size, batch_size, dtype)


def zero_state_of_cell(cell: Any, inputs: Any, batch_size: Any, dtype: Any) -> Any:
    """The zero state of a cell for a batch that is given by its inputs, or else by its size and dtype."""
    if inputs is not None:
        tensor = convert_to_tensor(inputs)
        batch_size, dtype = length_of_axis(tensor, 0), tensor.dtype
    return zero_state(batch_size, cell.state_size, dtype)


def length_of_axis(tensor: Tensor, axis: int) -> Any:
    """A length: a number where it is known, else a scalar."""
    known = tensor.dims[axis]
    return known if isinstance(known, int) else shape(tensor)[axis]


def first_state_of(cell: Any, inputs: Any, batch_size: Any, dtype: Any) -> Any:
    """The state that a cell begins with: what it says itself, or zeros."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        return own(inputs=inputs, batch_size=batch_size, dtype=dtype)
    return zero_state_of_cell(cell, inputs, batch_size, dtype)


def separated(inputs: Any, initial_state: Any, constants: Any, num_constants: int) -> tuple[Any, Any, Any]:
    """The inputs, states and constants of a call, which may all be given in one list of inputs.

    Args:
        inputs: A tensor or a nest; a list is the inputs, then states, then constants.
        initial_state: A tensor, a list or a tuple; None for none.
        constants: Likewise.
        num_constants: How many constants stand at the end of a list of inputs.

    Returns:
        The inputs alone, and lists or None.

    Raises:
        ArgumentError: States or constants are given twice.
    """
    if isinstance(inputs, list):
        if initial_state is not None or constants is not None:
            raise ArgumentError(
                "A list of inputs is [inputs, *states, *constants], but states or constants were given besides. Give "
                "the inputs alone (several of them as a tuple), or all in the list.",
                user_location(),
            )
        if num_constants:
            inputs, constants = inputs[:-num_constants], inputs[-num_constants:]
        if len(inputs) > 1:
            initial_state = inputs[1:]
        inputs = inputs[0]
    return inputs, _list_or_none(initial_state), _list_or_none(constants)


def _list_or_none(given: Any) -> Any:
    if given is None or isinstance(given, list):
        return given
    return list(given) if isinstance(given, tuple) else [given]


def check_of_one_kind(initial_state: Any, constants: Any) -> None:
    """Refuses tensors of which some come from a ``keras.Input`` and some don't."""
    kinds = {is_keras_tensor(leaf) for leaf in nest.flatten([initial_state or [], constants or []])}
    if len(kinds) > 1:
        raise ArgumentError(
            "The initial state or constants of an RNN layer cannot be specified via a mix of Keras tensors and "
            'non-Keras tensors (a "Keras tensor" is a tensor that was returned by a Keras layer or by `Input`). '
            f"Received: initial_state={initial_state}, constants={constants}",
            user_location(),
        )
