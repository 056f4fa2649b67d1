"""TensorBoard's view of embeddings: it can be described, and is not written. Source: ``tf.contrib.tensorboard``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

__all__ = ["ProjectorConfig", "visualize_embeddings"]


class _Embeddings(list[SimpleNamespace]):
    def add(self, **fields: Any) -> SimpleNamespace:
        """One more, whose fields can be set."""
        self.append(SimpleNamespace(**fields))
        return self[-1]


class ProjectorConfig:
    """What to show. Source: ``tf.contrib.tensorboard.plugins.projector.ProjectorConfig``."""

    def __init__(self, **fields: Any) -> None:
        self.embeddings = _Embeddings()
        self.__dict__.update(fields)


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Nothing: no file is written."""
