"""Values that only training computes: they have a dtype and a shape, and no output may need one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import TraceError, user_location
from rnn2onnx.ir import Type
from rnn2onnx.ir.types import UNKNOWN
from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.inert import InertOperation
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.dtype_argument import element_dtype


def unlearned(name: str, dtype: Any = float32, lengths: Sequence[int | None] = ()) -> Tensor:
    """A tensor that cannot be computed; asking for an output that needs it is an error.

    Args:
        name: What it is.
        dtype: Of its elements.
        lengths: Of its axes, None where unknown.

    Raises:
        TraceError: It is made inside the body of a loop or branch.
    """
    graph = get_default_graph()
    if graph.builder.block is not graph.builder.root:
        raise TraceError(
            f"{name} is asked for inside the body of a loop or branch; no compiled program computes it.",
            user_location(),
        )
    full = graph.unique_name(name)
    dims = tuple(UNKNOWN if length is None else length for length in lengths)
    return Tensor(graph.builder.input(full, Type(element_dtype(dtype), dims)), graph, full)


def unlearned_like(name: str, value: Any) -> Tensor:
    """A tensor of the dtype and shape of another that cannot be computed."""
    tensor = convert_to_tensor(value)
    return unlearned(name, tensor.dtype.base_dtype, tensor.shape.as_list())


def changed(variable: Any, name: str) -> Any:
    """What changes a variable: a tensor of which no output may depend; inside a body something that is not run.

    Args:
        variable: The variable.
        name: What TensorFlow calls such a change, such as ``Assign``.
    """
    graph = get_default_graph()
    inside = graph.builder.block is not graph.builder.root
    return InertOperation(name) if inside else unlearned_like(name, variable)
