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
from rnn2onnx.tf.layers.contrib import elu_layer as elu
from rnn2onnx.tf.layers.contrib import relu6_layer as relu6
from rnn2onnx.tf.layers.contrib import relu_layer as relu
from rnn2onnx.tf.layers.contrib_windows import (
    avg_pool2d,
    bias_add,
    conv1d,
    conv2d,
    convolution,
    max_pool2d,
    one_hot_encoding,
    repeat,
    softmax,
    stack,
    unit_norm,
)
from rnn2onnx.tf.layers.contrib_windows import conv1d as convolution1d
from rnn2onnx.tf.layers.contrib_windows import conv2d as convolution2d
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
    "avg_pool2d",
    "batch_norm",
    "bias_add",
    "conv1d",
    "conv2d",
    "convolution",
    "convolution1d",
    "convolution2d",
    "dropout",
    "elu",
    "embed_sequence",
    "embedding_lookup",
    "flatten",
    "fully_connected",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "linear",
    "max_pool2d",
    "one_hot_encoding",
    "relu",
    "relu6",
    "repeat",
    "softmax",
    "stack",
    "sum_regularizer",
    "unit_norm",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

__getattr__ = unknown("tf.contrib.layers")
