"""``tf.nn``: neural operations and recurrent networks."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rnn2onnx.tf.nn import rnn_cell
from rnn2onnx.tf.ops.array_ops import depth_to_space, space_to_depth
from rnn2onnx.tf.ops.math_ops import (
    in_top_k,
    l2_normalize,
    sigmoid,
    softplus,
    softsign,
    tanh,
    top_k,
    zero_fraction,
)
from rnn2onnx.tf.ops.nn_ops import (
    atrous_conv2d,
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool_v2,
    batch_normalization,
    bias_add,
    conv1d,
    conv2d,
    conv3d,
    convolution,
    crelu,
    depthwise_conv2d,
    depthwise_conv2d_native,
    dropout,
    elu,
    embedding_lookup,
    fused_batch_norm,
    gelu,
    l2_loss,
    leaky_relu,
    log_softmax,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool_v2,
    moments,
    normalize_moments,
    pool,
    relu,
    relu6,
    relu_layer,
    selu,
    separable_conv2d,
    sigmoid_cross_entropy_with_logits,
    silu,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    swish,
    weighted_cross_entropy_with_logits,
    weighted_moments,
    xw_plus_b,
)
from rnn2onnx.tf.ops.transposed_conv import conv1d_transpose, conv2d_transpose, conv3d_transpose
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.rnn.bidirectional_rnn import bidirectional_dynamic_rnn
from rnn2onnx.tf.rnn.dynamic_rnn import dynamic_rnn
from rnn2onnx.tf.rnn.old_names import bidirectional_rnn, rnn, state_saving_rnn
from rnn2onnx.tf.rnn.raw_rnn import raw_rnn
from rnn2onnx.tf.rnn.state_saving_rnn import static_state_saving_rnn
from rnn2onnx.tf.rnn.static_rnn import static_bidirectional_rnn, static_rnn

__all__ = [
    "atrous_conv2d",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool_v2",
    "batch_normalization",
    "bias_add",
    "bidirectional_dynamic_rnn",
    "bidirectional_rnn",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "dropout",
    "dynamic_rnn",
    "elu",
    "embedding_lookup",
    "fused_batch_norm",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool_v2",
    "moments",
    "normalize_moments",
    "pool",
    "raw_rnn",
    "relu",
    "relu6",
    "relu_layer",
    "rnn",
    "rnn_cell",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "state_saving_rnn",
    "static_bidirectional_rnn",
    "static_rnn",
    "static_state_saving_rnn",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "xw_plus_b",
    "zero_fraction",
]

_OF_KERAS = {f"RNNCell{what}Wrapper": f"{what}Wrapper" for what in ("Device", "Dropout", "Residual")}
_unknown = unknown("tf.nn")


def __getattr__(name: str) -> Any:
    if name in _OF_KERAS:
        # TensorFlow 2's wrappers of Keras's cells, and Keras is built on this package.
        return getattr(import_module("rnn2onnx.keras.layers.rnn.cell_wrappers"), _OF_KERAS[name])
    return _unknown(name)
