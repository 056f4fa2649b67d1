"""Questions about eager execution, of which a recorder has none. Source: ``tensorflow.python.eager``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from rnn2onnx.tf.refusals.settings import enable_eager_execution as eager_mode
from rnn2onnx.tf.refusals.settings import executing_eagerly

__all__ = [
    "EAGER_MODE",
    "GRAPH_MODE",
    "context",
    "eager_mode",
    "executing_eagerly",
    "graph_mode",
    "in_eager_mode",
    "in_graph_mode",
    "num_gpus",
]

GRAPH_MODE, EAGER_MODE = 0, 1


def in_graph_mode() -> bool:
    """True."""
    return True


def in_eager_mode() -> bool:
    """False."""
    return False


@contextlib.contextmanager
def graph_mode() -> Iterator[None]:
    """Nothing: everything is recorded."""
    yield


def num_gpus() -> int:
    """None."""
    return 0


class _Context:
    """What there is to ask about the mode."""

    def executing_eagerly(self) -> bool:
        """False."""
        return False

    in_eager_mode = executing_eagerly

    def in_graph_mode(self) -> bool:
        """True."""
        return True

    def num_gpus(self) -> int:
        """None."""
        return 0


def context() -> Any:
    """What there is to ask about the mode."""
    return _Context()
