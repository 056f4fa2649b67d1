"""Dropout around a cell, which at inference is the cell alone: ``DropoutWrapper``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.wrappers import RNNCellWrapper
from rnn2onnx.tf.shapes.static_value import constant_value


class DropoutWrapper(RNNCellWrapper):
    """The cell inside, as it is at inference: nothing is dropped.

    A keep probability that is not the constant 1 would make the compiled model random. It is refused, unless
    ``inference=True`` says that the trained model is to be compiled, in which dropout is the identity.

    Args:
        cell: The cell inside.
        input_keep_prob: The probability that an input is kept: a number or scalar tensor between 0 and 1.
        output_keep_prob: Likewise of an output.
        state_keep_prob: Likewise of a new state.
        variational_recurrent: One pattern for all steps; needs ``dtype``, and ``input_size`` where inputs are dropped.
        input_size: Sizes of the inputs.
        dtype: The dtype of inputs, states and outputs.
        seed: The seed of the patterns; without effect, as there are none.
        dropout_state_filter_visitor: Says which states are dropped; without effect, as none is.
        inference: rnn2onnx's own, TensorFlow has no such argument: take any keep probability as 1.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell, or ``dropout_state_filter_visitor`` cannot be called.
        ArgumentError: A probability is outside [0, 1], or is not 1 and ``inference`` is False; or
            ``variational_recurrent`` lacks what it needs.

    Source:
        ``tf.nn.rnn_cell.DropoutWrapper``.
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
        seed: int | None = None,
        dropout_state_filter_visitor: Any = None,
        *,
        inference: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise ArgumentTypeError(
                f"dropout_state_filter_visitor must be callable. Received: {dropout_state_filter_visitor}",
                user_location(),
            )
        self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
        self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
        self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        self._variational_recurrent = variational_recurrent
        self._input_size = input_size
        self._seed = seed
        self._dropout_state_filter = dropout_state_filter_visitor
        if variational_recurrent:
            self._check_variational(dtype)
        if not inference:
            self._check_nothing_dropped()

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables of the cell inside, for inputs of this shape."""
        self.cell.build(inputs_shape)
        self.built = True

    def _check_variational(self, dtype: Any) -> None:
        if dtype is None:
            raise ArgumentError("When variational_recurrent=True, dtype must be provided", user_location())
        if self._input_keep_prob != 1.0 and self._input_size is None:
            raise ArgumentError(
                "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided",
                user_location(),
            )

    def _check_nothing_dropped(self) -> None:
        for name in ("input_keep_prob", "state_keep_prob", "output_keep_prob"):
            kept = getattr(self, f"_{name}")
            if kept != 1.0:
                raise drops("DropoutWrapper", name, kept)


def drops(cell: str, argument: str, kept: Any) -> ArgumentError:
    """The error of a cell that would drop values at random.

    Args:
        cell: The name of its class.
        argument: The argument that says so.
        kept: What was given for it.
    """
    return ArgumentError(
        f"{cell} with {argument}={kept} drops values at random, which a compiled model cannot do. "
        f"Give {argument}=1.0, or inference=True to compile the cell as it is at inference, where nothing is dropped.",
        user_location(),
    )


def _probability(name: str, given: Any) -> Any:
    """The number that was given, 1.0 or less, or the tensor if its value is not known while recording."""
    tensor = convert_to_tensor(given)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if not 0 <= known <= 1:
        raise ArgumentError(f"Parameter {name} must be between 0 and 1. Received {given}", user_location())
    return float(known)
