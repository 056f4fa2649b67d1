"""Keras cells around a cell: ``tf.nn.RNNCellResidualWrapper``, ``RNNCellDropoutWrapper``, ``RNNCellDeviceWrapper``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.layers.rnn.abstract_rnn_cell import AbstractRNNCell
from rnn2onnx.keras.layers.rnn.lstm import LSTMCell
from rnn2onnx.tf.rnn_cell.dropout import drops

__all__ = ["DeviceWrapper", "DropoutWrapper", "ResidualWrapper"]


class _CellWrapper(AbstractRNNCell):
    """A cell around a cell: its sizes; its variables in the wrapper's name scope.

    Keras's layers do not build it, as in TensorFlow: its variables are made, and named, when it is called first.

    Args:
        cell: The cell inside.
        **kwargs: As of ``Layer``.
    """

    _built_when_called = True

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        """The sizes of the states of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """The size of the output of the cell inside."""
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero state of the cell inside."""
        return self.cell.zero_state(batch_size, dtype)

    def build(self, input_shape: Any) -> None:
        """Builds the cell inside."""
        self.cell.build(input_shape)
        self.cell.built = True
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = None, **kwargs: Any) -> Any:
        """One step of the cell inside, with what the wrapper adds."""
        if training is not None and CallSignature(self.cell.call).takes("training"):
            kwargs["training"] = training
        output, new_states = self.cell.call(inputs, states, **kwargs)
        return self._added(inputs, output), new_states

    def _added(self, inputs: Any, output: Any) -> Any:
        return output


class ResidualWrapper(_CellWrapper):
    """Adds the cell's inputs to its outputs, leaf by leaf.

    Args:
        cell: The cell inside.
        residual_fn: ``residual_fn(inputs, outputs)`` gives the outputs; by default their sum, of equal shapes.
        **kwargs: As of ``Layer``.

    Raises:
        ShapeError: In a call: the shapes differ.

    Source:
        ``tf.nn.RNNCellResidualWrapper``.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _added(self, inputs: Any, output: Any) -> Any:
        if self._residual_fn is not None:
            return self._residual_fn(inputs, output)
        nest.assert_same_structure(inputs, output)

        def leaf(given: Any, found: Any) -> Any:
            given.shape.assert_is_compatible_with(found.shape)
            return given + found

        return nest.map_structure(leaf, inputs, output)


class DeviceWrapper(_CellWrapper):
    """The cell inside; where it runs is decided when the program runs.

    Args:
        cell: The cell inside.
        device: A device string or function; kept, without effect.
        **kwargs: As of ``Layer``.

    Source:
        ``tf.nn.RNNCellDeviceWrapper``.
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device


class DropoutWrapper(_CellWrapper):
    """The cell inside, as it is at inference: nothing is dropped.

    TensorFlow's wrapper drops at inference, too. A compiled model cannot, so a keep probability other than 1 is
    refused, unless ``inference=True`` says that dropout is to be left out.

    Args:
        cell: The cell inside.
        input_keep_prob: The probability that an input is kept.
        output_keep_prob: Likewise of an output.
        state_keep_prob: Likewise of a new state.
        variational_recurrent: Without effect where nothing is dropped; needs ``dtype``.
        input_size: Sizes of the inputs.
        dtype: As of ``Layer``.
        seed: Without effect.
        dropout_state_filter_visitor: Without effect.
        inference: rnn2onnx's own, TensorFlow has no such argument: take any keep probability as 1.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: The cell is Keras's ``LSTMCell``; a probability is outside [0, 1], or not 1 while ``inference``
            is False; ``variational_recurrent`` lacks the dtype.
        ArgumentTypeError: ``dropout_state_filter_visitor`` cannot be called.

    Source:
        ``tf.nn.RNNCellDropoutWrapper``.
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: Any = None,
        dropout_state_filter_visitor: Any = None,
        *,
        inference: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, LSTMCell):
            raise ArgumentError(
                "keras LSTM cell does not work with DropoutWrapper. Please use LSTMCell(dropout=x, "
                "recurrent_dropout=y) instead.",
                user_location(),
            )
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise ArgumentTypeError(
                f"dropout_state_filter_visitor must be callable. Received: {dropout_state_filter_visitor}",
                user_location(),
            )
        for name, kept in (
            ("input_keep_prob", input_keep_prob),
            ("state_keep_prob", state_keep_prob),
            ("output_keep_prob", output_keep_prob),
        ):
            if not 0 <= kept <= 1:
                raise ArgumentError(f"Parameter {name} must be between 0 and 1. Received {kept}", user_location())
            if kept != 1 and not inference:
                raise drops("RNNCellDropoutWrapper", name, kept)
        if variational_recurrent and dtype is None:
            raise ArgumentError("When variational_recurrent=True, dtype must be provided", user_location())
