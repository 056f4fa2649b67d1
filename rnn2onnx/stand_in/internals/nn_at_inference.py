"""What ``tf.nn`` has only under TensorFlow's name: dropout at inference, losses of training."""

from __future__ import annotations

from rnn2onnx.stand_in.internals.inference import nn_dropout as dropout
from rnn2onnx.stand_in.internals.losses import (
    ctc_beam_search_decoder,
    ctc_greedy_decoder,
    ctc_loss,
    nce_loss,
    sampled_softmax_loss,
)

__all__ = ["ctc_beam_search_decoder", "ctc_greedy_decoder", "ctc_loss", "dropout", "nce_loss", "sampled_softmax_loss"]
