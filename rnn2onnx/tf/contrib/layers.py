"""``tf.contrib.layers``: layers at inference, regularizers, initializers."""

from __future__ import annotations

from rnn2onnx.tf.initializers import contrib_variance_scaling_initializer as variance_scaling_initializer
from rnn2onnx.tf.initializers import xavier_initializer
from rnn2onnx.tf.initializers import xavier_initializer as xavier_initializer_conv2d
from rnn2onnx.tf.layers.contrib import (
    batch_norm,
    dropout,
    embed_sequence,
    flatten,
    fully_connected,
    layer_norm,
    linear,
)
from rnn2onnx.tf.layers.contrib import relu_layer as relu
from rnn2onnx.tf.ops.nn_ops import embedding_lookup
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.variables.regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)

__all__ = [
    "apply_regularization",
    "batch_norm",
    "dropout",
    "embed_sequence",
    "embedding_lookup",
    "flatten",
    "fully_connected",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "linear",
    "relu",
    "sum_regularizer",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

__getattr__ = unknown("tf.contrib.layers")
