"""One weight matrix that is stored in parts, as some cells of ``tf.contrib.rnn`` name theirs."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.variables.variable_scope import get_variable


def sharded_variable(name: str, shape: list[int], dtype: Any, shards: int) -> Any:
    """The rows of variables ``name_0``, ``name_1``, … of the current scope, below each other.

    Args:
        name: The name before the number.
        shape: ``[rows, columns]`` of the whole.
        dtype: The dtype of all of them.
        shards: How many there are; the first ones have a row more than the last if the rows don't divide.

    Raises:
        ArgumentError: There are fewer rows than shards.

    Source:
        ``_get_concat_variable`` of ``tensorflow.contrib.rnn.python.ops.rnn_cell``.
    """
    rows, *columns = shape
    if shards > rows:
        raise ArgumentError(
            f"Too many shards: shape={shape}, num_shards={shards}. A shard has one row at least.", user_location()
        )
    least, more = divmod(rows, shards)
    parts = [
        get_variable(f"{name}_{index}", [least + (index < more), *columns], dtype=dtype) for index in range(shards)
    ]
    return parts[0] if shards == 1 else concat(parts, 0)
