"""What every initializer of values is: an object called with a shape, that can also draw a numpy array."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentTypeError, ShapeError
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.shapes.shape import as_shape
from rnn2onnx.tf.variables.draws import Array, Shape, seeded, unfit


class Initializer:
    """What a user's own initializer derives from: an object called with shape, dtype and partition_info.

    Source:
        The base class of ``tf.initializers``.
    """

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """The initial value; subclasses define it.

        Raises:
            ArgumentTypeError: The subclass did not.
        """
        raise ArgumentTypeError(
            f"{type(self).__name__} is an Initializer without __call__(shape, dtype, partition_info)."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """The initializer that ``get_config`` described."""
        return cls(**config)


class DrawnInitializer(Initializer, ABC):
    """An initializer whose values are numpy arrays.

    Attributes:
        dtype: The DType of the values where the call names none.
        seed: Decides the values; None leaves it to whoever creates the variable.
    """

    seed: int | None = None
    _floats_only = False

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """The values drawn with this initializer's seed, or 0.

        Args:
            shape: The fully known shape.
            dtype: Anything ``as_dtype`` takes; None: the initializer's own.
            partition_info: For one part of a larger variable, an object with ``full_shape`` and ``var_offset``.
        """
        known = _static(shape)
        wanted = self.dtype if dtype is None else dtypes.as_dtype(dtype)
        full, offset = known, (0,) * len(known)
        if partition_info is not None:
            full, offset = tuple(partition_info.full_shape), tuple(partition_info.var_offset)
        return self._cast(known, wanted, 0, full, offset)

    def numpy(self, shape: Shape, dtype: np.dtype[Any], seed: int) -> Array:
        """The initial value of a variable.

        Args:
            shape: The variable's shape.
            dtype: The variable's dtype.
            seed: Used when the initializer has none of its own.
        """
        return self._cast(tuple(shape), dtypes.as_dtype(dtype), seed, tuple(shape), (0,) * len(shape))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"dtype": self.dtype.name}

    def _cast(self, shape: Shape, dtype: DType, seed: int, full: Shape, offset: Shape) -> Array:
        if self._floats_only and not dtype.is_floating:
            raise unfit(dtype, 0.0)
        values = self._values(shape, dtype, seeded(self.seed, seed), full, offset)
        return np.asarray(values).astype(dtypes.numpy_dtype(dtype), copy=False)

    @abstractmethod
    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        """The values before the cast; ``full`` is the shape of the variable of which this is the part at ``offset``."""


def is_drawn(initializer: Any) -> bool:
    """True when ``initializer.numpy`` gives its values, False when it must be called: the user wrote the call."""
    return isinstance(initializer, DrawnInitializer) and type(initializer).__call__.__module__.startswith(
        "rnn2onnx.tf."
    )


def _static(shape: Any) -> Shape:
    known = as_shape(shape)
    if known.rank is None:
        raise ShapeError("None values not supported: an initial value needs a shape.")
    lengths = known.as_list()
    if any(length is None for length in lengths):
        raise ArgumentTypeError(f"Expected int32, but got None of type 'NoneType': shape {known} is not fully known.")
    return tuple(length for length in lengths if length is not None)
