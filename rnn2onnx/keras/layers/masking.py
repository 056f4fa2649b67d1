"""``keras.layers.Masking``: steps that hold one value everywhere do not count."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.engine.masks import set_mask

__all__ = ["Masking"]


class Masking(Layer):
    """The inputs, zero at steps where every element is ``mask_value``, with a mask that is False there.

    Args:
        mask_value: What padding holds.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.Masking``.
    """

    _arguments_are_attributes = True
    _compute_output_and_mask_jointly = True

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """False at steps where every element is ``mask_value``."""
        return tf.reduce_any(tf.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """The inputs, zero at steps that are masked."""
        mask = self.compute_mask(inputs)
        outputs = inputs * tf.cast(tf.expand_dims(mask, -1), inputs.dtype)
        set_mask(outputs, mask)
        return outputs
