"""What a layer expects of its inputs."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.shapes.shape import TensorShape, dimension_value


class InputSpec:
    """What one input of a layer must be.

    Args:
        dtype: Its dtype.
        shape: Its shape, None for lengths that may be any.
        ndim: Its rank.
        max_ndim: The most axes it may have.
        min_ndim: The fewest axes it may have.
        axes: Lengths by axis.

    Source:
        ``tf.layers.InputSpec``.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, Any] | None = None,
    ) -> None:
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = None if shape is None else tuple(TensorShape(shape).as_list())
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): dimension_value(length) for axis, length in (axes or {}).items()}

    def problem(self, dtype: Any, shape: TensorShape) -> str | None:
        """What of an input's dtype and shape is not as it must be; None if all is."""
        if shape.rank is None:
            return None
        if self.ndim is not None and shape.rank != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={shape.rank}"
        if self.max_ndim is not None and shape.rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={shape.rank}"
        if self.min_ndim is not None and shape.rank < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={shape.rank}"
        if self.dtype is not None and dtype.name != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={dtype.name}"
        lengths = shape.as_list()
        for axis, wanted in self.axes.items():
            if wanted is not None and lengths[axis] not in (wanted, None):
                return f"expected axis {axis} of input shape to have value {wanted}"
        for found, wanted in zip(lengths, self.shape or (), strict=False):
            if found is not None and wanted is not None and found != wanted:
                return f"expected shape={self.shape}"
        return None


def check_inputs(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Returns when the inputs of a layer are what it expects.

    Args:
        input_spec: An InputSpec, a nest of them, or None for no expectation.
        inputs: A tensor or a nest of tensors.
        layer_name: For the message.

    Raises:
        ArgumentTypeError: An input has no shape: it is no tensor.
        ArgumentError: The number of inputs, or what one is, differs from what is expected.
    """
    if not input_spec:
        return
    specs, tensors = nest.flatten(input_spec), nest.flatten(inputs)
    for tensor in tensors:
        if not hasattr(tensor, "shape"):
            raise ArgumentTypeError(
                f"Inputs to a layer should be tensors. Got {tensor!r} (of type {type(tensor).__name__}) as input for "
                f"layer {layer_name!r}.",
                user_location(),
            )
    if len(specs) != len(tensors):
        raise ArgumentError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(tensors)} input tensors.',
            user_location(),
        )
    for index, (spec, tensor) in enumerate(zip(specs, tensors, strict=True)):
        shape = TensorShape(tensor.shape)
        problem = None if spec is None else spec.problem(tensor.dtype, shape)
        if problem:
            raise ArgumentError(
                f'Input {index} of layer "{layer_name}" is incompatible with the layer: {problem}, but received input '
                f"with shape {tuple(shape.as_list())}.",
                user_location(),
            )
