"""An affine map before or behind a cell: ``InputProjectionWrapper`` and ``OutputProjectionWrapper``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.affine import _Linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.zero_state import zero_state_of

Activation = Callable[[Any], Any]


class ScopedWrapper(RNNCell):
    """A cell around a cell, with variables of its own: those of both stand in a scope named after the wrapper.

    Args:
        cell: The cell inside.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.
    """

    def __init__(self, cell: Any, reuse: Any) -> None:
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        self._cell = cell

    @property
    def state_size(self) -> Any:
        """The state size of the cell inside."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The output size of the cell inside."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero state of the cell inside."""
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return zero_state_of(self._cell, batch_size, dtype)


class _Projection:
    """``act(x W + b)``; variables ``kernel`` and ``bias``, made by the first call in the scope it finds."""

    def __init__(self, size: Any, activation: Activation | None) -> None:
        self._size = size
        self._activation = activation
        self._linear: _Linear | None = None

    def __call__(self, x: Any) -> Tensor:
        if self._linear is None:
            self._linear = _Linear(x, self._size, True)
        projected = self._linear(x)
        return self._activation(projected) if self._activation else projected


class InputProjectionWrapper(ScopedWrapper):
    """``cell(act(x W + b), state)``.

    Variables ``input_projection_wrapper/kernel`` and ``bias``, then those of the cell in the same scope.

    Args:
        cell: The cell inside.
        num_proj: The number of columns of W.
        activation: A function; None: none.
        input_size: Without effect.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.

    Source:
        ``tf.contrib.rnn.InputProjectionWrapper``.
    """

    def __init__(
        self, cell: Any, num_proj: Any, activation: Activation | None = None, input_size: Any = None, reuse: Any = None
    ) -> None:
        super().__init__(cell, reuse)
        self._project = _Projection(num_proj, activation)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of the cell on projected inputs."""
        return self._cell(self._project(inputs), state)


class OutputProjectionWrapper(ScopedWrapper):
    """``act(out W + b)`` of what the cell gives.

    Variables: those of the cell in the scope ``output_projection_wrapper``, then its ``kernel`` and ``bias``.

    Args:
        cell: The cell inside.
        output_size: The number of columns of W.
        activation: A function; None: none.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.
        ArgumentError: ``output_size`` is not positive.

    Source:
        ``tf.contrib.rnn.OutputProjectionWrapper``.
    """

    def __init__(self, cell: Any, output_size: Any, activation: Activation | None = None, reuse: Any = None) -> None:
        super().__init__(cell, reuse)
        if output_size < 1:
            raise ArgumentError(f"Parameter output_size must be > 0: {output_size}.", user_location())
        self._output_size = output_size
        self._project = _Projection(output_size, activation)

    @property
    def output_size(self) -> Any:
        """The number of columns of W."""
        return self._output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of the cell: its output projected, and its new state."""
        output, new_state = self._cell(inputs, state)
        return self._project(output), new_state
