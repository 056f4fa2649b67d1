"""``tf.nn.static_state_saving_rnn``: a cell over one chunk of steps, from the states that the last chunk ended with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.static_rnn import static_rnn
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["StateSaver", "static_state_saving_rnn"]


def static_state_saving_rnn(
    cell: Any, inputs: Any, state_saver: Any, state_name: Any, sequence_length: Any = None, scope: Any = None
) -> tuple[list[Any], Any]:
    """As ``static_rnn``, from the states that ``state_saver`` has, which is given the final ones.

    With a saver whose states are inputs of the program and whose saved values are outputs, such as ``StateSaver``,
    chunks that are run one after the other give what one long run gives.

    Args:
        cell: One step: ``cell(x[B, …], state) -> (output, state)``.
        inputs: A list of T nests of tensors [B, …].
        state_saver: Has ``state(name)``, which gives a tensor, and ``save_state(name, value)``.
        state_name: The name of the state; a nest of as many names as ``cell.state_size`` has leaves if that is a nest.
        sequence_length: Integers [B], steps. Past it outputs are zero and the state stays. None: T for every row.
        scope: The variable scope, "rnn" by default.

    Returns:
        A list of T outputs, and the state.

    Raises:
        AttributeError: ``cell`` is no cell.
        ValueError: ``state_name`` does not fit ``cell.state_size``; as ``static_rnn``.

    Source:
        ``tf.nn.static_state_saving_rnn``.
    """
    size = _state_size(cell)
    if nest.is_nested(size) != nest.is_nested(state_name):
        raise ArgumentError(
            f"Argument `state_name` should be the same type as `cell.state_size`. Received: state_name={state_name}, "
            f"cell.state_size={size}.",
            user_location(),
        )
    names, sizes = nest.flatten(state_name), nest.flatten(size)
    if len(names) != len(sizes):
        raise ArgumentError(
            "Number of elements in argument `state_name` and `cell.state_size` are mismatched. Received "
            f"state_name={state_name} with {len(names)} elements and cell.state_size={size} with {len(sizes)} "
            "elements. Give each state a name.",
            user_location(),
        )
    start = nest.pack_sequence_as(size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=start, sequence_length=sequence_length, scope=scope)
    for name, leaf in zip(names, nest.flatten(state), strict=True):
        state_saver.save_state(name, leaf)
    return outputs, state


class NoCellError(ArgumentError, AttributeError):
    """An object without a state size: the AttributeError that TensorFlow raises."""


def _state_size(cell: Any) -> Any:
    if not hasattr(cell, "state_size"):
        raise NoCellError(
            f"{type(cell).__name__!r} object has no attribute 'state_size': the argument 'cell' ({cell}) is not an "
            "RNNCell.",
            user_location(),
        )
    return cell.state_size


class StateSaver:
    """States that are inputs of the program, and whose saved values may be its outputs.

    Run a chunk, feed the arrays of ``saved`` as the placeholders of the same names, and run the next chunk::

        saver = StateSaver({"c": 64, "h": 64})
        outputs, _ = tf.nn.static_state_saving_rnn(cell, chunk, saver, ("c", "h"))
        program = rnn2onnx.compile(graph, {"outputs": outputs, "states": saver.saved})

    Args:
        sizes: For each state's name its size: an int or a shape without the batch.
        batch_size: The number of rows; None: any.
        dtype: The dtype of the states, or one for each name.

    Attributes:
        saved: For each name what was saved last.
    """

    def __init__(self, sizes: Mapping[str, Any], batch_size: int | None = None, dtype: Any = float32) -> None:
        self._sizes = dict(sizes)
        self._batch_size = batch_size
        self._dtype = dtype
        self._states: dict[str, Tensor] = {}
        self.saved: dict[str, Tensor] = {}

    def state(self, state_name: str) -> Tensor:
        """The placeholder of a state, made when it is first asked for.

        Raises:
            ValueError: There is no state of that name.
        """
        if state_name not in self._sizes:
            raise ArgumentError(
                f"there is no state {state_name!r}; those of this saver are {sorted(self._sizes)}.", user_location()
            )
        if state_name not in self._states:
            size = self._sizes[state_name]
            shape = TensorShape([self._batch_size]).concatenate(
                size if isinstance(size, TensorShape | list | tuple) else [size]
            )
            dtype = self._dtype[state_name] if isinstance(self._dtype, Mapping) else self._dtype
            self._states[state_name] = placeholder(dtype, shape, state_name)
        return self._states[state_name]

    def save_state(self, state_name: str, value: Any) -> Tensor:
        """Keeps a value of a state in ``saved``."""
        self.saved[state_name] = convert_to_tensor(value)
        return self.saved[state_name]
