"""TensorFlow's neural operations, each family in a file of its own."""

from __future__ import annotations

from rnn2onnx.tf.activations import (
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
from rnn2onnx.tf.elementwise import (
    log_sigmoid,
    sigmoid,
    tanh,
)
from rnn2onnx.tf.lookups import (
    dropout,
    embedding_lookup,
)
from rnn2onnx.tf.normalisation import (
    batch_normalization,
    fused_batch_norm,
    moments,
    normalize_moments,
    weighted_moments,
)
from rnn2onnx.tf.norms import (
    l2_normalize,
)
from rnn2onnx.tf.sorting import (
    TopKV2,
    in_top_k,
    top_k,
)

__all__ = [
    "TopKV2",
    "batch_normalization",
    "bias_add",
    "crelu",
    "dropout",
    "elu",
    "embedding_lookup",
    "fused_batch_norm",
    "gelu",
    "in_top_k",
    "l2_normalize",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "moments",
    "normalize_moments",
    "relu",
    "relu6",
    "relu_layer",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
    "top_k",
    "weighted_moments",
    "xw_plus_b",
]
