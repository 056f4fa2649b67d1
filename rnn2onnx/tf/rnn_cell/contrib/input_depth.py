"""The depth of a cell's inputs, as the cells of ``tf.contrib.rnn`` ask for it."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.shapes.shape import TensorShape


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
