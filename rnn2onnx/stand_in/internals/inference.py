"""Dropout and batch normalization of files as they stand: at inference, whatever rate or mode is fed when training.

Such files feed a keep probability, or whether they train, into a placeholder, or drop values at a fixed rate on the
side of a condition that only training takes. A compiled program is for inference: nothing is dropped, and a mode that
is known only when the program runs is inference.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from rnn2onnx.tf.contrib import layers as contrib_layers
from rnn2onnx.tf.contrib import rnn as contrib_rnn
from rnn2onnx.tf.layers import arg_scope
from rnn2onnx.tf.layers.dense import Dropout as _Dropout
from rnn2onnx.tf.layers.dense import dropout as _dropout
from rnn2onnx.tf.layers.normalization import BatchNormalization as _BatchNormalization
from rnn2onnx.tf.layers.normalization import batch_normalization as _batch_normalization
from rnn2onnx.tf.ops import nn_ops
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell import DropoutWrapper as _DropoutWrapper
from rnn2onnx.tf.shapes.static_value import constant_value


def mode(flag: Any) -> Any:
    """A flag of training: False where it is known only when the program runs."""
    return False if isinstance(flag, Tensor) and constant_value(flag) is None else flag


def _kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of dropout that gives its first argument as it is."""

    @functools.wraps(function)
    def keep(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(function).bind(*args, **kwargs).arguments
        return convert_to_tensor(next(iter(bound.values())))

    return keep


def _at_inference(function: Callable[..., Any], flag: str) -> Callable[..., Any]:
    """A function whose flag of training may be a placeholder."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        if flag in bound.arguments:
            bound.arguments[flag] = mode(bound.arguments[flag])
        return function(*bound.args, **bound.kwargs)

    return call


class DropoutWrapper(_DropoutWrapper):
    """A cell with dropout, of which only the cell is left. Source: ``tf.nn.rnn_cell.DropoutWrapper``."""

    def __init__(self, cell: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(cell, *args, **{"inference": True, **kwargs})


class LayerNormBasicLSTMCell(contrib_rnn.LayerNormBasicLSTMCell):
    """The cell at inference. Source: ``tf.contrib.rnn.LayerNormBasicLSTMCell``."""

    def __init__(self, num_units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(num_units, *args, **{"inference": True, **kwargs})


class Dropout(_Dropout):
    """Its inputs. Source: ``tf.layers.Dropout``."""

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs."""
        return inputs


class BatchNormalization(_BatchNormalization):
    """The layer at inference where the mode is fed. Source: ``tf.layers.BatchNormalization``."""

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The normalized inputs."""
        return super().call(inputs, training=mode(training))


nn_dropout = _kept(nn_ops.dropout)
layers_dropout = _kept(_dropout)
contrib_dropout = arg_scope.add_arg_scope(_kept(inspect.unwrap(contrib_layers.dropout)))
batch_normalization = _at_inference(_batch_normalization, "training")
batch_norm = arg_scope.add_arg_scope(_at_inference(inspect.unwrap(contrib_layers.batch_norm), "is_training"))
