"""``tf.contrib.learn``: the words for training, evaluation and inference."""

from __future__ import annotations

from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["ModeKeys"]


class ModeKeys:
    """The mode in which a model function records. Source: ``tf.contrib.learn.ModeKeys``."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"


__getattr__ = unknown("tf.contrib.learn")
