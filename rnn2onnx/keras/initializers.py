"""``keras.initializers``: initial values of variables, with Keras's defaults."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.tf import initializers as values
from rnn2onnx.tf.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    Initializer,
    Ones,
    Orthogonal,
    VarianceScaling,
    Zeros,
    get,
)

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zeros",
]


class RandomNormal(values.RandomNormal):
    """Normal, of standard deviation 0.05 by default. Source: ``keras.initializers.RandomNormal``."""

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None, dtype: Any = "float32") -> None:
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(values.TruncatedNormal):
    """Normal within two standard deviations, 0.05 by default. Source: ``keras.initializers.TruncatedNormal``."""

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None, dtype: Any = "float32") -> None:
        super().__init__(mean, stddev, seed, dtype)


class RandomUniform(values.RandomUniform):
    """Uniform, between -0.05 and 0.05 by default. Source: ``keras.initializers.RandomUniform``."""

    def __init__(
        self, minval: Any = -0.05, maxval: Any = 0.05, seed: int | None = None, dtype: Any = "float32"
    ) -> None:
        super().__init__(minval, maxval, seed, dtype)


Identity = values.Identity
HeNormal = he_normal = values.he_normal
HeUniform = he_uniform = values.he_uniform
LecunNormal = lecun_normal = values.lecun_normal
LecunUniform = lecun_uniform = values.lecun_uniform
constant, identity, ones, orthogonal, zeros = Constant, Identity, Ones, Orthogonal, Zeros
glorot_normal, glorot_uniform, variance_scaling = GlorotNormal, GlorotUniform, VarianceScaling
normal = random_normal = RandomNormal
uniform = random_uniform = RandomUniform
truncated_normal = TruncatedNormal
deserialize = get


def serialize(initializer: Any) -> Any:
    """An initializer as data that ``get`` understands; one of the user's own as it is."""
    name = type(initializer).__name__
    if not isinstance(initializer, Initializer) or not type(initializer).__module__.startswith("rnn2onnx."):
        return initializer
    config = initializer.get_config()
    if isinstance(config.get("value"), np.ndarray):
        return initializer
    return {"class_name": name, "config": config}
