"""Initial values of variables: TensorFlow 1's initializer classes, drawn with numpy.

Distributions, fans and defaults are TensorFlow's; the random numbers are numpy's PCG64, so a seed gives the same values
on every machine, but not those TensorFlow draws from it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.refusals.unknown_names import unknown
from rnn2onnx.tf.variables.drawn_initializer import DrawnInitializer, Initializer, is_drawn
from rnn2onnx.tf.variables.draws import Array, Shape, floating, normal, unfit, uniform
from rnn2onnx.tf.variables.draws import truncated_normal as cut_normal
from rnn2onnx.tf.variables.scaled_initializers import (
    GlorotNormal,
    GlorotUniform,
    UniformUnitScaling,
    VarianceScaling,
    compute_fans,
    contrib_variance_scaling_initializer,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    xavier_initializer,
)

__all__ = [
    "BY_NAME",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "Identity",
    "Initializer",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "UniformUnitScaling",
    "VarianceScaling",
    "Zeros",
    "compute_fans",
    "constant",
    "contrib_variance_scaling_initializer",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "is_drawn",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "uniform_unit_scaling",
    "variance_scaling",
    "xavier_initializer",
    "zeros",
]


class Zeros(DrawnInitializer):
    """Zeros; False for bool, empty strings for string."""

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        return np.full(shape, b"", object) if dtype is dtypes.string else np.zeros(shape)


class Ones(DrawnInitializer):
    """Ones; True for bool."""

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        if dtype is dtypes.string:
            raise unfit(dtype, 1)
        return np.ones(shape)


class Constant(DrawnInitializer):
    """One value, or given values: too few are filled up with the last one.

    Args:
        value: A scalar, or a list, tuple or array of values in row-major order.
        dtype: The DType of the values where the call names none.
        verify_shape: Refuse values of another shape than the variable's.

    Raises:
        ArgumentTypeError: ``value`` is neither.

    Source:
        ``tf.constant_initializer``.
    """

    def __init__(self, value: Any = 0, dtype: Any = dtypes.float32, verify_shape: bool = False) -> None:
        super().__init__(dtype)
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise ArgumentTypeError(
                f"Invalid type for initial value={value!r} of type: {type(value).__name__}. "
                "Expected Python scalar, list or tuple of values, or numpy.ndarray."
            )
        self.value = value
        self._verify_shape = verify_shape

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: Any = None, verify_shape: bool | None = None
    ) -> Any:
        """As ``DrawnInitializer``; ``verify_shape`` replaces the one given at construction."""
        if verify_shape is None or verify_shape == self._verify_shape:
            return super().__call__(shape, dtype, partition_info)
        return Constant(self.value, self.dtype, verify_shape)(shape, dtype, partition_info)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"value": self.value, "dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        given = _converted(self.value, dtype)
        if self._verify_shape and given.shape != shape:
            raise ArgumentTypeError(f"Expected Tensor's shape: {shape}, but got {given.shape}.")
        size = math.prod(shape)
        if given.size > size:
            raise ArgumentError(
                f"Too many elements provided. Takes at most {size}, but got {given.size} for shape {shape}."
            )
        last = given.reshape(-1)[-1:] if given.size else np.zeros(1, given.dtype)
        filled: NDArray[Any] = np.concatenate([given.reshape(-1), np.repeat(last, size - given.size)])
        return filled.reshape(shape)


class RandomUniform(DrawnInitializer):
    """Uniform in [minval, maxval).

    Args:
        minval: The least value.
        maxval: The bound above; None: 1 for floats, while integers need one.
        seed: Decides the values.
        dtype: The DType of the values where the call names none.

    Source:
        ``tf.random_uniform_initializer``.
    """

    def __init__(
        self, minval: Any = 0.0, maxval: Any = None, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        super().__init__(dtype)
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed, "dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        if dtype.is_floating:
            return uniform(generator, shape, self.minval, 1.0 if self.maxval is None else self.maxval)
        if dtype not in (dtypes.int32, dtypes.int64):
            raise ArgumentError(
                f"Argument `dtype` got invalid value {dtype}. Accepted are the floats, tf.int32 and tf.int64."
            )
        if self.maxval is None:
            raise ArgumentError(f"Must specify maxval for integer dtype {dtype!r}")
        for bound in (self.minval, self.maxval):
            if int(bound) != bound:
                raise unfit(dtype, bound)
        if self.minval >= self.maxval:
            raise ArgumentError(f"Need minval < maxval, got {self.minval} >= {self.maxval}")
        return generator.integers(int(self.minval), int(self.maxval), shape)


class _Normal(DrawnInitializer):
    _floats_only = True

    def __init__(
        self, mean: Any = 0.0, stddev: Any = 1.0, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        super().__init__(floating(dtype))
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed, "dtype": self.dtype.name}


class RandomNormal(_Normal):
    """Normally distributed around ``mean`` with standard deviation ``stddev``.

    Source:
        ``tf.random_normal_initializer``.
    """

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        return normal(generator, shape, self.mean, self.stddev)


class TruncatedNormal(_Normal):
    """As ``RandomNormal``, but what falls more than two ``stddev`` away from ``mean`` is drawn again.

    Source:
        ``tf.truncated_normal_initializer``.
    """

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        return cut_normal(generator, shape, self.mean, self.stddev)


class Orthogonal(DrawnInitializer):
    """``gain`` times a matrix with orthonormal rows or columns; further axes count as rows.

    Raises:
        ShapeError: The shape has fewer than two axes.

    Source:
        ``tf.orthogonal_initializer``.
    """

    _floats_only = True

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(floating(dtype))
        self.gain, self.seed = gain, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        if len(shape) < 2:
            raise ShapeError(
                "The tensor to initialize, specified by argument `shape` must be at least two-dimensional. "
                f"Received shape={list(shape)}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(generator.standard_normal((max(rows, columns), min(rows, columns))))
        # The signs of R's diagonal make the decomposition unique, and so the draw uniform.
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        matrix = q.T if rows < columns else q
        return np.asarray(self.gain * matrix.reshape(shape))


class Identity(DrawnInitializer):
    """``gain`` on the diagonal, zeros elsewhere.

    Raises:
        ShapeError: The variable has not two axes.

    Source:
        ``tf.initializers.identity``.
    """

    _floats_only = True

    def __init__(self, gain: float = 1.0, dtype: Any = dtypes.float32) -> None:
        super().__init__(floating(dtype))
        self.gain = gain

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"gain": self.gain, "dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        if len(full) != 2:
            raise ShapeError(
                "The tensor to initialize, specified by argument `shape` must be at least two-dimensional. "
                f"Received shape={list(full)}; an identity matrix has exactly two axes."
            )
        rows, columns = (slice(start, start + length) for start, length in zip(offset, shape, strict=True))
        return np.asarray(self.gain * np.eye(*full)[rows, columns])


# The names of ``tf.initializers``.
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
identity = Identity
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
uniform_unit_scaling = UniformUnitScaling
variance_scaling = VarianceScaling
zeros = Zeros

BY_NAME: dict[str, Callable[..., Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_uniform": RandomUniform,
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "uniform_unit_scaling": UniformUnitScaling,
    "variance_scaling": VarianceScaling,
    "orthogonal": Orthogonal,
    "identity": Identity,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
}
"""What ``tf.initializers`` holds, by its names there."""


def get(identifier: Any) -> Any:
    """The initializer that ``identifier`` is or names.

    Args:
        identifier: None, a Keras name such as ``"glorot_uniform"`` or ``"GlorotUniform"``, a dict of ``class_name`` and
            ``config``, an initializer class, or anything that can be called, which comes back as it is.

    Raises:
        ArgumentError: It is none of these, or an unknown name.

    Source:
        ``tf.keras.initializers.get``, with Keras's defaults for names: uniform within 0.05, normal with stddev 0.05.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict) and "class_name" in identifier:
        return _named(identifier["class_name"], **identifier.get("config", {}))
    if isinstance(identifier, str):
        return _named(identifier)
    if isinstance(identifier, type) and callable(identifier):
        return identifier()
    if callable(identifier):
        return identifier
    raise ArgumentError(
        f"Could not interpret initializer identifier: {identifier!r}. "
        "Give a name, an initializer or a function of shape."
    )


_KERAS_DEFAULTS: dict[str, dict[str, Any]] = {
    "random_uniform": {"minval": -0.05, "maxval": 0.05},
    "random_normal": {"stddev": 0.05},
    "truncated_normal": {"stddev": 0.05},
}
_KERAS_ALIASES = {"zero": "zeros", "one": "ones", "uniform": "random_uniform", "normal": "random_normal"}


def _named(name: str, **config: Any) -> Initializer:
    known = {key: key for key in BY_NAME if key != "uniform_unit_scaling"} | _KERAS_ALIASES
    known |= {"".join(part.title() for part in key.split("_")): key for key in known.values()}
    if name not in known:
        nearest = ", ".join(difflib.get_close_matches(name, known, 4, 0.4)) or ", ".join(known)
        raise ArgumentError(f"Unknown initializer: {name!r}. Names close to it: {nearest}.")
    key = known[name]
    return BY_NAME[key](**_KERAS_DEFAULTS.get(key, {}) | config)


def _converted(value: Any, dtype: DType) -> Array:
    """``value`` as an array: Python numbers must fit the dtype as TensorFlow's conversion asks, arrays are cast."""
    try:
        given = np.asarray(value, object if dtype is dtypes.string else None)
    except ValueError as error:
        raise ArgumentError(f"Rows of different lengths in initial value {value!r}.") from error
    if not isinstance(value, np.ndarray) and given.size:
        fits = {"b": True, "i": not dtype.is_bool, "u": not dtype.is_bool, "f": dtype.is_floating}
        if not (dtype is dtypes.string or fits.get(given.dtype.kind, False)):
            raise unfit(dtype, given.reshape(-1)[0].item())
    cast = given.astype(dtypes.numpy_dtype(dtype))
    if dtype.is_integer and given.dtype.kind in "iu" and not np.array_equal(cast, given):
        raise ArgumentError(f"Initial value {value!r} does not fit {dtype.name}, which ends at {dtype.max}.")
    return cast


__getattr__ = unknown("tf.initializers")
