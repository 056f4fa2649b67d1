"""A cell whose steps TensorFlow would compile: ``CompiledWrapper``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.rnn_cell.wrappers import RNNCellWrapper


class CompiledWrapper(RNNCellWrapper):
    """The cell inside; here everything is compiled.

    Args:
        cell: The cell inside.
        compile_stateful: Without effect.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.

    Source:
        ``tf.contrib.rnn.CompiledWrapper``.
    """

    def __init__(self, cell: Any, compile_stateful: bool = False) -> None:
        super().__init__(cell)
        self._compile_stateful = compile_stateful
