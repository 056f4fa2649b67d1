"""Layers that only move elements: flattened, reshaped, repeated, permuted, padded, cropped."""

from __future__ import annotations

import math
from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import InputSpec, Layer

__all__ = [
    "Cropping1D",
    "Flatten",
    "Permute",
    "RepeatVector",
    "Reshape",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
]


class Flatten(Layer):
    """Its inputs as a matrix: all axes but the first become one.

    Args:
        data_format: ``channels_last``; or ``channels_first``, where the second axis goes last before.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.Flatten``.
    """

    _arguments_are_attributes = True

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The matrix."""
        rank = len(inputs.dims)
        if self.data_format == "channels_first" and rank > 1:
            inputs = tf.transpose(inputs, [0, *range(2, rank), 1])
        if rank == 1:
            return tf.expand_dims(inputs, 1)
        width = inputs.shape[1:].num_elements()
        batch = inputs.shape[0].value
        return tf.reshape(inputs, [tf.shape(inputs)[0] if batch is None else batch, -1 if width is None else width])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the matrix."""
        shape = tf.TensorShape(input_shape)
        return tf.TensorShape([shape[0].value, shape[1:].num_elements()])


class Reshape(Layer):
    """Its inputs in another shape, the batch left alone.

    Args:
        target_shape: The shape without the batch; one length may be -1.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In a call: the inputs have another number of elements.

    Source:
        ``keras.layers.Reshape``.
    """

    _arguments_are_attributes = True

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Any) -> Any:
        """The inputs in the other shape."""
        batch = inputs.shape[0].value
        shape = self.compute_output_shape(inputs.shape).as_list()[1:]
        lengths = [-1 if length is None else length for length in shape]
        return tf.reshape(inputs, [tf.shape(inputs)[0] if batch is None else batch, *lengths])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch and the target shape, -1 replaced where it is known."""
        lengths = tf.TensorShape(input_shape).as_list()
        wanted = [None if length == -1 else length for length in self.target_shape]
        if wanted.count(None) > 1:
            raise ArgumentError(
                "There must be at most one unknown dimension in output_shape. Received: "
                f"output_shape={list(self.target_shape)}.",
                user_location(),
            )
        if None not in lengths[1:]:
            size = math.prod(length for length in lengths[1:] if length is not None)
            known = math.prod(length for length in wanted if length is not None)
            if (known == 0 or size % known) if None in wanted else size != known:
                raise ArgumentError(
                    f"total size of new array must be unchanged, input_shape = {lengths[1:]}, output_shape = "
                    f"{list(self.target_shape)}",
                    user_location(),
                )
            wanted = [size // known if length is None else length for length in wanted]
        return tf.TensorShape([lengths[0], *wanted])


class RepeatVector(Layer):
    """Each row ``n`` times: ``[batch, n, width]`` of ``[batch, width]``.

    Args:
        n: How often.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentTypeError: ``n`` is no int.

    Source:
        ``keras.layers.RepeatVector``.
    """

    _arguments_are_attributes = True

    def __init__(self, n: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise ArgumentTypeError(f"Expected an integer value for `n`, got {type(n)}.", user_location())
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """The repeated rows."""
        return tf.tile(tf.expand_dims(inputs, 1), [1, self.n, 1])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape with ``n`` behind the batch."""
        batch, width = tf.TensorShape(input_shape).as_list()
        return tf.TensorShape([batch, self.n, width])


class Permute(Layer):
    """Its inputs with axes in another order.

    Args:
        dims: The old axes in the new order, counted from 1, the batch left out.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: An axis is missing.

    Source:
        ``keras.layers.Permute``.
    """

    _arguments_are_attributes = True

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ArgumentError(
                "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be "
                f"consecutive and start from 1. Received dims={dims}",
                user_location(),
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The permuted inputs."""
        return tf.transpose(inputs, [0, *self.dims])


class ZeroPadding1D(Layer):
    """Its inputs with zeros before and after.

    Args:
        padding: How many steps on both sides, or a pair.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.ZeroPadding1D``.
    """

    _arguments_are_attributes = True

    def __init__(self, padding: Any = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = _pair(padding, "padding")
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: Any) -> Any:
        """The padded inputs."""
        return tf.pad(inputs, [[0, 0], list(self.padding), [0, 0]])


class ZeroPadding2D(Layer):
    """Images with zeros around them.

    Args:
        padding: How many on all sides, a pair for height and width, or a pair of pairs.
        data_format: ``channels_last`` or ``channels_first``.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.ZeroPadding2D``.
    """

    _arguments_are_attributes = True

    def __init__(self, padding: Any = (1, 1), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        sides = (padding, padding) if isinstance(padding, int) else padding
        if not isinstance(sides, list | tuple) or len(sides) != 2:
            raise ArgumentError(f"`padding` should have two elements. Received: {padding}.", user_location())
        self.padding = tuple((side, side) if isinstance(side, int) else _pair(side, "padding") for side in sides)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        """The padded images."""
        inner = [list(side) for side in self.padding]
        none = [0, 0]
        first = self.data_format == "channels_first"
        return tf.pad(inputs, [none, none, *inner] if first else [none, *inner, none])


class Cropping1D(Layer):
    """Its inputs without their first and last steps.

    Args:
        cropping: How many steps on both sides, or a pair.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In a call: there are not that many.

    Source:
        ``keras.layers.Cropping1D``.
    """

    _arguments_are_attributes = True

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = _pair(cropping, "cropping")
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: Any) -> Any:
        """The steps in the middle."""
        first, last = self.cropping
        steps = inputs.shape[1].value
        if steps is not None and first + last >= steps:
            raise ArgumentError(
                "cropping parameter of Cropping layer must be greater than the input shape. Received: "
                f"inputs.shape={inputs.shape}, and cropping={self.cropping}",
                user_location(),
            )
        return inputs[:, first : -last or None, :]


class UpSampling1D(Layer):
    """Each step ``size`` times.

    Args:
        size: How often.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.UpSampling1D``.
    """

    _arguments_are_attributes = True

    def __init__(self, size: Any = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = int(size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: Any) -> Any:
        """The repeated steps."""
        return _repeated(inputs, self.size, 1)


class UpSampling2D(Layer):
    """Each row and column of images some times.

    Args:
        size: How often, one number or a pair for height and width.
        data_format: ``channels_last`` or ``channels_first``.
        interpolation: ``nearest``; others are refused.
        **kwargs: As of ``Layer``.

    Source:
        ``keras.layers.UpSampling2D``.
    """

    _arguments_are_attributes = True

    def __init__(
        self, size: Any = (2, 2), data_format: Any = None, interpolation: str = "nearest", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if interpolation != "nearest":
            raise ArgumentError(
                f"UpSampling2D(interpolation={interpolation!r}) is not supported; 'nearest' is.", user_location()
            )
        self.size = _pair(size, "size")
        self.data_format = data_format or "channels_last"
        self.interpolation = interpolation
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        """The enlarged images."""
        first = 2 if self.data_format == "channels_first" else 1
        return _repeated(_repeated(inputs, self.size[0], first), self.size[1], first + 1)


def lengths_of(x: Any) -> list[Any]:
    """The lengths of a tensor's axes: numbers where they are known, else scalars."""
    return [tf.shape(x)[axis] if length is None else length for axis, length in enumerate(x.shape.as_list())]


def _repeated(x: Any, times: int, axis: int) -> Any:
    """Each place of an axis some times, one after the other."""
    rank = len(x.dims)
    wide = tf.tile(tf.expand_dims(x, axis + 1), [times if place == axis + 1 else 1 for place in range(rank + 1)])
    shape = lengths_of(x)
    return tf.reshape(wide, [*shape[:axis], shape[axis] * times, *shape[axis + 1 :]])


def _pair(given: Any, name: str) -> tuple[int, int]:
    numbers = (given, given) if isinstance(given, int) else given
    if not isinstance(numbers, list | tuple) or len(numbers) != 2 or any(int(number) < 0 for number in numbers):
        raise ArgumentError(
            f"The `{name}` argument must be a tuple of 2 integers, 0 or more. Received: {given}", user_location()
        )
    return int(numbers[0]), int(numbers[1])
