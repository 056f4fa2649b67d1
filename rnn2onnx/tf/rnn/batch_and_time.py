"""The first two axes of sequences: batch and time exchanged, and the batch size as well as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor, emit

__all__ = ["best_effort_input_batch_size", "transpose_batch_time"]


def transpose_batch_time(x: Any) -> Tensor:
    """[T, B, …] from [B, T, …] and back; a tensor of rank below 2 stays.

    Source:
        ``tf.contrib.rnn.transpose_batch_time``.
    """
    tensor = convert_to_tensor(x)
    rank = len(tensor.dims)
    return tensor if rank < 2 else emit("transpose", tensor, perm=(1, 0, *range(2, rank)))


def best_effort_input_batch_size(flat_input: Sequence[Tensor]) -> Any:
    """The batch size of tensors [T, B, …]: a number if one of them says it, else that of the first when it runs.

    Raises:
        ValueError: A tensor has rank below 2.

    Source:
        ``tf.contrib.rnn.best_effort_input_batch_size``.
    """
    for tensor in flat_input:
        if len(tensor.dims) < 2:
            raise ShapeError(
                f"Input tensor should have rank >= 2. Received input={tensor!r} of rank {len(tensor.dims)}",
                user_location(),
            )
        if isinstance(tensor.dims[1], int):
            return tensor.dims[1]
    return shape(flat_input[0])[1]
