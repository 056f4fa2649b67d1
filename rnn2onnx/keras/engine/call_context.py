"""Which layers are being called now, and whether the outermost was called for training."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Calls(threading.local):
    def __init__(self) -> None:
        self.training: list[Any] = []


_CALLS = _Calls()


def in_call() -> bool:
    """Whether a layer is being called."""
    return bool(_CALLS.training)


def training_of_caller() -> Any:
    """The ``training`` argument of the layer being called; None if there is none."""
    return _CALLS.training[-1] if _CALLS.training else None


@contextmanager
def calling(training: Any) -> Iterator[None]:
    """Makes what is recorded inside part of a layer's call."""
    _CALLS.training.append(training)
    try:
        yield
    finally:
        _CALLS.training.pop()
