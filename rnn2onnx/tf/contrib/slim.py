"""``tf.contrib.slim``: the layers of ``tf.contrib.layers``, and defaults for them."""

from __future__ import annotations

from rnn2onnx.tf import losses
from rnn2onnx.tf.contrib import layers
from rnn2onnx.tf.contrib.layers import (
    avg_pool2d,
    batch_norm,
    bias_add,
    conv1d,
    conv2d,
    convolution,
    convolution2d,
    dropout,
    embedding_lookup,
    flatten,
    fully_connected,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    layer_norm,
    linear,
    max_pool2d,
    one_hot_encoding,
    relu,
    repeat,
    softmax,
    stack,
    unit_norm,
    variance_scaling_initializer,
    xavier_initializer,
    xavier_initializer_conv2d,
)
from rnn2onnx.tf.layers.arg_scope import add_arg_scope, arg_scope, current_arg_scope, has_arg_scope
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.variables.global_step import create_global_step, get_global_step, get_or_create_global_step
from rnn2onnx.tf.variables.variable_scope import get_variable as model_variable
from rnn2onnx.tf.variables.variable_scope import get_variable as variable
from rnn2onnx.tf.variables.variables import global_variables as get_variables
from rnn2onnx.tf.variables.variables import local_variables as get_local_variables
from rnn2onnx.tf.variables.variables import model_variables as get_model_variables
from rnn2onnx.tf.variables.variables import trainable_variables as get_trainable_variables

__all__ = [
    "add_arg_scope",
    "arg_scope",
    "avg_pool2d",
    "batch_norm",
    "bias_add",
    "conv1d",
    "conv2d",
    "convolution",
    "convolution2d",
    "create_global_step",
    "current_arg_scope",
    "dropout",
    "embedding_lookup",
    "flatten",
    "fully_connected",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_or_create_global_step",
    "get_trainable_variables",
    "get_variables",
    "has_arg_scope",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "layers",
    "linear",
    "losses",
    "max_pool2d",
    "model_variable",
    "one_hot_encoding",
    "relu",
    "repeat",
    "softmax",
    "stack",
    "unit_norm",
    "variable",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

__getattr__ = unknown("tf.contrib.slim")
