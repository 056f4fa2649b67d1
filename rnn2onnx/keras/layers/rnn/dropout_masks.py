"""The dropout masks that Keras's cells have: at inference they are ones."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.ops.filling import ones_like


class DropoutRNNCellMixin:
    """What a cell derived from one of Keras may call in its own ``call``; nothing is dropped from a compiled program.

    Source:
        ``keras.layers.rnn.dropout_rnn_cell_mixin``.
    """

    dropout: float = 0.0
    recurrent_dropout: float = 0.0

    def reset_dropout_mask(self) -> None:
        """Nothing: masks are ones."""

    def reset_recurrent_dropout_mask(self) -> None:
        """Nothing: masks are ones."""

    def get_dropout_mask_for_cell(self, inputs: Any, training: Any = None, count: int = 1) -> Any:
        """Ones like the inputs, a list of them if ``count`` is more than 1; None if nothing would be dropped."""
        return _ones(inputs, self.dropout, count)

    def get_recurrent_dropout_mask_for_cell(self, inputs: Any, training: Any = None, count: int = 1) -> Any:
        """Ones like the state, a list of them if ``count`` is more than 1; None if nothing would be dropped."""
        return _ones(inputs, self.recurrent_dropout, count)


def _ones(inputs: Any, rate: float, count: int) -> Any:
    if rate == 0:
        return None
    return ones_like(inputs) if count == 1 else [ones_like(inputs)] * count
