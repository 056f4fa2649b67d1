"""``tf.layers``: layers at inference, with TensorFlow's variable names."""

from __future__ import annotations

from rnn2onnx.tf.base_layer import Layer
from rnn2onnx.tf.convolution_layers import (
    Conv1D,
    Conv2D,
    conv1d,
    conv2d,
)
from rnn2onnx.tf.dense_layers import (
    Dense,
    Dropout,
    Flatten,
    dense,
    dropout,
    flatten,
)
from rnn2onnx.tf.input_spec import InputSpec
from rnn2onnx.tf.normalization_layers import BatchNormalization, batch_normalization
from rnn2onnx.tf.pooling_layers import (
    AveragePooling1D,
    AveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    average_pooling1d,
    average_pooling2d,
    max_pooling1d,
    max_pooling2d,
)
from rnn2onnx.tf.separable_convolution_layers import (
    SeparableConv1D,
    SeparableConv2D,
    separable_conv1d,
    separable_conv2d,
)
from rnn2onnx.tf.unknown_names import unknown

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "InputSpec",
    "Layer",
    "MaxPooling1D",
    "MaxPooling2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "average_pooling1d",
    "average_pooling2d",
    "batch_normalization",
    "conv1d",
    "conv2d",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "separable_conv1d",
    "separable_conv2d",
]

__getattr__ = unknown("tf.layers")
