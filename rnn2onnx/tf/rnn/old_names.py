"""The static functions under the names they had before TensorFlow 1.0."""

from __future__ import annotations

from rnn2onnx.tf.rnn.state_saving_rnn import static_state_saving_rnn as state_saving_rnn
from rnn2onnx.tf.rnn.static_rnn import static_bidirectional_rnn as bidirectional_rnn
from rnn2onnx.tf.rnn.static_rnn import static_rnn as rnn

__all__ = ["bidirectional_rnn", "rnn", "state_saving_rnn"]
