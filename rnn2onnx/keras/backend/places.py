"""``keras.backend``: where elements stand: joined, reshaped, permuted, padded; convolutions."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.layers.windows import tensorflow_format


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Tensors joined along an axis."""
    return tf.concat([tf.convert_to_tensor(x) for x in tensors], axis)


def stack(x: Any, axis: int = 0) -> Any:
    """Tensors joined along a new axis."""
    return tf.stack(x, axis=axis)


def reshape(x: Any, shape: Any) -> Any:
    """``x`` in another shape."""
    return tf.reshape(x, shape)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """``x`` with axes in another order."""
    return tf.transpose(x, perm=pattern)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """``x`` with one more axis, of length 1."""
    return tf.expand_dims(x, axis)


def squeeze(x: Any, axis: Any) -> Any:
    """``x`` without an axis of length 1."""
    return tf.squeeze(x, [axis])


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each place of an axis ``rep`` times, one after the other."""
    return tf.repeat(x, rep, axis=axis)


def repeat(x: Any, n: int) -> Any:
    """``[batch, n, width]``: each row ``n`` times. Source: ``keras.backend.repeat``."""
    return tf.tile(tf.expand_dims(x, 1), [1, n, 1])


def tile(x: Any, n: Any) -> Any:
    """``x`` repeated along each axis."""
    return tf.tile(x, [n] if isinstance(n, int) else n)


def flatten(x: Any) -> Any:
    """``x`` as a vector."""
    return tf.reshape(x, [-1])


def batch_flatten(x: Any) -> Any:
    """``x`` as a matrix: all axes but the first become one."""
    width = tf.convert_to_tensor(x).shape[1:].num_elements()
    return tf.reshape(x, [-1, tf.reduce_prod(tf.shape(x)[1:]) if width is None else width])


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Sequences with zero steps before and after."""
    return tf.pad(x, [[0, 0], list(padding), [0, 0]])


def reverse(x: Any, axes: Any) -> Any:
    """``x`` backwards along axes."""
    return tf.reverse(x, [axes] if isinstance(axes, int) else axes)


def bias_add(x: Any, bias: Any, data_format: Any = None) -> Any:
    """A vector added to the channels, or a tensor of the shape of ``x`` without the batch.

    Source:
        ``keras.backend.bias_add``.
    """
    first = data_format == "channels_first"
    rank = len(x.dims)
    if len(bias.dims) == 1:
        if first and rank > 2:
            return x + tf.reshape(bias, [1, -1, *([1] * (rank - 2))])
        return tf.nn.bias_add(x, bias)
    if len(bias.dims) != rank - 1:
        raise ArgumentError(
            f"Unexpected bias dimensions {len(bias.dims)}. Expected it to be 1 or {rank - 1} dimensions",
            user_location(),
        )
    wide = tf.transpose(bias, [rank - 2, *range(rank - 2)]) if first else bias
    return x + tf.expand_dims(wide, 0)


def conv1d(
    x: Any, kernel: Any, strides: int = 1, padding: str = "valid", data_format: Any = None, dilation_rate: int = 1
) -> Any:
    """A convolution over time. Source: ``keras.backend.conv1d``."""
    if padding == "causal":
        x, padding = temporal_padding(x, (dilation_rate * (kernel.shape[0].value - 1), 0)), "valid"
    return _convolution(x, kernel, [strides], padding, data_format, [dilation_rate])


def conv2d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """A convolution over images. Source: ``keras.backend.conv2d``."""
    return _convolution(x, kernel, list(strides), padding, data_format, list(dilation_rate))


def _convolution(
    x: Any, kernel: Any, strides: list[int], padding: str, data_format: Any, dilation_rate: list[int]
) -> Any:
    return tf.nn.convolution(
        x,
        kernel,
        strides=strides,
        padding=padding.upper(),
        dilations=dilation_rate,
        data_format=tensorflow_format(data_format or "channels_last", len(strides)),
    )
