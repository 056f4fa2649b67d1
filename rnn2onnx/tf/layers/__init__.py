"""``tf.layers``: layers at inference, with TensorFlow's variable names."""

from __future__ import annotations

from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.layers.convolution import (
    Conv1D,
    Conv2D,
    Conv3D,
    conv1d,
    conv2d,
    conv3d,
)
from rnn2onnx.tf.layers.dense import (
    Dense,
    Dropout,
    Flatten,
    dense,
    dropout,
    flatten,
)
from rnn2onnx.tf.layers.input_spec import InputSpec
from rnn2onnx.tf.layers.normalization import BatchNormalization, batch_normalization
from rnn2onnx.tf.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    average_pooling1d,
    average_pooling2d,
    max_pooling1d,
    max_pooling2d,
)
from rnn2onnx.tf.layers.separable_convolution import (
    SeparableConv1D,
    SeparableConv2D,
    separable_conv1d,
    separable_conv2d,
)
from rnn2onnx.tf.layers.transposed_convolution import (
    Conv2DTranspose,
    Conv3DTranspose,
    conv2d_transpose,
    conv3d_transpose,
)
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
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
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "separable_conv1d",
    "separable_conv2d",
]

__getattr__ = unknown("tf.layers")
