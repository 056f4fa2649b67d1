"""``tf.layers``: transposed convolutions over images and volumes."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.layers.windows import ConvolutionLayer
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.ops.transposed_conv import conv2d_transpose as spread_over_images
from rnn2onnx.tf.ops.transposed_conv import conv3d_transpose as spread_over_volumes
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = ["Conv2DTranspose", "Conv3DTranspose", "conv2d_transpose", "conv3d_transpose"]

_ZEROS = Zeros()


class _TransposedConvolution(ConvolutionLayer):
    """The layer over two or three axes: each element is spread over a window, and ``strides`` times as many come out.

    With ``valid`` padding what the last windows reach further is there as well.

    Args:
        filters: The number of output channels.
        kernel_size: The elements of a window: one number, or one for each axis.
        strides: The elements between two windows.
        padding: ``valid`` or ``same``.
        data_format: ``channels_last`` or ``channels_first``.
        activation: A function or the name of one; None: none.
        use_bias: Whether there is a bias.
        kernel_initializer: Of the kernel; None: the scope's, or Glorot uniform.
        bias_initializer: Of the bias.
        kernel_regularizer: A function of the kernel.
        bias_regularizer: A function of the bias.
        activity_regularizer: Without effect.
        kernel_constraint: Kept, without effect.
        bias_constraint: Kept, without effect.
        trainable: Whether its variables are trainable.
        name: The name of its scope.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A number or word is not possible; in the first call: the channels are unknown.
    """

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str = "channels_last",
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            1,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )
        self.kernel_initializer = kernel_initializer
        self.kernel_regularizer = kernel_regularizer
        self.kernel_constraint = kernel_constraint
        self.kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self.kernel = self.add_weight(
            "kernel",
            shape=[*self.kernel_size, self.filters, self._known_channels(input_shape)],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._make_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs spread by the kernel, with the bias, activated."""
        x = convert_to_tensor(inputs)
        static, lengths = x.shape.as_list(), shape(x)
        first = 2 if self.data_format == "channels_first" else 1
        spatial = []
        for axis in range(self.rank):
            count = static[first + axis]
            size, stride = self.kernel_size[axis], self.strides[axis]
            further = max(size - stride, 0) if self.padding == "valid" else 0
            spatial.append((lengths[first + axis] if count is None else count) * stride + further)
        whole = [lengths[0], self.filters, *spatial] if first == 2 else [lengths[0], *spatial, self.filters]
        spread = spread_over_images if self.rank == 2 else spread_over_volumes
        return self._finished(
            spread(x, self.kernel, whole, list(self.strides), self.padding.upper(), data_format=self._format)
        )


class Conv2DTranspose(_TransposedConvolution):
    """A transposed convolution over images. Variables ``kernel`` ``[height, width, filters, channels]`` and ``bias``.

    Source: ``tf.layers.Conv2DTranspose``.
    """

    rank = 2


class Conv3DTranspose(_TransposedConvolution):
    """A transposed convolution over volumes. Variables ``kernel`` ``[…, filters, channels]`` and ``bias``.

    Source: ``tf.layers.Conv3DTranspose``.
    """

    rank = 3


def conv2d_transpose(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str = "channels_last",
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Conv2DTranspose`` layer gives; ``reuse``: it has variables. Source: ``tf.layers.conv2d_transpose``."""
    layer = Conv2DTranspose(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs)
    return result


def conv3d_transpose(
    inputs: Any,
    filters: Any,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str = "channels_last",
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """What a ``Conv3DTranspose`` layer gives; ``reuse``: it has variables. Source: ``tf.layers.conv3d_transpose``."""
    layer = Conv3DTranspose(
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    result: Tensor = layer(inputs)
    return result
