"""Losses that draw samples or align sequences, which only training computes. Source: ``tf.nn``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.recording.unlearned import unlearned

__all__ = ["ctc_loss", "nce_loss", "sampled_softmax_loss"]


def _loss(*args: Any, **kwargs: Any) -> Any:
    """A loss for each row, of which no output may depend."""
    return unlearned("loss", lengths=[None])


ctc_loss = nce_loss = sampled_softmax_loss = _loss
