"""``tf.estimator``: the words for training, evaluation and prediction; the rest of it trains."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["ModeKeys"]


class ModeKeys:
    """The mode in which a model function records. Source: ``tf.estimator.ModeKeys``."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"


__getattr__ = unknown("tf.estimator")
