"""The state of an LSTM: ``LSTMStateTuple``, or one tensor with the columns of both."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import is_nested
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.recording.tensor import Tensor

_Pair = namedtuple("_Pair", ("c", "h"))


class LSTMStateTuple(_Pair):
    """``(c, h)``: the memory and the output of an LSTM; sizes, tensors or arrays.

    Source:
        ``tf.nn.rnn_cell.LSTMStateTuple``.
    """

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The dtype of both.

        Raises:
            ArgumentTypeError: They differ.
        """
        c, h = self
        if c.dtype != h.dtype:
            raise ArgumentTypeError(f"Inconsistent dtypes for internal state: {c.dtype} vs {h.dtype}", user_location())
        return c.dtype


def lstm_size(c: Any, h: Any, state_is_tuple: bool = True) -> Any:
    """The state size of an LSTM: ``LSTMStateTuple(c, h)``, or their sum."""
    return LSTMStateTuple(c, h) if state_is_tuple else c + h


def lstm_state(c: Tensor, h: Tensor, state_is_tuple: bool = True) -> Any:
    """The state that an LSTM gives: ``LSTMStateTuple(c, h)``, or both side by side."""
    return LSTMStateTuple(c, h) if state_is_tuple else concat([c, h], 1)


def lstm_pair(state: Any, cell: Any) -> tuple[Any, Any]:
    """C and h of the state that ``cell`` was given.

    Raises:
        ArgumentError: It has not two parts.
        ArgumentTypeError: It is one tensor.
    """
    parts = tuple(state)
    if len(parts) != 2:
        raise ArgumentError(
            f"{type(cell).__name__} expected the state (c, h), but received {len(parts)} values: {state}",
            user_location(),
        )
    return parts


def joined_state(state: Any, cell: Any) -> Any:
    """The state that ``cell`` was given, which must be one tensor with the columns of c and h.

    Raises:
        ArgumentError: It is nested.
    """
    if is_nested(state):
        raise ArgumentError(
            f"{type(cell).__name__} with state_is_tuple=False expected one tensor [batch, {cell.state_size}] as its "
            f"state, but received {state}. Join the parts with tf.concat(state, 1).",
            user_location(),
        )
    return state
