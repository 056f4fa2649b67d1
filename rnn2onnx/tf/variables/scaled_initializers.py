"""Initializers whose spread follows the shape: variance scaling, Glorot's, He's, LeCun's and contrib's forms of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.variables.drawn_initializer import DrawnInitializer
from rnn2onnx.tf.variables.draws import Array, Shape, floating, normal, truncated_normal, uniform

# What a normal distribution cut at two standard deviations has left of its standard deviation.
_TRUNCATED_STDDEV = 0.87962566103423978


def compute_fans(shape: Sequence[int]) -> tuple[int, int]:
    """The numbers of inputs and outputs of a unit whose weights have ``shape``, the last axis being the units.

    Axes before the last two are a convolution's window, which multiplies both.
    """
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


class UniformUnitScaling(DrawnInitializer):
    """Uniform within ``factor * sqrt(3 / n)``, n the product of all lengths but the last.

    Source:
        ``tf.uniform_unit_scaling_initializer``.
    """

    _floats_only = True

    def __init__(self, factor: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(floating(dtype))
        self.factor, self.seed = factor, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        limit = math.sqrt(3 / max(math.prod(full[:-1]), 1)) * self.factor
        return uniform(generator, shape, -limit, limit)


class VarianceScaling(DrawnInitializer):
    """Drawn with variance ``scale / n``, where n counts a unit's inputs, its outputs, or their mean.

    Args:
        scale: Positive.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"uniform"``, ``"untruncated_normal"``, or ``"truncated_normal"``, whose other name is
            ``"normal"`` and whose variance is that after the cut.
        seed: Decides the values.
        dtype: The DType of the values where the call names none.

    Raises:
        ArgumentError: An argument is none of these.

    Source:
        ``tf.variance_scaling_initializer``.
    """

    _floats_only = True

    _MODES = ("fan_in", "fan_out", "fan_avg")
    _DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        if scale <= 0:
            raise ArgumentError(f"Argument `scale` must be a positive float. Received: {scale}")
        if mode not in self._MODES:
            raise ArgumentError(f"Argument `mode` should be one of {self._MODES}. Received: {mode}")
        distribution = str(distribution).lower()
        if distribution not in self._DISTRIBUTIONS:
            raise ArgumentError(
                f"Argument `distribution` should be one of {self._DISTRIBUTIONS}. Received: {distribution}"
            )
        super().__init__(floating(dtype))
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        fan_in, fan_out = compute_fans(full)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return uniform(generator, shape, -limit, limit)
        if self.distribution == "untruncated_normal":
            return normal(generator, shape, 0.0, stddev)
        return truncated_normal(generator, shape, 0.0, stddev / _TRUNCATED_STDDEV)


class _Glorot(VarianceScaling):
    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotUniform(_Glorot):
    """Uniform within ``sqrt(6 / (inputs + outputs))``: what variables get that name no initializer.

    Source:
        ``tf.glorot_uniform_initializer``.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)


class GlorotNormal(_Glorot):
    """Truncated normal of variance ``2 / (inputs + outputs)``.

    Source:
        ``tf.glorot_normal_initializer``.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal of variance ``2 / inputs``."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform within ``sqrt(6 / inputs)``."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal of variance ``1 / inputs``."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform within ``sqrt(3 / inputs)``."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


class ContribVarianceScaling(DrawnInitializer):
    """What contrib's ``variance_scaling_initializer`` gives; it corrects the variance of the cut normal by 1.3.

    Source:
        ``tf.contrib.layers.variance_scaling_initializer``.
    """

    _floats_only = True

    _MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")

    def __init__(
        self,
        factor: float = 2.0,
        mode: str = "FAN_IN",
        uniform: bool = False,
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        super().__init__(dtype)
        if not self.dtype.is_floating:
            raise DTypeError(f"Cannot create initializer for non-floating point type {self.dtype}.")
        if mode not in self._MODES:
            raise ArgumentTypeError(f"Unknown mode {mode} {list(self._MODES)}")
        self.factor, self.mode, self.uniform, self.seed = factor, mode, uniform, seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        own = {"factor": self.factor, "mode": self.mode, "uniform": self.uniform, "seed": self.seed}
        return own | {"dtype": self.dtype.name}

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        fan_in, fan_out = compute_fans(full)
        fan = {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2}[self.mode]
        if self.uniform:
            limit = math.sqrt(3 * self.factor / max(fan, 1))
            return uniform(generator, shape, -limit, limit)
        return truncated_normal(generator, shape, 0.0, math.sqrt(1.3 * self.factor / max(fan, 1)))


def xavier_initializer(
    uniform: bool = True, seed: int | None = None, dtype: Any = dtypes.float32
) -> ContribVarianceScaling:
    """What ``tf.contrib.layers.xavier_initializer`` gives: variance scaled by the mean of inputs and outputs."""
    return ContribVarianceScaling(1.0, "FAN_AVG", uniform, seed, dtype)


def contrib_variance_scaling_initializer(
    factor: float = 2.0,
    mode: str = "FAN_IN",
    uniform: bool = False,
    seed: int | None = None,
    dtype: Any = dtypes.float32,
) -> ContribVarianceScaling:
    """What ``tf.contrib.layers.variance_scaling_initializer`` gives; its default is He's."""
    return ContribVarianceScaling(factor, mode, uniform, seed, dtype)
