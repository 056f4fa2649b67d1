"""TensorFlow's neural operations, each family in a file of its own."""

from __future__ import annotations

from rnn2onnx.tf.ops.activations import (
    bias_add,
    crelu,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    relu_layer,
    selu,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    xw_plus_b,
)
from rnn2onnx.tf.ops.conv_ops import (
    atrous_conv2d,
    conv1d,
    conv2d,
    conv3d,
    convolution,
    depthwise_conv2d,
    depthwise_conv2d_native,
    separable_conv2d,
)
from rnn2onnx.tf.ops.cross_entropies import (
    l2_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from rnn2onnx.tf.ops.elementwise import (
    log_sigmoid,
    sigmoid,
    tanh,
)
from rnn2onnx.tf.ops.lookups import (
    dropout,
    embedding_lookup,
)
from rnn2onnx.tf.ops.normalisation import (
    batch_normalization,
    fused_batch_norm,
    moments,
    normalize_moments,
    weighted_moments,
)
from rnn2onnx.tf.ops.norms import (
    l2_normalize,
)
from rnn2onnx.tf.ops.pooling import (
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool_v2,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool_v2,
    pool,
)
from rnn2onnx.tf.ops.reduction_ops import (
    zero_fraction,
)
from rnn2onnx.tf.ops.reshaping import (
    depth_to_space,
    space_to_depth,
)
from rnn2onnx.tf.ops.sorting import (
    TopKV2,
    in_top_k,
    top_k,
)

__all__ = [
    "TopKV2",
    "atrous_conv2d",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool_v2",
    "batch_normalization",
    "bias_add",
    "conv1d",
    "conv2d",
    "conv3d",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "dropout",
    "elu",
    "embedding_lookup",
    "fused_batch_norm",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool_v2",
    "moments",
    "normalize_moments",
    "pool",
    "relu",
    "relu6",
    "relu_layer",
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
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "xw_plus_b",
    "zero_fraction",
]
