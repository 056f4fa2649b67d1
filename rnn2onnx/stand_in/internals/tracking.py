"""Base classes of what TensorFlow's checkpoints keep track of: nothing is tracked here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = [
    "AutoTrackable",
    "Checkpointable",
    "CheckpointableBase",
    "NoDependency",
    "Trackable",
    "no_automatic_dependency_tracking",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Trackable:
    """An object with parts that a checkpoint would name."""

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        return trackable

    _track_checkpointable = _track_trackable


AutoTrackable = Checkpointable = CheckpointableBase = Trackable


def NoDependency(value: Any) -> Any:  # noqa: N802
    """The value."""
    return value


def no_automatic_dependency_tracking(method: _Function) -> _Function:
    """The method as it is."""
    return method
