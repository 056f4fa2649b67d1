"""Layers of several inputs: sums, products, extremes, joined axes, dot products."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.backend import batch_dot
from rnn2onnx.keras.engine.layer import Layer

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


class _Merge(Layer):
    """A function of a list of tensors."""

    _arguments_are_attributes = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True


class _Elementwise(_Merge, ABC):
    """An elementwise one: axes of length 1 are put behind the batch of shorter shapes."""

    def build(self, input_shape: Any) -> None:
        """Checks the shapes of the inputs."""
        shapes = _shapes(input_shape, "A merge layer should be called on a list of inputs.")
        if len({shape[0] for shape in shapes} - {None}) > 1:
            raise ArgumentError(
                f"Cannot merge tensors with different batch sizes. Got tensors with shapes {shapes}", user_location()
            )
        whole: list[Any] = []
        for shape in shapes:
            whole = _broadcast(whole, shape[1:], shapes)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """What the function gives.

        Raises:
            ArgumentError: The inputs are no list.
        """
        if not isinstance(inputs, list | tuple):
            raise ArgumentError(
                f"A merge layer should be called on a list of inputs. Received: inputs={inputs} (not a list of "
                "tensors)",
                user_location(),
            )
        rank = max(len(x.dims) for x in inputs)
        reshaped = []
        for x in inputs:
            while len(x.dims) < rank:
                x = tf.expand_dims(x, 1)
            reshaped.append(x)
        return self._merged(reshaped)

    @abstractmethod
    def _merged(self, inputs: list[Any]) -> Any:
        """What inputs of one rank give."""

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where all masks there are are True."""
        given = [one for one in _mask_list(inputs, mask) if one is not None]
        if not given:
            return None
        whole = given[0]
        for one in given[1:]:
            whole = tf.logical_and(whole, one)
        return whole


class Add(_Elementwise):
    """The sum of the inputs. Source: ``keras.layers.Add``."""

    def _merged(self, inputs: list[Any]) -> Any:
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


class Subtract(_Elementwise):
    """The first input without the second. Source: ``keras.layers.Subtract``."""

    def build(self, input_shape: Any) -> None:
        """Checks the shapes of the inputs."""
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ArgumentError(
                f"A `Subtract` layer should be called on exactly 2 inputs. Received: input_shape={input_shape}",
                user_location(),
            )

    def _merged(self, inputs: list[Any]) -> Any:
        return inputs[0] - inputs[1]


class Multiply(_Elementwise):
    """The product of the inputs. Source: ``keras.layers.Multiply``."""

    def _merged(self, inputs: list[Any]) -> Any:
        product = inputs[0]
        for x in inputs[1:]:
            product = product * x
        return product


class Average(Add):
    """The mean of the inputs. Source: ``keras.layers.Average``."""

    def _merged(self, inputs: list[Any]) -> Any:
        return super()._merged(inputs) / len(inputs)


class Maximum(_Elementwise):
    """The greatest of the inputs. Source: ``keras.layers.Maximum``."""

    def _merged(self, inputs: list[Any]) -> Any:
        greatest = inputs[0]
        for x in inputs[1:]:
            greatest = tf.maximum(greatest, x)
        return greatest


class Minimum(_Elementwise):
    """The least of the inputs. Source: ``keras.layers.Minimum``."""

    def _merged(self, inputs: list[Any]) -> Any:
        least = inputs[0]
        for x in inputs[1:]:
            least = tf.minimum(least, x)
        return least


class Concatenate(_Merge):
    """The inputs joined along an axis.

    Args:
        axis: The axis.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In the first call: the inputs differ along another axis.

    Source:
        ``keras.layers.Concatenate``.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        """Checks the shapes of the inputs."""
        shapes = _shapes(input_shape, "A `Concatenate` layer should be called on a list of at least 1 input.")
        others = [[*shape[: self.axis], *(shape[self.axis :][1:])] for shape in shapes]
        unequal = len({len(other) for other in others}) > 1 or any(
            len({length for length in lengths if length is not None}) > 1 for lengths in zip(*others, strict=False)
        )
        if unequal:
            raise ArgumentError(
                "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
                f"Received: input_shape={[tuple(shape) for shape in shapes]}",
                user_location(),
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The joined inputs."""
        return tf.concat(list(inputs), self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The joined masks; True for inputs without one."""
        masks = _mask_list(inputs, mask)
        if all(one is None for one in masks):
            return None
        wide = []
        for x, one in zip(inputs, masks, strict=True):
            if one is None:
                wide.append(tf.ones_like(x, dtype=tf.bool))
            else:
                wide.append(tf.expand_dims(one, -1) if len(one.dims) < len(x.dims) else one)
        return tf.reduce_all(tf.concat(wide, self.axis), axis=-1)


class Dot(_Merge):
    """Products of the rows of two inputs, summed along one axis of each.

    Args:
        axes: The axis of both, or one for each.
        normalize: Whether rows are scaled to length 1 first, which gives their cosine.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In the first call: the axes are not equally long.
        ArgumentTypeError: ``axes`` are no numbers.

    Source:
        ``keras.layers.Dot``.
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, int):
            if not isinstance(axes, list | tuple):
                raise ArgumentTypeError(
                    f"Invalid type for argument `axes`: it should be a list or an int. Received: axes={axes}",
                    user_location(),
                )
            if len(axes) != 2 or not all(isinstance(axis, int) for axis in axes):
                raise ArgumentError(
                    "Invalid format for argument `axes`: it should contain two elements, integers. "
                    f"Received: axes={axes}",
                    user_location(),
                )
        self.axes = axes
        self.normalize = normalize

    def build(self, input_shape: Any) -> None:
        """Checks the shapes of the inputs."""
        shapes = _shapes(input_shape, "A `Dot` layer should be called on a list of 2 inputs.")
        if len(shapes) != 2:
            raise ArgumentError(
                f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={shapes}", user_location()
            )
        axes = self._axes(*(len(shape) for shape in shapes))
        lengths = [shape[axis] for shape, axis in zip(shapes, axes, strict=True)]
        if lengths[0] != lengths[1]:
            raise ArgumentError(
                f"Incompatible input shapes: axis values {lengths[0]} (at axis {axes[0]}) != {lengths[1]} (at axis "
                f"{axes[1]}). Full input shapes: {tuple(shapes[0])}, {tuple(shapes[1])}",
                user_location(),
            )
        self.built = True

    def _axes(self, *ranks: int) -> list[int]:
        given = [self.axes] * 2 if isinstance(self.axes, int) else self.axes
        return [axis % rank if axis < 0 else axis for axis, rank in zip(given, ranks, strict=True)]

    def call(self, inputs: Any) -> Any:
        """The products."""
        axes = self._axes(*(len(x.dims) for x in inputs))
        if self.normalize:
            inputs = [tf.nn.l2_normalize(x, axis=axis) for x, axis in zip(inputs, axes, strict=True)]
        return batch_dot(inputs[0], inputs[1], axes)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None."""
        return None


def add(inputs: Any, **kwargs: Any) -> Any:
    """What an ``Add`` layer gives. Source: ``keras.layers.add``."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """What a ``Subtract`` layer gives. Source: ``keras.layers.subtract``."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """What a ``Multiply`` layer gives. Source: ``keras.layers.multiply``."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """What an ``Average`` layer gives. Source: ``keras.layers.average``."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """What a ``Maximum`` layer gives. Source: ``keras.layers.maximum``."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """What a ``Minimum`` layer gives. Source: ``keras.layers.minimum``."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """What a ``Concatenate`` layer gives. Source: ``keras.layers.concatenate``."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any, normalize: bool = False, **kwargs: Any) -> Any:
    """What a ``Dot`` layer gives. Source: ``keras.layers.dot``."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)


def _shapes(given: Any, rule: str) -> list[list[int | None]]:
    if not isinstance(given, list | tuple) or any(not isinstance(s, list | tuple | tf.TensorShape) for s in given):
        raise ArgumentError(f"{rule} Received: input_shape={given} (not a list of shapes)", user_location())
    return [tf.TensorShape(shape).as_list() for shape in given]


def _broadcast(first: list[Any], second: list[Any], shapes: Any) -> list[Any]:
    if len(first) < len(second):
        first, second = second, first
    merged = first[: len(first) - len(second)]
    for a, b in zip(first[len(merged) :], second, strict=True):
        if None not in (a, b) and 1 not in (a, b) and a != b:
            raise ArgumentError(
                f"Inputs have incompatible shapes. Received shapes {tuple(first)} and {tuple(second)}, of inputs "
                f"{[tuple(shape) for shape in shapes]}",
                user_location(),
            )
        merged.append(None if None in (a, b) else max(a, b))
    return merged


def _mask_list(inputs: Any, mask: Any) -> list[Any]:
    if mask is None:
        return [None] * len(inputs)
    if not isinstance(mask, list | tuple) or len(mask) != len(inputs):
        raise ArgumentError(
            f"`mask` should be a list as long as `inputs`. Received: inputs={inputs}, mask={mask}", user_location()
        )
    return list(mask)
