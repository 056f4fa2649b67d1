"""``keras.backend``: what Keras takes for granted: dtype, layout, phase."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.names import reset_uids


def backend() -> str:
    """``tensorflow``."""
    return "tensorflow"


def epsilon() -> float:
    """1e-7, what is added where something could be divided by zero. Source: ``keras.backend.epsilon``."""
    return 1e-7


def floatx() -> str:
    """``float32``."""
    return "float32"


def image_data_format() -> str:
    """``channels_last``."""
    return "channels_last"


def set_floatx(value: Any) -> None:
    """Returns for ``float32``, which it is.

    Raises:
        ArgumentError: It is another.
    """
    _fixed("floatx", value, floatx())


def set_epsilon(value: Any) -> None:
    """Returns for 1e-7, which it is.

    Raises:
        ArgumentError: It is another.
    """
    _fixed("epsilon", value, epsilon())


def set_learning_phase(value: Any) -> None:
    """Returns for 0, inference, which it is.

    Raises:
        ArgumentError: It is 1, training.
    """
    _fixed("learning_phase", int(value), 0)


def _fixed(name: str, value: Any, is_: Any) -> None:
    if value != is_:
        raise ArgumentError(
            f"keras.backend.set_{name}({value!r}) is not supported: it is {is_!r}. Say what differs at the layers.",
            user_location(),
        )


def learning_phase() -> int:
    """0: inference."""
    return 0


def clear_session() -> None:
    """Starts a new default graph, and names again at the beginning. Source: ``keras.backend.clear_session``."""
    tf.reset_default_graph()
    reset_uids()
