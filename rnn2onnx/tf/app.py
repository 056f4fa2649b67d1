"""``tf.app``: settings of a file; its ``run`` is for scripts."""

from __future__ import annotations

from typing import Any, NoReturn

from rnn2onnx.tf import flags
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["flags", "run"]


def run(main: Any = None, argv: Any = None) -> NoReturn:
    """Always an error: a file of a model is loaded, not run as a script.

    Raises:
        TrainingError: Here.
    """
    raise refuse("tf.app.run")


__getattr__ = unknown("tf.app")
