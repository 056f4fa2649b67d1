"""What the cells of ``tf.contrib.rnn`` ask of their inputs."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, DTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape


def floats(inputs: Any) -> Tensor:
    """The inputs as a tensor.

    Raises:
        DTypeError: They are not floating point. It is a TypeError as in TensorFlow, where the core cells' is a
            ValueError.
    """
    tensor = convert_to_tensor(inputs)
    if not tensor.dtype.is_floating:
        raise DTypeError(
            f"RNN cell only supports floating point inputs, but received dtype: {tensor.dtype}. "
            "Cast the input with tf.cast, or look ids up in an embedding.",
            user_location(),
        )
    return tensor


def input_depth(inputs_shape: Any) -> int:
    """The last length of a shape ``[batch, depth]``.

    Raises:
        ShapeError: The shape has another rank.
        ArgumentError: The depth is not known while recording.
    """
    shape = TensorShape(inputs_shape).with_rank(2)
    depth = shape.as_list()[1]
    if depth is None:
        raise ArgumentError(
            f"Could not infer input size from inputs.get_shape()[-1]: the shape of the inputs is {shape}. "
            "Give the placeholder a static depth, or state it with x.set_shape.",
            user_location(),
        )
    return depth
