"""Cells around a cell that add no variables: what wrappers share, ``ResidualWrapper`` and ``DeviceWrapper``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.nest import assert_same_structure, map_structure
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.zero_state import zero_state_of


class RNNCellWrapper(RNNCell):
    """A cell around a cell: its sizes and zero state, its variables where they would be without the wrapper.

    Args:
        cell: The cell inside.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.
    """

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell

    @property
    def _cell(self) -> Any:
        return self.cell

    @property
    def state_size(self) -> Any:
        """The state size of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """The output size of the cell inside."""
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero state of the cell inside."""
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return zero_state_of(self.cell, batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step of the cell inside, with what the wrapper adds."""
        # A cell of the user's own may take no scope, so none is passed unless it was given.
        return self._around(inputs, state, {} if scope is None else {"scope": scope})

    def _around(self, inputs: Any, state: Any, scope: dict[str, Any]) -> Any:
        return self.cell(inputs, state, **scope)


class ResidualWrapper(RNNCellWrapper):
    """Adds the cell's inputs to its outputs, leaf by leaf.

    Args:
        cell: The cell inside.
        residual_fn: ``residual_fn(inputs, outputs)`` gives the outputs; by default their sum, of equal shapes.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell. In a call: inputs and outputs are containers of other types.
        ShapeError: In a call: their shapes differ.

    Source:
        ``tf.nn.rnn_cell.ResidualWrapper``.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _around(self, inputs: Any, state: Any, scope: dict[str, Any]) -> Any:
        outputs, new_state = self.cell(inputs, state, **scope)
        return (self._residual_fn or _sum)(inputs, outputs), new_state


def _sum(inputs: Any, outputs: Any) -> Any:
    def leaf(given: Any, output: Any) -> Any:
        convert_to_tensor(given).shape.assert_is_compatible_with(output.shape)
        return given + output

    assert_same_structure(inputs, outputs)
    return map_structure(leaf, inputs, outputs)


class DeviceWrapper(RNNCellWrapper):
    """The cell inside; where it runs is decided when the program runs.

    Args:
        cell: The cell inside.
        device: A device string or function; kept, without effect.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.

    Source:
        ``tf.nn.rnn_cell.DeviceWrapper``.
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device
