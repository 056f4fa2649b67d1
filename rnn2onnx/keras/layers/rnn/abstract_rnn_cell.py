"""``keras.layers.AbstractRNNCell``: what a cell of one's own may derive from."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.layers.rnn.states import zero_state_of_cell


class AbstractCellError(UnsupportedError, NotImplementedError):
    """A cell lacks what its class must define."""


class AbstractRNNCell(Layer):
    """A cell: subclasses define ``call(inputs, states)`` and the properties ``state_size`` and ``output_size``.

    Source:
        ``keras.layers.AbstractRNNCell``.
    """

    def call(self, inputs: Any, states: Any) -> Any:
        """One step: the output, and the new states.

        Raises:
            AbstractCellError: The subclass does not define it.
        """
        raise self._lacking("call")

    @property
    def state_size(self) -> Any:
        """The size of the state: an int, a TensorShape, or a nest of them."""
        raise self._lacking("state_size")

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        raise self._lacking("output_size")

    def _lacking(self, name: str) -> AbstractCellError:
        return AbstractCellError(f"{type(self).__name__} has no {name}. Define it in the class.", user_location())

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros, for the batch of ``inputs``, or for a batch size and a dtype."""
        return zero_state_of_cell(self, inputs, batch_size, dtype)
