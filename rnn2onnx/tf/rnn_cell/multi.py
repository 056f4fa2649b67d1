"""Cells on top of each other: ``MultiRNNCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import is_nested
from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.zero_state import zero_state_of
from rnn2onnx.tf.variables.variable_scope import variable_scope


class MultiRNNCell(RNNCell):
    """A stack: the output of each cell is the input of the next, that of the last is the output.

    The variables of cell i stand in ``multi_rnn_cell/cell_{i}``; a cell that occurs twice has them where it is first.

    Args:
        cells: The cells, the first one nearest to the input.
        state_is_tuple: States are tuples of the cells' states, else one tensor with the columns of all.

    Raises:
        ArgumentError: There is no cell; or ``state_is_tuple`` is False and a cell's state is a nest.
        ArgumentTypeError: ``cells`` is no list or tuple, or has something in it that is no cell.

    Source:
        ``tf.nn.rnn_cell.MultiRNNCell``.
    """

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        super().__init__()
        if not cells:
            raise ArgumentError("Must specify at least one cell for MultiRNNCell.", user_location())
        if not is_nested(cells):
            raise ArgumentTypeError(f"cells must be a list or tuple, but received: {cells}.", user_location())
        for index, cell in enumerate(cells):
            if not callable(cell) or not hasattr(cell, "state_size"):
                assert_like_rnncell(f"cells[{index}]", cell)
        self._cells = cells
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(is_nested(cell.state_size) for cell in cells):
            raise ArgumentError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set. "
                f"State sizes are: {[cell.state_size for cell in cells]}",
                user_location(),
            )

    @property
    def state_size(self) -> Any:
        """A tuple of the cells' sizes, or their sum."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """The output size of the last cell."""
        return self._cells[-1].output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros in the structure of ``state_size``: what each cell says its zero state is."""
        if not self._state_is_tuple:
            return super().zero_state(batch_size, dtype)
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return tuple(zero_state_of(cell, batch_size, dtype) for cell in self._cells)

    @property
    def trainable_weights(self) -> list[Any]:
        """The trainable variables of the cells, cell by cell."""
        return self._weights("trainable_weights") if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other variables of the cells; all of them if the stack is not trainable."""
        rest = self._weights("non_trainable_weights")
        return rest if self.trainable else self._weights("trainable_weights") + rest

    def _weights(self, kind: str) -> list[Any]:
        return [weight for cell in self._cells if isinstance(cell, Layer) for weight in getattr(cell, kind)]

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of every cell: the output of the last one, and the new states."""
        if self._state_is_tuple and (not is_nested(state) or len(state) < len(self._cells)):
            raise ArgumentError(
                f"Expected state to be a tuple of length {len(self._cells)}, but received: {state}", user_location()
            )
        column = 0
        new_states = []
        for index, cell in enumerate(self._cells):
            with variable_scope(f"cell_{index}"):
                if self._state_is_tuple:
                    own = state[index]
                else:
                    own = slice(state, [0, column], [-1, cell.state_size])
                    column += cell.state_size
                inputs, new_state = cell(inputs, own)
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)
