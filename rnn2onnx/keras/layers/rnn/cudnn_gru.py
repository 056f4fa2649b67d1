"""``CuDNNGRU`` of ``tf.compat.v1.keras``: a GRU with cuDNN's weights, which runs anywhere here."""

from __future__ import annotations

from typing import Any

from rnn2onnx.keras.layers.rnn.cudnn_rnn import CuDNNRNN
from rnn2onnx.keras.layers.rnn.gru import GRUCell

_ARGUMENTS = (
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "recurrent_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "recurrent_constraint",
    "bias_constraint",
)


class CuDNNGRU(CuDNNRNN):
    """A ``GRU`` that resets after the product: ``bias`` ``[6 units]`` is of inputs z, r, h and then of states z, r, h.

    Variables ``kernel`` ``[depth, 3 units]``, ``recurrent_kernel`` ``[units, 3 units]`` and ``bias``, directly in the
    layer's name scope. Gates are sigmoids. Arguments are those of ``GRU`` that cuDNN has.

    Source:
        ``tf.compat.v1.keras.layers.CuDNNGRU``.
    """

    def __init__(
        self,
        units: Any,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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
            GRUCell(units, name="gru_cell", dtype=kwargs.get("dtype")),
            _ARGUMENTS,
            units,
            3,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
