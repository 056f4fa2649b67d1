"""The state of an LSTM: ``LSTMStateTuple``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location

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
