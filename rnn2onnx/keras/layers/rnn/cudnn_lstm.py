"""``CuDNNLSTM`` of ``tf.compat.v1.keras``: an LSTM with cuDNN's weights, which runs anywhere here."""

from __future__ import annotations

from typing import Any

from rnn2onnx.keras.layers.rnn.cudnn_rnn import CuDNNRNN
from rnn2onnx.keras.layers.rnn.lstm import LSTMCell, ones_within

_ARGUMENTS = (
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "unit_forget_bias",
    "kernel_regularizer",
    "recurrent_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "recurrent_constraint",
    "bias_constraint",
)


class CuDNNLSTM(CuDNNRNN):
    """An ``LSTM`` with two biases: ``bias`` ``[8 units]`` is of inputs i, f, c, o and then of states i, f, c, o.

    Variables ``kernel`` ``[depth, 4 units]``, ``recurrent_kernel`` ``[units, 4 units]`` and ``bias``, directly in the
    layer's name scope. Gates are sigmoids. Arguments are those of ``LSTM`` that cuDNN has.

    Source:
        ``tf.compat.v1.keras.layers.CuDNNLSTM``.
    """

    def __init__(
        self,
        units: Any,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            LSTMCell(units, name="lstm_cell", dtype=kwargs.get("dtype")),
            _ARGUMENTS,
            units,
            4,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )

    def _bias_initializer(self) -> Any:
        if self.unit_forget_bias:
            return ones_within(self.bias_initializer, 5 * self.units, self.units, 2 * self.units)
        return self.bias_initializer

    def _bias_of_cell(self, both: Any) -> Any:
        return both[0] + both[1]
