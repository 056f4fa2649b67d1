"""``tf.contrib.framework``: nests, variables and the global step."""

from __future__ import annotations

from rnn2onnx.tf import nest as nest
from rnn2onnx.tf.layers.arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from rnn2onnx.tf.refusals.settings import is_tensor
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.variables.global_step import create_global_step, get_global_step, get_or_create_global_step
from rnn2onnx.tf.variables.variables import global_variables as get_variables
from rnn2onnx.tf.variables.variables import local_variables as get_local_variables
from rnn2onnx.tf.variables.variables import model_variables as get_model_variables
from rnn2onnx.tf.variables.variables import trainable_variables as get_trainable_variables

__all__ = [
    "add_arg_scope",
    "arg_scope",
    "arg_scoped_arguments",
    "create_global_step",
    "current_arg_scope",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_or_create_global_step",
    "get_trainable_variables",
    "get_variables",
    "has_arg_scope",
    "is_tensor",
    "nest",
]

__getattr__ = unknown("tf.contrib.framework")
