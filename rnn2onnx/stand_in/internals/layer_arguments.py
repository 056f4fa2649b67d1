"""Arguments of layers: pairs of lengths, paddings. Source: ``tensorflow.python.layers.utils``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, user_location
from rnn2onnx.stand_in.internals.operations import smart_cond
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = [
    "collect_named_outputs",
    "constant_value",
    "conv_input_length",
    "conv_output_length",
    "convert_data_format",
    "deconv_output_length",
    "first_dimension",
    "last_dimension",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
    "smart_cond",
]


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """``value`` as ``n`` numbers: one number stands for equal ones.

    Raises:
        ArgumentError: There is another number of them.
    """
    if isinstance(value, int):
        return (value,) * n
    given = tuple(int(item) for item in value)
    if len(given) != n:
        raise ArgumentError(
            f"The `{name}` argument must be a tuple of {n} integers. Received: {value}", user_location()
        )
    return given


def normalize_padding(value: str) -> str:
    """A padding's name in small letters.

    Raises:
        ArgumentError: There is no such padding.
    """
    padding = value.lower()
    if padding not in ("valid", "same"):
        raise ArgumentError(
            f'The `padding` argument must be one of "valid", "same". Received: {padding}', user_location()
        )
    return padding


def normalize_data_format(value: Any) -> str:
    """A data format's name in small letters, ``channels_last`` for None."""
    return "channels_last" if value is None else str(value).lower()


def convert_data_format(data_format: str, ndim: int) -> str:
    """Keras's name of a data format as that of an operation: ``channels_last`` of 4 axes is ``NHWC``."""
    spatial = {3: "W", 4: "HW", 5: "DHW"}[ndim]
    return f"N{spatial}C" if data_format == "channels_last" else f"NC{spatial}"


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """The length of a convolution's result along an axis."""
    if input_length is None:
        return None
    covered = (filter_size - 1) * dilation
    length = input_length + {"same": 0, "valid": -covered, "full": covered}[padding]
    return (length + stride - 1) // stride


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """The length of a convolution's input along an axis."""
    if output_length is None:
        return None
    pad = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_output_length(input_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """The length of a transposed convolution's result along an axis."""
    if input_length is None:
        return None
    length = input_length * stride
    return length + max(filter_size - stride, 0) if padding == "valid" else length


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """``outputs``, listed in collections."""
    if collections:
        get_default_graph().add_to_collections(collections, outputs)
    return outputs


def last_dimension(shape: Any, min_rank: int = 1) -> int:
    """The last length of a shape, which must be known.

    Raises:
        ArgumentError: It is not.
    """
    return _known(shape, -1)


def first_dimension(shape: Any, min_rank: int = 1) -> int:
    """The first length of a shape, which must be known.

    Raises:
        ArgumentError: It is not.
    """
    return _known(shape, 0)


def _known(shape: Any, axis: int) -> int:
    lengths: list[Any] = shape.as_list() if hasattr(shape, "as_list") else convert_to_tensor(shape).shape.as_list()
    if lengths[axis] is None:
        raise ArgumentError(f"length {axis} of the shape {shape} must be known.", user_location())
    return int(lengths[axis])
