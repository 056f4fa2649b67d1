"""Inputs and constants: placeholders, and what passes a value on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError, TraceError
from rnn2onnx.ir import Dim, Type, Value, user_location
from rnn2onnx.tf.dtypes import DType, string
from rnn2onnx.tf.ops.reshaping import identity
from rnn2onnx.tf.recording.conversion import constant_array, convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit
from rnn2onnx.tf.shapes.dtype_argument import dtype_of, element_dtype
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.shapes.shape_argument import static_shape
from rnn2onnx.tf.shapes.static_value import constant_value

__all__ = [
    "constant",
    "guarantee_const",
    "identity_n",
    "placeholder",
    "placeholder_with_default",
    "stop_gradient",
    "tuple",
]


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """An input of the graph, fed by its name.

    Args:
        dtype: Of the elements.
        shape: Its lengths: numbers, None where unknown, or names: inputs that share a name have equal lengths. Without
            one, ``set_shape`` must say it before the placeholder is used.
        name: The input's name; made unique in the graph.

    Raises:
        ArgumentError: It is of strings; or it has no shape when it is first used.
        TraceError: It is called inside the body of a loop or branch.

    Source:
        ``tf.placeholder``.
    """
    graph = get_default_graph()
    if graph.builder.block is not graph.builder.root:
        raise TraceError(
            f"the placeholder {name or 'Placeholder'!r} is made inside the body of a loop or branch; inputs belong to "
            "the whole graph. Make it before and use it inside.",
            user_location(),
        )
    full = graph.unique_name(name or "Placeholder")
    if dtype_of(dtype) is string:
        raise ArgumentError(
            f"the placeholder {full!r} is of strings. Look the strings up before, and feed their ids.", user_location()
        )
    if shape is None or (isinstance(shape, TensorShape) and shape.rank is None):
        return Shapeless(dtype_of(dtype), graph, full)
    tensor = Tensor(_input(graph, full, dtype, shape), graph, full)
    graph.placeholders[full] = tensor
    return tensor


def _input(graph: Graph, name: str, dtype: Any, shape: Any) -> Value:
    dims = (*(_dim(graph, name, axis, given) for axis, given in enumerate(_lengths(shape))),)
    return graph.builder.input(name, Type(element_dtype(dtype), dims))


class Shapeless(Tensor):
    """A placeholder whose shape is not said yet; it is an input once ``set_shape`` says it."""

    def __init__(self, dtype: DType, graph: Graph, name: str) -> None:
        self._dtype = dtype
        self.graph = graph
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute != "recorded":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {attribute!r}")
        raise ArgumentError(
            f"the placeholder {self._name!r} has no shape, and the rank of an input must be known when it is used. "
            "Give it one with None, or a name, for each unknown length, shape=[None, 40], or [] for a number; or call "
            "set_shape before.",
            user_location(),
        )

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """Its shape as far as it is known."""
        return super().shape if "recorded" in self.__dict__ else TensorShape(None)

    def set_shape(self, shape: Any) -> None:
        """States its shape, which makes it an input.

        Raises:
            ValueError: The shape contradicts what is known.
        """
        if "recorded" in self.__dict__:
            super().set_shape(shape)
        elif TensorShape(shape).rank is not None:
            self.recorded = _input(self.graph, str(self._name), self._dtype, shape)
            self.graph.placeholders[str(self._name)] = self


def _lengths(shape: Any) -> list[Any]:
    if isinstance(shape, Sequence | np.ndarray) and not isinstance(shape, str):
        return list(shape)
    if isinstance(shape, str):
        return [shape]
    return TensorShape(shape).as_list()


def _dim(graph: Graph, name: str, axis: int, given: Any) -> Dim:
    if isinstance(given, str):
        if not given.isidentifier():
            raise ArgumentError(
                f"{given!r} is no name of a length (axis {axis} of the placeholder {name!r}): "
                "take letters, digits and _.",
                user_location(),
            )
        dim: Dim = given
    else:
        known = TensorShape([given]).as_list()[0]
        dim = f"{name.replace('/', '_')}_dim{axis}" if known is None else known
    if isinstance(dim, str):
        graph.builder.reserve([dim])
    return dim


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """The default itself: a compiled program has no inputs that may be left out.

    Raises:
        ShapeError: The default does not have that shape.

    Source:
        ``tf.placeholder_with_default``.
    """
    tensor = convert_to_tensor(input)
    if not tensor.shape.is_compatible_with(TensorShape(shape)):
        raise ShapeError(f"The default {tensor!r} does not have the shape {TensorShape(shape)}.", user_location())
    return emit("identity", tensor, name=name or "PlaceholderWithDefault")


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str = "Const", verify_shape: bool = False
) -> Tensor:
    """A constant.

    Args:
        value: A number, array or nested list.
        dtype: Of the elements; by default as numpy arrays have it, int32 and float32 for Python's numbers.
        shape: Of the result; a shorter value is filled up with its last element.
        name: The result's name.
        verify_shape: Whether another shape than that of the value is an error.

    Raises:
        ShapeError: The value has more elements than the shape, or another shape with ``verify_shape``.
        ArgumentTypeError: The value does not fit the dtype, or is a tensor.

    Source:
        ``tf.constant``.
    """
    if isinstance(value, Tensor):
        raise ArgumentTypeError(
            f"tf.constant takes numbers, not the tensor {value!r}: use it as it is.", user_location()
        )
    tensor = convert_to_tensor(value, dtype)
    if shape is None:
        return _named(tensor, name)
    array, lengths = constant_value(tensor), static_shape(shape)
    if array is None or lengths is None:
        raise ArgumentError(
            f"tf.constant needs numbers for its value and shape, not {value!r} and {shape!r}.", user_location()
        )
    count = int(np.prod(lengths))
    if list(array.shape) == lengths:
        return _named(tensor, name)
    if verify_shape:
        raise ArgumentTypeError(
            f"Expected Tensor's shape: {tuple(lengths)}, but got {array.shape}. Leave verify_shape away to fill it up.",
            user_location(),
        )
    if array.size > count or (not array.size and count):
        raise ShapeError(
            f"Too many elements provided. Needed at most {count}, but received {array.size}", user_location()
        )
    flat = array.reshape(-1)
    filled = np.concatenate([flat, np.repeat(flat[-1:], count - flat.size)]).reshape(lengths)
    return constant_array(filled, name)


def _named(tensor: Tensor, name: str) -> Tensor:
    return Tensor(tensor.recorded, tensor.graph, tensor.graph.unique_name(name))


def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """The tensor itself. Source: ``tf.guarantee_const``."""
    return identity(input, name)


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """The tensor itself: nothing is differentiated here. Source: ``tf.stop_gradient``."""
    return identity(input, name)


def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """The tensors themselves. Source: ``tf.identity_n``."""
    return [identity(item) for item in input]


def tuple(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """The tensors themselves: nothing here has an order of running to keep. Source: ``tf.tuple``."""
    return [None if item is None else identity(item) for item in tensors]
