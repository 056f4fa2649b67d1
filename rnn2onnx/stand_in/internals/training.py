"""What model files make for training beside the model: it can be made, and is an error only where it is used.

Files that build a model build its loss, its gradients and its training step in the same function, and a session beside
it. Under TensorFlow's name such a file loads as it stands. Source: ``tf``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rnn2onnx import nest
from rnn2onnx.stand_in.internals.summaries import audio as audio_summary
from rnn2onnx.stand_in.internals.summaries import histogram as histogram_summary
from rnn2onnx.stand_in.internals.summaries import image as image_summary
from rnn2onnx.stand_in.internals.summaries import merge as merge_summary
from rnn2onnx.stand_in.internals.summaries import merge_all as merge_all_summaries
from rnn2onnx.stand_in.internals.summaries import scalar as scalar_summary
from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.recording.inert import Initialization
from rnn2onnx.tf.recording.unlearned import unlearned_like
from rnn2onnx.tf.refusals.training import refuse

__all__ = [
    "InteractiveSession",
    "Session",
    "audio_summary",
    "get_default_session",
    "gradients",
    "hessians",
    "histogram_summary",
    "image_summary",
    "merge_all_summaries",
    "merge_summary",
    "scalar_summary",
]


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = None,
) -> list[Any]:
    """A tensor like each of ``xs``, of which no output may depend. Source: ``tf.gradients``."""
    return [unlearned_like(name, x) for x in (nest.flatten(xs) if nest.is_nested(xs) else [xs])]


def hessians(ys: Any, xs: Any, name: str = "hessians", *args: Any, **kwargs: Any) -> list[Any]:
    """A tensor like each of ``xs``, of which no output may depend. Source: ``tf.hessians``."""
    return gradients(ys, xs, name=name)


class Session:
    """A session can be made, but runs nothing but initializers. Source: ``tf.Session``.

    Args:
        target: Without effect.
        graph: The graph it would run; by default the default one.
        config: Without effect.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        self.graph = get_default_graph() if graph is None else graph
        self._entered: list[Any] = []

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Initializes variables, which every compiled program has done; anything else is an error.

        Raises:
            TrainingError: Something else is to be run.
        """
        if not all(isinstance(each, Initialization) for each in nest.flatten(fetches)):
            raise refuse("tf.Session.run")

    partial_run = make_callable = run

    def close(self) -> None:
        """Nothing."""

    @contextmanager
    def as_default(self) -> Iterator[Session]:
        """The graph of the session is the default one inside."""
        with self.graph.as_default():
            yield self

    def __enter__(self) -> Session:
        """The graph of the session is the default one inside."""
        entered = self.graph.as_default()
        entered.__enter__()
        self._entered.append(entered)
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered.pop().__exit__(*error)


class InteractiveSession(Session):
    """A session can be made, but runs nothing. Source: ``tf.InteractiveSession``."""


def get_default_session() -> None:
    """None: nothing runs. Source: ``tf.get_default_session``."""
