"""``keras.backend``: what can be asked of a tensor."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.keras.engine.node import has_history


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The static shape, a tuple. Source: ``keras.backend.int_shape``."""
    return tuple(tf.convert_to_tensor(x).shape.as_list())


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(tf.convert_to_tensor(x).dims)


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return str(x.dtype.base_dtype.name)


def is_keras_tensor(x: Any) -> bool:
    """Whether a tensor is what a layer gave, from a ``keras.Input`` on."""
    return has_history(x)


def is_sparse(tensor: Any) -> bool:
    """False: no compiled program has sparse tensors."""
    return False


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor."""
    return bool(tf.is_tensor(x))


def count_params(x: Any) -> int:
    """The number of elements."""
    return int(x.shape.num_elements())


def shape(x: Any) -> Any:
    """The lengths, known when the program runs."""
    return tf.shape(x)
